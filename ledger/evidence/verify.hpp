// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "crypto/base/bytes.hpp"
#include "ledger/evidence/report.hpp"

namespace qinglu::ledger {

/// A file beside the evidence file that the program found and read, under the name of an attachment.
struct GivenFile {
  std::string name;
  std::uint64_t size = 0;  ///< bytes; of a file that is too long, any number over the attachment's
  Digest sha256;
};

/// What the reader adds to file and trust. No clock here: without `now` nothing is compared with
/// it.
struct VerifyOptions {
  std::optional<std::string> policy;  ///< the reader's own policy, applied to the head in addition
  std::optional<std::int64_t> now;    ///< POSIX seconds
  std::optional<std::uint64_t> max_age;  ///< seconds; needs `now`
  bool steps = false;                    ///< tell every hash and signature of a verified file
  std::vector<GivenFile> files{};        ///< those of the attachments that are there
};

/// Cosignatures may be this much earlier than the seal, and lie this far apart (check E25).
inline constexpr std::uint64_t kClockSkewSeconds = 60;
inline constexpr std::uint64_t kSpreadSeconds = 24 * 60 * 60;

/// Verifies a claim offline: checks in the order of the table, until the first that fails.
/// Pure: the same bytes give the same report everywhere.
/// `trust` empty = none given. Requires: max_age only with now.   Source: evidence.md §8, §8.1.
Report verify(BytesView file, BytesView trust, const VerifyOptions& options);

}  // namespace qinglu::ledger
