// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "ledger/kv/kv_store.hpp"
#include "ledger/kv/layer.hpp"
#include "ledger/log/sublog.hpp"
#include "ledger/model/rows.hpp"
#include "ledger/state/trie.hpp"

namespace qinglu::ledger {

/// A row's value is at most this long.   Source: state.md.
inline constexpr std::size_t kRowBytesMax = 61'440;

/// A state row in both its forms; `bytes` are the canonical text of `value`.
struct StoredRow {
  Bytes bytes;
  Value value;
};

/// Parsed rows that nearly every record asks for (parties, keys, roles, mandates, sets, packs, numbers,
/// tables, aliases), kept from block to block and shared by concurrent dry runs.
///
/// Every commit starts a generation. A row carries the generation from which it is known to hold;
/// a reader of an older snapshot passes over newer rows and reads its own snapshot instead.
/// Threads: safe.   Memory: two halves of `bytes_max` / 2; the older half goes as a whole.
class StateCache {
 public:
  explicit StateCache(std::size_t bytes_max = 64u << 20) : half_max_(bytes_max / 2) {}

  static bool holds(Namespace ns);

  /// `known` = the cache can answer; the row may still be absent (nullptr).
  struct Answer {
    bool known = false;
    std::shared_ptr<const StoredRow> row;
  };
  Answer find(BytesView stored_key, std::uint64_t generation);
  /// Keeps what was read at `generation`; dropped silently if that is not the newest one.
  void keep(BytesView stored_key, std::shared_ptr<const StoredRow> row, std::uint64_t generation);

  /// The rows that a commit wrote become the present ones; returns the new generation. Call after
  /// the write and before anyone gets the new snapshot.
  std::uint64_t commit(const std::vector<std::pair<Bytes, std::shared_ptr<const StoredRow>>>& rows);
  std::uint64_t generation() const;

 private:
  struct Held {
    std::shared_ptr<const StoredRow> row;
    std::uint64_t since;
  };
  using Half = std::map<Bytes, Held, std::less<>>;
  void put(BytesView key, Held held);

  mutable std::mutex mutex_;
  std::uint64_t generation_ = 0;
  std::size_t half_max_;
  std::size_t young_bytes_ = 0;
  Half young_;
  Half old_;
};

/// What a block or a dry run is executed on.
struct StateView {
  std::shared_ptr<const KvReader> committed;  ///< snapshot of the last committed block
  std::shared_ptr<const Layer> pending{};     ///< candidates above it, or null
  std::shared_ptr<StateCache> cache{};        ///< or null
  std::uint64_t generation = 0;               ///< of `committed` in `cache`

  const KvReader& reader() const {
    if (pending) return *pending;
    return *committed;
  }
};

/// What execution of a block changed.
struct BlockChanges {
  struct Row {
    Bytes key;                                ///< `u8 ns ‖ key`
    std::shared_ptr<const StoredRow> former;  ///< nullptr: was absent
    std::shared_ptr<const StoredRow> row;
  };
  std::vector<Row> rows;         ///< ascending by key, each really different from its former value
  std::vector<TrieOp> trie_ops;  ///< ascending by path: input of update_trie
  KvBatch derived;               ///< sub-log leaves and frontiers, record index

  /// The rows as the cache wants them at commit.
  std::vector<std::pair<Bytes, std::shared_ptr<const StoredRow>>> cache_rows() const;
};

/// The state during one block or dry run: rows as the accepted records left them so far.
///
/// A refused record or batch is taken back with rollback(). History lists are not rows that rules
/// may set: append_history() collects leaves and finish() computes the `H` rows; until then find()
/// shows `H` rows as they were before the block.   Threads: one.
class Overlay final : public RowReader {
 public:
  explicit Overlay(StateView view) : view_(std::move(view)) {}

  std::shared_ptr<const Value> find(const RowKey& row) const override;
  std::shared_ptr<const FoundRecord> find_record(const Digest& record_id) const override;
  std::optional<Digest> log_root(std::uint64_t size) const override;
  Result<void> status() const override {
    return failure_ ? Result<void>(*failure_) : Result<void>();
  }

  /// Sets a row. Requires: not an `H` row (checked).
  /// Errors: limit when its canonical text is over kRowBytesMax; nothing is changed then.
  Result<void> set(const RowKey& row, Value value);

  /// Makes a record of this block known by its id. Few are ever looked up, so the body is not copied.
  /// Requires: unknown so far (checked); `body` outlives the overlay.
  void add_record(const Digest& record_id, std::uint64_t index, const Value& body);
  void add_record(const Digest& record_id, std::uint64_t index, Value&& body) = delete;

  /// Appends to the lists of `subject` (key bytes of the H row) for category 0 and `category`.
  /// Requires: leaves of a subject come with rising indices.
  void append_history(BytesView subject, std::uint8_t category, const SubjectLeaf& leaf);

  /// A point to come back to. Points nest; rollback() takes back everything since.
  struct Savepoint {
    std::size_t rows, records, histories;
  };
  Savepoint savepoint() const { return {set_rows_.size(), added_order_.size(), histories_.size()}; }
  void rollback(const Savepoint& point);

  /// Everything that changed, for the trie, the undo bundle and the batch. May be called again
  /// after more changes (a proposer that fills a block); does not change the overlay's rows.
  /// Errors: status(), and those of reading history frontiers.
  Result<BlockChanges> finish() const;

  const StateView& view() const { return view_; }

 private:
  struct Slot {
    std::shared_ptr<const StoredRow> former;  // as the block began
    std::shared_ptr<const StoredRow> row;
  };
  struct SetRow {
    Slot* slot;
    std::shared_ptr<const StoredRow> before;
  };
  struct Added {
    std::uint64_t index;
    const Value* body;
  };
  struct History {
    Bytes subject;
    std::uint8_t category;
    SubjectLeaf leaf;
  };

  Slot* load(const RowKey& row) const;
  Result<std::shared_ptr<const StoredRow>> read(Namespace ns, BytesView stored_key) const;
  void fail(Error error) const;
  Result<void> finish_histories(BlockChanges& changes) const;

  StateView view_;
  mutable std::map<Bytes, Slot, std::less<>> slots_;
  mutable std::map<Digest, std::shared_ptr<const FoundRecord>> records_;  // of the log; also absent ones
  std::map<Digest, Added> added_;
  mutable std::optional<Error> failure_;
  std::vector<SetRow> set_rows_;  // journals, for rollback
  std::vector<Digest> added_order_;
  std::vector<History> histories_;
};

}  // namespace qinglu::ledger
