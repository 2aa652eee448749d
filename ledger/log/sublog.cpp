// SPDX-License-Identifier: Apache-2.0
#include "ledger/log/sublog.hpp"

#include <algorithm>
#include <utility>

#include "crypto/base/binary.hpp"
#include "crypto/base/encoding.hpp"
#include "crypto/hash.hpp"
#include "crypto/merkle.hpp"

namespace qinglu::ledger {
namespace {

// First bytes of keys in Family::derived.
constexpr std::uint8_t kLeafPrefix = 'j';
constexpr std::uint8_t kListsPrefix = 'J';
constexpr std::uint8_t kRecordPrefix = 'r';

void append_to(SubjectList& list, const SubjectLeaf& leaf) {
  QL_CHECK(list.frontier.size() == 0 || list.last_index < leaf.index);
  list.frontier.append(leaf.hash());
  list.last_index = leaf.index;
}

Error corrupt(std::string detail) { return {Errc::corrupt, std::move(detail)}; }

}  // namespace

Bytes SubjectLeaf::encode() const {
  return BinaryWriter().u64(index).raw(leaf_hash).u8(flags).bytes();
}

Result<SubjectLeaf> SubjectLeaf::decode(BytesView bytes) {
  BinaryReader in(bytes);
  SubjectLeaf leaf;
  leaf.index = in.u64();
  leaf.leaf_hash = in.digest();
  leaf.flags = in.u8();
  if (auto done = in.finish(); !done) return std::move(done).error();
  if ((leaf.flags & ~(kSealed | kSupersedes)) != 0) {
    return Error{Errc::malformed, "a subject leaf has an unknown flag", kSize - 1};
  }
  return leaf;
}

Digest SubjectLeaf::hash() const { return crypto::log_leaf_hash(encode()); }

const SubjectList* SubjectLists::find(std::uint8_t category) const {
  for (const SubjectList& list : lists) {
    if (list.category == category) return &list;
  }
  return nullptr;
}

SubjectLists::Placed SubjectLists::append(std::uint8_t category, const SubjectLeaf& leaf) {
  QL_CHECK(category <= kCategoryMax);
  auto list_of = [&](std::uint8_t wanted) -> SubjectList& {
    const auto place = std::find_if(lists.begin(), lists.end(),
                                    [&](const SubjectList& l) { return l.category >= wanted; });
    if (place != lists.end() && place->category == wanted) return *place;
    return *lists.insert(place, SubjectList{wanted, 0, {}});
  };
  SubjectList& all = list_of(0);
  Placed placed{all.frontier.size(), all.frontier.size()};
  append_to(all, leaf);
  if (category == 0) return placed;
  SubjectList& list = list_of(category);
  placed.in_category = list.frontier.size();
  append_to(list, leaf);
  return placed;
}

Value SubjectLists::history_value() const {
  Value::Items items;
  for (const SubjectList& list : lists) {
    items.push_back(Value::Members{{"category", static_cast<int>(list.category)},
                                   {"count", list.frontier.size()},
                                   {"last_index", list.last_index},
                                   {"root", to_sha256_id(list.frontier.root())}});
  }
  return Value::Members{{"lists", std::move(items)}};
}

Bytes SubjectLists::encode() const {
  BinaryWriter out;
  out.u8(static_cast<std::uint8_t>(lists.size()));
  for (const SubjectList& list : lists) {
    out.u8(list.category).u64(list.last_index);
    list.frontier.encode_to(out);
  }
  return std::move(out).bytes();
}

Result<SubjectLists> SubjectLists::decode(BytesView bytes) {
  BinaryReader in(bytes);
  SubjectLists result;
  int previous = -1;
  for (unsigned left = in.u8(); left > 0; --left) {
    SubjectList list;
    list.category = in.u8();
    list.last_index = in.u64();
    list.frontier = Frontier::decode_from(in);
    if (in.failed()) break;
    if (list.category <= previous || list.category > kCategoryMax || list.frontier.size() == 0) {
      return Error{Errc::malformed, "the lists of a subject are out of order or empty",
                   in.offset()};
    }
    previous = list.category;
    result.lists.push_back(std::move(list));
  }
  if (auto done = in.finish(); !done) return std::move(done).error();
  if (!result.lists.empty() && result.lists.front().category != 0) {
    return Error{Errc::malformed, "a subject lacks the list of category 0", 0};
  }
  return result;
}

Digest subject_hash(BytesView subject) {
  return crypto::sha256({crypto::domain::kSubject, subject});
}

Bytes subject_leaf_key(const Digest& subject_hash, std::uint8_t category, std::uint64_t seq) {
  return BinaryWriter().u8(kLeafPrefix).raw(subject_hash).u8(category).u64(seq).bytes();
}

Bytes subject_lists_key(const Digest& subject_hash) {
  return BinaryWriter().u8(kListsPrefix).raw(subject_hash).bytes();
}

Bytes record_index_key(const Digest& record_id) {
  return BinaryWriter().u8(kRecordPrefix).raw(record_id).bytes();
}

Result<SubjectLists> read_subject_lists(const KvReader& reader, BytesView subject) {
  auto bytes = reader.get(Family::derived, subject_lists_key(subject_hash(subject)));
  if (!bytes) return std::move(bytes).error();
  if (!*bytes) return SubjectLists{};
  auto lists = SubjectLists::decode(**bytes);
  if (!lists)
    return corrupt("the history lists of " + Bytes(subject) + ": " + lists.error().detail);
  return lists;
}

Result<std::vector<SubjectLeaf>> read_subject_leaves(const KvReader& reader, BytesView subject,
                                                     std::uint8_t category, std::uint64_t from,
                                                     std::uint64_t until) {
  std::vector<SubjectLeaf> leaves;
  if (from >= until) return leaves;
  const Digest hash = subject_hash(subject);
  bool intact = true;
  auto scanned =
      reader.scan(Family::derived, subject_leaf_key(hash, category, from),
                  subject_leaf_key(hash, category, until), [&](BytesView key, BytesView value) {
                    auto leaf = SubjectLeaf::decode(value);
                    intact = leaf && key == subject_leaf_key(hash, category, from + leaves.size());
                    if (intact) leaves.push_back(*leaf);
                    return intact;
                  });
  if (!scanned) return std::move(scanned).error();
  if (!intact || leaves.size() != until - from) {
    return corrupt("the history of " + Bytes(subject) + " lacks line " +
                   std::to_string(from + leaves.size()) + " of category " +
                   std::to_string(category));
  }
  return leaves;
}

Result<std::optional<std::uint64_t>> find_record_index(const KvReader& reader,
                                                       const Digest& record_id) {
  auto bytes = reader.get(Family::derived, record_index_key(record_id));
  if (!bytes) return std::move(bytes).error();
  if (!*bytes) return std::optional<std::uint64_t>{};
  BinaryReader in(**bytes);
  const std::uint64_t index = in.u64();
  if (!in.finish()) return corrupt("the index row of record " + to_sha256_id(record_id));
  return std::optional<std::uint64_t>{index};
}

}  // namespace qinglu::ledger
