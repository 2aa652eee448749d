// SPDX-License-Identifier: Apache-2.0
#include "ledger/state/overlay.hpp"

#include <atomic>
#include <map>
#include <mutex>
#include <thread>

#include "crypto/base/binary.hpp"
#include "crypto/hash.hpp"
#include "ledger/codec/canonical_json.hpp"
#include "ledger/codec/entry.hpp"
#include "ledger/kv/memory_store.hpp"
#include "ledger/state/undo.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/random.hpp"

using namespace qinglu;
using namespace qinglu::ledger;

namespace {

Value number(std::int64_t n) { return Value::Members{{"n", n}}; }

SubjectLeaf leaf(std::uint64_t index) {
  return {index, crypto::sha256("entry " + std::to_string(index)), 0};
}

/// A ledger of state only: commits overlays into a memory store as the node does.
struct Ledger {
  MemoryStore store;
  std::shared_ptr<StateCache> cache = std::make_shared<StateCache>();
  std::uint64_t height = 0;
  std::map<std::uint64_t, Digest> roots{{0, crypto::kEmptySubtree}};

  StateView view() const { return {store.snapshot(), nullptr, cache, cache->generation()}; }

  Digest commit(const Overlay& overlay) {
    auto changes = overlay.finish();
    REQUIRE(changes);
    auto trie = update_trie(store, changes->trie_ops);
    REQUIRE(trie);
    REQUIRE(store.write(state_batch(*changes, *trie, ++height), Sync::yes));
    cache->commit(changes->cache_rows());
    roots[height] = trie->root;
    return trie->root;
  }
};

/// Fails every read of one family.
class BrokenReader final : public KvReader {
 public:
  Result<std::optional<Bytes>> get(Family, BytesView) const override {
    return Error{Errc::io, "the disk is gone"};
  }
  Result<void> scan(Family, BytesView, BytesView,
                    const std::function<bool(BytesView, BytesView)>&) const override {
    return Error{Errc::io, "the disk is gone"};
  }
};

}  // namespace

TEST_CASE("an overlay shows its own rows above the committed ones", "[overlay]") {
  Ledger ledger;
  Overlay first(ledger.view());
  CHECK(first.find(party_row("org:a")) == nullptr);
  REQUIRE(first.set(party_row("org:a"), number(1)));
  CHECK(first.find(party_row("org:a"))->integer_of("n") == 1);
  ledger.commit(first);
  Overlay second(ledger.view());
  REQUIRE(second.find(party_row("org:a")));
  REQUIRE(second.set(party_row("org:a"), number(2)));
  CHECK(Overlay(ledger.view()).find(party_row("org:a"))->integer_of("n") == 1);
  auto changes = second.finish();
  REQUIRE(changes);
  REQUIRE(changes->rows.size() == 1);
  CHECK(changes->rows[0].key == "Porg:a");
  CHECK(changes->rows[0].former->bytes == "{\"n\":1}");
  CHECK(changes->rows[0].row->bytes == "{\"n\":2}");
  CHECK(changes->trie_ops.size() == 1);
}

TEST_CASE("a row that comes back to its former bytes is not a change", "[overlay]") {
  Ledger ledger;
  Overlay first(ledger.view());
  REQUIRE(first.set(party_row("org:a"), number(1)));
  ledger.commit(first);
  Overlay second(ledger.view());
  REQUIRE(second.set(party_row("org:a"), number(2)));
  REQUIRE(second.set(party_row("org:a"), number(1)));
  CHECK(second.finish()->rows.empty());
}

TEST_CASE("rollback takes back rows, records and histories since its savepoint", "[overlay]") {
  Ledger ledger;
  Overlay overlay(ledger.view());
  const Digest id1 = crypto::sha256("1");
  const Digest id2 = crypto::sha256("2");
  REQUIRE(overlay.set(subject_row("pat:1"), number(1)));
  const Value body1 = number(5), body2 = number(6);
  overlay.add_record(id1, 5, body1);
  overlay.append_history("pat:1", 1, leaf(5));
  const auto outer = overlay.savepoint();
  REQUIRE(overlay.set(subject_row("pat:1"), number(2)));
  const auto inner = overlay.savepoint();
  REQUIRE(overlay.set(subject_row("pat:1"), number(3)));
  REQUIRE(overlay.set(subject_row("pat:2"), number(4)));
  overlay.add_record(id2, 6, body2);
  overlay.append_history("pat:2", 2, leaf(6));
  CHECK(overlay.find_record(id2)->index == 6);
  overlay.rollback(inner);
  CHECK(overlay.find(subject_row("pat:1"))->integer_of("n") == 2);
  CHECK(overlay.find(subject_row("pat:2")) == nullptr);
  CHECK(overlay.find_record(id2) == nullptr);
  overlay.rollback(outer);
  CHECK(overlay.find(subject_row("pat:1"))->integer_of("n") == 1);
  REQUIRE(overlay.find_record(id1));
  CHECK((overlay.find_record(id1)->body == number(5)));
  auto changes = overlay.finish();
  REQUIRE(changes);
  REQUIRE(changes->rows.size() == 2);
  CHECK(changes->rows[0].key == "Hpat:1");
  CHECK(changes->rows[1].key == "Spat:1");
}

