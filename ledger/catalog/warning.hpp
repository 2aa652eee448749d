// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string_view>

#include "ledger/catalog/table.hpp"
#include "ledger/catalog/verdict.hpp"

namespace qinglu::ledger {

/// What passes between an owner and an accused outside a case, and counterfeits: warn.letter,
/// promise.stop, counterfeit.decision.   Source: domain.md 3.1, 3.5, 6.9.
std::span<const RecordType> warning_types();
/// nullptr: no type of this family.
Rule warning_rule(std::string_view type);

}  // namespace qinglu::ledger
