// SPDX-License-Identifier: Apache-2.0
#include "ledger/proving/evidence_builder.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "crypto/base/encoding.hpp"
#include "crypto/checkpoint.hpp"
#include "crypto/merkle.hpp"
#include "ledger/catalog/privacy.hpp"
#include "ledger/catalog/signers.hpp"
#include "ledger/codec/canonical_json.hpp"
#include "ledger/codec/entry.hpp"
#include "ledger/codec/valset.hpp"
#include "ledger/log/seals.hpp"
#include "ledger/log/sublog.hpp"
#include "ledger/log/tiles.hpp"
#include "ledger/state/trie.hpp"
#include "ledger/state/undo.hpp"

namespace qinglu::ledger {
namespace {

Value path_value(const std::vector<Digest>& path) {
  Value::Items items;
  for (const Digest& hash : path) items.push_back(Value(to_base64(hash)));
  return Value(std::move(items));
}

/// Gathers the parts of one evidence file; the first failure stays.
class Builder {
 public:
  explicit Builder(const ProvingHead& head)
      : head_(head), reader_(*head.present), log_(reader_, head.size), then_(head.present), claim_size_(head.size) {}

  Result<Bytes> build(const EvidenceRequest& request) {
    switch (request.type) {
      case Claim::Type::record: claim_record(request); break;
      case Claim::Type::absence:
        go_back_to(request);
        if (request.row) {
          claim_row(*request.row, true);
        } else {
          claim_lists(request, true);
        }
        break;
      case Claim::Type::state_value:
        go_back_to(request);
        claim_row(request.row, false);
        break;
      case Claim::Type::history:
        go_back_to(request);
        claim_lists(request, false);
        break;
      case Claim::Type::consistency: claim_consistency(request); break;
    }
    // A notice is shown too, and may itself have been erased in part.
    for (std::size_t i = 0; i < record_ids_.size() && !error_; ++i) add_erasures(static_cast<std::int64_t>(i));
    if (error_) return *error_;
    claim_.set("as_of_size", claim_size_);
    Value file(Value::Members{{"batches", std::move(batches_)},
                              {"checkpoint", head_.checkpoint},
                              {"claim", std::move(claim_)},
                              {"first_quorum", std::move(first_quorum_)},
                              {"format", "qinglu-evidence/1"},
                              {"ledger_id", to_sha256_id(head_.genesis.ledger_id)},
                              {"origin", head_.genesis.origin},
                              {"policy_chain", policy_chain()},
                              {"records", std::move(records_)},
                              {"seal", seal_item(head_.size - 1)},
                              {"seals", Value(std::move(seals_))},
                              {"state", std::move(state_)},
                              {"suite", 1}});
    if (!history_.empty()) file.set("history", std::move(history_));
    if (!consistency_.empty()) file.set("consistency", std::move(consistency_));
    if (!erased_.empty()) file.set("erased", std::move(erased_));
    if (error_) return *error_;
    return to_canonical(file);
  }

  Result<Bytes> chain() {
    const Value file(Value::Members{{"policy_chain", policy_chain()}});
    if (error_) return *error_;
    return to_canonical(file);
  }

 private:
  template <class T>
  std::optional<T> need(Result<T> result) {
    if (result) return std::move(*result);
    if (!error_) error_ = std::move(result).error();
    return std::nullopt;
  }
  template <class T>
  std::optional<T> need(Result<std::optional<T>> result) {
    if (result) return std::move(*result);
    if (!error_) error_ = std::move(result).error();
    return std::nullopt;
  }

  Bytes entry_at(std::uint64_t index) {
    auto bytes = need(read_entry(reader_, index));
    if (!bytes && !error_) error_ = Error{Errc::corrupt, "entry " + std::to_string(index) + " is missing"};
    return bytes.value_or(Bytes{});
  }

  std::vector<Digest> path_of(std::uint64_t index) {
    return need(log_.inclusion_path(index, head_.size)).value_or(std::vector<Digest>{});
  }

  std::string proof_text(std::uint64_t index) {
    return crypto::format_tlog_proof({index, path_of(index), head_.checkpoint});
  }

  Value seal_item(std::uint64_t index) {
    return Value(Value::Members{{"entry", to_base64(entry_at(index))},
                                {"index", index},
                                {"path", path_value(path_of(index))}});
  }

