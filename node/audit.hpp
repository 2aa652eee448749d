// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>

#include "crypto/base/result.hpp"
#include "ledger/codec/genesis.hpp"
#include "ledger/kv/kv_store.hpp"
#include "ledger/store/rocks_store.hpp"

namespace qinglu::node {

struct AuditReport {
  std::uint64_t height = 0;
  std::uint64_t log_size = 0;
  Digest state_root;
};

/// Told now and then: entries done, entries in all.
using Progress = std::function<void(std::uint64_t done, std::uint64_t all)>;

/// Compares a store with its genesis document and with itself: ledger id, tip, root of the state.
/// Errors: wrong_ledger; corrupt.
Result<AuditReport> check_store(const ledger::KvReader& store, const ledger::Genesis& genesis);

/// Executes the log of `store` anew from genesis into `scratch`, an empty store: every signature and
/// rule is judged again, every seal's chain and every finalization's signatures are verified.
/// Nothing of the store is trusted but the entries, certificates and the tip that it claims.
/// Errors: those of check_store(); corrupt, naming the first bad entry or height.
Result<AuditReport> replay_store(const ledger::KvReader& store, const ledger::Genesis& genesis,
                                 ledger::KvStore& scratch, const Progress& progress);

/// Compares what is derived from the log (rows, trie, tiles, indexes) with what a replay derived.
/// Errors: corrupt, naming the first row that differs; those of the readers.
Result<void> compare_derived(const ledger::KvReader& store, const ledger::KvReader& replayed);

/// Drops the indexes of `store` and writes those of a replay in their place. A crash on the way
/// leaves a store that no node starts on, and another run repairs.
/// Errors: those of the stores.
Result<void> rebuild_indexes(ledger::RocksStore& store, const ledger::KvReader& replayed);

}  // namespace qinglu::node
