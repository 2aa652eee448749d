// SPDX-License-Identifier: Apache-2.0
#include "ledger/store/rocks_store.hpp"

#include <rocksdb/env.h>
#include <rocksdb/file_system.h>

#include <atomic>
#include <filesystem>
#include <functional>
#include <map>

#include "crypto/base/binary.hpp"
#include "ledger/kv/memory_store.hpp"
#include "ledger/store/rocks_store_internal.hpp"
#include "tests/store/sample_ledger.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/files.hpp"
#include "tests/support/random.hpp"

using namespace qinglu;
using namespace qinglu::ledger;
using test::TempDir;

namespace {

void put(KvStore& store, Family family, const Bytes& key, const Bytes& value) {
  KvBatch batch;
  batch.put(family, key, value);
  REQUIRE(store.write(batch, Sync::yes));
}

/// Calls `once_read` when the list of files has been read and the first of its tables is asked for: where
/// the store's owner may come between.
class Between final : public rocksdb::FileSystemWrapper {
 public:
  explicit Between(std::function<void()> once_read)
      : FileSystemWrapper(rocksdb::FileSystem::Default()), once_read_(std::move(once_read)) {}
  static const char* kClassName() { return "QingluBetween"; }
  const char* Name() const override { return kClassName(); }

  rocksdb::IOStatus NewSequentialFile(const std::string& name, const rocksdb::FileOptions& options,
                                      std::unique_ptr<rocksdb::FSSequentialFile>* result,
                                      rocksdb::IODebugContext* dbg) override {
    if (name.find("/MANIFEST-") != std::string::npos) listed_ = true;
    return FileSystemWrapper::NewSequentialFile(name, options, result, dbg);
  }
  rocksdb::IOStatus NewRandomAccessFile(const std::string& name, const rocksdb::FileOptions& options,
                                        std::unique_ptr<rocksdb::FSRandomAccessFile>* result,
                                        rocksdb::IODebugContext* dbg) override {
    if (listed_.exchange(false)) once_read_();
    return FileSystemWrapper::NewRandomAccessFile(name, options, result, dbg);
  }

 private:
  std::function<void()> once_read_;
  std::atomic<bool> listed_ = false;
};

}  // namespace

TEST_CASE("the store answers as the memory store does, also after it was opened again", "[store]") {
  constexpr std::uint64_t kSeed = 81;
  INFO("seed " << kSeed);
  test::Random random(kSeed);
  TempDir dir;
  const std::string path = dir.path() + "/db";
  auto store = RocksStore::create(path);
  REQUIRE(store);
  MemoryStore model;
  std::shared_ptr<const KvReader> snapshot;
  Digest then{};
  for (int round = 0; round < 60; ++round) {
    KvBatch batch;
    for (int i = 0; i < 20; ++i) {
      const auto family = static_cast<Family>(random.below(kFamilyCount));
      const Bytes key = random.bytes(1);
      if (random.below(3) == 0) {
        batch.erase(family, key);
      } else {
        batch.put(family, key, random.bytes(random.below(1200)));
      }
    }
    REQUIRE((*store)->write(batch, Sync::no));
    REQUIRE(model.write(batch, Sync::no));
    REQUIRE(*test::content_of(**store) == *test::content_of(model));
    if (round == 20) {
      snapshot = (*store)->snapshot();
      then = *test::content_of(model);
    }
    if (round == 40) {
      CHECK(*test::content_of(*snapshot) == then);
      snapshot.reset();
      store->reset();
      store = RocksStore::open(path);
      REQUIRE(store);
    }
  }
  auto usage = (*store)->usage();
  CHECK(usage[static_cast<std::size_t>(Family::entries)].rows > 0);
}

TEST_CASE("a snapshot keeps the store alive", "[store]") {
  TempDir dir;
  auto store = RocksStore::create(dir.path() + "/db");
  REQUIRE(store);
  put(**store, Family::rows, "a", "1");
  auto snapshot = (*store)->snapshot();
  put(**store, Family::rows, "a", "2");
  store->reset();
  CHECK(**snapshot->get(Family::rows, "a") == "1");
}

TEST_CASE("a scan keeps to its bounds and ends when told", "[store]") {
  TempDir dir;
  auto store = RocksStore::create(dir.path() + "/db");
  REQUIRE(store);
  for (char c = 'a'; c <= 'h'; ++c) put(**store, Family::rows, Bytes(1, c), "v");
  Bytes seen;
  REQUIRE((*store)->scan(Family::rows, "c", "f", [&](BytesView key, BytesView) {
    seen += key;
    return true;
  }));
  CHECK(seen == "cde");
  seen.clear();
  REQUIRE((*store)->scan(Family::rows, "f", "", [&](BytesView key, BytesView) {
    seen += key;
    return seen.size() < 2;
  }));
  CHECK(seen == "fg");
}

