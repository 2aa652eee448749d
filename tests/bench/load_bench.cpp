// SPDX-License-Identifier: Apache-2.0
// One node end to end: real qinglud, records submitted over HTTP by many connections with wait=final,
// verified, executed, synced. Every figure stands beside a bound of this machine measured in the same
// run. usage: load_bench [--bin DIR] [--singles N] [--batches N] [--latency N] [--connections N]
// Text to stderr, one JSON object to stdout. Loader and node share the machine's cores.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <array>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "crypto/base/encoding.hpp"
#include "crypto/hash.hpp"
#include "crypto/keyfile.hpp"
#include "ledger/codec/canonical_json.hpp"
#include "ledger/codec/entry.hpp"
#include "ledger/store/rocks_store.hpp"
#include "tests/bench/bench.hpp"
#include "tests/support/files.hpp"

using namespace qinglu;
using namespace qinglu::bench;
using ledger::Value;

namespace {

constexpr const char* kParty = "org:11500000QL000009XA";
constexpr const char* kPassphrase = "bench passphrase";
constexpr std::size_t kBatchMembers = 1'000;

struct Options {
  std::string bin = "build/release/bin";
  std::size_t singles = 40'000;
  std::size_t batches = 100;
  std::size_t latency = 1'000;
  std::size_t connections = 128;
};

/// Starts a program that reads the passphrase from a pipe; its standard output goes to `log`.
pid_t start(std::vector<std::string> command, const std::string& log) {
  int secret[2];
  if (::pipe(secret) != 0) stop("no pipe");
  const std::string text = std::string(kPassphrase) + "\n";
  if (::write(secret[1], text.data(), text.size()) < 0) stop("cannot write to a pipe");
  ::close(secret[1]);
  command.insert(command.end(), {"--passphrase-fd", std::to_string(secret[0])});
  const pid_t child = ::fork();
  if (child == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);  // a benchmark that gives up leaves no node behind
    const int out = ::open(log.c_str(), O_CREAT | O_WRONLY | O_TRUNC, 0600);
    ::dup2(out, 1);
    std::vector<char*> argv;
    for (std::string& word : command) argv.push_back(word.data());
    argv.push_back(nullptr);
    ::execv(argv[0], argv.data());
    ::_exit(127);
  }
  ::close(secret[0]);
  return child;
}

void finish(pid_t child, const char* what) {
  int status = 0;
  ::waitpid(child, &status, 0);
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) stop(std::string(what) + " failed");
}

