// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "crypto/base/bytes.hpp"
#include "crypto/ed25519.hpp"
#include "ledger/codec/valset.hpp"
#include "ledger/kv/kv_store.hpp"
#include "node/agreement/certificate.hpp"
#include "node/agreement/chain_rows.hpp"

namespace qinglu::agreement {

/// Own votes of one view; consulted before every vote, durable before any leaves.
/// Source: agreement.md §2.6, §2.7 (V1–V4).
struct VoteRow {
  std::optional<Digest> proposed;
  std::optional<Digest> notarized;
  bool nullified = false;
  std::optional<Digest> finalized;

  Bytes encode() const;
  static Result<VoteRow> decode(BytesView bytes);
  bool operator==(const VoteRow&) const = default;
};

/// What the store knew when the node stopped.
struct DurableImage {
  Tip tip;
  Bytes tip_notarization;  ///< empty when the tip is the epoch's genesis
  CosignRow cosigned;
  Bytes first_note;         ///< of the tip's size, empty when it was never cosigned
};

/// A block that the executor built on the engine's demand.
struct BuiltBlock {
  Bytes seal;
  Digest block_hash;
  Tip after;  ///< the chain's tip once this block is final
};

// Inputs of step().
struct Start {
  DurableImage image;
};
/// Whether records wait in the pool.
struct PoolHint {
  bool waiting = false;
};
/// Answer to Build; no block: nothing in the pool passed the rules, so nothing is proposed.
struct Built {
  std::optional<BuiltBlock> block;
};
struct PersistDone {
  std::uint64_t token = 0;
};
/// Time to cosign the newest checkpoint again, so that absence proofs stay fresh without blocks.
struct RecosignDue {};
using Input = std::variant<Start, PoolHint, Built, PersistDone, RecosignDue>;

// Outputs of step(), in the order in which the driver carries them out.
/// Execute waiting records on `parent` and answer with Built.
struct Build {
  std::uint64_t epoch = 0;
  std::uint64_t view = 0;
  Tip parent;
  std::uint64_t proposer = 0;
  Bytes justification;
  Digest next_valset_hash;
};
/// Make `batch` durable (one synced write together with the block's own changes when `commits` is
/// set, then the guard), then answer with PersistDone.
struct Persist {
  std::uint64_t token = 0;
  ledger::KvBatch batch;
  Bytes guard;          ///< vote rows that this step changed, cosign row, finalized height
  bool commits = false;
};
/// The block is final and durable: said after its Persist completed.
struct Committed {
  Tip tip;
  std::string finality_note;
  std::string checkpoint;  ///< cosigned note of this size
};
/// A newer note of the same checkpoint.
struct Recosigned {
  std::string checkpoint;
};
using Output = std::variant<Build, Persist, Committed, Recosigned>;

/// This member's secret halves, as functions: the engine signs, it never holds a key.
struct Signers {
  const crypto::SigningKey* vote = nullptr;
  const crypto::SigningKey* cosign = nullptr;
  const crypto::SigningKey* log = nullptr;
};

/// One validator's part in the agreement: inputs in, ordered outputs out. No clock, thread, disk or
/// socket.
///
/// Rules: agreement.md §2.7 in its order. What is here is the protocol with quorum 1: the leader of
/// every view is this node, so that propose, notarize and finalize are cast in one step and one
/// Persist, in the chain bytes that a set of any size writes (§2.12). A set of more members is
/// refused by the constructor until the messages between members exist.
/// Requires: the driver releases an output that follows a Persist only when that has completed.
class Engine {
 public:
  Engine(ledger::ValidatorSet set, std::size_t self, Digest ledger_id, std::string origin,
         Signers signers);

  /// `now_ms`: POSIX milliseconds; enters cosignature times only.
  std::vector<Output> step(const Input& input, std::int64_t now_ms);

  const Tip& tip() const { return tip_; }

 private:
  std::vector<Output> on_start(const DurableImage& image, std::int64_t now_ms);
  std::vector<Output> maybe_build();
  std::vector<Output> on_built(const std::optional<BuiltBlock>& block, std::int64_t now_ms);
  std::vector<Output> on_persisted(std::uint64_t token);
  std::vector<Output> on_recosign(std::int64_t now_ms);

  /// V1–V4 for casting all three votes of `view` for `block`; a second block in a view is a bug.
  VoteRow cast_votes(std::uint64_t view, const Digest& block) const;
  Certificate certify(const Statement& statement) const;
  /// Checkpoint note with this node's log signature and cosignature; advances the cosign row.
  std::string cosign(const Tip& tip, std::int64_t now_ms);
  /// `votes`: the row of the tip's view when the step changed it.
  Bytes guard_payload(const VoteRow* votes) const;

  ledger::ValidatorSet set_;
  std::size_t self_;
  Digest ledger_id_;
  std::string origin_;
  Signers signers_;

  Tip tip_;
  Bytes tip_notarization_;
  CosignRow cosigned_;
  std::string first_note_;  // of cosigned_.size
  bool waiting_ = false;
  bool in_flight_ = false;  // a Build or a Persist is under way
  std::uint64_t next_token_ = 1;
  struct Pending {
    std::uint64_t token;
    std::vector<Output> then;
  };
  std::optional<Pending> pending_;
};

}  // namespace qinglu::agreement
