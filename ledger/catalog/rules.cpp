// SPDX-License-Identifier: Apache-2.0
#include "ledger/catalog/rules.hpp"

#include <algorithm>
#include <array>
#include <set>

#include "ledger/catalog/annuity.hpp"
#include "ledger/catalog/auction.hpp"
#include "ledger/catalog/compulsory.hpp"
#include "ledger/catalog/consent.hpp"
#include "ledger/catalog/contract.hpp"
#include "ledger/catalog/coowner.hpp"
#include "ledger/catalog/correction.hpp"
#include "ledger/catalog/court_case.hpp"
#include "ledger/catalog/deal.hpp"
#include "ledger/catalog/equity.hpp"
#include "ledger/catalog/eval_report.hpp"
#include "ledger/catalog/evidence_deposit.hpp"
#include "ledger/catalog/fasttrack.hpp"
#include "ledger/catalog/foreign.hpp"
#include "ledger/catalog/governance.hpp"
#include "ledger/catalog/invalidation.hpp"
#include "ledger/catalog/judgment.hpp"
#include "ledger/catalog/key.hpp"
#include "ledger/catalog/license.hpp"
#include "ledger/catalog/mandate.hpp"
#include "ledger/catalog/market.hpp"
#include "ledger/catalog/openlicense.hpp"
#include "ledger/catalog/owner.hpp"
#include "ledger/catalog/party.hpp"
#include "ledger/catalog/patent.hpp"
#include "ledger/catalog/pledge.hpp"
#include "ledger/catalog/preserve.hpp"
#include "ledger/catalog/privacy.hpp"
#include "ledger/catalog/publicity.hpp"
#include "ledger/catalog/reexam.hpp"
#include "ledger/catalog/role.hpp"
#include "ledger/catalog/signers.hpp"
#include "ledger/catalog/stat.hpp"
#include "ledger/catalog/suspend.hpp"
#include "ledger/catalog/target.hpp"
#include "ledger/catalog/techreg.hpp"
#include "ledger/catalog/term.hpp"
#include "ledger/catalog/transfer.hpp"
#include "ledger/catalog/validators.hpp"
#include "ledger/catalog/warning.hpp"
#include "ledger/model/numbers.hpp"

