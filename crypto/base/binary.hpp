// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "crypto/base/bytes.hpp"
#include "crypto/base/result.hpp"

namespace qinglu {

/// Appends big-endian integers and raw bytes to a buffer.
class BinaryWriter {
 public:
  BinaryWriter& u8(std::uint8_t value);
  BinaryWriter& u16(std::uint16_t value);
  BinaryWriter& u32(std::uint32_t value);
  BinaryWriter& u64(std::uint64_t value);
  BinaryWriter& raw(BytesView bytes);
  /// A byte string behind its length. Requires: it fits the length field.
  BinaryWriter& bytes16(BytesView bytes);
  BinaryWriter& bytes32(BytesView bytes);

  const Bytes& bytes() const& { return out_; }
  Bytes bytes() && { return std::move(out_); }

 private:
  Bytes out_;
};

/// Reads what BinaryWriter wrote, from bytes that nobody vouches for.
///
/// The first short read makes every later one fail too; ask once, at the end, with finish().
/// Returned views point into the input. Never throws, never allocates.
class BinaryReader {
 public:
  explicit BinaryReader(BytesView input) : input_(input) {}

  std::uint8_t u8();
  std::uint16_t u16();
  std::uint32_t u32();
  std::uint64_t u64();
  BytesView raw(std::size_t count);
  BytesView bytes16();
  BytesView bytes32();
  Digest digest();

  std::size_t offset() const { return offset_; }
  std::size_t left() const { return input_.size() - offset_; }
  bool failed() const { return failed_; }
  /// Errors: malformed with the offset when a read was short or bytes are left over.
  Result<void> finish() const;

 private:
  BytesView input_;
  std::size_t offset_ = 0;
  bool failed_ = false;
};

/// Big-endian u64, the form of every store key that holds an index or a height.
Bytes u64_key(std::uint64_t value);

}  // namespace qinglu
