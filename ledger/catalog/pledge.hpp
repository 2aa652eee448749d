// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string_view>

#include "ledger/catalog/table.hpp"
#include "ledger/catalog/verdict.hpp"

namespace qinglu::ledger {

/// Pledges of patents, from the registration to the release: pledge.*.   Source: CC 425-446; domain.md 2.3, 2.4, 6.5.
std::span<const RecordType> pledge_types();
/// nullptr: no type of this family.
Rule pledge_rule(std::string_view type);

}  // namespace qinglu::ledger
