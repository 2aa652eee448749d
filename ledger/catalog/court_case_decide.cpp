// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <span>

#include "crypto/base/encoding.hpp"
#include "ledger/catalog/court_case_parts.hpp"
#include "ledger/catalog/governance.hpp"
#include "ledger/catalog/patent.hpp"
#include "ledger/catalog/procedure.hpp"
#include "ledger/catalog/rules.hpp"
#include "ledger/catalog/signers.hpp"
#include "ledger/model/money.hpp"
#include "ledger/model/rows.hpp"

namespace qinglu::ledger::court_case {
namespace {

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

/// What `repeat_of` cites binds a respondent of this case, or a party that the body holds to be linked with
/// one, and an act of this case lies after it.
/// Source: domain.md 3.5.
void check_repeats(const RuleInput& in, Verdict& verdict, const Value& row) {
  const Value::Items& cited = in.data.items_of("repeat_of");
  if (cited.empty() && in.data.find("linked_parties")) raise(verdict, issue("SCHEMA_INVALID", "/data/linked_parties", "repeat_of"));
  for (std::size_t i = 0; i < cited.size(); ++i) {
    const std::string pointer = "/data/repeat_of/" + std::to_string(i);
    std::shared_ptr<const Value> holder;  // keeps the views of `earlier` alive
    const auto earlier = earlier_of(in, cited[i].text(), holder);
    const bool same = earlier && std::ranges::any_of(earlier->parties, [&](const std::string& party) {
      return lists(row.items_of("respondents"), party) || lists(in.data.items_of("linked_parties"), party);
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

/// Whether a body has the case first, or made the decision that stands: also the court of a suit against a
/// department decides no appeal against itself.
bool decided_before(const RuleInput& in, const Value& row, std::string_view body) {
  if (row.text_of("body") == body) return true;
  const Value* decision = decision_of(row, row.text_of("judged"));
  const auto id = decision ? from_sha256_id(decision->text_of("record")) : std::nullopt;
  const auto record = id ? in.rows.find_record(*id) : nullptr;
  return record && record->body.text_of("submitter") == body;
}

/// Name of the decision in the row and variant of the act: by role and instance.
std::string_view decision_kind(const RuleInput& in) {
  if (!by_court(in)) return "admin";
  const std::string_view instance = in.data.text_of("instance");
  return instance == "FIRST" ? "first" : instance == "SECOND" ? "second" : "retrial";
}

/// The last party's window is over on `day`, where somebody may still attack the decision.
void check_windows_over(const RuleInput& in, Verdict& verdict, const Value& row, Date day) {
  const std::string_view act = attackable(case_status(row.text_of("status")));
  const Value* decision = decision_of(row, act);
  if (!decision) return;
  const Calendar calendar = calendar_at(in.rows, today(in));
  for (const std::string& party : parties_of(row)) {
    const auto end = window_of_party(*decision, party, in.pack, days_to_attack(in.rows, act, *decision, party), calendar);
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

/// Whether a higher court, or one that retries the case, sends it back as a whole. On appeal it does so
/// once.   Source: CPL 177, 218.
bool is_remand(const RuleInput& in, Verdict& verdict, std::string_view kind, const Value& row) {
  const Value::Items& outcome = in.data.items_of("outcome");
  const auto sent_back = [](const Value& each) { return each.text_of("result") == "REMANDED"; };
  if (std::ranges::none_of(outcome, sent_back)) return false;
  const bool can = kind == "second" || kind == "retrial";
  const bool whole = std::ranges::all_of(outcome, sent_back) && !in.data.find("orders") && !in.data.find("damages");
  if (!can || !whole) raise(verdict, issue("SCHEMA_INVALID", "/data/outcome", "REMANDED"));
  if (const Value* before = row.find("remanded"); before && kind == "second") {
    Issue twice = issue("CASE_STATE_FORBIDS", "/data/outcome", before->text());
    twice.blocking.push_back(before->text());
    twice.law = "CPL";
    twice.article = "177";
    raise(verdict, std::move(twice));
  }
  return can;
}

}  // namespace

void decide(const RuleInput& in, Verdict& verdict) {
  auto [day, row] = load_for(in, verdict);
  if (!row) return;
  check_outcome(in, verdict, *row);
  check_damages(in, verdict);
  check_repeats(in, verdict, *row);
  const std::string_view kind = decision_kind(in);
  const std::string variant = kind == "admin" ? "ADMIN" : std::string(in.data.text_of("instance"));
  // Nobody decides on the appeal against himself.
  if (kind == "second" && decided_before(in, *row, in.body.text_of("submitter"))) {
    raise(verdict, issue("ROLE_NOT_PERMITTED", "/data/instance", "SECOND"));
  }
  const bool remands = is_remand(in, verdict, kind, *row);
  take_case_act(in, verdict, "case.decide:" + (remands ? std::string("REMAND") : variant), day, *row);
  keep_decision(in, kind, "date", *row);
  Value* decision = row->find("decisions")->find(kind);
  copy(in, *decision, {"form", "orders", "outcome"});
  row->set("judged", kind);
  row->erase("effective");
  row->erase("mediation");
  if (remands) {
    // The decision below is gone, and none takes its place: the case is heard anew.
    row->erase("judged");
    row->set("remanded", to_sha256_id(in.record_id));
    return store_case(in, verdict, std::move(*row));
  }
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
  // A refusal to docket is a ruling on the claimant alone; nobody else was served with it.
  const auto& claimants = row->items_of("claimants");
  const bool refusal = row->text_of("judged") == "refuse";
  const bool entitled = refusal ? std::ranges::find(claimants, by, &Value::text) != claimants.end() : is_party(*row, by);
  if (!entitled || (!by_authority(in) && by != speaker(in))) {
    raise(verdict, issue("ROLE_NOT_PERMITTED", "/data/by", by));
  }
  const auto grants = in.rows.find(role_row(in.data.text_of("court"), "COURT"));
  const bool court = grants && std::ranges::any_of(grants->items_of("grants"), [&](const Value& grant) { return grant_good_at(grant, in.index); });
  if (!court || decided_before(in, *row, in.data.text_of("court"))) {
    raise(verdict, issue("ROLE_NOT_PERMITTED", "/data/court", std::string(in.data.text_of("court"))));
  }
  // A second appellant comes while the first one's appeal is pending: the decision is the same one.
  const std::string act(row->text_of("judged"));
  const bool suit = act == "admin";
  if (const Value* decision = decision_of(*row, act)) {
    const auto end = window_of_party(*decision, by, in.pack, days_to_attack(in.rows, act, *decision, by), calendar_at(in.rows, today(in)));
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

void effective(const RuleInput& in, Verdict& verdict) {
  auto [day, row] = load_for(in, verdict);
  if (!row || !day) return;
  check_windows_over(in, verdict, *row, *day);
  // A retrial may have taken the place of the department's decision.
  using enum CaseStatus;
  constexpr CaseStatus kCourts[] = {decided_1, decided_2, decided_r};
  const bool courts = std::ranges::find(kCourts, case_status(row->text_of("status"))) != std::end(kCourts);
  take_case_act(in, verdict, row->text_of("judged") == "admin" && !courts ? "case.effective:ADMIN" : "case.effective", day, *row);
  // The last instance was effective before, and an agreement gets its effect from a court alone: only what a
  // party could attack begins now.
  if (!row->find("effective") && !row->find("mediation")) set_effective(day, *row);
  check_not_void(in, verdict, infringed(*row), "/data/case");
  store_case(in, verdict, std::move(*row));
}

}  // namespace qinglu::ledger::court_case
