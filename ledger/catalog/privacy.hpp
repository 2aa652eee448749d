// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string_view>

#include "ledger/catalog/table.hpp"
#include "ledger/catalog/verdict.hpp"

namespace qinglu::ledger {

/// Correction, restriction and erasure of personal data: privacy.*.
/// Source: PIPL 46, 47; domain.md 4.6, 6.10; evidence.md §5 "Erasure".
std::span<const RecordType> privacy_types();
/// nullptr: no type of this family.
Rule privacy_rule(std::string_view type);

/// The row that says which fields of a record may no longer be shown.
RowKey privacy_row(std::string_view record_id);

/// What a reader sees in place of a field: `corrected`, `restricted` or `erased`, by an item of such a row.
std::string_view shown_word(const Value& mark);

/// A body as a reader may see it: a field that a privacy row names is its word. For display alone: what proves is the entry as it was signed.
/// `privacy`: the record's row, or nullptr.
Value shown_body(Value body, const Value* privacy);

}  // namespace qinglu::ledger
