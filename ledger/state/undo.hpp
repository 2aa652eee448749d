// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>

#include "crypto/base/bytes.hpp"
#include "crypto/base/result.hpp"
#include "ledger/kv/kv_store.hpp"
#include "ledger/kv/layer.hpp"
#include "ledger/state/overlay.hpp"
#include "ledger/state/trie.hpp"

namespace qinglu::ledger {

/// Former bytes of state rows by stored key; nullopt: the row was absent.
using FormerRows = std::map<Bytes, std::optional<Bytes>>;

/// The former bytes of every state row that a block changed, ascending by key:
/// `u16 key length ‖ key ‖ u32 length + 1 (0 = was absent) ‖ former bytes` each. The rows of the trie
/// follow from them, so they are not kept.   Source: docs/decisions/0004.
Bytes encode_undo(const BlockChanges& changes);

/// Errors: malformed with the offset: order, lengths.
Result<FormerRows> decode_undo(BytesView bundle);

/// Everything that a block writes for its state: rows, node rows, undo bundle, derived rows.
KvBatch state_batch(const BlockChanges& changes, const TrieUpdate& trie, std::uint64_t height);

/// How far back a read may go by walking bundles.
struct UndoLimits {
  std::uint64_t bundles_max = 1'000;
  std::size_t bytes_max = 16u << 20;
};

/// State rows as they were when the block of `height` had just been committed, and the trie over
/// them, taken back row by row; other families show the present. `present` must be the snapshot whose last block is `tip`.
/// Errors: not_found: height is of the future, or bundles that it needs have been dropped; limit:
/// too far back (the detail says how far); those of the reader; corrupt.
Result<std::shared_ptr<const KvReader>> state_as_of(std::shared_ptr<const KvReader> present,
                                                    std::uint64_t height, std::uint64_t tip,
                                                    const UndoLimits& limits = {});

}  // namespace qinglu::ledger
