// SPDX-License-Identifier: Apache-2.0
#include "ledger/kv/kv_store.hpp"

namespace qinglu::ledger {

std::string_view name(Family family) {
  switch (family) {
    case Family::entries: return "entries";
    case Family::tiles: return "tiles";
    case Family::rows: return "rows";
    case Family::nodes: return "nodes";
    case Family::undo: return "undo";
    case Family::chain: return "chain";
    case Family::derived: return "derived";
    case Family::priv: return "priv";
  }
  return "?";
}

}  // namespace qinglu::ledger
