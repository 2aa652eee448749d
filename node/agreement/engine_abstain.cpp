// SPDX-License-Identifier: Apache-2.0
// Abstain mode: what a member does that cannot trust its record of own votes (design §2.12).
//
// If I ever voted in view v, I held a certificate of some view ≥ v−1, durably. Of its signers at least
// n−2f−1 others are honest, and each held a certificate of a view ≥ v−2, durably, before it signed. They
// overlap with the honest ones among any q others. So v ≤ w = m + 2, m the highest view certified
// that q others show; above w this member cannot contradict itself.
//
// Where q others cannot answer, the views above m cannot pass without this member either, so it must
// vote there: the operators' command lets it, bound by m and by the votes of its own that the others
// still hold, which it takes back into its record. Till then it is one of the f that may be faulty; with
// n ≤ 3 a quorum is all, and one other member that remembers keeps two blocks of a view apart.
#include <algorithm>
#include <utility>

#include "crypto/base/binary.hpp"
#include "crypto/checkpoint.hpp"
#include "crypto/cosignature.hpp"
#include "crypto/hash.hpp"
#include "node/agreement/engine.hpp"

namespace qinglu::agreement {
namespace {

/// What the answer may be below the true bound: see above.
constexpr std::uint64_t kUnseen = 2;

}  // namespace

void Engine::resume_abstaining(const DurableImage& image) {
  using State = AbstainRow::State;
  const auto& row = image.abstain;
  if (row && row->epoch == set_.epoch && row->state != State::doubtful) own_.spend_until(row->until);
  if (!image.doubt.empty()) return begin_abstaining(image.doubt);
  if (row && row->state != State::over) {
    // A bound of the former epoch's views says nothing about this one's: ask again.
    if (row->epoch != set_.epoch || row->state == State::doubtful) return begin_abstaining(row->reason);
    abstain_ = row;
    return;
  }
  // In the background: it delays no vote, and only a vote that is not in the record stops this member.
  if (set_.n() > 1) enquire({});
}

void Engine::begin_abstaining(std::string reason) {
  abstain_ = AbstainRow{AbstainRow::State::doubtful, set_.epoch, 0, std::move(reason)};
  persist_.batch.put(ledger::Family::chain, chain_key::meta("abstain"), abstain_->encode());
  ++enquiries_;
  answers_.clear();
  enquire({});
}

EnquiryId Engine::enquiry_id() const {
  const Digest name = crypto::sha256({nonce_, u64_key(enquiries_)});
  EnquiryId id{};
  std::ranges::transform(name.view().substr(0, id.size()), id.begin(), [](char c) { return static_cast<unsigned char>(c); });
  return id;
}

void Engine::enquire(std::optional<std::size_t> peer) {
  enquiring_ = true;
  send(Enquiry{enquiry_id()}, peer);
}

void Engine::on_enquiry(std::size_t from, const Enquiry& question) {
  EnquiryAnswer answer;
  answer.id = question.id;
  answer.abstains = abstain_.has_value() || !self_;
  answer.certificate = highest_certificate();
  for (auto at = rounds_.rbegin(); at != rounds_.rend() && answer.said.size() + 8 < kSaidMax; ++at) {
    for (const Vote& vote : at->second.ballots.said_by(from)) answer.said.push_back(encode(vote));
  }
  for (const auto& [size, cosigns] : cosigns_) {
    const auto at = cosigns.find(from);
    if (at != cosigns.end() && answer.said.size() < kSaidMax) answer.said.push_back(encode(at->second));
  }
  if (const auto late = late_cosigns_.find(from); late != late_cosigns_.end()) answer.said.push_back(encode(late->second));
  send(std::move(answer), from);
}

Bytes Engine::highest_certificate() const {
  for (auto at = rounds_.rbegin(); at != rounds_.rend(); ++at) {
    for (const auto* held : {&at->second.notarization, &at->second.nullification, &at->second.finalization}) {
      if (*held) return (*held)->encode(set_.n());
    }
  }
  return tip_certificate_.empty() ? epoch_.handover : tip_certificate_;
}

/// The view of this epoch that a certificate proves; 0 for one of an epoch before. Nothing for a bad
/// one, and for one of a later epoch: then this node is to catch up and ask again there.
std::optional<Engine::View> Engine::certified_view(BytesView bytes) const {
  if (bytes.empty()) return View{0};
  BinaryReader in(bytes);
  in.u8();
  const std::uint64_t epoch = in.u64();
  if (in.failed() || epoch > set_.epoch) return std::nullopt;
  if (epoch < set_.epoch) return View{0};
  const auto certificate = Certificate::decode(bytes, set_);
  if (!certificate || !verified(*certificate)) return std::nullopt;
  return certificate->statement.view;
}

void Engine::on_enquiry_answer(std::size_t from, const EnquiryAnswer& answer) {
  if (!self_ || !enquiring_ || from >= set_.n() || from == self_ || answers_.contains(from)) return;
  if (answer.id != enquiry_id()) return;
  const std::uint64_t asked = enquiries_;
  for (const Bytes& bytes : answer.said) {
    const auto message = decode_message(bytes);
    if (!message) return;
    if (const auto* vote = std::get_if<Vote>(&*message)) {
      if (vote->statement.epoch != set_.epoch || vote->signer != self_) continue;
      recall(*vote);
      on_own_vote(*vote);
    } else if (const auto* cosign = std::get_if<Cosign>(&*message)) {
      on_cosign(from, *cosign);
    }
  }
  if (asked != enquiries_) return;  // what it said began an abstention: asked anew
  const bool doubtful = abstain_ && abstain_->state == AbstainRow::State::doubtful;
  if (doubtful && answer.abstains) return;  // it may have forgotten too
  const auto view = certified_view(answer.certificate);
  if (!view) return;
  answers_.emplace(from, *view);
  if (doubtful) {
    if (answers_.size() < set_.quorum()) return;
    View highest = 0;
    for (const auto& [member, certified] : answers_) highest = std::max(highest, certified);
    bound_abstaining(highest + kUnseen);
  } else if (answers_.size() >= std::min(set_.quorum(), set_.n() - 1)) {
    enquiring_ = false;
  }
}

void Engine::bound_abstaining(View until) {
  if (!abstain_ || abstain_->state != AbstainRow::State::doubtful) return;
  enquiring_ = false;
  abstain_->state = AbstainRow::State::bounded;
  abstain_->until = until;
  own_.spend_until(until);
  persist_.batch.put(ledger::Family::chain, chain_key::meta("abstain"), abstain_->encode());
}

void Engine::on_abstain_until(View certified) {
  if (!abstain_ || abstain_->state != AbstainRow::State::doubtful || answers_.size() + 1 < set_.quorum()) return;
  for (const auto& [member, view] : answers_) certified = std::max(certified, view);
  bound_abstaining(certified);
}

/// Over once the views have passed the bound, and what may have been cosigned is known: every view up
/// to the bound, which is no less than the highest certified one, is final, directly or by a later block,
/// or nullified.
void Engine::end_abstaining() {
  if (!abstain_ || abstain_->state != AbstainRow::State::bounded || view_ <= abstain_->until) return;
  for (View view = tip_.view + 1; view <= abstain_->until; ++view) {
    const Round* at = find_round(view);
    if (!at || !at->nullification) return;
  }
  abstain_->state = AbstainRow::State::over;
  persist_.batch.put(ledger::Family::chain, chain_key::meta("abstain"), abstain_->encode());
  abstain_.reset();
  cosign();
  publish();
}

void Engine::on_own_vote(const Vote& vote) {
  const Statement& s = vote.statement;
  if (!self_ || s.view <= own_.spent_until() || own_.has(s)) return;
  if (!genuine(vote)) return;
  heed(s, encode(vote));
}

/// A vote that others hold of this member while it does not know its own: it stands by it from now on.
/// The body of what it notarized was durable then, here and with others; it is asked for anew if need be.
/// Of two that cannot both be honest the first is kept; with one key on two disks nothing better is left.
void Engine::recall(const Vote& vote) {
  const Statement& s = vote.statement;
  if (!abstain_ || abstain_->state != AbstainRow::State::doubtful || s.view <= tip_.view || own_.has(s)) return;
  if (!verify_(set_.members[*self_].vote_key, signed_bytes(s, ledger_id_, origin_), vote.signature)) return;
  if (s.kind == Kind::nullify) {
    if (!own_.may_nullify(s.view)) return;
    own_.nullify(s.view);
  } else {
    if (own_.may_notarize(s.view, s.block_hash)) own_.notarize(s.view, s.block_hash);  // V3: it came before
    if (s.kind == Kind::finalize && own_.may_finalize(s.view, s.block_hash)) own_.finalize(s.view, s.block_hash);
    if (!own_.has(s)) return;
  }
  take_vote(vote);
}

/// A statement that this member's key has signed, as a verified vote or certificate shows.
void Engine::heed(const Statement& s, const Bytes& message) {
  if (!timing_.heeds_twins || s.view <= own_.spent_until() || own_.has(s)) return;
  if (abstain_ && abstain_->state == AbstainRow::State::doubtful) return;
  outputs_.push_back(Impersonated{s, message});
  begin_abstaining("view " + std::to_string(s.view) + " holds a vote under this member's key that it has not recorded");
}

}  // namespace qinglu::agreement
