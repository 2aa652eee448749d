// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "crypto/base/bytes.hpp"
#include "ledger/codec/seal.hpp"
#include "ledger/codec/valset.hpp"
#include "ledger/kv/kv_store.hpp"
#include "node/agreement/ballots.hpp"
#include "node/agreement/certificate.hpp"
#include "node/agreement/chain_rows.hpp"
#include "node/agreement/message.hpp"
#include "node/agreement/votes.hpp"

namespace qinglu::agreement {

/// Local settings, not rules of validity.   Source: agreement.md §2.1 "Numbers".   Units: ms.
struct Timing {
  std::int64_t hop = 400;       ///< Δ: one hop, the receiver's sync included
  std::int64_t execute = 300;
  std::int64_t batch = 50;      ///< t_batch, behind a running block only
  std::int64_t retry = 1'000;
  std::int64_t cap = 60'000;
  std::int64_t skew = 10'000;   ///< voting bound on block time
};

/// The signing keys of this member as functions: the engine signs, it never holds a key.
struct Signers {
  std::function<Signature(BytesView)> vote;
  /// Line of the plain checkpoint under the origin's name.
  std::function<crypto::NoteLine(std::string_view checkpoint)> log;
  /// 64 bytes over `cosignature/v1`, the time and the checkpoint.
  std::function<Signature(std::string_view checkpoint, std::uint64_t time_s)> cosign;
};
/// One strict rule (crypto::verify); simulations hand in a cheap one of the same strength.
using Verifier = std::function<bool(const PublicKey&, BytesView message, const Signature&)>;

/// What the store knew when the node stopped.
struct DurableImage {
  Tip tip;
  Bytes tip_certificate;  ///< notarization or finalization of the tip; empty: the epoch's genesis
  CosignRow cosigned;
  Bytes first_note;       ///< of the tip's size; empty when no quorum cosigned it
  std::map<std::uint64_t, VoteRow> votes;  ///< by view
  std::vector<Bytes> certificates;         ///< of views above the tip's
  std::vector<BlockMessage> candidates;    ///< blocks above the tip whose bodies are durable
};

/// A block that the executor built on the engine's demand.
struct BuiltBlock {
  Bytes seal;
  Digest block_hash;
  Bytes body;  ///< a member alone may leave it out: nobody else asks, and its block is final at once
  Tip after;   ///< the chain's tip once this block is final
};

// --- inputs of step() ---
struct Start {
  DurableImage image;
};
struct Received {
  std::size_t from = 0;  ///< member index, as the channel has authenticated it
  Message message;
};
/// Whether records wait that are in no block of the notarized chain and that its state accepts.
struct PoolHint {
  bool waiting = false;
};
/// Answer to Build; no block: no waiting record passed the rules on that parent.
struct Built {
  std::optional<BuiltBlock> block;
};
/// Answer to Execute.
struct Executed {
  enum class Verdict : std::uint8_t {
    valid,
    invalid,
    not_its_body,  ///< these are not the entries that the seal names: somebody else may have them
  };
  Digest block_hash;
  Verdict verdict{};
  Tip after;        ///< when valid
  std::string why;  ///< when invalid
};
enum class Timer : std::uint8_t { lead, advance, batch, flush, retry, early };
struct TimerFired {
  Timer timer{};
};
/// Time to cosign the newest checkpoint again, so that absence proofs stay fresh without blocks.
struct RecosignDue {};
using Input = std::variant<Start, Received, PoolHint, Built, Executed, TimerFired, RecosignDue>;

// --- outputs of step(): the driver carries each out before the next ---
/// One synced write: `batch`, the changes of the blocks `commits` in order, and the guard after it.
/// Nothing that follows in this step may leave before it is durable.
struct Persist {
  ledger::KvBatch batch;
  std::vector<Digest> commits;
  Bytes guard;  ///< vote rows that this step changed, cosign row
};
struct Send {
  std::optional<std::size_t> to;  ///< nullopt: every other member
  Message message;
};
struct SetTimer {
  Timer timer{};
  std::int64_t after_ms = 0;
};
struct CancelTimer {
  Timer timer{};
};
/// Execute waiting records on `parent` and answer with Built.
struct Build {
  std::uint64_t epoch = 0;
  std::uint64_t view = 0;
  Tip parent;
  Digest base;  ///< nearest block with records, from the parent down: its state is the parent's
  std::uint64_t proposer = 0;
  Bytes justification;
  Digest next_valset_hash;
  std::size_t halvings = 0;  ///< of the block's limits, after views without a block
};
/// Execute a member's block on its parent and answer with Executed.
struct Execute {
  Digest block_hash;
  Tip parent;
  Digest base;  ///< as in Build
  Bytes seal;
  Bytes body;
};
/// A peer asks for a block that is not in memory: send it a BlockMessage if the store holds it.
struct Lookup {
  std::size_t peer = 0;
  Digest block_hash;
};
/// Blocks are final and durable.
struct Committed {
  Tip tip;
  Bytes finalization;         ///< certificate of kind 7
  std::string finality_note;
};
/// A quorum has cosigned the checkpoint of the tip, or has done so again.
struct Cosigned {
  std::uint64_t size = 0;
  std::string checkpoint;
};
/// A quorum says what this node's own execution denies: no more votes, an alarm.
struct Diverged {
  Digest block_hash;
  std::string why;
};
using Output = std::variant<Persist, Send, SetTimer, CancelTimer, Build, Execute, Lookup, Committed,
                            Cosigned, Misbehaviour, Diverged>;

/// One validator's part in the agreement: inputs in, ordered outputs out. No clock, thread, disk or
/// socket. `now_ms` is wall time; it enters the voting bound on block times and cosignatures only.
///
/// Rules: docs/agreement.md and agreement.md §2.7, in their order (R1–R9). With one member the same
/// code runs with quorum 1 and casts its three votes in one step.
class Engine {
 public:
  Engine(ledger::ValidatorSet set, std::size_t self, Digest ledger_id, std::string origin,
         Signers signers, Verifier verify, Timing timing = {});

