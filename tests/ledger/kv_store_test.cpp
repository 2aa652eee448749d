// SPDX-License-Identifier: Apache-2.0
#include "ledger/kv/kv_store.hpp"

#include <map>

#include "ledger/kv/layer.hpp"
#include "ledger/kv/memory_store.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/fault_store.hpp"
#include "tests/support/random.hpp"

using namespace qinglu;
using namespace qinglu::ledger;

namespace {

using Rows = std::map<Bytes, Bytes>;

Rows rows_of(const KvReader& reader, Family family, BytesView from = {}, BytesView until = {}) {
  Rows rows;
  Bytes last;
  auto scanned = reader.scan(family, from, until, [&](BytesView key, BytesView value) {
    REQUIRE((rows.empty() || last < key));
    last = Bytes(key);
    rows.emplace(key, value);
    return true;
  });
  REQUIRE(scanned);
  return rows;
}

}  // namespace

TEST_CASE("a snapshot of the memory store does not see later writes", "[kv]") {
  constexpr std::uint64_t kSeed = 11;
  INFO("seed " << kSeed);
  test::Random random(kSeed);
  MemoryStore store;
  Rows model;
  std::vector<std::pair<std::shared_ptr<const KvReader>, Rows>> snapshots;
  for (int round = 0; round < 400; ++round) {
    KvBatch batch;
    for (int i = 0; i < 5; ++i) {
      const Bytes key(1, static_cast<char>('a' + random.below(20)));
      if (random.below(3) == 0) {
        batch.erase(Family::rows, key);
        model.erase(key);
      } else {
        const Bytes value = random.bytes(random.below(6));
        batch.put(Family::rows, key, value);
        model[key] = value;
      }
    }
    REQUIRE(store.write(batch, Sync::no));
    if (random.below(4) == 0) snapshots.emplace_back(store.snapshot(), model);
    if (snapshots.size() > 5)
      snapshots.erase(snapshots.begin() + static_cast<long>(random.below(5)));
    REQUIRE(rows_of(store, Family::rows) == model);
    for (const auto& [snapshot, rows] : snapshots)
      REQUIRE(rows_of(*snapshot, Family::rows) == rows);
  }
  CHECK(rows_of(store, Family::nodes).empty());
}

TEST_CASE("a scan keeps to its bounds, ends when told and crosses its own pages", "[kv]") {
  MemoryStore store;
  KvBatch batch;
  for (int i = 0; i < 1000; ++i) {
    batch.put(Family::tiles, Bytes{static_cast<char>(i / 256), static_cast<char>(i % 256)}, "v");
  }
  REQUIRE(store.write(batch, Sync::no));
  CHECK(rows_of(store, Family::tiles).size() == 1000);
  const Bytes from{1, 0};
  const Bytes until{2, 0};
  CHECK(rows_of(store, Family::tiles, from, until).size() == 256);
  CHECK(rows_of(store, Family::tiles, from).size() == 744);
  int seen = 0;
  REQUIRE(store.scan(Family::tiles, {}, {}, [&](BytesView, BytesView) { return ++seen < 300; }));
  CHECK(seen == 300);
}

TEST_CASE("layers show their changes above what lies below, and can be moved", "[kv]") {
  constexpr std::uint64_t kSeed = 12;
  INFO("seed " << kSeed);
  test::Random random(kSeed);
  for (int round = 0; round < 100; ++round) {
    auto store = std::make_shared<MemoryStore>();
    Rows model;
    auto random_batch = [&] {
      KvBatch batch;
      for (int i = 0; i < 8; ++i) {
        const Bytes key(1, static_cast<char>('a' + random.below(16)));
        if (random.below(3) == 0) {
          batch.erase(Family::rows, key);
          model.erase(key);
        } else {
          const Bytes value = random.bytes(3);
          batch.put(Family::rows, key, value);
          model[key] = value;
        }
      }
      return batch;
    };
    REQUIRE(store->write(random_batch(), Sync::no));
    const KvBatch first_batch = random_batch();
    auto first =
        std::make_shared<const Layer>(store->snapshot(), nullptr, collect_changes(first_batch));
    REQUIRE(rows_of(*first, Family::rows) == model);
    auto second =
        std::make_shared<const Layer>(store->snapshot(), first, collect_changes(random_batch()));
    REQUIRE(rows_of(*second, Family::rows) == model);
    Rows part;
    for (const auto& [key, value] : model) {
      if (key >= "d" && key < "k") part.emplace(key, value);
    }
    REQUIRE(rows_of(*second, Family::rows, "d", "k") == part);
    for (char c = 'a'; c < 'a' + 16; ++c) {
      auto got = second->get(Family::rows, Bytes(1, c));
      REQUIRE(got);
      const auto expected = model.find(Bytes(1, c));
      REQUIRE(got->has_value() == (expected != model.end()));
      if (*got) REQUIRE(**got == expected->second);
    }
    int seen = 0;
    REQUIRE(second->scan(Family::rows, {}, {}, [&](BytesView, BytesView) { return ++seen < 2; }));
    CHECK(seen <= 2);
    REQUIRE(store->write(first_batch, Sync::no));  // the first candidate is committed
    auto moved = second->rebased(store->snapshot(), nullptr);
    REQUIRE(rows_of(*moved, Family::rows) == model);
    CHECK(moved->find_change(Family::nodes, "a") == nullptr);
  }
}

TEST_CASE("the fault store keeps what was synced and a prefix of the rest [F02]", "[kv][F02]") {
  test::FaultStore store;
  auto put = [&](const char* key, Sync sync) {
    KvBatch batch;
    batch.put(Family::rows, key, "v");
    return store.write(batch, sync);
  };
  REQUIRE(put("a", Sync::no));
  REQUIRE(put("b", Sync::yes));
  REQUIRE(put("c", Sync::no));
  REQUIRE(put("d", Sync::no));
  CHECK(rows_of(store, Family::rows).size() == 4);
  CHECK(rows_of(*store.after_power_loss(0), Family::rows).size() == 2);
  CHECK(rows_of(*store.after_power_loss(1), Family::rows).count("c") == 1);
  CHECK(rows_of(*store.after_power_loss(9), Family::rows).size() == 4);
  store.fail_from(store.write_points());
  auto failed = put("e", Sync::yes);
  REQUIRE_FALSE(failed);
  CHECK(failed.error().code == Errc::io);
}

TEST_CASE("a disk that lies about syncs loses what it promised [F11]", "[kv][F11]") {
  test::FaultStore store;
  store.lie_on_sync(true);
  KvBatch batch;
  batch.put(Family::rows, "a", "v");
  REQUIRE(store.write(batch, Sync::yes));
  CHECK(store.unsynced() == 1);
  CHECK(rows_of(*store.after_power_loss(0), Family::rows).empty());
}
