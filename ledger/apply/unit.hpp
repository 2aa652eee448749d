// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "crypto/base/bytes.hpp"
#include "crypto/base/result.hpp"
#include "ledger/catalog/signers.hpp"
#include "ledger/catalog/verdict.hpp"
#include "ledger/codec/entry.hpp"
#include "ledger/model/value.hpp"

namespace qinglu::ledger {

/// What a submitter hands in: one record entry, or a batch (manifest entry and its bodies).
///
/// Parsed once, at intake or on receipt; the block that takes it in uses the parsed form.
/// Threads: const after parsing and check_unit_signatures().   Source: agreement.md §2.2 "Entries".
struct Unit {
  /// A body and what follows from its bytes.
  struct Body {
    Bytes bytes;
    Value value;
    Digest id;  ///< record id
    const RecordType* type = nullptr;  ///< nullptr: manifest, or unknown
    std::vector<Issue> form;           ///< problems that the bytes alone show
  };

  Bytes entry;  ///< record entry or manifest entry
  Body main;    ///< the record's body, or the manifest's
  std::vector<Body> members;  ///< of a batch
  std::vector<EntrySignature> signatures;
  std::vector<SignedBy> signed_by;  ///< (party, key id) of each signature
  /// Keys under which each signature has been verified already; parallel to `signatures`.
  std::vector<std::optional<PublicKey>> verified;
  Digest hash;  ///< unit hash: RFC 6962 leaf hash of `entry`
  bool batch = false;

  /// Records that it brings into a block (a batch's manifest does not count).
  std::size_t record_count() const { return batch ? members.size() : 1; }
  /// Log entries that it brings into a block.
  std::size_t entry_count() const { return batch ? members.size() + 1 : 1; }
  /// Upper bound of the bytes of its entries, wherever it lands in the log.
  std::size_t byte_count() const;
};

/// A refusal as an answer: the first problem decides (dry run: all of them).
struct Refusal {
  std::vector<Issue> issues;
  std::optional<std::size_t> member;  ///< batch: position of the member that is refused
};

/// Parses a record entry. Bytes that are no entry give NOT_CANONICAL with the offset, or SIZE_LIMIT.
/// Problems of the body's form stay in `main.form`, so that a dry run can answer all of them.
std::variant<Unit, Refusal> parse_record_unit(BytesView entry);

/// Parses a batch: `manifest` entry and member bodies in order.
/// Errors besides: BATCH_COUNT, BATCH_ROOT_MISMATCH, BATCH_TOO_LARGE, BATCH_DUPLICATE_MEMBER,
/// BATCH_TYPE_NOT_ALLOWED, BATCH_MEMBER_REFUSED.   Source: evidence.md §7.4.
std::variant<Unit, Refusal> parse_batch_unit(BytesView manifest, const std::vector<BytesView>& bodies,
                                             std::size_t bytes_max);

/// Verifies each signature under the key that the K rows (or, for a new key, `data.pub`) name and
/// notes the key; a signature of an unknown key is left for check_signers() to refuse.
/// Errors (as issues): BAD_SIGNATURE.
std::vector<Issue> verify_unit_signatures(Unit& unit, const Digest& ledger_id, const RowReader& rows);

}  // namespace qinglu::ledger
