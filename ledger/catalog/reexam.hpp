// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string_view>

#include "ledger/catalog/table.hpp"
#include "ledger/catalog/verdict.hpp"

namespace qinglu::ledger {

/// Reexamination of a rejection, and the suit against its decision: reexam.*.
/// Source: PL 41; domain.md 1.8, 6.4.
std::span<const RecordType> reexam_types();
/// nullptr: no type of this family.
Rule reexam_rule(std::string_view type);

}  // namespace qinglu::ledger
