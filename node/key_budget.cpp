// SPDX-License-Identifier: Apache-2.0
#include "node/key_budget.hpp"

#include <algorithm>

#include "crypto/hash.hpp"

namespace qinglu::node {
namespace {

constexpr std::size_t kKeysMax = 65'536;

}  // namespace

double KeyBudget::tokens_at(const Bucket& bucket, std::int64_t now_ms) const {
  const auto passed = static_cast<double>(std::max<std::int64_t>(0, now_ms - bucket.at_ms));
  return std::min(burst_, bucket.tokens + passed * per_second_ / 1000);
}

void KeyBudget::forget_full(std::int64_t now_ms) {
  std::erase_if(buckets_, [&](const auto& each) { return tokens_at(each.second, now_ms) >= burst_; });
}

bool KeyBudget::take(const std::vector<ledger::SignedBy>& keys, std::string_view address, std::int64_t now_ms) {
  if (per_second_ <= 0) return true;
  const std::lock_guard lock(mutex_);
  if (buckets_.size() + keys.size() > kKeysMax) forget_full(now_ms);
  if (buckets_.size() + keys.size() > kKeysMax) return false;
  std::vector<Bucket*> asked;
  for (const auto& [party, key_id] : keys) {
    const Digest name = crypto::sha256({party, "\n", key_id, "\n", address});
    Bucket& bucket = buckets_.try_emplace(name, Bucket{burst_, now_ms}).first->second;
    bucket = {tokens_at(bucket, now_ms), now_ms};
    if (bucket.tokens < 1) return false;
    asked.push_back(&bucket);
  }
  for (Bucket* bucket : asked) bucket->tokens -= 1;
  return true;
}

}  // namespace qinglu::node
