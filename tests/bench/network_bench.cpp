// SPDX-License-Identifier: Apache-2.0
// Several members end to end: real qinglud processes that agree over TLS, records submitted over HTTP to
// all of them, verified by each, executed, synced. Every figure stands beside a bound of this machine
// measured in the same run, and with --etcd beside etcd under the same load generator.
// usage: network_bench [--bin DIR] [--members N] [--singles N] [--batches N] [--latency N]
//                      [--connections N] [--blocks N] [--faults N] [--etcd]
// Text to stderr, one JSON object to stdout. Loader and nodes share the machine's cores.
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <filesystem>
#include <fstream>

#include "crypto/base/encoding.hpp"
#include "ledger/codec/canonical_json.hpp"
#include "node/agreement/certificate.hpp"
#include "tests/bench/load.hpp"
#include "tests/support/files.hpp"

using namespace qinglu;
using namespace qinglu::bench;
using ledger::Value;

namespace {

/// What a follower waits for a leader, with the engine's settings: 3 hops, a batch, an execution.
constexpr double kViewSeconds = 1.55;
constexpr std::size_t kEtcdNodes = 3;
constexpr int kIdleSeconds = 20;

struct Options {
  std::string bin = "build/release/bin";
  std::size_t members = 4;
  std::size_t singles = 20'000;
  std::size_t batches = 60;
  std::size_t latency = 1'000;
  std::size_t connections = 128;
  std::size_t blocks = 1'000;  ///< that a node which was down has to catch up
  std::size_t faults = 5;      ///< leaders to kill, and leaders to stop
  bool etcd = false;
};

/// The first of `count` ports that nobody listens on.
std::uint16_t free_ports(std::size_t count) {
  const auto is_free = [](std::size_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const bool bound = ::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
    ::close(fd);
    return bound;
  };
  for (std::size_t first = 20'000 + static_cast<std::size_t>(::getpid()) % 10'000; first < 60'000; first += count) {
    bool all = true;
    for (std::size_t port = first; all && port < first + count; ++port) all = is_free(port);
    if (all) return static_cast<std::uint16_t>(first);
  }
  stop("no free ports");
}

void pause_ms(unsigned ms) { ::usleep(ms * 1'000); }

/// The members and their ledger.
class Network {
 public:
  Network(const Options& options, const std::string& directory) {
    const std::string dir = directory + "/net";
    const std::string pack = directory + "/rulepack.json";
    std::ofstream(pack) << test::read_test_file("data/rulepack-1.json");
    const std::string created = directory + "/create.log";
    finish(start({options.bin + "/qinglud", "network", "create", "--nodes", std::to_string(options.members), "--dir", dir, "--peer-port",
                  std::to_string(free_ports(options.members)), "--http-port", "0", "--kdf", "interactive", "--origin",
                  "bench.example/qinglu", "--rule-pack", pack, "--json"},
                 created, true),
           "qinglud network create");
    const auto facts = need(ledger::parse_canonical(trimmed(read_all(created))));
    ledger_id = *from_sha256_id(facts.text_of("ledger_id"));
    quorum = static_cast<std::size_t>(facts.integer_of("quorum"));
    for (const Value& joined : facts.items_of("joined")) dirs_.push_back(joined.text());
    for (const std::string& each : dirs_) {
      open_limits(each);
      servers.emplace_back(options.bin, each);
      names.push_back(std::filesystem::path(each).filename());
    }
    for (Server& server : servers) server.run();
    for (Server& server : servers) server.wait_serving();
    // Members by index in the validator set, which is in the order of their ids.
    for (std::size_t i = 0; i < names.size(); ++i) by_index.push_back(i);
    std::ranges::sort(by_index, {}, [&](std::size_t i) { return names[i]; });
  }

  /// The first of them, an IP office, registers; a quorum of them is the council.
  std::vector<Signer> signers() const {
    std::vector<Signer> all;
    for (std::size_t i = 0; i < quorum; ++i) {
      const auto identity = need(ledger::parse_canonical(trimmed(read_all(dirs_[i] + "/identity.json"))));
      const Value* party = identity.find("statement")->find("party");
      all.push_back({std::string(party->text_of("id")), servers[i].record_key()});
    }
    return all;
  }

  std::vector<std::uint16_t> ports() const {
    std::vector<std::uint16_t> all;
    for (const Server& server : servers) all.push_back(server.port());
    return all;
  }
  double cpu_seconds() const {
    double sum = 0;
    for (const Server& server : servers) sum += server.cpu_seconds();
    return sum;
  }
  std::size_t memory_peak_kib() const {
    std::size_t most = 0;
    for (const Server& server : servers) most = std::max(most, server.memory_kib("VmHWM"));
    return most;
  }

  struct Place {
    std::int64_t height = 0;
    std::int64_t view = 0;
    bool operator==(const Place&) const = default;
  };
  Place place(std::size_t server) const {
    const Value status = servers[server].status();
    for (const Value& member : status.items_of("members")) {
      const Value* self = member.find("self");
      if (self && self->boolean()) return {member.integer_of("height"), status.integer_of("view")};
    }
    stop("a node does not name itself");
  }
  /// Waits until every node stands where every other stands.
  void settle() const {
    for (int i = 0; i < 6'000; ++i) {
      std::vector<Place> places;
      for (std::size_t s = 0; s < servers.size(); ++s) places.push_back(place(s));
      if (std::ranges::all_of(places, [&](const Place& each) { return each == places[0]; })) return;
      pause_ms(10);
    }
    stop("the nodes do not come to one height and view");
  }
  /// The node whose turn it is to lead.
  std::size_t leader() const {
    return by_index[agreement::leader(ledger_id, servers.size(), static_cast<std::uint64_t>(place(0).view))];
  }

  Digest ledger_id;
  std::size_t quorum = 0;
  std::vector<Server> servers;
  std::vector<std::string> names;

 private:
  std::vector<std::string> dirs_;
  std::vector<std::size_t> by_index;
};

struct Rate {
  double per_second = 0;
  double p50 = 0;
  double p99 = 0;
  double cpu = 0;  ///< of all nodes, seconds an item
};

/// `items`: records of one request.
template <class Cpu>
Rate measure(Loader& loader, const std::vector<std::string>& requests, Cpu cpu_of_all, double per_second = 0, std::size_t items = 1) {
  const double cpu = cpu_of_all();
  const auto since = Clock::now();
  const auto seconds = loader.send(requests, per_second);
  const double count = static_cast<double>(requests.size() * items);
  return {count / seconds_since(since), percentile(seconds, 0.5), percentile(seconds, 0.99), (cpu_of_all() - cpu) / count};
}

Value report(const char* what, const Rate& rate, double bound) {
  std::fprintf(stderr, "%s: %.0f/s, p50 %.1f ms, p99 %.1f ms, CPU of all nodes %.0f us each", what, rate.per_second, rate.p50 * 1e3,
               rate.p99 * 1e3, rate.cpu * 1e6);
  Value::Members members{{"cpu_ns", whole(rate.cpu * 1e9)},
                         {"p50_us", whole(rate.p50 * 1e6)},
                         {"p99_us", whole(rate.p99 * 1e6)},
                         {"per_second", whole(rate.per_second)}};
  if (bound > 0) {
    std::fprintf(stderr, "; %.2f of the bound", rate.per_second / bound);
    members.push_back({"to_bound_milli", whole(rate.per_second / bound * 1e3)});
  }
  std::fprintf(stderr, "\n");
  return Value(std::move(members));
}

Value summary(const char* what, std::vector<double> seconds) {
  const double p50 = percentile(seconds, 0.5);
  const double most = percentile(std::move(seconds), 1);
  std::fprintf(stderr, "%s: next final record after %.2f s in the median, %.2f s at most = %.2f and %.2f view timeouts\n", what, p50,
               most, p50 / kViewSeconds, most / kViewSeconds);
  return Value(Value::Members{{"max_us", whole(most * 1e6)},
                              {"p50_us", whole(p50 * 1e6)},
                              {"p50_to_view_timeout_milli", whole(p50 / kViewSeconds * 1e3)},
                              {"to_view_timeout_milli", whole(most / kViewSeconds * 1e3)}});
}

/// The node that leads falls away, and a record is submitted to another one at once.
Value lose_leader(Network& net, Records& records, std::size_t times, bool killed) {
  std::vector<double> seconds;
  for (std::size_t i = 0; i < times; ++i) {
    net.settle();
    const std::size_t leader = net.leader();
    Server& lost = net.servers[leader];
    Loader other({net.servers[(leader + 1) % net.servers.size()].port()}, 1);
    const std::vector<std::string> request = {post_record(records.single())};
    const auto since = Clock::now();
    if (killed) {
      lost.end(SIGKILL);
    } else {
      lost.signal(SIGSTOP);
    }
    other.send(request);
    seconds.push_back(seconds_since(since));
    if (killed) {
      lost.run();
      lost.wait_serving();
    } else {
      lost.signal(SIGCONT);
    }
  }
  return summary(killed ? "leader killed" : "leader stopped, its connections left open", std::move(seconds));
}

/// A node is down while the others make `count` blocks; then it starts.
Value catch_up(Network& net, Records& records, std::size_t count) {
  net.settle();
  Server& late = net.servers.back();
  late.end(SIGTERM);
  const std::int64_t begin = net.place(0).height;
  Loader loader({net.servers[0].port()}, 1);
  while (net.place(0).height < begin + static_cast<std::int64_t>(count)) {
    std::vector<std::string> requests;
    for (std::size_t i = 0; i < 100; ++i) requests.push_back(post_record(records.single()));
    loader.send(requests);
  }
  const std::int64_t end = net.place(0).height;
  const auto since = Clock::now();
  late.run();
  late.wait_serving();
  const double started = seconds_since(since);
  while (net.place(net.servers.size() - 1).height < end) pause_ms(20);
  const double seconds = seconds_since(since);
  std::fprintf(stderr, "%lld blocks caught up in %.2f s, of which the start is %.2f s\n", static_cast<long long>(end - begin), seconds,
               started);
  return Value(Value::Members{{"blocks", static_cast<std::uint64_t>(end - begin)}, {"start_us", whole(started * 1e6)}, {"us", whole(seconds * 1e6)}});
}

Value idle(Network& net) {
  net.settle();
  const auto before = net.place(0);
  const double cpu = net.cpu_seconds();
  pause_ms(kIdleSeconds * 1'000);
  const double share = (net.cpu_seconds() - cpu) / kIdleSeconds;
  const auto after = net.place(0);
  std::fprintf(stderr, "idle for %d s: %lld blocks, %lld views, CPU of all nodes %.2f %% of a core\n", kIdleSeconds,
               static_cast<long long>(after.height - before.height), static_cast<long long>(after.view - before.view), share * 100);
  return Value(Value::Members{{"blocks", after.height - before.height}, {"cpu_ppm", whole(share * 1e6)}, {"views", after.view - before.view}});
}

// --- etcd ---------------------------------------------------------------------------------------

class Etcd {
 public:
  explicit Etcd(const std::string& directory) {
    const std::size_t first = free_ports(2 * kEtcdNodes);
    std::string cluster;
    const auto url = [&](std::size_t port) { return "http://127.0.0.1:" + std::to_string(port); };
    for (std::size_t i = 0; i < kEtcdNodes; ++i) {
      cluster += (i ? ",e" : "e") + std::to_string(i) + "=" + url(first + kEtcdNodes + i);
    }
    for (std::size_t i = 0; i < kEtcdNodes; ++i) {
      const std::string name = "e" + std::to_string(i);
      const std::string client = url(first + i), peer = url(first + kEtcdNodes + i);
      ports.push_back(static_cast<std::uint16_t>(first + i));
      children_.push_back(start({kProgram, "--name", name, "--data-dir", directory + "/" + name, "--listen-client-urls", client,
                                 "--advertise-client-urls", client, "--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer,
                                 "--initial-cluster", cluster, "--initial-cluster-state", "new"},
                                directory + "/" + name + ".log", false));
    }
    pause_ms(5'000);  // for an election
  }
  ~Etcd() {
    for (const ::pid_t child : children_) ::kill(child, SIGTERM);
    for (const ::pid_t child : children_) ::waitpid(child, nullptr, 0);
  }
  double cpu_seconds() const {
    double sum = 0;
    for (const ::pid_t child : children_) sum += bench::cpu_seconds(child);
    return sum;
  }

  static constexpr const char* kProgram = "/usr/bin/etcd";
  std::vector<std::uint16_t> ports;

 private:
  std::vector<::pid_t> children_;
};

/// 1 KiB under a key of its own each.
std::vector<std::string> puts(std::size_t& key, std::size_t count) {
  std::vector<std::string> requests;
  for (std::size_t i = 0; i < count; ++i) {
    const std::string name = "record/" + std::to_string(key++);
    requests.push_back(post("/v3/kv/put", "{\"key\":\"" + to_base64(name) + "\",\"value\":\"" +
                                              to_base64(crypto::random_bytes(1'024)) + "\"}"));
  }
  return requests;
}

/// As long as Qinglu was measured: `seconds` at full load.
Value etcd(const Options& options, const std::string& directory, double seconds) {
  Etcd cluster(directory);
  const auto cpu = [&] { return cluster.cpu_seconds(); };
  std::size_t key = 0;
  Loader many(cluster.ports, options.connections);
  Loader one(cluster.ports, 1);
  measure(many, puts(key, 1'000), cpu);  // connections and caches are warm
  const Rate alone = measure(one, puts(key, options.latency), cpu);
  const Rate first = measure(many, puts(key, 5'000), cpu);
  const auto count = static_cast<std::size_t>(std::max(first.per_second * seconds, 5'000.0));
  const Rate full = measure(many, puts(key, count), cpu);
  const Rate half = measure(many, puts(key, count / 2), cpu, full.per_second / 2);
  return Value(Value::Members{{"full", report("etcd, three nodes, 1 KiB, full load", full, 0)},
                              {"half", report("etcd, half load", half, 0)},
                              {"nodes", kEtcdNodes},
                              {"one", report("etcd, one outstanding", alone, 0)}});
}

Value run(const Options& options) {
  test::TempDir directory;
  Value result;
  double full_seconds = 0;
  {
    Network net(options, directory.path());
    Records records(net.ledger_id, net.signers());
    const std::size_t sample = records.single().size();
    const double verify_rate = bare_verify_rate(sample);
    const double sync_seconds = bare_sync_seconds(directory.path());
    const double cores = static_cast<double>(::sysconf(_SC_NPROCESSORS_ONLN));
    const double bound = cores * verify_rate / static_cast<double>(options.members);
    std::fprintf(stderr,
                 "%zu members, %zu a quorum; bounds of this run: %.0f Ed25519 verifications/s on one core, a sync takes %.2f ms; "
                 "all verify every record: at most %.0f records/s on %.0f cores (entry of %zu bytes)\n",
                 options.members, net.quorum, verify_rate, sync_seconds * 1e3, bound, cores, sample);
    const auto cpu = [&] { return net.cpu_seconds(); };
    const auto singles = [&](std::size_t count, const char* wait = "final") {
      std::vector<std::string> requests;
      for (std::size_t i = 0; i < count; ++i) {
        requests.push_back(post("/v1/records?timeout=60s&wait=" + std::string(wait), records.single()));
      }
      return requests;
    };
    result.set("entry_bytes", Value(sample));
    result.set("members", Value(options.members));
    result.set("bound_per_second", Value(whole(bound)));
    result.set("sync_us", Value(whole(sync_seconds * 1e6)));
    result.set("verify_per_second", Value(whole(verify_rate)));

    {
      Loader one(net.ports(), 1);
      one.send({post_record(records.offices())});
      measure(one, singles(50), cpu);
      result.set("one", report("one outstanding", measure(one, singles(options.latency), cpu), 0));
    }
    // Before the load: what the store still tidies up behind it is not the network's rest.
    result.set("idle", idle(net));
    {
      Loader many(net.ports(), options.connections);
      const Rate full = measure(many, singles(options.singles), cpu);
      full_seconds = static_cast<double>(options.singles) / full.per_second;
      result.set("single", report("single signatures, full load", full, bound));
      result.set("half", report("single signatures, half load",
                                measure(many, singles(options.singles / 2), cpu, full.per_second / 2), bound));
      result.set("cosigned", report("single signatures, full load, wait=cosigned",
                                    measure(many, singles(options.singles / 2, "cosigned"), cpu), bound));
    }
    {
      // Made in portions, else the loader would need gigabytes.
      Loader loader(net.ports(), 2 * options.members);
      double seconds = 0, used = 0;
      std::vector<double> p50, p99;
      std::size_t done = 0;
      for (; done < options.batches;) {
        std::vector<std::string> requests;
        while (requests.size() < 60 && done + requests.size() < options.batches) requests.push_back(post_batch(records.batch(kBatchMembers)));
        const Rate portion = measure(loader, requests, cpu, 0, kBatchMembers);
        const double count = static_cast<double>(requests.size() * kBatchMembers);
        seconds += count / portion.per_second;
        used += portion.cpu * count;
        p50.push_back(portion.p50);
        p99.push_back(portion.p99);
        done += requests.size();
      }
      if (done > 0) {
        const double count = static_cast<double>(done * kBatchMembers);
        result.set("batch", report("batches of 1,000", {count / seconds, percentile(p50, 0.5), percentile(p99, 1), used / count}, bound));
      }
    }
    std::fprintf(stderr, "memory peak of a node %zu MiB\n", net.memory_peak_kib() / 1024);
    result.set("memory_peak_kib", Value(net.memory_peak_kib()));
    if (options.faults > 0) {
      result.set("leader_killed", lose_leader(net, records, options.faults, true));
      result.set("leader_stopped", lose_leader(net, records, options.faults, false));
    }
    if (options.blocks > 0) result.set("catch_up", catch_up(net, records, options.blocks));
  }
  if (options.etcd) {
    if (std::filesystem::exists(Etcd::kProgram)) {
      result.set("etcd", etcd(options, directory.path(), full_seconds));
    } else {
      std::fprintf(stderr, "etcd is not installed, so nothing stands beside: apt-get install etcd-server\n");
    }
  }
  return result;
}

}  // namespace

int main(int argc, char** argv) {
  ::signal(SIGPIPE, SIG_IGN);
  crypto::start();
  Options options;
  for (int i = 1; i < argc; ++i) {
    const std::string flag = argv[i];
    if (flag == "--etcd") {
      options.etcd = true;
      continue;
    }
    if (i + 1 == argc) stop(flag + " takes a value");
    const char* text = argv[++i];
    const auto number = static_cast<std::size_t>(std::strtoull(text, nullptr, 10));
    if (flag == "--bin") options.bin = text;
    else if (flag == "--members") options.members = number;
    else if (flag == "--singles") options.singles = number;
    else if (flag == "--batches") options.batches = number;
    else if (flag == "--latency") options.latency = number;
    else if (flag == "--connections") options.connections = number;
    else if (flag == "--blocks") options.blocks = number;
    else if (flag == "--faults") options.faults = number;
    else stop("unknown option " + flag);
  }
  std::printf("%s\n", ledger::to_canonical(run(options)).c_str());
  return 0;
}
