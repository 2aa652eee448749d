// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "crypto/base/result.hpp"
#include "ledger/catalog/opening.hpp"
#include "ledger/kv/kv_store.hpp"

namespace qinglu::node {

/// Openings of confidential fields that this node holds for their authors: off the log, and erasable.
///
/// Those of one record lie in Family::priv, sealed under a key that is a file of its own beside the
/// store. Deleted rows stay in tables, logs, snapshots and backups of a store for long; whoever destroys
/// the key destroys the text in all of them. Every change seals anew under a new key.
/// Threads: one at a time.   Source: evidence.md §5 "Erasure"; docs/formats/store.md.
class Openings {
 public:
  /// `keys`: the directory of the key files; made when it is first needed.
  Openings(ledger::KvStore& store, std::string keys) : store_(store), keys_(std::move(keys)) {}

  /// Beside what is held of the record, or in its place where a name is held already. Durable when it returns.
  Result<void> keep(const ledger::Openings& openings);
  /// Errors: corrupt: the row's key is gone, or does not open it.
  Result<std::optional<ledger::Openings>> find(const Digest& record) const;
  /// Destroys what opens these fields of the record (as field_of() names them), if anything is held. When it
  /// returns, no key is left that opens them.
  Result<void> erase(const Digest& record, std::span<const std::string> fields);
  /// Records of which something is held, ascending.
  Result<std::vector<Digest>> records() const;
  /// Destroys keys that no row names: a crash between a row and its old key leaves one.
  Result<void> sweep();

 private:
  struct Row;
  Result<std::optional<Row>> row(const Digest& record) const;
  Result<void> replace(const Digest& record, const std::optional<ledger::Openings>& openings);
  std::string path_of(BytesView key_name) const;
  Result<void> destroy(const std::string& path);

  ledger::KvStore& store_;
  std::string keys_;
};

}  // namespace qinglu::node
