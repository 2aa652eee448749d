// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string_view>

#include "crypto/base/bytes.hpp"
#include "ledger/catalog/signers.hpp"

namespace qinglu::node {

/// How often a key may stand under submissions from one address: `burst` at once, then `per_second`.
/// Asked before any signature is verified, so that whoever floods a node with one key's name costs it
/// no curve arithmetic (F93); by address, so that a stranger's use of a name shuts nobody out.
/// Threads: safe.
class KeyBudget {
 public:
  /// `per_second` 0: no bound.
  KeyBudget(double per_second, double burst) : per_second_(per_second), burst_(burst) {}

  /// Takes one from every key named, or from none when one of them has nothing left.
  bool take(const std::vector<ledger::SignedBy>& keys, std::string_view address, std::int64_t now_ms);

 private:
  struct Bucket {
    double tokens;
    std::int64_t at_ms;
  };
  double tokens_at(const Bucket& bucket, std::int64_t now_ms) const;
  void forget_full(std::int64_t now_ms);

  const double per_second_;
  const double burst_;
  std::mutex mutex_;
  std::map<Digest, Bucket> buckets_;  // by hash, for names come from strangers and may be long
};

}  // namespace qinglu::node
