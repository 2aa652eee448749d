// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/base/result.hpp"
#include "node/pool.hpp"

namespace qinglu::node {

/// `qinglud.toml` in the node's directory. Unknown keys are errors; every field has a default but
/// `node.member`. Paths are relative to the directory.
struct Config {
  std::string dir;  ///< the directory itself; not in the file
  std::string data_name = "data";  ///< of the directory with store and journal; not in the file

  /// [node]
  std::string member;                     ///< member id in the validator set
  std::int64_t recosign_ms = 60'000;      ///< distance of cosignatures while nothing is recorded
  std::uint64_t block_units = 10'000;     ///< submissions that one block is built from

  /// [http] Bounds of the public API (reliability.md §5.3). Loopback by default: put a proxy with
  /// TLS in front of it, or name an address on purpose.
  struct Http {
    std::string address = "127.0.0.1";
    std::uint16_t port = 7180;
    std::vector<std::string> hosts;   ///< names that `Host` may hold beside loopback and `address`
    std::uint64_t threads = 2;
    std::uint64_t header_bytes = 8u << 10;
    std::int64_t header_ms = 5'000;
    std::int64_t body_ms = 10'000;
    std::int64_t idle_ms = 30'000;
    std::int64_t write_ms = 10'000;
    std::uint64_t connections = 1'000;
    std::uint64_t connections_per_address = 32;
    double requests_per_second = 20;  ///< per address; 0: no limit
    double burst = 40;
  } http;

  PoolLimits pool;  ///< [pool]

  /// [snapshots] at the heights that the genesis document fixes.
  struct Snapshots {
    std::uint64_t keep = 2;  ///< newest ones; 0: none are made
  } snapshots;

  /// [peers] The channel to other members (reliability.md §5.3). Generous: a deadline here only ends
  /// connections that are dead, the agreement has timers of its own.
  struct Peers {
    std::string listen;  ///< `host:port`; empty: the member's address in the validator set
    /// Where this node reaches members that it cannot reach at their address in the set (gateways,
    /// internal names). Their transport keys are checked all the same.
    std::map<std::string, std::string> addresses;
    /// Nodes in no set that this one lets in: id and transport key hash (64 hex digits).
    std::map<std::string, std::string> observers;
    std::uint64_t queue_messages = 256;      ///< that wait for one peer, each way
    std::uint64_t queue_bytes = 32u << 20;   ///< two of the largest frames
    std::int64_t connect_ms = 10'000;        ///< to reach a peer
    std::int64_t handshake_ms = 10'000;      ///< from the connection to a peer that is known
    std::int64_t ping_ms = 5'000;            ///< of silence, after which a peer is asked for a sign
    std::int64_t silence_ms = 20'000;        ///< after which a connection is taken for dead
    std::int64_t write_ms = 20'000;          ///< in which not one byte can be sent
    std::int64_t retry_min_ms = 200;         ///< before a lost connection is made again; doubles up to
    std::int64_t retry_max_ms = 10'000;
  } peers;

  std::string genesis_path() const { return dir + "/genesis.json"; }
  std::string keys_path() const { return dir + "/keys"; }
  std::string data_path() const { return dir + "/" + data_name; }
  std::string store_path() const { return data_path() + "/store"; }
  /// Keys that wait for the set that brings them in.
  std::string next_keys_path() const { return dir + "/keys-next"; }
  std::string guard_path() const { return dir + "/guard/last_sign"; }
  std::string journal_path() const { return data_path() + "/pool.journal"; }
  std::string snapshots_path() const { return dir + "/snapshots"; }
  std::string openings_path() const { return dir + "/openings"; }  ///< keys of confidential fields that are kept for others
  /// Where an abstaining member and other members' operators meet.
  std::string abstention_path() const { return dir + "/abstention"; }
  std::string evidence_path() const { return dir + "/evidence"; }  ///< contradictions of members
};

/// Errors: not_found; malformed with line and column; usage: an unknown key, or a value out of bounds
/// (F99): the sentence names the key.
Result<Config> load_config(const std::string& dir);

/// The file with every field, its default and what it means.
std::string config_template(const std::string& member, std::uint16_t http_port = 7180);

/// `host:port` as members state it: a name, an IPv4 address, or an IPv6 address in brackets.
struct HostPort {
  std::string host;  ///< without brackets
  std::uint16_t port = 0;
};
/// Errors: usage.
Result<HostPort> parse_host_port(std::string_view text);

}  // namespace qinglu::node