  /// Position in `seals` of an earlier seal; added when it is not there yet.
  std::int64_t seal_ref(std::uint64_t index) {
    const auto at = seal_positions_.find(index);
    if (at != seal_positions_.end()) return at->second;
    const auto position = static_cast<std::int64_t>(seals_.size());
    seals_.push_back(seal_item(index));
    seal_positions_.emplace(index, position);
    return position;
  }

  /// A batch of which members are shown, read once for all of them.
  struct Batch {
    std::int64_t position = 0;  ///< in `batches`
    std::vector<SignedBy> signed_by;
    std::vector<Digest> leaves;
  };

  /// Manifest entry and proof. Requires: no error yet; nullptr: there is one now.
  const Batch* batch_at(std::uint64_t index) {
    const auto known = shown_batches_.find(index);
    if (known != shown_batches_.end()) return &known->second;
    const Bytes bytes = entry_at(index);
    const auto manifest = parse_entry(bytes);
    if (!manifest) {
      fail(Errc::corrupt, "entry " + std::to_string(index) + " is no manifest");
      return nullptr;
    }
    Batch batch;
    for (const auto& s : manifest->signatures) batch.signed_by.emplace_back(s.party, s.key_id);
    const auto count = static_cast<std::uint64_t>(manifest->body().integer_of("count"));
    // Not read_entry(): the manifest's root vouches for all members at once.
    const auto scanned = reader_.scan(
        Family::entries, u64_key(index + 1), u64_key(index + 1 + count),
        [&](BytesView, BytesView other) {
          if (const auto body = member_body(other)) batch.leaves.push_back(crypto::log_leaf_hash(*body));
          return true;
        });
    if (!scanned) {
      if (!error_) error_ = scanned.error();
      return nullptr;
    }
    if (batch.leaves.size() != count || to_sha256_id(crypto::log_root(batch.leaves)) != manifest->body().text_of("root")) {
      fail(Errc::corrupt, "the batch of entry " + std::to_string(index) + " does not have its members");
      return nullptr;
    }
    batch.position = static_cast<std::int64_t>(batches_.size());
    batches_.emplace_back(Value::Members{{"entry", to_base64(bytes)}, {"tlog_proof", proof_text(index)}});
    return &shown_batches_.emplace(index, std::move(batch)).first->second;
  }

  void fail(Errc code, std::string detail) {
    if (!error_) error_ = Error{code, std::move(detail)};
  }

  // The claims.

  void claim_record(const EvidenceRequest& request) {
    claim_.set("type", name(Claim::Type::record));
    const auto index = need(find_record_index(reader_, request.record_id));
    if (error_) return;
    if (!index) return fail(Errc::not_found, "no record " + to_sha256_id(request.record_id));
    claim_.set("record_ref", claim_entry(*index, &request.record_id));
  }

  void claim_row(const std::optional<RowKey>& row, bool absence) {
    if (!row) return fail(Errc::usage, "which state row");
    const bool present = add_row(*row, *then_, claim_seal_).second;
    if (absence && present) return fail(Errc::conflict, "the state row is there");
    claim_.set("type", name(present ? Claim::Type::state_value : Claim::Type::absence));
    claim_.set("state_key", Value::Members{{"key", to_base64(row->key)}, {"ns", std::string(1, static_cast<char>(row->ns))}});
  }

  void claim_consistency(const EvidenceRequest& request) {
    claim_.set("type", name(Claim::Type::consistency));
    const auto seal = request.since ? need(seal_at(reader_, *request.since)) : std::nullopt;
    if (error_) return;
    if (!seal) return fail(Errc::not_found, "no block of that height to begin with");
    const auto note = need(head_.first_quorum(seal->index));
    if (error_) return;
    if (!note || note->first >= head_.size) return fail(Errc::not_found, "no older checkpoint from that height on");
    const auto path = need(log_.consistency_path(note->first, head_.size));
    if (path) consistency_.emplace_back(Value::Members{{"note", note->second}, {"path", path_value(*path)}});
  }

