// SPDX-License-Identifier: Apache-2.0
#include "ledger/apply/replay.hpp"

#include "crypto/base/binary.hpp"
#include "ledger/kv/memory_store.hpp"
#include "ledger/log/seals.hpp"
#include "ledger/store/rocks_store.hpp"
#include "node/audit.hpp"
#include "tests/node/running_ledger.hpp"
#include "tests/support/catch.hpp"

using namespace qinglu;
using namespace qinglu::ledger;
using test::office_genesis;
using test::RunningLedger;

namespace {

constexpr std::uint64_t kAudited = 20;

/// A directory whose ledger has told `kAudited` blocks and stopped.
struct Audited {
  Audited() {
    ledger.founded();
    ledger.tell(1, kAudited);
    ledger.stop();
  }
  RunningLedger ledger;
};

Result<node::AuditReport> replay(const KvReader& store, KvStore& scratch) {
  return node::replay_store(store, office_genesis(), scratch, nullptr);
}

/// A block as the log holds it, and the state and log of its parent.
struct BlockAt {
  StateView parent;
  Frontier frontier;
  std::vector<Bytes> entries;
  Seal seal;

  Result<SealedBlock> execute() const {
    const auto units = units_of(entries, office_genesis().limits);
    if (!units) return units.error();
    return replay_block(parent, office_genesis(), frontier, entries, *units, encode_seal(seal));
  }
  std::string refusal() const {
    const auto executed = execute();
    REQUIRE_FALSE(executed);
    CHECK(executed.error().code == Errc::malformed);
    return executed.error().detail;
  }
};

std::vector<Bytes> entries_of(const KvReader& store, const Seal& seal) {
  std::vector<Bytes> entries;
  for (std::uint64_t index = seal.log_size_before; index < seal.index(); ++index) {
    auto entry = read_entry(store, index);
    REQUIRE(entry);
    REQUIRE(*entry);
    entries.push_back(**entry);
  }
  return entries;
}

/// The block of `height` of a store on a parent that was replayed in memory.
BlockAt block_at(const KvReader& store, std::uint64_t height) {
  const auto memory = std::make_shared<MemoryStore>();
  auto genesis = load_genesis(office_genesis());
  REQUIRE(genesis);
  BlockAt at;
  const auto take = [&](SealedBlock block) {
    REQUIRE(memory->write(block.batch, Sync::no));
    at.frontier = std::move(block.frontier);
    at.parent = StateView{memory->snapshot()};
  };
  take(std::move(genesis->sealed));
  for (std::uint64_t h = 1;; ++h) {
    auto seal = seal_at(store, h);
    REQUIRE(seal);
    REQUIRE(*seal);
    at.seal = (*seal)->seal;
    at.entries = entries_of(store, at.seal);
    auto block = at.execute();
    REQUIRE(block);
    if (h == height) return at;
    take(std::move(*block));
  }
}

/// The story's first block that holds a batch.
std::uint64_t height_of_batch(const KvReader& store) {
  for (std::uint64_t height = 1; height <= kAudited; ++height) {
    auto seal = seal_at(store, height);
    REQUIRE(seal);
    if ((*seal)->seal.record_count > 1) return height;
  }
  FAIL("the story has no batch");
  return 0;
}

}  // namespace

TEST_CASE("executing the log anew leads to the same rows, trie, tiles and indexes", "[replay]") {
  Audited told;
  const auto store = test::open_store(told.ledger.config());
  MemoryStore scratch;
  const auto report = replay(*store, scratch);
  REQUIRE(report);
  CHECK(report->height == kAudited);
  CHECK(node::compare_derived(*store, scratch));
}

TEST_CASE("the replay names the first entry that is not what was signed", "[replay][F20][F21]") {
  Audited told;
  const auto store = test::open_store(told.ledger.config());
  auto seal = seal_at(*store, 7);
  REQUIRE(seal);
  const std::uint64_t index = (*seal)->seal.log_size_before;
  KvBatch altered;
  altered.put(Family::entries, u64_key(index), **read_entry(*store, index - 2));
  REQUIRE(store->write(altered, Sync::yes));
  MemoryStore scratch;
  const auto report = replay(*store, scratch);
  REQUIRE_FALSE(report);
  CHECK(report.error().code == Errc::corrupt);
  CHECK(report.error().detail.find("entry " + std::to_string(index)) != std::string::npos);
}

TEST_CASE("a row that the log does not lead to is named by family and key", "[replay]") {
  Audited told;
  const auto store = test::open_store(told.ledger.config());
  MemoryStore scratch;
  REQUIRE(replay(*store, scratch));
  for (const Family family : {Family::rows, Family::tiles, Family::nodes, Family::derived}) {
    INFO(name(family));
    Bytes key, value;
    REQUIRE(store->scan(family, {}, {}, [&](BytesView k, BytesView v) {
      key = Bytes(k);
      value = Bytes(v);
      return false;
    }));
    KvBatch changed, restored, added, removed;
    changed.put(family, key, value + "x");
    REQUIRE(store->write(changed, Sync::no));
    CHECK(node::compare_derived(*store, scratch).error().code == Errc::corrupt);
    restored.put(family, key, value);
    restored.put(family, key + "more", value);
    REQUIRE(store->write(restored, Sync::no));
    CHECK(node::compare_derived(*store, scratch).error().code == Errc::corrupt);
    removed.erase(family, key + "more");
    removed.erase(family, key);
    REQUIRE(store->write(removed, Sync::no));
    CHECK(node::compare_derived(*store, scratch).error().code == Errc::corrupt);
    added.put(family, key, value);
    REQUIRE(store->write(added, Sync::no));
    CHECK(node::compare_derived(*store, scratch));
  }
}

