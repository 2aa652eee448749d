// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "crypto/base/bytes.hpp"
#include "crypto/base/result.hpp"
#include "ledger/store/file.hpp"

namespace qinglu::ledger {

/// What `last_sign` says: the high-water mark of everything this node signed.
struct GuardState {
  std::uint64_t step = 0;    ///< the engine's persist steps that changed votes or `cosign`
  std::uint64_t height = 0;  ///< finalized height
  Bytes payload;             ///< rows that the step changed; the engine's matter
  bool operator==(const GuardState&) const = default;
};

/// The guard file `last_sign`, outside the store's directory: two alternating slots.
///
/// It notices what RocksDB cannot: a lost newest WAL file, an old backup, a rolled-back disk. It is
/// made by explicit commands only; a start that finds none must abstain.   Threads: one.
/// Source: agreement.md §2.12; reliability.md §3.6.
class Guard {
 public:
  /// Longest payload of a slot.
  static constexpr std::size_t kPayloadMax = 64 * 1024;

  /// Makes the file with `state` in it. Errors: conflict when it exists; io; limit.
  static Result<Guard> create(const std::string& path, const GuardState& state);
  /// Errors: not_found; corrupt when no slot is whole; io.
  static Result<Guard> open(const std::string& path);

  /// The newest state that is durable.
  const GuardState& state() const { return state_; }
  /// Replaces the older slot and syncs it. Requires: state.step rises (checked).
  /// Errors: limit; io, after which nothing may be signed any more.
  Result<void> write(GuardState state);

 private:
  Guard(File file, GuardState state, unsigned slot)
      : file_(std::move(file)), state_(std::move(state)), slot_(slot) {}

  File file_;
  GuardState state_;
  unsigned slot_;  // that holds state_
};

}  // namespace qinglu::ledger
