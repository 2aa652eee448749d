// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "crypto/base/bytes.hpp"

namespace qinglu::node {

/// What a channel knows of another node.
struct PeerState {
  std::string id;              ///< member id
  bool connected = false;
  std::int64_t silent_ms = 0;  ///< since something was last heard; meaningless before the first time
  bool heard = false;          ///< at all, since this node started
  std::string problem;         ///< why there is no connection, in English; empty: none known
};

/// The driver's way to other nodes, which are named by their member ids. A message is `u8 type ‖
/// payload` (agreement.md §2.3) of at most 16 MiB; who sent it is authenticated, what it says is not.
class Channel {
 public:
  virtual ~Channel() = default;
  using Received = std::function<void(const std::string& from, Bytes message)>;

  /// From now on messages go to `received`, from any thread, those of one peer in order. It may block:
  /// then no more is read from that peer, and from no other is less read for it.
  virtual void start(Received received) = 0;
  /// Never blocks, never fails: what finds no connection or no room in the peer's queue is dropped.
  /// The agreement sends again what matters.
  virtual void send(const std::string& to, std::shared_ptr<const Bytes> message) = 0;
  virtual std::vector<PeerState> peers() const = 0;
  /// After it returns `received` is not called again.
  virtual void stop() = 0;
};

}  // namespace qinglu::node
