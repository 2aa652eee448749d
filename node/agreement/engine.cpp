// SPDX-License-Identifier: Apache-2.0
#include "node/agreement/engine.hpp"

#include <algorithm>
#include <utility>

#include "crypto/base/binary.hpp"
#include "crypto/checkpoint.hpp"
#include "crypto/cosignature.hpp"
#include "crypto/merkle.hpp"
#include "crypto/note.hpp"

namespace qinglu::agreement {
namespace {

/// R: views behind the tip whose own votes and certificates are kept (agreement.md §2.9).
constexpr std::uint64_t kEvidenceViews = 32;
/// K: non-empty blocks that may be notarized and not final (R3.5).
constexpr std::size_t kUnfinalMax = 4;
/// Nullifications that one justification may hold (§2.9).
constexpr std::uint64_t kGapMax = 10'000;
constexpr std::size_t kProposalsMax = 2;
constexpr std::size_t kCosignSizesMax = 64;
/// Every so many retries everything above the highest finalization is sent again (R7 "standstill").
constexpr std::uint64_t kStandstill = 5;
constexpr std::size_t kHalvingsMax = 8;

template <class... Handlers>
struct Overloaded : Handlers... {
  using Handlers::operator()...;
};
template <class... Handlers>
Overloaded(Handlers...) -> Overloaded<Handlers...>;

Statement statement(Statement::Kind kind, std::uint64_t epoch, std::uint64_t view, const Digest& hash = {}) {
  Statement result;
  result.kind = kind;
  result.epoch = epoch;
  result.view = view;
  result.block_hash = hash;
  return result;
}

Statement final_statement(std::uint64_t epoch, std::uint64_t view, const Tip& after) {
  Statement result = statement(Statement::Kind::finalize, epoch, view, after.block_hash);
  result.size = after.log_size;
  result.root = after.log_root;
  result.state_root = after.state_root;
  result.next_valset_hash = after.next_valset_hash;
  return result;
}

/// What is kept of a proposal for as long as its view is: the leader's signatures, not the block.
Propose evidence_of(const Propose& message) {
  return {message.seal, {}, {}, message.proposed, message.notarized};
}

}  // namespace

Engine::Engine(ledger::ValidatorSet set, std::optional<std::size_t> self, Digest ledger_id, std::string origin, Signers signers,
               Verifier verify, Timing timing)
    : set_(std::move(set)),
      self_(self),
      ledger_id_(ledger_id),
      origin_(std::move(origin)),
      signers_(std::move(signers)),
      verify_(std::move(verify)),
      timing_(timing) {
  QL_CHECK(!self_ || *self_ < set_.n());
}

std::vector<Output> Engine::step(const Input& input, std::int64_t now_ms) {
  now_ms_ = now_ms;
  std::visit(Overloaded{[&](const Start& start) { on_start(start.image); },
                        [&](const Received& received) { on_message(received.from, received.message); },
                        [&](const PoolHint& hint) { waiting_ = hint.waiting; },
                        [&](const Built& built) { on_built(built.block); },
                        [&](const Executed& executed) { on_executed(executed); },
                        [&](const TimerFired& fired) { on_timer(fired.timer); },
                        [&](const Absent& absent) { absent_ = absent.members; },
                        [&](const RecosignDue&) {
                          cosign();
                          if (cosigned_now_) publish();
                        },
                        [&](const AbstainUntil& command) { on_abstain_until(command.view); }},
             input);
  while (try_commit()) {
  }
  execute_ready();
  end_abstaining();
  skip_absent();
  propose();
  update_timers();
  return finish();
}

void Engine::on_start(const DurableImage& image) {
  tip_ = image.tip;
  tip_certificate_ = image.tip_certificate;
  cosigned_ = image.cosigned;
  epoch_ = image.epoch;
  nonce_ = image.nonce;
  QL_CHECK(tip_.epoch == set_.epoch && epoch_.epoch == set_.epoch);
  // What is durable has not ended the epoch: the commit that does leads to the next one's tip.
  set_hash_ = tip_.next_valset_hash;
  const Digest genesis = epoch_.epoch == 1 ? ledger_id_ : epoch_.genesis;
  for (View view = 1; view <= set_.n(); ++view) order_.push_back(leader(genesis, set_.n(), view));
  first_note_ = image.first_note;
  finalized_ = tip_.view;
  view_ = tip_.view + 1;
  for (const auto& [view, row] : image.votes) own_.load(view, row);
  if (tip_.view > kEvidenceViews) own_.spend_until(tip_.view - kEvidenceViews);
  for (const BlockMessage& candidate : image.candidates) {
    const Digest hash = take_block(candidate.seal, candidate.justification, candidate.body);
    if (Block* block = find_block(hash)) block->durable = block->written = block->justified = true;
  }
  // Rows of this node's own store: their signatures were verified before they became durable.
  for (const Bytes& bytes : image.certificates) {
    auto certificate = Certificate::decode(bytes, set_);
    if (!certificate || certificate->statement.view < tip_.view) continue;
    Round& at = round(certificate->statement.view);
    if (certificate->statement.view == tip_.view) {
      // Whoever lacks it may find nobody else who has it (R9).
      if (certificate->statement.kind == Kind::finalize) at.finalization = std::move(*certificate);
      continue;
    }
    const View view = certificate->statement.view;
    switch (certificate->statement.kind) {
      case Kind::notarize: at.notarization = std::move(*certificate); break;
      case Kind::nullify: at.nullification = std::move(*certificate); break;
      case Kind::finalize:
        at.finalization = std::move(*certificate);
        finalized_ = std::max(finalized_, view);
        break;
    }
    view_ = std::max(view_, view + 1);
  }
  if (self_) resume_abstaining(image);
  // What was voted counts again, with the very same signatures; what more may be voted follows as
  // blocks are executed.
  for (const auto& [view, row] : image.votes) {
    if (view <= tip_.view || !self_) continue;
    const Block* proposed = row.proposed ? find_block(*row.proposed) : nullptr;
    if (proposed) round(view).proposals.emplace_back(*row.proposed, evidence_of(signed_proposal(*row.proposed, *proposed)));
    if (row.notarized) {
      Statement s = statement(Kind::notarize, set_.epoch, view, *row.notarized);
      take_vote({s, *self_, signers_.vote(signed_bytes(s, ledger_id_, origin_))});
    }
    if (row.nullified) {
      Statement s = statement(Kind::nullify, set_.epoch, view);
      take_vote({s, *self_, signers_.vote(signed_bytes(s, ledger_id_, origin_))});
    }
  }
  // Size 2, genesis and its seal, is final by definition and may be cosigned.
  cosign();
  publish();
}

void Engine::on_message(std::size_t from, const Message& message) {
  note_shown(from, message);
  std::visit(Overloaded{[&](const Vote& vote) { on_vote(from, vote); },
                        [&](const Propose& m) { on_propose(m); },
                        [&](const CertificateMessage& m) { on_certificate(m.certificate); },
                        [&](const Cosign& m) { on_cosign(from, m); },
                        [&](const Status& m) { on_status(from, m); },
                        [&](const GetBlock& m) { on_get_block(from, m); },
                        [&](const BlockMessage& m) { on_block(m); },
                        [&](const GetCerts& m) { on_get_certs(from, m); },
                        [&](const Certs& m) {
                          for (const Bytes& certificate : m.certificates) on_certificate(certificate);
                        },
                        [&](const GetRange& m) { outputs_.push_back(LookupRange{from, m.epoch, m.after_view}); },
                        [&](const Range& m) { on_range(from, m); },
                        [&](const Enquiry& m) { on_enquiry(from, m); },
                        [&](const EnquiryAnswer& m) { on_enquiry_answer(from, m); }},
             message);
}

// --- R1 enter, R2 activity ----------------------------------------------------------------------

void Engine::enter(View view) {
  if (view <= view_) return;
  view_ = view;
  for (Timer timer : {Timer::lead, Timer::advance, Timer::batch, Timer::flush, Timer::early}) disarm(timer);
  batch_over_ = flush_over_ = false;
  retries_ = 0;
  if (const Round* at = find_round(view)) {
    const auto proposals = at->proposals;
    for (const auto& [hash, message] : proposals) consider(hash);
  }
}

void Engine::note_shown(std::size_t from, const Message& message) {
  Shown& peer = shown_[from];
  const auto left = [&](View view) { peer.left = std::max(peer.left, view); };
  if (const auto* vote = std::get_if<Vote>(&message)) {
    const Statement& s = vote->statement;
    // Its own alone: others' votes are passed on too. V3: who finalizes holds the notarization.
    if (s.epoch == set_.epoch && vote->signer == from && s.view > 0) left(s.kind == Kind::finalize ? s.view : s.view - 1);
  } else if (const auto* relayed = std::get_if<CertificateMessage>(&message)) {
    const auto decoded = Certificate::decode(relayed->certificate, set_);
    if (!decoded || decoded->statement.epoch != set_.epoch) return;
    left(decoded->statement.view);
    if (decoded->statement.kind == Kind::finalize) peer.finalized = std::max(peer.finalized, decoded->statement.view);
  } else if (const auto* cosign = std::get_if<Cosign>(&message)) {
    if (cosign->signer == from) peer.size = std::max(peer.size, cosign->size);
  } else if (const auto* status = std::get_if<Status>(&message)) {
    // Not the highest ever: who has lost its disk says so.
    if (status->epoch == set_.epoch) peer = {std::max<View>(status->view, 1) - 1, status->finalized_view, peer.size};
  }
}

bool Engine::has_shown(std::size_t peer, const Statement& s) const {
  const auto at = shown_.find(peer);
  if (at == shown_.end()) return false;
  const Shown& shown = at->second;
  // An empty block moves no size: of its finalization a cosignature shows the part that matters.
  return s.kind == Kind::finalize ? shown.finalized >= s.view || shown.size >= s.size : shown.left >= s.view;
}

/// What a certificate says, most know already, for they have got the same votes. It goes to whoever has
/// not shown so; a liar who votes to some only thus delays the others by this short while.
void Engine::relay() {
  std::set<std::size_t> peers;
  for (std::size_t member = 0; member < set_.n(); ++member) peers.insert(member);
  for (const auto& [peer, shown] : shown_) peers.insert(peer);
  for (const Statement& s : std::exchange(unrelayed_, {})) {
    const Certificate* certificate = held(s.kind, s.view);
    if (!certificate) continue;  // long final
    for (std::size_t peer : peers) {
      if (!has_shown(peer, s)) send(CertificateMessage{certificate->encode(set_.n())}, peer);
    }
  }
}

std::vector<Digest> Engine::notarized_chain() const {
  std::vector<Digest> chain;
  const auto head = best_parent(view_);
  if (!head) return chain;
  for (Digest hash = *head; const Block* block = find_block(hash); hash = block->seal.parent) chain.push_back(hash);
  return chain;
}

bool Engine::has_cause() const {
  // Behind the block that ends the epoch nothing but empty ones comes: records wait for the next epoch.
  const auto head = best_parent(view_);
  const Tip* state = head ? state_after(*head) : nullptr;
  if (waiting_ && !(state && ends(*state))) return true;
  if (const Round* now = find_round(view_)) {
    for (const auto& [hash, message] : now->proposals) {
      const Block* block = find_block(hash);
      if (block && block->state != Block::State::invalid) return true;
    }
  }
  // Only non-empty blocks: else each empty one would call for the next (§2.7 R2).
  return head && unfinal_blocks(*head) > 0;
}

bool Engine::is_called() const {
  const Round* now = find_round(view_);
  return now && now->ballots.voters() > set_.faults();
}

bool Engine::behind() const {
  if (finalized_ > tip_.view) return true;
  // One liar's claim must not keep this node busy: f+1 members say so.
  std::size_t ahead = 0;
  for (const auto& [peer, view] : claimed_) ahead += view > view_ ? 1 : 0;
  return ahead > set_.faults();
}

void Engine::arm(Timer timer, std::int64_t after_ms) {
  if (!armed_.insert(timer).second) return;
  outputs_.push_back(SetTimer{timer, after_ms});
}

void Engine::disarm(Timer timer) {
  if (armed_.erase(timer) > 0) outputs_.push_back(CancelTimer{timer});
}

std::int64_t Engine::grown(std::int64_t base) const {
  for (View k = finalized_ + 1; k < view_ && base < timing_.cap; ++k) base = std::min(timing_.cap, base + base / 2);
  return std::min(base, timing_.cap);
}

void Engine::update_timers() {
  if (set_.n() == 1 && self_) return;
  const bool cause = !ended_ && has_cause();
  const bool called = !ended_ && is_called();
  const bool given_up = own_.at(view_).nullified;
  if ((cause || called) && voting() && !given_up) {
    arm(Timer::lead, grown(3 * timing_.hop + timing_.batch + timing_.execute));
    arm(Timer::advance, grown(4 * timing_.hop + timing_.batch + 2 * timing_.execute));
  } else {
    disarm(Timer::lead);
    disarm(Timer::advance);
  }
  // Who gave the view up for others' sake answers whoever repeats its votes (on_vote); else a liar that
  // votes to one member alone would leave that one talking to an idle network for ever.
  if (cause || (called && !given_up) || (behind() && !ended_)) {
    arm(Timer::retry, timing_.retry);
  } else {
    disarm(Timer::retry);
  }
}

// --- R3 propose ---------------------------------------------------------------------------------

std::optional<Digest> Engine::best_parent(View below) const {
  for (View view = below - 1; view > tip_.view; --view) {
    const Round* at = find_round(view);
    if (at && at->notarization) return at->notarization->statement.block_hash;
    if (at && at->finalization) return at->finalization->statement.block_hash;
    if (!at || !at->nullification) return std::nullopt;  // a certificate is missing
  }
  return tip_.block_hash;
}

std::size_t Engine::unfinal_blocks(Digest head) const {
  std::size_t count = 0;
  for (const Block* block = find_block(head); block; block = find_block(head)) {
    if (!block->seal.empty) ++count;
    head = block->seal.parent;
  }
  return count;
}

Bytes Engine::justification_for(View view, View parent_view) const {
  std::vector<Bytes> certificates;
  if (parent_view == tip_.view) {
    if (!tip_certificate_.empty()) certificates.push_back(tip_certificate_);
  } else {
    const Round& at = rounds_.at(parent_view);
    certificates.push_back((at.notarization ? *at.notarization : *at.finalization).encode(set_.n()));
  }
  for (View skipped = parent_view + 1; skipped < view; ++skipped) {
    certificates.push_back(rounds_.at(skipped).nullification->encode(set_.n()));
  }
  return justification_section(certificates);
}

void Engine::propose() {
  if (!voting() || building_ || leader_of(view_) != self_) return;
  if (!own_.may_propose(view_) || own_.at(view_).nullified || !active()) return;
  const auto parent = best_parent(view_);
  if (!parent) {  // the views behind a jump: ask, and wait for the certificates (R3.1)
    for (std::size_t peer = 0; peer < set_.n(); ++peer) {
      if (peer != self_) ask(peer);
    }
    return;
  }
  const Tip* state = state_after(*parent);
  if (!state || view_ - state->view > kGapMax) return;
  const std::size_t unfinal = unfinal_blocks(*parent);
  if (waiting_ && !ends(*state) && unfinal < kUnfinalMax) {
    if (unfinal == 0 || batch_over_) return build(*parent, false);
    return arm(Timer::batch, timing_.batch);
  }
  if (unfinal > 0) {
    if (flush_over_) return build(*parent, true);
    return arm(Timer::flush, 2 * timing_.hop);
  }
  // Others want this view, and this leader has nothing to say.
  if (!spinning()) cast_nullify();
}

bool Engine::spinning() const {
  View nullified = 0;
  for (View view = view_ - 1; view > finalized_ && nullified < set_.n(); --view) {
    const Round* at = find_round(view);
    if (!at || !at->nullification) break;
    ++nullified;
  }
  return nullified >= set_.n();
}

void Engine::build(const Digest& parent, bool empty) {
  const Tip& state = *state_after(parent);
  Bytes justification = justification_for(view_, state.view);
  if (empty) {
    ledger::Seal seal;
    seal.ledger = ledger_id_;
    seal.epoch = set_.epoch;
    seal.view = view_;
    seal.height = state.height;
    seal.parent = parent;
    seal.parent_view = state.view;
    seal.proposer = *self_;
    seal.time_ms = std::max(now_ms_, state.time_ms + 1);
    seal.empty = true;
    seal.records_root = crypto::empty_log_root();
    seal.log_size_before = state.log_size;
    seal.log_root_before = state.log_root;
    seal.state_root = state.state_root;
    seal.next_valset_hash = state.next_valset_hash;
    seal.justification_hash = ledger::justification_hash(justification);
    BuiltBlock built;
    built.seal = ledger::encode_seal(seal);
    built.block_hash = ledger::block_hash(built.seal);
    built.after = state;
    built.after.view = view_;
    built.after.block_hash = built.block_hash;
    built.after.time_ms = seal.time_ms;
    return propose_block(std::move(built));
  }
  building_ = true;
  Build order;
  order.epoch = set_.epoch;
  order.view = view_;
  order.parent = state;
  order.base = base_of(parent);
  order.proposer = *self_;
  order.justification = std::move(justification);
  order.next_valset_hash = state.next_valset_hash;
  for (View view = finalized_ + 1; view < view_; ++view) {
    const Round* at = find_round(view);
    if (at && at->nullification && order.halvings < kHalvingsMax) ++order.halvings;
  }
  outputs_.push_back(std::move(order));
}

void Engine::on_built(const std::optional<BuiltBlock>& built) {
  building_ = false;
  if (!built) {
    waiting_ = false;  // the driver hints again when pool or chain have changed
    return;
  }
  auto seal = ledger::decode_seal(built->seal);
  QL_CHECK(static_cast<bool>(seal));
  if (seal->view == view_ && voting() && own_.may_propose(view_)) propose_block(*built);
}

void Engine::propose_block(BuiltBlock built) {
  const Digest hash = built.block_hash;
  // The justification is the one that Build named: nothing was adopted since.
  auto seal = ledger::decode_seal(built.seal);
  Bytes justification = justification_for(view_, seal->parent_view);
  QL_CHECK(ledger::justification_hash(justification) == seal->justification_hash);
  take_block(built.seal, justification, built.body);
  Block& block = *find_block(hash);
  block.state = Block::State::valid;
  block.after = built.after;
  block.justified = true;
  own_.propose(view_, hash);
  own_.notarize(view_, hash);
  block.durable = true;
  const Propose message = signed_proposal(hash, block);
  round(view_).proposals.emplace_back(hash, evidence_of(message));
  send(message);
  take_vote({statement(Kind::notarize, set_.epoch, view_, hash), *self_, message.notarized});
}

Propose Engine::signed_proposal(const Digest& hash, const Block& block) const {
  const View view = block.seal.view;
  const Statement s = statement(Kind::notarize, set_.epoch, view, hash);
  return {block.seal_bytes, block.justification, block.body,
          signers_.vote(propose_bytes(ledger_id_, set_.epoch, view, hash)),
          signers_.vote(signed_bytes(s, ledger_id_, origin_))};
}

// --- R4 on a proposal ---------------------------------------------------------------------------

Digest Engine::take_block(const Bytes& seal_bytes, const Bytes& justification, const Bytes& body) {
  const Digest hash = ledger::block_hash(seal_bytes);
  auto seal = ledger::decode_seal(seal_bytes);
  if (!seal || blocks_.contains(hash) || seal->view <= tip_.view) return hash;
  // Whoever sends it: what the hash binds is the seal, and the seal binds the rest.
  if (seal->justification_hash != ledger::justification_hash(justification)) return hash;
  // The executor finds out whether a body is the one; an empty block has none and is not executed.
  if (seal->empty && !body.empty()) return hash;
  Block block;
  block.seal = std::move(*seal);
  block.seal_bytes = seal_bytes;
  block.justification = justification;
  block.body = body;
  block.received_ms = now_ms_;
  block.late = block.seal.time_ms < now_ms_ - timing_.skew;
  blocks_.emplace(hash, std::move(block));
  return hash;
}

void Engine::on_propose(const Propose& message) {
  const auto seal = ledger::decode_seal(message.seal);
  if (!seal || seal->epoch != set_.epoch || seal->ledger != ledger_id_) return;
  const View view = seal->view;
  if (view <= finalized_ || view > view_ + 1 || seal->proposer != leader_of(view)) return;
  if (seal->proposer == self_) return;
  const Digest hash = ledger::block_hash(message.seal);
  Round& at = round(view);
  const bool known = std::ranges::find(at.proposals, hash, [](const auto& each) { return each.first; }) != at.proposals.end();
  if (known) {
    take_block(message.seal, message.justification, message.body);
    if (view == view_) consider(hash);
    return;
  }
  if (at.proposals.size() >= kProposalsMax) return;
  const PublicKey& key = set_.members[seal->proposer].vote_key;
  if (!verify_(key, propose_bytes(ledger_id_, set_.epoch, view, hash), message.proposed)) return;
  if (!at.proposals.empty()) {
    report({1, seal->proposer, encode(at.proposals[0].second), encode(message), set_.epoch, view});
  }
  at.proposals.emplace_back(hash, evidence_of(message));
  take_block(message.seal, message.justification, message.body);
  on_vote(seal->proposer, {statement(Kind::notarize, set_.epoch, view, hash), static_cast<std::size_t>(seal->proposer), message.notarized});
  if (view == view_) consider(hash);  // one of the next view is kept until R1 enters it
}

std::string Engine::fault(const Block& block) const {
  const ledger::Seal& seal = block.seal;
  if (seal.ledger != ledger_id_ || seal.epoch != set_.epoch) return "ledger or epoch";
  if (seal.proposer != leader_of(seal.view)) return "proposer";
  if (seal.parent_view >= seal.view) return "parent_view";
  if (seal.empty != (seal.record_count == 0) || (seal.empty && seal.epoch_end)) return "empty or epoch_end";
  if (const Tip* parent = state_after(seal.parent)) {
    const bool follows = seal.parent_view == parent->view && seal.height == parent->height + (seal.empty ? 0 : 1) &&
                         seal.log_size_before == parent->log_size && seal.log_root_before == parent->log_root &&
                         seal.time_ms > parent->time_ms;
    if (!follows) return "it does not follow from its parent";
    // Which block ends the epoch is the executor's to judge; here, that it is one and the last with records.
    if (seal.epoch_end != (seal.next_valset_hash != parent->next_valset_hash)) return "next_valset_hash or epoch_end";
    if (ends(*parent) && !seal.empty) return "records behind the end of the epoch";
    const bool nothing = seal.state_root == parent->state_root && seal.records_root == crypto::empty_log_root() && block.body.empty();
    if (seal.empty && !nothing) return "an empty block that changes something";
  }
  return {};
}

bool Engine::justify(Block& block) {
  if (block.justified) return true;
  const ledger::Seal& seal = block.seal;
  BinaryReader in(block.justification);
  const std::uint32_t count = in.u32();
  const View gap = seal.view - seal.parent_view - 1;
  if (gap > kGapMax || count != gap + (seal.parent_view > 0 ? 1 : 0)) return false;
  std::vector<Certificate> found;
  BytesView rest = BytesView(block.justification).substr(in.offset());
  for (std::uint32_t i = 0; i < count; ++i) {
    // Kinds 5 and 6 hold exactly a quorum, kind 7 may hold more: the bitmap tells the length.
    std::size_t length = 0;
    auto certificate = Certificate::decode_prefix(rest, set_, length);
    if (!certificate || !verified(*certificate)) return false;
    rest.remove_prefix(length);
    const Statement& s = certificate->statement;
    if (i == 0 && seal.parent_view > 0) {
      if (s.kind == Kind::nullify || s.view != seal.parent_view || s.block_hash != seal.parent) return false;
    } else if (s.kind != Kind::nullify || s.view != seal.parent_view + i + (seal.parent_view > 0 ? 0 : 1)) {
      return false;
    }
    found.push_back(std::move(*certificate));
  }
  if (!rest.empty()) return false;
  block.justified = true;
  for (Certificate& certificate : found) adopt(std::move(certificate));
  return true;
}

void Engine::consider(const Digest& hash) {
  Block* block = find_block(hash);
  if (!block || block->state == Block::State::invalid || block->seal.view != view_) return;
  if (const std::string why = fault(*block); !why.empty()) return reject(hash, *block, why);
  if (!justify(*block)) return reject(hash, *block, "the justification does not hold");
  block = find_block(hash);  // adopting its certificates may have committed and pruned
  if (!block || block->seal.view != view_) return;
  if (block->late) return cast_nullify();
  if (block->seal.time_ms > now_ms_ + timing_.skew) return arm(Timer::early, block->seal.time_ms - now_ms_ - timing_.skew);
  if (!state_after(block->seal.parent) && !find_block(block->seal.parent)) fetch(block->seal.parent, leader_of(view_));
  if (block->state == Block::State::valid) try_notarize(hash);
}

void Engine::try_notarize(const Digest& hash) {
  Block* block = find_block(hash);
  if (!block || block->state != Block::State::valid) return;
  const View view = block->seal.view;
  const Round* at = find_round(view);
  const bool certified = at && at->notarization && at->notarization->statement.block_hash == hash;
  // A notarization stands in for the leader's signature and the time rule, also in a view that was
  // left (R5: without the late Notarize, V3 would forbid the late Finalize).
  if (!certified) {
    const bool here = view == view_ && block->justified && !block->late && block->seal.time_ms <= now_ms_ + timing_.skew;
    const bool signed_by_leader = at && std::ranges::find(at->proposals, hash, [](const auto& each) { return each.first; }) != at->proposals.end();
    if (!here || !signed_by_leader) return;
  }
  if (!voting() || !own_.may_notarize(view, hash)) return;
  block->durable = true;  // V4: finish() writes the row before the vote leaves
  own_.notarize(view, hash);
  cast(statement(Kind::notarize, set_.epoch, view, hash));
}

// --- R5 notarization, R6 nullification, R8 finalization ------------------------------------------

void Engine::on_notarization(View view) {
  const Digest hash = round(view).notarization->statement.block_hash;
  if (Block* block = find_block(hash)) {
    if (block->state == Block::State::invalid) return diverge(hash, block->why);
    try_notarize(hash);
    try_finalize(view);
  } else if (view > tip_.view) {
    fetch(hash, leader_of(view));
  }
  enter(view + 1);
}

void Engine::try_finalize(View view) {
  const Round* at = find_round(view);
  if (!voting() || !at || !at->notarization) return;
  const Digest hash = at->notarization->statement.block_hash;
  const Block* block = find_block(hash);
  if (!block || block->state != Block::State::valid || !own_.may_finalize(view, hash)) return;
  const Tip after = *block->after;
  own_.finalize(view, hash);
  cast(final_statement(set_.epoch, view, after));
}

void Engine::on_finalization(View view) {
  finalized_ = std::max(finalized_, view);
  const Digest hash = round(view).finalization->statement.block_hash;
  if (view > tip_.view && !find_block(hash)) fetch_below(hash, view);
  enter(view + 1);
}

bool Engine::try_commit() {
  if (diverged_ || ended_) return false;
  // The highest finalization whose blocks are all here; what is missing under the others is fetched.
  const Certificate* highest = nullptr;
  std::vector<Digest> chain;
  for (auto at = rounds_.rbegin(); at != rounds_.rend() && at->first > tip_.view && !highest; ++at) {
    if (!at->second.finalization) continue;
    chain.clear();
    Digest hash = at->second.finalization->statement.block_hash;
    View view = at->first;
    const Block* block = nullptr;
    for (; hash != tip_.block_hash && (block = find_block(hash)); hash = block->seal.parent, view = block->seal.parent_view) {
      if (block->state == Block::State::invalid) {
        diverge(hash, block->why);
        return false;
      }
      chain.push_back(hash);
    }
    if (hash == tip_.block_hash) {
      highest = &*at->second.finalization;
    } else {
      fetch_below(hash, view);
    }
  }
  if (!highest) return false;
  const Certificate finalization = *highest;
  std::ranges::reverse(chain);
  if (find_block(chain.back())->state != Block::State::valid) return false;  // execute_ready() goes on
  for (const Digest& hash : chain) QL_CHECK(find_block(hash)->state == Block::State::valid);
  const Tip& after = *find_block(chain.back())->after;
  if (final_statement(set_.epoch, finalization.statement.view, after) != finalization.statement) {
    diverge(chain.back(), "the quorum's state is another one");
    return false;
  }
  commit(chain, finalization);
  return true;
}

void Engine::commit(const std::vector<Digest>& chain, const Certificate& finalization) {
  using ledger::Family;
  auto& batch = persist_.batch;
  for (const Digest& hash : chain) {
    const Block& block = *find_block(hash);
    const View view = block.seal.view;
    if (!block.seal.empty) {
      persist_.commits.push_back(hash);
      batch.put(Family::chain, chain_key::height(block.seal.height), HeightRow{set_.epoch, view}.encode());
    }
    batch.put(Family::chain, chain_key::block(set_.epoch, view, hash), BlockRow{true, block.seal_bytes, block.justification, {}}.encode());
  }
  Tip end;  // of the block that ends the epoch, if it is among them
  for (const Digest& hash : chain) {
    const Tip& after = *find_block(hash)->after;
    if (end.log_size == 0 && ends(after)) end = after;
  }
  const View view = finalization.statement.view;
  const Tip former = std::exchange(tip_, *find_block(chain.back())->after);
  const Round& at = rounds_.at(view);
  tip_certificate_ = (at.notarization ? *at.notarization : finalization).encode(set_.n());
  batch.put(Family::chain, chain_key::meta("tip"), tip_.encode());
  outputs_.push_back(Committed{tip_, finalization.encode(set_.n()), finality_note(finalization, set_, ledger_id_, origin_)});
  waiting_ = false;  // the driver hints again
  range_is_short_ = false;
  prune(chain, former.view);
  if (end.log_size > 0) return end_epoch(end, finalization);
  while (!cosigns_.empty() && cosigns_.begin()->first < tip_.log_size) cosigns_.erase(cosigns_.begin());
  if (tip_.log_size == former.log_size) return;
  first_note_.clear();
  cosign();
  publish();  // also what others have cosigned already
}

/// The switch of epochs is the tip of view 0 that is durable with the last commit: from then on no row
/// of this epoch is loaded again, so nobody votes in it any more.
void Engine::end_epoch(Tip next, const Certificate& finalization) {
  using ledger::Family;
  for (const auto& [hash, block] : blocks_) {
    if (block.written) persist_.batch.erase(Family::chain, chain_key::block(set_.epoch, block.seal.view, hash));
  }
  blocks_.clear();
  ++next.epoch;
  next.view = 0;
  const EpochRow begin{next.epoch, next.block_hash, finalization.encode(set_.n())};
  persist_.batch.put(Family::chain, chain_key::meta("tip"), next.encode());
  persist_.batch.put(Family::chain, chain_key::meta("epoch"), begin.encode());
  outputs_.push_back(EpochEnded{next, begin.handover});
  ended_ = true;
}

void Engine::prune(const std::vector<Digest>& chain, View former) {
  using ledger::Family;
  for (auto at = blocks_.begin(); at != blocks_.end();) {
    const Block& block = at->second;
    if (block.seal.view > tip_.view) {
      ++at;
      continue;
    }
    const bool final = std::ranges::find(chain, at->first) != chain.end();
    if (block.written && !final) persist_.batch.erase(Family::chain, chain_key::block(set_.epoch, block.seal.view, at->first));
    at = blocks_.erase(at);
  }
  if (tip_.view < kEvidenceViews) return;
  const View floor = tip_.view - kEvidenceViews + 1;
  for (View view : own_.drop_below(floor)) persist_.batch.erase(Family::chain, chain_key::votes(set_.epoch, view));
  // By number, not by what is in memory: rows of before a restart go too. Finalizations stay.
  for (View view = former < kEvidenceViews ? 1 : former - kEvidenceViews + 1; view < floor; ++view) {
    for (const Kind kind : {Kind::notarize, Kind::nullify}) {
      persist_.batch.erase(Family::chain, chain_key::certificate(static_cast<std::uint8_t>(kind), set_.epoch, view));
    }
  }
  rounds_.erase(rounds_.begin(), rounds_.lower_bound(floor));
}

// --- R7 timers ----------------------------------------------------------------------------------

void Engine::skip_absent() {
  if (voting() && absent_.contains(leader_of(view_)) && active() && !spinning()) cast_nullify();
}

void Engine::on_timer(Timer timer) {
  armed_.erase(timer);
  switch (timer) {
    case Timer::lead: {
      const Round* at = find_round(view_);
      const bool proposed = at && std::ranges::any_of(at->proposals, [&](const auto& each) {
        const Block* block = find_block(each.first);
        return block && block->state != Block::State::invalid;
      });
      if (!proposed) cast_nullify();
      armed_.insert(Timer::lead);  // once a view
      return;
    }
    case Timer::advance:
      cast_nullify();
      armed_.insert(Timer::advance);
      return;
    case Timer::batch: batch_over_ = true; return;
    case Timer::flush: flush_over_ = true; return;
    case Timer::early:
      if (const Round* at = find_round(view_)) {
        const auto proposals = at->proposals;
        for (const auto& [hash, message] : proposals) consider(hash);
      }
      return;
    case Timer::retry: return retry();
    case Timer::relay: return relay();
  }
}

void Engine::retry() {
  helped_.clear();
  asked_.clear();
  fetched_.clear();
  if (ranging_) ++helper_;  // that peer has not answered
  ranging_.reset();
  const bool standstill = ++retries_ % kStandstill == 0;
  const View from = standstill ? std::min(finalized_, view_ - 1) : view_ - 1;
  for (auto at = rounds_.lower_bound(from); at != rounds_.end() && at->first <= view_; ++at) {
    const Round& held = at->second;
    for (const auto* certificate : {&held.notarization, &held.nullification, &held.finalization}) {
      if (*certificate) send(CertificateMessage{(*certificate)->encode(set_.n())});
    }
    if (at->first != view_ && !standstill) continue;
    if (const auto* votes = self_ ? held.ballots.of(*self_) : nullptr) {
      for (const Vote& vote : *votes) send(vote);
    }
    const auto proposed = own_.at(view_).proposed;
    const Block* block = at->first == view_ && proposed ? find_block(*proposed) : nullptr;
    if (block) send(signed_proposal(*proposed, *block));
  }
  // Whoever is still in the epoch before needs what ended it.
  if (view_ == 1 && !epoch_.handover.empty()) send(CertificateMessage{epoch_.handover});
  for (const auto& [peer, view] : claimed_) {
    if (view > view_) ask(peer);
  }
  fetch_missing();
}

/// What the chain above the tip lacks is asked for until somebody answers: a question or its answer may
/// have been lost, and without its ancestors no later block can be voted on.
void Engine::fetch_missing() {
  for (auto at = rounds_.upper_bound(tip_.view); at != rounds_.end(); ++at) {
    const auto& notarization = at->second.notarization;
    if (notarization && !find_block(notarization->statement.block_hash)) fetch(notarization->statement.block_hash, leader_of(at->first));
  }
  std::vector<std::pair<Digest, View>> parents;
  for (const auto& [hash, block] : blocks_) {
    if (block.seal.parent_view > tip_.view && !find_block(block.seal.parent)) parents.emplace_back(block.seal.parent, block.seal.parent_view);
  }
  for (const auto& [parent, view] : parents) fetch(parent, leader_of(view));
}

// --- votes and certificates ---------------------------------------------------------------------

void Engine::on_vote(std::size_t from, const Vote& vote) {
  const Statement& s = vote.statement;
  if (s.epoch + 1 == set_.epoch) return help_former(from);
  if (s.epoch != set_.epoch || vote.signer >= set_.n()) return;
  if (vote.signer == self_) return on_own_vote(vote);
  if (s.view > view_ + 1) {
    if (from < set_.n()) claimed_[from] = std::max(claimed_[from], s.view);
    return ask(from);
  }
  if (s.view <= finalized_) help(from, s.view);
  if (s.view + kEvidenceViews <= finalized_ || s.view == 0) return;
  if (s.view < view_) help(from, s.view);
  Ballots& ballots = round(s.view).ballots;
  if (!ballots.wants(vote)) return answer_repeated(from, vote);
  const Certificate* counted = held(s.kind, s.view);
  if (counted && counted->statement == s && from == vote.signer && ballots.put_aside(vote)) return;
  if (!genuine(vote)) return;
  for (const Vote& other : ballots.take_contradicted(vote)) {
    if (genuine(other)) take_vote(other);
  }
  take_vote(vote);
  // The leader gives its own view up (R7).
  if (s.kind == Kind::nullify && s.view == view_ && vote.signer == leader_of(view_)) cast_nullify();
}

/// Its own votes may be what a member that repeats lacks; one that repeats them itself need not answer.
void Engine::answer_repeated(std::size_t from, const Vote& vote) {
  if (!self_ || from != vote.signer || vote.statement.view != view_ || armed_.contains(Timer::retry)) return;
  const auto* votes = round(view_).ballots.of(*self_);
  if (!votes || !helped_.insert(from).second) return;
  for (const Vote& own : *votes) send(own, from);
}

void Engine::take_vote(const Vote& vote) {
  Round& at = round(vote.statement.view);
  if (!at.ballots.wants(vote)) return;
  for (Misbehaviour& found : at.ballots.add(vote)) report(std::move(found));
  count(vote.statement.view);
}

void Engine::count(View view) {
  for (Kind kind : {Kind::notarize, Kind::nullify, Kind::finalize}) {
    for (const Statement& s : round(view).ballots.statements(kind)) {
      if (holds(s)) continue;
      if (auto certificate = round(view).ballots.certificate(s, set_.quorum())) adopt(std::move(*certificate));
    }
  }
}

const Certificate* Engine::held(Kind kind, View view) const {
  const Round* at = find_round(view);
  if (!at) return nullptr;
  const auto& found = kind == Kind::notarize ? at->notarization : kind == Kind::nullify ? at->nullification : at->finalization;
  return found ? &*found : nullptr;
}

bool Engine::genuine(const Vote& vote) const {
  return verify_(set_.members[vote.signer].vote_key, signed_bytes(vote.statement, ledger_id_, origin_), vote.signature);
}

void Engine::adopt(Certificate certificate) {
  const Statement s = certificate.statement;
  if (holds(s) || ended_ || s.view + kEvidenceViews <= tip_.view) return;
  if (self_ && std::ranges::find(certificate.signatures, *self_, [](const auto& each) { return each.first; }) != certificate.signatures.end()) {
    heed(s, encode(CertificateMessage{certificate.encode(set_.n())}));
  }
  keep(certificate);
  // The end of the epoch is the end of this engine too: it cannot wait for the timer.
  if (s.kind == Kind::finalize && s.next_valset_hash != set_hash_) {
    send(CertificateMessage{certificate.encode(set_.n())});
  } else if (self_ && set_.n() > 1) {
    unrelayed_.push_back(s);
    arm(Timer::relay, timing_.relay);
  }
  Round& at = round(s.view);
  switch (s.kind) {
    case Kind::notarize: at.notarization = std::move(certificate); return on_notarization(s.view);
    case Kind::nullify: at.nullification = std::move(certificate); return enter(s.view + 1);
    case Kind::finalize: at.finalization = std::move(certificate); return on_finalization(s.view);
  }
}

void Engine::keep(const Certificate& certificate) {
  const Statement& s = certificate.statement;
  persist_.batch.put(ledger::Family::chain, chain_key::certificate(static_cast<std::uint8_t>(s.kind), s.epoch, s.view),
                     certificate.encode(set_.n()));
}

void Engine::on_certificate(const Bytes& bytes) {
  auto certificate = Certificate::decode(bytes, set_);
  if (!certificate || certificate->statement.epoch != set_.epoch || certificate->statement.view == 0) return;
  if (certificate->statement.view <= tip_.view || holds(certificate->statement)) return;
  if (verified(*certificate)) adopt(std::move(*certificate));
}

bool Engine::verified(const Certificate& certificate) const {
  if (certificate.statement.epoch != set_.epoch) return false;
  const Bytes message = signed_bytes(certificate.statement, ledger_id_, origin_);
  return std::ranges::all_of(certificate.signatures, [&](const auto& each) {
    return seen(certificate.statement, each.first, each.second) || verify_(set_.members[each.first].vote_key, message, each.second);
  });
}

bool Engine::seen(const Statement& s, std::size_t signer, const Signature& signature) const {
  const Round* at = find_round(s.view);
  if (!at) return false;
  for (const auto* held : {&at->notarization, &at->nullification, &at->finalization}) {
    if (!*held || (*held)->statement != s) continue;
    const auto& signatures = (*held)->signatures;
    const auto found = std::ranges::find(signatures, signer, [](const auto& each) { return each.first; });
    if (found != signatures.end() && found->second == signature) return true;
  }
  const auto* votes = at->ballots.of(signer);
  return votes && std::ranges::any_of(*votes, [&](const Vote& vote) { return vote.statement == s && vote.signature == signature; });
}

void Engine::report(Misbehaviour found) {
  if (round(found.view).reported.emplace(found.signer, found.code).second) outputs_.push_back(std::move(found));
}

void Engine::cast(const Statement& s) {
  const Vote vote{s, *self_, signers_.vote(signed_bytes(s, ledger_id_, origin_))};
  send(vote);
  take_vote(vote);
}

void Engine::cast_nullify() {
  if (!voting() || !own_.may_nullify(view_)) return;
  own_.nullify(view_);
  cast(statement(Kind::nullify, set_.epoch, view_));
}

// --- blocks -------------------------------------------------------------------------------------

void Engine::on_block(const BlockMessage& message) {
  const Digest hash = ledger::block_hash(message.seal);
  if (find_block(hash)) return;
  // Only what a certificate or a held block names is wanted.
  const bool wanted = std::ranges::any_of(rounds_, [&](const auto& each) {
    const Round& at = each.second;
    return (at.notarization && at.notarization->statement.block_hash == hash) ||
           (at.finalization && at.finalization->statement.block_hash == hash);
  }) || std::ranges::any_of(blocks_, [&](const auto& each) { return each.second.seal.parent == hash; });
  const auto seal = ledger::decode_seal(message.seal);
  if (!wanted || !seal || !(seal->parent == tip_.block_hash || has_room(message.body.size()))) return;
  take_block(message.seal, message.justification, message.body);
}

const Tip* Engine::state_after(const Digest& hash) const {
  if (hash == tip_.block_hash) return &tip_;
  const Block* block = find_block(hash);
  return block && block->after ? &*block->after : nullptr;
}

Digest Engine::base_of(Digest hash) const {
  const Block* block = find_block(hash);
  for (; block && block->seal.empty; block = find_block(hash)) hash = block->seal.parent;
  return hash;
}

void Engine::execute_ready() {
  std::vector<Digest> ready;
  for (const auto& [hash, block] : blocks_) {
    if (block.state == Block::State::waiting && state_after(block.seal.parent)) ready.push_back(hash);
  }
  for (const Digest& hash : ready) {
    Block* block = find_block(hash);
    if (!block || block->state != Block::State::waiting) continue;
    const Tip* parent = state_after(block->seal.parent);
    if (!parent) continue;
    if (const std::string why = fault(*block); !why.empty()) {
      reject(hash, *block, why);
    } else if (block->seal.empty) {
      Tip after = *parent;
      after.view = block->seal.view;
      after.block_hash = hash;
      after.time_ms = block->seal.time_ms;
      accept(hash, *block, after);
    } else if (block->seal.view <= finalized_ || unfinal_blocks(block->seal.parent) <= kUnfinalMax) {
      // K bounds what may still be abandoned; a node that catches up executes what is final.
      block->state = Block::State::executing;
      outputs_.push_back(Execute{hash, *parent, base_of(block->seal.parent), block->seal_bytes, block->body});
    }
  }
}

void Engine::on_executed(const Executed& executed) {
  Block* block = find_block(executed.block_hash);
  if (!block || block->state != Block::State::executing) return;
  switch (executed.verdict) {
    case Executed::Verdict::valid: accept(executed.block_hash, *block, executed.after); break;
    case Executed::Verdict::invalid: reject(executed.block_hash, *block, executed.why); break;
    case Executed::Verdict::not_its_body:
      blocks_.erase(executed.block_hash);
      fetched_.erase(executed.block_hash);
      ++helper_;
      break;
  }
}

void Engine::accept(const Digest& hash, Block& block, const Tip& after) {
  block.state = Block::State::valid;
  block.after = after;
  const View view = block.seal.view;
  try_notarize(hash);
  const Round* at = find_round(view);
  if (at && at->notarization && at->notarization->statement.block_hash == hash) try_finalize(view);
  execute_ready();  // its children
}

void Engine::reject(const Digest& hash, Block& block, std::string why) {
  block.state = Block::State::invalid;
  block.why = std::move(why);
  const Round* at = find_round(block.seal.view);
  const bool certified = at && ((at->notarization && at->notarization->statement.block_hash == hash) ||
                                (at->finalization && at->finalization->statement.block_hash == hash));
  if (certified) return diverge(hash, block.why);
  if (block.seal.view == view_) cast_nullify();
}

void Engine::fetch(const Digest& hash, std::optional<std::size_t> peer) {
  if (!fetched_.insert(hash).second) return;
  // The first time the leader, who must have it; later everybody: q−f ≥ f+1 honest members hold it.
  if (retries_ > 0 || peer == self_) peer.reset();
  send(GetBlock{hash}, peer);
}

void Engine::diverge(const Digest& hash, std::string why) {
  if (std::exchange(diverged_, true)) return;
  outputs_.push_back(Diverged{hash, std::move(why)});
}

// --- cosignatures -------------------------------------------------------------------------------

std::string Engine::checkpoint_text() const {
  return crypto::format_checkpoint({origin_, tip_.log_size, tip_.log_root});
}

void Engine::cosign() {
  const auto now_s = static_cast<std::uint64_t>(std::max<std::int64_t>(now_ms_, 0) / 1000);
  if (!self_ || diverged_ || ended_ || abstain_) return;
  QL_CHECK(tip_.log_size >= cosigned_.size);
  QL_CHECK(tip_.log_size > cosigned_.size || tip_.log_root == cosigned_.root);
  // Never before the block's own time, nor before the last cosignature, whatever the clock says.
  const auto seal_s = static_cast<std::uint64_t>((tip_.time_ms + 999) / 1000);
  cosigned_ = {tip_.log_size, tip_.log_root, std::max({now_s, seal_s, cosigned_.time_s})};
  cosigned_now_ = true;
  const Cosign own{cosigned_.size, cosigned_.root, cosigned_.time_s, *self_, signers_.cosign(checkpoint_text(), cosigned_.time_s)};
  persist_.batch.put(ledger::Family::chain, chain_key::cosign(), cosigned_.encode());
  cosigns_[own.size][*self_] = own;
  send(own);
  // Those that were not needed the first time are what a member that has gone would leave missing.
  for (const auto& [signer, late] : std::exchange(late_cosigns_, {})) {
    if (late.size == own.size && genuine(late)) cosigns_[late.size].emplace(signer, late);
  }
}

bool Engine::genuine(const Cosign& message) const {
  const std::string text = crypto::format_checkpoint({origin_, message.size, message.root});
  return verify_(set_.members[message.signer].cosign_key, crypto::cosignature_message(message.time_s, text), message.signature);
}

void Engine::on_cosign(std::size_t from, const Cosign& message) {
  if (message.signer == self_) return on_own_cosign(message);
  if (message.signer >= set_.n() || message.size < tip_.log_size) return;
  if (!cosigns_.contains(message.size) && cosigns_.size() >= kCosignSizesMax) return;
  auto& held = cosigns_[message.size];
  const auto known = held.find(message.signer);
  if (known != held.end() && known->second.time_s >= message.time_s && known->second.root == message.root) return;
  const bool at_tip = message.size == tip_.log_size;
  if (at_tip && message.root == tip_.log_root && known == held.end() && from == message.signer && cosigned_.size == tip_.log_size &&
      cosigners() >= set_.quorum()) {
    late_cosigns_.insert_or_assign(message.signer, message);  // until this member cosigns again, or it is contradicted
    return;
  }
  if (!genuine(message)) return;
  if (const auto late = at_tip ? late_cosigns_.extract(message.signer) : decltype(late_cosigns_)::node_type()) {
    if (genuine(late.mapped())) take_cosign(late.mapped());
  }
  take_cosign(message);
}

/// A cosignature that is verified.
void Engine::take_cosign(const Cosign& message) {
  auto& held = cosigns_[message.size];
  const auto known = held.find(message.signer);
  if (known != held.end() && known->second.root != message.root) {
    if (cosign_liars_.insert(message.signer).second) {
      outputs_.push_back(Misbehaviour{6, message.signer, encode(known->second), encode(message), set_.epoch, 0});
    }
    return;
  }
  held.insert_or_assign(message.signer, message);
  if (message.size == tip_.log_size) publish();
}

/// After a lost disk: times never fall, not even those that were forgotten.
void Engine::on_own_cosign(const Cosign& message) {
  if (message.time_s <= cosigned_.time_s) return;
  if (!genuine(message)) return;
  cosigned_.time_s = message.time_s;
}

std::size_t Engine::cosigners() const {
  const auto at = cosigns_.find(tip_.log_size);
  if (at == cosigns_.end()) return 0;
  return static_cast<std::size_t>(std::ranges::count_if(at->second, [&](const auto& each) { return each.second.root == tip_.log_root; }));
}

void Engine::publish() {
  if (cosigners() < set_.quorum()) return;
  const auto at = cosigns_.find(tip_.log_size);
  // The log's line is this member's own; an observer has no log key, and who abstains does not sign.
  const bool signs = self_ && !abstain_;
  if (signs && cosigned_.size != tip_.log_size) return;
  crypto::Note note{checkpoint_text(), {}};
  if (signs) note.lines.push_back(signers_.log(note.text));
  for (const auto& [signer, cosign] : at->second) {
    if (cosign.root != tip_.log_root) continue;
    const crypto::NoteKey key = ledger::cosign_note_key(set_.members[signer]);
    note.lines.push_back({key.name, key.id, BinaryWriter().u64(cosign.time_s).raw(cosign.signature).bytes()});
  }
  const std::string newest = crypto::format_note(note);
  const bool first = first_note_.empty();
  if (first) first_note_ = newest;
  // The first quorum's note is kept for ever; a newer one only when this step syncs anyway.
  if (first || cosigned_now_) {
    persist_.batch.put(ledger::Family::chain, chain_key::head(tip_.log_size), HeadRow{first_note_, newest}.encode());
  }
  outputs_.push_back(Cosigned{tip_.log_size, newest});
}

// --- the end of a step --------------------------------------------------------------------------

void Engine::send(Message message, std::optional<std::size_t> to) {
  if (to ? to == self_ : set_.n() == 1 && self_) return;
  // An observer asks and answers; what it holds, others have said.
  if (!to && !self_ && std::holds_alternative<CertificateMessage>(message)) return;
  outputs_.push_back(Send{to, std::move(message)});
}

const Engine::Round* Engine::find_round(View view) const {
  const auto at = rounds_.find(view);
  return at == rounds_.end() ? nullptr : &at->second;
}

Engine::Block* Engine::find_block(const Digest& hash) {
  const auto at = blocks_.find(hash);
  return at == blocks_.end() ? nullptr : &at->second;
}

const Engine::Block* Engine::find_block(const Digest& hash) const {
  const auto at = blocks_.find(hash);
  return at == blocks_.end() ? nullptr : &at->second;
}

std::vector<Output> Engine::finish() {
  const auto changed = own_.take_changed();
  for (View view : changed) {
    persist_.batch.put(ledger::Family::chain, chain_key::votes(set_.epoch, view), own_.at(view).encode());
  }
  if (!changed.empty() || cosigned_now_) {
    BinaryWriter guard;
    guard.u64(tip_.height).bytes16(cosigned_.encode()).u16(static_cast<std::uint16_t>(changed.size()));
    for (View view : changed) guard.u64(set_.epoch).u64(view).bytes16(own_.at(view).encode());
    persist_.guard = std::move(guard).bytes();
  }
  for (auto& [hash, block] : blocks_) {
    if (!block.durable || std::exchange(block.written, true)) continue;
    persist_.batch.put(ledger::Family::chain, chain_key::block(set_.epoch, block.seal.view, hash),
                       BlockRow{false, block.seal_bytes, block.justification, block.body}.encode());
  }
  std::vector<Output> outputs;
  if (!persist_.batch.empty() || !persist_.commits.empty()) outputs.push_back(std::exchange(persist_, {}));
  for (Output& output : outputs_) outputs.push_back(std::move(output));
  outputs_.clear();
  cosigned_now_ = false;
  return outputs;
}

}  // namespace qinglu::agreement