namespace qinglu::ledger {

Rule find_rule(std::string_view type) {
  constexpr std::array kFamilies = {
      annuity_rule, auction_rule, case_rule, compulsory_rule, consent_rule, contract_rule, coowner_rule,
      correction_rule, deal_rule, equity_rule, eval_report_rule, evidence_rule, fasttrack_rule, foreign_rule,
      governance_rule, invalidation_rule, judgment_rule, key_rule, license_rule, mandate_rule,
      market_rule, openlicense_rule, owner_rule, party_rule, patent_rule, pledge_rule,
      preserve_rule, privacy_rule, publicity_rule, reexam_rule, role_rule, stat_rule,
      suspend_rule, target_rule, techreg_rule, term_rule, transfer_rule, validators_rule, warning_rule};
  for (const auto family : kFamilies) {
    if (const Rule rule = family(type)) return rule;
  }
  return nullptr;
}

Issue issue(std::string_view code, std::string_view pointer, std::string detail) {
  return Issue{std::string(code), std::string(pointer), std::move(detail), {}, {}, {}};
}

bool by_office(const RuleInput& input) { return input.body.text_of("role") == "IPO"; }

void copy(const RuleInput& input, Value& to, std::initializer_list<std::string_view> members) {
  for (const std::string_view member : members) {
    if (const Value* value = input.data.find(member)) to.set(member, *value);
  }
}

Date today(const RuleInput& input) { return shanghai_date(input.block_time_ms); }

std::optional<Date> date_in(const RuleInput& input, std::string_view field) {
  return parse_date(input.data.text_of(field));
}

void check_event_date(const RuleInput& input, Verdict& verdict) {
  const auto event = parse_date(input.body.text_of("event_date"));
  if (!event) return;
  const Date now = today(input);
  if (*event > now) {
    raise(verdict,
          issue("FUTURE_EVENT_DATE", "/event_date", to_string(*event) + " > " + to_string(now)));
  } else if (*event < add_days(now, -input.pack.integer("late_entry_days"))) {
    raise(verdict, issue("LATE_ENTRY", "/event_date", to_string(*event) + ", " + to_string(now)));
  }
}

std::optional<Date> past_date(const RuleInput& input, Verdict& verdict, std::string_view field) {
  const auto date = date_in(input, field);
  if (date && *date > today(input)) {
    raise(verdict, issue("FUTURE_EVENT_DATE", "/data/" + std::string(field),
                         to_string(*date) + " > " + to_string(today(input))));
  }
  return date;
}

std::shared_ptr<const Value> require_subject(const RuleInput& input, Verdict& verdict,
                                             std::string_view subject, std::string_view pointer) {
  auto row = input.rows.find(subject_row(subject));
  if (!row) raise(verdict, issue("SUBJECT_NOT_FOUND", pointer, std::string(subject)));
  return row;
}

const Value* interval_on(const Value::Items& intervals, Date day) {
  for (const Value& each : intervals) {
    const auto from = parse_date(each.text_of("from"));
    const auto until = parse_date(each.text_of("until"));
    if (from && until && *from <= day && day <= *until) return &each;
  }
  return nullptr;
}

Value::Items not_ended(Value::Items intervals, Date day) {
  std::erase_if(intervals, [&](const Value& each) {
    const auto until = parse_date(each.text_of("until"));
    return until && *until < day;
  });
  return intervals;
}

void set_list(Value& row, std::string_view member, Value::Items items) {
  if (items.empty()) {
    row.erase(member);
  } else {
    row.set(member, std::move(items));
  }
}

bool names_party(const Value::Items& list, std::string_view party) {
  return std::ranges::any_of(list, [&](const Value& item) {
    return item.is_string() ? item.text() == party : item.text_of("party") == party;
  });
}

bool is_published(const Value& patent_row) {
  return patent_row.find("pub") != nullptr || patent_row.find("grant") != nullptr;
}

void check_registrar(const RuleInput& input, Verdict& verdict, const Value* party_row,
                     std::span<const std::string> others) {
  const std::string submitter(input.body.text_of("submitter"));
  std::set<std::string, std::less<>> permitted(others.begin(), others.end());
  permitted.insert(submitter);
  if (input.body.text_of("role") == "GOV") {
    const Council council = council_in_force(input.rows);
    // A new key proves possession only: its signature is nobody's vote.
    const auto new_key = new_key_signature(input.type, input.body);
    std::set<std::string, std::less<>> votes;
    for (const SignedBy& by : input.signed_by) {
      if (by != new_key && std::ranges::find(council.parties, by.first) != council.parties.end()) {
        votes.insert(by.first);
      }
    }
    if (council.quorum == 0 || votes.size() < council.quorum) {
      raise(verdict, issue("QUORUM_MISSING", "/signers",
                           std::to_string(votes.size()) + " / " + std::to_string(council.quorum)));
    }
    if (!votes.contains(submitter)) {
      raise(verdict, issue("ROLE_NOT_PERMITTED", "/submitter", submitter));
    }
    permitted.insert(council.parties.begin(), council.parties.end());
  } else if (party_row && party_row->text_of("registrar") != submitter) {
    Issue wrong = issue("ROLE_NOT_PERMITTED", "/submitter", submitter);
    if (party_row->find("registrar")) wrong.blocking.emplace_back(party_row->text_of("registrar"));
    raise(verdict, std::move(wrong));
  }
  for (const Value& signer : input.body.items_of("signers")) {
    if (!permitted.contains(signer.text())) {
      raise(verdict, issue("ROLE_NOT_PERMITTED", "/signers", signer.text()));
    }
  }
}

bool end_grants(Value& row, std::string_view member, const Value* only, std::uint64_t index) {
  bool ended = false;
  Value* grants = row.find("grants");
  if (!grants) return false;
  for (Value& grant : grants->items()) {
    const Value* held = grant.find(member);
    if (grant.find("until_index") || (only && !(held && *held == *only))) continue;
    grant.set("until_index", index + 1);
    ended = true;
  }
  return ended;
}

void check_region_scope(const RuleInput& input, Verdict& verdict, std::string_view region,
                        std::string_view pointer) {
  const std::string_view role = input.body.text_of("role");
  Role granted{};
  if (!role_from(role, granted) || !is_granted_role(granted)) return;
  const auto row = input.rows.find(role_row(input.body.text_of("submitter"), role));
  if (!row) return;
  const bool within = std::ranges::any_of(row->items_of("grants"), [&](const Value& grant) {
    const Value* scope = grant.find("scope");
    const std::string_view covered = scope ? scope->text_of("region") : std::string_view();
    return grant_good_at(grant, input.index) && (covered.empty() || region_covers(covered, region));
  });
  if (!within) raise(verdict, issue("SCOPE_NOT_PERMITTED", pointer, std::string(region)));
}

}  // namespace qinglu::ledger
