// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <span>

#include "ledger/apply/block.hpp"

namespace qinglu::ledger {

/// Units that somebody has parsed before, by unit hash, their verified signatures noted in them;
/// nullptr: not known.
using KnownUnits = std::function<std::shared_ptr<Unit>(const Digest& unit_hash)>;

/// The units that a block's stored entries came from: records, and manifests with their members.
/// Errors: malformed, naming the entry's position in the block: bytes of no form, a member without
/// its manifest or out of order, a batch cut short, a seal or genesis document among them.
Result<std::vector<std::shared_ptr<Unit>>> units_of(std::span<const Bytes> entries, const LedgerLimits& limits,
                                                    const KnownUnits& known = {});

/// Told of each unit that a block's execution accepts: the log index of its entry, and the judgement.
using OnAccepted = std::function<void(const Unit& unit, std::uint64_t index, Judgement& judgement)>;

/// Executes a block as the log holds it on its parent and compares what it comes to with everything
/// that its seal says of entries and state. What a follower does with a block, and an auditor.
///
/// `parent`: the state after the parent; `frontier`: of the log after it; `entries`: the block's,
/// without the seal; `units`: those entries as units_of() read them. Not judged here: parent hash, view, proposer, validator sets, votes.
/// Errors: malformed: the block is invalid, and why (the first refused record with its code, or the
/// member of the seal that differs); those of the store.   Source: agreement.md §2.2; reliability.md
/// F47, F48.
Result<SealedBlock> replay_block(const StateView& parent, const Genesis& genesis, Frontier frontier,
                                 std::span<const Bytes> entries, const std::vector<std::shared_ptr<Unit>>& units,
                                 BytesView seal_bytes, const OnAccepted& on_accepted = {});

}  // namespace qinglu::ledger
