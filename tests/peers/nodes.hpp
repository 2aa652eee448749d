// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "node/peers/peers.hpp"

namespace qinglu::test {

/// Waits for what must come about some time; false: it did not within a minute.
bool eventually(const std::function<bool()>& happens);

/// The transport key that a test gives to the node of that name.
crypto::SigningKey key_of(const std::string& name);
Digest ledger_of(const std::string& name);
std::shared_ptr<const Bytes> message(std::uint8_t type, const std::string& payload);

/// A channel on loopback with short pauses, and what came through it.
class ChannelNode {
 public:
  using Tweak = std::function<void(node::PeersOptions&)>;
  /// Listens. The key is that of `key`, or of the id.
  explicit ChannelNode(std::string id, Tweak tweak = {}, std::string key = {});

  const std::string& id() const { return id_; }
  /// As the others know it.
  node::KnownPeer known(bool dial) const;
  /// Knows these nodes, dials those with a greater id, and starts.
  void join(const std::vector<const ChannelNode*>& others);
  void join(std::vector<node::KnownPeer> others);
  /// Called with each message, outside all locks; may block.
  std::function<void(const std::string& from, const Bytes& message)> on_message;

  node::Peers& peers() { return *peers_; }
  void send(const std::string& to, std::uint8_t type, const std::string& payload) {
    peers_->send(to, message(type, payload));
  }
  node::PeerState state(const std::string& of) const;
  bool connected(const std::string& to) const { return state(to).connected; }
  std::vector<Bytes> received(const std::string& from) const;
  std::uint16_t port() const { return peers_->port(); }

 private:
  std::string id_;
  mutable std::mutex mutex_;
  std::map<std::string, std::vector<Bytes>> received_;
  std::unique_ptr<node::Peers> peers_;  // last: its threads use the rest
};

/// Everyone knows everyone, and all connections stand.
void connect(const std::vector<ChannelNode*>& nodes);

/// A peer made of OpenSSL alone, which may break any rule.
class RawPeer {
 public:
  struct How {
    std::optional<std::string> key;  ///< nullopt: no certificate
    bool tls12 = false;
  };
  RawPeer(std::uint16_t port, How how);
  ~RawPeer();
  RawPeer(const RawPeer&) = delete;
  RawPeer& operator=(const RawPeer&) = delete;

  bool secured() const { return secured_; }
  std::string address() const;  ///< as the node sees it
  bool send(const Bytes& bytes);
  bool send_message(const Bytes& message);
  /// Says hello and waits for the answer.
  bool greet(const std::string& id, const std::string& ledger = "test");
  /// The next message; empty: the connection ended.
  Bytes read_message();
  /// Reads to the end; the reason of the refusal, where there was one.
  std::string read_refusal();

 private:
  Bytes read(std::size_t count);
  struct Tls;
  std::unique_ptr<Tls> tls_;
  bool secured_ = false;
};

/// A TCP connection that says nothing; port 0: a socket that connect_to() will connect.
int open_connection(std::uint16_t port);
void connect_to(int socket, std::uint16_t port);
void close_connection(int socket);

/// Open descriptors and threads of this process.
std::size_t descriptors();
std::size_t threads();

}  // namespace qinglu::test
