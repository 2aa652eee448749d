// SPDX-License-Identifier: Apache-2.0
#include "node/peers/frame.hpp"

#include <algorithm>
#include <utility>

#include "crypto/base/binary.hpp"
#include "crypto/base/encoding.hpp"

namespace qinglu::node {
namespace {

constexpr std::size_t kIdMax = 255;
constexpr std::size_t kVersionMax = 64;
constexpr std::size_t kReasonMax = 1'000;

bool is_printable(std::string_view text, char from) {
  return std::ranges::all_of(text, [&](char c) { return c >= from && c <= '~'; });
}

Error malformed(const char* what) { return {Errc::malformed, std::string(what) + " that is malformed"}; }

}  // namespace

std::array<char, kFrameHeadBytes> frame_head(BytesView message) {
  QL_CHECK(!message.empty() && message.size() <= kMessageBytesMax);
  const Bytes bytes = BinaryWriter()
                          .u16(kFrameProto)
                          .u8(static_cast<std::uint8_t>(message[0]))
                          .u32(static_cast<std::uint32_t>(message.size() - 1))
                          .bytes();
  std::array<char, kFrameHeadBytes> head{};
  std::ranges::copy(bytes, head.begin());
  return head;
}

Result<std::optional<Bytes>> FrameParser::take(BytesView& input) {
  if (head_size_ < kFrameHeadBytes) {
    const std::size_t n = std::min(kFrameHeadBytes - head_size_, input.size());
    std::copy_n(input.begin(), n, head_.begin() + static_cast<std::ptrdiff_t>(head_size_));
    head_size_ += n;
    input.remove_prefix(n);
    if (head_size_ < kFrameHeadBytes) return std::optional<Bytes>();
  }
  BinaryReader head(BytesView(head_.data(), head_.size()));
  const std::uint16_t proto = head.u16();
  const std::uint8_t type = head.u8();
  const std::size_t length = head.u32();
  if (proto != kFrameProto) {
    return Error{Errc::unsupported, "a frame of protocol " + std::to_string(proto) + ", this node speaks " +
                                        std::to_string(kFrameProto)};
  }
  if (length >= max_) {  // the type counts as well
    return Error{Errc::limit, "a frame of " + std::to_string(length) + " bytes, allowed are " +
                                  std::to_string(max_ - 1)};
  }
  if (message_.empty()) {
    message_.reserve(1 + length);
    message_.push_back(static_cast<char>(type));
    missing_ = length;
  }
  const std::size_t n = std::min(missing_, input.size());
  message_.append(input.substr(0, n));
  input.remove_prefix(n);
  missing_ -= n;
  if (missing_ > 0) return std::optional<Bytes>();
  head_size_ = 0;
  return std::optional<Bytes>(std::exchange(message_, Bytes()));
}

Bytes Hello::encode() const {
  return BinaryWriter().u8(kHello).raw(ledger).bytes16(id).bytes16(version).bytes();
}

Result<Hello> Hello::decode(BytesView message) {
  BinaryReader in(message);
  Hello hello;
  const bool typed = in.u8() == kHello;
  hello.ledger = in.digest();
  const BytesView id = in.bytes16();
  const BytesView version = in.bytes16();
  if (!typed || !in.finish() || id.empty() || id.size() > kIdMax || version.size() > kVersionMax ||
      !is_printable(id, '!') || !is_printable(version, ' ')) {
    return malformed("a hello");
  }
  hello.id = std::string(id);
  hello.version = std::string(version);
  return hello;
}

Bytes KeepAlive::encode() const {
  return BinaryWriter().u8(kKeepAlive).u8(answer ? 1 : 0).u64(number).bytes();
}

Result<KeepAlive> KeepAlive::decode(BytesView message) {
  BinaryReader in(message);
  const bool typed = in.u8() == kKeepAlive;
  const std::uint8_t answer = in.u8();
  const std::uint64_t number = in.u64();
  if (!typed || answer > 1 || !in.finish()) return malformed("a keep-alive");
  return KeepAlive{answer == 1, number};
}

Bytes encode_refusal(std::string_view reason) {
  return BinaryWriter().u8(kRefusal).raw(reason.substr(0, kReasonMax)).bytes();
}

Result<std::string> decode_refusal(BytesView message) {
  if (message.empty() || static_cast<std::uint8_t>(message[0]) != kRefusal) return malformed("a refusal");
  const BytesView reason = message.substr(1);
  const bool clean = std::ranges::none_of(
      reason, [](char c) { return (c >= 0 && c < ' ') || c == '\x7f'; });
  if (reason.size() > kReasonMax || first_utf8_error(reason) || !clean) return malformed("a refusal");
  return std::string(reason);
}

}  // namespace qinglu::node
