// SPDX-License-Identifier: Apache-2.0
// qinglu_sim: the agreement of whole engines under a seeded network, clock and disk.
// usage: qinglu_sim [--seed S] [--seeds N] [--hash | --fork] [--check-determinism] [--stop-at-first]
//   --seed S     the first seed (default 1); with --seeds 1 it replays a failure
//   --seeds N    how many seeds from there on (default 200)
//   --hash       print the hash of everything that happened in each run, for comparing builds
//   --fork       f+1 liars with two faces each: the ledger forks, and the chains name them
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "crypto/base/encoding.hpp"
#include "tests/simulation/world.hpp"

using namespace qinglu;

int main(int argc, char** argv) {
  std::uint64_t first = 1;
  std::uint64_t count = 200;
  bool twice = false;
  bool hash = false;
  bool fork = false;
  std::uint64_t failures_max = 20;
  for (int i = 1; i < argc; ++i) {
    if (std::strcmp(argv[i], "--check-determinism") == 0) {
      twice = true;
    } else if (std::strcmp(argv[i], "--hash") == 0) {
      hash = true;
    } else if (std::strcmp(argv[i], "--fork") == 0) {
      fork = true;
    } else if (std::strcmp(argv[i], "--stop-at-first") == 0) {
      failures_max = 1;
    } else if (i + 1 < argc && std::strcmp(argv[i], "--seed") == 0) {
      first = std::strtoull(argv[++i], nullptr, 10);
    } else if (i + 1 < argc && std::strcmp(argv[i], "--seeds") == 0) {
      count = std::strtoull(argv[++i], nullptr, 10);
    } else {
      std::fprintf(stderr, "usage: qinglu_sim [--seed S] [--seeds N] [--hash | --fork] [--check-determinism] [--stop-at-first]\n");
      return 2;
    }
  }
  std::map<std::string, std::uint64_t> marks;
  std::uint64_t steps = 0;
  std::uint64_t failures = 0;
  for (const auto& [name, why] : sim::failed_cases()) {
    ++failures;
    std::printf("FAILED case: %s\n  %s\n", name.c_str(), why.c_str());
  }
  if (failures >= failures_max) return 1;
  const auto start = std::chrono::steady_clock::now();
  for (std::uint64_t seed = first; seed < first + count; ++seed) {
    const auto plan = fork ? sim::Plan::draw_fork(seed) : sim::Plan::draw(seed);
    auto report = sim::run(plan);
    if (report.failure.empty() && (twice || seed % 50 == 0) && sim::run(plan).events != report.events) {
      report.failure = "the same seed gave another run";
    }
    steps += report.steps;
    for (const auto& [name, hits] : report.marks) marks[name] += hits;
    if (hash) std::printf("%llu %s\n", static_cast<unsigned long long>(seed), to_hex(report.events).c_str());
    else if (count == 1) std::printf("events %s, last record final after %lld ms\n", to_hex(report.events).c_str(), static_cast<long long>(report.finished_ms));
    if (report.failure.empty()) continue;
    ++failures;
    std::printf("FAILED %s\n  %s\n", plan.describe().c_str(), report.failure.c_str());
    if (failures >= failures_max) break;
  }
  // A run that never comes to these places tests nothing of them.
  if (fork && marks["fork"] == 0) {
    ++failures;
    std::printf("FAILED: no run forked\n");
  }
  if (count >= 500 && !fork) {
    for (const char* name : {"abstains", "copied", "disk lost or older", "epoch ended", "impersonated", "range", "restored", "E1", "E2", "E3", "E4", "E5", "clock set", "corrupted", "cosigned", "crash", "double vote", "echo", "equivocation",
                             "false range", "hidden vote", "false root", "late", "notarized and nullified", "nullification", "partition", "withheld"}) {
      if (marks[name] > 0) continue;
      ++failures;
      std::printf("FAILED: no run came to \"%s\"\n  coverage mark %s is 0\n", name, name);
    }
  }
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  for (const auto& [name, hits] : marks) std::printf("  %-24s %llu\n", name.c_str(), static_cast<unsigned long long>(hits));
  std::printf("%llu seeds, %llu steps, %llu failed; %.0f seeds a minute\n", static_cast<unsigned long long>(count),
              static_cast<unsigned long long>(steps), static_cast<unsigned long long>(failures), 60 * static_cast<double>(count) / seconds);
  return failures == 0 ? 0 : 1;
}
