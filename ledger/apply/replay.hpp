// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

#include "ledger/apply/block.hpp"

namespace qinglu::ledger {

/// The units that a block's stored entries came from: records, and manifests with their members.
/// Errors: malformed, naming the entry's position in the block: bytes of no form, a member without
/// its manifest or out of order, a batch cut short, a seal or genesis document among them.
Result<std::vector<Unit>> units_of(std::span<const Bytes> entries, const LedgerLimits& limits);

/// Executes a block as the log holds it on its parent and compares what it comes to with everything
/// that its seal says of entries and state. What a follower does with a block, and an auditor.
///
/// `parent`: the state after the parent; `frontier`: of the log after it; `entries`: the block's,
/// without the seal. Not judged here: parent hash, view, proposer, validator sets, votes.
/// Errors: malformed: the block is invalid, and why (the first refused record with its code, or the
/// member of the seal that differs); those of the store.   Source: agreement.md §2.2; reliability.md
/// F47, F48.
Result<SealedBlock> replay_block(const StateView& parent, const Genesis& genesis, Frontier frontier,
                                 std::span<const Bytes> entries, BytesView seal_bytes);

}  // namespace qinglu::ledger
