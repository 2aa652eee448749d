// SPDX-License-Identifier: Apache-2.0
#include "node/qinglud/serve.hpp"

#include <malloc.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include <algorithm>
#include <initializer_list>
#include <iostream>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "api/http/http_server.hpp"
#include "api/problem.hpp"
#include "api/router.hpp"
#include "crypto/base/encoding.hpp"
#include "ledger/codec/canonical_json.hpp"
#include "node/peers/peers.hpp"
#include "node/set_change.hpp"
#include "node/setup.hpp"

namespace qinglu {
namespace {

/// An event for whoever reads the node's log: one JSON object a line.
void log_event(std::string_view event, std::initializer_list<std::pair<std::string_view, std::string_view>> members) {
  ledger::Value line(ledger::Value::Members{{"event", event}});
  for (const auto& [name, text] : members) line.set(name, ledger::Value(text));
  std::cerr << ledger::to_canonical(line) + "\n";
}

/// Whom this node's channel lets in and reaches: the members of the set in force and of a scheduled one,
/// and the observers that are configured. Who is in no set dials all members.
std::vector<node::KnownPeer> peers_of(const node::Config& config, const ledger::ValidatorSet& set,
                                      const std::optional<ledger::ValidatorSet>& scheduled) {
  std::vector<node::KnownPeer> peers;
  const auto in = [&](const ledger::ValidatorSet& of) {
    return std::ranges::find(of.members, config.member, &ledger::Validator::id) != of.members.end();
  };
  const bool member_here = in(set) || (scheduled && in(*scheduled));
  const auto add = [&](const ledger::Validator& member) {
    if (std::ranges::find(peers, member.id, &node::KnownPeer::id) != peers.end()) return;
    const auto other_way = config.peers.addresses.find(member.id);
    peers.push_back({member.id, member.transport_key_hash,
                     other_way == config.peers.addresses.end() ? member.address : other_way->second,
                     !member_here || node::Peers::dials(config.member, member.id)});
  };
  for (const ledger::Validator& member : set.members) add(member);
  if (scheduled) {
    for (const ledger::Validator& member : scheduled->members) add(member);
  }
  for (const auto& [id, hash] : config.peers.observers) {
    if (std::ranges::find(peers, id, &node::KnownPeer::id) != peers.end()) continue;  // it has become a member
    peers.push_back({id, *fixed_from_hex<Digest>(hash), {}, false});
  }
  return peers;
}

/// The channel to the other members of the set; nullptr: there is none but this node.
Result<std::unique_ptr<node::Peers>> open_channel(const node::Config& config, const ledger::Genesis& genesis,
                                                  BytesView passphrase) {
  const auto& members = genesis.validators.members;
  const auto self = std::ranges::find(members, config.member, &ledger::Validator::id);
  const bool founder = self != members.end();
  if (founder && members.size() == 1) return std::unique_ptr<node::Peers>();
  auto transport = node::load_transport_key(config, passphrase);
  if (!transport) return std::move(transport).error();
  // Who is in no set waits for nobody unless it is told where: it dials.
  auto listen = !config.peers.listen.empty() ? node::parse_host_port(config.peers.listen)
                : founder                    ? node::parse_host_port(self->address)
                                             : Result<node::HostPort>(node::HostPort{"127.0.0.1", 0});
  if (!listen) return std::move(listen).error();
  const node::Config::Peers& bounds = config.peers;
  node::PeersOptions options;
  options.id = config.member;
  options.ledger = genesis.ledger_id;
  options.address = listen->host;
  options.port = listen->port;
  options.version = QINGLU_VERSION;
  options.peers = peers_of(config, genesis.validators, std::nullopt);
  options.inbound_messages = options.outbound_messages = bounds.queue_messages;
  options.inbound_bytes = options.outbound_bytes = bounds.queue_bytes;
  options.connect_ms = bounds.connect_ms;
  options.handshake_ms = bounds.handshake_ms;
  options.frame_ms = bounds.write_ms;
  options.ping_ms = bounds.ping_ms;
  options.idle_ms = bounds.silence_ms;
  options.backoff_min_ms = bounds.retry_min_ms;
  options.backoff_max_ms = bounds.retry_max_ms;
  options.on_duplicate = [](const std::string& id, const std::string& first, const std::string& second) {
    log_event("duplicate_identity", {{"member", id}, {"first", first}, {"second", second}});
  };
  options.on_refused = [](const std::string& sentence) { log_event("peer_refused", {{"reason", sentence}}); };
  return node::Peers::listen(std::move(options), *transport);
}

}  // namespace

int refuse_start(const Error& error, const node::Config& config) {
  const bool configuration = error.code == Errc::usage || error.code == Errc::wrong_ledger ||
                             error.code == Errc::malformed;
  fail(error, 0);
  if (chinese()) {
    std::cerr << "节点未启动。下一步：qinglud check --dir " << config.dir
              << (configuration ? "\n" : "；数据与守护文件须从同一备份恢复，绝不新建账本；多成员网络：qinglud snapshot fetch 或 network join --rejoin\n");
  } else {
    std::cerr << "The node did not start. Next: qinglud check --dir " << config.dir
              << (configuration ? "\n"
                                : "; restore data and guard from the same backup, never create anew. "
                                  "One of several members: qinglud snapshot fetch, or network join --rejoin\n");
  }
  if (error.code == Errc::denied) return kDenied;
  return configuration ? kConfiguration : kHalted;
}

int serve(const std::string& dir, int passphrase_fd, const Substitutes& other) {
  // Block the signals before any thread starts, so that only sigwait() below sees them.
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  ::signal(SIGPIPE, SIG_IGN);
  ::signal(SIGXFSZ, SIG_IGN);

  auto config = node::load_config(dir);
  if (!config) return fail(config.error(), config.error().code == Errc::not_found ? kHalted : kConfiguration);
  auto genesis = node::load_genesis_file(*config);
  if (!genesis) {
    node::Config here = *config;
    return refuse_start(genesis.error(), here);
  }
  auto disk = node::open_disk(*config);
  if (!disk) return refuse_start(disk.error(), *config);
  if (other.store) disk->store = other.store(std::move(disk->store));
  auto secret = passphrase(passphrase_fd, false);
  if (!secret) return fail(secret.error(), kDenied);
  auto keys = node::load_keys(*config, *secret);
  if (!keys) return refuse_start(keys.error(), *config);

  node::NodeOptions options;
  options.member = config->member;
  options.pool = config->pool;
  options.recosign_ms = config->recosign_ms;
  options.block_units_max = config->block_units;
  options.evidence_dir = config->evidence_path();
  options.snapshot_dir = config->snapshots_path();
  options.openings_dir = config->openings_path();
  options.abstention_dir = config->abstention_path();
  options.on_vouched = [](std::uint64_t view, const std::string& signers) {
    log_event("abstention_vouched", {{"signers", signers}, {"view", std::to_string(view)}});
  };
  options.snapshots_kept = config->snapshots.keep;
  options.on_alarm = [](const std::string& sentence) { log_event("alarm", {{"reason", sentence}}); };
  options.on_halt = [](const Error& error) { log_event("halted", {{"reason", error.detail}}); };
  auto next_keys = node::load_next_keys(*config, *secret);
  if (!next_keys) return refuse_start(next_keys.error(), *config);
  if (*next_keys) options.next_keys = std::make_shared<node::NodeKeys>(std::move(**next_keys));
  options.on_next_keys = [at = *config] {
    if (auto ok = node::adopt_next_keys(at); !ok) log_event("alarm", {{"reason", ok.error().detail}});
  };
  auto peers = open_channel(*config, *genesis, *secret);
  if (!peers) return refuse_start(peers.error(), *config);
  if (node::Peers* open = peers->get()) {  // the node owns it, and calls no more once it is gone
    options.on_set = [open, at = *config](const ledger::ValidatorSet& set, const std::optional<ledger::ValidatorSet>& scheduled) {
      open->set_peers(peers_of(at, set, scheduled));
    };
  }
  std::unique_ptr<node::Channel> channel = std::move(*peers);
  if (other.channel) channel = other.channel(std::move(channel), *config, *genesis, *secret);
  auto started = node::LedgerNode::start(std::move(options), std::move(*disk), *genesis,
                                         std::move(*keys), other.clock, std::move(channel));
  if (!started) return refuse_start(started.error(), *config);
  const std::unique_ptr<node::LedgerNode> running = std::move(*started);

  api::HttpOptions http;
  http.address = config->http.address;
  http.port = config->http.port;
  http.hosts = config->http.hosts;
  http.threads = static_cast<unsigned>(config->http.threads);
  http.header_bytes = config->http.header_bytes;
  http.header_ms = config->http.header_ms;
  http.body_ms = config->http.body_ms;
  http.idle_ms = config->http.idle_ms;
  http.write_ms = config->http.write_ms;
  http.connections = config->http.connections;
  http.connections_per_address = config->http.connections_per_address;
  http.requests_per_second = config->http.requests_per_second;
  http.burst = config->http.burst;
  http.body_bytes = api::body_limit;
  auto server = api::HttpServer::start(http, [&](api::HttpRequest request, api::HttpReply reply) {
    api::dispatch(*running, request, reply);
  }, api::answer_fault);
  if (!server) return fail(server.error(), kConfiguration);
  std::cout << "{\"address\":\"http://" << config->http.address << ":" << (*server)->port()
            << "\",\"event\":\"serving\",\"ledger_id\":\"" << to_sha256_id(genesis->ledger_id)
            << "\",\"member\":" << ledger::to_json_string(config->member)
            << ",\"quorum\":" << genesis->validators.quorum() << ",\"tolerates\":" << genesis->validators.faults()
            << "}" << std::endl;
  int signal = 0;
  ::sigwait(&signals, &signal);
  (*server)->stop();
  running->stop();
  std::cout << "{\"event\":\"stopped\"}" << std::endl;
  return running->status().serving ? 0 : kHalted;
}

void harden() {
  // An arena for each thread would multiply what a burst of requests leaves behind, and with fewer
  // the threads wait for each other. Buffers as large as blocks are given back as they are freed; smaller
  // ones would be mapped and cleared anew for every block.
  ::mallopt(M_ARENA_MAX, 4);
  ::mallopt(M_MMAP_THRESHOLD, 4 << 20);
  ::mallopt(M_TRIM_THRESHOLD, 16 << 20);
  ::mallopt(M_TOP_PAD, 1 << 20);
  // Keys live in this process: no core dumps, no tracing by others.
  const rlimit none{0, 0};
  ::setrlimit(RLIMIT_CORE, &none);
  ::prctl(PR_SET_DUMPABLE, 0);
}

}  // namespace qinglu