TEST_CASE("a row over 60 KiB is refused and leaves the old one", "[overlay]") {
  Ledger ledger;
  Overlay overlay(ledger.view());
  REQUIRE(overlay.set(subject_row("pat:1"), number(1)));
  auto refused =
      overlay.set(subject_row("pat:1"), Value::Members{{"t", std::string(kRowBytesMax, 'x')}});
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == Errc::limit);
  CHECK(overlay.find(subject_row("pat:1"))->integer_of("n") == 1);
  CHECK(overlay.status());
}

TEST_CASE("histories grow over blocks as one list would in one go", "[overlay]") {
  constexpr std::uint64_t kSeed = 41;
  INFO("seed " << kSeed);
  test::Random random(kSeed);
  Ledger ledger;
  std::map<Bytes, SubjectLists> model;
  std::map<Bytes, std::vector<SubjectLeaf>> all;
  std::uint64_t index = 0;
  for (int block = 0; block < 50; ++block) {
    Overlay overlay(ledger.view());
    for (std::uint64_t count = random.below(12); count > 0; --count) {
      const Bytes subject = "pat:" + std::to_string(random.below(5));
      const auto category = static_cast<std::uint8_t>(random.below(7));
      overlay.append_history(subject, category, leaf(++index));
      model[subject].append(category, leaf(index));
      all[subject].push_back(leaf(index));
    }
    ledger.commit(overlay);
  }
  Overlay after(ledger.view());
  for (const auto& [subject, lists] : model) {
    auto stored = read_subject_lists(ledger.store, subject);
    REQUIRE(stored);
    CHECK(*stored == lists);
    REQUIRE(after.find(history_row(subject)));
    CHECK((*after.find(history_row(subject)) == lists.history_value()));
    auto leaves = read_subject_leaves(ledger.store, subject, 0, 0, all[subject].size());
    REQUIRE(leaves);
    CHECK(*leaves == all[subject]);
    for (const SubjectList& list : lists.lists) {
      auto part =
          read_subject_leaves(ledger.store, subject, list.category, 0, list.frontier.size());
      REQUIRE(part);
      Frontier rebuilt;
      for (const SubjectLeaf& one : *part) rebuilt.append(one.hash());
      CHECK(rebuilt == list.frontier);
    }
    CHECK(read_subject_leaves(ledger.store, subject, 0, 0, all[subject].size() + 1).error().code ==
          Errc::corrupt);
  }
}

TEST_CASE("a record is found in this block, in the log, and nowhere else", "[overlay]") {
  Ledger ledger;
  const Bytes body = "{\"n\":7}";
  const Digest id = record_id_of(body);
  const Bytes entry = make_member_entry(41, body, 0);
  Overlay overlay(ledger.view());
  CHECK(overlay.find_record(id) == nullptr);
  const Value added = number(7);
  overlay.add_record(id, 42, added);
  CHECK(overlay.find_record(id)->index == 42);
  ledger.commit(overlay);
  KvBatch batch;
  batch.put(Family::entries, u64_key(42), entry);
  REQUIRE(ledger.store.write(batch, Sync::no));
  Overlay next(ledger.view());
  REQUIRE(next.find_record(id));
  CHECK(next.find_record(id)->index == 42);
  CHECK((next.find_record(id)->body == number(7)));
  CHECK(next.find_record(crypto::sha256("other")) == nullptr);
  CHECK(next.status());

  KvBatch wrong;  // F20: another valid entry under this index
  wrong.put(Family::entries, u64_key(42), make_member_entry(41, "{\"n\":8}", 0));
  REQUIRE(ledger.store.write(wrong, Sync::no));
  Overlay broken(ledger.view());
  CHECK(broken.find_record(id) == nullptr);
  CHECK(broken.status().error().code == Errc::corrupt);
}

