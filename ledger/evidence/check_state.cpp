// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "crypto/base/encoding.hpp"
#include "crypto/merkle.hpp"
#include "ledger/codec/canonical_json.hpp"
#include "ledger/codec/fields.hpp"
#include "ledger/evidence/verification.hpp"

namespace qinglu::ledger {
namespace {

/// The head's seal first, then the others; calls `ask(seal, where)` until one fails.
template <class Ask>
Outcome for_each_seal(Verification& v, Ask ask) {
  if (Outcome bad = ask(v.evidence.seal, std::string("/seal"))) return bad;
  for (std::size_t i = 0; i < v.evidence.seals.size(); ++i) {
    if (Outcome bad = ask(v.evidence.seals[i], "/seals/" + std::to_string(i))) return bad;
  }
  return std::nullopt;
}

Outcome check_seal_is_leaf(BytesView entry, std::uint64_t index, const std::vector<Digest>& path,
                           const crypto::Checkpoint& tree) {
  const auto ok =
      crypto::verify_inclusion(index, tree.size, crypto::log_leaf_hash(entry), path, tree.root);
  if (!ok) return failure(Check::seal_inclusion, ok.error().detail);
  return std::nullopt;
}

Outcome read_seal(const Digest& ledger_id, BytesView entry, std::uint64_t index, Seal& seal) {
  auto decoded = decode_seal(entry);
  if (!decoded) return failure(Check::seal_content, decoded.error().detail);
  seal = *std::move(decoded);
  const auto refuse = [](const char* why) { return failure(Check::seal_content, why); };
  if (seal.ledger != ledger_id) return refuse("seal of another ledger");
  if (seal.index() != index) return refuse("seal does not stand behind its block's records");
  if (seal.empty) return refuse("an empty block has no seal in the log");
  if ((seal.height == 0) != (index == 1)) return refuse("only the genesis seal has height 0");
  if (seal.height == 0 && (seal.epoch != 0 || seal.view != 0))
    return refuse("genesis seal with an epoch or view");
  if (seal.height != 0 && (seal.epoch == 0 || seal.view == 0))
    return refuse("seal without epoch or view");
  return std::nullopt;
}

/// `[{from_index, until_index?, …}, …]`, at least one, of the members named; ascending and disjoint
/// where `disjoint`.
Result<void> check_spans(const Value& row, std::string_view key, bool disjoint,
                         std::initializer_list<std::string_view> required,
                         std::initializer_list<std::string_view> optional) {
  std::optional<std::uint64_t> open_from = 0;
  for (const Value& item : row.items_of(key)) {
    Fields span(item, key);
    const std::uint64_t from = span.unsigned_integer("from_index");
    std::optional<std::uint64_t> until;
    if (span.has("until_index")) until = span.unsigned_integer("until_index");
    if (until && *until < from) span.fail("until_index", "is before from_index");
    if (disjoint && (!open_from || from < *open_from))
      span.fail("from_index", "overlaps the span before");
    open_from = until;
    for (std::string_view text : {"from", "until", "subject"}) {
      if (span.has(text)) span.text(text);
    }
    if (span.has("powers")) span.array("powers", 0, kEntryLimits.array_max);
    if (span.has("scope")) span.object("scope");
    if (auto ok = span.finish(required, optional); !ok) return ok;
  }
  return {};
}

/// Form of the rows that a signer check reads.   Source: docs/formats/state.md.
Result<void> check_row_form(const RowKey& key, const Value& row, std::string_view origin) {
  Fields in(row, "state row");
  switch (key.ns) {
    case Namespace::key: {
      if (key.key.starts_with('\0')) {  // who has a public key, not what a key is good for
        in.text("party");
        in.text("purpose");
        if (in.has("epoch")) in.unsigned_integer("epoch");
        return in.finish({"party", "purpose"}, {"epoch"});
      }
      in.hex<PublicKey>("pub");
      in.literal("suite", 1);
      in.array("windows", 1, kEntryLimits.array_max);
      if (in.has("compromised_from")) in.unsigned_integer("compromised_from");
      if (auto ok = in.finish({"pub", "suite", "windows"}, {"compromised_from"}); !ok) return ok;
      return check_spans(row, "windows", true, {"from_index"}, {"until_index"});
    }
    case Namespace::role: {
      in.array("grants", 1, kEntryLimits.array_max);
      if (auto ok = in.finish({"grants"}); !ok) return ok;
      return check_spans(row, "grants", false, {"from_index"},
                         {"from", "scope", "until", "until_index"});
    }
    case Namespace::mandate: {
      in.array("grants", 1, kEntryLimits.array_max);
      if (auto ok = in.finish({"grants"}); !ok) return ok;
      return check_spans(row, "grants", false, {"from", "from_index", "powers"},
                         {"subject", "until", "until_index"});
    }
    case Namespace::validators: {
      if (key == validators_row(0)) {
        in.unsigned_integer("epoch");
        return in.finish({"epoch"});
      }
      // A set that came by a record keeps what scheduled it; `from_size` is there once it is in force.
      for (std::string_view number : {"from_height", "from_size"}) {
        if (in.has(number)) in.unsigned_integer(number);
      }
      if (in.has("ready")) in.array("ready", 0, kEntryLimits.array_max);
      if (in.has("record")) in.text("record");
      const Value& set = in.object("set");
      if (auto ok = in.finish({"set"}, {"from_height", "from_size", "ready", "record"}); !ok) return ok;
      if (auto parsed = parse_validator_set(set, origin); !parsed) return parsed.error();
      return {};
    }
    case Namespace::history: {
      in.array("lists", 1, SubjectLists::kCategoryMax + 1);
      if (auto ok = in.finish({"lists"}); !ok) return ok;
      std::int64_t former = -1;
      for (const Value& item : row.items_of("lists")) {
        Fields list(item, "lists");
        const auto category = static_cast<std::int64_t>(list.unsigned_integer("category"));
        if (category <= former || category > SubjectLists::kCategoryMax) list.fail("category", "is out of order");
        if (former < 0 && category != 0) list.fail("category", "is not 0 in the first list");
        former = category;
        if (list.unsigned_integer("count") == 0) list.fail("count", "is 0");
        list.unsigned_integer("last_index");
        list.text("root");
        if (!from_sha256_id(item.text_of("root"))) list.fail("root", "is no sha256: id");
        if (auto ok = list.finish({"category", "count", "last_index", "root"}); !ok) return ok;
      }
      return {};
    }
    case Namespace::alias: {
      const auto& ids = in.array("ids", 1, kEntryLimits.array_max);
      for (std::size_t i = 0; i < ids.size(); ++i) {
        if (!ids[i].is_string() || !kind_of_subject(ids[i].text())) {
          in.fail("ids", "are no subject keys");
        } else if (i > 0 && ids[i - 1].is_string() && ids[i].text() <= ids[i - 1].text()) {
          in.fail("ids", "do not ascend");
        }
      }
      if (std::ranges::none_of(ids, [&](const Value& id) { return id.is_string() && id.text() == key.key; })) in.fail("ids", "do not have the row's own");
      return in.finish({"ids"});
    }
    // What the other rows say is for whoever reads them (docs/formats/state.md).
    default: return row.is_object() ? Result<void>() : Error{Errc::malformed, "a row is no object"};
  }
}

std::string place(std::size_t i) { return "/state/" + std::to_string(i); }

}  // namespace

Outcome check_one_seal(const Digest& ledger_id, BytesView entry, std::uint64_t index,
                       const std::vector<Digest>& path, const crypto::Checkpoint& tree,
                       Seal& seal) {
  if (Outcome bad = check_seal_is_leaf(entry, index, path, tree)) return bad;
  return read_seal(ledger_id, entry, index, seal);
}

Outcome check_seal_positions(Verification& v) {
  const std::uint64_t size = v.head().size;
  return for_each_seal(v, [&](const auto& seal, std::string where) -> Outcome {
    const bool is_head = &seal == &v.evidence.seal;
    if (is_head ? size == 0 || seal.index != size - 1 : size == 0 || seal.index >= size - 1) {
      return failure(Check::seal_position, where + ": index " + std::to_string(seal.index) +
                                               " in a tree of size " + std::to_string(size));
    }
    return std::nullopt;
  });
}

Outcome check_seal_inclusion(Verification& v) {
  return for_each_seal(v, [&](const auto& seal, std::string where) -> Outcome {
    Outcome bad = check_seal_is_leaf(seal.entry, seal.index, seal.path, v.head());
    if (bad) bad->detail = where + ": " + bad->detail;
    return bad;
  });
}

Outcome check_seal_content(Verification& v) {
  return for_each_seal(v, [&](const auto& proven, std::string where) -> Outcome {
    Seal seal;
    Outcome bad = read_seal(v.evidence.ledger_id, proven.entry, proven.index, seal);
    if (bad) {
      bad->detail = where + ": " + bad->detail;
    } else if (&proven == &v.evidence.seal) {
      v.head_seal = seal;
    } else {
      v.seals.push_back(seal);
    }
    return bad;
  });
}

Outcome check_proof_shapes(Verification& v) {
  for (std::size_t i = 0; i < v.evidence.state.size(); ++i) {
    const auto& row = v.evidence.state[i];
    const auto ok = crypto::check_trie_proof_shape(row.proof, crypto::state_path(row.ns, row.key));
    if (!ok) return failure(Check::proof_shape, place(i) + ": " + ok.error().detail);
  }
  return std::nullopt;
}

Outcome check_state_roots(Verification& v) {
  for (std::size_t i = 0; i < v.evidence.state.size(); ++i) {
    const auto& row = v.evidence.state[i];
    const Digest root = crypto::fold_trie_proof(row.proof, crypto::state_path(row.ns, row.key));
    if (root != v.seal(row.seal_ref).state_root) {
      return failure(Check::state_root,
                     place(i) + ": the proof does not lead to the seal's state root");
    }
  }
  return std::nullopt;
}

Outcome check_state_values(Verification& v) {
  for (std::size_t i = 0; i < v.evidence.state.size(); ++i) {
    const auto& row = v.evidence.state[i];
    const auto refuse = [&](const std::string& why) {
      return failure(Check::state_value, place(i) + ": " + why);
    };
    const bool present = crypto::trie_answer(row.proof, crypto::state_path(row.ns, row.key)) ==
                         crypto::TrieAnswer::present;
    if (present != row.value.has_value())
      return refuse(present ? "the value is not shown" : "a value is shown for an absent row");
    ProvenRows::Row proven{
        {static_cast<Namespace>(row.ns), row.key}, nullptr, v.seal(row.seal_ref).index()};
    if (present) {
      if (crypto::state_value_hash(*row.value) != row.proof.terminal->value_hash) {
        return refuse("the value is not the one proven");
      }
      auto value = parse_canonical(*row.value);
      if (!value) return refuse(value.error().detail);
      if (auto ok = check_row_form(proven.key, *value, v.evidence.origin); !ok) return refuse(ok.error().detail);
      proven.value = std::make_shared<const Value>(*std::move(value));
    }
    v.rows.push_back(std::move(proven));
  }
  std::ranges::stable_sort(v.rows, {}, [](const ProvenRows::Row& row) { return std::pair(row.key, row.seal_index); });
  return std::nullopt;
}

}  // namespace qinglu::ledger
