// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "crypto/base/result.hpp"
#include "ledger/kv/kv_store.hpp"
#include "node/agreement/engine.hpp"

namespace qinglu::node {

/// The row of `key` in the chain family, decoded; nullopt when there is none.
template <class Row>
Result<std::optional<Row>> read_row(const ledger::KvReader& reader, const Bytes& key) {
  auto bytes = reader.get(ledger::Family::chain, key);
  if (!bytes) return std::move(bytes).error();
  if (!*bytes) return std::optional<Row>();
  auto row = Row::decode(**bytes);
  if (!row) return std::move(row).error();
  return std::optional<Row>(std::move(*row));
}

/// Everything that the agreement left in the store: what its next run begins with.
/// Errors: corrupt or malformed, naming what is missing or is no row; those of the reader.
Result<agreement::DurableImage> read_chain_image(const ledger::KvReader& store, const agreement::Tip& tip);

}  // namespace qinglu::node
