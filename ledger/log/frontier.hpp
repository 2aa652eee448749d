// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "crypto/base/binary.hpp"
#include "crypto/base/bytes.hpp"
#include "crypto/base/result.hpp"

namespace qinglu::ledger {

/// The compact range [0, size) of an RFC 6962 tree: all that appending needs.
///
/// Holds one hash per 1 bit of `size`, roots of perfect subtrees, biggest first.
/// Source: evidence.md §2.2.
class Frontier {
 public:
  /// Receives every perfect subtree that an append completes, the leaf itself (level 0) first.
  using Sink = std::function<void(unsigned level, std::uint64_t index, const Digest& hash)>;

  /// Appends a leaf hash. Requires: size < 2^53 (checked; the profile's integers end there).
  void append(const Digest& leaf_hash, const Sink& sink = nullptr);

  std::uint64_t size() const { return size_; }
  const std::vector<Digest>& hashes() const { return hashes_; }
  /// Root of the tree; SHA-256 of nothing when it is empty.
  Digest root() const;

  /// `u64 size ‖ hashes`.
  Bytes encode() const;
  void encode_to(BinaryWriter& out) const;
  /// Errors: malformed: short, left over, or a size of 2^53 and more.
  static Result<Frontier> decode(BytesView bytes);
  /// Reads one frontier of a longer message. A size out of range fails `in` as a short read does:
  /// ask in.finish() before using the result.
  static Frontier decode_from(BinaryReader& in);

  bool operator==(const Frontier&) const = default;

 private:
  std::uint64_t size_ = 0;
  std::vector<Digest> hashes_;
};

}  // namespace qinglu::ledger
