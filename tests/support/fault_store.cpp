// SPDX-License-Identifier: Apache-2.0
#include "tests/support/fault_store.hpp"

#include <utility>

namespace qinglu::test {

Result<void> FaultStore::write(const ledger::KvBatch& batch, ledger::Sync sync) {
  if (points_++ >= first_failing_) return Error{Errc::io, "the disk is dead"};
  unsynced_.push_back(batch);
  if (sync == ledger::Sync::yes && !lie_) {
    for (auto& row : unsynced_) synced_.push_back(std::move(row));
    unsynced_.clear();
  }
  return present_.write(batch, sync);
}

std::unique_ptr<ledger::MemoryStore> FaultStore::after_power_loss(std::size_t kept_unsynced) const {
  auto store = std::make_unique<ledger::MemoryStore>();
  for (const auto& batch : synced_) QL_CHECK(store->write(batch, ledger::Sync::yes));
  for (std::size_t i = 0; i < kept_unsynced && i < unsynced_.size(); ++i) {
    QL_CHECK(store->write(unsynced_[i], ledger::Sync::yes));
  }
  return store;
}

}  // namespace qinglu::test
