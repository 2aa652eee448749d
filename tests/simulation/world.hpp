// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "node/agreement/engine.hpp"
#include "tests/support/random.hpp"

namespace qinglu::sim {

/// What one run is made of; drawn from the seed, printed with a failure.   Units: ms, shares of 1,000.
struct Plan {
  std::uint64_t seed = 0;
  std::size_t n = 4;
  std::size_t liars = 0;           ///< members whose votes and proposals are the adversary's
  std::int64_t delay_min = 1;      ///< one way
  std::int64_t delay_mean = 60;    ///< above the minimum
  std::uint64_t loss = 0;
  std::uint64_t duplicates = 0;
  std::uint64_t corruption = 0;    ///< messages with a changed byte
  std::uint64_t crash = 0;         ///< at a write, before or after it
  std::uint64_t partitions = 0;    ///< chance of a new partition every second
  bool twins = false;              ///< each liar is two honest copies with one key
  std::uint64_t tamper = 0;        ///< how often a liar changes what it sends
  bool adaptive = false;           ///< the liars watch: two blocks for two halves, and to each member the votes it casts itself
  std::int64_t skew = 0;           ///< clocks differ by up to this
  std::int64_t heal_at = 60'000;   ///< from then on: no loss, no crash, no partition
  std::int64_t end_at = 300'000;
  std::size_t records = 8;
  std::size_t observers = 0;       ///< nodes beside the first set's members; changes may let them in
  std::size_t changes = 0;         ///< of the validator set
  bool sleeper = false;            ///< the last member is down until the network heals
  std::uint64_t opinions = 0;      ///< chance every second of a wrong opinion who is absent
  enum class Disk : std::uint8_t {
    sound,
    lost,      ///< empty after a crash, and the member knows
    older,     ///< what it was some time ago, and the member knows
    restored,  ///< the same with the guard: the member does not know
    copied,    ///< a second node runs with the same keys
  } disk = Disk::sound;
  std::size_t afflicted = 0;       ///< members behind the liars whose disks these are; liars + afflicted ≤ f
  std::int64_t slow_bodies = 0;    ///< proposals reach the last member so much later, its own nobody, to the end
  bool never_finalizes = false;    ///< the liars, to the end
  bool hidden_vote = false;        ///< member 0 votes two views above all that others hold, and loses its disk
  bool fork = false;               ///< f+1 liars, two camps: agreement must break, and the liars be named

  /// Members of the set of an epoch: node and which of its keys.
  using Members = std::vector<std::pair<std::size_t, std::size_t>>;
  std::vector<Members> sets() const;

  static Plan draw(std::uint64_t seed);
  /// More liars than a set stands, which keep the two halves of the honest apart.
  static Plan draw_fork(std::uint64_t seed);
  std::string describe() const;
};

struct Report {
  std::string failure;  ///< empty: every checker was content
  Digest events;        ///< hash over everything that happened: equal for equal seeds
  std::uint64_t steps = 0;
  std::int64_t finished_ms = 0;  ///< virtual time at which the last record was final everywhere
  std::map<std::string, std::uint64_t> marks;  ///< interesting places that were reached
};

/// Runs whole engines over a simulated network, clock and disk, with checkers that share no code with
/// them.   Source: agreement.md §3.3; reliability.md §3.
Report run(const Plan& plan);

/// Cases by hand, in front of the seeds: their names, and what went wrong.
std::vector<std::pair<std::string, std::string>> failed_cases();

}  // namespace qinglu::sim
