// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "crypto/base/bytes.hpp"
#include "crypto/base/result.hpp"
#include "crypto/note.hpp"
#include "ledger/model/value.hpp"

namespace qinglu::ledger {

inline constexpr std::size_t kValidatorsMax = 64;

/// One institution in a validator set: one vote.   Source: agreement.md §2.1.
struct Validator {
  std::string id;       ///< schema-less URL, note key name
  std::string party;    ///< `org:<uscc>`
  PublicKey vote_key;
  PublicKey cosign_key;
  PublicKey log_key;
  PublicKey intake_key;
  Digest transport_key_hash;  ///< SHA-256 of the DER SubjectPublicKeyInfo
  std::string address;        ///< `host:port` for peers
};

/// A validator set document (canonical JSON, `qinglu-valset/1`).
struct ValidatorSet {
  std::uint64_t epoch = 0;
  std::vector<Validator> members;  ///< ascending by id; position = index

  std::size_t n() const { return members.size(); }
  /// f = ⌊(n−1)/3⌋ members may be faulty.
  std::size_t faults() const { return (n() - 1) / 3; }
  /// q = n − f members decide.
  std::size_t quorum() const { return n() - faults(); }
};

/// Reads and checks a set document: exact members, order, patterns, no two equal keys, no two keys
/// of one note name with the same key id.
/// Errors: malformed (byte offset of the member where there is one), unsupported (suite).
Result<ValidatorSet> parse_validator_set(const Value& document, std::string_view origin);
Value to_value(const ValidatorSet& set);

/// SHA-256("qinglu/valset/1\0" ‖ set bytes).
Digest valset_hash(BytesView set_bytes);

/// C2SP tlog-policy text of a set: one log line and one witness line per member, quorum q.
/// Source: evidence.md §1.8.
std::string policy_text(const ValidatorSet& set, std::string_view origin);

/// The note keys of a member: `<id>/vote` (0x01), `<id>` (0x04) and the log's key under the origin
/// (0x01).   Source: agreement.md §2.1 "Keys".
crypto::NoteKey vote_note_key(const Validator& member);
crypto::NoteKey cosign_note_key(const Validator& member);
crypto::NoteKey log_note_key(const Validator& member, std::string_view origin);

}  // namespace qinglu::ledger
