// SPDX-License-Identifier: Apache-2.0
#include <vector>

#include "crypto/base/encoding.hpp"
#include "crypto/merkle.hpp"
#include "ledger/codec/canonical_json.hpp"
#include "ledger/kv/memory_store.hpp"
#include "ledger/log/frontier.hpp"
#include "ledger/log/seals.hpp"
#include "ledger/log/sublog.hpp"
#include "ledger/log/tiles.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/random.hpp"

using namespace qinglu;
using namespace qinglu::ledger;

namespace {

std::vector<Digest> some_leaves(std::size_t count) {
  std::vector<Digest> leaves;
  for (std::size_t i = 0; i < count; ++i) {
    leaves.push_back(crypto::log_leaf_hash("entry " + std::to_string(i)));
  }
  return leaves;
}

/// Appends in blocks of random length, as a node does.
void append_in_blocks(MemoryStore& store, const std::vector<Digest>& leaves, test::Random& random) {
  Frontier frontier;
  std::size_t done = 0;
  while (done < leaves.size()) {
    const std::size_t count = std::min<std::size_t>(1 + random.below(90), leaves.size() - done);
    auto batch = grow_tiles(store, frontier, std::span(leaves).subspan(done, count));
    REQUIRE(batch);
    REQUIRE(store.write(*batch, Sync::no));
    done += count;
  }
}

/// 300 entries `e0`… and their tiles.
void make_short_log(MemoryStore& store) {
  Frontier frontier;
  KvBatch batch;
  std::vector<Digest> leaves;
  for (std::uint64_t i = 0; i < 300; ++i) {
    Bytes entry = Bytes("e").append(std::to_string(i));
    leaves.push_back(crypto::log_leaf_hash(entry));
    batch.put(Family::entries, u64_key(i), std::move(entry));
  }
  auto tiles = grow_tiles(store, frontier, leaves);
  REQUIRE(tiles);
  batch.append(std::move(*tiles));
  REQUIRE(store.write(batch, Sync::no));
}

}  // namespace

TEST_CASE("a frontier has the root of the whole tree after every append", "[log]") {
  const auto leaves = some_leaves(300);
  Frontier frontier;
  CHECK(frontier.root() == crypto::empty_log_root());
  for (std::size_t size = 1; size <= leaves.size(); ++size) {
    std::size_t nodes = 0;
    frontier.append(leaves[size - 1], [&](unsigned level, std::uint64_t index, const Digest& hash) {
      const std::size_t width = std::size_t{1} << level;
      REQUIRE(hash == crypto::log_root(std::span(leaves).subspan(index * width, width)));
      ++nodes;
    });
    REQUIRE(frontier.root() == crypto::log_root(std::span(leaves).first(size)));
    std::size_t completed = 1;
    for (std::size_t n = size; n % 2 == 0; n /= 2) ++completed;
    REQUIRE(nodes == completed);
    auto again = Frontier::decode(frontier.encode());
    REQUIRE(again);
    REQUIRE(*again == frontier);
  }
}

TEST_CASE("a frontier of the wrong length or an impossible size is refused", "[log]") {
  Frontier frontier;
  for (const Digest& leaf : some_leaves(5)) frontier.append(leaf);
  const Bytes good = frontier.encode();
  CHECK(good.size() == 8 + 2 * 32);
  CHECK_FALSE(Frontier::decode(good + "x"));
  CHECK_FALSE(Frontier::decode(BytesView(good).substr(0, good.size() - 1)));
  CHECK_FALSE(Frontier::decode(""));
  CHECK_FALSE(Frontier::decode(Bytes(8, '\xff') + Bytes(64 * 32, 'x')));
  CHECK_FALSE(Frontier::decode(Bytes("\0\x20\0\0\0\0\0\0", 8) + Bytes(32, 'x')));  // 2^53
}

TEST_CASE("every inclusion path of every size to 600 verifies from tiles", "[log]") {
  constexpr std::uint64_t kSeed = 21;
  INFO("seed " << kSeed);
  test::Random random(kSeed);
  const auto leaves = some_leaves(600);
  MemoryStore store;
  append_in_blocks(store, leaves, random);
  LogReader log(store, leaves.size());
  for (std::uint64_t size = 1; size <= leaves.size(); ++size) {
    const auto tree = std::span(leaves).first(size);
    const auto root = log.root(size);
    REQUIRE(root);
    REQUIRE(*root == crypto::log_root(tree));
    for (int i = 0; i < 12; ++i) {
      const std::uint64_t index = i == 0 ? 0 : i == 1 ? size - 1 : random.below(size);
      auto path = log.inclusion_path(index, size);
      REQUIRE(path);
      REQUIRE(*log.leaf(index) == leaves[index]);
      REQUIRE(crypto::verify_inclusion(index, size, leaves[index], *path, *root));
      if (i < 4) REQUIRE(*path == crypto::inclusion_path(tree, index));
    }
  }
}

