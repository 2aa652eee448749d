// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <vector>

#include "ledger/kv/kv_store.hpp"
#include "ledger/kv/memory_store.hpp"

namespace qinglu::test {

/// A MemoryStore on a disk that can die or lose power: a write-ahead log of batches, each synced or
/// not. Every write is one write point.   Source: reliability.md §3.2.
class FaultStore final : public ledger::KvStore {
 public:
  static constexpr std::uint64_t kNever = std::numeric_limits<std::uint64_t>::max();

  /// From write point `first_failing` (counted from 0) on every write fails with io, as after EIO.
  void fail_from(std::uint64_t first_failing) { first_failing_ = first_failing; }
  /// Syncs report success and do nothing (F11).
  void lie_on_sync(bool lie) { lie_ = lie; }

  std::uint64_t write_points() const { return points_; }
  std::size_t unsynced() const { return unsynced_.size(); }

  /// What a reopened store would hold after a power cut that spares the first `kept_unsynced`
  /// batches behind the last sync.
  std::unique_ptr<ledger::MemoryStore> after_power_loss(std::size_t kept_unsynced) const;

  Result<std::optional<Bytes>> get(ledger::Family family, BytesView key) const override {
    return present_.get(family, key);
  }
  Result<void> scan(ledger::Family family, BytesView from, BytesView until,
                    const std::function<bool(BytesView, BytesView)>& visit) const override {
    return present_.scan(family, from, until, visit);
  }
  Result<void> write(const ledger::KvBatch& batch, ledger::Sync sync) override;
  std::shared_ptr<const ledger::KvReader> snapshot() const override { return present_.snapshot(); }

 private:
  ledger::MemoryStore present_;
  std::vector<ledger::KvBatch> synced_;
  std::vector<ledger::KvBatch> unsynced_;
  std::uint64_t points_ = 0;
  std::uint64_t first_failing_ = kNever;
  bool lie_ = false;
};

}  // namespace qinglu::test
