// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/catalog/deadlines.hpp"
#include "ledger/catalog/table.hpp"
#include "ledger/catalog/verdict.hpp"

namespace qinglu::ledger {

/// Patents from the commitment to the end of the right: patent.*.   Source: domain.md 1.8, 6.4.
std::span<const RecordType> patent_types();
/// nullptr: no type of this family.
Rule patent_rule(std::string_view type);

/// Recorded status of a patent or application; the words stand in row S.   Source: domain.md 1.8.
enum class PatentStatus : std::uint8_t {
  none,  ///< no row yet
  committed,
  not_accepted,
  filed,
  prelim,
  published,
  subst,
  allowed,
  granted,
  rejected,
  rejected_final,
  withdrawn,
  deemed_withdrawn,
  expired,
  lapsed,
  abandoned,
  invalidated,
};
inline constexpr std::size_t kPatentStatuses = 17;
std::string_view name(PatentStatus status);
PatentStatus patent_status(std::string_view word);

/// INV, UM, DES as a set of bits.
enum PatentTypes : std::uint8_t { kInv = 1, kUm = 2, kDes = 4, kAllTypes = 7 };

/// One row of the state machine: an act that is allowed in some states, and where it leads.
struct Transition {
  std::string_view act;  ///< record type, with `:` and a variant where the data decide
  std::uint32_t from;    ///< bit set of PatentStatus
  std::uint8_t types;    ///< bit set of PatentTypes
  bool moves;            ///< false: the status stays
  PatentStatus to;       ///< of an act that moves; none: back to where the row says it came from
  std::string_view law;
  std::string_view article;
};
std::span<const Transition> patent_transitions();
/// The row that allows `act` in this state; nullptr when none does.
const Transition* find_transition(std::string_view act, PatentStatus status, std::string_view type);

/// The S row of the patent that `data.pat` names; SUBJECT_NOT_FOUND and nullopt when there is none,
/// PATENT_FROZEN where the act stops while the patent is suspended.
std::optional<Value> load_patent(const RuleInput& input, Verdict& verdict);

/// Writes the S row of the patent that `data.pat` names.
void store_patent(const RuleInput& input, Verdict& verdict, Value row);

/// Takes `act` at `day` on a patent's row: STATE_FORBIDS where the table does not allow it,
/// EVENT_BEFORE_PRIOR where `day` lies before the last move (an act that moves) or the filing.
/// Changes `status` and `since`; an authority's act has its effect even where it gets the flag.
void take_act(Verdict& verdict, std::string_view act, std::optional<Date> day, Value& row);

/// Services of an authority's act (`data.served`): not before it, one per party in order, nobody
/// named in clear before the application is public.   Source: domain.md 6.1, 6.5, 6.11.
void check_served(const RuleInput& input, Verdict& verdict, const Value& row,
                  std::optional<Date> decided);
/// SHARE_SUM_INVALID unless the shares of the owners in `field` are stated for all, 10,000 basis points in
/// sum, or for none, and no party comes twice.   Source: PL 14.
void check_shares(const RuleInput& input, Verdict& verdict, std::string_view field);
/// The same for a matter whose parties are `named`: cases, and applications that are public.
void check_services(const RuleInput& input, Verdict& verdict, bool named, std::optional<Date> decided);
/// Keeps the latest `act`, of the day in `date_field`, with its services in the row's `decisions`.
void keep_decision(const RuleInput& input, std::string_view act, std::string_view date_field,
                   Value& row);
/// The latest `act` that was kept; nullptr when there was none.
const Value* decision_of(const Value& row, std::string_view act);
/// Last day of the window of `parameter` months that the latest `act` opens; nullopt: open.
std::optional<Date> window_of(const RuleInput& input, const Value& row, std::string_view act,
                              std::string_view parameter);
/// The same for the party that speaks: each has its own, from the service on it.   Source: domain.md 6.11.
std::optional<Date> own_window_of(const RuleInput& input, const Value& row, std::string_view act,
                                  std::string_view parameter);

/// The applicant, an agency for it, or the office; ROLE_NOT_PERMITTED for everybody else. Before
/// publication the ledger knows only who filed the commitment.   Source: PL 18, 21.
void check_applicant_speaks(const RuleInput& input, Verdict& verdict, const Value& row);

/// Parties whom a decision reaches: owners, before the grant applicants; none before publication.
std::vector<std::string> holders(const Value& patent_row);

/// Whether a filing of day `filed` may claim the priority of day `from`; `restored`: the office has
/// granted the restoration.   Source: PL 29, IR 36; domain.md 6.4.
bool priority_in_time(const RulePack& pack, const Calendar& calendar, std::string_view type,
                      Date from, Date filed, bool restored);

/// An annuity that is not paid.   Source: domain.md 1.4.
struct Annuity {
  std::int64_t year;
  Date due_unmoved;  ///< first day without the right if it is never paid
  Date due;
  Date grace_end;
};
Annuity annuity_of(const RulePack& pack, const Calendar& calendar, Date filed, std::int64_t year);
/// First patent year behind `first_year` that is not paid and begins within the term.
std::optional<Annuity> open_annuity(const Value& patent_row, const RulePack& pack,
                                    const Calendar& calendar);

/// What time adds to the recorded status; never written to the state.   Source:
/// domain.md 1.4, 6.11.
struct DerivedStatus {
  /// The recorded word, or IN_GRACE, GRACE_OVER, TERM_ENDED, REJECTED_FINAL.
  std::string status;
  std::optional<Annuity> annuity;  ///< GRANTED: the next one to pay
  /// LAPSED, DEEMED_WITHDRAWN: last day to ask for restoration; nullopt with `restorable`: open.
  std::optional<Date> restorable_until;
  bool restorable = false;
};

/// Derived status of a patent's row S on a day; a pure function of its arguments.
DerivedStatus derived_status(const Value& subject_row, const RulePack& pack,
                             const Calendar& calendar, Date date);

}  // namespace qinglu::ledger
