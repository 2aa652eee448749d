// SPDX-License-Identifier: Apache-2.0
#include "node/config.hpp"

#define TOML_EXCEPTIONS 0
#include <toml++/toml.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <set>

#include "crypto/base/encoding.hpp"

namespace qinglu::node {
namespace {

/// Reads one table; keys that nobody asked for are errors.
class Section {
 public:
  Section(const toml::table& root, std::string_view name) : name_(name) {
    table_ = root[name].as_table();
    if (!table_ && root.contains(name)) error_ = Error{Errc::usage, "[" + name_ + "] must be a table"};
  }

  template <class Int>
  void number(std::string_view key, Int& out, std::int64_t min, std::int64_t max) {
    known_.emplace(key);
    const auto* node = find(key);
    if (!node) return;
    const auto value = node->value<std::int64_t>();
    if (!node->is_integer() || !value || *value < min || *value > max) {
      fail(key, "must be an integer from " + std::to_string(min) + " to " + std::to_string(max));
    } else {
      out = static_cast<Int>(*value);
    }
  }
  void rate(std::string_view key, double& out) {
    known_.emplace(key);
    const auto* node = find(key);
    if (!node) return;
    const auto value = node->value<double>();
    if (!value || !std::isfinite(*value) || *value < 0) {
      fail(key, "must be a number of at least 0");
    } else {
      out = *value;
    }
  }
  void text(std::string_view key, std::string& out) {
    known_.emplace(key);
    const auto* node = find(key);
    if (!node) return;
    const auto value = node->value<std::string>();
    if (!node->is_string() || value->empty()) {
      fail(key, "must be a text");
    } else {
      out = *value;
    }
  }
  void texts(std::string_view key, std::vector<std::string>& out) {
    known_.emplace(key);
    const auto* node = find(key);
    if (!node) return;
    const toml::array* items = node->as_array();
    if (!items) return fail(key, "must be a list of texts");
    for (const toml::node& item : *items) {
      const auto value = item.value<std::string>();
      if (!item.is_string() || value->empty()) return fail(key, "must be a list of texts");
      out.push_back(*value);
    }
  }
  /// A table of texts inside this one.
  void texts_by_name(std::string_view key, std::map<std::string, std::string>& out) {
    known_.emplace(key);
    const auto* node = find(key);
    if (!node) return;
    const toml::table* table = node->as_table();
    if (!table) return fail(key, "must be a table of texts");
    for (const auto& [name, item] : *table) {
      const auto value = item.value<std::string>();
      if (!item.is_string() || value->empty()) return fail(key, "must be a table of texts");
      out.emplace(std::string(name.str()), *value);
    }
  }
  Result<void> finish() {
    if (table_) {
      for (const auto& [key, node] : *table_) {
        if (!known_.contains(std::string(key.str()))) fail(key.str(), "is unknown");
      }
    }
    if (error_) return *error_;
    return {};
  }

 private:
  const toml::node* find(std::string_view key) const { return table_ ? table_->get(key) : nullptr; }
  void fail(std::string_view key, const std::string& why) {
    if (!error_) error_ = Error{Errc::usage, name_ + "." + std::string(key) + " " + why};
  }