  void claim_lists(const EvidenceRequest& request, bool absence) {
    if (!request.subject || request.subject->categories.empty()) return fail(Errc::usage, "which subject, which categories");
    const Claim::Subject& subject = *request.subject;
    std::vector<std::string> ids = {subject.id};
    if (add_row(alias_row(subject.id), *then_, claim_seal_).second) {
      const Value aliases = row_value(*then_, alias_row(subject.id));
      ids.clear();
      for (const Value& id : aliases.items_of("ids")) ids.emplace_back(id.text());
    }
    Value::Items categories;
    for (const Category category : subject.categories) categories.emplace_back(static_cast<std::int64_t>(category));
    claim_.set("subject", Value::Members{{"categories", std::move(categories)},
                                         {"id", subject.id},
                                         {"kind", static_cast<std::int64_t>(subject.kind)}});
    std::optional<std::uint64_t> since;
    if (request.since) {
      const auto seal = need(seal_at(reader_, *request.since));
      if (error_) return;
      if (!absence) return fail(Errc::usage, "a history begins at a number, an absence at a height");
      if (!seal || seal->index + 1 >= claim_size_) return fail(Errc::not_found, "no earlier block of height " + std::to_string(*request.since));
      since = seal->index;
      claim_.set("from_seal_ref", seal_ref(seal->index));
    }
    for (const std::string& id : ids) {
      const RowKey row = list_row(id, subject.kind);
      const std::int64_t state_ref = add_row(row, *then_, claim_seal_).first;
      const Value lists = row_value(*then_, row);
      for (const Category category : subject.categories) {
        for (const Value& list : lists.items_of("lists")) {
          if (list.integer_of("category") != static_cast<std::int64_t>(category)) continue;
          if (!absence) {
            add_list(request, id, row, category, static_cast<std::uint64_t>(list.integer_of("count")), state_ref);
          } else if (!since || static_cast<std::uint64_t>(list.integer_of("last_index")) >= *since) {
            return fail(Errc::conflict, id + " has " + std::to_string(list.integer_of("count")) + " records of category " +
                                            std::to_string(static_cast<int>(category)));
          }
        }
      }
    }
    if (error_) return;
    claim_.set("type", name(history_.empty() ? Claim::Type::absence : Claim::Type::history));
    if (history_.empty()) return;
    if (request.from_seq > 0 && history_.size() > 1) return fail(Errc::usage, "numbers to begin at mean something in one list only");
    if (request.from_seq > 0) claim_.set("from_seq", request.from_seq);
    if (!request.withhold) claim_.set("all_disclosed", true);
  }

  void add_list(const EvidenceRequest& request, const std::string& id, const RowKey& row, Category category, std::uint64_t count,
                std::int64_t state_ref) {
    if (request.from_seq >= count) return fail(Errc::not_found, id + " has " + std::to_string(count) + " records in that list");
    if (!request.withhold && records_.size() + count - request.from_seq > kShownMax) {
      return fail(Errc::limit, std::to_string(count - request.from_seq) + " records are more than one file shows; withhold them, or begin later");
    }
    const auto all = need(read_subject_leaves(reader_, row.key, static_cast<std::uint8_t>(category), 0, count));
    if (error_) return;
    Value::Items leaves, shown, range;
    Frontier before;
    for (std::uint64_t seq = 0; seq < count; ++seq) {
      const SubjectLeaf& leaf = (*all)[seq];
      if (seq < request.from_seq) {
        before.append(leaf.hash());
        continue;
      }
      leaves.emplace_back(to_base64(leaf.encode()));
      if (!request.withhold) shown.emplace_back(Value::Members{{"record_ref", claim_entry(leaf.index)}, {"seq", seq}});
    }
    for (const Digest& hash : before.hashes()) range.emplace_back(to_base64(hash));
    history_.emplace_back(Value::Members{{"category", static_cast<std::int64_t>(category)},
                                         {"from_seq", request.from_seq},
                                         {"id", id},
                                         {"leaves", std::move(leaves)},
                                         {"prefix_range", std::move(range)},
                                         {"records", std::move(shown)},
                                         {"state_ref", state_ref}});
  }

  /// The moment of the claim: rows are shown as they were under the seal of that height.
  void go_back_to(const EvidenceRequest& request) {
    if (!request.as_of || *request.as_of == head_.height) return;
    auto then = need(state_as_of(head_.present, *request.as_of, head_.height, head_.undo));
    const auto seal = need(seal_at(reader_, *request.as_of));
    if (error_) return;
    if (!seal) return fail(Errc::not_found, "no block of height " + std::to_string(*request.as_of));
    then_ = *std::move(then);
    claim_size_ = seal->index + 1;
    claim_seal_ = seal_ref(seal->index);
  }

  // The parts.

  /// As add_record(): the claim is about this one.
  std::int64_t claim_entry(std::uint64_t index, const Digest* expected = nullptr) {
    const std::int64_t position = add_record(index, expected);
    if (!error_) records_[static_cast<std::size_t>(position)].set("role", "claim");
    return position;
  }

