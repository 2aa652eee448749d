// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "api/ports/ports.hpp"
#include "crypto/base/result.hpp"
#include "ledger/codec/genesis.hpp"
#include "ledger/kv/kv_store.hpp"

namespace qinglu::node {

/// Makes a node's snapshots at the heights that the genesis document fixes and keeps the newest ones,
/// each in a directory `dir/HEIGHT`. A thread of its own does the work, on one moment of the store, so
/// that nobody who agrees or reads waits for it.   Threads: safe.   Source: agreement.md §2.13.
class SnapshotKeeper {
 public:
  /// `on_trouble`: told, in one sentence, of a snapshot that could not be made.
  SnapshotKeeper(std::string dir, std::size_t keep, std::shared_ptr<const ledger::Genesis> genesis,
                 std::function<void(const std::string&)> on_trouble);
  ~SnapshotKeeper();

  /// The store as it is once the block of `height` is final. Costs nothing unless a fixed height has
  /// been reached that there is no snapshot of.
  void offer(const std::shared_ptr<const ledger::KvReader>& present, std::uint64_t height);
  std::vector<api::SnapshotFacts> list() const;
  Result<Bytes> file(std::uint64_t height, std::optional<std::size_t> chunk) const;
  /// Breaks off what is under way.
  void stop();

 private:
  struct Job {
    std::shared_ptr<const ledger::KvReader> present;
    std::uint64_t height = 0;
  };
  void work();
  std::string path_of(std::uint64_t height) const { return dir_ + "/" + std::to_string(height); }
  void prune();

  const std::string dir_;
  const std::size_t keep_;
  const std::shared_ptr<const ledger::Genesis> genesis_;
  const std::function<void(const std::string&)> on_trouble_;

  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::optional<Job> job_;
  std::uint64_t offered_ = 0;  // newest height that was taken up
  std::vector<api::SnapshotFacts> held_;
  bool stopping_ = false;
  std::thread thread_;
};

/// The snapshots in a directory, newest first; what is none is passed over.
std::vector<api::SnapshotFacts> snapshots_in(const std::string& dir);

}  // namespace qinglu::node
