// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ledger/catalog/table.hpp"
#include "ledger/catalog/verdict.hpp"

namespace qinglu::ledger {

/// Reports about foreign rights: foreign.register.   Source: domain.md 6.4; ip-data.md 2.5.
std::span<const RecordType> foreign_types();
/// nullptr: no type of this family.
Rule foreign_rule(std::string_view type);

}  // namespace qinglu::ledger
