// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "crypto/base/bytes.hpp"
#include "crypto/base/result.hpp"
#include "ledger/codec/valset.hpp"

namespace qinglu::agreement {

/// Signature suite of votes, before each signature.   Source: agreement.md §2.3.
inline constexpr std::uint8_t kSuite = 1;

/// What one vote or certificate is about: the fields that its signed bytes hold.
struct Statement {
  enum class Kind : std::uint8_t { notarize = 5, nullify = 6, finalize = 7 };
  Kind kind = Kind::notarize;
  std::uint64_t epoch = 0;
  std::uint64_t view = 0;
  Digest block_hash;         ///< not for nullify
  std::uint64_t size = 0;    ///< finalize only, with the three below
  Digest root;
  Digest state_root;
  Digest next_valset_hash;
  bool operator==(const Statement&) const = default;
};

/// Bytes that a member's vote key signs.   Source: agreement.md §2.3, §2.4.
Bytes signed_bytes(const Statement& statement, const Digest& ledger_id, std::string_view origin);
/// Bytes that a leader's vote key signs with its proposal.
Bytes propose_bytes(const Digest& ledger_id, std::uint64_t epoch, std::uint64_t view,
                    const Digest& block_hash);

/// A statement with the signatures of a quorum; one encoding on the wire, in justification
/// sections and in the store.   Source: agreement.md §2.2.
struct Certificate {
  Statement statement;
  std::vector<std::pair<std::size_t, Signature>> signatures;  ///< ascending member index

  Bytes encode(std::size_t n) const;
  /// Errors: malformed: kind, bitmap length, bits ≥ n, unknown suite, count below the quorum (or
  /// above it in kinds 5 and 6). Signatures are not verified here.
  static Result<Certificate> decode(BytesView bytes, const ledger::ValidatorSet& set);
  /// The certificate that `bytes` begin with, and how long it is.
  static Result<Certificate> decode_prefix(BytesView bytes, const ledger::ValidatorSet& set, std::size_t& length);
};

/// Checks form and every signature against the set of the statement's epoch.
Result<void> verify_certificate(const Certificate& certificate, const ledger::ValidatorSet& set,
                                const Digest& ledger_id, std::string_view origin);

/// A finalization as the signed note on `<origin>/final`.   Source: agreement.md §2.4.
std::string finality_note(const Certificate& finalization, const ledger::ValidatorSet& set,
                          const Digest& ledger_id, std::string_view origin);

/// `u32 count ‖ count certificates`.
Bytes justification_section(const std::vector<Bytes>& certificates);

/// leader(epoch, view): a shuffle of the members seeded by the epoch-genesis hash, round robin.
/// Source: agreement.md §2.7 "Leader".
std::size_t leader(const Digest& epoch_genesis, std::size_t n, std::uint64_t view);

}  // namespace qinglu::agreement
