// SPDX-License-Identifier: Apache-2.0
// The stream between nodes: cut into the same messages however it comes in pieces, and the channel's own
// messages come out as they went in. The first byte says how long the pieces are.
#include <algorithm>
#include <cstdint>
#include <vector>

#include "crypto/base/check.hpp"
#include "node/peers/frame.hpp"

using namespace qinglu;
using namespace qinglu::node;

namespace {

constexpr std::size_t kMessageMax = 4'096;

/// The messages before the first error, and whether there was one.
std::pair<std::vector<Bytes>, bool> cut(BytesView stream, std::size_t piece) {
  FrameParser parser(kMessageMax);
  std::vector<Bytes> messages;
  while (!stream.empty()) {
    BytesView input = stream.substr(0, piece);
    stream.remove_prefix(input.size());
    while (!input.empty()) {
      auto message = parser.take(input);
      if (!message) return {messages, true};
      if (*message) messages.push_back(std::move(**message));
    }
  }
  return {messages, false};
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const BytesView stream(reinterpret_cast<const char*>(data) + 1, size - 1);
  const auto whole = cut(stream, stream.size());
  QL_CHECK(cut(stream, std::size_t{1} + data[0]) == whole);
  std::size_t used = 0;
  for (const Bytes& message : whole.first) {
    QL_CHECK(!message.empty() && message.size() <= kMessageMax);
    const auto head = frame_head(message);
    QL_CHECK(stream.substr(used, kFrameHeadBytes) == BytesView(head.data(), head.size()));
    used += kFrameHeadBytes + message.size() - 1;
    if (const auto hello = Hello::decode(message)) QL_CHECK(hello->encode() == message);
    if (const auto sign = KeepAlive::decode(message)) QL_CHECK(sign->encode() == message);
    if (const auto reason = decode_refusal(message)) QL_CHECK(encode_refusal(*reason) == message);
  }
  QL_CHECK(used <= stream.size());
  return 0;
}