  /// What the state says may no longer be shown of a record, with the notices that say so.
  void add_erasures(std::int64_t position) {
    const auto row = head_.rows.find(privacy_row(to_sha256_id(record_ids_[static_cast<std::size_t>(position)])));
    if (!row) return;
    for (const Value& mark : row->items_of("fields")) {
      if (mark.text_of("state") != "ERASED") continue;
      const auto notice = from_sha256_id(mark.text_of("record"));
      const auto index = notice ? need(find_record_index(reader_, *notice)) : std::nullopt;
      if (!index) return fail(Errc::corrupt, "a notice of erasure is missing");
      erased_.emplace_back(Value::Members{{"name", mark.text_of("field")}, {"notice_ref", add_record(*index, &*notice)}, {"record_ref", position}});
    }
  }

  /// Position in `records` of the entry at `index`, with all that a stranger needs to believe it. The index
  /// of records is derived data: where it led here, the record is asked for its id.
  std::int64_t add_record(std::uint64_t index, const Digest* expected = nullptr) {
    const auto known = record_positions_.find(index);
    if (known != record_positions_.end()) return known->second;
    const auto position = static_cast<std::int64_t>(records_.size());
    record_positions_.emplace(index, position);
    const Bytes bytes = entry_at(index);
    if (error_) return 0;
    const auto entry = parse_entry(bytes);
    if (!entry) {
      fail(Errc::corrupt, "entry " + std::to_string(index) + ": " + entry.error().detail);
      return 0;
    }
    if (expected && record_id_of(entry->body_bytes) != *expected) {
      fail(Errc::corrupt, "entry " + std::to_string(index) + " is not record " + to_sha256_id(*expected));
      return 0;
    }
    if (entry->form == EntryForm::manifest) {
      fail(Errc::usage, "a batch manifest is proven through its members");
      return 0;
    }
    Value record(Value::Members{{"entry", to_base64(bytes)}, {"role", "context"}, {"tlog_proof", proof_text(index)}});
    const auto seal = need(seal_of_entry(reader_, index));
    if (error_) return 0;
    if (seal->index != head_.size - 1) record.set("seal_ref", Value(seal_ref(seal->index)));
    std::vector<SignedBy> signed_by;
    if (entry->form == EntryForm::member) {
      const Batch* batch = batch_at(entry->batch);
      if (!batch) return 0;
      signed_by = batch->signed_by;
      record.set("batch", Value::Members{{"path", path_value(crypto::inclusion_path(batch->leaves, entry->n))}, {"ref", batch->position}});
    } else {
      for (const auto& s : entry->signatures) signed_by.emplace_back(s.party, s.key_id);
    }
    const RecordType* type = find_record_type(entry->body().text_of("type"));
    if (!type) {
      fail(Errc::corrupt, "a record of unknown type is in the log");
      return 0;
    }
    for (const RowKey& row : signer_rows(*type, entry->body(), signed_by, head_.rows)) add_row(row, reader_, std::nullopt);
    add_first_quorum(index, seal->seal.log_size_before);
    records_.push_back(std::move(record));
    record_ids_.push_back(record_id_of(entry->body_bytes));
    return position;
  }

  /// Position in `state` of a row as `from` has it, and whether it is there.
  std::pair<std::int64_t, bool> add_row(const RowKey& row, const KvReader& from, std::optional<std::int64_t> seal) {
    const auto known = row_positions_.find({row, seal});
    if (known != row_positions_.end()) return known->second;
    Value item = need(state_proof_value(from, row)).value_or(Value());
    const auto value = need(from.get(Family::rows, row.stored()));
    if (error_) return {0, false};
    item.set("key", Value(to_base64(row.key)));
    item.set("ns", Value(std::string(1, static_cast<char>(row.ns))));
    if (value) item.set("value", Value(to_base64(*value)));
    if (seal) item.set("seal_ref", *seal);
    const std::pair position(static_cast<std::int64_t>(state_.size()), value.has_value());
    state_.push_back(std::move(item));
    row_positions_.emplace(std::pair(row, seal), position);
    return position;
  }

  /// A row's contents; an empty object when it is absent.
  Value row_value(const KvReader& from, const RowKey& row) {
    const auto bytes = need(from.get(Family::rows, row.stored()));
    if (!bytes) return Value(Value::Members{});
    auto value = parse_canonical(*bytes);
    if (!value) fail(Errc::corrupt, "a state row is not canonical");
    return value ? *std::move(value) : Value(Value::Members{});
  }

