// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <bit>
#include <set>

#include "crypto/base/encoding.hpp"
#include "crypto/merkle.hpp"
#include "ledger/catalog/opening.hpp"
#include "ledger/codec/canonical_json.hpp"
#include "ledger/evidence/verification.hpp"

namespace qinglu::ledger {
namespace {

using Type = Claim::Type;

bool about_lists(const Claim& claim) { return claim.subject.has_value(); }

std::string place(std::size_t i) { return "/history/" + std::to_string(i); }

/// The H row that a list of the file rests on, as the state has it.
std::optional<ProvenList> list_of(const Verification& v, const Evidence::List& list) {
  const ProvenRows::Row* row = claimed_row(v, list_row(list.id, v.evidence.claim.subject->kind));
  return proven_list(row ? row->value.get() : nullptr, static_cast<Category>(list.category));
}

/// Root of the tree over [0, from_seq) as a compact range, and the leaves behind it.
std::optional<Digest> root_of(const Evidence::List& list) {
  BinaryWriter range;
  range.u64(list.from_seq);
  for (const Digest& hash : list.prefix_range) range.raw(hash.view());
  auto frontier = Frontier::decode(std::move(range).bytes());
  if (!frontier) return std::nullopt;
  for (const SubjectLeaf& leaf : list.leaves) frontier->append(leaf.hash());
  return frontier->root();
}

/// The flags that a body's line has.   Source: evidence.md §4.1.
std::uint8_t flags_of(const Value& body) {
  return static_cast<std::uint8_t>((body.text_of("class") == "SEALED" ? SubjectLeaf::kSealed : 0) |
                                   (body.find("supersedes") ? SubjectLeaf::kSupersedes : 0));
}

}  // namespace

const ProvenRows::Row* claimed_row(const Verification& v, const RowKey& row) {
  const std::uint64_t size = v.evidence.claim.as_of_size;
  if (size == 0) return nullptr;
  const ProvenRows::Row* shown = nearest_row(v.rows, row, size - 1);
  return shown && shown->seal_index + 1 == size ? shown : nullptr;
}

std::vector<std::string> alias_set(const Verification& v) {
  const std::string& id = v.evidence.claim.subject->id;
  const ProvenRows::Row* row = claimed_row(v, alias_row(id));
  if (!row || !row->value) return {id};
  std::vector<std::string> ids;
  for (const Value& item : row->value->items_of("ids")) ids.emplace_back(item.text());
  return ids;
}

std::optional<ProvenList> proven_list(const Value* history_row, Category category) {
  if (!history_row) return std::nullopt;
  for (const Value& list : history_row->items_of("lists")) {
    if (list.integer_of("category") != static_cast<std::int64_t>(category)) continue;
    return ProvenList{static_cast<std::uint64_t>(list.integer_of("count")),
                      static_cast<std::uint64_t>(list.integer_of("last_index")),
                      from_sha256_id(list.text_of("root")).value_or(Digest{})};
  }
  return std::nullopt;
}

Outcome check_claim(Verification& v) {
  const Evidence& e = v.evidence;
  const Claim& claim = e.claim;
  const auto refuse = [](std::string why) { return failure(Check::claim, std::move(why)); };

  // One claim, one moment.
  const bool now = claim.type == Type::record || claim.type == Type::consistency;
  const auto sealed = [&](std::uint64_t size) {
    return size == v.head().size ||
           std::ranges::any_of(v.seals, [&](const Seal& seal) { return seal.index() + 1 == size; });
  };
  if (now ? claim.as_of_size != v.head().size : !sealed(claim.as_of_size)) {
    return refuse("the claim is as of size " + std::to_string(claim.as_of_size) +
                  (now ? ", the head of " + std::to_string(v.head().size) : ", of which no seal is shown"));
  }
  if (claim.from_seal_ref && v.seals[*claim.from_seal_ref].index() + 1 >= claim.as_of_size) {
    return refuse("the earlier moment is not earlier");
  }
  if (claim.row && !claimed_row(v, *claim.row)) {
    return refuse("no proof of row " + name_of(*claim.row) + " at size " + std::to_string(claim.as_of_size));
  }
  const auto fits = [](const std::string& id, SubjectKind kind) {
    if (kind == SubjectKind::agency) return is_party_id(id) && id.starts_with("org:");
    return kind_of_subject(id) == kind;
  };
  if (about_lists(claim) && !fits(claim.subject->id, claim.subject->kind)) {
    return refuse("subject " + claim.subject->id + " is not of kind " +
                  std::to_string(static_cast<int>(claim.subject->kind)));
  }
  if (claim.type == Type::consistency && e.consistency.empty()) return refuse("no older tree is shown");

  if (claim.type != Type::history && !e.history.empty()) return refuse("/history is no part of this claim");
  std::set<std::size_t> claimed;
  if (claim.type == Type::record) claimed.insert(claim.record_ref);
  for (std::size_t i = 0; i < e.history.size(); ++i) {
    const Evidence::Row& row = e.state[e.history[i].state_ref];
    const RowKey wanted = list_row(e.history[i].id, claim.subject->kind);
    if (RowKey{static_cast<Namespace>(row.ns), row.key} != wanted ||
        v.seal(row.seal_ref).index() + 1 != claim.as_of_size) {
      return refuse(place(i) + " does not rest on row " + name_of(wanted) + " at the claim's size");
    }
    for (const auto& shown : e.history[i].records) claimed.insert(shown.record_ref);
  }
  for (std::size_t i = 0; i < e.records.size(); ++i) {
    if (e.records[i].claimed != claimed.contains(i)) {
      return refuse(v.records[i].where + ": its role is not that of the claim");
    }
  }
  return std::nullopt;
}

Outcome check_claimed_absent(Verification& v) {
  const Claim& claim = v.evidence.claim;
  if (claim.type != Type::absence) return std::nullopt;
  if (claim.row) {
    if (!claimed_row(v, *claim.row)->value) return std::nullopt;
    return failure(Check::claimed_absent, "row " + name_of(*claim.row) + " is there");
  }
  for (const std::string& id : alias_set(v)) {
    const ProvenRows::Row* row = claimed_row(v, list_row(id, claim.subject->kind));
    for (const Category category : claim.subject->categories) {
      const auto list = proven_list(row ? row->value.get() : nullptr, category);
      // Indices rise, so the last one tells whether anything came after the earlier moment.
      if (!list || (claim.from_seal_ref && list->last_index < v.seals[*claim.from_seal_ref].index())) continue;
      return failure(Check::claimed_absent, id + " has " + std::to_string(list->count) + " records of category " +
                                                std::to_string(static_cast<int>(category)) + ", the last at index " +
                                                std::to_string(list->last_index));
    }
  }
  return std::nullopt;
}

Outcome check_claimed_present(Verification& v) {
  const Claim& claim = v.evidence.claim;
  if (claim.type == Type::state_value && !claimed_row(v, *claim.row)->value) {
    return failure(Check::claimed_present, "row " + name_of(*claim.row) + " is absent");
  }
  if (claim.type == Type::history && v.evidence.history.empty()) {
    return failure(Check::claimed_present, "no list is shown");
  }
  return std::nullopt;
}

Outcome check_alias_set(Verification& v) {
  const Claim& claim = v.evidence.claim;
  if (!about_lists(claim)) return std::nullopt;
  const auto refuse = [](std::string why) { return failure(Check::alias_set, std::move(why)); };
  const Claim::Subject& subject = *claim.subject;
  if (!claimed_row(v, alias_row(subject.id))) {
    return refuse("no proof of row " + name_of(alias_row(subject.id)) + " at the claim's size");
  }
  const auto ids = alias_set(v);
  if (std::ranges::find(ids, subject.id) == ids.end()) return refuse(subject.id + " is not in its alias set");
  std::set<std::pair<std::string, std::uint8_t>> expected;
  for (const std::string& id : ids) {
    const ProvenRows::Row* row = claimed_row(v, list_row(id, subject.kind));
    if (!row) return refuse("no proof of row " + name_of(list_row(id, subject.kind)) + " at the claim's size");
    for (const Category category : subject.categories) {
      if (proven_list(row->value.get(), category)) expected.emplace(id, static_cast<std::uint8_t>(category));
    }
  }
  if (claim.type != Type::history) return std::nullopt;
  for (std::size_t i = 0; i < v.evidence.history.size(); ++i) {
    const Evidence::List& list = v.evidence.history[i];
    if (expected.erase({list.id, list.category}) == 0) return refuse(place(i) + " is one list too many");
  }
  if (expected.empty()) return std::nullopt;
  return refuse("the list of category " + std::to_string(expected.begin()->second) + " of " + expected.begin()->first +
                " is not shown");
}

Outcome check_list_counts(Verification& v) {
  for (std::size_t i = 0; i < v.evidence.history.size(); ++i) {
    const Evidence::List& list = v.evidence.history[i];
    const std::uint64_t count = list_of(v, list)->count;
    if (list.leaves.empty() || list.from_seq > count || list.leaves.size() != count - list.from_seq ||
        list.prefix_range.size() != static_cast<std::size_t>(std::popcount(list.from_seq))) {
      return failure(Check::list_count, place(i) + ": " + std::to_string(list.leaves.size()) + " lines from number " +
                                            std::to_string(list.from_seq) + " on, the state counts " +
                                            std::to_string(count));
    }
  }
  return std::nullopt;
}

Outcome check_list_roots(Verification& v) {
  for (std::size_t i = 0; i < v.evidence.history.size(); ++i) {
    const Evidence::List& list = v.evidence.history[i];
    if (root_of(list) != list_of(v, list)->root) {
      return failure(Check::list_root, place(i) + ": the lines do not lead to the root in the state");
    }
  }
  return std::nullopt;
}

Outcome check_list_order(Verification& v) {
  for (std::size_t i = 0; i < v.evidence.history.size(); ++i) {
    const auto& leaves = v.evidence.history[i].leaves;
    const bool rise = std::ranges::adjacent_find(leaves, std::ranges::greater_equal{}, &SubjectLeaf::index) == leaves.end();
    const std::uint64_t last = list_of(v, v.evidence.history[i])->last_index;
    if (!rise || leaves.back().index != last || last + 1 >= v.evidence.claim.as_of_size) {
      return failure(Check::list_order, place(i) + ": indices do not rise to the last one in the state");
    }
  }
  return std::nullopt;
}

Outcome check_listed_records(Verification& v) {
  for (std::size_t i = 0; i < v.evidence.history.size(); ++i) {
    const Evidence::List& list = v.evidence.history[i];
    const Evidence::List::Shown* former = nullptr;
    for (const auto& shown : list.records) {
      const auto refuse = [&](const char* why) {
        return failure(Check::listed_record, place(i) + ": line " + std::to_string(shown.seq) + " " + why);
      };
      if (former && shown.seq <= former->seq) return refuse("is out of order");
      former = &shown;
      if (shown.seq < list.from_seq || shown.seq - list.from_seq >= list.leaves.size()) return refuse("is not listed");
      const SubjectLeaf& leaf = list.leaves[shown.seq - list.from_seq];
      const EntryWork& record = v.records[shown.record_ref];
      if (crypto::log_leaf_hash(*record.bytes) != leaf.leaf_hash) return refuse("is another record");
      if (record.proof.index != leaf.index) return refuse("stands elsewhere in the log");
      if (flags_of(record.entry->body()) != leaf.flags) return refuse("has other flags");
    }
  }
  return std::nullopt;
}

Outcome check_list_parts(Verification& v) {
  const Claim& claim = v.evidence.claim;
  const auto refuse = [](std::string why) { return failure(Check::list_part, std::move(why)); };
  // Numbers from which to list mean something in one list only.
  if (claim.from_seq > 0 && v.evidence.history.size() > 1) return refuse("a part is claimed of several lists");
  for (std::size_t i = 0; i < v.evidence.history.size(); ++i) {
    const Evidence::List& list = v.evidence.history[i];
    if (list.from_seq != claim.from_seq) {
      return refuse(place(i) + " begins at number " + std::to_string(list.from_seq) + ", not at " +
                    std::to_string(claim.from_seq));
    }
    if (claim.all_disclosed && list.records.size() != list.leaves.size()) {
      return refuse(place(i) + " withholds " + std::to_string(list.leaves.size() - list.records.size()) + " records");
    }
  }
  return std::nullopt;
}

Outcome check_disclosures(Verification& v) {
  for (std::size_t i = 0; i < v.evidence.disclosures.size(); ++i) {
    const auto& shown = v.evidence.disclosures[i];
    const auto refuse = [&](const std::string& why) {
      return failure(Check::disclosure, "/disclosures/" + std::to_string(i) + ": " + why);
    };
    const auto value = parse_canonical_value(shown.value);
    if (!value) return refuse(value.error().detail);
    const auto opened = open_field(v.records[shown.record_ref].entry->body(), {shown.name, *value, shown.salt, shown.path});
    if (!opened) return refuse(opened.error().detail);
  }
  return std::nullopt;
}

}  // namespace qinglu::ledger