  std::vector<Output> step(const Input& input, std::int64_t now_ms);

  const Tip& tip() const { return tip_; }
  std::uint64_t view() const { return view_; }
  /// Block hashes of the newest notarized chain above the tip, newest first.
  std::vector<Digest> notarized_chain() const;
  Status status(std::int64_t now_ms) const;
  /// True while this member votes; false after Diverged.
  bool voting() const { return !diverged_; }

 private:
  using View = std::uint64_t;
  using Kind = Statement::Kind;

  struct Block {
    ledger::Seal seal;
    Bytes seal_bytes;
    Bytes justification;
    Bytes body;
    enum class State : std::uint8_t { waiting, executing, valid, invalid } state = State::waiting;
    std::optional<Tip> after;  ///< once valid
    std::string why;           ///< once invalid
    bool durable = false;  ///< must be, from the end of the step on
    bool written = false;  ///< its candidate row is
    bool justified = false;
    std::int64_t received_ms = 0;
    bool late = false;  ///< more than the bound behind the clock at first receipt
  };
  struct Round {
    Ballots ballots;
    std::optional<Certificate> notarization;
    std::optional<Certificate> nullification;
    std::optional<Certificate> finalization;
    std::vector<std::pair<Digest, Propose>> proposals;  ///< signed by its leader, at most two; no bodies
  };

