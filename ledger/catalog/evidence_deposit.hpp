// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string_view>

#include "ledger/catalog/table.hpp"
#include "ledger/catalog/verdict.hpp"

namespace qinglu::ledger {

/// Electronic evidence before and beside a case: evidence.* (deposit, timestamp, notarise, transfer,
/// verify). Another thing than ledger/evidence, which proves records.
/// Source: OLR 16-18, CEV 93, 94; domain.md 4.1, 6.10.
std::span<const RecordType> evidence_types();
/// nullptr: no type of this family.
Rule evidence_rule(std::string_view type);

}  // namespace qinglu::ledger
