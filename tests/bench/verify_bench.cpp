// SPDX-License-Identifier: Apache-2.0
// What it costs to check an evidence file: whole processes, wall time and peak memory, beside a process
// that does nothing (/bin/true) in the same run, and the verification alone inside one process.
// The second verifier, in Python, beside a Python that does nothing.
// usage: verify_bench [EVIDENCE TRUST [BIN]]   default: what ./demo leaves in build/demo; run at the root of the sources.
// Text to stderr, one JSON object to stdout.
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <fstream>
#include <iterator>

#include "ledger/codec/canonical_json.hpp"
#include "ledger/evidence/verify.hpp"
#include "tests/bench/bench.hpp"

using namespace qinglu;
using namespace qinglu::bench;
using ledger::Value;

namespace {

constexpr int kRuns = 200;

std::string read_all(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) stop(path + " cannot be read: run ./demo --exit first, or name an evidence and a trust file");
  return {std::istreambuf_iterator<char>(in), {}};
}

struct Cost {
  double p50 = 0;
  double p99 = 0;
  std::int64_t peak_kib = 0;
};

/// Runs a program that must end with 0; its peak memory in KiB, or this starter's own if that is more
/// (the kernel counts the pages that a process had at exec).
std::int64_t run(std::vector<std::string> command) {
  std::vector<char*> argv;
  for (std::string& word : command) argv.push_back(word.data());
  argv.push_back(nullptr);
  posix_spawn_file_actions_t quiet;
  ::posix_spawn_file_actions_init(&quiet);
  ::posix_spawn_file_actions_addopen(&quiet, 1, "/dev/null", O_WRONLY, 0);
  pid_t child = 0;
  if (::posix_spawn(&child, argv[0], &quiet, nullptr, argv.data(), environ) != 0) stop("cannot start " + command[0]);
  ::posix_spawn_file_actions_destroy(&quiet);
  int status = 0;
  rusage usage{};
  ::wait4(child, &status, 0, &usage);
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) stop(command[0] + " failed");
  return usage.ru_maxrss;
}

Cost cost_of(const std::vector<std::string>& command) {
  std::vector<double> seconds;
  Cost cost;
  for (int i = 0; i < kRuns; ++i) {
    const auto start = Clock::now();
    cost.peak_kib = std::max(cost.peak_kib, run(command));
    seconds.push_back(seconds_since(start));
  }
  cost.p50 = percentile(seconds, 0.5);
  cost.p99 = percentile(std::move(seconds), 0.99);
  return cost;
}

std::int64_t whole(double number) { return static_cast<std::int64_t>(number + 0.5); }

}  // namespace

int main(int argc, char** argv) {
  crypto::start();
  const std::string evidence = argc > 1 ? argv[1] : "build/demo/evidence/grant.qinglu.json";
  const std::string trust = argc > 2 ? argv[2] : "build/demo/trust.json";
  const std::string bin = argc > 3 ? argv[3] : "build/release/bin";
  const std::string file = read_all(evidence);
  const std::string anchor = read_all(trust);

  const Cost nothing = cost_of({"/bin/true"});
  const Cost alone = cost_of({bin + "/qinglu-verify", evidence, "--trust", trust});
  const Cost in_cli = cost_of({bin + "/qinglu", "evidence", "verify", evidence, "--trust", trust});
  const Cost idle_python = cost_of({"/usr/bin/python3", "-c", "pass"});
  const Cost in_python = cost_of({"/usr/bin/python3", "tests/evidence/verify.py", evidence, "--trust", trust});
  constexpr int kRounds = 500;
  const auto start = Clock::now();
  for (int i = 0; i < kRounds; ++i) {
    if (ledger::verify(file, anchor, {}).exit_code(false) != 0) stop("the file does not verify");
  }
  const double inside = seconds_since(start) / kRounds;
  const double one = 1 / bare_verify_rate(1'000);

  std::fprintf(stderr, "%s: %zu bytes\n", evidence.c_str(), file.size());
  const auto show = [&](const char* what, const Cost& cost) {
    std::fprintf(stderr, "  %-22s p50 %6.2f ms, p99 %6.2f ms, %5.1f times /bin/true, peak %.1f MiB\n", what, cost.p50 * 1e3,
                 cost.p99 * 1e3, cost.p50 / nothing.p50, static_cast<double>(cost.peak_kib) / 1024);
  };
  show("/bin/true", nothing);
  show("qinglu-verify", alone);
  show("qinglu evidence verify", in_cli);
  show("python3 -c pass", idle_python);
  show("verify.py", in_python);
  std::fprintf(stderr, "  the check alone        %.2f ms = %.1f Ed25519 verifications\n", inside * 1e3, inside / one);
  std::printf("%s\n", ledger::to_canonical(Value(Value::Members{{"bytes", file.size()},
                                                                {"check_us", whole(inside * 1e6)},
                                                                {"cli_peak_kib", in_cli.peak_kib},
                                                                {"cli_us", whole(in_cli.p50 * 1e6)},
                                                                {"idle_python_us", whole(idle_python.p50 * 1e6)},
                                                                {"python_us", whole(in_python.p50 * 1e6)},
                                                                {"true_us", whole(nothing.p50 * 1e6)},
                                                                {"verifier_peak_kib", alone.peak_kib},
                                                                {"verifier_us", whole(alone.p50 * 1e6)}}))
                          .c_str());
  return 0;
}
