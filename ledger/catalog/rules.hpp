// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "ledger/catalog/deadlines.hpp"
#include "ledger/catalog/messages.hpp"
#include "ledger/catalog/verdict.hpp"

namespace qinglu::ledger {

// Tools that rules of several families share. find_rule() itself is in verdict.hpp.

/// An issue with code, pointer and detail.
Issue issue(std::string_view code, std::string_view pointer, std::string detail = {});

/// Whether the office speaks.
bool by_office(const RuleInput& input);

/// Copies the members of `data` that are there into `to`.
void copy(const RuleInput& input, Value& to, std::initializer_list<std::string_view> members);

/// Civil day of the block that judges the record.
Date today(const RuleInput& input);

/// A date field of `data`; nullopt when it is left out. Its form has been checked.
std::optional<Date> date_in(const RuleInput& input, std::string_view field);

/// FUTURE_EVENT_DATE for `event_date`, LATE_ENTRY where it is older than the pack's days.
void check_event_date(const RuleInput& input, Verdict& verdict);
/// FUTURE_EVENT_DATE for a date field of `data` that states a past act; returns the date.
std::optional<Date> past_date(const RuleInput& input, Verdict& verdict, std::string_view field);

/// The subject's row; raises SUBJECT_NOT_FOUND at `pointer` and gives nullptr when there is none.
std::shared_ptr<const Value> require_subject(const RuleInput& input, Verdict& verdict,
                                             std::string_view subject, std::string_view pointer);

/// The first of some intervals {from, until} that holds on a day, both days included; nullptr: none.
const Value* interval_on(const Value::Items& intervals, Date day);

/// Those of some intervals {from, until} that have not ended before a day; the history keeps the others.
Value::Items not_ended(Value::Items intervals, Date day);
/// Sets a list of a row, or leaves it out when it is empty.   Source: domain.md 6.1, one spelling.
void set_list(Value& row, std::string_view member, Value::Items items);

/// Whether a party is in a list of party ids, or of objects with the member `party`.
bool names_party(const Value::Items& list, std::string_view party);

/// Whether an application's contents are public: INV from `patent.publish`, UM and DES from the
/// grant. Source: PL 21, 34.
bool is_published(const Value& patent_row);

/// The registrar of `party` signs: the institution that registered it, in its own role, or the
/// council. Everybody in `signers` is the registrar, a council member or one of `others`.
/// Raises ROLE_NOT_PERMITTED, QUORUM_MISSING.   Source: domain.md 6.3.
void check_registrar(const RuleInput& input, Verdict& verdict, const Value* party_row,
                     std::span<const std::string> others);

/// Closes behind `index` the open grants of an R or M row whose `member` equals `only` (all of them
/// when it is nullptr); false when there was none.
bool end_grants(Value& row, std::string_view member, const Value* only, std::uint64_t index);

/// SCOPE_NOT_PERMITTED when no open grant of the submitter's role covers the region.
void check_region_scope(const RuleInput& input, Verdict& verdict, std::string_view region,
                        std::string_view pointer);

}  // namespace qinglu::ledger
