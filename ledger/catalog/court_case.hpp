// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "ledger/catalog/deadlines.hpp"
#include "ledger/catalog/table.hpp"
#include "ledger/catalog/verdict.hpp"

namespace qinglu::ledger {

/// Infringement cases from the complaint to the enforcement: case.*.   Source: domain.md 3, 6.9.
std::span<const RecordType> case_types();
/// nullptr: no type of this family.
Rule case_rule(std::string_view type);

/// Recorded status of a case; the words stand in row S.   Source: domain.md 3.3.
enum class CaseStatus : std::uint8_t {
  none,  ///< no row yet
  filed,
  accepted,
  refused,
  answered,
  evidence,
  stayed,
  mediated,
  settled,
  withdrawn,
  decided_1,
  appealed,
  decided_2,
  effective,
  enforcement,
  enforced,
  enforce_terminated,
  retrial_petition,
  retrial,
  decided_r,
  admin_decided,
  admin_effective,
  admin_sued,
};
inline constexpr std::size_t kCaseStatuses = 23;
std::string_view name(CaseStatus status);
CaseStatus case_status(std::string_view word);

/// Who may write an act in a case, as a set of bits.   Source: domain.md 3.3, 3.6.
enum CaseWriters : std::uint8_t {
  kClaimant = 1,
  kRespondent = 2,
  kCaseParty = 3,
  kBody = 4,       ///< a court or department that has the case, or had it
  kAnyCourt = 8,   ///< also a court that has not had it yet: enforcement, retrial
  kMediator = 16,  ///< anybody registered, with the parties' signatures
};

/// One row of the state machine: an act that is allowed in some states, by some writers.
struct CaseMove {
  std::string_view act;  ///< record type, with `:` and a variant where data or role decide
  std::uint32_t from;    ///< bit set of CaseStatus
  bool moves;            ///< false: the status stays
  CaseStatus to;         ///< of an act that moves; none: back to where the row says it came from
  std::uint8_t writers;  ///< bit set of CaseWriters
  std::string_view law;
  std::string_view article;
};
std::span<const CaseMove> case_moves();
/// The row that allows `act` in this state; nullptr when none does.
const CaseMove* find_case_move(std::string_view act, CaseStatus status);

/// The S row of the case that `data.case` names; SUBJECT_NOT_FOUND and nullopt when there is none.
std::optional<Value> load_case(const RuleInput& input, Verdict& verdict);
/// Takes `act` at `day` on a case's row: CASE_STATE_FORBIDS where the table does not allow it,
/// ROLE_NOT_PERMITTED for a writer whom it does not name, EVENT_BEFORE_PRIOR for a day before the last
/// move (an act that moves) or the filing. An authority's act has its effect even where it is flagged.
void take_case_act(const RuleInput& input, Verdict& verdict, std::string_view act, std::optional<Date> day, Value& row);
/// Writes the S row of the case, with its `finding` where it has one.
void store_case(const RuleInput& input, Verdict& verdict, Value row);

/// What counts as a finding of infringement: the row's `finding`, nullptr while there is none. It stands
/// there only while an effective decision, or a mediation with legal effect, is the last word; every
/// earlier state is an allegation.   Source: domain.md 3.3.
const Value* case_finding(const Value& case_row);

/// What time adds to the recorded status: a decision that a party may still attack is APPEAL_WINDOW.
/// Never written to the state.   Source: domain.md 3.3, 6.11.
std::string derived_case_status(const RowReader& rows, const Value& case_row, const RulePack& pack,
                                const Calendar& calendar, Date date);

/// The days on which a patent, with at least one of these claims, was in force; nullopt: none. The gap of
/// a restored lapse belongs to them. A pure function of the patent's row.
/// Source: PL 39, 40, 42, 44, 47; domain.md 3.4.
struct InForce {
  Date from;  ///< both days included
  Date to;
};
std::optional<InForce> in_force(const Value& patent_row, const Value::Items& claims);
/// Those of `claims` that are void by now: all of them once the patent is.   Source: PL 47.
Value::Items void_among(const Value& patent_row, const Value::Items& claims);

/// An official case number in one spelling, so that it finds its case however the brackets were typed.
/// Requires: UTF-8.   Source: domain.md 6.1.
std::string normal_case_no(std::string_view case_no);
/// E row that finds the case by its official number: `{"case":key}`.
RowKey case_no_row(std::string_view case_no);

}  // namespace qinglu::ledger
