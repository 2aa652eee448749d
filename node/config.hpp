// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "crypto/base/result.hpp"
#include "node/pool.hpp"

namespace qinglu::node {

/// `qinglud.toml` in the node's directory. Unknown keys are errors; every field has a default but
/// `node.member`. Paths are relative to the directory.
struct Config {
  std::string dir;  ///< the directory itself; not in the file

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

  std::string genesis_path() const { return dir + "/genesis.json"; }
  std::string keys_path() const { return dir + "/keys"; }
  std::string store_path() const { return dir + "/data/store"; }
  std::string guard_path() const { return dir + "/guard/last_sign"; }
  std::string journal_path() const { return dir + "/data/pool.journal"; }
};

/// Errors: not_found; malformed with line and column; usage: an unknown key, or a value out of bounds
/// (F99): the sentence names the key.
Result<Config> load_config(const std::string& dir);

/// The file with every field, its default and what it means.
std::string config_template(const std::string& member);

}  // namespace qinglu::node
