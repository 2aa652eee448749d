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
  std::int64_t relay = 100;     ///< what a certificate waits for signs that the others hold it; usual hops fit in
  std::int64_t retry = 1'000;
  std::int64_t cap = 60'000;
  std::int64_t skew = 10'000;   ///< voting bound on block time
  bool heeds_twins = true;      ///< stop at a vote of the own key that was not cast; off for liars in tests
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
  std::vector<Bytes> certificates;         ///< of views above the tip's, and the tip's finalization
  std::vector<BlockMessage> candidates;    ///< blocks above the tip whose bodies are durable
  EpochRow epoch;                          ///< of the tip's epoch
  std::optional<AbstainRow> abstain;
  /// Why the record of own votes cannot be trusted; empty: it can. The engine keeps it in its own row:
  /// what is said once holds until a quorum has answered.
  std::string doubt;
  Digest nonce;  ///< random, fresh for every start: names this start's enquiries
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
/// A peer is numbered by the driver: members of the set by their index, whoever else is let in
/// (observers, members of other epochs) from n on.
struct Received {
  std::size_t from = 0;  ///< as the channel has authenticated it
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
enum class Timer : std::uint8_t { lead, advance, batch, flush, retry, early, relay };
struct TimerFired {
  Timer timer{};
};
/// Members that the channel does not reach while a quorum with this one is there: their views are given
/// up at once. The driver's opinion; a wrong one costs views, never safety.   Source: agreement.md §2.7 "Leader".
struct Absent {
  std::set<std::size_t> members;
};
/// Time to cosign the newest checkpoint again, so that absence proofs stay fresh without blocks.
struct RecosignDue {};
/// The operators' command, checked by the driver: a quorum of members, this one counted in, says that it
/// may vote above `view`, the highest certified one of the present epoch that they hold. Ends an
/// abstention that no enquiry can end, once q − 1 others have answered what they hold of its votes.
struct AbstainUntil {
  std::uint64_t view = 0;
};
using Input = std::variant<Start, Received, PoolHint, Built, Executed, TimerFired, Absent, RecosignDue, AbstainUntil>;

// --- outputs of step(): the driver carries each out before the next ---
/// One synced write: `batch`, the changes of the blocks `commits` in order, and the guard after it.
/// Nothing that follows in this step may leave before it is durable.
struct Persist {
  ledger::KvBatch batch;
  std::vector<Digest> commits;
  Bytes guard;  ///< vote rows that this step changed, cosign row
};
struct Send {
  std::optional<std::size_t> to;  ///< nullopt: every other member, and every observer
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
/// A peer asks for final blocks: hand those of `epoch` with views above `after_view`, in the order of
/// their rows, to a RangeBuilder with their finalizations, and send what it makes.
struct LookupRange {
  std::size_t peer = 0;
  std::uint64_t epoch = 0;
  std::uint64_t after_view = 0;
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
/// The epoch is over: this engine votes no more and goes on helping. The driver makes the next one from
/// the set whose hash is `tip.next_valset_hash` and starts it with what is durable by now.
struct EpochEnded {
  Tip tip;         ///< where the next epoch begins: its view 0
  Bytes handover;  ///< the finalization that ended the epoch
};
/// A vote under this member's key that its record does not hold: its disk is an older one, or another
/// node has the key. It abstains from now on.
struct Impersonated {
  Statement statement;
  Bytes message;  ///< vote or certificate, as it came
};
using Output = std::variant<Persist, Send, SetTimer, CancelTimer, Build, Execute, Lookup, LookupRange, Committed, Cosigned,
                            Misbehaviour, Diverged, EpochEnded, Impersonated>;

/// One validator's part in the agreement: inputs in, ordered outputs out. No clock, thread, disk or
/// socket. `now_ms` is wall time; it enters the voting bound on block times and cosignatures only.
///
/// Rules: docs/agreement.md and agreement.md §2.7, in their order (R1–R9). With one member the same
/// code runs with quorum 1 and casts its three votes in one step. One engine is one epoch's. Without a
/// place in the set it is an observer: it follows certificates, executes, commits, answers, never votes.
class Engine {
 public:
  Engine(ledger::ValidatorSet set, std::optional<std::size_t> self, Digest ledger_id, std::string origin,
         Signers signers, Verifier verify, Timing timing = {});

  std::vector<Output> step(const Input& input, std::int64_t now_ms);

  const Tip& tip() const { return tip_; }
  std::uint64_t view() const { return view_; }
  /// Block hashes of the newest notarized chain above the tip, newest first.
  std::vector<Digest> notarized_chain() const;
  Status status(std::int64_t now_ms) const;
  /// Whether this node may vote at all at present.
  bool voting() const { return self_ && !diverged_ && !ended_ && !(abstain_ && abstain_->state == AbstainRow::State::doubtful); }
  /// Why this member votes in no view or none up to a bound; nullopt: it does not abstain.
  const std::optional<AbstainRow>& abstaining() const { return abstain_; }

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
    std::set<std::pair<std::size_t, std::uint8_t>> reported;  ///< misbehaviour: member and code
  };

