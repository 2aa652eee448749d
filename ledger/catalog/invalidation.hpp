// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string_view>

#include "ledger/catalog/table.hpp"
#include "ledger/catalog/verdict.hpp"

namespace qinglu::ledger {

/// Invalidation of a patent, from the request to the final outcome: invalidation.*.
/// Source: PL 45-47; domain.md 1.4, 1.8, 6.4.
std::span<const RecordType> invalidation_types();
/// nullptr: no type of this family.
Rule invalidation_rule(std::string_view type);

/// Record ids of the requests that are open against a patent.
const Value::Items& open_invalidations(const Value& patent_row);

}  // namespace qinglu::ledger
