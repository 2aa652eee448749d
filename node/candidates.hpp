// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <vector>

#include "api/ports/ports.hpp"
#include "ledger/apply/block.hpp"
#include "ledger/kv/layer.hpp"

namespace qinglu::node {

/// A block that this node has executed: its rows, and what becomes of its units once it is final.
struct Candidate {
  std::uint64_t view = 0;
  Digest base;  ///< the block whose state it was executed on
  ledger::SealedBlock sealed;
  std::vector<api::RecordStatus> units;
  std::vector<Digest> unit_hashes{};  ///< of a block built here, in order
};

/// The executed blocks that are not final yet, by block hash. A block that is not among them is the
/// committed one: the agreement asks for no other.   Threads: one.
class Candidates {
 public:
  void add(const Digest& block_hash, Candidate candidate);
  /// nullptr: the block is the committed one.
  const Candidate* find(const Digest& block_hash) const;
  /// The state after `base`: the committed one under the changes of `base` and of those below it.
  ledger::StateView state_after(const Digest& base, ledger::StateView committed) const;

  /// Takes a block out that became final.   Requires: it is there (checked).
  Candidate take(const Digest& block_hash);
  /// Forgets the blocks of views up to `view`: they were left behind.
  void drop_until(std::uint64_t view);

 private:
  struct Held {
    Candidate candidate;
    /// Made when a block is executed on this one first; most become final before.
    mutable std::shared_ptr<const ledger::KvChanges> changes;
  };
  std::shared_ptr<const ledger::Layer> layer(const Digest& block_hash,
                                             const std::shared_ptr<const ledger::KvReader>& committed) const;

  std::map<Digest, Held> held_;
};

}  // namespace qinglu::node
