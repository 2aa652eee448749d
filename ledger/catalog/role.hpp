// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ledger/catalog/table.hpp"
#include "ledger/catalog/verdict.hpp"

namespace qinglu::ledger {

/// Institutions' roles: role.grant, role.revoke.   Source: domain.md 6.3, 3.6.
std::span<const RecordType> role_types();
/// nullptr: no type of this family.
Rule role_rule(std::string_view type);

}  // namespace qinglu::ledger
