// SPDX-License-Identifier: Apache-2.0
// qinglud: the node of an institution. The one place that sees both node and api.
#include <malloc.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <CLI/CLI.hpp>

#include <algorithm>
#include <filesystem>
#include <initializer_list>
#include <iostream>
#include <string>

#include "api/http/http_server.hpp"
#include "api/problem.hpp"
#include "api/router.hpp"
#include "crypto/base/encoding.hpp"
#include "crypto/ed25519.hpp"
#include "ledger/codec/canonical_json.hpp"
#include "ledger/store/rocks_store.hpp"
#include "node/audit.hpp"
#include "node/config.hpp"
#include "node/node.hpp"
#include "node/peers/peers.hpp"
#include "node/qinglud/network.hpp"
#include "node/qinglud/program.hpp"
#include "node/set_change.hpp"
#include "node/setup.hpp"

namespace {

using namespace qinglu;

/// A node that must not start: data (12) or configuration (78), and what to do next.
int refuse_start(const Error& error, const node::Config& config) {
  const bool configuration = error.code == Errc::usage || error.code == Errc::wrong_ledger ||
                             error.code == Errc::malformed;
  fail(error, 0);
  if (chinese()) {
    std::cerr << "节点未启动。下一步：qinglud check --dir " << config.dir
              << (configuration ? "\n" : "；数据与守护文件须从同一备份恢复，绝不新建账本\n");
  } else {
    std::cerr << "The node did not start. Next: qinglud check --dir " << config.dir
              << (configuration ? "\n"
                                : "; restore data and guard from the same backup, never create anew\n");
  }
  if (error.code == Errc::denied) return kDenied;
  return configuration ? kConfiguration : kHalted;
}

struct Arguments {
  std::string dir = ".";
  int passphrase_fd = -1;
  bool json = false;
  bool full = false;  // check
};

/// An event for whoever reads the node's log: one JSON object a line.
void log_event(std::string_view event, std::initializer_list<std::pair<std::string_view, std::string_view>> members) {
  ledger::Value line(ledger::Value::Members{{"event", event}});
  for (const auto& [name, text] : members) line.set(name, ledger::Value(text));
  std::cerr << ledger::to_canonical(line) + "\n";
}

/// The channel to the other members of the set; nullptr: there is none but this node.
Result<std::unique_ptr<node::Channel>> open_channel(const node::Config& config, const ledger::Genesis& genesis,
                                                    BytesView passphrase) {
  const auto& members = genesis.validators.members;
  const auto self = std::ranges::find(members, config.member, &ledger::Validator::id);
  if (members.size() == 1 || self == members.end()) return std::unique_ptr<node::Channel>();
  auto transport = node::load_transport_key(config, passphrase);
  if (!transport) return std::move(transport).error();
  auto listen = node::parse_host_port(config.peers.listen.empty() ? self->address : config.peers.listen);
  if (!listen) return std::move(listen).error();
  const node::Config::Peers& bounds = config.peers;
  node::PeersOptions options;
  options.id = config.member;
  options.ledger = genesis.ledger_id;
  options.address = listen->host;
  options.port = listen->port;
  options.version = QINGLU_VERSION;
  for (const ledger::Validator& member : members) {
    const auto other_way = bounds.addresses.find(member.id);
    options.peers.push_back({member.id, member.transport_key_hash,
                             other_way == bounds.addresses.end() ? member.address : other_way->second,
                             node::Peers::dials(config.member, member.id)});
  }
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
  auto peers = node::Peers::listen(std::move(options), *transport);
  if (!peers) return std::move(peers).error();
  return std::unique_ptr<node::Channel>(std::move(*peers));
}

int run_node(const Arguments& args) {
  // Block the signals before any thread starts, so that only sigwait() below sees them.
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  ::signal(SIGPIPE, SIG_IGN);
  ::signal(SIGXFSZ, SIG_IGN);

  auto config = node::load_config(args.dir);
  if (!config) return fail(config.error(), config.error().code == Errc::not_found ? kHalted : kConfiguration);
  auto genesis = node::load_genesis_file(*config);
  if (!genesis) {
    node::Config here = *config;
    return refuse_start(genesis.error(), here);
  }
  auto disk = node::open_disk(*config);
  if (!disk) return refuse_start(disk.error(), *config);
  auto secret = passphrase(args.passphrase_fd, false);
  if (!secret) return fail(secret.error(), kDenied);
  auto keys = node::load_keys(*config, *secret);
  if (!keys) return refuse_start(keys.error(), *config);

  node::NodeOptions options;
  options.member = config->member;
  options.pool = config->pool;
  options.recosign_ms = config->recosign_ms;
  options.block_units_max = config->block_units;
  auto next_keys = node::load_next_keys(*config, *secret);
  if (!next_keys) return refuse_start(next_keys.error(), *config);
  if (*next_keys) options.next_keys = std::make_shared<node::NodeKeys>(std::move(**next_keys));
  options.on_next_keys = [at = *config] {
    if (auto ok = node::adopt_next_keys(at); !ok) log_event("alarm", {{"reason", ok.error().detail}});
  };
  options.evidence_dir = config->evidence_path();
  options.on_alarm = [](const std::string& sentence) { log_event("alarm", {{"reason", sentence}}); };
  options.on_halt = [](const Error& error) { log_event("halted", {{"reason", error.detail}}); };
  auto channel = open_channel(*config, *genesis, *secret);
  if (!channel) return refuse_start(channel.error(), *config);
  auto started = node::LedgerNode::start(std::move(options), std::move(*disk), *genesis,
                                         std::move(*keys), wall_clock_ms, std::move(*channel));
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

/// Shows how far a long check has come, on a terminal only.
node::Progress progress_line(const Arguments& args) {
  if (args.json || ::isatty(STDERR_FILENO) == 0) return nullptr;
  return [](std::uint64_t done, std::uint64_t all) {
    std::cerr << "\r" << done << "/" << all << (done == all ? "\n" : "") << std::flush;
  };
}

/// A store that holds what a replay derives; goes away with the object.
struct Scratch {
  static Result<Scratch> make(const node::Config& config) {
    const std::string path = config.dir + "/data/replay";
    std::error_code ignored;
    std::filesystem::remove_all(path, ignored);  // left by a run that was killed
    auto store = ledger::RocksStore::create(path);
    if (!store) return std::move(store).error();
    return Scratch{path, std::move(*store)};
  }
  Scratch(std::string at, std::unique_ptr<ledger::RocksStore> made) : path(std::move(at)), store(std::move(made)) {}
  Scratch(Scratch&&) = default;
  ~Scratch() {
    if (!store) return;
    store.reset();
    std::error_code ignored;
    std::filesystem::remove_all(path, ignored);
  }

  std::string path;
  std::unique_ptr<ledger::RocksStore> store;
};

int report_audit(const Arguments& args, const node::AuditReport& report, const char* schema, const char* zh,
                 const char* en) {
  if (args.json) {
    std::cout << "{\"entries\":" << report.log_size << ",\"full\":" << (args.full ? "true" : "false")
              << ",\"height\":" << report.height << ",\"schema\":\"" << schema << "\",\"state_root\":\""
              << to_sha256_id(report.state_root) << "\"}\n";
  } else if (chinese()) {
    std::cout << zh << "：高度 " << report.height << "，日志 " << report.log_size << " 条\n";
  } else {
    std::cout << en << ": height " << report.height << ", log " << report.log_size << " entries\n";
  }
  return 0;
}

int run_check(const Arguments& args) {
  auto config = node::load_config(args.dir);
  if (!config) return fail(config.error(), kConfiguration);
  auto genesis = node::load_genesis_file(*config);
  if (!genesis) return refuse_start(genesis.error(), *config);
  auto store = ledger::RocksStore::open_read_only(config->store_path());
  if (!store) return refuse_start(store.error(), *config);
  auto guard = ledger::Guard::open(config->guard_path());
  if (!guard) return refuse_start(guard.error(), *config);
  auto report = node::check_store(**store, *genesis);
  if (report && args.full) {
    auto scratch = Scratch::make(*config);
    if (!scratch) return fail(scratch.error(), code_of(scratch.error()));
    report = node::replay_store(**store, *genesis, *scratch->store, progress_line(args));
    if (report) {
      if (auto ok = node::compare_derived(**store, *scratch->store); !ok) report = ok.error();
    }
  }
  if (!report) return refuse_start(report.error(), *config);
  return args.full ? report_audit(args, *report, "qinglud.check/v1", "全部区块已重新执行，配置与数据完好",
                                  "Every block was executed anew; configuration and data are whole")
                   : report_audit(args, *report, "qinglud.check/v1", "配置与数据完好", "Configuration and data are whole");
}

int run_reindex(const Arguments& args) {
  auto config = node::load_config(args.dir);
  if (!config) return fail(config.error(), kConfiguration);
  auto genesis = node::load_genesis_file(*config);
  if (!genesis) return refuse_start(genesis.error(), *config);
  auto store = ledger::RocksStore::open(config->store_path());
  if (!store) return refuse_start(store.error(), *config);
  auto scratch = Scratch::make(*config);
  if (!scratch) return fail(scratch.error(), code_of(scratch.error()));
  auto report = node::replay_store(**store, *genesis, *scratch->store, progress_line(args));
  if (!report) return refuse_start(report.error(), *config);
  if (auto ok = node::rebuild_indexes(**store, *scratch->store); !ok) return refuse_start(ok.error(), *config);
  return report_audit(args, *report, "qinglud.reindex/v1", "索引已从日志重建", "The indexes are rebuilt from the log");
}

int run(int argc, char** argv) {
  crypto::start();
  // An arena for each thread would multiply what a burst of requests leaves behind, and with fewer
  // the threads wait for each other. Large buffers go back to the system when they are freed.
  ::mallopt(M_ARENA_MAX, 4);
  ::mallopt(M_MMAP_THRESHOLD, 256 * 1024);
  // Keys live in this process: no core dumps, no tracing by others.
  const rlimit none{0, 0};
  ::setrlimit(RLIMIT_CORE, &none);
  ::prctl(PR_SET_DUMPABLE, 0);

  Arguments args;
  CLI::App app("qinglud — node of an institution on the Qinglu ledger / 青录节点");
  app.require_subcommand(1);
  app.set_version_flag("-V,--version", std::string("qinglud ") + QINGLU_VERSION);
  const auto common = [&](CLI::App* command) {
    command->add_option("--dir", args.dir, "directory of the node / 节点目录")->required();
    command->add_flag("--json", args.json, "one JSON document / 输出 JSON");
  };
  const auto secret = [&](CLI::App* command) {
    command->add_option("--passphrase-fd", args.passphrase_fd, "read the passphrase from this descriptor / 口令的文件描述符");
  };
  NetworkCommands founding(app);
  CLI::App* start = app.add_subcommand("run", "run the node / 运行节点");
  common(start);
  secret(start);
  CLI::App* check = app.add_subcommand("check", "check configuration and data / 检查配置与数据");
  common(check);
  check->add_flag("--full", args.full, "execute every block anew and compare everything / 重新执行全部区块并比对");
  CLI::App* reindex = app.add_subcommand("reindex", "rebuild the indexes from the log / 从日志重建索引");
  common(reindex);
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& e) {
    return app.exit(e);
  } catch (const CLI::ParseError& e) {
    app.exit(e);
    return kUsage;
  }
  if (const int code = founding.run(); code >= 0) return code;
  if (*start) return run_node(args);
  if (*reindex) return run_reindex(args);
  return run_check(args);
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const std::exception& e) {
    std::cerr << "internal error: " << e.what() << "\n";
    return kInternal;
  }
}
