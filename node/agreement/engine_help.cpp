// SPDX-License-Identifier: Apache-2.0
// R9: whoever is behind asks, whoever is ahead answers.
#include <algorithm>
#include <utility>

#include "node/agreement/engine.hpp"

namespace qinglu::agreement {
namespace {

/// Views between tip and finality from which on blocks are asked for by range.
constexpr std::uint64_t kFarViews = 8;
/// Bytes of blocks that are held and not final; beyond, only the tip's next block is taken.
constexpr std::size_t kHeldMax = 64u << 20;

}  // namespace

void Engine::ask(std::size_t peer) {
  if (!asked_.insert(peer).second) return;
  const auto claim = claimed_.find(peer);
  send(GetCerts{set_.epoch, tip_.view + 1, claim == claimed_.end() ? view_ : std::max(view_, claim->second)}, peer);
}

void Engine::on_status(std::size_t from, const Status& status) {
  if (enquiring_ && from < set_.n() && !answers_.contains(from)) enquire(from);
  if (ranging_ && ++range_age_ > 2 * set_.n()) ranging_.reset();  // some seconds without an answer
  if (status.epoch > set_.epoch) {
    if (!ended_) ask_range(from);
    return;
  }
  asked_.erase(from);
  helped_.erase(from);
  if (status.epoch < set_.epoch) return help_former(from);
  if (from < set_.n()) claimed_[from] = status.view;
  if (status.finalized_view > tip_.view + kFarViews) ask_range(from);
  if (status.view > view_ || status.finalized_view > finalized_) {
    ask(from);
  } else if (status.finalized_view < finalized_) {
    help(from, status.finalized_view);
  }
  // Who lacks a quorum's cosignatures may have lost this one.
  if (status.cosigned_size < tip_.log_size && cosigned_.size == tip_.log_size) {
    const auto at = cosigns_.find(tip_.log_size);
    if (self_ && at != cosigns_.end() && at->second.contains(*self_)) send(at->second.at(*self_), from);
  }
}

void Engine::help(std::size_t peer, View view) {
  if (!helped_.insert(peer).second) return;
  if (view <= finalized_) {
    const auto newest = std::find_if(rounds_.rbegin(), rounds_.rend(), [](const auto& each) { return each.second.finalization.has_value(); });
    if (newest != rounds_.rend()) send(CertificateMessage{newest->second.finalization->encode(set_.n())}, peer);
  } else if (const Round* at = find_round(view)) {
    for (const auto* certificate : {&at->notarization, &at->nullification}) {
      if (*certificate) send(CertificateMessage{(*certificate)->encode(set_.n())}, peer);
    }
  }
}

Status Engine::status(std::int64_t now_ms) const {
  const std::uint64_t cosigned = first_note_.empty() ? 0 : tip_.log_size;
  return {set_.epoch, view_, set_.epoch, finalized_, tip_.height, cosigned, now_ms, 0, {}};
}

/// For a member that is still in the epoch before.
void Engine::help_former(std::size_t peer) {
  if (!epoch_.handover.empty() && helped_.insert(peer).second) send(CertificateMessage{epoch_.handover}, peer);
}

void Engine::on_get_block(std::size_t from, const GetBlock& question) {
  if (const Block* block = find_block(question.block_hash)) {
    send(BlockMessage{block->seal_bytes, block->justification, block->body}, from);
  } else {
    outputs_.push_back(Lookup{from, question.block_hash});
  }
}

void Engine::on_get_certs(std::size_t from, const GetCerts& question) {
  if (question.epoch + 1 == set_.epoch) return help_former(from);
  if (question.epoch != set_.epoch) return;
  Certs answer;
  for (auto at = rounds_.lower_bound(question.from); at != rounds_.end() && at->first <= question.to; ++at) {
    for (const auto* held : {&at->second.notarization, &at->second.nullification, &at->second.finalization}) {
      if (*held && answer.certificates.size() < kCertsMax) answer.certificates.push_back((*held)->encode(set_.n()));
    }
  }
  send(std::move(answer), from);
}

// --- final blocks by range ----------------------------------------------------------------------

bool Engine::far_behind() const { return finalized_ > tip_.view + kFarViews; }

bool Engine::has_room(std::size_t bytes) const {
  for (const auto& [hash, block] : blocks_) bytes += block.body.size() + block.justification.size();
  return bytes <= kHeldMax;
}

void Engine::fetch_below(const Digest& hash, View view) {
  if (view > tip_.view + kFarViews && !range_is_short_) return ask_next_range();
  fetch(hash, leader_of(view));
}

void Engine::ask_range(std::size_t peer) {
  if (ranging_ || peer == self_) return;
  ranging_ = peer;
  range_age_ = 0;
  send(GetRange{set_.epoch, tip_.view}, peer);
}

void Engine::ask_next_range() {
  if (helper_ == self_) ++helper_;
  if (helper_ >= set_.n()) helper_ = self_ == std::size_t{0} ? 1 : 0;
  ask_range(helper_);
}

/// Nothing of it is believed: a certificate says which block is final, and hashes lead down from it.
void Engine::on_range(std::size_t from, const Range& answer) {
  if (ranging_ != from || ended_) return;
  ranging_.reset();
  auto finalization = Certificate::decode(answer.finalization, set_);
  if (!finalization || finalization->statement.kind != Kind::finalize || finalization->statement.epoch != set_.epoch ||
      finalization->statement.view <= tip_.view || !verified(*finalization)) {
    ++helper_;
    return;
  }
  if (from < set_.n()) helper_ = from;
  Digest wanted = finalization->statement.block_hash;
  for (auto at = answer.blocks.rbegin(); at != answer.blocks.rend() && wanted != tip_.block_hash; ++at) {
    const auto seal = ledger::decode_seal(at->seal);
    if (!seal || ledger::block_hash(at->seal) != wanted || seal->view <= tip_.view) break;
    if (seal->parent != tip_.block_hash && !has_room(at->body.size() + at->justification.size())) break;
    if (!find_block(take_block(at->seal, at->justification, at->body))) {
      ++helper_;  // not what the seal names
      break;
    }
    wanted = seal->parent;
  }
  range_is_short_ = wanted != tip_.block_hash;  // the rest block by block: it is less than a message
  if (holds(finalization->statement)) return;
  adopt(std::move(*finalization));
}

}  // namespace qinglu::agreement
