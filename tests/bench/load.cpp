// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/load.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <sys/wait.h>

#include <array>
#include <cerrno>
#include <fstream>
#include <sstream>
#include <utility>

#include "api/http/http_client.hpp"
#include "crypto/base/encoding.hpp"
#include "crypto/hash.hpp"
#include "crypto/keyfile.hpp"
#include "ledger/codec/canonical_json.hpp"
#include "ledger/codec/entry.hpp"
#include "tests/support/files.hpp"

namespace qinglu::bench {
namespace {

using ledger::Value;

constexpr const char* kPassphrase = "bench passphrase";

bool complete(const std::string& answer) {
  const std::size_t head = answer.find("\r\n\r\n");
  const std::size_t at = answer.find("Content-Length: ");
  if (head == answer.npos || at == answer.npos || at > head) return false;
  return answer.size() >= head + 4 + std::strtoull(answer.c_str() + at + 16, nullptr, 10);
}

}  // namespace

// --- programs -----------------------------------------------------------------------------------

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

::pid_t start(std::vector<std::string> command, const std::string& log, bool secret) {
  int pipe[2] = {-1, -1};
  if (secret) {
    if (::pipe(pipe) != 0) stop("no pipe");
    const std::string text = std::string(kPassphrase) + "\n";
    if (::write(pipe[1], text.data(), text.size()) < 0) stop("cannot write to a pipe");
    ::close(pipe[1]);
    command.insert(command.end(), {"--passphrase-fd", std::to_string(pipe[0])});
  }
  const ::pid_t child = ::fork();
  if (child == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);  // a benchmark that gives up leaves no node behind
    const int out = ::open(log.c_str(), O_CREAT | O_WRONLY | O_TRUNC, 0600);
    ::dup2(out, 1);
    if (!secret) ::dup2(out, 2);
    std::vector<char*> argv;
    for (std::string& word : command) argv.push_back(word.data());
    argv.push_back(nullptr);
    ::execv(argv[0], argv.data());
    ::_exit(127);
  }
  if (secret) ::close(pipe[0]);
  return child;
}

void finish(::pid_t child, const char* what) {
  int status = 0;
  ::waitpid(child, &status, 0);
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) stop(std::string(what) + " failed");
}

