// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace qinglu::ledger {

/// Institutions' roles; in a body without the prefix `R_`.   Source: domain.md 3.6.
enum class Role : std::uint8_t {
  agent, ipo, admin, court, exch, reg, party, bank, ins, appr, cert, notary, tsa, sci, drc, miit,
  inst, gov, aud,
};
/// `AGENT`, `IPO`, …; nullopt for an unknown word.
std::string_view name(Role role);
bool role_from(std::string_view word, Role& role);
/// Roles that a `role.grant` must have given (row R). PARTY is everyone registered, AGENT is a party
/// with an agency code, GOV is membership in the validator set.
bool is_granted_role(Role role);
/// IPO, ADMIN, COURT: on a record they alone sign, codes of class *law* are flags.
/// Source: domain.md 6.13.
bool is_authority(Role role);

/// Category of the complete-history lists.   Source: evidence.md §4.1, domain.md 6.1.
enum class Category : std::uint8_t {
  all = 0,
  filing = 1,
  infringement = 2,
  market = 3,
  finance = 4,
  dispute = 5,
  governance = 6,
  of_target = 255,  ///< that of the record named by `target` (correction)
};

/// Form of one field's value.   Source: domain.md 6.1 "Types of values".
enum class FieldType : std::uint8_t {
  text,        ///< free text, 1..2,000 bytes; searched for personal data
  code,        ///< `[A-Za-z0-9][A-Za-z0-9._/-]{0,63}`
  choice,      ///< one of `allowed`
  boolean,
  integer,     ///< within `min`..`max`
  date,        ///< YYYY-MM-DD, a day that exists
  instant,     ///< YYYY-MM-DDThh:mm:ssZ
  hash,        ///< `sha256:` + 64 hex
  commitment,  ///< the same form; a salted commitment
  record_id,   ///< the same form; must name a record in the log (REF_NOT_FOUND), of a type in
               ///< `allowed` where that is given (REF_WRONG_TYPE)
  commit_ref,  ///< record id of a `patent.commit`; its `cmt:` key is a subject of the record
  doc_commit,  ///< commitment that names the subject `cmt:<its hex>`
  key_hex,     ///< 64 hex: a public key
  base64,      ///< canonical base64
  money,       ///< {"fen": int} or {"amount","cur"}
  basis_points,
  region,
  ipc,         ///< full symbol, domain.md 6.1
  class_code,  ///< a symbol of any depth or ALL
  app_no,      ///< 13 (before 2003-10-01: 9) characters; names the subject `pat:<it>`
  pub_no,      ///< CN publication or grant number with kind code
  uscc,        ///< 18 characters; its check is the rule's matter (USCC_INVALID)
  country,     ///< `[A-Z]{2}`
  party,       ///< party id; a subject of the record
  patent,      ///< `pat:` subject key; a subject of the record
  foreign,     ///< `fpat:` subject key; a subject of the record
  contract,    ///< `ctr:` subject key; a subject of the record
  lawsuit,     ///< `case:` subject key; a subject of the record
  listing,     ///< `lst:` subject key; a subject of the record
  subject,     ///< any subject key; a subject of the record
  license_id,  ///< `sha256:<64 hex>/<n>`: the record that created the licence, and its place there
  object,      ///< members as in `members`
  any,         ///< any value of the profile (params of a rule pack, rows of a table)
};

enum class Shape : std::uint8_t {
  one,
  list,  ///< 1..`max` items in the order given
  set,   ///< 1..`max` items, sorted by canonical bytes and unique
};

/// One field of `data`.
struct Field {
  std::string_view name;
  FieldType type;
  bool required = false;
  std::string_view zh;  ///< label
  std::string_view en;
  Shape shape = Shape::one;
  std::span<const std::string_view> allowed = {};  ///< choice words, or types of a record_id
  std::span<const Field> members = {};             ///< of an object
  std::int64_t min = 0;
  std::int64_t max = (std::int64_t{1} << 53) - 1;  ///< integer's bound, or a list's length (≤ 4,096)
};

/// Who must and who may sign.   Source: domain.md 6.1 "Signers" and column "Submitter".
struct SignerRule {
  /// The body's `role` must be one of these.
  std::span<const Role> roles;
  /// Fields of `data` (party id, or a list of them or of objects with a `party`) whose parties must
  /// sign beside the submitter.
  std::span<const std::string_view> must_sign = {};
  /// Fields of `data` whose parties may sign.
  std::span<const std::string_view> may_sign = {};
  /// q distinct parties of the validator set in force must be among the signers (role GOV).
  bool council = false;
  /// `council` and `must_sign` do not hold; the rule beside the table judges the signers itself
  /// (key.add: registrar, owner, council if the owner's key is lost).
  bool judged_by_rule = false;
  /// The submitter acts for `acting_for` under a mandate (row M) with this power, when it is there.
  std::string_view mandate_power = {};
};

/// One reason for which a record of the type is refused or flagged, for help and docs.
struct Precondition {
  std::string_view code;  ///< of the registry (catalog/messages)
  std::string_view law;   ///< e.g. "PL", "IR", "QLR"
  std::string_view article;
  std::string_view zh;
  std::string_view en;
};

/// A word of a field, and the category of the records that state it.
struct WordCategory {
  std::string_view word;
  Category category;
};

/// One record type: everything about it that is not computation.
///
/// Commands, help, docs/records.md, JSON Schemas, form checks and the verifier's signer check follow
/// from this table.   Source: domain.md §6.
struct RecordType {
  std::string_view name;  ///< `family.act`, e.g. `patent.accept`
  std::string_view zh;    ///< title
  std::string_view en;
  Category category;
  std::span<const Field> fields;
  SignerRule signers;
  std::span<const Precondition> preconditions = {};
  std::string_view effect_zh;
  std::string_view effect_en;
  std::span<const std::string_view> private_slots = {};  ///< frozen with `v` 1
  /// Subject keys made of fields, e.g. `fpat:{office}/{number}-{kind}` or `org:{uscc}`; one whose
  /// fields are not all there is left out, and a field's `sha256:` prefix is dropped.
  std::span<const std::string_view> makes = {};
  /// `data` field with the id of a record whose subjects are this one's too (correction: `target`).
  std::string_view subjects_of = {};
  bool in_batch = true;   ///< may be a batch member (false: keys, roles, validators, rule packs)
  /// A choice in `data` that decides the category in place of `category`, and what each word means.
  std::string_view category_field = {};
  std::span<const WordCategory> categories = {};
  /// Name of the `data` field whose date is the legal date, for drafts (`event_date` defaults).
  std::string_view date_field = {};
};

/// All record types of this wave, ascending by name.
std::span<const RecordType* const> record_types();
/// nullptr: unknown type.
const RecordType* find_record_type(std::string_view name);

}  // namespace qinglu::ledger
