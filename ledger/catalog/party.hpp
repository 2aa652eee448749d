// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ledger/catalog/table.hpp"
#include "ledger/catalog/verdict.hpp"

namespace qinglu::ledger {

/// Identity of organisations and persons: party.register, party.change.   Source: domain.md 6.3.
std::span<const RecordType> party_types();
/// nullptr: no type of this family.
Rule party_rule(std::string_view type);

}  // namespace qinglu::ledger
