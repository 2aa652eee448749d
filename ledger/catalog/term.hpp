// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string_view>

#include "ledger/catalog/deadlines.hpp"
#include "ledger/catalog/table.hpp"
#include "ledger/catalog/verdict.hpp"

namespace qinglu::ledger {

/// Compensation of the term: term.adjust.   Source: PL 42, IR 77-79; domain.md 1.1, 6.4.
std::span<const RecordType> term_types();
/// nullptr: no type of this family.
Rule term_rule(std::string_view type);

/// Last day in force of a granted right filed on `filed`, with the days that its row was given.
Date full_term_end(const Value& patent_row, const RulePack& pack, Date filed);

}  // namespace qinglu::ledger
