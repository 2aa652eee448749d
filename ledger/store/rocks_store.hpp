// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "ledger/kv/kv_store.hpp"

namespace qinglu::ledger {

/// Layout of the families and their keys; a store of a later one is refused (F23).
inline constexpr std::uint32_t kStoreSchema = 1;

/// What a family takes on disk, for the storage report.
struct FamilyUsage {
  std::uint64_t table_bytes = 0;   ///< SST files
  std::uint64_t blob_bytes = 0;    ///< blob files (entries)
  std::uint64_t memory_bytes = 0;  ///< memtables, also those being flushed
  std::uint64_t rows = 0;          ///< estimate
};

/// The KvStore of a node, on RocksDB.
///
/// Opening never creates and never repairs. After a failed write or a background error every later
/// write fails too (failure()): the caller stops the node, and a restart decides; the files and
/// their lock are then kept until the process ends. Memory: one block cache and one write buffer
/// limit of 64 MiB each for all families. Threads: safe, drop_family() excepted.   Source:
/// reliability.md §0.1, §4.4.
class RocksStore final : public KvStore {
 public:
  /// Makes a new store in a directory that is absent or empty.
  /// Errors: conflict when something is there; io.
  static Result<std::unique_ptr<RocksStore>> create(const std::string& path);
  /// Opens a store that create() made.
  /// Errors: not_found (no directory, or an empty one); corrupt (a file is missing or damaged, F04,
  /// F06, F07); conflict naming the process that has it open (F18); unsupported (F23); io.
  static Result<std::unique_ptr<RocksStore>> open(const std::string& path);
  /// As open(), but changes nothing on disk; write() answers denied. May look at a store that a
  /// running node has open, as it was when opened.
  /// Errors: also unavailable, when that node keeps replacing files while they are opened.
  static Result<std::unique_ptr<RocksStore>> open_read_only(const std::string& path);

  ~RocksStore() override;

  Result<std::optional<Bytes>> get(Family family, BytesView key) const override;
  Result<void> scan(Family family, BytesView from, BytesView until,
                    const std::function<bool(BytesView, BytesView)>& visit) const override;
  Result<void> write(const KvBatch& batch, Sync sync) override;
  /// Keeps the store open while it is held.
  std::shared_ptr<const KvReader> snapshot() const override;

  /// Empties a family as a whole, even one whose files are damaged. Requires: Family::derived, and
  /// no other use of the store meanwhile (checked: the family; start-up and repair only).
  Result<void> drop_family(Family family);
  /// Rewrites a family, so that erased rows leave the disk (Family::priv).
  Result<void> compact(Family family);

  std::array<FamilyUsage, kFamilyCount> usage() const;
  std::optional<Error> failure() const override;

 private:
  friend struct RocksStoreAccess;
  class Core;
  class Snapshot;
  explicit RocksStore(std::shared_ptr<Core> core);
  std::shared_ptr<Core> core_;
};

}  // namespace qinglu::ledger
