// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "crypto/base/bytes.hpp"
#include "crypto/base/result.hpp"

namespace qinglu::node {

/// What stands on the wire: `u16 proto ‖ u8 type ‖ u32 len ‖ payload`, big-endian. The channel's
/// message is `u8 type ‖ payload`.   Source: agreement.md §2.3.
inline constexpr std::uint16_t kFrameProto = 1;
inline constexpr std::size_t kFrameHeadBytes = 7;
inline constexpr std::size_t kMessageBytesMax = 16u << 20;
inline constexpr std::size_t kHandshakeBytesMax = 4u << 10;

/// Types from here on belong to the channel itself; the agreement's are below.
inline constexpr std::uint8_t kOwnTypes = 253;
inline constexpr std::uint8_t kRefusal = 253;
inline constexpr std::uint8_t kHello = 254;
inline constexpr std::uint8_t kKeepAlive = 255;

/// Head of the frame that carries `message`. Requires: it has a type and fits kMessageBytesMax.
std::array<char, kFrameHeadBytes> frame_head(BytesView message);

/// Cuts a stream of bytes that nobody vouches for into messages.
class FrameParser {
 public:
  explicit FrameParser(std::size_t message_bytes_max) : max_(message_bytes_max) {}
  void allow(std::size_t message_bytes_max) { max_ = message_bytes_max; }

  /// Takes bytes off the front of `input` until a message is whole (then it returns it) or none are
  /// left. The length is judged before anything is allocated for it. After an error the stream means
  /// nothing any more, and every later call fails as well.
  /// Errors: unsupported (another proto), limit (length).   Never throws on input.
  Result<std::optional<Bytes>> take(BytesView& input);
  /// Some bytes of a frame have come, and others have not.
  bool in_frame() const { return head_size_ > 0; }

 private:
  std::size_t max_;
  std::array<char, kFrameHeadBytes> head_{};
  std::size_t head_size_ = 0;
  std::size_t missing_ = 0;  ///< of the payload
  Bytes message_;
};

/// First message of each side: who it believes to be talking, and on which ledger. That the id owns
/// the key of the connection is for the reader to check.
struct Hello {
  Digest ledger;
  std::string id;       ///< 1–255 printable ASCII characters, no space
  std::string version;  ///< of the software; at most 64 printable ASCII characters

  Bytes encode() const;
  /// Errors: malformed.   Reads the whole message, type included.
  static Result<Hello> decode(BytesView message);
};

/// "Are you there?" and its answer with the same number.
struct KeepAlive {
  bool answer = false;
  std::uint64_t number = 0;

  Bytes encode() const;
  /// Errors: malformed.
  static Result<KeepAlive> decode(BytesView message);
};

/// Why the sender ends the connection: English, at most 1,000 bytes, no control characters. Longer
/// text is cut.
Bytes encode_refusal(std::string_view reason);
/// Errors: malformed (also: not UTF-8, control characters; an operator will read it).
Result<std::string> decode_refusal(BytesView message);

}  // namespace qinglu::node
