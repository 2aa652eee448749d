// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ledger/catalog/table.hpp"
#include "ledger/catalog/verdict.hpp"

namespace qinglu::ledger {

/// Register data of owners and inventors: owner.change_name, owner.change_address,
/// inventor.correct.   Source: domain.md 1.5, 6.4; IR 106.
std::span<const RecordType> owner_types();
/// nullptr: no type of this family.
Rule owner_rule(std::string_view type);

}  // namespace qinglu::ledger