  // R1, R2
  void enter(View view);
  bool active() const;
  bool behind() const;
  void update_timers();
  void arm(Timer timer, std::int64_t after_ms);
  void disarm(Timer timer);
  std::int64_t grown(std::int64_t base) const;
  // R3
  void propose();
  void build(const Digest& parent, bool empty);
  void propose_block(BuiltBlock built);
  Propose signed_proposal(const Digest& hash, const Block& block) const;
  void on_built(const std::optional<BuiltBlock>& built);
  std::optional<Digest> best_parent(View below) const;
  Bytes justification_for(View view, View parent_view) const;
  std::size_t unfinal_blocks(Digest head) const;
  // R4
  void on_propose(const Propose& message);
  void consider(const Digest& block_hash);
  void try_notarize(const Digest& block_hash);
  std::string fault(const Block& block) const;
  bool justify(Block& block);
  // R5, R6, R8
  void on_notarization(View view);
  void try_finalize(View view);
  void on_finalization(View view);
  void try_commit();
  void commit(const std::vector<Digest>& chain, const Certificate& finalization);
  // R7, R9
  void on_timer(Timer timer);
  void retry();
  void on_status(std::size_t from, const Status& status);
  void help(std::size_t peer, View view);
  void ask(std::size_t peer);

  // votes and certificates
  void on_vote(std::size_t from, const Vote& vote);
  void take_vote(const Vote& vote);
  void count(View view);
  void adopt(Certificate certificate);
  void on_certificate(const Bytes& bytes);
  bool verified(const Certificate& certificate) const;
  bool holds(const Statement& statement) const;
  void cast(const Statement& statement);
  void cast_nullify();

  // blocks
  Digest take_block(const Bytes& seal, const Bytes& justification, const Bytes& body);
  void on_block(const BlockMessage& message);
  const Tip* state_after(const Digest& block_hash) const;
  Digest base_of(Digest block_hash) const;
  void execute_ready();
  void on_executed(const Executed& executed);
  void accept(const Digest& hash, Block& block, const Tip& after);
  void reject(const Digest& hash, Block& block, std::string why);
  void fetch(const Digest& block_hash, std::optional<std::size_t> peer);
  void diverge(const Digest& block_hash, std::string why);

  // cosignatures
  void cosign();
  void on_cosign(const Cosign& message);
  void publish();
  std::string checkpoint_text() const;

  void on_start(const DurableImage& image);
  void on_message(std::size_t from, const Message& message);
  void send(Message message, std::optional<std::size_t> to = {});
  void keep(const Certificate& certificate);
  /// Forgets what the new tip leaves behind; `former`: the view of the tip before it.
  void prune(const std::vector<Digest>& chain, View former);
  std::vector<Output> finish();
  Round& round(View view) { return rounds_[view]; }
  const Round* find_round(View view) const;
  std::size_t leader_of(View view) const { return order_[(view - 1) % set_.n()]; }
  Block* find_block(const Digest& hash);
  const Block* find_block(const Digest& hash) const;

  const ledger::ValidatorSet set_;
  const std::size_t self_;
  const Digest ledger_id_;
  const std::string origin_;
  const Signers signers_;
  const Verifier verify_;
  const Timing timing_;
  std::vector<std::size_t> order_;  ///< of leaders

  Tip tip_;             ///< committed
  Bytes tip_certificate_;
  View finalized_ = 0;  ///< v_fin: highest finalized view known
  View view_ = 1;
  OwnVotes own_;
  std::map<View, Round> rounds_;
  std::map<Digest, Block> blocks_;  ///< above the tip
  bool waiting_ = false;
  bool building_ = false;
  bool diverged_ = false;
  std::int64_t now_ms_ = 0;

  std::set<Timer> armed_;
  std::uint64_t retries_ = 0;
  bool batch_over_ = false;
  bool flush_over_ = false;
  std::map<std::size_t, View> claimed_;  ///< highest view that a peer claims to be in
  std::set<std::size_t> helped_;         ///< since the last retry; likewise:
  std::set<std::size_t> asked_;
  std::set<Digest> fetched_;

  CosignRow cosigned_;
  std::string first_note_;
  std::map<std::uint64_t, std::map<std::size_t, Cosign>> cosigns_;  ///< by size

  // of the step at hand
  Persist persist_;
  bool cosigned_now_ = false;
  std::vector<Output> outputs_;
};

}  // namespace qinglu::agreement
