// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/catalog/court_case.hpp"

/// What the files of the family case.* share; nobody else includes it.
namespace qinglu::ledger::court_case {

bool lists(const Value::Items& items, std::string_view text);

/// Who speaks: the principal of an agent, else the submitter.
std::string speaker(const RuleInput& in);
bool by_authority(const RuleInput& in);
bool by_court(const RuleInput& in);

/// Claimants and respondents, sorted.
std::vector<std::string> parties_of(const Value& row);
bool is_party(const Value& row, std::string_view party);

/// CASE_STATE_FORBIDS: the state and what it allows.
Issue forbidden(const CaseMove& move, CaseStatus status);
/// A court or department that writes in the case from now on.
void add_body(Verdict& verdict, std::string_view body, Value& row);

/// Domicile outside China: a region that is neither CN nor a code of digits.
bool domiciled_abroad(const RowReader& rows, std::string_view party);
/// Last day for one party of a window that opens with its service; nullopt: open.
/// `days`: the parameter that counts them.
std::optional<Date> window_of_party(const Value& decision, std::string_view party, const RulePack& pack, std::string_view days,
                                    const Calendar& calendar);
/// The parameter for the days in which a party may attack a decision that stands in `decisions` under `act`.
std::string_view days_to_attack(const RowReader& rows, std::string_view act, const Value& decision, std::string_view party);
/// The decision that the case's parties may attack now; empty when there is none.
std::string_view attackable(CaseStatus status);

/// Items of the last decision that find infringement.
Value::Items infringed(const Value& row);
/// What makes a decision the last word on `day`.
void set_effective(std::optional<Date> day, Value& row);

/// Acts of these days against claims of one patent. At the filing also what the acts only touch.
void judge_acts(Verdict& verdict, const std::string& pointer, const Value& patent, const Value::Items& claims,
                InForce acts, bool filing);
/// Claims found infringed that are void by now: a partial invalidation reaches the case here.   Source: PL 47.
void check_not_void(const RuleInput& in, Verdict& verdict, const Value::Items& found, std::string_view pointer);
InForce acts_of(const Value& acts);

/// A dated act of a body on a case, with its services judged.
struct Loaded {
  std::optional<Date> day;
  std::optional<Value> row;
};
Loaded load_for(const RuleInput& in, Verdict& verdict);

// Rules that stand in files of their own.
void file(const RuleInput& in, Verdict& verdict);
void decide(const RuleInput& in, Verdict& verdict);
void appeal(const RuleInput& in, Verdict& verdict);
void effective(const RuleInput& in, Verdict& verdict);

}  // namespace qinglu::ledger::court_case
