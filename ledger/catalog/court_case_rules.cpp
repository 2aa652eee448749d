// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "crypto/base/encoding.hpp"
#include "ledger/catalog/court_case_parts.hpp"
#include "ledger/catalog/governance.hpp"
#include "ledger/catalog/patent.hpp"
#include "ledger/catalog/procedure.hpp"
#include "ledger/catalog/rules.hpp"

namespace qinglu::ledger {
namespace court_case {
namespace {

constexpr std::size_t kLinkedMax = 16;  ///< keeps the row within its bound

// --- docketing and answers ---

Date add_working_days(Date day, std::int64_t n, const Calendar& calendar) {
  for (; n > 0; --n) day = calendar.shift(add_days(day, 1));
  return day;
}

/// The body's time to docket the case or refuse it, from its filing.
void check_docket_clock(const RuleInput& in, Verdict& verdict, const Value& row, Date day) {
  const auto filed = parse_date(row.text_of("filed"));
  if (!filed || case_status(row.text_of("status")) != CaseStatus::filed) return;
  const Calendar calendar = calendar_at(in.rows, today(in));
  const bool court = row.text_of("route") == "CIVIL";
  const Date end = court ? calendar.shift(add_days(*filed, in.pack.integer("case_docket_days")))
                         : add_working_days(*filed, in.pack.integer("case_admin_docket_workdays"), calendar);
  if (day <= end) return;
  Issue late = issue("CLOCK_EXCEEDED", "/data/date", to_string(day) + " > " + to_string(end));
  late.law = court ? "CPL" : "PL";
  late.article = court ? "126" : "65";
  raise(verdict, std::move(late));
}

void accept(const RuleInput& in, Verdict& verdict) {
  auto [day, row] = load_for(in, verdict);
  if (!row || !day) return;
  check_docket_clock(in, verdict, *row, *day);
  // A refusal that the higher court set aside: the case goes on where it was refused.
  const bool on_appeal = row->text_of("status") == name(CaseStatus::appealed) && row->text_of("judged") == "refuse";
  take_case_act(in, verdict, on_appeal ? "case.accept:ON_APPEAL" : "case.accept", day, *row);
  keep_decision(in, "accept", "date", *row);
  row->erase("judged");
  store_case(in, verdict, std::move(*row));
}

void refuse(const RuleInput& in, Verdict& verdict) {
  auto [day, row] = load_for(in, verdict);
  if (!row || !day) return;
  check_docket_clock(in, verdict, *row, *day);
  take_case_act(in, verdict, "case.refuse", day, *row);
  keep_decision(in, "refuse", "date", *row);
  row->set("judged", "refuse");
  store_case(in, verdict, std::move(*row));
}

void answer(const RuleInput& in, Verdict& verdict) {
  check_event_date(in, verdict);
  const auto filed = filed_in_court(in, verdict);
  auto row = load_case(in, verdict);
  if (!row) return;
  const std::string by(in.data.text_of("by"));
  if (!lists(row->items_of("respondents"), by) || (!by_authority(in) && by != speaker(in))) {
    raise(verdict, issue("ROLE_NOT_PERMITTED", "/data/by", by));
  }
  if (const Value* docketed = decision_of(*row, "accept")) {
    const bool abroad = row->text_of("route") == "CIVIL" && domiciled_abroad(in.rows, by);
    const auto end = window_of_party(*docketed, by, in.pack, abroad ? "case_foreign_days" : "case_answer_days",
                                     calendar_at(in.rows, today(in)));
    if (filed && end && *filed > *end) {
      Issue late = issue("CLOCK_EXCEEDED", "/data/date", to_string(*filed) + " > " + to_string(*end));
      late.law = "CPL";
      late.article = "128";
      raise(verdict, std::move(late));
    }
  }
  take_case_act(in, verdict, "case.answer", date_in(in, "date"), *row);
  store_case(in, verdict, std::move(*row));
}

void evidence(const RuleInput& in, Verdict& verdict) {
  check_event_date(in, verdict);
  auto row = load_case(in, verdict);
  if (!row) return;
  const std::string_view by = in.data.text_of("offered_by");
  const bool body = by_authority(in) && by == in.body.text_of("submitter");
  if (!body && (!is_party(*row, by) || (!by_authority(in) && by != speaker(in)))) {
    raise(verdict, issue("ROLE_NOT_PERMITTED", "/data/offered_by", std::string(by)));
  }
  // The deposit was judged when it was made: what it was flagged for follows it into the case.
  for (const Value& id : in.data.items_of("evidence")) {
    const auto digest = from_sha256_id(id.text());
    const auto flags = digest ? in.rows.find(flags_row(*digest)) : nullptr;
    if (!flags) continue;
    for (const Value& flag : flags->items_of("flags")) {
      if (flag.text_of("code") != "CUSTODY_GAP" || flag.find("cleared_by")) continue;
      Issue gap = issue("CUSTODY_GAP", "/data/evidence", id.text());
      gap.blocking.push_back(id.text());
      raise(verdict, std::move(gap));
    }
  }
  take_case_act(in, verdict, "case.evidence", parse_date(in.body.text_of("event_date")), *row);
  store_case(in, verdict, std::move(*row));
}

// --- stay, mediation, settlement, withdrawal ---

void stay_or_resume(const RuleInput& in, Verdict& verdict, bool stays) {
  auto [day, row] = load_for(in, verdict);
  if (!row) return;
  const auto id = from_sha256_id(in.data.text_of("invalidation"));
  const auto request = id ? in.rows.find_record(*id) : nullptr;
  const Value* data = request ? request->body.find("data") : nullptr;
  if (data && !lists(row->items_of("pats"), data->text_of("pat"))) {
    raise(verdict, issue("REF_WRONG_TYPE", "/data/invalidation", std::string(data->text_of("pat"))));
  }
  take_case_act(in, verdict, stays ? "case.stay" : "case.resume", day, *row);
  if (stays) {
    row->set("stay", *in.data.find("invalidation"));
  } else {
    row->erase("stay");
  }
  store_case(in, verdict, std::move(*row));
}
void stay(const RuleInput& in, Verdict& verdict) { stay_or_resume(in, verdict, true); }
void resume(const RuleInput& in, Verdict& verdict) { stay_or_resume(in, verdict, false); }

/// `parties` are all of the case: the framework asks each of them for a signature.
void check_all_sign(const RuleInput& in, Verdict& verdict, const Value& row) {
  const Value::Items& signing = in.data.items_of("parties");
  const std::vector<std::string> parties = parties_of(row);
  for (const std::string& party : parties) {
    if (!lists(signing, party)) raise(verdict, issue("MISSING_SIGNATURE", "/data/parties", party));
  }
  for (const Value& each : signing) {
    if (!is_party(row, each.text())) raise(verdict, issue("ROLE_NOT_PERMITTED", "/data/parties", each.text()));
  }
}

void mediation(const RuleInput& in, Verdict& verdict) {
  auto [day, row] = load_for(in, verdict);
  if (!row) return;
  check_all_sign(in, verdict, *row);
  const bool confirms = in.data.boolean_of("judicial_confirmation");
  if (confirms && !by_court(in)) raise(verdict, issue("ROLE_NOT_PERMITTED", "/data/judicial_confirmation", "COURT"));
  const bool mediated = row->text_of("status") == name(CaseStatus::mediated);
  const bool own = lists(row->items_of("bodies"), in.body.text_of("submitter"));
  take_case_act(in, verdict, confirms && mediated ? "case.mediation:CONFIRMED" : "case.mediation", day, *row);
  Value kept(Value::Members{{"record", to_sha256_id(in.record_id)}});
  copy(in, kept, {"date", "terms_commit"});
  row->set("mediation", std::move(kept));
  // Only a court's own mediation, or its confirmation, has legal effect (CPL 100, 205); what was effective
  // before lends it none.
  row->erase("effective");
  if (by_court(in) && (own || confirms)) set_effective(day, *row);
  store_case(in, verdict, std::move(*row));
}

void settle(const RuleInput& in, Verdict& verdict) {
  check_event_date(in, verdict);
  auto row = load_case(in, verdict);
  if (!row) return;
  check_all_sign(in, verdict, *row);
  take_case_act(in, verdict, "case.settle", parse_date(in.body.text_of("event_date")), *row);
  Value kept(Value::Members{{"date", in.body.text_of("event_date")}, {"record", to_sha256_id(in.record_id)}});
  copy(in, kept, {"stop_promise", "terms_commit"});
  row->set("settlement", std::move(kept));
  store_case(in, verdict, std::move(*row));
}

void withdraw(const RuleInput& in, Verdict& verdict) {
  auto [day, row] = load_for(in, verdict);
  if (!row) return;
  const std::string_view by = in.data.text_of("by");
  if (!lists(row->items_of("claimants"), by)) raise(verdict, issue("ROLE_NOT_PERMITTED", "/data/by", std::string(by)));
  take_case_act(in, verdict, "case.withdraw", day, *row);
  store_case(in, verdict, std::move(*row));
}

// --- enforcement, retrial ---

void enforce(const RuleInput& in, Verdict& verdict) {
  auto [day, row] = load_for(in, verdict);
  if (!row) return;
  const std::string_view status = in.data.text_of("status");
  const std::string act = "case.enforce:" + std::string(status);
  const auto since = parse_date(row->text_of("effective"));
  const CaseStatus before = case_status(row->text_of("status"));
  if (status == "APPLIED" && before == CaseStatus::mediated && !since) {
    raise(verdict, forbidden(*find_case_move(act, before), before));  // no legal effect, nothing to enforce
  }
  if (status == "APPLIED" && since) {
    const Date end = period_end(*since, in.pack.period("case_enforcement_months", *since), calendar_at(in.rows, today(in)));
    if (day && *day > end) {
      Issue passed = issue("DEADLINE_PASSED", "/data/date", to_string(*day) + " > " + to_string(end));
      passed.law = "CPL";
      passed.article = "250";
      raise(verdict, std::move(passed));
    }
  }
  take_case_act(in, verdict, act, day, *row);
  add_body(verdict, in.body.text_of("submitter"), *row);
  store_case(in, verdict, std::move(*row));
}

void retrial(const RuleInput& in, Verdict& verdict) {
  auto [day, row] = load_for(in, verdict);
  if (!row) return;
  const std::string_view kind = in.data.text_of("kind");
  const Value* outcome = in.data.find("outcome");
  if ((outcome != nullptr) != (kind == "DECIDED")) {
    return raise(verdict, issue("SCHEMA_INVALID", "/data/outcome", std::string(kind)));
  }
  const auto since = parse_date(row->text_of("effective"));
  if (kind == "PETITION" && since && day) {
    const Date end = period_end(*since, in.pack.period("case_retrial_months", *since), calendar_at(in.rows, today(in)));
    if (*day > end) {
      Issue late = issue("CLOCK_EXCEEDED", "/data/date", to_string(*day) + " > " + to_string(end));
      late.law = "CPL";
      late.article = "216";
      raise(verdict, std::move(late));
    }
  }
  take_case_act(in, verdict, "case.retrial:" + (outcome ? outcome->text() : std::string(kind)), day, *row);
  // A judgment that was revoked is no last word; one that was upheld stays what it was.
  if (outcome && outcome->text() == "REVOKED") row->erase("effective");
  add_body(verdict, in.body.text_of("submitter"), *row);
  store_case(in, verdict, std::move(*row));
}

// --- corrections and referrals ---

void correct(const RuleInput& in, Verdict& verdict) {
  check_event_date(in, verdict);
  auto row = load_case(in, verdict);
  if (!row) return;
  const auto id = from_sha256_id(in.data.text_of("target"));
  const auto target = id ? in.rows.find_record(*id) : nullptr;
  const Value* data = target ? target->body.find("data") : nullptr;
  if (data && data->text_of("case") != in.data.text_of("case")) {
    raise(verdict, issue("REF_WRONG_TYPE", "/data/target", std::string(data->text_of("case"))));
  }
  if (target && target->body.text_of("submitter") != in.body.text_of("submitter")) {
    raise(verdict, issue("CORRECTION_NOT_AUTHORITY", "/submitter", std::string(target->body.text_of("submitter"))));
  }
  take_case_act(in, verdict, "case.correct", std::nullopt, *row);
}

void refer(const RuleInput& in, Verdict& verdict) {
  check_event_date(in, verdict);
  auto row = load_case(in, verdict);
  if (!row) return;
  if (in.data.text_of("from_body") != in.body.text_of("submitter")) {
    raise(verdict, issue("ROLE_NOT_PERMITTED", "/data/from_body", std::string(in.data.text_of("from_body"))));
  }
  take_case_act(in, verdict, "case.refer", std::nullopt, *row);
  Value::Items linked = row->items_of("linked");
  if (!lists(linked, in.data.text_of("to_body"))) {
    if (linked.size() >= kLinkedMax) return raise(verdict, issue("SIZE_LIMIT", "/data/to_body", std::to_string(kLinkedMax)));
    linked.push_back(*in.data.find("to_body"));
  }
  row->set("linked", std::move(linked));
  store_case(in, verdict, std::move(*row));
}

struct NamedRule {
  std::string_view type;
  Rule rule;
};
constexpr NamedRule kRules[] = {{"case.accept", accept},     {"case.answer", answer},       {"case.appeal", appeal},
                                {"case.correct", correct},   {"case.decide", decide},       {"case.effective", effective},
                                {"case.enforce", enforce},   {"case.evidence", evidence},   {"case.file", file},
                                {"case.mediation", mediation}, {"case.refer", refer},       {"case.refuse", refuse},
                                {"case.resume", resume},     {"case.retrial", retrial},     {"case.settle", settle},
                                {"case.stay", stay},         {"case.withdraw", withdraw}};

}  // namespace
}  // namespace court_case

Rule case_rule(std::string_view type) {
  const auto at = std::ranges::find(court_case::kRules, type, &court_case::NamedRule::type);
  return at == std::end(court_case::kRules) ? nullptr : at->rule;
}

}  // namespace qinglu::ledger
