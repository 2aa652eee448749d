// SPDX-License-Identifier: Apache-2.0
#include "node/agreement/engine.hpp"

#include <algorithm>
#include <utility>

#include "crypto/base/binary.hpp"
#include "crypto/checkpoint.hpp"
#include "crypto/cosignature.hpp"
#include "crypto/note.hpp"

namespace qinglu::agreement {
namespace {

/// Views whose own votes and foreign certificates are kept behind the tip (agreement.md §2.9).
constexpr std::uint64_t kEvidenceViews = 32;

template <class... Handlers>
struct Overloaded : Handlers... {
  using Handlers::operator()...;
};
template <class... Handlers>
Overloaded(Handlers...) -> Overloaded<Handlers...>;

void write_optional(BinaryWriter& out, const std::optional<Digest>& digest) {
  out.u8(digest ? 1 : 0);
  if (digest) out.raw(*digest);
}

std::optional<Digest> read_optional(BinaryReader& in) {
  return in.u8() == 0 ? std::nullopt : std::optional<Digest>(in.digest());
}

}  // namespace

Bytes VoteRow::encode() const {
  BinaryWriter out;
  write_optional(out, proposed);
  write_optional(out, notarized);
  out.u8(nullified ? 1 : 0);
  write_optional(out, finalized);
  return std::move(out).bytes();
}

Result<VoteRow> VoteRow::decode(BytesView bytes) {
  BinaryReader in(bytes);
  VoteRow row;
  row.proposed = read_optional(in);
  row.notarized = read_optional(in);
  row.nullified = in.u8() != 0;
  row.finalized = read_optional(in);
  if (auto ok = in.finish(); !ok) return std::move(ok).error();
  return row;
}

Engine::Engine(ledger::ValidatorSet set, std::size_t self, Digest ledger_id, std::string origin,
               Signers signers)
    : set_(std::move(set)),
      self_(self),
      ledger_id_(ledger_id),
      origin_(std::move(origin)),
      signers_(signers) {
  QL_CHECK(set_.n() == 1 && self_ == 0);
  QL_CHECK(signers_.vote && signers_.cosign && signers_.log);
}

std::vector<Output> Engine::step(const Input& input, std::int64_t now_ms) {
  return std::visit(
      Overloaded{
          [&](const Start& start) { return on_start(start.image, now_ms); },
          [&](const PoolHint& hint) {
            waiting_ = hint.waiting;
            return maybe_build();
          },
          [&](const Built& built) { return on_built(built.block, now_ms); },
          [&](const PersistDone& done) { return on_persisted(done.token); },
          [&](const RecosignDue&) { return on_recosign(now_ms); },
      },
      input);
}

std::vector<Output> Engine::on_start(const DurableImage& image, std::int64_t now_ms) {
  tip_ = image.tip;
  tip_notarization_ = image.tip_notarization;
  cosigned_ = image.cosigned;
  first_note_ = image.first_note;
  // Size 2, genesis and its seal, is final by definition; a later tip whose cosignature a crash
  // prevented gets it now.
  return on_recosign(now_ms);
}

std::vector<Output> Engine::maybe_build() {
  // R3.2: with records and nothing in flight, at once. Idle means no blocks and no timers.
  if (!waiting_ || in_flight_) return {};
  in_flight_ = true;
  Build build;
  build.epoch = set_.epoch;
  build.view = tip_.view + 1;
  build.parent = tip_;
  build.proposer = leader(ledger_id_, set_.n(), build.view);
  std::vector<Bytes> justification;
  if (!tip_notarization_.empty()) justification.push_back(tip_notarization_);
  build.justification = justification_section(justification);
  build.next_valset_hash = tip_.next_valset_hash;
  return {std::move(build)};
}

VoteRow Engine::cast_votes(std::uint64_t view, const Digest& block) const {
  // V1, at most one Propose and one Notarize a view, and V2, never both Nullify and Finalize: the
  // votes of a view become durable together with the block that ends it, so every view above the
  // tip is unspent. V3, V4: the block was built and executed by this node, and becomes durable in
  // the same Persist as its votes.
  QL_CHECK(view == tip_.view + 1);
  return VoteRow{block, block, false, block};
}

Certificate Engine::certify(const Statement& statement) const {
  const Bytes message = signed_bytes(statement, ledger_id_, origin_);
  return Certificate{statement, {{self_, signers_.vote->sign({message})}}};
}

std::string Engine::cosign(const Tip& tip, std::int64_t now_ms) {
  const auto now_s = static_cast<std::uint64_t>(std::max<std::int64_t>(now_ms, 0) / 1000);
  QL_CHECK(tip.log_size >= cosigned_.size);
  QL_CHECK(tip.log_size > cosigned_.size || tip.log_root == cosigned_.root);
  // Never before the block's own time, nor before the last cosignature, whatever the clock says.
  const auto seal_s = static_cast<std::uint64_t>((tip.time_ms + 999) / 1000);
  cosigned_ = {tip.log_size, tip.log_root, std::max({now_s, seal_s, cosigned_.time_s})};
  crypto::Note note{crypto::format_checkpoint({origin_, tip.log_size, tip.log_root}), {}};
  note.lines.push_back(crypto::sign_note(note.text, origin_, *signers_.log));
  note.lines.push_back(
      crypto::cosign(note.text, set_.members[self_].id, *signers_.cosign, cosigned_.time_s));
  return crypto::format_note(note);
}

Bytes Engine::guard_payload(const VoteRow* votes) const {
  BinaryWriter out;
  out.u64(tip_.height).bytes16(cosigned_.encode()).u16(votes ? 1 : 0);
  if (votes) out.u64(set_.epoch).u64(tip_.view).bytes16(votes->encode());
  return std::move(out).bytes();
}

std::vector<Output> Engine::on_built(const std::optional<BuiltBlock>& block, std::int64_t now_ms) {
  QL_CHECK(in_flight_ && !pending_);
  if (!block) {
    // Nothing passed the rules on a finalized state: the pool answers those records as refused.
    in_flight_ = false;
    waiting_ = false;
    return {};
  }
  const std::uint64_t view = block->after.view;
  const VoteRow votes = cast_votes(view, block->block_hash);
  Statement statement;
  statement.epoch = set_.epoch;
  statement.view = view;
  statement.block_hash = block->block_hash;
  const Certificate notarization = certify(statement);
  statement.kind = Statement::Kind::finalize;
  statement.size = block->after.log_size;
  statement.root = block->after.log_root;
  statement.state_root = block->after.state_root;
  statement.next_valset_hash = block->after.next_valset_hash;
  const Certificate finalization = certify(statement);

  tip_ = block->after;
  tip_notarization_ = notarization.encode(set_.n());
  const std::string checkpoint = cosign(tip_, now_ms);

  Persist persist;
  persist.token = next_token_++;
  persist.commits = true;
  using ledger::Family;
  auto& batch = persist.batch;
  batch.put(Family::chain, chain_key::votes(set_.epoch, view), votes.encode());
  batch.put(Family::chain, chain_key::certificate(5, set_.epoch, view), tip_notarization_);
  batch.put(Family::chain, chain_key::certificate(7, set_.epoch, view),
            finalization.encode(set_.n()));
  batch.put(Family::chain, chain_key::meta("tip"), tip_.encode());
  batch.put(Family::chain, chain_key::cosign(), cosigned_.encode());
  batch.put(Family::chain, chain_key::head(tip_.log_size), HeadRow{checkpoint, checkpoint}.encode());
  if (view > kEvidenceViews) {
    batch.erase(Family::chain, chain_key::votes(set_.epoch, view - kEvidenceViews));
    batch.erase(Family::chain, chain_key::certificate(5, set_.epoch, view - kEvidenceViews));
  }
  persist.guard = guard_payload(&votes);
  first_note_ = checkpoint;
  std::vector<Output> then;
  then.push_back(Committed{tip_, finality_note(finalization, set_, ledger_id_, origin_), checkpoint});
  pending_ = Pending{persist.token, std::move(then)};
  std::vector<Output> outputs;
  outputs.push_back(std::move(persist));
  return outputs;
}

std::vector<Output> Engine::on_persisted(std::uint64_t token) {
  QL_CHECK(pending_ && pending_->token == token);
  std::vector<Output> outputs = std::move(pending_->then);
  pending_.reset();
  in_flight_ = false;
  for (Output& more : maybe_build()) outputs.push_back(std::move(more));
  return outputs;
}

std::vector<Output> Engine::on_recosign(std::int64_t now_ms) {
  if (in_flight_) return {};  // the block under way brings a cosignature of its own
  in_flight_ = true;
  const std::string checkpoint = cosign(tip_, now_ms);
  if (first_note_.empty()) first_note_ = checkpoint;
  Persist persist;
  persist.token = next_token_++;
  using ledger::Family;
  persist.batch.put(Family::chain, chain_key::cosign(), cosigned_.encode());
  persist.batch.put(Family::chain, chain_key::head(tip_.log_size),
                    HeadRow{first_note_, checkpoint}.encode());
  persist.guard = guard_payload(nullptr);
  std::vector<Output> then;
  then.push_back(Recosigned{checkpoint});
  pending_ = Pending{persist.token, std::move(then)};
  std::vector<Output> outputs;
  outputs.push_back(std::move(persist));
  return outputs;
}

}  // namespace qinglu::agreement
