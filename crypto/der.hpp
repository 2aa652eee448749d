// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "crypto/base/bytes.hpp"

namespace qinglu::crypto {

/// One element of a DER encoding; the views point into the input.
struct DerElement {
  std::uint8_t tag = 0;
  BytesView content;
  BytesView whole;  ///< with tag and length
};

/// Reads DER from bytes that nobody vouches for: tags of one byte, definite and shortest lengths.
///
/// `failed` is shared by all readers of one document; the first failure makes every later read fail
/// too, so it is asked once, at the end. Never throws, never allocates.   Source: X.690 §10.
class DerReader {
 public:
  DerReader(BytesView input, bool& failed) : left_(input), failed_(failed) {}

  /// The next element, which must have this tag.
  DerElement take(std::uint8_t tag);
  /// The next element, whatever its tag.
  DerElement any();
  /// A reader of the content of the next element, which must have this tag.
  DerReader inside(std::uint8_t tag) { return DerReader(take(tag).content, failed_); }
  /// Whether another element is there, and has this tag.
  bool at(std::uint8_t tag) const { return !failed_ && !left_.empty() && static_cast<std::uint8_t>(left_[0]) == tag; }
  bool more() const { return !failed_ && !left_.empty(); }
  /// Nothing may be left over.
  void finish() { failed_ = failed_ || !left_.empty(); }

 private:
  BytesView left_;
  bool& failed_;
};

namespace der {
inline constexpr std::uint8_t kBoolean = 0x01;
inline constexpr std::uint8_t kInteger = 0x02;
inline constexpr std::uint8_t kBits = 0x03;
inline constexpr std::uint8_t kOctets = 0x04;
inline constexpr std::uint8_t kNull = 0x05;
inline constexpr std::uint8_t kOid = 0x06;
inline constexpr std::uint8_t kUtf8 = 0x0C;
inline constexpr std::uint8_t kPrintable = 0x13;
inline constexpr std::uint8_t kUtcTime = 0x17;
inline constexpr std::uint8_t kTime = 0x18;
inline constexpr std::uint8_t kSequence = 0x30;
inline constexpr std::uint8_t kSet = 0x31;
/// Constructed and context-specific.
constexpr std::uint8_t context(std::uint8_t n) { return static_cast<std::uint8_t>(0xA0 | n); }
}  // namespace der

}  // namespace qinglu::crypto
