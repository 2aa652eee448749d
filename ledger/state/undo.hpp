// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>

#include "crypto/base/bytes.hpp"
#include "crypto/base/result.hpp"
#include "ledger/kv/kv_store.hpp"
#include "ledger/kv/layer.hpp"
#include "ledger/state/overlay.hpp"
#include "ledger/state/trie.hpp"

namespace qinglu::ledger {

/// The former bytes of every state and node row that a block changed, sorted by (family, key):
/// `u8 which ‖ u16 key length ‖ key ‖ u32 length + 1 (0 = was absent) ‖ former bytes` each.
/// Compression is the store's (docs/formats/store.md).   Source: evidence.md §3.5.
Bytes encode_undo(const BlockChanges& changes, const TrieUpdate& trie);

/// Former values by family and key; a row that was absent has none.
/// Errors: malformed with the offset: order, lengths, unknown `which`.
Result<KvChanges> decode_undo(BytesView bundle);

/// Everything that a block writes for its state: rows, node rows, undo bundle, derived rows.
KvBatch state_batch(const BlockChanges& changes, const TrieUpdate& trie, std::uint64_t height);

/// How far back a read may go by walking bundles.
struct UndoLimits {
  std::uint64_t bundles_max = 1'000;
  std::size_t bytes_max = 64u << 20;
};

/// State and node rows as they were when the block of `height` had just been committed; other
/// families show the present. `present` must be the snapshot whose last block is `tip`.
/// Errors: not_found: height is of the future, or bundles that it needs have been dropped; limit:
/// too far back (the detail says how far); those of the reader; corrupt.
Result<std::shared_ptr<const KvReader>> state_as_of(std::shared_ptr<const KvReader> present,
                                                    std::uint64_t height, std::uint64_t tip,
                                                    const UndoLimits& limits = {});

}  // namespace qinglu::ledger
