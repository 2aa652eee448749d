// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "crypto/base/bytes.hpp"
#include "crypto/base/encoding.hpp"
#include "crypto/base/result.hpp"
#include "ledger/catalog/opening.hpp"
#include "ledger/catalog/verdict.hpp"
#include "ledger/codec/genesis.hpp"
#include "ledger/codec/seal.hpp"
#include "ledger/evidence/question.hpp"
#include "ledger/model/rows.hpp"
#include "ledger/model/value.hpp"

namespace qinglu::api {

/// What a submission has become. `final` is said only when the answering node durably holds the
/// block and its finality note.   Source: overview.md §4.
enum class State { pending, final, refused, expired };
std::string_view name(State state);

/// How long a submitter wants to wait for an answer.
enum class Wait { none, pending, final, cosigned };

/// What `final` is said with: the block's finality note, and the record's path under a checkpoint.
struct Finality {
  std::string note;
  std::uint64_t size = 0;     ///< of the log, in which the path stands
  std::vector<Digest> path;   ///< RFC 6962 inclusion path of the record's entry
};

/// One record, as far as this node knows it.
struct RecordStatus {
  Digest id;
  State state = State::pending;
  bool cosigned = false;  ///< a cosigned checkpoint covers it: its evidence is complete
  // final:
  std::uint64_t index = 0;   ///< of the log
  std::uint64_t height = 0;
  std::int64_t time_ms = 0;  ///< block time
  std::vector<ledger::Issue> flags;
  std::optional<Finality> finality;  ///< always there in answers to submissions
  // refused:
  std::vector<ledger::Issue> issues;
  std::optional<std::size_t> member;  ///< of a batch
  std::uint64_t judged_height = 0;
  // pending:
  Bytes receipt;         ///< signed intake receipt (canonical JSON)
  bool pursued = true;   ///< false: the pool has stopped proposing it
  bool lapsed = false;   ///< past `expires_at` by this node's clock, which decides nothing
};

/// What a submitter hands in: one record entry, or a manifest entry with its members' bodies.
struct Submission {
  Bytes entry;
  std::vector<Bytes> bodies;  ///< empty: a single record
  bool batch = false;
  std::string from{};  ///< address that it came from, for budgets
};

/// Takes records in.   Threads: safe.
class Submitter {
 public:
  virtual ~Submitter() = default;
  using Done = std::function<void(Result<RecordStatus>)>;
  /// Answers through `done` exactly once, from any thread: at intake when the submission is refused
  /// or `wait` is none or pending (after the pool journal is synced), else when it is final, refused
  /// or `timeout_ms` is over (then `pending`).
  /// Errors: limit (the budget of a key is spent), denied (this node is in no validator set; the detail
  /// names who is), unavailable (pool full, node halted or stopping), io.
  virtual void submit(Submission submission, Wait wait, std::int64_t timeout_ms, Done done) = 0;
  /// The whole validation without any effect: all problems at once, and the flags it would get.
  /// Errors: limit (the budget of a key is spent), io.
  virtual Result<RecordStatus> dry_run(const Submission& submission) = 0;
  /// What this node knows of a record; nullopt: nothing.
  virtual Result<std::optional<RecordStatus>> status_of(const Digest& record_id) = 0;
};

/// A record in the log.
struct LoggedRecord {
  std::uint64_t index = 0;
  Bytes entry;  ///< exact stored bytes
  std::uint64_t height = 0;
  std::int64_t time_ms = 0;
  std::vector<ledger::Issue> flags;
};

/// The newest state of the ledger as this node holds it.
struct Head {
  std::uint64_t height = 0;
  std::uint64_t size = 0;
  Digest root;
  Digest state_root;
  std::int64_t time_ms = 0;
  std::string checkpoint;  ///< cosigned note
};

struct StateProof {
  std::optional<Bytes> value;  ///< canonical JSON of the row
  Bytes proof;                 ///< JSON object {depth, mask, siblings, terminal}
  std::uint64_t seal_index = 0;
};

/// One line of a subject's history.
struct HistoryLine {
  std::uint64_t seq = 0;
  std::uint64_t index = 0;
  Digest leaf_hash;
  std::uint8_t flags = 0;
};
struct HistoryPage {
  std::uint64_t count = 0;  ///< of the whole list
  std::vector<HistoryLine> lines;
};

/// Reads of the ledger at the newest committed block; one object answers one request.
/// Errors everywhere: io and corrupt (the node answers 503 and stops voting), limit, not_found.
class LedgerView {
 public:
  virtual ~LedgerView() = default;
  virtual const ledger::Genesis& genesis() const = 0;
  virtual const Head& head() const = 0;
  virtual Result<std::optional<LoggedRecord>> record(const Digest& id) const = 0;
  virtual Result<std::optional<Bytes>> entry(std::uint64_t index) const = 0;
  /// Seal bytes of a non-empty block; nullopt: no such height.
  virtual Result<std::optional<Bytes>> seal(std::uint64_t height) const = 0;
  /// Finality note of a block; nullopt: genesis, or no such height.
  virtual Result<std::optional<std::string>> finality_note(std::uint64_t height) const = 0;
  virtual const ledger::RowReader& rows() const = 0;
  virtual Result<HistoryPage> history(std::string_view subject, std::uint8_t category,
                                      std::uint64_t from, std::size_t limit) const = 0;
  virtual Result<std::vector<Digest>> inclusion(std::uint64_t index, std::uint64_t size) const = 0;
  virtual Result<std::vector<Digest>> consistency(std::uint64_t from, std::uint64_t to) const = 0;
  virtual Result<StateProof> state_proof(const ledger::RowKey& row) const = 0;
  /// Body of a C2SP tile or entry bundle; `path` is what stands behind `/tile/`.
  virtual Result<Bytes> tile(std::string_view path) const = 0;
  /// Evidence file; errors besides as build_evidence().   Source: evidence.md §8.
  virtual Result<Bytes> evidence(const ledger::EvidenceRequest& request) const = 0;
  Result<Bytes> record_evidence(const Digest& id) const {
    ledger::EvidenceRequest request;
    request.record_id = id;
    return evidence(request);
  }
  /// The steps from the set of genesis to the one in force, as evidence files hold them.
  virtual Result<Bytes> policy_chain() const = 0;
};

/// Another member as this node sees it, or this node itself.
struct MemberStatus {
  std::string id;
  bool self = false;
  bool connected = false;          ///< self: while it votes
  std::int64_t silent_ms = 0;      ///< since it was last heard
  bool heard = false;              ///< at all, since this node started
  std::uint64_t view = 0;
  std::uint64_t height = 0;        ///< of its newest final block, as it says
  std::uint64_t cosigned_size = 0;
  std::int64_t clock_offset_ms = 0;  ///< its clock minus this node's
  std::string version;
  std::string problem;             ///< why there is no connection; empty: none known
};

/// A member that has signed two statements which cannot both be honest.   Source: agreement.md §2.11.
struct Contradiction {
  std::string member;
  std::string code;  ///< E1…E6
  std::string file;  ///< the evidence file, relative to the node's directory
};

/// Facts for operators.
struct NodeStatus {
  std::string member;            ///< member id of this node
  std::size_t validators = 0;
  std::size_t quorum = 0;
  std::size_t may_fail = 0;      ///< how many more members may fail before nothing is final
  std::uint64_t epoch = 0;
  std::uint64_t view = 0;
  std::vector<MemberStatus> members;  ///< of the set in force, in its order
  std::vector<Contradiction> contradictions;
  std::size_t pool_units = 0;
  std::size_t pool_bytes = 0;
  bool serving = true;           ///< false: halted, reads only
  std::string halted;            ///< why, when it does not serve
  std::string abstaining;        ///< why this node does not vote though it runs; empty: it votes
  bool asks_operators = false;   ///< it does not know its own votes: other members' operators may vouch
  std::string version;
};

/// A snapshot that this node holds (docs/formats/snapshot.md).
struct SnapshotFacts {
  std::uint64_t height = 0;
  std::uint64_t log_size = 0;
  std::int64_t time_ms = 0;
  Digest state_root;
  Digest content;  ///< the same on every node that has a snapshot of this height
  std::uint64_t bytes = 0;
  std::size_t chunks = 0;
};

/// What the members say of an erasure.
struct ErasureStatus {
  std::vector<Bytes> acknowledgements;   ///< signed statements (docs/formats/erasure.md), ascending by member
  std::vector<std::string> outstanding;  ///< members of the set in force that this node has none of
};

/// The one door between api and node: node implements it, api calls it.
class Node : public Submitter {
 public:
  virtual std::shared_ptr<const LedgerView> view() const = 0;
  virtual NodeStatus status() const = 0;
  /// COSE receipt of a record under the head of `at`, signed by this node (docs/formats/receipt-cose.md).
  /// Errors: not_found; denied: this node is in no validator set; those of LedgerView.
  virtual Result<Bytes> inclusion_receipt(const LedgerView& at, const Digest& record_id) const = 0;
  /// Newest first.
  virtual std::vector<SnapshotFacts> snapshots() const { return {}; }
  /// The manifest of a snapshot, or one of its chunks.   Errors: not_found; io.
  virtual Result<Bytes> snapshot_file(std::uint64_t height, std::optional<std::size_t> chunk) const {
    static_cast<void>(chunk);
    return Error{Errc::not_found, "there is no snapshot of height " + std::to_string(height)};
  }

  /// Keeps openings of confidential fields, off the log, until they are erased.
  /// Errors: not_found: no such final record, or it has no such field; malformed: it committed to
  /// something else; denied: the field may no longer be shown; unsupported: this node keeps none; io.
  virtual Result<void> keep_openings(const ledger::Openings&) { return Error{Errc::unsupported, "this node keeps no openings"}; }
  /// Openings of a record for a party that signs for them (docs/formats/openings.md).
  /// Errors: malformed, bad_signature; denied: not a signer of the record, nor a court; not_found: none are
  /// held; unsupported; io; corrupt.
  virtual Result<ledger::Openings> openings(BytesView request) {
    static_cast<void>(request);
    return Error{Errc::unsupported, "this node keeps no openings"};
  }
  /// What members say of the erasure under this notice; who has not said is asked again.
  /// Errors: not_found: no final `privacy.erase_notice` of this id; io.
  virtual Result<ErasureStatus> erasure(const Digest& notice) {
    return Error{Errc::not_found, "there is no notice of erasure " + std::string(to_hex(notice))};
  }
};

}  // namespace qinglu::api
