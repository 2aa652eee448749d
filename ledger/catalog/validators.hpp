// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "crypto/base/bytes.hpp"
#include "ledger/catalog/table.hpp"
#include "ledger/catalog/verdict.hpp"
#include "ledger/codec/valset.hpp"
#include "ledger/model/rows.hpp"

namespace qinglu::ledger {

/// Changes of the validator set: validator.change, validator.ready.   Source: domain.md 6.3;
/// agreement.md §2.10.
std::span<const RecordType> validators_types();
/// nullptr: no type of this family.
Rule validators_rule(std::string_view type);

/// The set in force; nullopt: the rows are not at hand.
std::optional<ValidatorSet> validators_in_force(const RowReader& rows, std::string_view origin);

/// A set that is scheduled for the epoch behind the present one.
struct PendingSet {
  std::uint64_t epoch = 0;
  std::shared_ptr<const Value> row;  ///< V row: `set`, `from_height`, `ready`, `record`
  Digest hash;                       ///< valset_hash of its document
};
/// nullopt: none is scheduled.
std::optional<PendingSet> pending_set(const RowReader& rows);

/// The scheduled set, if the block at this height and time, whose parent's state `rows` is, must be
/// the one that ends the epoch: its height has come, and the new set can reach its quorum, because all
/// of its members have said that they are ready, or a quorum of them has within the last day.
std::optional<PendingSet> set_due(const RowReader& rows, std::uint64_t height, std::int64_t time_ms);

}  // namespace qinglu::ledger
