// SPDX-License-Identifier: Apache-2.0
#include "node/candidates.hpp"

#include <utility>

namespace qinglu::node {

void Candidates::add(const Digest& block_hash, Candidate candidate) {
  held_.insert_or_assign(block_hash, Held{std::move(candidate), nullptr});
}

const Candidate* Candidates::find(const Digest& block_hash) const {
  const auto at = held_.find(block_hash);
  return at == held_.end() ? nullptr : &at->second.candidate;
}

std::shared_ptr<const ledger::Layer> Candidates::layer(
    const Digest& block_hash, const std::shared_ptr<const ledger::KvReader>& committed) const {
  const auto at = held_.find(block_hash);
  if (at == held_.end()) return nullptr;
  const Held& held = at->second;
  if (!held.changes) held.changes = ledger::collect_changes(held.candidate.sealed.batch);
  return std::make_shared<const ledger::Layer>(committed, layer(held.candidate.base, committed), held.changes);
}

ledger::StateView Candidates::state_after(const Digest& base, ledger::StateView committed) const {
  committed.pending = layer(base, committed.committed);
  return committed;
}

Candidate Candidates::take(const Digest& block_hash) {
  auto held = held_.extract(block_hash);
  QL_CHECK(!held.empty());
  return std::move(held.mapped().candidate);
}

void Candidates::drop_until(std::uint64_t view) {
  std::erase_if(held_, [&](const auto& each) { return each.second.candidate.view <= view; });
}

}  // namespace qinglu::node
