// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "ledger/apply/judge.hpp"
#include "ledger/catalog/validators.hpp"
#include "ledger/codec/genesis.hpp"
#include "ledger/codec/seal.hpp"
#include "ledger/kv/kv_store.hpp"
#include "ledger/log/frontier.hpp"
#include "ledger/state/overlay.hpp"
#include "ledger/state/trie.hpp"

namespace qinglu::ledger {

/// A block's records executed on its parent, before the seal exists.
struct ExecutedBlock {
  std::vector<Bytes> entries;
  Digest records_root;  ///< RFC 6962 root over `entries`
  Digest state_root;
  BlockChanges changes;
  TrieUpdate trie;
  std::optional<Digest> next_set;  ///< the block ends the epoch: hash of the set that votes after it
};

/// Fills one block: judges units in order, keeps the accepted ones and their effects.
/// Deterministic in its arguments.   Source: overview.md §4 "what a block holds".
class BlockBuilder {
 public:
  /// `log_size_before`: log size after the parent; `height`, `time_ms`: the seal's.
  BlockBuilder(StateView view, const Genesis& genesis, std::uint64_t log_size_before, std::uint64_t height,
               std::int64_t time_ms);

  /// Whether the block's bytes and records leave room for the unit.
  bool fits(const Unit& unit) const;
  /// Judges a unit that fits; an accepted one is in the block.
  /// Errors: those of the store.
  Result<Judgement> add(Unit& unit);

  std::size_t entry_count() const { return entries_.size(); }
  std::size_t record_count() const { return records_; }

  /// State root and records root of what was added. Where a validator set is due on the parent's state,
  /// the block puts it in force (agreement.md §2.10).   Requires: at least one unit was accepted.
  Result<ExecutedBlock> finish() &&;

 private:
  Overlay overlay_;
  LedgerLimits limits_;
  Place place_;
  std::uint64_t log_size_before_;
  std::vector<Bytes> entries_;
  std::vector<Digest> leaf_hashes_;
  std::size_t bytes_ = 0;
  std::size_t records_ = 0;
  std::optional<PendingSet> due_;
};

/// Rows of one block for a single atomic write, and the tree that they make.
struct SealedBlock {
  KvBatch batch;      ///< entries, tiles, rows, nodes, undo, derived, frontier
  Frontier frontier;  ///< of the log after the block; its root is the checkpoint's
  std::vector<std::pair<Bytes, std::shared_ptr<const StoredRow>>> cache_rows;
};

/// Appends the records and their seal to the log. Leaf hashes are taken from the very bytes that go
/// into the batch, so that no signed root can disagree with the served entries (F21).
/// `reader`: the store that holds the parent; `frontier`: of the log after the parent.
/// Requires: seal_bytes is the seal of this block, at this height.
Result<SealedBlock> seal_block(const KvReader& reader, ExecutedBlock block, Frontier frontier,
                               BytesView seal_bytes, std::uint64_t height);

/// The state that a genesis document loads, its seal, and the rows of entries 0 and 1.
/// Errors (as malformed): a rule pack without a parameter, ids of no form.   Source: agreement.md §2.1.
struct GenesisBlock {
  Seal seal;
  SealedBlock sealed;
};
Result<GenesisBlock> load_genesis(const Genesis& genesis);

}  // namespace qinglu::ledger
