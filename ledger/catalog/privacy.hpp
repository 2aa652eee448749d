// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>

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

/// Record id and field of all that the notice of erasure with this body names; of any other record none. A
/// field is a private slot, or a member of `data` with its `_commit`.
std::set<std::pair<std::string, std::string>> erased_fields(const Value& body);

/// What a reader sees in place of a field: `corrected`, `restricted` or `erased`, by an item of such a row.
std::string_view shown_word(const Value& mark);

/// A body as a reader may see it: a field that a privacy row names is its word. For display alone: what proves is the entry as it was signed.
/// `privacy`: the record's row, or nullptr.
Value shown_body(Value body, const Value* privacy);

}  // namespace qinglu::ledger
