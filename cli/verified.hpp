// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "api/client/client.hpp"
#include "cli/settings.hpp"
#include "crypto/base/bytes.hpp"
#include "crypto/checkpoint.hpp"
#include "ledger/evidence/checks.hpp"
#include "ledger/evidence/trust.hpp"

namespace qinglu::cli {

/// Bytes of the trust file, without line feeds after them; empty where none is named and the default is not there.
/// Errors: not_found, limit, io.
Result<std::string> read_trust_text(const Settings& settings);

/// The same, read; nullopt where none was ever pinned at the default place.
/// Errors: not_found (a file that was named), limit, io; malformed.
Result<std::optional<ledger::Trust>> read_trust(const Settings& settings);

/// Holds what a node says against the trust file and against the checkpoint last seen on this
/// machine, before it is printed as a fact.   Source: ecosystem.md §4.2.   Threads: one.
class Verifier {
 public:
  Verifier(const Settings& settings, api::Client& node) : settings_(settings), node_(node) {}

  /// Whether the node is of the trusted ledger, by its own word: asked before anything is signed for
  /// it or sent to it. Without a trust file nothing is claimed, so nothing is asked.
  Result<ledger::Outcome> ledger();
  /// The node's head: its signatures, and that the checkpoint last seen is a prefix of it.
  Result<ledger::Outcome> head();
  /// That the record of this id stands at `index`, in the final block of `height`; then head().
  Result<ledger::Outcome> record(const std::string& id, std::uint64_t height, std::uint64_t index);

  /// After a successful record(): its entry as the log holds it, and the block's time.
  const Bytes& entry() const { return entry_; }
  std::int64_t time_ms() const { return time_ms_; }
  /// After a fork: the file that holds both signed heads.
  const std::string& proof_file() const { return proof_file_; }

 private:
  Result<ledger::Outcome> trust();
  /// Follows the changes of the validator set that the node shows, from the newest set known here.
  Result<ledger::Outcome> follow();
  /// check_head(), under a later set if need be; then the chain to it must hold.
  Result<ledger::Outcome> judge(const std::string& note, crypto::Checkpoint& tree);
  Result<ledger::Outcome> in_block(std::uint64_t height, std::uint64_t index, bool& other_epoch);
  Result<ledger::Outcome> by_evidence(const std::string& id, std::uint64_t index);
  Result<ledger::Outcome> included(std::uint64_t index, const crypto::Checkpoint& tree);
  Result<ledger::Outcome> prefix(const crypto::Checkpoint& older, const crypto::Checkpoint& newer);
  Result<ledger::Outcome> against_last_seen(std::string note, crypto::Checkpoint tree);
  ledger::Failure forked(const std::string& seen, const std::string& now, const std::string& why);
  void step(const std::string& text);

  const Settings& settings_;
  api::Client& node_;
  std::optional<ledger::Trust> pinned_;  ///< the trust file
  std::optional<ledger::Trust> trust_;   ///< the newest set that a chain from there has led to
  Bytes entry_;
  std::int64_t time_ms_ = 0;
  std::string proof_file_;
  int steps_ = 0;
};

/// Says which check failed, what that means and what to do next; the document names them too.
/// Returns the exit code of the class: 1 refuted, 3 undecided, 10 fork.
int report_failure(const Settings& settings, std::string_view command, const std::string& subject,
                   const ledger::Failure& failure, const std::string& proof_file);

/// Runs head() for a command that reads; the exit code where it must not print, else nullopt.
/// `--unverified` skips it.
std::optional<int> refuse_unverified(const Settings& settings, std::string_view command,
                                     const std::string& subject, api::Client& node);

}  // namespace qinglu::cli
