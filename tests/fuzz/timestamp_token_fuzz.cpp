// SPDX-License-Identifier: Apache-2.0
#include "crypto/timestamp_token.hpp"

namespace crypto = qinglu::crypto;

/// What is read is bounded, and reading it again says the same.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const qinglu::BytesView input(reinterpret_cast<const char*>(data), size);
  const auto token = crypto::read_timestamp_token(input);
  const auto again = crypto::read_timestamp_token(input);
  QL_CHECK(static_cast<bool>(token) == static_cast<bool>(again));
  // What an authority answered holds its token as it stands.
  if (const auto inside = crypto::timestamp_token_in(input)) QL_CHECK(input.find(*inside) != input.npos);
  if (!token) {
    QL_CHECK(token.error().code == again.error().code && token.error().detail == again.error().detail);
    return 0;
  }
  QL_CHECK(token->time_ms == again->time_ms && token->certificate == again->certificate);
  QL_CHECK(size <= crypto::kTimestampTokenMax && token->time_ms >= 0);
  QL_CHECK(!token->policy.empty() && token->policy.size() <= 128 && token->serial.size() <= 42 && token->tsa.size() <= 256);
  return 0;
}
