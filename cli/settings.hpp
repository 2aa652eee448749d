// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

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
  bool json = false;
  bool quiet = false;
  bool yes = false;

  ledger::Language language() const;
  /// `zh` or `en` of a pair of sentences.
  template <class Text>
  Text say(Text zh, Text en) const {
    return language() == ledger::Language::zh ? zh : en;
  }
};

/// Environment and profile for what no flag has set (fields still at their defaults in `flags`).
/// `given(name)` tells whether the flag stood on the command line.
/// Errors: malformed, usage (unknown key, unknown profile): exit 78.
Result<void> layer_settings(Settings& settings, bool (*given)(const char*, void*), void* context);

/// Prints an error as text or JSON on stderr and returns `code`.
int report_error(const Settings& settings, const Error& error, int code);
/// Exit code of an Error of ours.
int exit_code_of(const Error& error);

/// Reads a passphrase: --passphrase-fd, a systemd credential, or the terminal.
/// Errors: denied (no terminal and no descriptor).
Result<std::string> read_passphrase(const Settings& settings, bool twice);

/// Whole file, or standard input for `-`.   Errors: not_found, limit, io.
Result<std::string> read_input(const std::string& path, std::size_t bytes_max);
/// Temporary file, fsync, rename. Refuses to overwrite unless `force`.
Result<void> write_output(const std::string& path, std::string_view bytes, bool force);

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
