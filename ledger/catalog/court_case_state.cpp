// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <iterator>
#include <utility>

#include "crypto/base/check.hpp"
#include "ledger/catalog/court_case_parts.hpp"
#include "ledger/catalog/patent.hpp"
#include "ledger/catalog/rules.hpp"
#include "ledger/model/numbers.hpp"

namespace qinglu::ledger {
namespace court_case {
namespace {

constexpr std::size_t kBodiesMax = 16;  ///< keeps the row within its bound

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
  patents.erase(std::unique(patents.begin(), patents.end()), patents.end());
  finding.set("pats", Value::Items(patents.begin(), patents.end()));
  finding.set("record", *decision_of(row, row.text_of("judged"))->find("record"));
  return finding;
}

std::string joined(const Value::Items& claims) {
  std::string text;
  for (const Value& claim : claims) text += (text.empty() ? "" : ", ") + std::to_string(claim.integer());
  return text;
}

}  // namespace

bool lists(const Value::Items& items, std::string_view text) {
  return std::ranges::any_of(items, [&](const Value& each) { return each.is_string() && each.text() == text; });
}

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

Issue forbidden(const CaseMove& move, CaseStatus status) {
  const std::string_view word = status == CaseStatus::none ? "-" : name(status);
  return {"CASE_STATE_FORBIDS", "/type", std::string(word) + "; " + allowed_acts(status), {}, std::string(move.law), std::string(move.article)};
}

void add_body(Verdict& verdict, std::string_view body, Value& row) {
  Value::Items bodies = row.items_of("bodies");
  if (lists(bodies, body)) return;
  if (bodies.size() >= kBodiesMax) return raise(verdict, issue("SIZE_LIMIT", "/data/case", std::to_string(kBodiesMax)));
  bodies.emplace_back(body);
  row.set("bodies", std::move(bodies));
}

// --- windows: days from the service on a party (domain.md 6.11) ---

bool domiciled_abroad(const RowReader& rows, std::string_view party) {
  const auto row = rows.find(party_row(party));
  const std::string_view region = row ? row->text_of("region") : std::string_view();
  return !region.empty() && !region_covers("CN", region) && region != "CN";
}

std::optional<Date> window_of_party(const Value& decision, std::string_view party, const RulePack& pack, std::string_view days,
                                    const Calendar& calendar) {
  for (const Value& each : decision.items_of("served")) {
    const auto day = parse_date(each.text_of("date"));
    if (each.text_of("party") == party && day) return calendar.shift(add_days(*day, pack.period(days, *day)));
  }
  return std::nullopt;
}

std::string_view days_to_attack(const RowReader& rows, std::string_view act, const Value& decision, std::string_view party) {
  if (act == "admin") return "case_admin_suit_days";
  if (domiciled_abroad(rows, party)) return "case_foreign_days";
  const bool ruling = act == "refuse" || decision.text_of("form") == "RULING";
  return ruling ? "case_ruling_days" : "case_judgment_days";
}

std::string_view attackable(CaseStatus status) {
  switch (status) {
    case CaseStatus::decided_1: return "first";
    case CaseStatus::admin_decided: return "admin";
    case CaseStatus::refused: return "refuse";
    default: return {};
  }
}

// --- findings ---

Value::Items infringed(const Value& row) {
  Value::Items found;
  const Value* decision = decision_of(row, row.text_of("judged"));
  if (!decision) return found;
  for (const Value& each : decision->items_of("outcome")) {
    if (each.text_of("result") == "INFRINGED") found.push_back(each);
  }
  return found;
}

void set_effective(std::optional<Date> day, Value& row) {
  if (day) row.set("effective", to_string(*day));
}

// --- in force at the act (domain.md 3.4) ---

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

Loaded load_for(const RuleInput& in, Verdict& verdict) {
  check_event_date(in, verdict);
  const auto day = past_date(in, verdict, "date");
  auto row = load_case(in, verdict);
  if (row && in.data.find("served")) check_services(in, verdict, true, day);
  return {day, std::move(row)};
}

}  // namespace court_case

using namespace court_case;

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
    const auto end = window_of_party(*decision, party, pack, days_to_attack(rows, act, *decision, party), calendar);
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
