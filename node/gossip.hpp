// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <variant>
#include <vector>

#include "crypto/base/bytes.hpp"
#include "crypto/base/result.hpp"
#include "ledger/apply/unit.hpp"
#include "node/agreement/message.hpp"

namespace qinglu::node {

// What members tell each other beside the agreement: submissions that wait, and proposals that name
// them instead of carrying them (agreement.md §2.3, types 1, 18–20; §2.8); and what they have erased.

/// One unit as it travels: an entry, and the bodies of a batch.
struct UnitBytes {
  Bytes entry;
  std::vector<Bytes> bodies;
  bool batch = false;
};
UnitBytes bytes_of(const ledger::Unit& unit);

/// Units that wait for a block, or the answer to GetRecords.
struct Records {
  std::vector<UnitBytes> units;
};
/// Asks for units by their hashes.
struct GetRecords {
  std::vector<Digest> units;
};
/// A Propose whose body is named by the hashes of its units, in order.
struct CompactPropose {
  agreement::Propose proposal;  ///< its body is empty
  std::vector<Digest> units;
};
/// That the sender holds no opening of what a notice of erasure names (docs/formats/erasure.md).
struct Erased {
  Digest notice;
  Bytes acknowledgement;  ///< empty: the sender is no member, or only asks
  bool asks = false;      ///< for the receiver's
};
using Gossip = std::variant<Records, GetRecords, CompactPropose, Erased>;

/// Bounds of one message: what exceeds them travels in another one.
inline constexpr std::size_t kGossipBytes = 1u << 20;
inline constexpr std::size_t kGossipUnits = 10'000;

/// Whether a message is one of these; else it belongs to the agreement.
bool is_gossip(BytesView message);
Bytes encode(const Gossip& message);
/// Errors: malformed with the offset; limit.
Result<Gossip> decode_gossip(BytesView bytes);

/// Splits units into messages of at most kGossipBytes, each with at least one unit.
std::vector<Bytes> records_messages(const std::vector<std::shared_ptr<ledger::Unit>>& units);

}  // namespace qinglu::node
