// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "crypto/base/bytes.hpp"
#include "crypto/base/result.hpp"

namespace qinglu::ledger {

/// Column families: few, because memtables and pinned logs cost memory.   Source: state.md.
enum class Family : std::uint8_t {
  entries,  ///< u64 index -> entry bytes
  tiles,    ///< u8 level ‖ u64 n -> 1..256 hashes
  rows,     ///< u8 namespace ‖ key -> value (canonical JSON)
  nodes,    ///< trie rows, evidence.md §3.5
  undo,     ///< u64 height -> bundle of former bytes
  chain,    ///< blocks, certificates, heads, votes, cosign, meta by first key byte
  derived,  ///< indexes; can be dropped and rebuilt from `entries`
  priv,     ///< openings and sealed payloads; erasable
};
inline constexpr std::size_t kFamilyCount = 8;
std::string_view name(Family family);

/// A change of one row; no value = delete.
struct KvChange {
  Family family;
  Bytes key;
  std::optional<Bytes> value;
};

/// Changes that become visible and durable together.
class KvBatch {
 public:
  void put(Family family, Bytes key, Bytes value) {
    changes_.push_back({family, std::move(key), std::move(value)});
  }
  void erase(Family family, Bytes key) {
    changes_.push_back({family, std::move(key), std::nullopt});
  }
  void append(KvBatch other) {
    for (auto& change : other.changes_) changes_.push_back(std::move(change));
  }
  const std::vector<KvChange>& changes() const { return changes_; }
  bool empty() const { return changes_.empty(); }

 private:
  std::vector<KvChange> changes_;
};

/// Reads of one consistent moment.   Threads: may be used concurrently.
class KvReader {
 public:
  virtual ~KvReader() = default;
  /// Errors: io, corrupt (naming family and key). Absent rows are no error.
  virtual Result<std::optional<Bytes>> get(Family family, BytesView key) const = 0;
  /// Calls `visit(key, value)` in ascending key order for `from` ≤ key < `until` (empty `until`:
  /// to the end) until it returns false.
  virtual Result<void> scan(Family family, BytesView from, BytesView until,
                            const std::function<bool(BytesView, BytesView)>& visit) const = 0;
};

enum class Sync : bool { no, yes };

/// An ordered key-value store. Opening never creates: that is a separate, explicit act.
class KvStore : public KvReader {
 public:
  /// All of `batch` or nothing. With Sync::yes it is on disk when this returns.
  /// Errors: io. After an io error nothing may be written any more: the caller stops the node.
  virtual Result<void> write(const KvBatch& batch, Sync sync) = 0;
  /// The present moment, unchanged by later writes.
  virtual std::shared_ptr<const KvReader> snapshot() const = 0;
  /// Why nothing can be written any more, also when nobody has tried; nullopt while all is well.
  virtual std::optional<Error> failure() const { return std::nullopt; }
};

}  // namespace qinglu::ledger
