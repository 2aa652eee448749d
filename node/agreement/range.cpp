// SPDX-License-Identifier: Apache-2.0
#include "node/agreement/range.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace qinglu::agreement {
namespace {

/// Blocks of one message, with room for what surrounds them.
constexpr std::size_t kBlocksMax = kMessageMax - (1u << 20);

std::size_t size_of(const BlockMessage& block) {
  return block.seal.size() + block.justification.size() + block.body.size() + 12;
}

}  // namespace

bool RangeBuilder::add(BlockMessage block, const Bytes& finalization) {
  open_bytes_ += size_of(block);
  open_.push_back(std::move(block));
  const bool first = range_.blocks.empty();
  if (!first && (bytes_ + open_bytes_ > kRangeBytes || range_.blocks.size() + open_.size() > kRangeBlocksMax)) return false;
  // The last block always fits: one block is at most half a message.
  while (open_.size() > 1 && (open_bytes_ > kBlocksMax || open_.size() > kRangeBlocksMax)) {
    open_bytes_ -= size_of(open_.front());
    open_.erase(open_.begin());
  }
  if (finalization.empty()) return true;
  range_.finalization = finalization;
  std::ranges::move(open_, std::back_inserter(range_.blocks));
  bytes_ += std::exchange(open_bytes_, 0);
  open_.clear();
  return bytes_ <= kRangeBytes;
}

}  // namespace qinglu::agreement
