// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "crypto/base/bytes.hpp"
#include "crypto/commitment.hpp"
#include "crypto/ed25519.hpp"
#include "crypto/trie_proof.hpp"
#include "ledger/evidence/checks.hpp"
#include "ledger/evidence/claim.hpp"
#include "ledger/log/sublog.hpp"

namespace qinglu::ledger {

/// An evidence file `*.qinglu.json` for one claim: canonical JSON, everything that a stranger
/// needs beside a trust file. Nothing in it is believed until verify() has passed it.
/// Source: evidence.md §8; docs/formats/evidence.md.
struct Evidence {
  /// A seal as a leaf of the tree under `checkpoint`.
  struct ProvenSeal {
    Bytes entry;
    std::uint64_t index = 0;
    std::vector<Digest> path;
  };
  /// From the validator set of one epoch to the next.
  struct PolicyStep {
    std::string note;  ///< finality note of the epoch's end, verbatim
    Bytes seal_entry;  ///< epoch-end seal, last leaf of the note's tree
    std::vector<Digest> seal_path;
    Bytes set;                        ///< document of the next validator set
    std::string policy;               ///< text generated from it
    std::vector<Digest> consistency;  ///< from the note's tree to the next step's, or to the head
  };
  /// A note over an older tree, and the path from there to the head.
  struct OlderTree {
    std::string note;
    std::vector<Digest> path;
  };
  struct Member {
    std::size_t ref = 0;  ///< position in `batches`
    std::vector<Digest> path;
  };
  struct Record {
    Bytes entry;
    std::string tlog_proof;
    bool claimed = false;                 ///< role: `claim` (the claim is about it), else `context`
    std::optional<std::size_t> seal_ref;  ///< position in `seals`; nullopt: `seal`
    std::optional<Member> member;         ///< of a batch
  };
  struct Batch {
    Bytes entry;  ///< the manifest
    std::string tlog_proof;
  };
  struct Row {
    char ns = 0;
    Bytes key;
    crypto::TrieProof proof;
    std::optional<Bytes> value;           ///< nullopt: shown absent
    std::optional<std::size_t> seal_ref;  ///< position in `seals`; nullopt: `seal`
  };
  /// One list of a subject's history; records that are not named stay withheld: their hashes are there.
  struct List {
    struct Shown {
      std::uint64_t seq = 0;
      std::size_t record_ref = 0;  ///< position in `records`
    };
    std::string id;  ///< the subject, or another id of its alias set
    std::uint8_t category = 0;
    std::size_t state_ref = 0;  ///< position in `state`: its H row
    std::uint64_t from_seq = 0;
    std::vector<Digest> prefix_range;  ///< of the leaves before from_seq: perfect subtrees, biggest first
    std::vector<SubjectLeaf> leaves;   ///< from_seq to the end
    std::vector<Shown> records;        ///< seq ascending
  };
  /// A confidential field of a record, shown.   Source: evidence.md §5.
  struct Disclosure {
    std::size_t record_ref = 0;  ///< position in `records`
    std::string name;
    Bytes value;  ///< canonical JSON
    crypto::Salt salt;
    std::vector<Digest> path;  ///< of a private slot; empty: the field `<name>_commit` of `data`
  };
  /// A field of a record that is no longer shown to anyone.   Source: PIPL 47; domain.md 6.10.
  struct Erased {
    std::size_t record_ref = 0;  ///< position in `records`
    std::string name;            ///< as the notice has it: a private slot, or a member of `data` with its `_commit`
    std::size_t notice_ref = 0;  ///< position in `records` of the `privacy.erase_notice`
  };
  /// A file beside this one, which a record names by its digest.
  struct Attachment {
    std::string name;  ///< where it lies, beside this file: no folder
    std::string media;
    Digest sha256;
    std::optional<std::string> sm3;  ///< as the record writes it
    std::uint64_t size = 0;          ///< bytes
  };
  /// A token of RFC 3161 whose imprint is SHA-256 of the whole of `checkpoint`.
  struct Timestamp {
    Bytes token;  ///< DER
  };
  /// Who made the file; proves nothing else.
  struct Issuer {
    std::string name;
    std::string software;
    std::string time;  ///< YYYY-MM-DDThh:mm:ssZ
    PublicKey key;
    Signature sig;
  };

  Claim claim;
  std::string origin;
  Digest ledger_id;
  std::vector<PolicyStep> policy_chain;
  std::string checkpoint;  ///< note, verbatim
  ProvenSeal seal;
  std::vector<ProvenSeal> seals;
  std::vector<OlderTree> first_quorum;
  std::vector<Record> records;
  std::vector<Batch> batches;
  std::vector<Row> state;
  std::vector<List> history;
  std::vector<Disclosure> disclosures;
  std::vector<OlderTree> consistency;
  std::vector<Erased> erased;
  std::vector<Attachment> attachments;  ///< ascending by name
  std::vector<Timestamp> timestamps;
  std::optional<Issuer> issuer;
};

/// Reads bytes that nobody vouches for: checks E01 to E05, in that order.
/// `evidence` is complete when nothing is returned.
Outcome decode_evidence(BytesView bytes, Evidence& evidence);

/// Whether an attachment may have this name: 1 to 255 bytes, no beginning with a full stop, no `/`, `\`,
/// `:` and no control character, so that it names a file of one folder and nothing else.
bool is_attachment_name(std::string_view name);

/// Canonical bytes; `issuer.sig` as it stands in `evidence`.
Bytes encode_evidence(const Evidence& evidence);

/// What the issuer signs: "qinglu/issuer/1\0" ‖ ledger id ‖ the file without `issuer.sig`.
/// Requires: evidence.issuer.
Bytes issuer_message(const Evidence& evidence);
/// Signs in place. Requires: evidence.issuer (its key and sig are set here).
void sign_as_issuer(Evidence& evidence, const crypto::SigningKey& key);

/// The chain of sets alone, as a node serves it: `{"policy_chain":[…]}` with the steps of an evidence file.
Outcome decode_policy_chain(BytesView bytes, std::vector<Evidence::PolicyStep>& steps);

}  // namespace qinglu::ledger
