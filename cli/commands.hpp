// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "ledger/catalog/table.hpp"

namespace CLI {
class App;
}

namespace qinglu::cli {

/// Every noun: families of the catalogue and those that this program adds.
std::set<std::string> nouns();

/// Verbs that read or work locally and that no act of the catalogue may be called.
inline constexpr std::string_view kReservedVerbs[] = {"show", "ls", "history", "draft", "export", "prove"};
/// Nouns of this program that no family of the catalogue may be called.
inline constexpr std::string_view kReservedNouns[] = {"batch",    "checkpoint",   "completion", "config", "disclosure",
                                                      "document", "help",         "infringement", "man",  "peer",
                                                      "openings", "receipt",  "record",       "review",     "schema", "status",
                                                      "trust",    "version",      "watch"};

/// The verb under which an act of the catalogue is filed: its own word, but `evidence file-verify` for
/// evidence.verify, because `evidence verify` checks files. Empty: the type has no act.
std::string verb_of(const ledger::RecordType& type);

/// The commands of a noun, built from the catalogue's table and our own.
class CommandTree {
 public:
  /// `noun` empty: the names of the nouns only.
  explicit CommandTree(const std::string& noun);
  /// Every command: for completion and manual.
  static CommandTree whole();
  CommandTree(CommandTree&&) noexcept;
  ~CommandTree();
  const CLI::App& app() const;

 private:
  friend int run(int argc, char** argv);
  struct Impl;
  CommandTree();
  std::unique_ptr<Impl> impl_;
};

/// Seconds from `90`, `90s`, `15m`, `24h`, `7d`.
std::optional<std::uint64_t> duration_s(std::string_view text);

/// The program behind main(): parses, layers the settings, runs the one command. Returns the exit code.
int run(int argc, char** argv);

}  // namespace qinglu::cli