  std::string name_;
  const toml::table* table_ = nullptr;
  std::set<std::string> known_;
  std::optional<Error> error_;
};

}  // namespace

Result<Config> load_config(const std::string& dir) {
  const std::string path = dir + "/qinglud.toml";
  const toml::parse_result parsed = toml::parse_file(path);
  if (!parsed) {
    const auto& at = parsed.error().source().begin;
    const bool absent = at.line == 0;
    return Error{absent ? Errc::not_found : Errc::malformed,
                 path + (absent ? "" : ":" + std::to_string(at.line) + ":" + std::to_string(at.column)) +
                     ": " + std::string(parsed.error().description())};
  }
  const toml::table& root = parsed.table();
  for (const auto& [key, value] : root) {
    if (key != "node" && key != "http" && key != "peers" && key != "pool" && key != "snapshots") {
      return Error{Errc::usage, path + ": [" + std::string(key.str()) + "] is unknown"};
    }
  }
  constexpr std::int64_t kDay = 86'400'000;
  constexpr std::int64_t kMany = std::int64_t{1} << 40;
  Config config;
  config.dir = dir;
  Section node(root, "node");
  node.text("member", config.member);
  node.number("recosign_ms", config.recosign_ms, 0, kDay);
  node.number("block_units", config.block_units, 1, 10'000);
  Section http(root, "http");
  http.text("address", config.http.address);
  http.number("port", config.http.port, 0, 65'535);
  http.texts("hosts", config.http.hosts);
  http.number("threads", config.http.threads, 1, 64);
  http.number("header_bytes", config.http.header_bytes, 1'024, 1 << 20);
  http.number("header_ms", config.http.header_ms, 10, kDay);
  http.number("body_ms", config.http.body_ms, 10, kDay);
  http.number("idle_ms", config.http.idle_ms, 10, kDay);
  http.number("write_ms", config.http.write_ms, 10, kDay);
  http.number("connections", config.http.connections, 1, 100'000);
  http.number("connections_per_address", config.http.connections_per_address, 1, 100'000);
  http.rate("requests_per_second", config.http.requests_per_second);
  http.rate("burst", config.http.burst);
  Section peers(root, "peers");
  peers.text("listen", config.peers.listen);
  peers.texts_by_name("addresses", config.peers.addresses);
  peers.texts_by_name("observers", config.peers.observers);
  peers.number("queue_messages", config.peers.queue_messages, 16, 1'000'000);
  peers.number("queue_bytes", config.peers.queue_bytes, std::int64_t{32} << 20, kMany);
  peers.number("connect_ms", config.peers.connect_ms, 100, kDay);
  peers.number("handshake_ms", config.peers.handshake_ms, 100, kDay);
  peers.number("ping_ms", config.peers.ping_ms, 100, kDay);
  peers.number("silence_ms", config.peers.silence_ms, 200, kDay);
  peers.number("write_ms", config.peers.write_ms, 100, kDay);
  peers.number("retry_min_ms", config.peers.retry_min_ms, 10, kDay);
  peers.number("retry_max_ms", config.peers.retry_max_ms, 10, kDay);
  Section pool(root, "pool");
  pool.number("units_max", config.pool.units_max, 1, 1'000'000);
  pool.number("bytes_max", config.pool.bytes_max, 1 << 20, kMany);
  pool.number("units_per_submitter", config.pool.units_per_submitter, 1, 1'000'000);
  pool.number("pursued_ms", config.pool.pursued_ms, 1'000, kDay);
  pool.number("refusals_max", config.pool.refusals_max, 1, 1'000'000);
  pool.number("refusals_per_submitter", config.pool.refusals_per_submitter, 1, 1'000'000);
  pool.rate("submissions_per_second", config.pool.submissions_per_second);
  pool.rate("submissions_burst", config.pool.submissions_burst);
  Section snapshots(root, "snapshots");
  snapshots.number("keep", config.snapshots.keep, 0, 1'000);
  for (Section* section : {&node, &http, &peers, &pool, &snapshots}) {
    if (auto ok = section->finish(); !ok) {
      return Error{ok.error().code, path + ": " + ok.error().detail};
    }
  }
  if (config.member.empty()) return Error{Errc::usage, path + ": node.member is missing"};
  if (!config.peers.listen.empty() && !parse_host_port(config.peers.listen)) {
    return Error{Errc::usage, path + ": peers.listen must be host:port"};
  }
  for (const auto& [member, address] : config.peers.addresses) {
    if (!parse_host_port(address)) {
      return Error{Errc::usage, path + ": peers.addresses: that of " + member + " must be host:port"};
    }
  }
  for (const auto& [observer, hash] : config.peers.observers) {
    if (!fixed_from_hex<Digest>(hash)) {
      return Error{Errc::usage, path + ": peers.observers: that of " + observer + " must be 64 lower-case hex digits"};
    }
  }
  if (config.peers.silence_ms <= config.peers.ping_ms) {
    return Error{Errc::usage, path + ": peers.silence_ms must be greater than peers.ping_ms"};
  }
  if (config.peers.retry_max_ms < config.peers.retry_min_ms) {
    return Error{Errc::usage, path + ": peers.retry_max_ms must not be less than peers.retry_min_ms"};
  }
  return config;
}

Result<HostPort> parse_host_port(std::string_view text) {
  const Error wrong{Errc::usage, std::string(text) + " is no host:port"};
  const std::size_t colon = text.rfind(':');
  if (colon == text.npos) return wrong;
  std::string_view host = text.substr(0, colon);
  const std::string_view digits = text.substr(colon + 1);
  unsigned port = 0;
  const auto [end, failed] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (digits.empty() || failed != std::errc{} || end != digits.data() + digits.size() || port == 0 || port > 65'535) {
    return wrong;
  }
  const bool bracketed = host.starts_with('[') && host.ends_with(']');
  if (bracketed) host = host.substr(1, host.size() - 2);
  if (host.empty() || host.size() > 253) return wrong;
  const bool good = std::ranges::all_of(host, [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           (bracketed ? c == ':' : c == '-');
  });
  if (!good) return wrong;
  return HostPort{std::string(host), static_cast<std::uint16_t>(port)};
}

std::string config_template(const std::string& member, std::uint16_t http_port) {
  return R"(# qinglud: every field with its default. Unknown keys are errors.

[node]
# Member id of this node in the validator set.
member = ")" + member + R"("
# Milliseconds between cosignatures of an unchanged checkpoint (freshness without blocks); 0: never.
recosign_ms = 60000
# Submissions (a batch is one) that one block is built from.
block_units = 10000

[http]
# Loopback by default; put a proxy with TLS in front, or name an address on purpose.
address = "127.0.0.1"
port = )" + std::to_string(http_port) + R"(
# Names that clients may call this node by, beside `address`, localhost, 127.0.0.1 and [::1].
hosts = []
threads = 2
# Deadlines in milliseconds: a request's header, its body, an idle connection, writing an answer.
header_ms = 5000
body_ms = 10000
idle_ms = 30000
write_ms = 10000
header_bytes = 8192
connections = 1000
connections_per_address = 32
# Requests a second and address, and how many may come at once; 0: no limit.
requests_per_second = 20.0
burst = 40.0

[peers]
# Where this node waits for other members; without it, the member's own address in the validator set.
# Name it where the set's address is that of a gateway, or where the node listens on all interfaces.
# listen = "0.0.0.0:7280"
# Where this node reaches a member that it cannot reach at the address in the validator set; the
# member's key is checked all the same.
# addresses = { "exchange.example" = "10.0.0.5:7280" }
# Nodes in no validator set that this one lets in, by the hash of their transport key (identity.json).
# observers = { "archive.example" = "<64 hex digits>" }
# Messages and bytes that wait for one peer, each way; what finds no room is dropped and sent again.
queue_messages = 256
queue_bytes = 33554432
# Deadlines in milliseconds: reaching a peer, its handshake, silence before it is asked for a sign,
# silence before the connection is taken for dead, time in which not one byte can be sent.
connect_ms = 10000
handshake_ms = 10000
ping_ms = 5000
silence_ms = 20000
write_ms = 20000
# Pause before a lost connection is made again; it doubles from the first to the second.
retry_min_ms = 200
retry_max_ms = 10000

[pool]
# Submissions and bytes that wait; submitters are told to wait above 80 %.
units_max = 10000
bytes_max = 67108864
units_per_submitter = 500
# A record is proposed for this long; then it stays pending and is not pursued.
pursued_ms = 600000
# Refusals remembered, in all and per submitter.
refusals_max = 10000
refusals_per_submitter = 500
# Submissions (a batch is one) a second and key, and how many may come at once; 0: no limit.
submissions_per_second = 10.0
submissions_burst = 20.0

[snapshots]
# Snapshots are made at heights that the genesis document fixes; so many of the newest stay. 0: none.
keep = 2
)";
}

}  // namespace qinglu::node
