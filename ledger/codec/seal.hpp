// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "crypto/base/bytes.hpp"
#include "crypto/base/result.hpp"
#include "ledger/model/value.hpp"

namespace qinglu::ledger {

/// A block's header and its last log entry: canonical JSON with exactly 19 members.
/// Source: agreement.md §2.2.
struct Seal {
  Digest ledger;
  std::uint64_t epoch = 0;
  std::uint64_t view = 0;
  std::uint64_t height = 0;
  Digest parent;
  std::uint64_t parent_view = 0;
  std::uint64_t proposer = 0;
  std::int64_t time_ms = 0;  ///< ms since 1970-01-01T00:00:00Z
  bool empty = false;
  bool epoch_end = false;
  std::uint64_t record_count = 0;
  Digest records_root;
  std::uint64_t log_size_before = 0;
  Digest log_root_before;
  Digest state_root;
  Digest next_valset_hash;
  Digest justification_hash;

  bool operator==(const Seal&) const = default;
  /// Log index of this seal when the block is not empty.
  std::uint64_t index() const { return log_size_before + record_count; }
};

Bytes encode_seal(const Seal& seal);
/// Errors: malformed with byte offset: not canonical, a member missing, extra or ill-formed.
Result<Seal> decode_seal(BytesView bytes);
Result<Seal> seal_from(const Value& document);

/// SHA-256("qinglu/block/1\0" ‖ seal bytes).
Digest block_hash(BytesView seal_bytes);
/// SHA-256("qinglu/justification/1\0" ‖ section).
Digest justification_hash(BytesView section);

}  // namespace qinglu::ledger
