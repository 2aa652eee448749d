// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "crypto/base/result.hpp"
#include "ledger/evidence/claim.hpp"

namespace qinglu::ledger {

/// What is asked to be proven.
struct EvidenceRequest {
  Claim::Type type = Claim::Type::record;
  Digest record_id{};                           ///< record
  std::optional<Claim::Subject> subject{};      ///< history, absence of records
  std::optional<RowKey> row{};                  ///< state_value, absence of a row
  std::optional<std::uint64_t> as_of{};         ///< height; nullopt: now. Not for record and consistency
  std::optional<std::uint64_t> since{};         ///< height: absence since that block, consistency from it
  std::uint64_t from_seq = 0;                   ///< history
  bool withhold = false;                        ///< history: the lines alone, no record
};

/// What a court or a buyer asks, and the claim that answers it.   Source: evidence.md §4, domain.md 4.4.
struct Question {
  std::string_view name;
  std::string_view zh;
  std::string_view en;
  Claim::Type claim;                       ///< history (an absence where there is nothing), or state_value
  std::span<const Category> categories;    ///< history
  std::span<const SubjectKind> kinds;      ///< subjects that it can be asked about
};
std::span<const Question> questions();

/// What proves the answer to `question` about `subject`.
/// Errors: usage: no such question, no subject key, or a kind that the question does not fit.
Result<EvidenceRequest> request_for(std::string_view question, std::string_view subject);

/// Value of a parameter; empty: it is not given.
using Parameters = std::function<std::string_view(std::string_view name)>;
/// A request from its parameters: `question` with `subject`; or `claim` with `subject`, `category` (as 2,5) and
/// `kind` (agency), or with `ns` and `key` (base64); and `as_of`, `since`, `from_seq`, `withhold` (records).
/// Records have no parameters.   Errors: usage.   Source: docs/api.md "GET /v1/evidence".
Result<EvidenceRequest> read_request(const Parameters& parameter);

/// The state row that a namespace letter and the base64 of a key name.   Errors: usage.
Result<RowKey> read_row_name(std::string_view ns, std::string_view key);

}  // namespace qinglu::ledger
