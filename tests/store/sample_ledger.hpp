// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "ledger/kv/kv_store.hpp"

namespace qinglu::test {

/// Blocks as execution makes them: entries, tiles, state and node rows, undo, histories and a head,
/// with random rows in the other families. The same for a seed on every run.
struct SampleLedger {
  std::vector<ledger::KvBatch> blocks;  ///< block of height h at h − 1
  std::vector<Digest> contents;         ///< of all families after height h, h = 0…
};

SampleLedger make_sample_ledger(std::uint64_t seed, std::uint64_t heights);

/// Height of the last block that a store holds; 0 = none.
Result<std::uint64_t> sample_tip(const ledger::KvReader& reader);

/// SHA-256 over every row of every family, the store's own schema row excepted.
Result<Digest> content_of(const ledger::KvReader& reader);

}  // namespace qinglu::test