double cpu_seconds(::pid_t child) {
  std::istringstream text(read_all("/proc/" + std::to_string(child) + "/stat"));
  std::string word;
  std::uint64_t ticks = 0;
  for (int field = 1; text >> word; ++field) {
    if (field == 14 || field == 15) ticks += std::strtoull(word.c_str(), nullptr, 10);
  }
  return static_cast<double>(ticks) / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

void open_limits(const std::string& dir) {
  std::string config = read_all(dir + "/qinglud.toml");
  replace(config, "requests_per_second = 20.0", "requests_per_second = 0.0");
  replace(config, "connections_per_address = 32", "connections_per_address = 1000");
  replace(config, "units_per_submitter = 500", "units_per_submitter = 10000");
  replace(config, "submissions_per_second = 10.0", "submissions_per_second = 0.0");
  std::ofstream(dir + "/qinglud.toml") << config;
}

Server::Server(Server&& other) noexcept
    : bin_(std::move(other.bin_)), dir_(std::move(other.dir_)), child_(std::exchange(other.child_, 0)), port_(other.port_) {}

void Server::run() {
  port_ = 0;
  std::remove((dir_ + "/run.log").c_str());  // what the last run said
  child_ = start({bin_ + "/qinglud", "run", "--dir", dir_}, dir_ + "/run.log", true);
}

void Server::wait_serving() {
  for (int i = 0; i < 6'000 && port_ == 0; ++i) {
    const std::string text = read_all(dir_ + "/run.log");
    const std::size_t at = text.find("http://127.0.0.1:");
    if (at != text.npos) port_ = static_cast<std::uint16_t>(std::atoi(text.c_str() + at + 17));
    ::usleep(5'000);
  }
  if (port_ == 0) stop("the node in " + dir_ + " does not serve");
}

void Server::signal(int number) const {
  if (child_ > 0) ::kill(child_, number);
}

void Server::end(int number) {
  if (child_ <= 0) return;
  signal(number);
  ::waitpid(child_, nullptr, 0);
  child_ = 0;
}

std::size_t Server::memory_kib(const std::string& line) const {
  const std::string text = read_all("/proc/" + std::to_string(child_) + "/status");
  const std::size_t at = text.find(line + ":");
  return at == text.npos ? 0 : std::strtoull(text.c_str() + at + line.size() + 1, nullptr, 10);
}

crypto::SigningKey Server::record_key() const {
  return need(crypto::load_key_file(dir_ + "/keys/record.key", std::nullopt, kPassphrase));
}

Value Server::status() const {
  auto client = need(api::HttpClient::to("http://127.0.0.1:" + std::to_string(port_)));
  auto answer = need(client.request("GET", "/v1/status", {}, {}, {}));
  if (answer.status != 200) stop("no status: " + answer.body);
  return need(ledger::parse_canonical(trimmed(std::move(answer.body))));
}

// --- records ------------------------------------------------------------------------------------

void read_options(int argc, char** argv, const std::map<std::string, OptionTarget>& options) {
  if (argc % 2 == 0) stop("every option takes a value");
  for (int i = 1; i + 1 < argc; i += 2) {
    const auto option = options.find(argv[i]);
    if (option == options.end()) stop(std::string("unknown option ") + argv[i]);
    if (auto* const* text = std::get_if<std::string*>(&option->second)) {
      **text = argv[i + 1];
    } else {
      *std::get<std::size_t*>(option->second) = static_cast<std::size_t>(std::strtoull(argv[i + 1], nullptr, 10));
    }
  }
}

namespace {
std::string number_of(std::size_t i) { return std::to_string(20'000'000 + i); }
}  // namespace

std::string Records::subject(std::size_t i) { return "fpat:US/" + number_of(i) + "-B2"; }

std::string Records::id_of(const std::string& entry) {
  return to_sha256_id(ledger::record_id_of(need(ledger::parse_entry(entry)).body_bytes));
}

std::string Records::body() {
  const std::string number = number_of(next_++);
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
  return record("foreign.register", "IPO", "2017-03-14", data, {subject(next_ - 1)}, 1);
}

std::string Records::offices() {
  const auto table = need(ledger::parse_canonical(trimmed(test::read_test_file("data/tables/ST3_OFFICES.json"))));
  return sign(record("table.publish", "GOV", "2026-01-01", table, {signers_[0].party}, signers_.size()), signers_.size());
}

std::string Records::single() { return sign(body(), 1); }

std::string Records::sign(const std::string& text, std::size_t signers) const {
  std::vector<ledger::EntrySignature> signatures;
  for (std::size_t i = 0; i < signers; ++i) {
    signatures.push_back({signers_[i].party, "k1", signers_[i].key.sign({crypto::domain::kRecord, ledger_id_, text})});
  }
  return ledger::make_entry(text, std::move(signatures));
}

std::string Records::batch(std::size_t count) {
  std::vector<std::string> bodies;
  for (std::size_t i = 0; i < count; ++i) bodies.push_back(body());
  return batch_of(bodies);
}

std::string Records::deposits(std::size_t count, const std::string& about) {
  const std::string& party = signers_[0].party;
  const std::string hash = "sha256:" + std::string(64, '0');
  std::vector<std::string> bodies;
  for (std::size_t i = 0; i < count; ++i) {
    const Value data(Value::Members{{"captured_at", "2026-01-01T01:00:00Z"},
                                    {"clock_offset_ms", 0},
                                    {"clock_source", "NTSC"},
                                    {"custody", Value::Items{Value::Members{{"from", "2026-01-01T01:00:00Z"}, {"party", party}}}},
                                    {"digest", Value::Members{{"sha256", to_sha256_id(crypto::sha256(std::to_string(i)))}}},
                                    {"env_check_hash", hash},
                                    {"media", "text/html"},
                                    {"method", "page saved"},
                                    {"operator_commit", hash},
                                    {"related", Value::Items{about}},
                                    {"size", 1'000},
                                    {"source", "a shop's page"},
                                    {"tool", Value::Members{{"hash", hash}, {"name", "browser"}, {"ver", "1"}}}});
    bodies.push_back(record("evidence.deposit", "IPO", "2026-01-01", data, {about, party}, 1));
  }
  return batch_of(bodies);
}

std::string Records::batch_of(const std::vector<std::string>& bodies) const {
  const std::vector<BytesView> views(bodies.begin(), bodies.end());
  const std::string& party = signers_[0].party;
  const std::string manifest = ledger::to_canonical(Value(Value::Members{{"count", bodies.size()},
                                                                         {"expires_at", expires_},
                                                                         {"ledger_id", to_sha256_id(ledger_id_)},
                                                                         {"nonce", to_hex(crypto::random_bytes(16))},
                                                                         {"root", to_sha256_id(ledger::batch_root(views))},
                                                                         {"signers", Value::Items{party}},
                                                                         {"submitter", party},
                                                                         {"type", "batch"},
                                                                         {"v", 1}}));
  std::string text =
      ledger::make_entry(manifest, {{party, "k1", signers_[0].key.sign({crypto::domain::kBatch, ledger_id_, manifest})}});
  for (const std::string& each : bodies) text.append("\n").append(each);
  return text;
}

std::string Records::record(const char* type, const char* role, const char* day, Value data, std::vector<std::string> subjects,
                            std::size_t signers) const {
  std::vector<std::string> parties;
  for (std::size_t i = 0; i < signers; ++i) parties.push_back(signers_[i].party);
  std::ranges::sort(parties);
  const Value::Items named(parties.begin(), parties.end());
  return ledger::to_canonical(Value(Value::Members{{"class", "PUBLIC"},
                                                   {"data", std::move(data)},
                                                   {"event_date", day},
                                                   {"expires_at", expires_},
                                                   {"ledger_id", to_sha256_id(ledger_id_)},
                                                   {"nonce", to_hex(crypto::random_bytes(16))},
                                                   {"role", role},
                                                   {"rule_pack", 1},
                                                   {"signers", named},
                                                   {"subjects", Value::Items(subjects.begin(), subjects.end())},
                                                   {"submitter", signers_[0].party},
                                                   {"type", type},
                                                   {"v", 1}}));
}

namespace {
/// Makes a ledger of one member in `dir`; its id.
Digest found_alone(const std::string& bin, const std::string& directory, const std::string& dir) {
  const std::string program = bin + "/qinglud";
  finish(start({program, "init", "--dir", dir, "--member", "ip-office.example", "--party", LoneNode::kParty, "--name", "IP office", "--role",
                "IPO:50", "--http-port", "0", "--kdf", "interactive"},
               directory + "/init.log", true),
         "qinglud init");
  open_limits(dir);
  const std::string pack = directory + "/rulepack.json";
  std::ofstream(pack) << test::read_test_file("data/rulepack-1.json");
  const std::string created = directory + "/create.log";
  finish(start({program, "network", "create", "--dir", dir, "--origin", "bench.example/qinglu", "--rule-pack", pack, "--json"},
               created, false),
         "qinglud network create");
  const auto facts = need(ledger::parse_canonical(trimmed(read_all(created))));
  return *from_sha256_id(facts.text_of("ledger_id"));
}

std::vector<Signer> only(Signer signer) {
  std::vector<Signer> signers;
  signers.push_back(std::move(signer));
  return signers;
}
}  // namespace

LoneNode::LoneNode(const std::string& bin)
    : dir(directory.path() + "/node"), ledger_id(found_alone(bin, directory.path(), dir)), server(bin, dir), records(ledger_id, only({kParty, server.record_key()})) {
  server.run();
  server.wait_serving();
}

// --- load ---------------------------------------------------------------------------------------

std::string post(const std::string& target, const std::string& body) {
  return "POST " + target + " HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: " +
         std::to_string(body.size()) + "\r\n\r\n" + body;
}

Loader::Loader(const std::vector<std::uint16_t>& ports, std::size_t connections)
    : poll_(::epoll_create1(EPOLL_CLOEXEC)), timer_(::timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK)) {
  connections_.resize(connections);
  const auto watch = [&](int fd, std::uint32_t what, std::uint64_t name) {
    epoll_event event{};
    event.events = what;
    event.data.u64 = name;
    ::epoll_ctl(poll_, EPOLL_CTL_ADD, fd, &event);
  };
  for (std::size_t i = 0; i < connections; ++i) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(ports[i % ports.size()]);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const int one = 1;
    ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    if (::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) stop("cannot connect");
    ::fcntl(fd, F_SETFL, O_NONBLOCK);
    watch(fd, EPOLLIN | EPOLLOUT | EPOLLET, i);
    connections_[i].fd = fd;
  }
  watch(timer_, EPOLLIN, connections);
}

Loader::~Loader() {
  for (Connection& c : connections_) ::close(c.fd);
  ::close(timer_);
  ::close(poll_);
}

std::vector<double> Loader::send(const std::vector<std::string>& requests, double per_second) {
  requests_ = &requests;
  per_second_ = per_second;
  begun_ = Clock::now();
  next_ = 0;
  seconds_.clear();
  idle_.clear();
  for (Connection& c : connections_) give(c);
  while (seconds_.size() < requests.size()) {
    std::array<epoll_event, 64> events{};
    const int count = ::epoll_wait(poll_, events.data(), static_cast<int>(events.size()), 90'000);
    if (count == 0) stop("no answer within 90 s");
    for (int i = 0; i < count; ++i) {
      const std::uint64_t name = events[static_cast<std::size_t>(i)].data.u64;
      if (name < connections_.size()) {
        move(connections_[name]);
        continue;
      }
      std::uint64_t times = 0;
      if (::read(timer_, &times, sizeof times) < 0) continue;
      while (!idle_.empty() && next_ < requests.size() && due(next_) <= Clock::now()) {
        Connection& c = *idle_.front();
        idle_.erase(idle_.begin());  // the longest idle one, so that all servers have their turn
        give(c);
      }
      if (!idle_.empty() && next_ < requests.size()) expect(due(next_));
    }
  }
  return std::move(seconds_);
}

Clock::time_point Loader::due(std::size_t request) const {
  if (per_second_ <= 0) return begun_;
  return begun_ + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(static_cast<double>(request) / per_second_));
}

void Loader::expect(Clock::time_point when) const {
  const auto ns = std::chrono::duration_cast<std::chrono::nanoseconds>(when.time_since_epoch()).count();
  itimerspec at{};
  at.it_value.tv_sec = ns / 1'000'000'000;
  at.it_value.tv_nsec = ns % 1'000'000'000;
  ::timerfd_settime(timer_, TFD_TIMER_ABSTIME, &at, nullptr);
}

void Loader::give(Connection& c) {
  c.request = nullptr;
  c.sent = 0;
  c.answer.clear();
  if (next_ == requests_->size()) return;
  c.since = Clock::now();
  if (per_second_ > 0) {
    const auto when = due(next_);
    if (when > c.since) {
      idle_.push_back(&c);
      return expect(when);
    }
    c.since = when;
  }
  c.request = &(*requests_)[next_++];
  move(c);
}

void Loader::move(Connection& c) {
  while (c.request && c.sent < c.request->size()) {
    const ssize_t n = ::write(c.fd, c.request->data() + c.sent, c.request->size() - c.sent);
    if (n < 0) {
      if (errno == EAGAIN) break;
      stop("the server closed a connection");
    }
    c.sent += static_cast<std::size_t>(n);
  }
  char buffer[16'384];
  for (;;) {
    const ssize_t n = ::read(c.fd, buffer, sizeof buffer);
    if (n < 0 && errno == EAGAIN) return;
    if (n <= 0) stop("the server closed a connection");
    c.answer.append(buffer, static_cast<std::size_t>(n));
    if (complete(c.answer)) {
      if (!c.answer.starts_with("HTTP/1.1 200")) stop("not final: " + c.answer.substr(0, 2'000));
      seconds_.push_back(seconds_since(c.since));
      return give(c);
    }
  }
}

}  // namespace qinglu::bench
