// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ledger/catalog/table.hpp"
#include "ledger/catalog/verdict.hpp"

namespace qinglu::ledger {

/// Annuities: annuity.notice, annuity.paid.   Source: domain.md 1.4, 6.4; IR 114, 115.
std::span<const RecordType> annuity_types();
/// nullptr: no type of this family.
Rule annuity_rule(std::string_view type);

}  // namespace qinglu::ledger
