// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "ledger/catalog/table.hpp"
#include "ledger/catalog/verdict.hpp"
#include "ledger/model/rows.hpp"

namespace qinglu::ledger {

/// (party, key id) of one signature.
using SignedBy = std::pair<std::string, std::string>;

/// Whether a window of a K row holds `index`: from_index ≤ index < until_index.
/// Source: evidence.md §3.4.
bool key_good_at(const Value& key_row, std::uint64_t index);

/// Whether a grant of an R or M row holds `index`.
bool grant_good_at(const Value& grant, std::uint64_t index);

/// The (party, key id) whose signature is a new key's proof of possession (key.add, key.rotate);
/// its public key comes from `data.pub`, no K row exists for it yet.   Source: domain.md 6.3.
std::optional<SignedBy> new_key_signature(const RecordType& type, const Value& body);

/// Who had to sign, who may, with which keys and in which role, at log index `index`.
///
/// The node and the offline verifier use this one function. It reads K, R, M and V rows only;
/// signatures themselves, party rows and scopes are not its matter. Proofs of possession and what
/// `judged_by_rule` leaves to the rule are not judged either.
/// Errors (as issues): MISSING_SIGNATURE, ROLE_NOT_PERMITTED, BAD_SIGNATURE, KEY_REVOKED,
/// KEY_OUTSIDE_WINDOW, QUORUM_MISSING, MANDATE_SCOPE.   Source: domain.md 6.1; evidence.md §8.1 (32).
std::vector<Issue> check_signers(const RecordType& type, const Value& body,
                                 std::span<const SignedBy> signed_by, std::uint64_t index,
                                 const RowReader& rows);

/// Parties of the validator set in force and its quorum; empty when the rows are not at hand.
struct Council {
  std::vector<std::string> parties;
  std::size_t quorum = 0;
};
Council council_in_force(const RowReader& rows);

/// The rows that check_signers() reads for this record, so that evidence can carry their proofs.
std::vector<RowKey> signer_rows(const RecordType& type, const Value& body,
                                std::span<const SignedBy> signed_by, const RowReader& rows);

}  // namespace qinglu::ledger
