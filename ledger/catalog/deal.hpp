// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string_view>

#include "ledger/catalog/table.hpp"
#include "ledger/catalog/verdict.hpp"

namespace qinglu::ledger {

/// What comes behind an agreement on the market: deal.confirm of its contract, and settlement.* of the
/// payments. Neither changes a right.   Source: domain.md 6.6.
std::span<const RecordType> deal_types();
/// nullptr: no type of these families.
Rule deal_rule(std::string_view type);

/// Fields `deal`: the deal of the contract that a register act carries out.
extern const Field kDealOfContract;
/// REF_WRONG_TYPE for a `deal` that is not the one of the contract in `data.ctr`.
void check_deal_of_contract(const RuleInput& input, Verdict& verdict);

}  // namespace qinglu::ledger
