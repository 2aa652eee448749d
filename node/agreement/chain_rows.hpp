// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <optional>

#include "crypto/base/bytes.hpp"
#include "crypto/base/result.hpp"

namespace qinglu::agreement {

/// Keys of the `chain` family, told apart by their first byte.   Source: agreement.md §2.6.
namespace chain_key {
Bytes block(std::uint64_t epoch, std::uint64_t view, const Digest& block_hash);  ///< b
Bytes height(std::uint64_t height);                                             ///< g
Bytes certificate(std::uint8_t kind, std::uint64_t epoch, std::uint64_t view);  ///< c
Bytes finalization(std::uint64_t epoch, std::uint64_t view);                    ///< the c of that kind
Bytes votes(std::uint64_t epoch, std::uint64_t view);                           ///< v
Bytes cosign();                                                                 ///< s
Bytes head(std::uint64_t size);                                                 ///< h
Bytes meta(std::string_view name);                                              ///< m
}  // namespace chain_key

/// `blocks` row: the parts of a block that the log does not hold.
struct BlockRow {
  bool final = false;
  Bytes seal;
  Bytes justification;
  Bytes entries;  ///< candidates only; a final block's entries lie in the log

  Bytes encode() const;
  static Result<BlockRow> decode(BytesView bytes);
};

/// `heights` row: where a non-empty final block is found.
struct HeightRow {
  std::uint64_t epoch = 0;
  std::uint64_t view = 0;
  Bytes encode() const;
  static Result<HeightRow> decode(BytesView bytes);
};

/// The newest final block, row `tip` of `meta`.
struct Tip {
  std::uint64_t epoch = 1;
  std::uint64_t view = 0;    ///< 0: the epoch's genesis
  std::uint64_t height = 0;  ///< non-empty blocks since genesis
  Digest block_hash;         ///< epoch-genesis hash when view is 0
  std::uint64_t log_size = 0;
  Digest log_root;
  Digest state_root;
  Digest next_valset_hash;
  std::int64_t time_ms = 0;

  Bytes encode() const;
  static Result<Tip> decode(BytesView bytes);
  bool operator==(const Tip&) const = default;
};

/// Last cosigned checkpoint, row `s`: never a smaller size, never another root for a size, never an
/// earlier time.   Source: agreement.md §2.5.
struct CosignRow {
  std::uint64_t size = 0;
  Digest root;
  std::uint64_t time_s = 0;
  Bytes encode() const;
  static Result<CosignRow> decode(BytesView bytes);
};

/// What the present epoch began with, row `epoch` of `meta`; none in epoch 1. It is written with the
/// last commit of the epoch before, together with a `tip` of view 0: that is the switch of epochs.
struct EpochRow {
  std::uint64_t epoch = 1;
  Digest genesis;   ///< hash of the block that ended the epoch before; seeds the order of leaders
  Bytes handover;   ///< finalization that ended the epoch before, by its set
  Bytes encode() const;
  static Result<EpochRow> decode(BytesView bytes);
};

/// Whether this node trusts its record of own votes, row `abstain` of `meta`.   Source: agreement.md §2.12.
struct AbstainRow {
  enum class State : std::uint8_t {
    doubtful = 0,  ///< votes nowhere until a quorum of others has said how far it may have voted
    bounded = 1,   ///< votes above `until` only, and counts as faulty until it is there
    over = 2,      ///< nothing but: no vote in a view up to `until`, late ones neither
  };
  State state = State::doubtful;
  std::uint64_t epoch = 1;
  std::uint64_t until = 0;
  std::string reason;
  Bytes encode() const;
  static Result<AbstainRow> decode(BytesView bytes);
};

/// `heads` row: the first note at this size that held a quorum of cosignatures, kept for ever, and
/// the newest one.
struct HeadRow {
  Bytes first;
  Bytes newest;
  Bytes encode() const;
  static Result<HeadRow> decode(BytesView bytes);
};

}  // namespace qinglu::agreement