  /// One step for each epoch that ended by this head, from the set of genesis on: what a reader who
  /// trusts that set needs to believe the present one.   Source: agreement.md §2.4 "Offline chain of trust".
  Value::Items policy_chain() {
    Value::Items steps;
    std::uint64_t former = 0;  // size at the step before
    for (std::uint64_t epoch = head_.genesis.validators.epoch + 1;; ++epoch) {
      const auto row = head_.rows.find(validators_row(epoch));
      const Value* document = row ? row->find("set") : nullptr;
      if (!document || !row->find("from_size") || error_) return steps;
      const auto size = static_cast<std::uint64_t>(row->integer_of("from_size"));
      const auto seal = need(seal_of_entry(reader_, size - 1));
      const auto set = need(parse_validator_set(*document, head_.genesis.origin));
      if (!seal || !set) return steps;
      const auto note = head_.finality_note ? need(head_.finality_note(seal->seal.height)) : std::nullopt;
      const auto path = need(log_.inclusion_path(size - 1, size));
      if (!note && !error_) error_ = Error{Errc::corrupt, "the note that ended epoch " + std::to_string(epoch - 1) + " is missing"};
      if (error_) return steps;
      if (former > 0) tie(steps.back(), former, size);
      former = size;
      steps.emplace_back(Value::Members{
          {"consistency", Value::Items{}},
          {"note", *note},
          {"policy", policy_text(*set, head_.genesis.origin)},
          {"seal", Value(Value::Members{{"entry", to_base64(seal->bytes)}, {"path", path_value(*path)}})},
          {"set", to_base64(to_canonical(*document))}});
      // What follows the last step is the head itself; a later step replaces it.
      tie(steps.back(), size, head_.size);
    }
  }

  void tie(Value& step, std::uint64_t size, std::uint64_t next) {
    if (const auto path = need(log_.consistency_path(size, next))) step.set("consistency", path_value(*path));
  }

  /// "Recorded at": the note that first covered the record, and the seal before the record's.
  void add_first_quorum(std::uint64_t index, std::uint64_t log_size_before) {
    const auto note = need(head_.first_quorum(index));
    if (!note || error_) return;
    const auto& [size, text] = *note;
    if (quorums_.insert(size).second) {
      const auto path = need(log_.consistency_path(size, head_.size));
      if (path) first_quorum_.emplace_back(Value::Members{{"note", text}, {"path", path_value(*path)}});
    }
    if (log_size_before >= 2) seal_ref(log_size_before - 1);
  }

  const ProvingHead& head_;
  const KvReader& reader_;
  LogReader log_;
  std::shared_ptr<const KvReader> then_;  ///< the state at the moment of the claim
  std::uint64_t claim_size_;
  std::optional<std::int64_t> claim_seal_;  ///< position in `seals`; nullopt: the head's

  Value claim_{Value::Members{}};
  Value::Items records_, batches_, state_, seals_, first_quorum_, history_, consistency_, erased_;
  std::vector<Digest> record_ids_;  ///< parallel to records_
  std::map<std::uint64_t, std::int64_t> record_positions_, seal_positions_;
  std::map<std::uint64_t, Batch> shown_batches_;  // by index of the manifest
  std::map<std::pair<RowKey, std::optional<std::int64_t>>, std::pair<std::int64_t, bool>> row_positions_;
  std::set<std::uint64_t> quorums_;
  std::optional<Error> error_;
};

}  // namespace

Result<Bytes> build_evidence(const ProvingHead& head, const EvidenceRequest& request) { return Builder(head).build(request); }

Result<Bytes> build_policy_chain(const ProvingHead& head) { return Builder(head).chain(); }

Result<Value> state_proof_value(const KvReader& reader, const RowKey& row) {
  auto proof = prove_state(reader, crypto::state_path(static_cast<char>(row.ns), row.key));
  if (!proof) return std::move(proof).error();
  Value terminal(Value::Members{{"kind", proof->terminal ? "leaf" : "empty"}});
  if (proof->terminal) {
    terminal.set("path", Value(to_base64(proof->terminal->path)));
    terminal.set("vh", Value(to_base64(proof->terminal->value_hash)));
  }
  return Value(Value::Members{{"depth", static_cast<std::int64_t>(proof->depth)},
                              {"mask", to_base64(proof->mask)},
                              {"siblings", path_value(proof->siblings)},
                              {"terminal", std::move(terminal)}});
}

}  // namespace qinglu::ledger
