// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>

#include "api/ports/ports.hpp"
#include "ledger/codec/genesis.hpp"
#include "ledger/state/overlay.hpp"
#include "ledger/state/undo.hpp"

namespace qinglu::node {

/// Everything that a reader needs of one committed block; shared by all requests at that block.
struct Snapshot {
  std::shared_ptr<const ledger::Genesis> genesis;
  ledger::StateView state;
  api::Head head;
  /// Told of a row that cannot be read or is not what was signed: the node must stop voting (F05, F20).
  std::function<void(const Error&)> on_damage{};
  ledger::UndoLimits undo{};  ///< of reads of earlier heights
};

/// The newest block of a store that no node writes to through this reader, for programs beside a node.
/// Errors: wrong_ledger; corrupt: there is no tip; those of the reader.
Result<Snapshot> stored_snapshot(std::shared_ptr<const ledger::KvReader> store, std::shared_ptr<const ledger::Genesis> genesis);

/// Port LedgerView over one snapshot; one object answers one request (its row cache is its own).
std::shared_ptr<const api::LedgerView> make_ledger_view(std::shared_ptr<const Snapshot> snapshot);

}  // namespace qinglu::node