  // R1, R2
  void enter(View view);
  void note_shown(std::size_t from, const Message& message);
  bool has_shown(std::size_t peer, const Statement& statement) const;
  void relay();
  /// A record waits, or a block here or below is not final: this member wants agreement itself.
  bool has_cause() const;
  /// f+1 members have voted in this view, so an honest one wants agreement.
  bool is_called() const;
  bool active() const { return has_cause() || is_called(); }
  bool behind() const;
  void update_timers();
  void arm(Timer timer, std::int64_t after_ms);
  void disarm(Timer timer);
  std::int64_t grown(std::int64_t base) const;
  /// Whether the views since the last finality were all given up for as long as every member led one:
  /// then timers decide, so that no cause spins views at network speed.
  bool spinning() const;
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
  bool try_commit();
  void commit(const std::vector<Digest>& chain, const Certificate& finalization);
  bool ends(const Tip& after) const { return after.next_valset_hash != set_hash_; }
  void end_epoch(Tip last, const Certificate& finalization);
  // R7, R9
  void skip_absent();
  void on_timer(Timer timer);
  void retry();
  void on_status(std::size_t from, const Status& status);
  void help(std::size_t peer, View view);
  void help_former(std::size_t peer);
  void ask(std::size_t peer);
  void on_get_block(std::size_t from, const GetBlock& question);
  void on_get_certs(std::size_t from, const GetCerts& question);
  bool far_behind() const;
  void ask_range(std::size_t peer);
  void ask_next_range();
  void on_range(std::size_t from, const Range& answer);
  /// Fetches a block that is missing between tip and finalization: alone, or with all before it.
  void fetch_below(const Digest& block_hash, View view);
  void fetch_missing();
  bool has_room(std::size_t bytes) const;

  // abstain mode (design §2.12)
  void resume_abstaining(const DurableImage& image);
  void begin_abstaining(std::string reason);
  void bound_abstaining(View until);
  void on_abstain_until(View certified);
  void end_abstaining();
  EnquiryId enquiry_id() const;
  void enquire(std::optional<std::size_t> peer);
  void on_enquiry(std::size_t from, const Enquiry& question);
  void on_enquiry_answer(std::size_t from, const EnquiryAnswer& answer);
  std::optional<View> certified_view(BytesView certificate) const;
  Bytes highest_certificate() const;
  void on_own_vote(const Vote& vote);
  void recall(const Vote& vote);
  void heed(const Statement& statement, const Bytes& message);

  // votes and certificates
  void on_vote(std::size_t from, const Vote& vote);
  void answer_repeated(std::size_t from, const Vote& vote);
  void take_vote(const Vote& vote);
  void count(View view);
  void adopt(Certificate certificate);
  void on_certificate(const Bytes& bytes);
  bool verified(const Certificate& certificate) const;
  /// Whether this very signature was verified before, as a vote or in a certificate that is held.
  bool seen(const Statement& statement, std::size_t signer, const Signature& signature) const;
  const Certificate* held(Kind kind, View view) const;
  bool holds(const Statement& s) const { return held(s.kind, s.view) != nullptr; }
  bool genuine(const Vote& vote) const;
  bool genuine(const Cosign& message) const;
  void cast(const Statement& statement);
  void cast_nullify();
  void report(Misbehaviour found);

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
  void on_cosign(std::size_t from, const Cosign& message);
  void take_cosign(const Cosign& message);
  std::size_t cosigners() const;
  void on_own_cosign(const Cosign& message);
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
  const std::optional<std::size_t> self_;
  const Digest ledger_id_;
  const std::string origin_;
  const Signers signers_;
  const Verifier verify_;
  const Timing timing_;
  std::vector<std::size_t> order_;  ///< of leaders
  Digest set_hash_;
  EpochRow epoch_;

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
  bool ended_ = false;  ///< the epoch is
  std::int64_t now_ms_ = 0;

  std::set<std::size_t> absent_;
  std::set<Timer> armed_;
  std::uint64_t retries_ = 0;
  bool batch_over_ = false;
  bool flush_over_ = false;
  std::map<std::size_t, View> claimed_;  ///< highest view that a peer claims to be in
  /// What a peer has shown to hold, in its own messages; who claims too much misleads nobody but itself.
  struct Shown {
    View left = 0;           ///< a certificate that leads out of this view
    View finalized = 0;      ///< a finalization of this view or a later one
    std::uint64_t size = 0;  ///< a finalization of the block that brought the log to this size
  };
  std::map<std::size_t, Shown> shown_;
  std::vector<Statement> unrelayed_;
  std::set<std::size_t> helped_;         ///< since the last retry; likewise:
  std::set<std::size_t> asked_;
  std::set<Digest> fetched_;
  std::optional<std::size_t> ranging_;  ///< the peer whose Range is awaited
  std::size_t range_age_ = 0;           ///< Status messages since
  std::size_t helper_ = 0;              ///< the peer to be asked next
  bool range_is_short_ = false;         ///< the last Range did not reach down to the tip

  std::optional<AbstainRow> abstain_;
  Digest nonce_;
  std::uint64_t enquiries_ = 0;
  bool enquiring_ = false;
  std::map<std::size_t, View> answers_;  ///< highest certified view, by member
  std::set<std::size_t> cosign_liars_;

  CosignRow cosigned_;
  std::string first_note_;
  std::map<std::uint64_t, std::map<std::size_t, Cosign>> cosigns_;  ///< by size
  /// Of the tip's size, behind the quorum: not verified, for nothing counts them so far.
  std::map<std::size_t, Cosign> late_cosigns_;

  // of the step at hand
  Persist persist_;
  bool cosigned_now_ = false;
  std::vector<Output> outputs_;
};

}  // namespace qinglu::agreement
