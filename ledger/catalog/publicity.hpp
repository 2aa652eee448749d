// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string_view>

#include "ledger/catalog/deadlines.hpp"
#include "ledger/catalog/table.hpp"
#include "ledger/catalog/verdict.hpp"

namespace qinglu::ledger {

/// Public notices of prices, rewards and awards: publicity.notice.   Source: PTL 18; domain.md 6.7.
std::span<const RecordType> publicity_types();
/// nullptr: no type of this family.
Rule publicity_rule(std::string_view type);

/// Asks for a notice of kind PRICE behind a price that a public body agreed on: `publicity_ref` names
/// one about a subject of `about`, by a party of `by`, whose period was over before `day`.
/// Raises PRICE_PUBLICITY_MISSING, REF_WRONG_TYPE, PUBLICITY_PERIOD_OPEN.   Source: PTL 18.
void check_price_publicity(const RuleInput& input, Verdict& verdict, std::span<const std::string> about,
                           std::span<const std::string> by, Date day);

}  // namespace qinglu::ledger
