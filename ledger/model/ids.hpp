// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace qinglu::ledger {

/// Kind of a subject in the complete-history lists; never change: part of evidence bytes.
/// Source: domain.md 6.1, evidence.md §4.1.
enum class SubjectKind : std::uint8_t {
  party = 1,
  patent = 2,
  contract = 3,
  case_file = 4,
  agency = 5,  ///< an agency's own list, `agt:` ‖ its `org:` key; no subject key
  other = 6,
};

/// Kind of a well-formed subject key; nullopt when the key has no form of domain.md 6.1.
/// `agt:` is no subject key.
std::optional<SubjectKind> kind_of_subject(std::string_view key);

/// `org:<18 characters of the USCC alphabet>` or `per:<64 lower-case hex>`. The check character of
/// the code is the rule's matter (USCC_INVALID).
bool is_party_id(std::string_view text);
/// `pat:` and an application number in normal form (its check character is the rule's matter).
bool is_patent_key(std::string_view text);
/// `fpat:<office>/<number>-<kind>`, office not CN.   Source: ip-data.md 2.5.
bool is_foreign_key(std::string_view text);
/// A licence: the record that created it (`sha256:<64 hex>`) and its place there, 0..999.
struct LicenseId {
  std::string_view record;
  int place;
};
/// `<record>/<place>`; views into the input.   Source: domain.md 6.1.
std::optional<LicenseId> parse_license_id(std::string_view text);
/// 64 lower-case hexadecimal digits.
bool is_hex64(std::string_view text);

}  // namespace qinglu::ledger
