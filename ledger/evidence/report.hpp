// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "crypto/base/bytes.hpp"
#include "ledger/evidence/checks.hpp"
#include "ledger/evidence/claim.hpp"
#include "ledger/model/language.hpp"
#include "ledger/model/value.hpp"

namespace qinglu::ledger {

/// What a verifier answers: every check that was asked, and the facts that follow if all held.
struct Report {
  struct Asked {
    Check check;
    std::optional<Failure> failure;  ///< nullopt: passed
  };
  struct Cosigner {
    std::string name;        ///< note key name: the institution's member id
    std::uint64_t time = 0;  ///< POSIX seconds
    std::string party{};     ///< who it is in records, `org:<uscc>`; empty: the trust file does not say
  };
  struct Signer {
    std::string party;
    std::string key_id;
    PublicKey pub;
    std::optional<std::int64_t> compromised_from;  ///< POSIX seconds, as reported later
  };
  struct BatchPlace {
    std::uint64_t n = 0;      ///< position, from 0
    std::uint64_t count = 0;  ///< records under the one signature
    std::uint64_t manifest_index = 0;
  };
  /// [not before, not after] in POSIX seconds.
  struct Interval {
    std::int64_t from = 0;
    std::int64_t until = 0;
  };
  /// A confidential field that its author shows.
  struct Disclosed {
    std::string name;
    Value value;
  };
  /// A field whose erasure a notice ordered.
  struct Erased {
    std::string name;
    Digest notice;            ///< record id
    std::uint64_t index = 0;  ///< of the notice in the log
    std::string by;           ///< party
    std::string date;         ///< of the measure, YYYY-MM-DD
  };
  /// A record that the claim is about.
  struct Record {
    Digest id;
    std::uint64_t index = 0;
    std::string type;
    std::string title_zh;
    std::string title_en;
    std::string submitter;
    std::uint64_t height = 0;        ///< of the record's block
    std::int64_t block_time_ms = 0;  ///< ms since 1970-01-01T00:00:00Z
    std::vector<Signer> signers;
    std::optional<BatchPlace> batch;
    std::optional<Interval> recorded_at;
    std::vector<Cosigner> first_quorum;
    std::vector<Disclosed> disclosed;
    std::vector<Erased> erased;
    Value body;
  };
  /// One complete list (or its end, from number `from_seq` on).
  struct List {
    struct Line {
      std::uint64_t index = 0;  ///< in the log
      std::uint8_t flags = 0;   ///< of SubjectLeaf
      std::optional<std::size_t> record;  ///< position in Facts::records; nullopt: withheld
    };
    std::string id;
    Category category = Category::all;
    std::uint64_t count = 0;
    std::uint64_t from_seq = 0;
    std::vector<Line> lines;
  };
  /// A state row; no value: absent.
  struct Row {
    RowKey key;
    std::optional<Value> value;
  };
  /// A moment of the ledger.
  struct Moment {
    std::uint64_t size = 0;
    std::uint64_t height = 0;
    std::int64_t time_ms = 0;
  };
  struct OlderTree {
    std::uint64_t size = 0;
    Digest root;
    std::vector<Cosigner> cosigners;
  };
  /// A token over the head's checkpoint. Who issued its certificate is never judged.
  struct Timestamp {
    std::int64_t time_ms = 0;
    std::optional<std::uint64_t> accuracy_us;  ///< ±, where stated
    std::string policy;                        ///< dotted object identifier
    std::string tsa;                           ///< name in its certificate; empty: none that a text here may hold
    Digest imprint;                            ///< SHA-256 of the checkpoint's note
    bool signature_checked = false;            ///< by the certificate inside
  };
  /// A file beside the evidence file.
  struct Attachment {
    std::string name;
    std::string media;
    Digest sha256;
    std::uint64_t size = 0;  ///< bytes
    Digest record;           ///< id of the record that names it
    bool given = false;      ///< the file was there, and is that one
  };
  /// The statement, from verified values only.
  struct Facts {
    std::string origin;
    Digest ledger_id;
    std::uint64_t size = 0;
    Digest root;
    std::uint64_t head_height = 0;
    std::vector<Cosigner> cosigners;
    std::size_t quorum = 0;        ///< cosigners that the policy in force asks for
    std::size_t institutions = 0;  ///< that may cosign under it

    Claim::Type claim = Claim::Type::record;
    Moment as_of;
    std::vector<Record> records;            ///< record: the one; history: those shown
    std::optional<Claim::Subject> subject;  ///< history; absence of records
    std::vector<std::string> aliases;       ///< ids that the subject also has
    std::optional<Moment> since;            ///< absence since
    std::vector<List> lists;
    std::optional<Row> row;                 ///< state-value; absence of a row
    std::vector<OlderTree> older;           ///< consistency
    std::vector<Timestamp> timestamps;
    std::vector<Attachment> attachments;
  };

  Digest file_hash;                  ///< SHA-256 of the exhibit
  std::optional<Digest> trust_hash;  ///< SHA-256 of the trust file, where one was given
  std::vector<Asked> asked;
  /// One hash or signature with its inputs.
  struct Step {
    Check check;
    std::string text;
  };
  std::vector<Step> steps;     ///< of a verified file, where they were asked for
  std::optional<Facts> facts;  ///< there exactly when the claim is verified

  bool verified() const { return facts.has_value(); }
  bool warned() const;
  /// The failure that decided; nullptr when verified.
  const Failure* decisive() const;
  /// 0 verified, 1 refuted, 3 undecided, 10 fork, 11 verified with warnings where `strict`.
  int exit_code(bool strict) const;
};

/// `2026-09-21T13:20:00Z`; year 0 to 9999, else the number itself.
std::string format_instant(std::int64_t seconds);

/// For people; ends with LF. `explain`: every check, also those that passed.
std::string render_text(const Report& report, Language language, bool explain);
/// For programs: the same names and classes, one canonical JSON object.
Value render_json(const Report& report, bool strict);

}  // namespace qinglu::ledger
