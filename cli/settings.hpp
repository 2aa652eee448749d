// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "api/client/client.hpp"
#include "crypto/base/result.hpp"
#include "ledger/model/language.hpp"

namespace qinglu::cli {

// Exit codes of all programs.   Source: ecosystem.md §4.3.
inline constexpr int kOk = 0;
inline constexpr int kRefuted = 1;
inline constexpr int kUsage = 2;
inline constexpr int kUndecided = 3;
inline constexpr int kDenied = 4;
inline constexpr int kNotFound = 5;
inline constexpr int kRefused = 6;
inline constexpr int kConflict = 7;
inline constexpr int kUnreachable = 8;
inline constexpr int kUnknownOutcome = 9;
inline constexpr int kFork = 10;
inline constexpr int kWarnings = 11;
inline constexpr int kHalted = 12;
inline constexpr int kInternal = 70;
inline constexpr int kConfiguration = 78;
inline constexpr int kInterrupted = 130;

/// What every command may be told; flag > QINGLU_* environment > profile > default.
struct Settings {
  std::string node = "http://127.0.0.1:7180";
  std::string keys;   ///< directory of key files
  std::string key;    ///< `<party>/<key id>`, or the path of a key file
  std::string trust;  ///< trust file
  std::string state;  ///< directory for receipts and journals
  std::string lang;   ///< zh or en
  std::string profile;
  std::string wait = "final";
  std::int64_t timeout_ms = 30'000;
  int passphrase_fd = -1;
  std::string colour = "auto";          ///< auto, always or never
  std::optional<std::vector<std::string>> fields;  ///< of the JSON document; empty: list their names
  bool json = false;
  bool quiet = false;
  bool yes = false;         ///< sign without asking
  bool verbose = false;     ///< each call to the node on stderr
  bool curl = false;        ///< the same as commands for curl
  bool explain = false;     ///< each step of a verification with its hashes
  bool unverified = false;  ///< take the node's word
  bool no_state = false;    ///< neither read nor keep the checkpoint last seen

  ledger::Language language() const;
  /// `zh` or `en` of a pair of sentences.
  template <class Text>
  Text say(Text zh, Text en) const {
    return language() == ledger::Language::zh ? zh : en;
  }
};

/// `$XDG_CONFIG_HOME/qinglu/trust.json`, where `trust pin` puts it.
std::string default_trust_path();
/// `$XDG_CONFIG_HOME/qinglu/config.toml`, then the system's.
std::vector<std::string> config_paths();

/// Where the value of a setting comes from, for `config show --origin`.
struct Origin {
  std::string name;
  std::string value;
  std::string from;  ///< flag, the variable, `file profile.name`, or default
};

/// Environment and profile for what no flag has set (fields still at their defaults in `flags`).
/// `given(name)` tells whether the flag stood on the command line.
/// Answers what came from where. Errors: malformed, usage (unknown key, unknown profile): exit 78.
Result<std::vector<Origin>> layer_settings(Settings& settings, const std::function<bool(const char*)>& given);

/// Client for the node of these settings, with --verbose and --curl.   Errors: usage.
Result<api::Client> node_of(const Settings& settings);

/// SIGINT ends the program with 130, and a terminal that was asked for a passphrase echoes again.
void end_on_interrupt();

/// Prints an error as text or JSON on stderr and returns `code`.
int report_error(const Settings& settings, const Error& error, int code);
/// Exit code of an Error of ours.
int exit_code_of(const Error& error);

/// Reads a passphrase: --passphrase-fd, a systemd credential, or the terminal.
/// Errors: denied (no terminal and no descriptor).
Result<std::string> read_passphrase(const Settings& settings, bool twice);

/// Asks on the terminal before something is signed; --yes answers.
/// Errors: usage (no terminal to ask on), denied (the answer is no).
Result<void> confirm(const Settings& settings, std::string_view question);

/// Whole file, or standard input for `-`.   Errors: not_found, limit, io.
Result<std::string> read_input(const std::string& path, std::size_t bytes_max);
/// Temporary file, fsync, then its name appears at once. An existing file is left alone unless `force`.
/// Errors: conflict, io.
enum class Access : std::uint8_t { everybody, owner };
Result<void> write_output(const std::string& path, std::string_view bytes, bool force, Access access = Access::everybody);

/// Wall clock: the command line is at the edge, where clocks are allowed.
std::int64_t now_ms();

/// One line on stderr, at most ten times a second on a terminal, else a line every five seconds;
/// silent with --quiet and --json.
class Progress {
 public:
  Progress(const Settings& settings, std::string what, std::uint64_t total);
  ~Progress();
  void step(std::uint64_t done);

 private:
  bool shown_;
  bool terminal_;
  std::string what_;
  std::uint64_t total_;
  std::int64_t started_ms_;
  std::int64_t last_ms_ = 0;
};

}  // namespace qinglu::cli
