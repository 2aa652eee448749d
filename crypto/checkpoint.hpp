// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/base/bytes.hpp"
#include "crypto/base/result.hpp"

namespace qinglu::crypto {

/// 2^53 − 1: the largest integer of our JSON profile bounds tree sizes too.
inline constexpr std::uint64_t kTreeSizeMax = (std::uint64_t{1} << 53) - 1;

/// Schema-less URL `^[a-z0-9.-]{1,100}(/[a-z0-9._-]{1,40}){0,3}$` that ends neither in `/vote` nor
/// in `/final`: note key name of a member.   Source: agreement.md §2.1, evidence.md §1.8.
bool is_member_id(std::string_view id);
/// The same, and not `cosignature/v1`, with which a cosigned message begins.
bool is_origin(std::string_view origin);

/// Head of the log: a tree's size and root under an origin.
struct Checkpoint {
  std::string origin;
  std::uint64_t size = 0;
  Digest root;
  bool operator==(const Checkpoint&) const = default;
};

/// Three lines, each ended by LF. This is what a log signs and a witness cosigns.
/// Source: tlog-checkpoint; evidence.md §1.2.
std::string format_checkpoint(const Checkpoint& checkpoint);
/// Reads our three-line form; extension lines are refused, as nobody audits them.
/// Errors: malformed with the byte offset; limit: size over 2^53 − 1.
Result<Checkpoint> parse_checkpoint(BytesView text);

/// What a Finalize vote signs; q of them make the finality note.   Source: agreement.md §2.4.
struct FinalityText {
  std::string origin;  ///< of the log, without `/final`
  std::uint64_t size = 0;
  Digest root;
  Digest state_root;
  std::uint64_t epoch = 0;
  std::uint64_t view = 0;
  Digest block_hash;
  Digest next_valset_hash;
  bool operator==(const FinalityText&) const = default;
};

/// Six lines; the first is `<origin>/final`, so that a vote is never taken for a checkpoint.
std::string format_finality_text(const FinalityText& text);
/// Errors: malformed with the byte offset; limit: a number over 2^53 − 1.
Result<FinalityText> parse_finality_text(BytesView text);

/// A C2SP tlog-proof: place of a leaf, its path, and the note that vouches for the tree.
struct TlogProof {
  std::uint64_t index = 0;
  std::vector<Digest> path;  ///< leaf's sibling first
  std::string checkpoint;    ///< the note, verbatim and not yet parsed
  bool operator==(const TlogProof&) const = default;
};

std::string format_tlog_proof(const TlogProof& proof);
/// Refuses the optional `extra` line: nothing in it is authenticated, and we never write one.
/// Errors: malformed with the byte offset; limit: index or number of hashes.
/// Source: tlog-proof; evidence.md §1.7.
Result<TlogProof> parse_tlog_proof(BytesView text);

}  // namespace qinglu::crypto
