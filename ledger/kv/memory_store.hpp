// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "ledger/kv/kv_store.hpp"

namespace qinglu::ledger {

/// A KvStore in memory, for simulation and tests: every row keeps the versions that some snapshot
/// can still see, so a snapshot costs nothing.   Threads: safe.
class MemoryStore final : public KvStore {
 public:
  MemoryStore();
  ~MemoryStore() override;

  Result<std::optional<Bytes>> get(Family family, BytesView key) const override;
  Result<void> scan(Family family, BytesView from, BytesView until,
                    const std::function<bool(BytesView, BytesView)>& visit) const override;
  Result<void> write(const KvBatch& batch, Sync sync) override;
  /// May outlive the store.
  std::shared_ptr<const KvReader> snapshot() const override;

 private:
  class Core;
  class Snapshot;
  std::shared_ptr<Core> core_;
};

}  // namespace qinglu::ledger
