// SPDX-License-Identifier: Apache-2.0
#include "node/agreement/ballots.hpp"

#include <algorithm>
#include <iterator>

namespace qinglu::agreement {
namespace {

using Kind = Statement::Kind;

std::size_t kept_at_most(Kind kind) { return kind == Kind::nullify ? 1 : 2; }

/// E2…E5 for two different votes of one member in one view; 0 when both may be honest.
std::uint8_t contradiction(const Statement& a, const Statement& b) {
  if (a.kind == b.kind) {
    if (a.kind == Kind::notarize) return 2;
    return a.kind == Kind::finalize ? 4 : 0;
  }
  const auto one_is = [&](Kind kind) { return a.kind == kind || b.kind == kind; };
  if (!one_is(Kind::finalize)) return 0;
  if (one_is(Kind::nullify)) return 3;
  return a.block_hash == b.block_hash ? 0 : 5;
}

}  // namespace

const std::vector<Vote>* Ballots::of(std::size_t signer) const {
  const auto at = by_signer_.find(signer);
  return at == by_signer_.end() ? nullptr : &at->second;
}

std::vector<Vote> Ballots::said_by(std::size_t signer) const {
  const auto* votes = of(signer);
  std::vector<Vote> said = votes ? *votes : std::vector<Vote>();
  std::ranges::copy_if(aside_, std::back_inserter(said), [&](const Vote& each) { return each.signer == signer; });
  return said;
}

bool Ballots::put_aside(const Vote& vote) {
  const auto clashes = [&](const Vote& each) {
    if (each.signer != vote.signer) return false;
    return each.statement == vote.statement ? each.signature != vote.signature : contradiction(each.statement, vote.statement) != 0;
  };
  const auto* votes = of(vote.signer);
  if ((votes && std::ranges::any_of(*votes, clashes)) || std::ranges::any_of(aside_, clashes)) return false;
  if (std::ranges::find(aside_, vote) == aside_.end()) aside_.push_back(vote);
  return true;
}

std::vector<Vote> Ballots::take_contradicted(const Vote& vote) {
  std::vector<Vote> taken;
  std::erase_if(aside_, [&](const Vote& each) {
    const bool clashes = each.signer == vote.signer && each.statement != vote.statement && contradiction(each.statement, vote.statement) != 0;
    if (clashes) taken.push_back(each);
    return clashes;
  });
  return taken;
}

bool Ballots::wants(const Vote& vote) const {
  const auto* votes = of(vote.signer);
  if (!votes) return true;
  std::size_t same_kind = 0;
  for (const Vote& each : *votes) {
    if (each.statement == vote.statement) return false;
    if (each.statement.kind == vote.statement.kind) ++same_kind;
  }
  return same_kind < kept_at_most(vote.statement.kind);
}

std::vector<Misbehaviour> Ballots::add(const Vote& vote) {
  std::vector<Vote>& votes = by_signer_[vote.signer];
  std::vector<Misbehaviour> found;
  for (const Vote& each : votes) {
    const std::uint8_t code = contradiction(each.statement, vote.statement);
    if (code == 0 || std::ranges::find(found, code, &Misbehaviour::code) != found.end()) continue;
    found.push_back({code, vote.signer, encode(each), encode(vote), vote.statement.epoch, vote.statement.view});
  }
  votes.push_back(vote);
  return found;
}

std::optional<Certificate> Ballots::certificate(const Statement& statement, std::size_t quorum) const {
  Certificate certificate{statement, {}};
  for (const auto& [signer, votes] : by_signer_) {
    const auto at = std::ranges::find(votes, statement, &Vote::statement);
    if (at != votes.end()) certificate.signatures.emplace_back(signer, at->signature);
    if (certificate.signatures.size() == quorum) return certificate;
  }
  return std::nullopt;
}

std::vector<Statement> Ballots::statements(Statement::Kind kind) const {
  std::vector<Statement> found;
  for (const auto& [signer, votes] : by_signer_) {
    for (const Vote& vote : votes) {
      const bool known = std::ranges::find(found, vote.statement) != found.end();
      if (vote.statement.kind == kind && !known) found.push_back(vote.statement);
    }
  }
  return found;
}

}  // namespace qinglu::agreement
