// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "ledger/apply/unit.hpp"
#include "ledger/codec/genesis.hpp"
#include "ledger/state/overlay.hpp"

namespace qinglu::ledger {

/// Where and when a unit would stand in the log.
struct Place {
  Digest ledger_id;
  std::int64_t time_ms = 0;  ///< block time
  std::uint64_t index = 0;   ///< log index of the unit's first entry
  std::uint64_t height = 0;  ///< of the block
  std::string origin{};      ///< of the log
  std::uint64_t activation_lead = 0;
};
/// The place of a unit in the next block of a ledger.
Place place_in(const Genesis& genesis, std::int64_t time_ms, std::uint64_t index, std::uint64_t height);

/// What the rules say to a unit.
struct Judgement {
  std::vector<Issue> issues;          ///< empty: accepted
  std::optional<std::size_t> member;  ///< batch: the member that is refused
  /// Flags of each record, parallel to the records (one, or the members).
  std::vector<std::vector<Issue>> flags;
  /// Log entries in order: the unit's own, then member entries with the manifest's index.
  std::vector<Bytes> entries;
  std::vector<Digest> leaf_hashes;

  bool accepted() const { return issues.empty(); }
};

enum class Answer { first_problem, all_problems };

/// Judges `unit` on the overlay and, if it is accepted, leaves its effects there: rows, flags,
/// record ids and history lists. A refused unit leaves no trace.
///
/// Order of checks: form; replay and expiry; signatures, keys, roles, mandate; references and
/// subjects; state and law; flags (domain.md 6.2).
/// Errors: those of the store, by which nothing is judged.
Result<Judgement> judge(Unit& unit, Overlay& state, const Place& place,
                        Answer answer = Answer::first_problem);

}  // namespace qinglu::ledger