TEST_CASE("a failing store makes every look-up empty and stays in the status", "[overlay]") {
  Overlay overlay(StateView{std::make_shared<BrokenReader>()});
  CHECK(overlay.status());
  CHECK(overlay.find(party_row("org:a")) == nullptr);
  CHECK(overlay.status().error().code == Errc::io);
  CHECK(overlay.find_record(crypto::sha256("1")) == nullptr);
  CHECK_FALSE(overlay.set(party_row("org:a"), number(1)));
  CHECK_FALSE(overlay.finish());
}

TEST_CASE("a candidate above a candidate sees its parent's rows and not the cache's", "[overlay]") {
  Ledger ledger;
  Overlay base(ledger.view());
  REQUIRE(base.set(party_row("org:a"), number(1)));
  ledger.commit(base);
  CHECK(Overlay(ledger.view()).find(party_row("org:a")));  // now cached

  Overlay parent(ledger.view());
  REQUIRE(parent.set(party_row("org:a"), number(2)));
  parent.append_history("pat:1", 1, leaf(1));
  auto changes = parent.finish();
  REQUIRE(changes);
  auto trie = update_trie(parent.view().reader(), changes->trie_ops);
  REQUIRE(trie);
  auto layer = std::make_shared<const Layer>(parent.view().committed, nullptr,
                                             collect_changes(state_batch(*changes, *trie, 2)));
  StateView above = ledger.view();
  above.pending = layer;
  Overlay child(above);
  CHECK(child.find(party_row("org:a"))->integer_of("n") == 2);
  child.append_history("pat:1", 1, leaf(2));
  auto grown = child.finish();
  REQUIRE(grown);
  REQUIRE(grown->rows.size() == 1);
  CHECK(grown->rows[0].row->value.items_of("lists")[0].integer_of("count") == 2);
  auto child_trie = update_trie(above.reader(), grown->trie_ops);
  REQUIRE(child_trie);
  CHECK(Overlay(ledger.view()).find(party_row("org:a"))->integer_of("n") == 1);

  const Digest parent_root = ledger.commit(parent);
  CHECK(parent_root == trie->root);
  CHECK(ledger.commit(child) == child_trie->root);
}

TEST_CASE("a reader of an older snapshot never sees newer cached rows", "[overlay]") {
  Ledger ledger;
  Overlay first(ledger.view());
  REQUIRE(first.set(party_row("org:a"), number(1)));
  ledger.commit(first);
  const StateView old_view = ledger.view();
  Overlay second(ledger.view());
  REQUIRE(second.set(party_row("org:a"), number(2)));
  REQUIRE(second.set(party_row("org:b"), number(9)));
  CHECK(second.find(party_row("org:c")) == nullptr);  // the cache now knows that it is absent
  ledger.commit(second);

  CHECK(Overlay(old_view).find(party_row("org:a"))->integer_of("n") == 1);
  CHECK(Overlay(old_view).find(party_row("org:b")) == nullptr);
  CHECK(Overlay(ledger.view()).find(party_row("org:a"))->integer_of("n") == 2);
  CHECK(Overlay(ledger.view()).find(party_row("org:b"))->integer_of("n") == 9);
  Overlay third(ledger.view());
  REQUIRE(third.set(party_row("org:c"), number(3)));
  ledger.commit(third);
  CHECK(Overlay(ledger.view()).find(party_row("org:c"))->integer_of("n") == 3);
  CHECK(Overlay(old_view).find(party_row("org:c")) == nullptr);
}