TEST_CASE("dropped indexes keep a node from starting until they are rebuilt from the log", "[replay]") {
  Audited told;
  const node::Config config = told.ledger.config();
  Digest before;
  {
    auto store = RocksStore::open(config.store_path());
    REQUIRE(store);
    before = test::block_content(**store);
    REQUIRE((*store)->drop_family(Family::derived));
  }
  const auto refused = told.ledger.start();
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == Errc::corrupt);
  CHECK(refused.error().detail.find("qinglud reindex") != std::string::npos);
  {
    auto store = RocksStore::open(config.store_path());
    REQUIRE(store);
    MemoryStore scratch;
    REQUIRE(replay(**store, scratch));
    REQUIRE(node::rebuild_indexes(**store, scratch));
    CHECK(test::block_content(**store) == before);
  }
  REQUIRE(told.ledger.start());
  told.ledger.tell(kAudited + 1, kAudited + 2);
}

TEST_CASE("a block whose seal says anything but what it comes to is invalid", "[replay][F47]") {
  Audited told;
  const auto store = test::open_store(told.ledger.config());
  const BlockAt honest = block_at(*store, 5);
  REQUIRE(honest.execute());
  const auto with = [&](auto change) {
    BlockAt at = honest;
    change(at.seal);
    return at.refusal();
  };
  Digest other{};
  CHECK(with([&](Seal& s) { s.ledger = other; }).find(": ledger") != std::string::npos);
  CHECK(with([&](Seal& s) { s.records_root = other; }).find(": records_root") != std::string::npos);
  CHECK(with([&](Seal& s) { s.state_root = other; }).find(": state_root") != std::string::npos);
  CHECK(with([&](Seal& s) { s.log_root_before = other; }).find(": log_root_before") != std::string::npos);
  CHECK(with([](Seal& s) { ++s.log_size_before; }).find(": log_size_before") != std::string::npos);
  CHECK(with([](Seal& s) { ++s.record_count; }).find(": record_count") != std::string::npos);
  CHECK(with([](Seal& s) { s.empty = true; }).find("empty") != std::string::npos);
}

TEST_CASE("a block that holds what the rules refuse is invalid", "[replay][F48]") {
  Audited told;
  const auto store = test::open_store(told.ledger.config());
  BlockAt at = block_at(*store, 5);

  SECTION("a record twice") {
    at.entries.push_back(at.entries[0]);
    at.seal.record_count = at.entries.size();
    CHECK(at.refusal().find("DUPLICATE_RECORD") != std::string::npos);
  }
  SECTION("a record that the log holds already") {
    at.entries = entries_of(*store, block_at(*store, 4).seal);
    at.seal.record_count = at.entries.size();
    CHECK(at.refusal().find("DUPLICATE_RECORD") != std::string::npos);
  }
  SECTION("an expired record") {
    at.seal.time_ms += std::int64_t{400} * 86'400'000;
    CHECK(at.refusal().find("STALE") != std::string::npos);
  }
  SECTION("a record whose signature was changed") {
    Bytes& entry = at.entries[0];
    char& letter = entry[entry.find("\"sig\":\"") + 8];
    letter = letter == 'A' ? 'B' : 'A';
    CHECK(at.refusal().find("BAD_SIGNATURE") != std::string::npos);
  }
  SECTION("a seal or a genesis document among the records") {
    at.entries.push_back(encode_seal(at.seal));
    at.seal.record_count = at.entries.size();
    CHECK(at.refusal().find("neither a record nor a batch") != std::string::npos);
    at.entries.back() = office_genesis().bytes;
    CHECK(at.refusal().find("neither a record nor a batch") != std::string::npos);
  }
  SECTION("bytes of no form") {
    at.entries[0] = "{}";
    CHECK(at.refusal().find("entry 0 of the block") != std::string::npos);
  }
}

TEST_CASE("a torn batch makes its block invalid", "[replay][F48]") {
  Audited told;
  const auto store = test::open_store(told.ledger.config());
  BlockAt at = block_at(*store, height_of_batch(*store));
  REQUIRE(at.execute());
  REQUIRE(at.entries.size() >= 3);

  SECTION("a member is missing") {
    at.entries.pop_back();
    at.seal.record_count = at.entries.size();
    CHECK(at.refusal().find("BATCH_COUNT") != std::string::npos);
  }
  SECTION("two members have changed places") {
    std::swap(at.entries[1], at.entries[2]);
    CHECK(at.refusal().find("BATCH_ROOT_MISMATCH") != std::string::npos);
  }
  SECTION("a member without its manifest") {
    at.entries.erase(at.entries.begin());
    at.seal.record_count = at.entries.size();
    CHECK(at.refusal().find("neither a record nor a batch") != std::string::npos);
  }
  SECTION("a member that names another manifest") {
    Bytes& member = at.entries[1];
    const std::size_t end = member.find(',');
    member = "{\"batch\":1" + member.substr(end);
    CHECK(at.refusal().find("wrong place") != std::string::npos);
  }
}
