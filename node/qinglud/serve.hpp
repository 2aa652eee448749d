// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "ledger/kv/kv_store.hpp"
#include "node/config.hpp"
#include "node/node.hpp"
#include "node/peers/channel.hpp"
#include "node/qinglud/program.hpp"

// The one place that sees both node and api: a node with its API and its channel, until a signal ends it.
namespace qinglu {

/// What a test program puts in the place of what a node has; qinglud leaves all as it is.
struct Substitutes {
  node::Clock clock = wall_clock_ms;
  /// Stands between the node and its channel to the other members.
  std::function<std::unique_ptr<node::Channel>(std::unique_ptr<node::Channel>, const node::Config&, const ledger::Genesis&,
                                               BytesView passphrase)>
      channel{};
  /// Stands between the node and its store.
  std::function<std::unique_ptr<ledger::KvStore>(std::unique_ptr<ledger::KvStore>)> store{};
};

/// Runs the node of a directory until SIGINT or SIGTERM; the exit code.
/// Requires: called before the process has another thread.
int serve(const std::string& dir, int passphrase_fd, const Substitutes& other = {});

/// A node that must not start: data (12) or configuration (78), and what to do next.
int refuse_start(const Error& error, const node::Config& config);

/// Memory and secrets of a process that holds keys.
void harden();

}  // namespace qinglu
