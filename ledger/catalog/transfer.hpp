// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string_view>

#include "ledger/catalog/table.hpp"
#include "ledger/catalog/verdict.hpp"

namespace qinglu::ledger {

/// Transfers of applications and patents in the register: transfer.register.   Source: PL 10, TCI 24; domain.md 2.3, 2.5, 6.5.
std::span<const RecordType> transfer_types();
/// nullptr: no type of this family.
Rule transfer_rule(std::string_view type);

}  // namespace qinglu::ledger
