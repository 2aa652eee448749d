// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include "crypto/base/bytes.hpp"
#include "crypto/base/result.hpp"
#include "ledger/codec/seal.hpp"
#include "ledger/kv/kv_store.hpp"

namespace qinglu::ledger {

/// Keys of Family::derived that find a block's seal: by its log index, and by height.
Bytes seal_index_key(std::uint64_t seal_index);
Bytes seal_height_key(std::uint64_t height);

/// A seal as it stands in the log.
struct LoggedSeal {
  std::uint64_t index = 0;
  Bytes bytes;
  Seal seal;
};

/// Entry bytes at a log index; nullopt: beyond the log. They are hashed and compared with the leaf
/// that the log's tiles hold, so that what is served is what was signed (F20, F21).
/// Errors: those of the reader; corrupt.
Result<std::optional<Bytes>> read_entry(const KvReader& reader, std::uint64_t index);

/// Row of Family::derived that each block rewrites: the height up to which the indexes are whole.
/// Without it (a dropped or half-rebuilt family) no block may be judged: duplicates would pass.
Bytes derived_height_key();

/// Seal of the block that holds entry `index` (a seal's own index: that seal).
/// Errors: not_found beyond the log; corrupt.
Result<LoggedSeal> seal_of_entry(const KvReader& reader, std::uint64_t index);

/// Seal of a non-empty block by height (0 = genesis); nullopt: no such height.
Result<std::optional<LoggedSeal>> seal_at(const KvReader& reader, std::uint64_t height);

}  // namespace qinglu::ledger