TEST_CASE("only create makes a store, and never over something", "[store]") {
  TempDir dir;
  const std::string path = dir.path() + "/a/b";
  REQUIRE(RocksStore::create(path));
  CHECK(RocksStore::create(path).error().code == Errc::conflict);
  CHECK(RocksStore::open(path));
  CHECK(RocksStore::open(dir.path() + "/other").error().code == Errc::not_found);
}

TEST_CASE("a store of a later schema is refused [F23]", "[store][F23]") {
  TempDir dir;
  const std::string path = dir.path() + "/db";
  {
    auto store = RocksStore::create(path);
    REQUIRE(store);
    put(**store, Family::chain, "mschema", BinaryWriter().u32(kStoreSchema + 1).bytes());
  }
  CHECK(RocksStore::open(path).error().code == Errc::unsupported);
  CHECK(RocksStore::open_read_only(path).error().code == Errc::unsupported);
}

TEST_CASE("a store opened for reading only refuses to write", "[store]") {
  TempDir dir;
  const std::string path = dir.path() + "/db";
  {
    auto store = RocksStore::create(path);
    REQUIRE(store);
    put(**store, Family::rows, "a", "1");
  }
  auto store = RocksStore::open_read_only(path);
  REQUIRE(store);
  CHECK(**(*store)->get(Family::rows, "a") == "1");
  KvBatch batch;
  batch.put(Family::rows, "a", "2");
  CHECK((*store)->write(batch, Sync::yes).error().code == Errc::denied);
  CHECK((*store)->drop_family(Family::derived).error().code == Errc::denied);
}

TEST_CASE("a store read beside its writer is whole, and never called damaged", "[store]") {
  TempDir dir;
  const std::string path = dir.path() + "/db";
  auto writer = RocksStore::create(path);
  REQUIRE(writer);
  // One row more, then the tables before it and the log are replaced: what was listed is gone.
  std::uint64_t rows = 0;
  auto write = [&] {
    put(**writer, Family::rows, BinaryWriter().u64(rows++).bytes(), "row");
    REQUIRE((*writer)->compact(Family::rows));
  };
  write();
  write();
  auto read_beside = [&](int changes) {
    int left = changes;
    const auto env = rocksdb::NewCompositeEnv(std::make_shared<Between>([&] {
      if (left-- > 0) write();
    }));
    put(**writer, Family::rows, BinaryWriter().u64(rows++).bytes(), "in the log");
    auto store = RocksStoreAccess::open(path, RocksOpen::read_only, env.get(), false);
    if (!store) return Result<std::uint64_t>(store.error());
    std::uint64_t found = 0;
    REQUIRE((*store)->scan(Family::rows, "", "", [&](BytesView key, BytesView) {
      CHECK(key == BinaryWriter().u64(found).bytes());
      return ++found > 0;
    }));
    return Result<std::uint64_t>(found);
  };
  for (const int changes : {0, 1, 2, 5}) {
    INFO(changes << " changes while it is opened");
    const auto found = read_beside(changes);
    REQUIRE(found);
    CHECK(*found == rows);
  }
  CHECK(read_beside(1'000'000).error().code == Errc::unavailable);

  // What nobody changes is damaged when a table is missing.
  for (const auto& file : std::filesystem::directory_iterator(path)) {
    if (file.path().extension() == ".sst") std::filesystem::remove(file.path());
  }
  CHECK(read_beside(0).error().code == Errc::corrupt);
}

TEST_CASE("the derived family can be dropped and filled again", "[store]") {
  TempDir dir;
  const std::string path = dir.path() + "/db";
  {
    auto store = RocksStore::create(path);
    REQUIRE(store);
    put(**store, Family::derived, "a", "1");
    put(**store, Family::rows, "a", "2");
    REQUIRE((*store)->drop_family(Family::derived));
    CHECK_FALSE(*(*store)->get(Family::derived, "a"));
    CHECK(**(*store)->get(Family::rows, "a") == "2");
    put(**store, Family::derived, "b", "3");
  }
  auto store = RocksStore::open(path);
  REQUIRE(store);
  CHECK_FALSE(*(*store)->get(Family::derived, "a"));
  CHECK(**(*store)->get(Family::derived, "b") == "3");
}
