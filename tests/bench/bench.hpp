// SPDX-License-Identifier: Apache-2.0
#pragma once

// What the benchmarks share: a clock, a way out, percentiles, and the bounds of this machine that
// figures are set against.
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

#include "crypto/base/result.hpp"
#include "crypto/ed25519.hpp"

namespace qinglu::bench {

using Clock = std::chrono::steady_clock;

inline double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

[[noreturn]] inline void stop(const std::string& why) {
  std::fprintf(stderr, "%s\n", why.c_str());
  std::exit(1);
}

template <class T>
T need(Result<T> result) {
  if (!result) stop(result.error().detail);
  return std::move(*result);
}
inline void need(Result<void> result) {
  if (!result) stop(result.error().detail);
}

/// The value below which `share` (0…1) of the samples lie.
inline double percentile(std::vector<double> samples, double share) {
  if (samples.empty()) return 0;
  const auto at = static_cast<std::size_t>(share * static_cast<double>(samples.size() - 1) + 0.5);
  std::nth_element(samples.begin(), samples.begin() + static_cast<std::ptrdiff_t>(at), samples.end());
  return samples[at];
}

/// Ed25519 verifications a second of one core, over messages of `bytes`.
inline double bare_verify_rate(std::size_t bytes) {
  const auto key = crypto::SigningKey::generate();
  const Bytes message(bytes, 'm');
  const Signature signature = key.sign({message});
  constexpr int kRounds = 10'000;
  const auto start = Clock::now();
  for (int i = 0; i < kRounds; ++i) {
    if (!crypto::verify(key.public_key(), {message}, signature)) stop("a signature of our own does not verify");
  }
  return kRounds / seconds_since(start);
}

/// Median seconds of appending 4 KiB to a file in `directory` and syncing it.
inline double bare_sync_seconds(const std::string& directory) {
  const std::string path = directory + "/sync-probe";
  const int fd = ::open(path.c_str(), O_CREAT | O_WRONLY | O_APPEND | O_CLOEXEC, 0600);
  if (fd < 0) stop("cannot write to " + directory);
  const std::string page(4096, 'x');
  std::vector<double> samples;
  for (int i = 0; i < 200; ++i) {
    const auto start = Clock::now();
    if (::write(fd, page.data(), page.size()) < 0 || ::fdatasync(fd) != 0) stop("cannot sync " + path);
    samples.push_back(seconds_since(start));
  }
  ::close(fd);
  ::unlink(path.c_str());
  return percentile(std::move(samples), 0.5);
}

}  // namespace qinglu::bench
