// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/checkers.hpp"

#include <algorithm>

#include "crypto/base/encoding.hpp"
#include "ledger/codec/seal.hpp"

namespace qinglu::sim {

using agreement::Certificate;
using agreement::Statement;
using agreement::Vote;
using Kind = Statement::Kind;

void Checkers::sent(std::size_t member, const agreement::Message& message) {
  honest_seen_.insert(member);
  if (const auto* own = std::get_if<Vote>(&message)) {
    if (own->signer == member) vote(member, *own);
  } else if (const auto* proposal = std::get_if<agreement::Propose>(&message)) {
    // A Propose carries its leader's Notarize.
    const auto seal = ledger::decode_seal(proposal->seal);
    Vote carried;
    carried.statement.view = seal->view;
    carried.statement.block_hash = ledger::block_hash(proposal->seal);
    vote(member, carried);
  } else if (const auto* shown = std::get_if<agreement::CertificateMessage>(&message)) {
    certificate(shown->certificate);
  } else if (const auto* own_cosign = std::get_if<agreement::Cosign>(&message)) {
    if (own_cosign->signer != member) return;
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
  Cast& cast = cast_[{member, s.view}];
  switch (s.kind) {
    case Kind::notarize: cast.notarized.insert(s.block_hash); break;
    case Kind::nullify: cast.nullified = true; break;
    case Kind::finalize: cast.finalized.insert(s.block_hash); break;
  }
  const std::string who = "member " + std::to_string(member) + " in view " + std::to_string(s.view);
  if (cast.notarized.size() > 1) fail(who + " notarized two blocks (V1)");
  if (cast.nullified && !cast.finalized.empty()) fail(who + " nullified and finalized (V2)");
  if (cast.finalized.size() > 1) fail(who + " finalized two blocks (V2)");
  // Durable before it leaves (S6).
  const agreement::VoteRow row = durable_[{member, s.view}];
  const bool promised = s.kind == Kind::notarize   ? row.notarized == s.block_hash
                        : s.kind == Kind::finalize ? row.finalized == s.block_hash
                                                   : row.nullified;
  if (!promised) fail(who + " sent a vote that it had not synced");
}

void Checkers::durable(std::size_t member, std::uint64_t view, const agreement::VoteRow& row, bool body) {
  agreement::VoteRow& known = durable_[{member, view}];
  const std::string who = "member " + std::to_string(member) + " in view " + std::to_string(view);
  if (row.finalized && row.notarized != row.finalized) fail(who + " finalized what it had not notarized (V3)");
  if (row.finalized && row.nullified) fail(who + " nullified and finalized (V2)");
  const bool kept = (!known.notarized || known.notarized == row.notarized) && (!known.finalized || known.finalized == row.finalized) &&
                    (!known.nullified || row.nullified);
  if (!kept) fail(who + " changed its durable votes (S6)");
  if (row.notarized && !body) fail(who + " notarized a block whose body is not durable (V4)");
  known = row;
}

void Checkers::certificate(const Bytes& bytes) {
  const auto certificate = Certificate::decode(bytes, set_);
  if (!certificate) return fail("an honest member sent a certificate of no form");
  const Statement& s = certificate->statement;
  // S11, by the bytes that the statement signs and nothing of the engine's.
  const Bytes message = agreement::signed_bytes(s, ledger_id_, origin_);
  std::set<std::size_t> signers;
  for (const auto& [signer, signature] : certificate->signatures) {
    signers.insert(signer);
    if (!verify_(set_.members[signer].vote_key, message, signature)) fail("a certificate of view " + std::to_string(s.view) + " holds a bad signature (S11)");
  }
  if (signers.size() < set_.quorum()) fail("a certificate below the quorum (S11)");
  View& view = views_[s.view];
  switch (s.kind) {
    case Kind::notarize: view.notarizations.insert(s.block_hash); break;
    case Kind::nullify: view.nullification = true; break;
    case Kind::finalize: view.finalizations.insert(s.block_hash); break;
  }
  const std::string where = "view " + std::to_string(s.view);
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

void Checkers::cosigned(std::size_t member, std::uint64_t size, const std::string& checkpoint) {
  const auto lines = std::ranges::count(checkpoint, '\n');
  // Three lines, an empty one, the log's, and a quorum's.
  if (static_cast<std::size_t>(lines) < 5 + set_.quorum()) {
    fail("member " + std::to_string(member) + " published size " + std::to_string(size) + " without a quorum");
  }
  ++marks_["cosigned"];
}

void Checkers::accused(std::size_t by, const agreement::Misbehaviour& found) {
  if (honest_seen_.contains(found.signer)) {
    fail("member " + std::to_string(by) + " accuses the honest member " + std::to_string(found.signer) + " of E" + std::to_string(found.code) + " (S10)");
  }
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
