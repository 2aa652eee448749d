// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

#include "node/agreement/message.hpp"

namespace qinglu::agreement {

/// Makes the answer to GetRange from rows in their order: final blocks, each with its own finalization
/// where the store holds one (kind 7). It ends with a block that has one, at the first such block
/// behind kRangeBytes; if not even the blocks up to the first one fit, their last ones are sent.
class RangeBuilder {
 public:
  /// False: full, finish() now.
  bool add(BlockMessage block, const Bytes& finalization);
  /// Nothing when no block had a finalization.
  Range finish() && { return std::move(range_); }

 private:
  Range range_;
  std::size_t bytes_ = 0;
  std::vector<BlockMessage> open_;  ///< behind the last finalization
  std::size_t open_bytes_ = 0;
};

}  // namespace qinglu::agreement