TEST_CASE("consistency paths between all sizes to 600 verify from tiles", "[log]") {
  constexpr std::uint64_t kSeed = 22;
  INFO("seed " << kSeed);
  test::Random random(kSeed);
  const auto leaves = some_leaves(600);
  MemoryStore store;
  append_in_blocks(store, leaves, random);
  LogReader log(store, leaves.size());
  std::vector<Digest> roots;
  for (std::uint64_t size = 0; size <= leaves.size(); ++size) roots.push_back(*log.root(size));
  for (std::uint64_t size2 = 1; size2 <= leaves.size(); ++size2) {
    const std::uint64_t step = size2 < 140 ? 1 : 1 + random.below(40);
    for (std::uint64_t size1 = 1; size1 <= size2; size1 += step) {
      auto path = log.consistency_path(size1, size2);
      REQUIRE(path);
      REQUIRE(crypto::verify_consistency(size1, roots[size1], size2, roots[size2], *path));
    }
  }
}

TEST_CASE("paths outside the log are not found", "[log]") {
  constexpr std::uint64_t kSeed = 23;
  test::Random random(kSeed);
  MemoryStore store;
  append_in_blocks(store, some_leaves(10), random);
  LogReader log(store, 10);
  CHECK(log.leaf(10).error().code == Errc::not_found);
  CHECK(log.root(11).error().code == Errc::not_found);
  CHECK(log.inclusion_path(5, 5).error().code == Errc::not_found);
  CHECK(log.inclusion_path(0, 11).error().code == Errc::not_found);
  CHECK(log.consistency_path(0, 5).error().code == Errc::not_found);
  CHECK(log.consistency_path(6, 5).error().code == Errc::not_found);
}

TEST_CASE("a log of 70,000 leaves has the tiles of the specification", "[log]") {
  constexpr std::size_t kSize = 70'000;
  std::vector<Digest> leaves(kSize);
  for (std::size_t i = 0; i < kSize; ++i) {
    leaves[i].octets = {static_cast<std::uint8_t>(i), static_cast<std::uint8_t>(i >> 8),
                        static_cast<std::uint8_t>(i >> 16)};
  }
  MemoryStore store;
  Frontier frontier;
  auto batch = grow_tiles(store, frontier, leaves);
  REQUIRE(batch);
  REQUIRE(store.write(*batch, Sync::no));
  auto width = [&](unsigned level, std::uint64_t n) {
    auto row = store.get(Family::tiles, tile_key(level, n));
    return *row ? (*row)->size() / 32 : 0;
  };
  CHECK(width(0, 272) == 256);
  CHECK(width(0, 273) == 112);
  CHECK(width(0, 274) == 0);
  CHECK(width(1, 0) == 256);
  CHECK(width(1, 1) == 17);
  CHECK(width(2, 0) == 1);
  CHECK(width(3, 0) == 0);
  LogReader log(store, kSize);
  CHECK(*log.root(kSize) == frontier.root());
  auto path = log.inclusion_path(65'000, kSize);
  REQUIRE(path);
  CHECK(crypto::verify_inclusion(65'000, kSize, leaves[65'000], *path, frontier.root()));
  CHECK(read_tile(store, {false, 1, 1, 17})->size() == 17 * 32);
  CHECK(read_tile(store, {false, 1, 1, 5})->size() == 5 * 32);
  CHECK(read_tile(store, {false, 1, 1, 18}).error().code == Errc::not_found);
  CHECK(read_tile(store, {false, 9, 0, 256}).error().code == Errc::not_found);
}

TEST_CASE("a stored tile that does not end where the log does is corrupt", "[log]") {
  const auto leaves = some_leaves(20);
  MemoryStore store;
  Frontier frontier;
  REQUIRE(store.write(*grow_tiles(store, frontier, std::span(leaves).first(10)), Sync::no));
  KvBatch broken;
  broken.put(Family::tiles, tile_key(0, 0), Bytes(9 * 32, 'x'));
  REQUIRE(store.write(broken, Sync::no));
  CHECK(LogReader(store, 10).leaf(9).error().code == Errc::corrupt);
  CHECK(grow_tiles(store, frontier, std::span(leaves).subspan(10)).error().code == Errc::corrupt);
}

