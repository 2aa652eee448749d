// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "crypto/base/bytes.hpp"

namespace qinglu::test {

/// splitmix64: the same numbers on every machine for a seed, which a failing test prints.
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}

  std::uint64_t next() {
    std::uint64_t z = (state_ += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
  }
  /// 0 ≤ result < bound. Requires: bound > 0.
  std::uint64_t below(std::uint64_t bound) { return next() % bound; }
  Bytes bytes(std::size_t count) {
    Bytes result;
    while (result.size() < count) result.push_back(static_cast<char>(next()));
    return result;
  }
  Digest digest() { return Digest::from(bytes(Digest::kSize)); }

 private:
  std::uint64_t state_;
};

}  // namespace qinglu::test
