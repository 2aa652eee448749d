// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "crypto/checkpoint.hpp"
#include "crypto/cosignature.hpp"
#include "crypto/timestamp_token.hpp"
#include "ledger/catalog/signers.hpp"
#include "ledger/codec/entry.hpp"
#include "ledger/codec/seal.hpp"
#include "ledger/evidence/evidence_file.hpp"
#include "ledger/evidence/trust.hpp"
#include "ledger/evidence/verify.hpp"

namespace qinglu::ledger {

/// A policy and the tree size from which it judges (check E13).
struct EpochPolicy {
  std::uint64_t epoch = 0;
  std::uint64_t from_size = 0;  ///< E: size of the finality note that ended the epoch before
  crypto::Policy policy;
  std::optional<ValidatorSet> set{};  ///< behind the policy, where trust file or chain shows it
};

/// A note over a tree that some proof refers to.
struct ReliedNote {
  std::string where;  ///< place in the file, for sentences
  std::string text;   ///< verbatim
  bool needs_quorum = false;
  crypto::Note note{};
  crypto::Checkpoint tree{};
  std::size_t policy = 0;  ///< position in `policies` of the one that judged it
  crypto::PolicyVerdict verdict{};
  std::vector<crypto::NoteKey> signers{};  ///< keys of every policy that may judge it whose line holds
  std::vector<std::uint64_t> times{};      ///< of their cosignatures
};

/// A record or manifest with what was learnt about it.
struct EntryWork {
  const Bytes* bytes = nullptr;
  std::string where;
  crypto::TlogProof proof{};
  std::size_t note = 0;  ///< position in `notes` of the one its proof refers to
  std::optional<Entry> entry{};
  const RecordType* type = nullptr;  ///< of records and members
};

/// State rows as proven, to the eyes of the catalogue's signer check.
class ProvenRows final : public RowReader {
 public:
  struct Row {
    RowKey key;
    std::shared_ptr<const Value> value;  ///< nullptr: shown absent
    std::uint64_t seal_index = 0;
  };
  /// Shows only rows under seals after `index`; the nearest one of each name.
  /// Requires: `rows` ascend by key and seal.
  ProvenRows(const std::vector<Row>& rows, std::uint64_t index) : rows_(rows), index_(index) {}

  std::shared_ptr<const Value> find(const RowKey& row) const override;
  std::shared_ptr<const FoundRecord> find_record(const Digest&) const override { return nullptr; }
  Result<void> status() const override { return {}; }

  /// A row that was asked for and that the file neither shows nor shows absent.
  const std::optional<RowKey>& missing() const { return missing_; }

 private:
  const std::vector<Row>& rows_;
  std::uint64_t index_;
  mutable std::optional<RowKey> missing_;
};

/// The row of this name under the first seal at or after `seal_index`; nullptr: none is shown.
/// Requires: as ProvenRows.
const ProvenRows::Row* nearest_row(const std::vector<ProvenRows::Row>& rows, const RowKey& row, std::uint64_t seal_index);

/// One run: what is given, and what the checks have established so far.
///
/// Each check may rely on what the checks before it established, and on nothing else.
struct Verification {
  BytesView file;
  BytesView trust_bytes;
  VerifyOptions options;

  Evidence evidence{};
  Trust trust{};
  std::vector<EpochPolicy> policies{};  ///< ascending by epoch; the last is in force at the head
  std::optional<crypto::Policy> own_policy{};
  std::vector<ReliedNote> notes{};    ///< the first is the head; each text once
  std::map<std::string, std::size_t, std::less<>> note_positions{};  ///< in `notes`, by text: a file may have many
  Seal head_seal{};
  std::vector<Seal> seals{};
  std::vector<ProvenRows::Row> rows{};  ///< ascending by key and seal, once check_state_values has passed
  std::vector<EntryWork> records{};  ///< parallel to evidence.records
  std::vector<EntryWork> batches{};
  std::vector<crypto::TimestampToken> timestamps{};   ///< parallel to evidence.timestamps
  std::vector<std::size_t> attachment_records{};      ///< of each attachment, the first record that names it

