// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "crypto/base/bytes.hpp"

namespace qinglu::node {

/// Messages up to this size (votes, certificates of usual sets, requests) never wait behind bodies.
inline constexpr std::size_t kSmallMessageBytes = 4u << 10;

/// What waits to be written to one peer. Small messages go first; where there is no room the oldest of
/// its kind goes, for the agreement has said something newer since.
/// Threads: needs outside synchronisation.   Source: agreement.md §2.9.
class Outbox {
 public:
  struct Bounds {
    std::size_t small_messages;
    std::size_t large_messages;
    std::size_t large_bytes;
  };
  explicit Outbox(Bounds bounds) : bounds_(bounds) {}

  /// Returns how many messages had to go for it.
  std::size_t push(std::shared_ptr<const Bytes> message);
  /// nullptr: empty.
  std::shared_ptr<const Bytes> pop();
  void clear();

 private:
  Bounds bounds_;
  std::deque<std::shared_ptr<const Bytes>> small_;
  std::deque<std::shared_ptr<const Bytes>> large_;
  std::size_t large_bytes_ = 0;
};

/// What one peer sent and nobody has taken yet. The reader asks for room before it reads on, so that
/// the bound in bytes holds with a whole largest message on its way.
/// Threads: one reader, one taker.
class Inbox {
 public:
  Inbox(std::size_t messages, std::size_t bytes, std::size_t message_bytes_max)
      : messages_(messages), bytes_max_(bytes), message_bytes_max_(message_bytes_max) {}

  /// Whether one more message fits; if not, the next pop() tells that the reader waits.
  bool has_room();
  void push(Bytes message);
  struct Taken {
    Bytes message;
    bool reader_waits = false;  ///< for the room that this one made
  };
  /// Waits for a message; nullopt after end(), whatever is left.
  std::optional<Taken> pop();
  void end();

 private:
  std::size_t messages_;
  std::size_t bytes_max_;
  std::size_t message_bytes_max_;
  std::mutex mutex_;
  std::condition_variable filled_;
  std::deque<Bytes> queue_;
  std::size_t bytes_ = 0;
  bool reader_waits_ = false;
  bool ended_ = false;
};

/// How many messages of the types `first` to `last` are read from one peer: `burst` at once, then
/// `per_second`. Who sends more is read more slowly.
struct RateClass {
  std::uint8_t first;
  std::uint8_t last;
  double per_second;
  double burst;
};

/// Token buckets of one peer. Threads: needs outside synchronisation.
class Rates {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;
  explicit Rates(std::vector<RateClass> classes);
  void spend(std::uint8_t type);
  /// Whether more may be read now.
  bool allow(TimePoint now);

 private:
  std::vector<RateClass> classes_;
  std::vector<double> tokens_;
  TimePoint since_{};
};

}  // namespace qinglu::node