TEST_CASE("a small cache forgets and stays right", "[overlay]") {
  constexpr std::uint64_t kSeed = 42;
  INFO("seed " << kSeed);
  test::Random random(kSeed);
  Ledger ledger;
  ledger.cache = std::make_shared<StateCache>(4'000);
  std::map<Bytes, std::int64_t> model;
  for (int block = 0; block < 200; ++block) {
    Overlay overlay(ledger.view());
    for (int i = 0; i < 6; ++i) {
      const Bytes party = "org:" + std::to_string(random.below(30));
      const auto row = overlay.find(party_row(party));
      REQUIRE((row != nullptr) == (model.count(party) == 1));
      if (row) REQUIRE(row->integer_of("n") == model[party]);
      if (random.below(3) == 0) {
        model[party] = static_cast<std::int64_t>(random.below(1000));
        REQUIRE(overlay.set(party_row(party), number(model[party])));
      }
    }
    ledger.commit(overlay);
  }
}

TEST_CASE("dry runs read concurrently while blocks are committed", "[overlay]") {
  Ledger ledger;
  Overlay first(ledger.view());
  for (int i = 0; i < 20; ++i) {
    REQUIRE(first.set(party_row("org:" + std::to_string(i)), number(0)));
  }
  ledger.commit(first);
  std::mutex publish;
  auto present = std::make_shared<const StateView>(ledger.view());
  std::atomic<bool> stop{false};
  std::atomic<int> torn{0};
  std::vector<std::thread> readers;
  for (int t = 0; t < 2; ++t) {
    readers.emplace_back([&] {
      while (!stop) {
        std::shared_ptr<const StateView> view;
        {
          const std::lock_guard lock(publish);
          view = present;
        }
        Overlay overlay(*view);
        const std::int64_t expected = overlay.find(party_row("org:0"))->integer_of("n");
        for (int i = 1; i < 20; ++i) {
          if (overlay.find(party_row("org:" + std::to_string(i)))->integer_of("n") != expected)
            ++torn;
        }
      }
    });
  }
  for (int block = 1; block <= 100; ++block) {
    Overlay overlay(ledger.view());
    for (int i = 0; i < 20; ++i) {
      REQUIRE(overlay.set(party_row("org:" + std::to_string(i)), number(block)));
    }
    ledger.commit(overlay);
    const std::lock_guard lock(publish);
    present = std::make_shared<const StateView>(ledger.view());
  }
  stop = true;
  for (auto& reader : readers) reader.join();
  CHECK(torn == 0);
}

TEST_CASE("the state of every past height can be read and proven through undo bundles", "[undo]") {
  constexpr std::uint64_t kSeed = 43;
  INFO("seed " << kSeed);
  test::Random random(kSeed);
  Ledger ledger;
  std::map<std::uint64_t, std::map<Bytes, std::int64_t>> past{{0, {}}};
  for (std::uint64_t height = 1; height <= 40; ++height) {
    Overlay overlay(ledger.view());
    past[height] = past[height - 1];
    for (std::uint64_t i = random.below(6); i > 0; --i) {
      const Bytes subject = "pat:" + std::to_string(random.below(25));
      const auto n = static_cast<std::int64_t>(random.below(100));
      past[height][subject] = n;
      REQUIRE(overlay.set(subject_row(subject), number(n)));
    }
    ledger.commit(overlay);
  }
  for (std::uint64_t height = 0; height <= 40; ++height) {
    auto then = state_as_of(ledger.store.snapshot(), height, 40);
    REQUIRE(then);
    REQUIRE(*trie_root(**then) == ledger.roots[height]);
    Overlay overlay(StateView{*then});
    for (int i = 0; i < 25; ++i) {
      const Bytes subject = "pat:" + std::to_string(i);
      const auto row = overlay.find(subject_row(subject));
      const auto expected = past[height].find(subject);
      REQUIRE((row != nullptr) == (expected != past[height].end()));
      if (row) REQUIRE(row->integer_of("n") == expected->second);
      const Digest path = crypto::state_path('S', subject);
      auto proof = prove_state(**then, path);
      REQUIRE(proof);
      REQUIRE(crypto::fold_trie_proof(*proof, path) == ledger.roots[height]);
    }
  }
  CHECK(state_as_of(ledger.store.snapshot(), 41, 40).error().code == Errc::not_found);
  CHECK(state_as_of(ledger.store.snapshot(), 0, 40, {39, 1u << 20}).error().code == Errc::limit);
  CHECK(state_as_of(ledger.store.snapshot(), 0, 40, {40, 100}).error().code == Errc::limit);
  KvBatch batch;
  batch.erase(Family::undo, u64_key(20));
  REQUIRE(ledger.store.write(batch, Sync::no));
  CHECK(state_as_of(ledger.store.snapshot(), 19, 40).error().code == Errc::not_found);
  CHECK(state_as_of(ledger.store.snapshot(), 20, 40));
}

TEST_CASE("an undo bundle has the bytes of its format and nothing else", "[undo]") {
  BlockChanges changes;
  changes.rows.push_back({"Pa", nullptr, nullptr});
  changes.rows.push_back(
      {"Pb", std::make_shared<const StoredRow>(StoredRow{"{}", Value()}), nullptr});
  const Bytes bundle = encode_undo(changes);
  CHECK(bundle == Bytes("\0\2Pa\0\0\0\0"
                        "\0\2Pb\0\0\0\3{}",
                        8 + 10));
  auto rows = decode_undo(bundle);
  REQUIRE(rows);
  REQUIRE(rows->size() == 2);
  CHECK_FALSE(rows->at("Pa").has_value());
  CHECK(rows->at("Pb") == Bytes("{}"));
  for (std::size_t length = 1; length < bundle.size(); ++length) {
    if (length == 8) continue;  // a whole row
    CHECK_FALSE(decode_undo(BytesView(bundle).substr(0, length)));
  }
  CHECK_FALSE(decode_undo(bundle + bundle));
  CHECK_FALSE(decode_undo(Bytes(6, '\0')));  // a row without a key
}
