// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

namespace CLI {
class App;
}

namespace qinglu {

/// The commands about snapshots: list, make, verify, fetch, restore.
class SnapshotCommands {
 public:
  explicit SnapshotCommands(CLI::App& app);
  ~SnapshotCommands();
  SnapshotCommands(const SnapshotCommands&) = delete;
  SnapshotCommands& operator=(const SnapshotCommands&) = delete;

  /// Runs the command that was given, if it is one of these; its exit code, or -1.
  int run();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace qinglu
