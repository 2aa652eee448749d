// SPDX-License-Identifier: Apache-2.0
#include "ledger/proving/record_evidence.hpp"

#include <map>

#include "crypto/base/encoding.hpp"
#include "crypto/checkpoint.hpp"
#include "crypto/merkle.hpp"
#include "ledger/catalog/signers.hpp"
#include "ledger/codec/canonical_json.hpp"
#include "ledger/codec/entry.hpp"
#include "ledger/codec/valset.hpp"
#include "ledger/log/seals.hpp"
#include "ledger/log/sublog.hpp"
#include "ledger/log/tiles.hpp"
#include "ledger/state/trie.hpp"

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
  explicit Builder(const ProvingHead& head) : head_(head), log_(head.reader, head.size) {}

  Result<Bytes> build(const Digest& record_id) {
    const auto index = need(find_record_index(head_.reader, record_id));
    if (error_) return *error_;
    if (!index) return Error{Errc::not_found, "no record " + to_sha256_id(record_id)};
    const Bytes entry_bytes = entry_at(*index);
    if (error_) return *error_;
    auto entry = parse_entry(entry_bytes);
    if (!entry) return Error{Errc::corrupt, "entry " + std::to_string(*index) + ": " + entry.error().detail};
    if (record_id_of(entry->body_bytes) != record_id) {
      return Error{Errc::corrupt, "entry " + std::to_string(*index) + " is not record " + to_sha256_id(record_id)};
    }
    if (entry->form == EntryForm::manifest) {
      return Error{Errc::usage, "a batch manifest is proven through its members"};
    }

    Value record(Value::Members{{"entry", to_base64(entry_bytes)},
                                {"role", "claim"},
                                {"tlog_proof", proof_text(*index)}});
    const auto seal = need(seal_of_entry(head_.reader, *index));
    if (error_) return *error_;
    if (seal->index != head_.size - 1) record.set("seal_ref", Value(seal_ref(seal->index)));
    std::vector<SignedBy> signed_by;
    Value::Items batches;
    if (entry->form == EntryForm::member) {
      record.set("batch", add_batch(*entry, batches, signed_by));
    } else {
      for (const auto& s : entry->signatures) signed_by.emplace_back(s.party, s.key_id);
    }
    if (error_) return *error_;

    const RecordType* type = find_record_type(entry->body().text_of("type"));
    if (!type) return Error{Errc::corrupt, "a record of unknown type is in the log"};
    Value::Items state;
    for (const RowKey& row : signer_rows(*type, entry->body(), signed_by, head_.rows)) {
      state.push_back(state_item(row));
    }
    Value::Items first_quorum = first_quorum_items(*index, seal->seal.log_size_before);
    if (error_) return *error_;

    Value file(Value::Members{
        {"batches", std::move(batches)},
        {"checkpoint", head_.checkpoint},
        {"claim", Value(Value::Members{{"as_of_size", head_.size}, {"record_ref", 0}, {"type", "record"}})},
        {"first_quorum", std::move(first_quorum)},
        {"format", "qinglu-evidence/1"},
        {"ledger_id", to_sha256_id(head_.genesis.ledger_id)},
        {"origin", head_.genesis.origin},
        {"policy_chain", policy_chain()},
        {"records", Value::Items{std::move(record)}},
        {"seal", seal_item(head_.size - 1)},
        {"seals", Value(std::move(seals_))},
        {"state", std::move(state)},
        {"suite", 1}});
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
    auto bytes = need(read_entry(head_.reader, index));
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

  /// Manifest entry and proof; the member's place and path in the batch tree.
  Value add_batch(const Entry& member, Value::Items& batches, std::vector<SignedBy>& signed_by) {
    const Bytes manifest_bytes = entry_at(member.batch);
    auto manifest = parse_entry(manifest_bytes);
    if (!manifest) {
      if (!error_) error_ = Error{Errc::corrupt, "entry " + std::to_string(member.batch) + " is no manifest"};
      return {};
    }
    for (const auto& s : manifest->signatures) signed_by.emplace_back(s.party, s.key_id);
    const auto count = static_cast<std::uint64_t>(manifest->body().integer_of("count"));
    std::vector<Digest> leaves;
    // Not read_entry(): the manifest's root vouches for all members at once.
    const auto scanned = head_.reader.scan(
        Family::entries, u64_key(member.batch + 1), u64_key(member.batch + 1 + count),
        [&](BytesView, BytesView other) {
          auto parsed = parse_entry(other);
          if (parsed && parsed->form == EntryForm::member) leaves.push_back(crypto::log_leaf_hash(parsed->body_bytes));
          return true;
        });
    if (!scanned) {
      if (!error_) error_ = scanned.error();
      return {};
    }
    if (leaves.size() != count || to_sha256_id(crypto::log_root(leaves)) != manifest->body().text_of("root")) {
      if (!error_) {
        error_ = Error{Errc::corrupt, "the batch of entry " + std::to_string(member.batch) + " does not have its members"};
      }
      return {};
    }
    batches.push_back(Value(Value::Members{{"entry", to_base64(manifest_bytes)},
                                           {"tlog_proof", proof_text(member.batch)}}));
    return Value(Value::Members{{"path", path_value(crypto::inclusion_path(leaves, member.n))},
                                {"ref", 0}});
  }

  Value state_item(const RowKey& row) {
    const std::string ns(1, static_cast<char>(row.ns));
    Value item = need(state_proof_value(head_.reader, row)).value_or(Value());
    item.set("key", Value(to_base64(row.key)));
    item.set("ns", Value(ns));
    if (const auto value = head_.rows.find(row)) item.set("value", Value(to_base64(to_canonical(*value))));
    return item;
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
      const auto seal = need(seal_of_entry(head_.reader, size - 1));
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
  Value::Items first_quorum_items(std::uint64_t index, std::uint64_t log_size_before) {
    Value::Items items;
    const auto note = need(head_.first_quorum(index));
    if (!note || error_) return items;
    const auto& [size, text] = *note;
    const auto path = need(log_.consistency_path(size, head_.size));
    if (!path) return items;
    items.push_back(Value(Value::Members{{"note", text}, {"path", path_value(*path)}}));
    if (log_size_before >= 2) seal_ref(log_size_before - 1);
    return items;
  }

  const ProvingHead& head_;
  LogReader log_;
  Value::Items seals_;
  std::map<std::uint64_t, std::int64_t> seal_positions_;
  std::optional<Error> error_;
};

}  // namespace

Result<Bytes> build_record_evidence(const ProvingHead& head, const Digest& record_id) {
  return Builder(head).build(record_id);
}

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
