// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "ledger/store/rocks_store.hpp"

namespace rocksdb {
class Env;
}

namespace qinglu::ledger {

enum class RocksOpen { create, existing, read_only };

/// The way to a store on a file system of the caller's choice: for the crash tests only.
struct RocksStoreAccess {
  /// `env` must live until the process ends; null: the real one. `small_buffers` makes a short run
  /// flush, compact and rotate its write-ahead log as a long one does.
  static Result<std::unique_ptr<RocksStore>> open(const std::string& path, RocksOpen mode,
                                                  rocksdb::Env* env, bool small_buffers);
};

}  // namespace qinglu::ledger