TEST_CASE("tile paths have one spelling", "[log]") {
  auto same = [](const TilePath& tile, const char* text) {
    CHECK(format_tile_path(tile) == text);
    auto parsed = parse_tile_path(text);
    REQUIRE(parsed);
    CHECK(*parsed == tile);
  };
  same({false, 0, 1'234'067, 256}, "tile/0/x001/x234/067");
  same({false, 2, 0, 1}, "tile/2/000.p/1");
  same({false, 63, 999, 255}, "tile/63/999.p/255");
  same({true, 0, 1'000, 256}, "tile/entries/x001/000");
  same({true, 0, 273, 112}, "tile/entries/273.p/112");
  for (const char* bad : {"",
                          "tile",
                          "tile/0",
                          "tile/0/",
                          "tile/0/0",
                          "tile/0/x000/005",
                          "tile/00/005",
                          "tile/64/000",
                          "tile/0/005.p/0",
                          "tile/0/005.p/256",
                          "tile/0/005.p/01",
                          "tile/0/005/",
                          "/tile/0/005",
                          "tile/0/x005",
                          "tile/0/005.p/1/",
                          "tile/0/-05",
                          "tile/0/005.p/+1",
                          "tile/Entries/005",
                          "tile/0/1234",
                          "tile/0/001/067",
                          "tile/entries/x0a1/000",
                          "tile/-1/005",
                          "tile/0/x999/x999/x999/x999/x999/x999/999"}) {
    INFO(bad);
    CHECK_FALSE(parse_tile_path(bad));
  }
}

TEST_CASE("an entry bundle is the entries with their lengths", "[log]") {
  MemoryStore store;
  make_short_log(store);
  auto bundle = read_entry_bundle(store, {true, 0, 1, 44});
  REQUIRE(bundle);
  CHECK(bundle->substr(0, 12) == Bytes("\0\4e256\0\4e257", 12));
  CHECK(read_entry_bundle(store, {true, 0, 0, 256}));
  CHECK(read_entry_bundle(store, {true, 0, 1, 45}).error().code == Errc::not_found);
}

TEST_CASE("an entry that is not the one that was hashed is never read", "[log][F20][F21]") {
  MemoryStore store;
  make_short_log(store);
  REQUIRE(read_entry(store, 256));
  CHECK(**read_entry(store, 256) == "e256");
  KvBatch stale;
  stale.put(Family::entries, u64_key(256), "e255");
  REQUIRE(store.write(stale, Sync::no));
  CHECK(read_entry(store, 256).error().code == Errc::corrupt);
  CHECK(read_entry_bundle(store, {true, 0, 1, 44}).error().code == Errc::corrupt);
  CHECK(**read_entry(store, 255) == "e255");
  CHECK(read_entry_bundle(store, {true, 0, 0, 256}));
}

TEST_CASE("the history vector of the evidence page", "[log]") {
  const char* hashes[] = {"969d593988796e70fae460d8695937c6be3de9c936b263ddda94f621f82d553b",
                          "d1db3120817b26e34870ad69698c571b3a45a35d26173f7ae1d5f4f63e7e6b69",
                          "0e29d7f1835ccc6f0c596880a6db1e1760857e948fb91f0220ab171adfd3a6cb"};
  SubjectLists lists;
  for (std::uint64_t i = 0; i < 3; ++i) {
    const SubjectLeaf leaf{41 + i, *fixed_from_hex<Digest>(hashes[i]), 0};
    CHECK(to_hex(leaf.encode()) ==
          "00000000000000" + to_hex(Bytes(1, static_cast<char>(41 + i))) + hashes[i] + "00");
    CHECK(*SubjectLeaf::decode(leaf.encode()) == leaf);
    const auto placed = lists.append(i == 1 ? 2 : 0, leaf);
    CHECK(placed.in_all == i);
    CHECK(placed.in_category == (i == 1 ? 0 : i));
  }
  CHECK(to_canonical(lists.history_value()) ==
        "{\"lists\":[{\"category\":0,\"count\":3,\"last_index\":43,\"root\":\"sha256:"
        "cdcbad69e1089ac9c0524b96ed70ad89956bc6de440f176d5790e7fb223625ec\"},{\"category\":2,"
        "\"count\":1,\"last_index\":42,\"root\":\"sha256:"
        "c6bda6fbe154c7156978a9095fe37ff6c20d3b23dc0efd0524f6dc1f98b90457\"}]}");
  auto again = SubjectLists::decode(lists.encode());
  REQUIRE(again);
  CHECK(*again == lists);
}

TEST_CASE("a subject leaf with an unknown flag or another length is malformed", "[log]") {
  Bytes leaf = SubjectLeaf{7, {}, SubjectLeaf::kSealed | SubjectLeaf::kSupersedes}.encode();
  CHECK(SubjectLeaf::decode(leaf));
  for (int bit = 2; bit < 8; ++bit) {
    Bytes bad = leaf;
    bad.back() = static_cast<char>(1 << bit);
    CHECK_FALSE(SubjectLeaf::decode(bad));
  }
  CHECK_FALSE(SubjectLeaf::decode(leaf + '\0'));
  CHECK_FALSE(SubjectLeaf::decode(leaf.substr(1)));
}

TEST_CASE("stored lists out of order, empty or without category 0 are malformed", "[log]") {
  const auto leaves = some_leaves(3);
  SubjectLists lists;
  lists.append(3, {1, leaves[0], 0});
  lists.append(1, {2, leaves[1], 0});
  REQUIRE(lists.lists.size() == 3);
  CHECK(SubjectLists::decode(lists.encode()));
  SubjectLists bad = lists;
  std::swap(bad.lists[1], bad.lists[2]);
  CHECK_FALSE(SubjectLists::decode(bad.encode()));
  bad = lists;
  bad.lists.erase(bad.lists.begin());
  CHECK_FALSE(SubjectLists::decode(bad.encode()));
  bad = lists;
  bad.lists[1].frontier = {};
  CHECK_FALSE(SubjectLists::decode(bad.encode()));
  bad = lists;
  bad.lists[2].category = 7;
  CHECK_FALSE(SubjectLists::decode(bad.encode()));
  CHECK_FALSE(SubjectLists::decode(lists.encode() + "x"));
}