std::string read_all(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

std::string trimmed(std::string text) {
  while (text.ends_with('\n')) text.pop_back();
  return text;
}

void replace(std::string& text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  if (at == text.npos) stop("the configuration template has no " + from);
  text.replace(at, from.size(), to);
}

/// A node of its own in `directory`, its limits opened for one loopback client with one key.
class Node {
 public:
  Node(const Options& options, const std::string& directory) : dir_(directory + "/node") {
    const std::string program = options.bin + "/qinglud";
    finish(start({program, "init", "--dir", dir_, "--member", "ip-office.example", "--party", kParty, "--name",
                  "IP office", "--role", "IPO:50", "--kdf", "interactive"},
                 directory + "/init.log"),
           "qinglud init");
    std::string config = read_all(dir_ + "/qinglud.toml");
    replace(config, "port = 7180", "port = 0");
    replace(config, "requests_per_second = 20.0", "requests_per_second = 0.0");
    replace(config, "connections_per_address = 32", "connections_per_address = 1000");
    replace(config, "units_per_submitter = 500", "units_per_submitter = 10000");
    if (config.find("submissions_per_second = 10.0") != config.npos) {
      replace(config, "submissions_per_second = 10.0", "submissions_per_second = 0.0");
    }
    std::ofstream(dir_ + "/qinglud.toml") << config;
    const std::string pack = directory + "/rulepack.json";
    std::ofstream(pack) << test::read_test_file("data/rulepack-1.json");
    const std::string created = directory + "/create.log";
    const std::string create = program + " network create --dir " + dir_ + " --origin bench.example/qinglu --rule-pack " +
                               pack + " --json > " + created;
    if (std::system(create.c_str()) != 0) stop("qinglud network create failed");
    const auto facts = need(ledger::parse_canonical(trimmed(read_all(created))));
    ledger_id_text = facts.text_of("ledger_id");
    ledger_id = *from_sha256_id(ledger_id_text);
    run(program, directory + "/node.log");
  }
  ~Node() { end(); }

  void end() {
    if (child_ <= 0) return;
    ::kill(child_, SIGTERM);
    ::waitpid(child_, nullptr, 0);
    child_ = 0;
  }

  crypto::SigningKey key() const {
    return need(crypto::load_key_file(dir_ + "/keys/record.key", std::nullopt, kPassphrase));
  }
  /// Seconds of processor time that the node has used.
  double cpu_seconds() const {
    std::istringstream text(read_all("/proc/" + std::to_string(child_) + "/stat"));
    std::string word;
    std::uint64_t ticks = 0;
    for (int field = 1; text >> word; ++field) {
      if (field == 14 || field == 15) ticks += std::strtoull(word.c_str(), nullptr, 10);
    }
    return static_cast<double>(ticks) / static_cast<double>(::sysconf(_SC_CLK_TCK));
  }
  /// A line of /proc/PID/status in KiB.
  std::size_t memory_kib(const std::string& line) const {
    const std::string text = read_all("/proc/" + std::to_string(child_) + "/status");
    const std::size_t at = text.find(line + ":");
    return at == text.npos ? 0 : std::strtoull(text.c_str() + at + line.size() + 1, nullptr, 10);
  }
  std::string store_path() const { return dir_ + "/data/store"; }

  std::uint16_t port = 0;
  std::string ledger_id_text;
  Digest ledger_id;

 private:
  void run(const std::string& program, const std::string& log) {
    child_ = start({program, "run", "--dir", dir_}, log);
    for (int i = 0; i < 600 && port == 0; ++i) {
      const std::string text = read_all(log);
      const std::size_t at = text.find("http://127.0.0.1:");
      if (at != text.npos) port = static_cast<std::uint16_t>(std::atoi(text.c_str() + at + 17));
      ::usleep(50'000);
    }
    if (port == 0) stop("the node does not serve");
  }

  std::string dir_;
  pid_t child_ = 0;
};

/// Records of the shape that the importer makes: a foreign patent with its organisations and classes.
class Records {
 public:
  Records(const Node& node, crypto::SigningKey key) : node_(node), key_(std::move(key)) {}

  std::string body() {
    const std::string number = std::to_string(20'000'000 + next_++);
    const Value data(Value::Members{
        {"cpc", Value::Items{"F27D17/008", "Y02P10/25"}},
        {"dates", Value::Members{{"filing", "2014-03-31"}, {"grant", "2017-03-14"}}},
        {"ipc", Value::Items{"F27D17/00"}},
        {"kind", "B2"},
        {"number", number},
        {"office", "US"},
        {"organisations", Value::Items{Value::Members{{"country", "US"}, {"name", "Example Heat Recovery Inc."}, {"role", "ASSIGNEE"}}}},
        {"source", Value::Members{{"name", "bench"}, {"sha256", "sha256:" + std::string(64, '0')}}},
        {"title", "Heat recovery from furnace exhaust, number " + number}});
    return record("foreign.register", "IPO", "2017-03-14", data, "fpat:US/" + number + "-B2");
  }

  /// The table of offices, without which no foreign right is taken in.
  std::string offices() {
    const auto table = need(ledger::parse_canonical(trimmed(test::read_test_file("data/tables/ST3_OFFICES.json"))));
    return sign(record("table.publish", "GOV", "2026-01-01", table, kParty));
  }

  std::string single() { return sign(body()); }

  std::string sign(const std::string& text) const {
    return ledger::make_entry(text, {{kParty, "k1", key_.sign({crypto::domain::kRecord, node_.ledger_id, text})}});
  }

  std::string batch(std::size_t count) {
    std::vector<std::string> bodies;
    for (std::size_t i = 0; i < count; ++i) bodies.push_back(body());
    const std::vector<BytesView> views(bodies.begin(), bodies.end());
    const std::string manifest = ledger::to_canonical(Value(Value::Members{{"count", count},
                                                                           {"expires_at", expires_},
                                                                           {"ledger_id", node_.ledger_id_text},
                                                                           {"nonce", to_hex(crypto::random_bytes(16))},
                                                                           {"root", to_sha256_id(ledger::batch_root(views))},
                                                                           {"signers", Value::Items{kParty}},
                                                                           {"submitter", kParty},
                                                                           {"type", "batch"},
                                                                           {"v", 1}}));
    std::string text = ledger::make_entry(
        manifest, {{kParty, "k1", key_.sign({crypto::domain::kBatch, node_.ledger_id, manifest})}});
    for (const std::string& each : bodies) text.append("\n").append(each);
    return text;
  }

 private:
  std::string record(const char* type, const char* role, const char* day, Value data, std::string subject) const {
    return ledger::to_canonical(Value(Value::Members{{"class", "PUBLIC"},
                                                     {"data", std::move(data)},
                                                     {"event_date", day},
                                                     {"expires_at", expires_},
                                                     {"ledger_id", node_.ledger_id_text},
                                                     {"nonce", to_hex(crypto::random_bytes(16))},
                                                     {"role", role},
                                                     {"rule_pack", 1},
                                                     {"signers", Value::Items{kParty}},
                                                     {"subjects", Value::Items{std::move(subject)}},
                                                     {"submitter", kParty},
                                                     {"type", type},
                                                     {"v", 1}}));
  }

  const Node& node_;
  crypto::SigningKey key_;
  std::uint64_t next_ = 0;
  std::int64_t expires_ = std::chrono::duration_cast<std::chrono::seconds>(
                              std::chrono::system_clock::now().time_since_epoch())
                              .count() +
                          86'400;
};

std::string post(const char* path, const std::string& body) {
  return "POST " + std::string(path) + "?wait=final&timeout=60s HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: " +
         "application/json\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

/// One outstanding request on each of many connections, all on one thread; whoever is answered gets the
/// next one.
class Loader {
 public:
  Loader(std::uint16_t port, std::size_t connections) : poll_(::epoll_create1(EPOLL_CLOEXEC)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connections_.resize(connections);
    for (std::size_t i = 0; i < connections; ++i) {
      const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
      const int one = 1;
      ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
      if (::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) stop("cannot connect");
      ::fcntl(fd, F_SETFL, O_NONBLOCK);
      epoll_event event{};
      event.events = EPOLLIN | EPOLLOUT | EPOLLET;
      event.data.u64 = i;
      ::epoll_ctl(poll_, EPOLL_CTL_ADD, fd, &event);
      connections_[i].fd = fd;
    }
  }
  ~Loader() {
    for (Connection& c : connections_) ::close(c.fd);
    ::close(poll_);
  }

  /// Sends all requests; every answer must be 200 (final). Returns the seconds of each.
  std::vector<double> send(const std::vector<std::string>& requests) {
    requests_ = &requests;
    next_ = 0;
    seconds_.clear();
    for (Connection& c : connections_) give(c);
    while (seconds_.size() < requests.size()) {
      std::array<epoll_event, 64> events{};
      const int count = ::epoll_wait(poll_, events.data(), static_cast<int>(events.size()), 90'000);
      if (count == 0) stop("no answer within 90 s");
      for (int i = 0; i < count; ++i) move(connections_[events[static_cast<std::size_t>(i)].data.u64]);
    }
    return std::move(seconds_);
  }

 private:
  struct Connection {
    int fd = -1;
    const std::string* request = nullptr;
    std::size_t sent = 0;
    std::string answer;
    Clock::time_point since;
  };

  void give(Connection& c) {
    c.request = next_ < requests_->size() ? &(*requests_)[next_++] : nullptr;
    c.sent = 0;
    c.answer.clear();
    c.since = Clock::now();
    if (c.request) move(c);
  }

  void move(Connection& c) {
    while (c.request && c.sent < c.request->size()) {
      const ssize_t n = ::write(c.fd, c.request->data() + c.sent, c.request->size() - c.sent);
      if (n < 0) {
        if (errno == EAGAIN) break;
        stop("the node closed a connection");
      }
      c.sent += static_cast<std::size_t>(n);
    }
    char buffer[16'384];
    for (;;) {
      const ssize_t n = ::read(c.fd, buffer, sizeof buffer);
      if (n < 0 && errno == EAGAIN) return;
      if (n <= 0) stop("the node closed a connection");
      c.answer.append(buffer, static_cast<std::size_t>(n));
      if (complete(c.answer)) {
        if (!c.answer.starts_with("HTTP/1.1 200")) stop("not final: " + c.answer.substr(0, 2'000));
        seconds_.push_back(seconds_since(c.since));
        return give(c);
      }
    }
  }

  static bool complete(const std::string& answer) {
    const std::size_t head = answer.find("\r\n\r\n");
    const std::size_t at = answer.find("Content-Length: ");
    if (head == answer.npos || at == answer.npos || at > head) return false;
    return answer.size() >= head + 4 + std::strtoull(answer.c_str() + at + 16, nullptr, 10);
  }

  int poll_;
  std::vector<Connection> connections_;
  const std::vector<std::string>* requests_ = nullptr;
  std::size_t next_ = 0;
  std::vector<double> seconds_;
};

std::int64_t whole(double number) { return static_cast<std::int64_t>(number + 0.5); }

Value run(const Options& options) {
  test::TempDir directory;
  Node node(options, directory.path());
  Records records(node, node.key());

  const std::string sample = records.single();
  const double verify_rate = bare_verify_rate(sample.size());
  const double sync_seconds = bare_sync_seconds(directory.path());
  std::fprintf(stderr, "bounds of this run: %.0f Ed25519 verifications/s on one core, a sync takes %.2f ms\n", verify_rate,
               sync_seconds * 1e3);

  std::vector<std::string> requests = {post("/v1/records", records.offices())};
  Loader(node.port, 1).send(requests);
  requests.clear();
  for (std::size_t i = 0; i < options.latency; ++i) requests.push_back(post("/v1/records", records.single()));
  std::vector<double> alone = Loader(node.port, 1).send(requests);
  const double p50 = percentile(alone, 0.5);
  const double p99 = percentile(std::move(alone), 0.99);
  std::fprintf(stderr, "one outstanding: p50 %.2f ms, p99 %.2f ms = %.1f and %.1f syncs (entry of %zu bytes)\n", p50 * 1e3,
               p99 * 1e3, p50 / sync_seconds, p99 / sync_seconds, sample.size());

  requests.clear();
  for (std::size_t i = 0; i < options.singles; ++i) requests.push_back(post("/v1/records", records.single()));
  double cpu = node.cpu_seconds();
  auto start = Clock::now();
  const auto many = Loader(node.port, options.connections).send(requests);
  const double single_rate = static_cast<double>(options.singles) / seconds_since(start);
  const double single_cpu = (node.cpu_seconds() - cpu) / static_cast<double>(options.singles);
  std::fprintf(stderr,
               "single signatures, %zu connections: %.0f records/s = %.2f of the verify rate; p50 %.1f ms, p99 %.1f ms; the "
               "node's CPU %.0f us a record = %.1f verifications\n",
               options.connections, single_rate, single_rate / verify_rate, percentile(many, 0.5) * 1e3,
               percentile(many, 0.99) * 1e3, single_cpu * 1e6, single_cpu * verify_rate);

  // Made in portions, else the loader would need gigabytes.
  double batch_seconds = 0;
  cpu = node.cpu_seconds();
  {
    Loader loader(node.port, 8);
    for (std::size_t done = 0; done < options.batches;) {
      requests.clear();
      while (requests.size() < 50 && done + requests.size() < options.batches) {
        requests.push_back(post("/v1/batches", records.batch(kBatchMembers)));
      }
      start = Clock::now();
      loader.send(requests);
      batch_seconds += seconds_since(start);
      done += requests.size();
    }
  }
  const double batched = static_cast<double>(options.batches * kBatchMembers);
  const double batch_rate = batched / batch_seconds;
  const double batch_cpu = (node.cpu_seconds() - cpu) / batched;
  std::fprintf(stderr, "batches of %zu, 8 connections: %.0f records/s = %.2f of the verify rate; the node's CPU %.0f us a record\n",
               kBatchMembers, batch_rate, batch_rate / verify_rate, batch_cpu * 1e6);

  const std::size_t total = options.latency + options.singles + options.batches * kBatchMembers;
  const std::size_t peak = node.memory_kib("VmHWM");
  const std::size_t resident = node.memory_kib("VmRSS");
  std::fprintf(stderr, "after %zu records: node's memory peak %zu MiB, now %zu MiB\n", total, peak / 1024, resident / 1024);
  node.end();

  auto store = need(ledger::RocksStore::open(node.store_path()));
  for (std::size_t family = 0; family < ledger::kFamilyCount; ++family) {
    need(store->compact(static_cast<ledger::Family>(family)));
  }
  Value::Members purposes;
  std::uint64_t sum = 0;
  const auto usage = store->usage();
  for (std::size_t family = 0; family < ledger::kFamilyCount; ++family) {
    const std::uint64_t bytes = (usage[family].table_bytes + usage[family].blob_bytes) / total;
    sum += bytes;
    purposes.push_back({std::string(name(static_cast<ledger::Family>(family))), bytes});
    std::fprintf(stderr, "  %-8s %5llu bytes a record on disk\n", purposes.back().key.c_str(),
                 static_cast<unsigned long long>(bytes));
  }
  return Value(Value::Members{{"batch_cpu_ns", whole(batch_cpu * 1e9)},
                              {"batch_records_per_second", whole(batch_rate)},
                              {"batch_to_verify_milli", whole(batch_rate / verify_rate * 1e3)},
                              {"bytes_per_record", Value(std::move(purposes))},
                              {"bytes_per_record_sum", sum},
                              {"entry_bytes", sample.size()},
                              {"latency_p50_us", whole(p50 * 1e6)},
                              {"latency_p99_us", whole(p99 * 1e6)},
                              {"memory_peak_kib", peak},
                              {"records", total},
                              {"single_cpu_ns", whole(single_cpu * 1e9)},
                              {"single_records_per_second", whole(single_rate)},
                              {"single_to_verify_milli", whole(single_rate / verify_rate * 1e3)},
                              {"sync_us", whole(sync_seconds * 1e6)},
                              {"verify_per_second", whole(verify_rate)}});
}

}  // namespace

int main(int argc, char** argv) {
  ::signal(SIGPIPE, SIG_IGN);
  crypto::start();
  Options options;
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string flag = argv[i];
    const auto number = static_cast<std::size_t>(std::strtoull(argv[i + 1], nullptr, 10));
    if (flag == "--bin") options.bin = argv[i + 1];
    else if (flag == "--singles") options.singles = number;
    else if (flag == "--batches") options.batches = number;
    else if (flag == "--latency") options.latency = number;
    else if (flag == "--connections") options.connections = number;
    else stop("unknown option " + flag);
  }
  if (argc % 2 == 0) stop("every option takes a value");
  std::printf("%s\n", ledger::to_canonical(run(options)).c_str());
  return 0;
}
