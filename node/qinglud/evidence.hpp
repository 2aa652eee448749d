// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

namespace CLI {
class App;
}

namespace qinglu {

/// `qinglud evidence`: evidence from the node's own store, also as of heights that lie further back than a
/// node answers over HTTP. Reads beside a running node.
class EvidenceCommand {
 public:
  explicit EvidenceCommand(CLI::App& app);
  ~EvidenceCommand();
  EvidenceCommand(const EvidenceCommand&) = delete;
  EvidenceCommand& operator=(const EvidenceCommand&) = delete;

  /// Runs the command, if it was given; its exit code, or -1.
  int run();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace qinglu
