// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "ledger/catalog/table.hpp"
#include "ledger/catalog/verdict.hpp"
#include "ledger/model/rows.hpp"
#include "ledger/model/value.hpp"

namespace qinglu::ledger {

/// Envelope members that every body may have; `true`: must have.   Source: domain.md 6.1.
struct EnvelopeMember {
  std::string_view name;
  bool required;
  std::string_view zh;
  std::string_view en;
};
std::span<const EnvelopeMember> envelope_members();

/// Checks a body of the strict profile against envelope and table: all problems at once.
///
/// `limit_ms` etc. are not asked here: only what the bytes alone can answer.
/// Errors (as issues): SCHEMA_INVALID with a JSON Pointer, AMOUNT_INVALID, PERSONAL_DATA_ON_CHAIN.
std::vector<Issue> check_form(const Value& body);

/// Form of a batch manifest's body (exactly the fields of evidence.md §7.4).
std::vector<Issue> check_manifest_form(const Value& body);

/// The subject keys that the rules derive for a record (sorted, unique): from every field typed
/// subject key or party id, from `acting_for`, `makes`, `commit_ref` and `subjects_of`; where none
/// is found, the submitter.   Requires: check_form() found nothing.
std::vector<std::string> derive_subjects(const RecordType& type, const Value& body,
                                         const RowReader& rows);
/// The same without the log: fields that lend another record's subjects add nothing (drafts).
std::vector<std::string> derive_subjects(const RecordType& type, const Value& body);

/// All references a body makes (`refs`, `supersedes`, fields of type record_id and commit_ref).
struct Reference {
  std::string pointer;
  Digest record_id;
  std::span<const std::string_view> allowed;  ///< types it may name; empty = any
};
std::vector<Reference> references(const RecordType& type, const Value& body);

/// Party ids named in `data` fields of type party, with their pointers.
std::vector<std::pair<std::string, std::string>> named_parties(const RecordType& type,
                                                               const Value& body);

/// Category of a record; the body of the record named by `target` decides for a correction.
Category category_of(const RecordType& type, const Value& body, const RowReader& rows);

}  // namespace qinglu::ledger
