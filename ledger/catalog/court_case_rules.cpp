// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <string>
#include <vector>

#include "crypto/base/check.hpp"
#include "crypto/base/encoding.hpp"
#include "ledger/catalog/conflict.hpp"
#include "ledger/catalog/court_case.hpp"
#include "ledger/catalog/governance.hpp"
#include "ledger/catalog/patent.hpp"
#include "ledger/catalog/procedure.hpp"
#include "ledger/catalog/rules.hpp"
#include "ledger/catalog/signers.hpp"
#include "ledger/model/money.hpp"
#include "ledger/model/numbers.hpp"

namespace qinglu::ledger {
namespace {

constexpr std::size_t kLinkedMax = 16;  ///< keep the row within its bound
constexpr std::size_t kBodiesMax = 16;

bool lists(const Value::Items& items, std::string_view text) {
  return std::ranges::any_of(items, [&](const Value& each) { return each.is_string() && each.text() == text; });
}

/// Who speaks: the principal of an agent, else the submitter.
std::string speaker(const RuleInput& in) {
  return std::string(in.body.text_of("acting_for", in.body.text_of("submitter")));
}

bool by_authority(const RuleInput& in) {
  Role role{};
  return role_from(in.body.text_of("role"), role) && is_authority(role);
}
bool by_court(const RuleInput& in) { return in.body.text_of("role") == "COURT"; }

std::vector<std::string> parties_of(const Value& row) {
  std::vector<std::string> parties;
  for (const std::string_view side : {"claimants", "respondents"}) {
    for (const Value& each : row.items_of(side)) parties.push_back(each.text());
  }
  std::ranges::sort(parties);
  return parties;
}

bool is_party(const Value& row, std::string_view party) {
  return lists(row.items_of("claimants"), party) || lists(row.items_of("respondents"), party);
}

/// Bits of CaseWriters that fit who submits.
std::uint8_t writers_of(const RuleInput& in, const Value& row) {
  std::uint8_t bits = kMediator;
  if (by_authority(in)) {
    if (lists(row.items_of("bodies"), in.body.text_of("submitter"))) bits |= kBody;
    if (by_court(in)) bits |= kAnyCourt;
  } else {
    const std::string who = speaker(in);
    if (lists(row.items_of("claimants"), who)) bits |= kClaimant;
    if (lists(row.items_of("respondents"), who)) bits |= kRespondent;
  }
  return bits;
}

std::string allowed_acts(CaseStatus status) {
  std::string acts;
  for (const CaseMove& each : case_moves()) {
    if (find_case_move(each.act, status) == &each) acts += (acts.empty() ? "" : ", ") + std::string(each.act);
  }
  return acts;
}

Issue forbidden(const CaseMove& move, CaseStatus status) {
  const std::string_view word = status == CaseStatus::none ? "-" : name(status);
  Issue issue{"CASE_STATE_FORBIDS", "/type", std::string(word) + "; " + allowed_acts(status), {}, std::string(move.law), std::string(move.article)};
  return issue;
}

/// A court or department that writes in the case from now on.
void add_body(Verdict& verdict, std::string_view body, Value& row) {
  Value::Items bodies = row.items_of("bodies");
  if (lists(bodies, body)) return;
  if (bodies.size() >= kBodiesMax) return raise(verdict, issue("SIZE_LIMIT", "/data/case", std::to_string(kBodiesMax)));
  bodies.emplace_back(body);
  row.set("bodies", std::move(bodies));
}

// --- windows: days from the service on a party (domain.md 6.11) ---

/// Domicile outside China: a region that is neither CN nor a code of digits.
bool domiciled_abroad(const RowReader& rows, std::string_view party) {
  const auto row = rows.find(party_row(party));
  const std::string_view region = row ? row->text_of("region") : std::string_view();
  return !region.empty() && !region_covers("CN", region) && region != "CN";
}

/// Last day for one party of a window that opens with its service; nullopt: open.
std::optional<Date> window_of_party(const Value& decision, std::string_view party, std::int64_t days, const Calendar& calendar) {
  for (const Value& each : decision.items_of("served")) {
    const auto day = parse_date(each.text_of("date"));
    if (each.text_of("party") == party && day) return calendar.shift(add_days(*day, days));
  }
  return std::nullopt;
}

/// Days in which a party may attack a decision that stands in the row's `decisions` under `act`.
std::int64_t days_to_attack(const RulePack& pack, const RowReader& rows, std::string_view act, const Value& decision,
                            std::string_view party) {
  if (act == "admin") return pack.integer("case_admin_suit_days");
  if (domiciled_abroad(rows, party)) return pack.integer("case_foreign_days");
  const bool ruling = act == "refuse" || decision.text_of("form") == "RULING";
  return pack.integer(ruling ? "case_ruling_days" : "case_judgment_days");
}

/// The decision that the case's parties may attack now; empty when there is none.
std::string_view attackable(CaseStatus status) {
  switch (status) {
    case CaseStatus::decided_1: return "first";
    case CaseStatus::admin_decided: return "admin";
    case CaseStatus::refused: return "refuse";
    default: return {};
  }
}

// --- findings ---

/// Items of the last decision that find infringement.
Value::Items infringed(const Value& row) {
  Value::Items found;
  const Value* decision = decision_of(row, row.text_of("judged"));
  if (!decision) return found;
  for (const Value& each : decision->items_of("outcome")) {
    if (each.text_of("result") == "INFRINGED") found.push_back(each);
  }
  return found;
}

bool is_last_word(const Value& row) {
  using enum CaseStatus;
  constexpr CaseStatus kLastWords[] = {effective, admin_effective, decided_2,          decided_r,        mediated,
                                       enforcement, enforced,      enforce_terminated, retrial_petition};
  CaseStatus status = case_status(row.text_of("status"));
  if (status == stayed) status = case_status(row.text_of("previous"));
  return row.find("effective") && std::ranges::find(kLastWords, status) != std::end(kLastWords);
}

/// The finding that a row's state makes; nullopt: none.
std::optional<Value> finding_of(const Value& row) {
  if (!is_last_word(row)) return std::nullopt;
  Value finding(Value::Members{{"date", *row.find("effective")}});
  if (const Value* mediation = row.find("mediation")) {
    finding.set("pats", *row.find("pats"));
    finding.set("record", *mediation->find("record"));
    return finding;
  }
  const Value::Items found = infringed(row);
  if (found.empty()) return std::nullopt;
  std::vector<std::string> patents;
  for (const Value& each : found) patents.emplace_back(each.text_of("pat"));
  std::ranges::sort(patents);
  patents.erase(std::ranges::unique(patents).begin(), patents.end());
  finding.set("pats", Value::Items(patents.begin(), patents.end()));
  finding.set("record", *decision_of(row, row.text_of("judged"))->find("record"));
  return finding;
}

/// What makes a decision the last word on `day`.
void set_effective(std::optional<Date> day, Value& row) {
  if (day) row.set("effective", to_string(*day));
}

// --- in force at the act (domain.md 3.4) ---

std::string joined(const Value::Items& claims) {
  std::string text;
  for (const Value& claim : claims) text += (text.empty() ? "" : ", ") + std::to_string(claim.integer());
  return text;
}

/// Acts of these days against claims of one patent. At the filing also what the acts only touch.
void judge_acts(Verdict& verdict, const std::string& pointer, const Value& patent, const Value::Items& claims,
                InForce acts, bool filing) {
  const auto days = in_force(patent, claims);
  if (!days || acts.to < days->from || acts.from > days->to) {
    Issue outside = issue("PATENT_NOT_IN_FORCE_AT_ACT", pointer,
                          days ? to_string(days->from) + ".." + to_string(days->to) : std::string(patent.text_of("status")));
    outside.blocking.emplace_back(patent.text_of("record"));
    return raise(verdict, std::move(outside));
  }
  if (!filing) return;
  if (acts.from < days->from || acts.to > days->to) {
    raise(verdict, issue("ACT_PARTLY_OUTSIDE_TERM", pointer, to_string(days->from) + ".." + to_string(days->to)));
  }
  for (const Value& gap : patent.items_of("gaps")) {
    const auto from = parse_date(gap.text_of("from"));
    const auto to = parse_date(gap.text_of("to"));
    if (from && to && acts.from <= *to && *from <= acts.to) {
      raise(verdict, issue("ACT_IN_RESTORED_GAP", pointer, to_string(*from) + ".." + to_string(*to)));
    }
  }
}

/// Claims found infringed that are void by now: a partial invalidation reaches the case here.   Source: PL 47.
void check_not_void(const RuleInput& in, Verdict& verdict, const Value::Items& found, std::string_view pointer) {
  for (const Value& each : found) {
    const auto patent = in.rows.find(subject_row(each.text_of("pat")));
    const Value::Items gone = patent ? void_among(*patent, each.items_of("claims")) : Value::Items();
    if (gone.empty()) continue;
    Issue gone_claims = issue("PATENT_NOT_IN_FORCE_AT_ACT", pointer, std::string(each.text_of("pat")) + ": " + joined(gone));
    gone_claims.law = "PL";
    gone_claims.article = "47";
    raise(verdict, std::move(gone_claims));
  }
}

InForce acts_of(const Value& acts) {
  const auto first = parse_date(acts.text_of("first"));
  const auto last = parse_date(acts.text_of("last"));
  return {first.value_or(Date{}), last.value_or(Date{})};
}

// --- case.file ---

/// A licence of one of the claimants that runs on a day of the acts, of the kind that `standing` states.
bool has_license(const RuleInput& in, std::string_view pat, const Value& patent, std::string_view standing, InForce acts) {
  for (const LicenseRow& license : licenses_on(in.rows, pat, patent)) {
    const std::string_view kind = license.row.text_of("kind");
    const bool ordinary = kind != "EXCL" && kind != "SOLE";
    if (standing == "ORD" ? !ordinary : kind != standing) continue;
    const bool named = std::ranges::any_of(in.data.items_of("claimants"), [&](const Value& claimant) {
      return lists(license.row.items_of("licensees"), claimant.text());
    });
    const Value* scope = license.row.find("scope");
    const auto from = parse_date(scope ? scope->text_of("from") : std::string_view());
    const auto to = parse_date(scope ? scope->text_of("to") : std::string_view());
    if (named && (!from || *from <= acts.to) && (!to || *to >= acts.from)) return true;
  }
  return false;
}

void check_standing(const RuleInput& in, Verdict& verdict, std::string_view pat, const Value& patent, InForce acts) {
  const std::string_view standing = in.data.text_of("standing");
  bool holds = false;
  if (standing == "OWNER") {
    const std::vector<std::string> owners = holders(patent);
    holds = std::ranges::any_of(in.data.items_of("claimants"), [&](const Value& claimant) {
      return std::ranges::find(owners, claimant.text()) != owners.end();
    });
  } else {
    holds = has_license(in, pat, patent, standing, acts) && (standing != "SOLE" || in.data.boolean_of("owner_inaction")) &&
            (standing != "ORD" || in.data.find("authority"));
  }
  if (!holds) raise(verdict, issue("NO_STANDING", "/data/standing", std::string(standing) + ", " + std::string(pat)));
}

/// A utility model or design is sued on with its evaluation report.   Source: PL 66.
void check_report(const RuleInput& in, Verdict& verdict, bool examined_only) {
  if (examined_only || in.data.find("eval_report")) return;
  Issue missing = issue("EVAL_REPORT_REQUIRED", "/data/eval_report");
  missing.law = "PL";
  missing.article = "66";
  const bool required = in.data.text_of("route") == "ADMIN" && in.pack.integer("case_admin_eval_report") != 0;
  if (required) {
    raise(verdict, std::move(missing));
  } else {
    verdict.flag(std::move(missing));
  }
}

void check_report_is_of(const RuleInput& in, Verdict& verdict) {
  const auto id = from_sha256_id(in.data.text_of("eval_report"));
  const auto report = id ? in.rows.find_record(*id) : nullptr;
  const Value* data = report ? report->body.find("data") : nullptr;
  if (data && !lists(in.data.items_of("pats"), data->text_of("pat"))) {
    raise(verdict, issue("REF_WRONG_TYPE", "/data/eval_report", std::string(data->text_of("pat"))));
  }
}

/// Whether a grant of the body reaches the case: by level, and by the place of the acts or the domicile
/// of a respondent.
bool grant_reaches(const RuleInput& in, const Value& grant, bool designs_only) {
  if (!grant_good_at(grant, in.index)) return false;
  const Value* scope = grant.find("scope");
  if (!scope) return true;
  if (scope->text_of("court_level") == "BASIC" && !designs_only) return false;
  const std::string_view region = scope->text_of("region");
  if (region.empty() || region_covers(region, in.data.text_of("place"))) return true;
  return std::ranges::any_of(in.data.items_of("respondents"), [&](const Value& respondent) {
    const auto row = in.rows.find(party_row(respondent.text()));
    return row && row->find("region") && region_covers(region, row->text_of("region"));
  });
}

void check_competence(const RuleInput& in, Verdict& verdict, bool designs_only) {
  const std::string_view body = in.data.text_of("body");
  const bool civil = in.data.text_of("route") == "CIVIL";
  bool reached = false;
  for (const std::string_view role : {"ADMIN", "COURT", "IPO"}) {
    if ((role == "COURT") != civil) continue;
    const auto row = in.rows.find(role_row(body, role));
    reached = reached || (row && std::ranges::any_of(row->items_of("grants"), [&](const Value& grant) {
                            return grant_reaches(in, grant, designs_only);
                          }));
  }
  if (!reached) raise(verdict, issue("COURT_NOT_COMPETENT", "/data/body", std::string(body)));
}

/// `case:` and official number are free, and the key is the body's.
void check_names(const RuleInput& in, Verdict& verdict) {
  const std::string_view key = in.data.text_of("case");
  const std::string own = "case:" + std::string(in.data.text_of("body")).substr(4) + "/";
  if (!key.starts_with(own)) raise(verdict, issue("SCHEMA_INVALID", "/data/case", own));
  const auto known = in.rows.find(subject_row(key));
  if (known) {
    Issue exists = issue("CASE_EXISTS", "/data/case", std::string(key));
    exists.blocking.emplace_back(known->text_of("record"));
    raise(verdict, std::move(exists));
  }
  if (const auto index = in.rows.find(case_no_row(in.data.text_of("case_no")))) {
    raise(verdict, issue("CASE_EXISTS", "/data/case_no", std::string(index->text_of("case"))));
  }
}

/// Each patent has its claims, in the order of `pats`; nobody stands on both sides.
void check_claim_form(const RuleInput& in, Verdict& verdict) {
  const Value::Items& pats = in.data.items_of("pats");
  const Value::Items& asserted = in.data.items_of("asserted_claims");
  const bool fits = std::ranges::equal(pats, asserted, [](const Value& pat, const Value& item) {
    return item.text_of("pat") == pat.text();
  });
  if (!fits) raise(verdict, issue("SCHEMA_INVALID", "/data/asserted_claims", "pats"));
  for (const Value& each : in.data.items_of("respondents")) {
    if (lists(in.data.items_of("claimants"), each.text())) {
      raise(verdict, issue("SCHEMA_INVALID", "/data/respondents", each.text()));
    }
  }
}

void check_patents(const RuleInput& in, Verdict& verdict, InForce acts) {
  const Value::Items& asserted = in.data.items_of("asserted_claims");
  bool inventions_only = true;
  bool designs_only = true;
  for (std::size_t i = 0; i < asserted.size(); ++i) {
    const std::string pointer = "/data/asserted_claims/" + std::to_string(i);
    const std::string_view pat = asserted[i].text_of("pat");
    const auto patent = require_subject(in, verdict, pat, pointer + "/pat");
    if (!patent) continue;
    inventions_only = inventions_only && patent->text_of("type") == "INV";
    designs_only = designs_only && patent->text_of("type") == "DES";
    judge_acts(verdict, pointer, *patent, asserted[i].items_of("claims"), acts, true);
    check_standing(in, verdict, pat, *patent, acts);
  }
  check_report(in, verdict, inventions_only);
  check_competence(in, verdict, designs_only);
}

void file(const RuleInput& in, Verdict& verdict) {
  check_event_date(in, verdict);
  const auto first = past_date(in, verdict, "first_act");
  const auto last = past_date(in, verdict, "last_act");
  if (!first || !last) return;
  if (*last < *first) {
    raise(verdict, issue("EVENT_BEFORE_PRIOR", "/data/last_act", to_string(*last) + " < " + to_string(*first)));
  }
  check_names(in, verdict);
  check_claim_form(in, verdict);
  check_report_is_of(in, verdict);
  check_patents(in, verdict, {*first, *last});

  Value row;
  copy(in, row, {"body", "case_no", "claimants", "pats", "place", "respondents", "route"});
  row.set("asserted", *in.data.find("asserted_claims"));
  row.set("acts", Value(Value::Members{{"first", to_string(*first)}, {"last", to_string(*last)}}));
  row.set("bodies", Value::Items{*in.data.find("body")});
  row.set("filed", in.body.text_of("event_date"));
  row.set("record", to_sha256_id(in.record_id));
  take_case_act(in, verdict, "case.file", parse_date(in.body.text_of("event_date")), row);
  verdict.set(case_no_row(in.data.text_of("case_no")), Value(Value::Members{{"case", *in.data.find("case")}}));
  store_case(in, verdict, std::move(row));
}

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

/// A dated act of a body: its services, its move, and the row that it leaves in `decisions`.
struct Loaded {
  std::optional<Date> day;
  std::optional<Value> row;
};
Loaded load_for(const RuleInput& in, Verdict& verdict) {
  check_event_date(in, verdict);
  const auto day = past_date(in, verdict, "date");
  auto row = load_case(in, verdict);
  if (row && in.data.find("served")) check_services(in, verdict, true, day);
  return {day, std::move(row)};
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
    const auto end = window_of_party(*docketed, by, in.pack.integer(abroad ? "case_foreign_days" : "case_answer_days"),
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
  // Only a court's own mediation, or its confirmation, has legal effect (CPL 100, 205).
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

// --- decisions ---

std::optional<std::int64_t> fen_of(const Value& damages, std::string_view member) {
  const Value* money = damages.find(member);
  const Value* fen = money ? money->find("fen") : nullptr;
  return fen && fen->is_integer() ? std::optional(fen->integer()) : std::nullopt;
}

/// `amount` x `milli` / 1,000, to the fen below or above it.
bool is_product(std::int64_t total, std::int64_t amount, std::int64_t milli) {
  constexpr std::int64_t kMilli = 1'000;
  const auto product = checked_multiply(amount, milli);
  if (!product) return false;  // beyond what a total can state
  const std::int64_t below = *product / kMilli;
  return total == below || (*product % kMilli != 0 && total == below + 1);
}

/// Punitive damages: a multiple of a base that was not fixed by statute. The total is the court's; it is
/// flagged only where it fits no reading: the multiple alone or on top of the base, with expenses or
/// without.   Source: PL 71, PUN21 5; domain.md 3.4.
void check_punitive(const RuleInput& in, Verdict& verdict, const Value& damages, std::span<const std::int64_t> sums) {
  const Value* multiple = damages.find("multiple_milli");
  if (!multiple) return raise(verdict, issue("SCHEMA_INVALID", "/data/damages/multiple_milli", "punitive"));
  if (damages.text_of("method") == "STATUTORY") {
    raise(verdict, issue("PUNITIVE_BASE_STATUTORY", "/data/damages/method", "STATUTORY"));
  }
  const std::int64_t milli = multiple->integer();
  const std::int64_t least = in.pack.integer("punitive_min_milli");
  const std::int64_t most = in.pack.integer("punitive_max_milli");
  if (milli < least || milli > most) {
    raise(verdict, issue("MULTIPLE_OUT_OF_RANGE", "/data/damages/multiple_milli",
                         std::to_string(milli) + ": " + std::to_string(least) + ".." + std::to_string(most)));
  }
  const auto base = fen_of(damages, "base");
  if (!base || sums.empty()) return;
  const bool fits = std::ranges::any_of(sums, [&](std::int64_t sum) {
    return is_product(sum, *base, milli) || (sum >= *base && is_product(sum - *base, *base, milli));
  });
  if (!fits) raise(verdict, issue("DAMAGES_MISMATCH", "/data/damages/total", std::to_string(sums.front())));
}

void check_damages(const RuleInput& in, Verdict& verdict) {
  const Value* damages = in.data.find("damages");
  if (!damages) return;
  // The total as stated and, since practice differs, without the expenses.
  std::vector<std::int64_t> sums;
  const auto total = fen_of(*damages, "total");
  const auto expenses = fen_of(*damages, "expenses");
  if (total) sums.push_back(*total);
  if (total && expenses && *expenses <= *total) sums.push_back(*total - *expenses);
  if (damages->text_of("method") == "STATUTORY" && total) {
    const std::int64_t least = in.pack.integer("damages_statutory_min_fen");
    const std::int64_t most = in.pack.integer("damages_statutory_max_fen");
    const bool within = std::ranges::any_of(sums, [&](std::int64_t sum) { return least <= sum && sum <= most; });
    if (!within) {
      raise(verdict, issue("DAMAGES_OUT_OF_RANGE", "/data/damages/total",
                           std::to_string(*total) + ": " + std::to_string(least) + ".." + std::to_string(most)));
    }
  }
  if (damages->boolean_of("punitive")) check_punitive(in, verdict, *damages, sums);
}

/// Every claim that was asserted has one result, and no other claim has any.
void check_outcome(const RuleInput& in, Verdict& verdict, const Value& row) {
  using Claim = std::pair<std::string, std::int64_t>;
  const auto claims_of = [](const Value::Items& items) {
    std::vector<Claim> claims;
    for (const Value& item : items) {
      for (const Value& claim : item.items_of("claims")) claims.emplace_back(item.text_of("pat"), claim.integer());
    }
    std::ranges::sort(claims);
    return claims;
  };
  if (claims_of(in.data.items_of("outcome")) != claims_of(row.items_of("asserted"))) {
    raise(verdict, issue("SCHEMA_INVALID", "/data/outcome", "asserted_claims"));
  }
}

/// What a repetition rests on: who was bound, and from which day on.
struct Earlier {
  std::vector<std::string> parties;
  std::string_view date;
};

/// An effective finding, a settlement with a promise or a promise to stop; nullopt: none of them.
std::optional<Earlier> earlier_of(const RuleInput& in, const std::string& id, std::shared_ptr<const Value>& row) {
  const auto digest = from_sha256_id(id);
  const auto record = digest ? in.rows.find_record(*digest) : nullptr;
  const Value* data = record ? record->body.find("data") : nullptr;
  if (!data) return std::nullopt;
  if (record->body.text_of("type") == "promise.stop") {
    row = in.rows.find(encumbrance_row(data->text_of("pat"), id));
    if (!row) return std::nullopt;
    return Earlier{{std::string(row->text_of("by"))}, row->text_of("date")};
  }
  row = in.rows.find(subject_row(data->text_of("case")));
  if (!row) return std::nullopt;
  Earlier earlier;
  for (const Value& each : row->items_of("respondents")) earlier.parties.push_back(each.text());
  const Value* settled = row->find("settlement");
  if (settled && settled->text_of("record") == id && settled->boolean_of("stop_promise")) {
    earlier.date = settled->text_of("date");
    return earlier;
  }
  const Value* found = case_finding(*row);
  if (!found || found->text_of("record") != id) return std::nullopt;
  earlier.date = found->text_of("date");
  return earlier;
}

/// What `repeat_of` cites binds a respondent of this case, and an act of this case lies after it.
/// Source: domain.md 3.5.
void check_repeats(const RuleInput& in, Verdict& verdict, const Value& row) {
  const Value::Items& cited = in.data.items_of("repeat_of");
  for (std::size_t i = 0; i < cited.size(); ++i) {
    const std::string pointer = "/data/repeat_of/" + std::to_string(i);
    std::shared_ptr<const Value> holder;  // keeps the views of `earlier` alive
    const auto earlier = earlier_of(in, cited[i].text(), holder);
    const bool same = earlier && std::ranges::any_of(earlier->parties, [&](const std::string& party) {
      return lists(row.items_of("respondents"), party);
    });
    if (!same) {
      raise(verdict, issue("REF_WRONG_TYPE", pointer, cited[i].text()));
      continue;
    }
    const auto since = parse_date(earlier->date);
    if (since && acts_of(*row.find("acts")).to <= *since) {
      raise(verdict, issue("EVENT_BEFORE_PRIOR", pointer, std::string(row.find("acts")->text_of("last")) + " <= " + to_string(*since)));
    }
  }
}

/// Name of the decision in the row and variant of the act: by role and instance.
std::string_view decision_kind(const RuleInput& in) {
  if (!by_court(in)) return "admin";
  const std::string_view instance = in.data.text_of("instance");
  return instance == "FIRST" ? "first" : instance == "SECOND" ? "second" : "retrial";
}

void decide(const RuleInput& in, Verdict& verdict) {
  auto [day, row] = load_for(in, verdict);
  if (!row) return;
  check_outcome(in, verdict, *row);
  check_damages(in, verdict);
  check_repeats(in, verdict, *row);
  const std::string_view kind = decision_kind(in);
  const std::string variant = kind == "admin" ? "ADMIN" : std::string(in.data.text_of("instance"));
  // Nobody decides on the appeal against himself.
  if (kind == "second" && in.body.text_of("submitter") == row->text_of("body")) {
    raise(verdict, issue("ROLE_NOT_PERMITTED", "/data/instance", "SECOND"));
  }
  take_case_act(in, verdict, "case.decide:" + variant, day, *row);
  keep_decision(in, kind, "date", *row);
  Value* decision = row->find("decisions")->find(kind);
  copy(in, *decision, {"form", "orders", "outcome"});
  row->set("judged", kind);
  row->erase("effective");
  row->erase("mediation");
  // No appeal lies against the last instance.
  if (kind == "second" || kind == "retrial") set_effective(day, *row);
  const Value::Items found = infringed(*row);
  for (const Value& each : found) {
    const auto patent = in.rows.find(subject_row(each.text_of("pat")));
    if (!patent || !void_among(*patent, each.items_of("claims")).empty()) continue;  // named below
    judge_acts(verdict, "/data/outcome", *patent, each.items_of("claims"), acts_of(*row->find("acts")), false);
  }
  check_not_void(in, verdict, found, "/data/outcome");
  store_case(in, verdict, std::move(*row));
}

void appeal(const RuleInput& in, Verdict& verdict) {
  check_event_date(in, verdict);
  const auto filed = filed_in_court(in, verdict);
  auto row = load_case(in, verdict);
  if (!row) return;
  const std::string by(in.data.text_of("by"));
  if (!is_party(*row, by) || (!by_authority(in) && by != speaker(in))) {
    raise(verdict, issue("ROLE_NOT_PERMITTED", "/data/by", by));
  }
  if (in.data.text_of("court") == row->text_of("body")) {
    raise(verdict, issue("ROLE_NOT_PERMITTED", "/data/court", std::string(in.data.text_of("court"))));
  }
  // A second appellant comes while the first one's appeal is pending: the decision is the same one.
  const std::string act(row->text_of("judged"));
  const bool suit = act == "admin";
  if (const Value* decision = decision_of(*row, act)) {
    const auto end = window_of_party(*decision, by, days_to_attack(in.pack, in.rows, act, *decision, by), calendar_at(in.rows, today(in)));
    if (filed && end && *filed > *end) {
      Issue late = issue("APPEAL_LATE", "/data/date", to_string(*filed) + " > " + to_string(*end));
      late.law = suit ? "PL" : "CPL";
      late.article = suit ? "65" : "171";
      raise(verdict, std::move(late));
    }
  }
  take_case_act(in, verdict, suit ? "case.appeal:SUIT" : "case.appeal", date_in(in, "date"), *row);
  add_body(verdict, in.data.text_of("court"), *row);
  store_case(in, verdict, std::move(*row));
}

/// The last party's window is over on `day`, where somebody may still attack the decision.
void check_windows_over(const RuleInput& in, Verdict& verdict, const Value& row, Date day) {
  const std::string_view act = attackable(case_status(row.text_of("status")));
  const Value* decision = decision_of(row, act);
  if (!decision) return;
  const Calendar calendar = calendar_at(in.rows, today(in));
  for (const std::string& party : parties_of(row)) {
    const auto end = window_of_party(*decision, party, days_to_attack(in.pack, in.rows, act, *decision, party), calendar);
    if (!end) {
      raise(verdict, issue("SERVICE_UNKNOWN", "/data/case", party));
    } else if (day <= *end) {
      Issue open = issue("APPEAL_WINDOW_OPEN", "/data/date", party + ", " + to_string(*end));
      open.law = act == "admin" ? "PL" : "CPL";
      open.article = act == "admin" ? "65" : "171";
      raise(verdict, std::move(open));
    }
  }
}

void effective(const RuleInput& in, Verdict& verdict) {
  auto [day, row] = load_for(in, verdict);
  if (!row || !day) return;
  check_windows_over(in, verdict, *row, *day);
  take_case_act(in, verdict, row->text_of("judged") == "admin" ? "case.effective:ADMIN" : "case.effective", day, *row);
  // The last instance was effective before; only what a party could attack begins now.
  if (!row->find("effective")) set_effective(day, *row);
  check_not_void(in, verdict, infringed(*row), "/data/case");
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
    const Date end = period_end(*since, in.pack.integer("case_enforcement_months"), calendar_at(in.rows, today(in)));
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
    const Date end = period_end(*since, in.pack.integer("case_retrial_months"), calendar_at(in.rows, today(in)));
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

Rule case_rule(std::string_view type) {
  const auto at = std::ranges::find(kRules, type, &NamedRule::type);
  return at == std::end(kRules) ? nullptr : at->rule;
}

std::optional<Value> load_case(const RuleInput& input, Verdict& verdict) {
  const auto row = require_subject(input, verdict, input.data.text_of("case"), "/data/case");
  return row ? std::optional<Value>(*row) : std::nullopt;
}

void take_case_act(const RuleInput& in, Verdict& verdict, std::string_view act, std::optional<Date> day, Value& row) {
  const CaseStatus status = case_status(row.text_of("status"));
  const CaseMove* move = find_case_move(act, status);
  if (!move) {
    // An authority's act has its effect all the same: any row of the act says where it leads.
    const auto moves = case_moves();
    const auto at = std::ranges::find(moves, act, &CaseMove::act);
    QL_CHECK(at != moves.end());
    move = &*at;
    raise(verdict, forbidden(*move, status));
  }
  if (!(move->writers & writers_of(in, row))) {
    raise(verdict, issue("ROLE_NOT_PERMITTED", "/submitter", speaker(in)));
  }
  const auto prior = parse_date(row.text_of(move->moves ? "since" : "filed"));
  if (day && prior && *day < *prior) {
    raise(verdict, issue("EVENT_BEFORE_PRIOR", "/data", to_string(*day) + " < " + to_string(*prior)));
  }
  if (!move->moves) return;
  const bool back = move->to == CaseStatus::none;
  const CaseStatus to = back ? case_status(row.text_of("previous")) : move->to;
  row.erase("previous");
  if (to == CaseStatus::stayed || to == CaseStatus::retrial_petition) row.set("previous", row.text_of("status"));
  if (to != CaseStatus::none) row.set("status", name(to));
  if (day) row.set("since", to_string(*day));
}

void store_case(const RuleInput& input, Verdict& verdict, Value row) {
  if (auto finding = finding_of(row)) {
    row.set("finding", std::move(*finding));
  } else {
    row.erase("finding");
  }
  verdict.set(subject_row(input.data.text_of("case")), std::move(row));
}

const Value* case_finding(const Value& case_row) { return case_row.find("finding"); }

std::string derived_case_status(const RowReader& rows, const Value& case_row, const RulePack& pack,
                                const Calendar& calendar, Date date) {
  const std::string status(case_row.text_of("status"));
  const std::string_view act = attackable(case_status(status));
  const Value* decision = act == "refuse" ? nullptr : decision_of(case_row, act);
  if (!decision) return status;
  const bool open = std::ranges::any_of(parties_of(case_row), [&](const std::string& party) {
    const auto end = window_of_party(*decision, party, days_to_attack(pack, rows, act, *decision, party), calendar);
    return !end || date <= *end;
  });
  return open ? "APPEAL_WINDOW" : status;
}

std::optional<InForce> in_force(const Value& patent_row, const Value::Items& claims) {
  const Value* grant = patent_row.find("grant");
  const auto from = grant ? parse_date(grant->text_of("date")) : std::nullopt;
  auto to = parse_date(patent_row.text_of("term_end"));
  if (!from || !to || void_among(patent_row, claims).size() == claims.size()) return std::nullopt;
  const auto end_before = [&](std::optional<Date> without) {
    if (without) to = std::min(*to, add_days(*without, -1));
  };
  if (const Value* lapse = patent_row.find("lapse")) end_before(parse_date(lapse->text_of("as_of")));
  if (patent_status(patent_row.text_of("status")) == PatentStatus::abandoned) {
    end_before(parse_date(patent_row.text_of("since")));
  }
  if (*to < *from) return std::nullopt;
  return InForce{*from, *to};
}

Value::Items void_among(const Value& patent_row, const Value::Items& claims) {
  if (patent_status(patent_row.text_of("status")) == PatentStatus::invalidated) return claims;
  const Value::Items& gone = patent_row.items_of("void_claims");
  Value::Items found;
  std::ranges::copy_if(claims, std::back_inserter(found),
                       [&](const Value& claim) { return std::ranges::find(gone, claim) != gone.end(); });
  return found;
}

std::string normal_case_no(std::string_view case_no) {
  constexpr std::pair<std::string_view, char> kSpellings[] = {
      {"（", '('}, {"〔", '('}, {"［", '('}, {"【", '('}, {"[", '('}, {"）", ')'}, {"〕", ')'}, {"］", ')'}, {"】", ')'}, {"]", ')'}};
  constexpr std::string_view kBlanks[] = {" ", "\t", "　"};
  std::string normal;
  while (!case_no.empty()) {
    const auto starts = [&](std::string_view prefix) { return case_no.starts_with(prefix); };
    const auto bracket = std::ranges::find_if(kSpellings, starts, &std::pair<std::string_view, char>::first);
    const auto blank = std::ranges::find_if(kBlanks, starts);
    if (bracket != std::end(kSpellings)) {
      normal += bracket->second;
      case_no.remove_prefix(bracket->first.size());
    } else if (blank != std::end(kBlanks)) {
      case_no.remove_prefix(blank->size());
    } else {
      normal += case_no.front();
      case_no.remove_prefix(1);
    }
  }
  return normal;
}

RowKey case_no_row(std::string_view case_no) { return encumbrance_row("case_no", normal_case_no(case_no)); }

}  // namespace qinglu::ledger
