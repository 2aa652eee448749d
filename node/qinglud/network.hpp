// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

namespace CLI {
class App;
}

namespace qinglu {

/// The commands that found a network: init, network create, network join, policy.
class NetworkCommands {
 public:
  explicit NetworkCommands(CLI::App& app);
  ~NetworkCommands();
  NetworkCommands(const NetworkCommands&) = delete;
  NetworkCommands& operator=(const NetworkCommands&) = delete;

  /// Runs the command that was given, if it is one of these; its exit code, or -1.
  int run();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace qinglu
