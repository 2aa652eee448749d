// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "ledger/catalog/table.hpp"
#include "ledger/catalog/verdict.hpp"

namespace qinglu::ledger {

/// Electronic evidence before and beside a case: evidence.* (deposit, timestamp, notarise, transfer,
/// verify). Another thing than ledger/evidence, which proves records.
/// Source: OLR 16-18, CEV 93, 94; domain.md 4.1, 6.10.
std::span<const RecordType> evidence_types();
/// nullptr: no type of this family.
Rule evidence_rule(std::string_view type);

/// Who deposits: the principal where an agent submits.
std::string_view depositor_of(const Value& body);

/// Where nobody is said to have held a deposit's exhibit between the capture and the entry, or its last
/// holder is not the depositor.
struct CustodyGap {
  std::size_t link = 0;     ///< position in the list of links
  std::string_view detail;  ///< instant or party of the deposit's body
};
/// Requires: the form of `deposit` has been checked; at least one link.   Source: OLR 17, 18; CEV 93.
std::vector<CustodyGap> custody_gaps(const Value& deposit, const Value::Items& links, std::int64_t block_time_ms);

/// The links from the capture to the entry of a deposit: in order, without a gap, and with the depositor
/// at their end. A gap is a flag and no refusal, because a court weighs it; false: there is one.
/// Raises CUSTODY_GAP, SCHEMA_INVALID, EVENT_BEFORE_PRIOR, FUTURE_EVENT_DATE below `pointer`. The form
/// of the links has been checked.   Source: OLR 17, 18; CEV 93; domain.md 6.10.
bool check_custody(const RuleInput& input, Verdict& verdict, const Value& deposit, const Value::Items& links,
                   std::string_view pointer);

}  // namespace qinglu::ledger
