// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "crypto/base/result.hpp"
#include "crypto/ed25519.hpp"
#include "node/peers/channel.hpp"
#include "node/peers/queues.hpp"

namespace qinglu::node {

/// Another node as the ledger's records name it.
struct KnownPeer {
  std::string id;             ///< member id
  Digest transport_key_hash;  ///< SHA-256 of the DER SubjectPublicKeyInfo
  std::string address;        ///< `host:port`, `[v6]:port`
  /// This node opens the connection. Of two validators the bytewise smaller id does (dials()); who is
  /// in no set yet dials all. Where both are told to, the smaller id's attempt is the one that stays.
  bool dial = false;
  bool operator==(const KnownPeer&) const = default;
};

/// Bounds of what other nodes, and strangers, may ask of this one. All are configuration.
/// Source: reliability.md §5.1, §5.3; agreement.md §2.9.
struct PeersOptions {
  std::string id;  ///< own member id
  Digest ledger;
  std::string address = "127.0.0.1";  ///< to listen on
  std::uint16_t port = 0;             ///< 0: any free one
  std::string version;                ///< of the software, for the others' logs
  std::vector<KnownPeer> peers;       ///< an entry of the own id is skipped

  std::int64_t connect_ms = 5'000;
  std::int64_t handshake_ms = 5'000;  ///< TLS and hello together
  std::int64_t frame_ms = 30'000;     ///< from the first byte of a frame to its last
  std::int64_t ping_ms = 5'000;       ///< after so long without writing something is written
  std::int64_t idle_ms = 15'000;      ///< after so long without a byte the connection ends
  std::int64_t challenge_ms = 2'000;  ///< for the older of two connections to prove that it lives
  std::int64_t backoff_min_ms = 250;
  std::int64_t backoff_max_ms = 10'000;
  std::int64_t lasted_ms = 10'000;  ///< a connection that lived so long makes the next wait short again

  std::size_t inbound_messages = 256;  ///< per peer; then no more is read
  std::size_t inbound_bytes = 32u << 20;
  std::size_t outbound_small = 4'096;  ///< messages per peer of at most kSmallMessageBytes
  std::size_t outbound_messages = 256;
  std::size_t outbound_bytes = 32u << 20;
  std::size_t handshakes = 64;  ///< connections that have not shown who they are
  std::size_t handshakes_per_address = 16;
  /// Votes, certificates, requests and their answers, the channel's own. Small blocks make many votes;
  /// the bounds are there for a peer that has gone mad.
  std::vector<RateClass> rates = {
      {2, 4, 4'000, 8'000}, {5, 8, 1'000, 2'000}, {9, 25, 500, 1'000}, {253, 255, 50, 100}};

  /// Two nodes use the transport key of `id`: the connection from `first` goes on, the one from
  /// `second` was refused (F19). Called from the channel's thread; must not block or call back.
  std::function<void(const std::string& id, const std::string& first, const std::string& second)>
      on_duplicate;
  /// Strangers were refused: one sentence, at most once a minute. Called as on_duplicate.
  std::function<void(const std::string& sentence)> on_refused;
};

/// Sums since the start.
struct PeersCounts {
  std::uint64_t connections = 0;   ///< that got as far as messages
  std::uint64_t unknown_keys = 0;  ///< refused: no peer owns the key
  std::uint64_t refused = 0;       ///< refused for another reason, after the key was known
  std::uint64_t malformed = 0;     ///< cut: the bytes were no frames
  std::uint64_t duplicates = 0;    ///< second connections while the first one answered
  std::uint64_t dropped = 0;       ///< messages that found no connection or no room
};

/// The channel over TCP: TLS 1.3 with keys pinned on both sides, one connection per pair, dialled again
/// with growing, jittered pauses. One thread does all I/O; per peer one more delivers what it sent.
///
/// Nothing here is needed for safety: agreement messages are signed one by one.
/// Threads: all members may be called from any, but stop() and the destructor not from `received`.
class Peers final : public Channel {
 public:
  /// Binds and listens; connections are made from start() on.
  /// Errors: usage (no IP address, ids or bounds that make no sense), io (address in use, OpenSSL).
  static Result<std::unique_ptr<Peers>> listen(PeersOptions options, const crypto::SigningKey& transport);
  ~Peers() override;
  Peers(const Peers&) = delete;
  Peers& operator=(const Peers&) = delete;

  /// Whether, of two members of one set, `own` opens the connection to `other`.
  static bool dials(const std::string& own, const std::string& other) { return own < other; }

  std::uint16_t port() const;
  /// Another validator set: peers that are gone, or have another key, lose their connection; messages of
  /// theirs that were not delivered yet are dropped.
  void set_peers(const std::vector<KnownPeer>& peers);
  /// Ends the connection of a peer that said what no honest node says; it may come back after a pause
  /// that grows with every time.
  void cut(const std::string& id, const std::string& reason);
  PeersCounts counts() const;

  /// Requires: called once, before stop().
  void start(Received received) override;
  void send(const std::string& to, std::shared_ptr<const Bytes> message) override;
  std::vector<PeerState> peers() const override;
  /// Waits until calls of `received` return, and for a look-up of a name that is under way.
  void stop() override;

  struct Impl;  ///< in the one translation unit that knows Asio

 private:
  explicit Peers(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace qinglu::node
