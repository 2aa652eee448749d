// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>

#include "crypto/base/result.hpp"
#include "ledger/codec/genesis.hpp"
#include "ledger/kv/kv_store.hpp"

namespace qinglu::node {

struct AuditReport {
  std::uint64_t height = 0;
  std::uint64_t log_size = 0;
  Digest state_root;
};

/// Checks a store against its genesis document and itself.
///
/// Always: ledger id, tip, frontier, stored seal of the tip, root of the state. With `full` besides:
/// every entry is hashed into a new tree, every seal's chain of parents, sizes and roots is followed
/// (F20), every finalization's signatures are verified, and the trie is rebuilt from the rows.
/// Errors: wrong_ledger; corrupt, naming the first bad entry, height or row.
Result<AuditReport> audit_store(const ledger::KvReader& store, const ledger::Genesis& genesis,
                                bool full,
                                const std::function<void(std::uint64_t, std::uint64_t)>& progress);

}  // namespace qinglu::node
