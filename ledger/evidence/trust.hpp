// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "crypto/base/bytes.hpp"
#include "crypto/base/result.hpp"
#include "ledger/codec/genesis.hpp"
#include "ledger/codec/valset.hpp"

namespace qinglu::ledger {

/// A trust file `qinglu-trust/1`: what a reader believes before opening any evidence. It comes from
/// outside the evidence, or its SHA-256 from a gazette.   Source: evidence.md §8.
struct Trust {
  /// A tree that the reader knows to be genuine; shuts out forgery by former members.
  struct Floor {
    std::uint64_t size = 0;
    Digest root;
  };
  Digest ledger_id;
  std::string origin;
  std::uint64_t epoch = 0;
  std::string policy;                      ///< C2SP policy text of that epoch
  std::optional<ValidatorSet> validators;  ///< generates `policy`; needed once a later set appears
  std::optional<Floor> floor;
};

/// Errors: malformed: not canonical, a member missing, extra or ill-formed, an origin that is none,
/// validators that do not generate the policy or are of another epoch.
Result<Trust> decode_trust(BytesView bytes);
Bytes encode_trust(const Trust& trust);
/// The set of genesis, with nothing else known beforehand.
Trust trust_of(const Genesis& genesis);

}  // namespace qinglu::ledger
