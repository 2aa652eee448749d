// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ledger/catalog/table.hpp"
#include "ledger/catalog/verdict.hpp"

namespace qinglu::ledger {

/// Record keys: key.add, key.rotate, key.revoke, key.compromise.   Source: domain.md 6.3; ESL 15.
std::span<const RecordType> key_types();
/// nullptr: no type of this family.
Rule key_rule(std::string_view type);

}  // namespace qinglu::ledger