  /// Requires: a note of the file, after check_note_syntax.
  const ReliedNote& note(std::string_view text) const { return notes[note_positions.find(text)->second]; }
  const crypto::Checkpoint& head() const { return notes[0].tree; }
  const Seal& seal(const std::optional<std::size_t>& ref) const {
    return ref ? seals[*ref] : head_seal;
  }
  /// Entry that holds the signatures for record `i`: its own, or its batch's manifest.
  const EntryWork& signed_entry(std::size_t i) const {
    const auto& member = evidence.records[i].member;
    return member ? batches[member->ref] : records[i];
  }
};

std::vector<SignedBy> signed_by(const Entry& entry);

/// A row's name for people: NUL as `/`, binary keys in hex.
std::string name_of(const RowKey& row);
/// E04, undecided: the file neither shows a row nor shows it absent.
Failure row_missing(const RowKey& row);
/// The row under the seal of the claim's moment; nullptr: the file does not show it there.
const ProvenRows::Row* claimed_row(const Verification& v, const RowKey& row);
/// The alias set of the claim's subject, itself included. Requires: check_alias_set has passed.
std::vector<std::string> alias_set(const Verification& v);

/// One list of an H row.   Source: evidence.md §4.1.
struct ProvenList {
  std::uint64_t count = 0;
  std::uint64_t last_index = 0;
  Digest root;
};
/// The list of a category; nullopt: the row is absent, or has no such list, which is a count of 0.
std::optional<ProvenList> proven_list(const Value* history_row, Category category);

// Form and trust.
Outcome check_form_of_file(Verification& v);
Outcome check_trust(Verification& v);
Outcome check_ledger(Verification& v);
Outcome check_policy_syntax(Verification& v);
Outcome check_policy_chain(Verification& v);
Outcome check_policy_in_force(Verification& v);
// Notes.
Outcome check_note_syntax(Verification& v);
Outcome check_checkpoint_bodies(Verification& v);
Outcome check_log_signatures(Verification& v);
Outcome check_known_signatures(Verification& v);
Outcome check_quorums(Verification& v);
Outcome check_times(Verification& v);
Outcome check_forks(Verification& v);
Outcome check_same_head(Verification& v);
Outcome check_consistency(Verification& v);
Outcome check_age(Verification& v);
// Seals and state.
Outcome check_seal_positions(Verification& v);
Outcome check_seal_inclusion(Verification& v);
Outcome check_seal_content(Verification& v);
Outcome check_proof_shapes(Verification& v);
Outcome check_state_roots(Verification& v);
Outcome check_state_values(Verification& v);
// Records.
Outcome check_record_inclusion(Verification& v);
Outcome check_seals_of_records(Verification& v);
Outcome check_canonical_entries(Verification& v);
Outcome check_entry_forms(Verification& v);
Outcome check_batch_inclusion(Verification& v);
Outcome check_batch_positions(Verification& v);
Outcome check_batch_paths(Verification& v);
Outcome check_batch_signatures(Verification& v);
Outcome check_record_signatures(Verification& v);
Outcome check_authority(Verification& v);
// What is claimed.
Outcome check_claim(Verification& v);
Outcome check_claimed_absent(Verification& v);
Outcome check_claimed_present(Verification& v);
Outcome check_alias_set(Verification& v);
Outcome check_list_counts(Verification& v);
Outcome check_list_roots(Verification& v);
Outcome check_list_order(Verification& v);
Outcome check_listed_records(Verification& v);
Outcome check_list_parts(Verification& v);
Outcome check_disclosures(Verification& v);
Outcome check_erased(Verification& v);
Outcome check_issuer(Verification& v);
Outcome check_compromised_keys(Verification& v);
// What was put to the file from outside the log.
Outcome check_timestamps(Verification& v);
Outcome check_attachments(Verification& v);

/// Form and place of a seal that ends the tree of `size` (checks 17 to 19 for one seal); `index` is
/// that of the seal. Errors name the check.
Outcome check_one_seal(const Digest& ledger_id, BytesView entry, std::uint64_t index,
                       const std::vector<Digest>& path, const crypto::Checkpoint& tree, Seal& seal);

}  // namespace qinglu::ledger
