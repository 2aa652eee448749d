// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace qinglu {

/// Owned and borrowed octets. Strings, because records are text, the store's slices are
/// characters and HTTP bodies are strings; no value of `char` is ever interpreted by sign.
using Bytes = std::string;
using BytesView = std::string_view;

/// N octets of fixed meaning (a hash, a key, a signature); the tag keeps kinds apart.
template <std::size_t N, class Tag>
struct FixedBytes {
  static constexpr std::size_t kSize = N;
  std::array<std::uint8_t, N> octets{};

  auto operator<=>(const FixedBytes&) const = default;

  const std::uint8_t* data() const { return octets.data(); }
  std::uint8_t* data() { return octets.data(); }
  BytesView view() const { return {reinterpret_cast<const char*>(octets.data()), N}; }
  operator BytesView() const { return view(); }

  /// Copies exactly N octets. Requires: `bytes.size() == N` (checked by the caller).
  static FixedBytes from(BytesView bytes) {
    FixedBytes result;
    std::memcpy(result.octets.data(), bytes.data(), N);
    return result;
  }
};

using Digest = FixedBytes<32, struct DigestTag>;        ///< SHA-256 (suite 1)
using PublicKey = FixedBytes<32, struct PublicKeyTag>;  ///< raw Ed25519 public key
using Signature = FixedBytes<64, struct SignatureTag>;  ///< raw Ed25519 signature

}  // namespace qinglu
