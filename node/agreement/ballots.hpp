// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "node/agreement/message.hpp"

namespace qinglu::agreement {

/// Two statements by one member that cannot both be honest.   Source: agreement.md §2.11.
struct Misbehaviour {
  std::uint8_t code = 0;  ///< E1…E6
  std::size_t signer = 0;
  Bytes first;            ///< the two messages as they came
  Bytes second;
  std::uint64_t epoch = 0;
  std::uint64_t view = 0;  ///< not for E6
  bool operator==(const Misbehaviour&) const = default;
};

/// The votes of one view, of all members, their signatures verified. Bounded: of each member at most
/// two Notarize and two Finalize, so that a contradiction is kept, and one Nullify. Beside them, votes put
/// aside: nobody counts them, so their signatures are not looked at until another vote contradicts them.
class Ballots {
 public:
  /// Whether the table would take the vote: new, and within the bound. Asked before its signature is
  /// verified.
  bool wants(const Vote& vote) const;
  /// Takes a vote that wants() wanted; what it contradicts, each kind once.
  std::vector<Misbehaviour> add(const Vote& vote);
  /// Keeps a vote unverified. false: it contradicts another one of its signer, so it is to be verified,
  /// or the same statement lies aside with another signature. Requires: a certificate of its kind and
  /// statement is held, which bounds what lies aside; its signer has sent it.
  bool put_aside(const Vote& vote);
  /// Takes out what `vote` contradicts of what its signer has put aside: to be verified and added.
  std::vector<Vote> take_contradicted(const Vote& vote);

  /// A certificate of exactly `quorum` votes under the very same statement, lowest members first.
  std::optional<Certificate> certificate(const Statement& statement, std::size_t quorum) const;
  /// Statements of a kind that some member has signed, each once.
  std::vector<Statement> statements(Statement::Kind kind) const;
  /// Members that have voted at all.
  std::size_t voters() const { return by_signer_.size(); }
  /// A member's votes.
  const std::vector<Vote>* of(std::size_t signer) const;
  /// These, and what lies aside.
  std::vector<Vote> said_by(std::size_t signer) const;

 private:
  std::map<std::size_t, std::vector<Vote>> by_signer_;
  std::vector<Vote> aside_;
};

}  // namespace qinglu::agreement
