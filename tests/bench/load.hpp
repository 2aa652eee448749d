// SPDX-License-Identifier: Apache-2.0
#pragma once

// What the benchmarks of whole nodes share: programs that they start, records that they submit, and
// the load generator.
#include <signal.h>
#include <sys/types.h>

#include <cstdint>
#include <map>
#include <string>
#include <variant>
#include <vector>

#include "crypto/base/bytes.hpp"
#include "crypto/ed25519.hpp"
#include "ledger/model/value.hpp"
#include "tests/bench/bench.hpp"
#include "tests/support/files.hpp"

namespace qinglu::bench {

inline constexpr std::size_t kBatchMembers = 1'000;

std::string read_all(const std::string& path);
std::string trimmed(std::string text);
/// Requires: `text` holds `from`.
void replace(std::string& text, const std::string& from, const std::string& to);

/// Starts a program whose standard output goes to `log`; it dies with this one. `secret`: it reads the
/// passphrase of all keys from a pipe.
::pid_t start(std::vector<std::string> command, const std::string& log, bool secret);
/// Waits for a program that must succeed.
void finish(::pid_t child, const char* what);
/// Seconds of processor time that a process has used.
double cpu_seconds(::pid_t child);

/// Opens the limits of a node's configuration for one loopback client with one key.
void open_limits(const std::string& dir);

/// A `qinglud run` in `dir`.
class Server {
 public:
  Server(std::string bin, std::string dir) : bin_(std::move(bin)), dir_(std::move(dir)) {}
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;
  Server(Server&& other) noexcept;
  ~Server() { end(SIGTERM); }

  /// Starts it; `wait_serving` waits until it answers.
  void run();
  void wait_serving();
  void signal(int number) const;
  void end(int number);
  bool running() const { return child_ > 0; }

  std::uint16_t port() const { return port_; }
  double cpu_seconds() const { return child_ > 0 ? bench::cpu_seconds(child_) : 0; }
  /// A line of /proc/PID/status in KiB.
  std::size_t memory_kib(const std::string& line) const;
  std::string store_path() const { return dir_ + "/data/store"; }
  crypto::SigningKey record_key() const;
  /// `/v1/status`.
  ledger::Value status() const;

 private:
  std::string bin_;
  std::string dir_;
  ::pid_t child_ = 0;
  std::uint16_t port_ = 0;
};

/// A party with its record key.
struct Signer {
  std::string party;
  crypto::SigningKey key;
};

/// Records of the shape that the importer makes: a foreign patent with its organisations and classes.
/// The first signer registers; all of them are the council that publishes tables.
class Records {
 public:
  Records(const Digest& ledger_id, std::vector<Signer> signers) : ledger_id_(ledger_id), signers_(std::move(signers)) {}

  /// The table of offices, without which no foreign right is taken in.
  std::string offices();
  std::string single();
  std::string batch(std::size_t count);
  /// A batch of deposits of evidence about one right.
  std::string deposits(std::size_t count, const std::string& about);
  /// Records of foreign rights so far: number i is about subject(i).
  std::size_t made() const { return next_; }
  static std::string subject(std::size_t i);
  /// `sha256:…` of the record in an entry.
  static std::string id_of(const std::string& entry);

 private:
  std::string body();
  std::string batch_of(const std::vector<std::string>& bodies) const;
  std::string record(const char* type, const char* role, const char* day, ledger::Value data, std::vector<std::string> subjects,
                     std::size_t signers) const;
  std::string sign(const std::string& text, std::size_t signers) const;

  Digest ledger_id_;
  std::vector<Signer> signers_;
  std::uint64_t next_ = 0;
  std::int64_t expires_ = std::chrono::duration_cast<std::chrono::seconds>(
                              std::chrono::system_clock::now().time_since_epoch())
                              .count() +
                          86'400;
};

/// A ledger of one member in a directory of its own, its node serving, and who makes records for it.
struct LoneNode {
  explicit LoneNode(const std::string& bin);

  static constexpr const char* kParty = "org:11500000QL000009XA";
  test::TempDir directory;
  std::string dir;  ///< the node's
  Digest ledger_id;
  Server server;
  Records records;
};

/// A request as it goes over the wire.
std::string post(const std::string& target, const std::string& body);
inline std::string post_record(const std::string& entry) { return post("/v1/records?wait=final&timeout=60s", entry); }
inline std::string post_batch(const std::string& batch) { return post("/v1/batches?wait=final&timeout=60s", batch); }

/// One outstanding request on each of many connections, all on one thread; whoever is answered gets the
/// next one. Connection i goes to server i mod n.
class Loader {
 public:
  Loader(const std::vector<std::uint16_t>& ports, std::size_t connections);
  ~Loader();
  Loader(const Loader&) = delete;
  Loader& operator=(const Loader&) = delete;

  /// Sends all requests; every answer must be 200 (final). Returns the seconds of each. With a rate
  /// request k falls due at k / rate and counts from then on, sent late or not.
  std::vector<double> send(const std::vector<std::string>& requests, double per_second = 0);

 private:
  struct Connection {
    int fd = -1;
    const std::string* request = nullptr;
    std::size_t sent = 0;
    std::string answer;
    Clock::time_point since;
  };

  Clock::time_point due(std::size_t request) const;
  void give(Connection& connection);
  void move(Connection& connection);
  void expect(Clock::time_point when) const;

  int poll_;
  int timer_;
  std::vector<Connection> connections_;
  std::vector<Connection*> idle_;
  const std::vector<std::string>* requests_ = nullptr;
  double per_second_ = 0;
  Clock::time_point begun_;
  std::size_t next_ = 0;
  std::vector<double> seconds_;
};

/// Reads `--name VALUE` pairs into what they name; anything else ends the program.
using OptionTarget = std::variant<std::string*, std::size_t*>;
void read_options(int argc, char** argv, const std::map<std::string, OptionTarget>& options);

/// A figure as a whole number.
inline std::int64_t whole(double number) { return static_cast<std::int64_t>(number + 0.5); }

}  // namespace qinglu::bench
