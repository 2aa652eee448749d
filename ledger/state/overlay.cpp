// SPDX-License-Identifier: Apache-2.0
#include "ledger/state/overlay.hpp"

#include <algorithm>
#include <utility>

#include "crypto/base/binary.hpp"
#include "crypto/base/encoding.hpp"
#include "crypto/trie_proof.hpp"
#include "ledger/codec/canonical_json.hpp"
#include "ledger/codec/entry.hpp"
#include "ledger/log/tiles.hpp"

namespace qinglu::ledger {
namespace {

// What a cached row costs beside its bytes: the parsed tree, map node and counters, roughly.
constexpr std::size_t kRowOverhead = 256;
constexpr std::size_t kParsedFactor = 4;

std::size_t cost(BytesView key, const StoredRow* row) {
  return kRowOverhead + key.size() + (row == nullptr ? 0 : kParsedFactor * row->bytes.size());
}

std::shared_ptr<const Value> value_of(const std::shared_ptr<const StoredRow>& row) {
  if (!row) return nullptr;
  return {row, &row->value};
}

}  // namespace

bool StateCache::holds(Namespace ns) {
  switch (ns) {
    case Namespace::party:
    case Namespace::key:
    case Namespace::role:
    case Namespace::mandate:
    case Namespace::validators:
    case Namespace::rule_pack:
    case Namespace::table:
    case Namespace::alias:
    case Namespace::statistic: return true;
    case Namespace::subject:
    case Namespace::encumbrance:
    case Namespace::history:
    case Namespace::flags: return false;
  }
  return false;
}

StateCache::Answer StateCache::find(BytesView stored_key, std::uint64_t generation) {
  const std::lock_guard lock(mutex_);
  auto found = young_.find(stored_key);
  if (found == young_.end()) {
    const auto aged = old_.find(stored_key);
    if (aged == old_.end()) return {};
    const Held held = aged->second;
    old_.erase(aged);
    put(stored_key, held);
    found = young_.find(stored_key);
  }
  if (found->second.since > generation) return {};
  return {true, found->second.row};
}

void StateCache::keep(BytesView stored_key, std::shared_ptr<const StoredRow> row,
                      std::uint64_t generation) {
  const std::lock_guard lock(mutex_);
  if (generation == generation_) put(stored_key, {std::move(row), generation});
}

std::uint64_t StateCache::commit(
    const std::vector<std::pair<Bytes, std::shared_ptr<const StoredRow>>>& rows) {
  const std::lock_guard lock(mutex_);
  ++generation_;
  for (const auto& [key, row] : rows) {
    if (!key.empty() && holds(static_cast<Namespace>(key[0]))) put(key, {row, generation_});
  }
  return generation_;
}

std::uint64_t StateCache::generation() const {
  const std::lock_guard lock(mutex_);
  return generation_;
}

void StateCache::put(BytesView key, Held held) {
  old_.erase(Bytes(key));  // else an outdated twin would come back once the young half ages
  const std::size_t added = cost(key, held.row.get());
  if (young_bytes_ + added > half_max_) {
    old_ = std::exchange(young_, {});
    young_bytes_ = 0;
    old_.erase(Bytes(key));
  }
  const auto [place, is_new] = young_.try_emplace(Bytes(key), held);
  if (!is_new) {
    young_bytes_ -= cost(key, place->second.row.get());
    place->second = std::move(held);
  }
  young_bytes_ += added;
}

std::vector<std::pair<Bytes, std::shared_ptr<const StoredRow>>> BlockChanges::cache_rows() const {
  std::vector<std::pair<Bytes, std::shared_ptr<const StoredRow>>> result;
  result.reserve(rows.size());
  for (const Row& row : rows) result.emplace_back(row.key, row.row);
  return result;
}

void Overlay::fail(Error error) const {
  if (!failure_) failure_ = std::move(error);
}

Result<std::shared_ptr<const StoredRow>> Overlay::read(Namespace ns, BytesView stored_key) const {
  const bool pending = view_.pending && view_.pending->find_change(Family::rows, stored_key);
  const bool cached = view_.cache && !pending && StateCache::holds(ns);
  if (cached) {
    if (auto answer = view_.cache->find(stored_key, view_.generation); answer.known) {
      return answer.row;
    }
  }
  auto bytes = view_.reader().get(Family::rows, stored_key);
  if (!bytes) return std::move(bytes).error();
  std::shared_ptr<const StoredRow> row;
  if (*bytes) {
    auto value = parse_canonical(**bytes);
    if (!value) {
      return Error{Errc::corrupt, "state row " + to_hex(stored_key) + ": " + value.error().detail};
    }
    row = std::make_shared<const StoredRow>(StoredRow{std::move(**bytes), std::move(*value)});
  }
  if (cached) view_.cache->keep(stored_key, row, view_.generation);
  return row;
}

Overlay::Slot* Overlay::load(const RowKey& row) const {
  if (failure_) return nullptr;
  Bytes key = row.stored();
  if (auto found = slots_.find(key); found != slots_.end()) return &found->second;
  auto stored = read(row.ns, key);
  if (!stored) {
    fail(std::move(stored).error());
    return nullptr;
  }
  return &slots_.emplace(std::move(key), Slot{*stored, *stored}).first->second;
}

std::shared_ptr<const Value> Overlay::find(const RowKey& row) const {
  const Slot* slot = load(row);
  return slot == nullptr ? nullptr : value_of(slot->row);
}

std::optional<Digest> Overlay::log_root(std::uint64_t size) const {
  if (failure_) return std::nullopt;
  auto bytes = view_.reader().get(Family::chain, kFrontierKey);
  auto frontier = bytes && *bytes ? Frontier::decode(**bytes) : Result<Frontier>(Frontier{});
  auto root = bytes && frontier && size <= frontier->size() ? LogReader(view_.reader(), frontier->size()).root(size)
                                                            : Result<Digest>(Error{Errc::not_found, "no such size"});
  if (root) return *root;
  for (const Error* error : {bytes ? nullptr : &bytes.error(), frontier ? nullptr : &frontier.error(), &root.error()}) {
    if (error && error->code != Errc::not_found) fail(*error);
  }
  return std::nullopt;
}

std::shared_ptr<const FoundRecord> Overlay::find_record(const Digest& record_id) const {
  if (failure_) return nullptr;
  if (auto added = added_.find(record_id); added != added_.end()) {
    return std::make_shared<const FoundRecord>(FoundRecord{added->second.index, *added->second.body});
  }
  if (auto found = records_.find(record_id); found != records_.end()) return found->second;
  auto index = find_record_index(view_.reader(), record_id);
  if (!index) {
    fail(std::move(index).error());
    return nullptr;
  }
  std::shared_ptr<const FoundRecord> record;
  if (*index) {
    auto bytes = view_.reader().get(Family::entries, u64_key(**index));
    if (!bytes) {
      fail(std::move(bytes).error());
      return nullptr;
    }
    auto entry = *bytes ? parse_entry(**bytes)
                        : Result<Entry>(Error{Errc::not_found, "the log does not hold it"});
    if (!entry || record_id_of(entry->body_bytes) != record_id) {
      fail({Errc::corrupt, "entry " + std::to_string(**index) + " is not record " +
                               to_sha256_id(record_id) + ", as the record index says" +
                               (entry ? "" : ": " + entry.error().detail)});
      return nullptr;
    }
    record = std::make_shared<const FoundRecord>(FoundRecord{**index, entry->body()});
  }
  records_.emplace(record_id, record);
  return record;
}

Result<void> Overlay::set(const RowKey& row, Value value) {
  QL_CHECK(row.ns != Namespace::history);
  Bytes bytes = to_canonical(value);
  if (bytes.size() > kRowBytesMax) {
    return Error{Errc::limit, "state row " + to_hex(row.stored()) + " would have " +
                                  std::to_string(bytes.size()) + " bytes"};
  }
  Slot* slot = load(row);
  if (slot == nullptr) return status();
  set_rows_.push_back({slot, slot->row});
  slot->row = std::make_shared<const StoredRow>(StoredRow{std::move(bytes), std::move(value)});
  return {};
}

void Overlay::add_record(const Digest& record_id, std::uint64_t index, const Value& body) {
  const auto found = records_.find(record_id);
  QL_CHECK(found == records_.end() || !found->second);
  const bool is_new = added_.emplace(record_id, Added{index, &body}).second;
  QL_CHECK(is_new);
  added_order_.push_back(record_id);
}

void Overlay::append_history(BytesView subject, std::uint8_t category, const SubjectLeaf& leaf) {
  histories_.push_back({Bytes(subject), category, leaf});
}

void Overlay::rollback(const Savepoint& point) {
  QL_CHECK(point.rows <= set_rows_.size() && point.records <= added_order_.size() &&
           point.histories <= histories_.size());
  for (; set_rows_.size() > point.rows; set_rows_.pop_back()) {
    set_rows_.back().slot->row = std::move(set_rows_.back().before);
  }
  for (; added_order_.size() > point.records; added_order_.pop_back()) added_.erase(added_order_.back());
  histories_.erase(histories_.begin() + static_cast<std::ptrdiff_t>(point.histories),
                   histories_.end());
}

Result<BlockChanges> Overlay::finish() const {
  if (failure_) return *failure_;
  BlockChanges changes;
  for (const auto& [key, slot] : slots_) {
    const bool same = slot.former == slot.row ||
                      (slot.former && slot.row && slot.former->bytes == slot.row->bytes);
    if (!same) changes.rows.push_back({key, slot.former, slot.row});
  }
  if (auto done = finish_histories(changes); !done) return std::move(done).error();
  std::sort(changes.rows.begin(), changes.rows.end(),
            [](const BlockChanges::Row& a, const BlockChanges::Row& b) { return a.key < b.key; });

  changes.trie_ops.reserve(changes.rows.size());
  for (const BlockChanges::Row& row : changes.rows) {
    changes.trie_ops.push_back({crypto::state_path(row.key[0], BytesView(row.key).substr(1)),
                                crypto::state_value_hash(row.row->bytes)});
  }
  std::sort(changes.trie_ops.begin(), changes.trie_ops.end(),
            [](const TrieOp& a, const TrieOp& b) { return a.path < b.path; });
  for (const auto& [id, added] : added_) {
    changes.derived.put(Family::derived, record_index_key(id), u64_key(added.index));
  }
  return changes;
}

Result<void> Overlay::finish_histories(BlockChanges& changes) const {
  std::vector<const History*> appends;
  appends.reserve(histories_.size());
  for (const History& history : histories_) appends.push_back(&history);
  std::stable_sort(appends.begin(), appends.end(),
                   [](const History* a, const History* b) { return a->subject < b->subject; });

  for (auto next = appends.begin(); next != appends.end();) {
    const Bytes& subject = (*next)->subject;
    const Digest hash = subject_hash(subject);
    auto lists = read_subject_lists(view_.reader(), subject);
    if (!lists) return std::move(lists).error();
    for (; next != appends.end() && (*next)->subject == subject; ++next) {
      const History& append = **next;
      const auto placed = lists->append(append.category, append.leaf);
      Bytes leaf = append.leaf.encode();
      if (append.category != 0) {
        changes.derived.put(Family::derived,
                            subject_leaf_key(hash, append.category, placed.in_category), leaf);
      }
      changes.derived.put(Family::derived, subject_leaf_key(hash, 0, placed.in_all),
                          std::move(leaf));
    }
    changes.derived.put(Family::derived, subject_lists_key(hash), lists->encode());

    const RowKey row = history_row(subject);
    auto former = read(row.ns, row.stored());
    if (!former) return std::move(former).error();
    Value value = lists->history_value();
    Bytes bytes = to_canonical(value);
    changes.rows.push_back(
        {row.stored(), *former,
         std::make_shared<const StoredRow>(StoredRow{std::move(bytes), std::move(value)})});
  }
  return {};
}

}  // namespace qinglu::ledger
