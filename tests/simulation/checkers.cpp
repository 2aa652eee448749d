// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/checkers.hpp"

#include <algorithm>

#include "crypto/base/binary.hpp"
#include "crypto/base/encoding.hpp"
#include "ledger/codec/seal.hpp"

namespace qinglu::sim {

using agreement::Certificate;
using agreement::Statement;
using agreement::Vote;
using Kind = Statement::Kind;

bool Checkers::is(std::size_t member, std::uint64_t epoch, std::size_t seat) const {
  return epoch >= 1 && epoch <= members_.size() && seat < members_[epoch - 1].size() && members_[epoch - 1][seat].first == member;
}

void Checkers::sent(std::size_t member, std::uint64_t epoch, const agreement::Message& message) {
  if (const auto* own = std::get_if<Vote>(&message)) {
    if (is(member, own->statement.epoch, own->signer)) vote(member, *own);
  } else if (const auto* proposal = std::get_if<agreement::Propose>(&message)) {
    // A Propose carries its leader's Notarize.
    const auto seal = ledger::decode_seal(proposal->seal);
    Vote carried;
    carried.statement.epoch = seal->epoch;
    carried.statement.view = seal->view;
    carried.statement.block_hash = ledger::block_hash(proposal->seal);
    vote(member, carried);
    // Leaders of an epoch come in the order that its beginning draws (finality.md).
    const Digest genesis = seal->epoch == 1 ? ledger_id_ : begins_.at(seal->epoch).block_hash;
    const std::size_t leader = agreement::leader(genesis, sets_[seal->epoch - 1].n(), seal->view);
    if (seal->proposer != leader || !is(member, seal->epoch, leader)) fail("member " + std::to_string(member) + " proposed out of turn");
  } else if (const auto* shown = std::get_if<agreement::CertificateMessage>(&message)) {
    certificate(shown->certificate);
  } else if (const auto* own_cosign = std::get_if<agreement::Cosign>(&message)) {
    if (!is(member, epoch, own_cosign->signer)) return;
    // S8: sizes and times never fall, one root for a size, by anybody honest.
    auto& [size, root] = cosigned_[member];
    if (own_cosign->size < size || (own_cosign->size == size && own_cosign->root != root)) {
      fail("member " + std::to_string(member) + " cosigned backwards");
    }
    if (own_cosign->time_s < cosign_times_[member]) fail("member " + std::to_string(member) + " cosigned an earlier time");
    cosign_times_[member] = own_cosign->time_s;
    size = own_cosign->size;
    root = own_cosign->root;
    const auto [known, fresh] = roots_.emplace(size, root);
    if (!fresh && known->second != root) fail("two roots for size " + std::to_string(size));
  }
}

void Checkers::vote(std::size_t member, const Vote& vote) {
  const Statement& s = vote.statement;
  const Place at{s.epoch, s.view};
  Cast& cast = cast_[{member, at}];
  switch (s.kind) {
    case Kind::notarize: cast.notarized.insert(s.block_hash); break;
    case Kind::nullify: cast.nullified = true; break;
    case Kind::finalize: cast.finalized.insert(s.block_hash); break;
  }
  const std::string who = "member " + std::to_string(member) + " in view " + std::to_string(s.epoch) + "." + std::to_string(s.view);
  if (cast.notarized.size() > 1) fail(who + " notarized two blocks (V1)");
  if (cast.nullified && !cast.finalized.empty()) fail(who + " nullified and finalized (V2)");
  if (cast.finalized.size() > 1) fail(who + " finalized two blocks (V2)");
  // Durable before it leaves (S6).
  const agreement::VoteRow row = durable_[{member, at}];
  const bool promised = s.kind == Kind::notarize   ? row.notarized == s.block_hash
                        : s.kind == Kind::finalize ? row.finalized == s.block_hash
                                                   : row.nullified;
  if (!promised) fail(who + " sent a vote that it had not synced");
}

void Checkers::durable(std::size_t member, Place at, const agreement::VoteRow& row, bool body) {
  agreement::VoteRow& known = durable_[{member, at}];
  const std::string who = "member " + std::to_string(member) + " in view " + std::to_string(at.first) + "." + std::to_string(at.second);
  if (at.first < epochs_[member]) fail(who + " voted in an epoch that it had left (S9)");
  if (row.finalized && row.notarized != row.finalized) fail(who + " finalized what it had not notarized (V3)");
  if (row.finalized && row.nullified) fail(who + " nullified and finalized (V2)");
  const bool kept = (!known.notarized || known.notarized == row.notarized) && (!known.finalized || known.finalized == row.finalized) &&
                    (!known.nullified || row.nullified);
  if (!kept) fail(who + " changed its durable votes (S6)");
  // A vote that others still held of a member that lost its disk was cast when the body was there; a
  // Finalize came after the Notarize of its block (V3), which a crash may have kept from leaving.
  const auto before = cast_.find({member, at});
  const bool taken_back = row.notarized && before != cast_.end() &&
                          (before->second.notarized.contains(*row.notarized) || before->second.finalized.contains(*row.notarized));
  if (row.notarized && !body && !taken_back) fail(who + " notarized a block whose body is not durable (V4)");
  known = row;
}

void Checkers::certificate(const Bytes& bytes) {
  const std::uint64_t epoch = BinaryReader(BytesView(bytes).substr(1)).u64();
  if (epoch < 1 || epoch > sets_.size()) return fail("an honest member sent a certificate of no epoch");
  const ledger::ValidatorSet& set = sets_[epoch - 1];
  const auto certificate = Certificate::decode(bytes, set);
  if (!certificate) return fail("an honest member sent a certificate of no form");
  const Statement& s = certificate->statement;
  // S11, by the bytes that the statement signs and nothing of the engine's.
  const Bytes message = agreement::signed_bytes(s, ledger_id_, origin_);
  std::set<std::size_t> signers;
  for (const auto& [signer, signature] : certificate->signatures) {
    signers.insert(signer);
    if (!verify_(set.members[signer].vote_key, message, signature)) fail("a certificate of view " + std::to_string(s.view) + " holds a bad signature (S11)");
  }
  if (signers.size() < set.quorum()) fail("a certificate below the quorum (S11)");
  View& view = views_[{s.epoch, s.view}];
  switch (s.kind) {
    case Kind::notarize: view.notarizations.insert(s.block_hash); break;
    case Kind::nullify: view.nullification = true; break;
    case Kind::finalize: view.finalizations.insert(s.block_hash); break;
  }
  const std::string where = "view " + std::to_string(s.epoch) + "." + std::to_string(s.view);
  if (view.notarizations.size() > 1) fail(where + " has two notarizations (S3)");
  if (view.finalizations.size() > 1) fail(where + " has two finalizations (S1)");
  if (view.nullification && !view.finalizations.empty()) fail(where + " is nullified and finalized (S2)");
  if (view.nullification) ++marks_["nullification"];
  if (view.nullification && !view.notarizations.empty()) ++marks_["notarized and nullified"];
}

void Checkers::committed(std::size_t member, const Digest& hash, const std::vector<std::uint64_t>& records) {
  const std::size_t height = heights_[member]++;
  if (height < chain_.size()) {
    if (chain_[height].hash != hash) fail("fork at height " + std::to_string(height + 1) + " (S1)");
    if (chain_[height].records != records) fail("one block, two contents at height " + std::to_string(height + 1));
    return;
  }
  for (std::uint64_t record : records) {
    if (!submitted_.contains(record)) fail("a record that nobody submitted is final");
    for (const Block& block : chain_) {
      if (std::ranges::find(block.records, record) != block.records.end()) fail("record " + std::to_string(record) + " is final twice (S12)");
    }
  }
  chain_.push_back({hash, records});
}

void Checkers::switched(std::size_t member, const agreement::Tip& begin) {
  const auto [known, fresh] = begins_.emplace(begin.epoch, begin);
  // S9: one end of an epoch, the same for all, whichever descendant's finalization showed it.
  if (!fresh && known->second != begin) fail("two beginnings of epoch " + std::to_string(begin.epoch) + " (S9)");
  if (begin.view != 0) fail("an epoch begins in view " + std::to_string(begin.view));
  std::uint64_t& epoch = epochs_[member];
  epoch = std::max(epoch, begin.epoch);
}

void Checkers::forgot(std::size_t member, std::size_t records) {
  for (auto& [at, row] : durable_) {
    if (at.first == member) row = {};
  }
  std::size_t& height = heights_[member];
  std::size_t count = 0;
  for (height = 0; height < chain_.size() && count < records; ++height) count += chain_[height].records.size();
  progress_[member] = records;
  epochs_[member] = 1;
}

void Checkers::accountable(const std::map<std::size_t, Shown>& chains, std::size_t liars) {
  // Everything that the chains show to be signed, by member and view; epoch 1 alone is forked here.
  struct Signed {
    std::set<Digest> notarized;
    std::set<Bytes> finalized;  // whole texts
    std::set<Digest> finalized_blocks;
    bool nullified = false;
  };
  std::map<std::pair<std::size_t, std::uint64_t>, Signed> all;
  std::map<std::uint64_t, std::set<Digest>> blocks;  // by height, non-empty ones
  const ledger::ValidatorSet& set = sets_[0];
  const auto take = [&](const Certificate& c) {
    const Statement& s = c.statement;
    const Bytes text = agreement::signed_bytes(s, ledger_id_, origin_);
    for (const auto& [signer, signature] : c.signatures) {
      if (!verify_(set.members[signer].vote_key, text, signature)) fail("a chain shows a bad signature");
      Signed& at = all[{signer, s.view}];
      if (s.kind == Kind::notarize) at.notarized.insert(s.block_hash);
      if (s.kind == Kind::nullify) at.nullified = true;
      if (s.kind == Kind::finalize) {
        at.finalized.insert(text);
        at.finalized_blocks.insert(s.block_hash);
      }
    }
  };
  for (const auto& [member, shown] : chains) {
    for (const auto& row : shown.blocks) {
      const auto seal = ledger::decode_seal(row.seal);
      if (!seal->empty) blocks[seal->height].insert(ledger::block_hash(row.seal));
      BinaryReader in(row.justification);
      const std::uint32_t count = in.u32();
      BytesView rest = BytesView(row.justification).substr(4);
      for (std::uint32_t i = 0; i < count; ++i) {
        std::size_t length = 0;
        const auto certificate = Certificate::decode_prefix(rest, set, length);
        if (!certificate) return fail("a final block's justification has no form");
        take(*certificate);
        rest.remove_prefix(length);
      }
    }
    for (const Bytes& bytes : shown.finalizations) take(*Certificate::decode(bytes, set));
  }
  std::set<std::size_t> named;
  for (const auto& entry : all) {
    const Signed& s = entry.second;
    const bool e2 = s.notarized.size() > 1;
    const bool e3 = s.nullified && !s.finalized.empty();
    const bool e4 = s.finalized.size() > 1;
    const bool e5 = std::ranges::any_of(s.finalized_blocks, [&](const Digest& b) {
      return std::ranges::any_of(s.notarized, [&](const Digest& c) { return b != c; });
    });
    if (e2 || e3 || e4 || e5) named.insert(entry.first.first);
  }
  const bool forked = std::ranges::any_of(blocks, [](const auto& each) { return each.second.size() > 1; });
  for (std::size_t member : named) {
    if (member >= liars) fail("a fork accuses the honest member " + std::to_string(member) + " (S10)");
  }
  if (forked) ++marks_["fork"];
  if (forked && named.size() < set.faults() + 1) {
    fail("a fork names " + std::to_string(named.size()) + " members, fewer than f+1 (S10)");
  }
}

void Checkers::cosigned(std::size_t member, std::uint64_t epoch, bool has_seat, std::uint64_t size, const std::string& checkpoint) {
  const auto lines = std::ranges::count(checkpoint, '\n');
  // Three lines, an empty one, the log's but for an observer, and a quorum's.
  if (static_cast<std::size_t>(lines) < (has_seat ? 5 : 4) + sets_[epoch - 1].quorum()) {
    fail("member " + std::to_string(member) + " published size " + std::to_string(size) + " without a quorum");
  }
  ++marks_["cosigned"];
}

void Checkers::accused(std::size_t by, const agreement::Misbehaviour& found) {
  const std::size_t accused = members_.at(found.epoch - 1).at(found.signer).first;
  if (honest_.contains(accused)) {
    fail("member " + std::to_string(by) + " accuses the honest member " + std::to_string(accused) + " of E" + std::to_string(found.code) + " (S10)");
  }
  if (!accused_.emplace(by, accused, found.code, found.epoch, found.view).second) ++marks_["accused again"];
}

void Checkers::progress(std::size_t member, std::int64_t now, std::size_t records) {
  auto& known = progress_[member];
  if (records < known) fail("member " + std::to_string(member) + " lost committed records (S6)");
  if (records > known) finished_ = now;
  known = records;
}

void Checkers::ended(std::size_t member, const std::vector<std::uint64_t>& committed, std::size_t records) {
  if (committed.size() != records) {
    fail("member " + std::to_string(member) + " ends with " + std::to_string(committed.size()) + " of " + std::to_string(records) + " records (L3)");
  }
}

void Checkers::quiet_since(std::int64_t end) {
  // Everything was final long ago: an idle network says nothing but where it stands (L5).
  if (last_traffic_ > end - 30'000) fail("the idle network still talks (L5)");
}

}  // namespace qinglu::sim
