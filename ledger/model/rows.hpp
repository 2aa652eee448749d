// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <memory>
#include <optional>

#include "crypto/base/bytes.hpp"
#include "crypto/base/result.hpp"
#include "ledger/model/value.hpp"

namespace qinglu::ledger {

/// Namespaces of the state, one ASCII letter each; never change: part of evidence bytes.
/// Source: state.md; the members of every row: docs/formats/state.md.
enum class Namespace : char {
  party = 'P',
  key = 'K',
  role = 'R',
  mandate = 'M',
  validators = 'V',
  rule_pack = 'L',
  table = 'T',
  subject = 'S',
  encumbrance = 'E',
  history = 'H',
  flags = 'F',
  alias = 'A',
  statistic = 'N',
};

/// Name of a state row: namespace and key bytes.
struct RowKey {
  Namespace ns;
  Bytes key;
  auto operator<=>(const RowKey&) const = default;

  /// `u8 ns ‖ key`: the key in the store's `rows` family.
  Bytes stored() const { return Bytes(1, static_cast<char>(ns)) + key; }
};

RowKey party_row(std::string_view party);
RowKey key_row(std::string_view party, std::string_view key_id);
RowKey role_row(std::string_view party, std::string_view role);
RowKey mandate_row(std::string_view principal, std::string_view agent);
RowKey validators_row(std::uint64_t epoch);
RowKey rule_pack_row(std::uint64_t id);
RowKey table_row(std::string_view name, std::uint32_t version, std::uint16_t part);
RowKey subject_row(std::string_view subject);
/// What a licence, pledge, preservation or invalidation says of a patent; `id`: of the record that began it.
RowKey encumbrance_row(std::string_view patent, std::string_view id);
RowKey history_row(std::string_view subject);
RowKey flags_row(const Digest& record_id);
RowKey alias_row(std::string_view subject);
/// Numbers of a month (`YYYY-MM`) under one indicator (catalog/statistics).
RowKey statistic_row(std::string_view month, std::string_view indicator);

/// A record that the log holds, found by its id.
struct FoundRecord {
  std::uint64_t index = 0;  ///< of the entry that holds the body
  Value body;
};

/// What rules see of the state: rows by name, already parsed. Implemented by ledger/state.
///
/// A failure of the store makes every later look-up return nothing and stays in status(); whoever
/// judges a record asks status() before relying on the verdict (the LevelDB iterator's idiom).
class RowReader {
 public:
  virtual ~RowReader() = default;
  /// The row's value, or nullptr when there is no such row. Valid while the pointer is held.
  virtual std::shared_ptr<const Value> find(const RowKey& row) const = 0;
  /// The record whose body has this id, also one accepted earlier in the same block; else nullptr.
  virtual std::shared_ptr<const FoundRecord> find_record(const Digest& record_id) const = 0;
  /// Root of the log at a size that it had before the block at hand; nullopt: it never had it, or this
  /// reader sees no log.
  virtual std::optional<Digest> log_root(std::uint64_t size) const {
    static_cast<void>(size);
    return std::nullopt;
  }
  virtual Result<void> status() const = 0;
};

/// What a rule wants written: the row's new value (rows are never deleted by a rule).
struct RowChange {
  RowKey row;
  Value value;
};

}  // namespace qinglu::ledger
