// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string_view>

#include "ledger/catalog/table.hpp"
#include "ledger/catalog/verdict.hpp"

namespace qinglu::ledger {

/// Open licences, from the declaration to the acceptance: openlicense.*.   Source: PL 50-52, IR 85-88; domain.md 2.2, 6.5.
std::span<const RecordType> openlicense_types();
/// nullptr: no type of this family.
Rule openlicense_rule(std::string_view type);

}  // namespace qinglu::ledger
