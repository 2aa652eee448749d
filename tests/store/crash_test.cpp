// SPDX-License-Identifier: Apache-2.0
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "ledger/store/guard.hpp"
#include "ledger/store/rocks_store.hpp"
#include "ledger/store/rocks_store_internal.hpp"
#include "tests/support/child.hpp"
#include "tests/store/fault_fs.hpp"
#include "tests/store/sample_ledger.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/files.hpp"

using namespace qinglu;
using namespace qinglu::ledger;
using test::FaultFs;
using test::files_like;
using test::flip_bit;
using test::Random;
using test::TempDir;
namespace fs = std::filesystem;

namespace {

constexpr std::uint64_t kHeights = 50;

const test::SampleLedger& sample() {
  static const test::SampleLedger ledger = test::make_sample_ledger(71, kHeights);
  return ledger;
}

/// Writes blocks until one fails; returns how many were acknowledged.
std::uint64_t write_blocks(RocksStore& store, std::uint64_t from, std::uint64_t until) {
  for (std::uint64_t height = from; height < until; ++height) {
    if (!store.write(sample().blocks[height], Sync::yes)) return height;
  }
  return until;
}

/// A closed store in `path` that holds the first `heights` blocks, in its WAL only or flushed too.
void make_store(const std::string& path, std::uint64_t heights, bool flushed) {
  auto store = RocksStoreAccess::open(path, RocksOpen::create, nullptr, false);
  REQUIRE(store);
  REQUIRE(write_blocks(**store, 0, heights) == heights);
  if (!flushed) return;
  for (std::size_t family = 0; family < kFamilyCount; ++family) {
    REQUIRE((*store)->compact(static_cast<Family>(family)));
  }
}

void check_content(const KvReader& store, std::uint64_t height) {
  auto content = test::content_of(store);
  REQUIRE(content);
  REQUIRE(*content == sample().contents[height]);
}

/// Fills a store on `disk` until it fails at write point `point`; returns the acknowledged height.
std::uint64_t run_until_death(const std::string& path, FaultFs& disk, rocksdb::Env* env,
                              std::uint64_t point) {
  disk.fail_from(point);
  auto store = RocksStoreAccess::open(path, RocksOpen::existing, env, true);
  return store ? write_blocks(**store, 0, kHeights) : 0;
}

struct Damage {
  int refused = 0;   ///< at opening
  int detected = 0;  ///< at reading
  int harmless = 0;
};

/// Flips one bit at `tries` random places of the files like `pattern`; whatever happens, nothing
/// but the whole content may be shown.
Damage flip_everywhere(const std::string& pristine, const std::string& pattern,
                       std::uint64_t height, int tries, Random& random) {
  Damage damage;
  for (int i = 0; i < tries; ++i) {
    TempDir dir;
    const std::string path = dir.path() + "/db";
    fs::copy(pristine, path, fs::copy_options::recursive);
    const auto files = files_like(path, pattern);
    REQUIRE_FALSE(files.empty());
    const fs::path& file = files[random.below(files.size())];
    const std::uint64_t offset = random.below(fs::file_size(file));
    const auto bit = static_cast<unsigned>(random.below(8));
    INFO(file << " offset " << offset << " bit " << bit);
    flip_bit(file, offset, bit);
    auto store = RocksStore::open(path);
    if (!store) {
      CHECK(store.error().code != Errc::not_found);
      ++damage.refused;
      continue;
    }
    auto content = test::content_of(**store);
    if (!content) {
      CHECK(content.error().code == Errc::corrupt);
      CHECK(content.error().detail.find('[') != std::string::npos);
      ++damage.detected;
      continue;
    }
    REQUIRE(*content == sample().contents[height]);
    ++damage.harmless;
  }
  return damage;
}

}  // namespace

TEST_CASE("a disk that dies at any write point leaves every acknowledged block [F01] [F02]",
          "[store][F01][F02]") {
  constexpr std::uint64_t kSeed = 72;
  // A sample of the write points, or all of them in a long run.
  const std::uint64_t points_max = ::getenv("QINGLU_LONG") != nullptr ? FaultFs::kNever : 100;
  INFO("seed " << kSeed);
  Random random(kSeed);
  TempDir dir;
  const std::string made = dir.path() + "/made";
  REQUIRE(RocksStore::create(made));
  std::uint64_t points = 0;
  {
    auto disk = std::make_shared<FaultFs>();
    rocksdb::Env* env = test::make_fault_env(disk);
    const std::string path = dir.path() + "/whole";
    fs::copy(made, path, fs::copy_options::recursive);
    REQUIRE(run_until_death(path, *disk, env, FaultFs::kNever) == kHeights);
    points = disk->write_points();
  }
  const std::uint64_t stride = points / points_max + 1;
  int killed = 0;
  for (std::uint64_t point = random.below(stride); point < points; point += stride) {
    const bool power_loss = random.below(2) == 0;
    INFO("write point " << point << " of " << points << (power_loss ? ", power loss" : ", kill"));
    auto disk = std::make_shared<FaultFs>();
    rocksdb::Env* env = test::make_fault_env(disk);
    const std::string path = dir.path() + "/" + std::to_string(point);
    fs::copy(made, path, fs::copy_options::recursive);
    const std::uint64_t acknowledged = run_until_death(path, *disk, env, point);
    // The dead process keeps its lock, so the next one starts on a copy.
    const std::string after = path + ".after";
    fs::copy(path, after, fs::copy_options::recursive);
    if (power_loss) disk->lose_unsynced(path, after, random);

    auto store = RocksStore::open(after);
    REQUIRE(store);
    auto tip = test::sample_tip(**store);
    REQUIRE(tip);
    REQUIRE(*tip >= acknowledged);
    REQUIRE(*tip <= acknowledged + 1);
    check_content(**store, *tip);
    const std::uint64_t next = std::min(*tip + 2, kHeights);
    REQUIRE(write_blocks(**store, *tip, next) == next);
    check_content(**store, next);
    store->reset();
    fs::remove_all(path);
    fs::remove_all(after);
    ++killed;
  }
  CHECK(killed >= 50);
}

TEST_CASE("after a failed write nothing is written any more, reads go on [F12] [F13]",
          "[store][F12][F13]") {
  const auto fault = GENERATE(FaultFs::Fault::dead_disk, FaultFs::Fault::no_space);
  TempDir dir;
  const std::string path = dir.path() + "/db";
  REQUIRE(RocksStore::create(path));
  auto disk = std::make_shared<FaultFs>();
  rocksdb::Env* env = test::make_fault_env(disk);
  {
    auto store = RocksStoreAccess::open(path, RocksOpen::existing, env, false);
    REQUIRE(store);
    REQUIRE(write_blocks(**store, 0, 5) == 5);
    disk->fail_from(disk->write_points() + 1, fault);  // the next block's sync
    auto failed = (*store)->write(sample().blocks[5], Sync::yes);
    REQUIRE_FALSE(failed);
    CHECK(failed.error().code == Errc::io);
    disk->heal();
    CHECK_FALSE((*store)->write(sample().blocks[5], Sync::yes));
    CHECK((*store)->failure());
    check_content(**store, 5);
  }
  const std::string after = path + ".after";  // the failed store keeps its lock
  fs::copy(path, after, fs::copy_options::recursive);
  auto store = RocksStore::open(after);
  REQUIRE(store);
  auto tip = test::sample_tip(**store);
  REQUIRE(tip);
  CHECK((*tip == 5 || *tip == 6));
  check_content(**store, *tip);
}

TEST_CASE("a torn last record of the write-ahead log is cut off quietly [F03]", "[store][F03]") {
  constexpr std::uint64_t kSeed = 73;
  INFO("seed " << kSeed);
  Random random(kSeed);
  TempDir dir;
  const std::string pristine = dir.path() + "/pristine";
  make_store(pristine, 10, false);
  const std::string log = files_like(pristine, ".log").back().filename().string();
  const std::uint64_t length = fs::file_size(pristine + "/" + log);
  for (int i = 0; i < 25; ++i) {
    const std::string path = dir.path() + "/" + std::to_string(i);
    fs::copy(pristine, path, fs::copy_options::recursive);
    const std::uint64_t cut = 1 + random.below(i < 5 ? 100 : length / 2);
    INFO("cut " << cut << " of " << length);
    fs::resize_file(path + "/" + log, length - cut);
    auto store = RocksStore::open(path);
    REQUIRE(store);
    auto tip = test::sample_tip(**store);
    REQUIRE(tip);
    CHECK(*tip < 10);
    check_content(**store, *tip);
  }
}

TEST_CASE("a flipped bit in the write-ahead log refuses the start [F04]", "[store][F04]") {
  constexpr std::uint64_t kSeed = 74;
  INFO("seed " << kSeed);
  Random random(kSeed);
  TempDir dir;
  const std::string pristine = dir.path() + "/pristine";
  make_store(pristine, 10, false);
  const Damage damage = flip_everywhere(pristine, ".log", 10, 25, random);
  CHECK(damage.refused == 25);
}

TEST_CASE("a flipped bit in a table or blob file is named and never shown [F05]", "[store][F05]") {
  constexpr std::uint64_t kSeed = 75;
  INFO("seed " << kSeed);
  Random random(kSeed);
  TempDir dir;
  const std::string pristine = dir.path() + "/pristine";
  make_store(pristine, 20, true);
  const Damage tables = flip_everywhere(pristine, ".sst", 20, 25, random);
  CHECK(tables.refused + tables.detected >= 15);
  const Damage blobs = flip_everywhere(pristine, ".blob", 20, 25, random);
  CHECK(blobs.refused + blobs.detected >= 20);
}

TEST_CASE("a flipped bit in MANIFEST, CURRENT or OPTIONS never starts another ledger [F06]",
          "[store][F06]") {
  constexpr std::uint64_t kSeed = 76;
  INFO("seed " << kSeed);
  Random random(kSeed);
  TempDir dir;
  const std::string pristine = dir.path() + "/pristine";
  make_store(pristine, 5, true);
  CHECK(flip_everywhere(pristine, "MANIFEST", 5, 25, random).refused >= 20);
  CHECK(flip_everywhere(pristine, "CURRENT", 5, 15, random).refused == 15);
  // RocksDB does not read OPTIONS: every start writes it anew from ours.
  CHECK(flip_everywhere(pristine, "OPTIONS", 5, 5, random).harmless == 5);
}

TEST_CASE("a missing CURRENT refuses the start and creates nothing [F07]", "[store][F07]") {
  TempDir dir;
  const std::string path = dir.path() + "/db";
  make_store(path, 3, false);
  fs::remove(path + "/CURRENT");
  auto store = RocksStore::open(path);
  REQUIRE_FALSE(store);
  CHECK(store.error().code == Errc::corrupt);
  CHECK_FALSE(fs::exists(path + "/CURRENT"));
  CHECK(RocksStore::create(path).error().code == Errc::conflict);
}

TEST_CASE("a lost newest write-ahead log is noticed by the guard [F08]", "[store][F08]") {
  TempDir dir;
  const std::string path = dir.path() + "/db";
  auto guard = Guard::create(dir.path() + "/last_sign", {0, 0, ""});
  REQUIRE(guard);
  REQUIRE(RocksStore::create(path));
  {
    auto store = RocksStore::open(path);
    REQUIRE(store);
    for (std::uint64_t height = 1; height <= 10; ++height) {
      REQUIRE(guard->write({height, height, "votes"}));
      REQUIRE((*store)->write(sample().blocks[height - 1], Sync::yes));
    }
  }
  fs::remove(files_like(path, ".log").back());
  auto store = RocksStore::open(path);
  REQUIRE(store);  // RocksDB sees nothing wrong
  auto tip = test::sample_tip(**store);
  REQUIRE(tip);
  auto after = Guard::open(dir.path() + "/last_sign");
  REQUIRE(after);
  CHECK(after->state().height > *tip + 1);
}

TEST_CASE("a deleted data directory refuses the start and stays deleted [F09]", "[store][F09]") {
  TempDir dir;
  const std::string path = dir.path() + "/db";
  make_store(path, 3, false);
  fs::remove_all(path);
  CHECK(RocksStore::open(path).error().code == Errc::not_found);
  CHECK_FALSE(fs::exists(path));
  fs::create_directory(path);
  CHECK(RocksStore::open(path).error().code == Errc::not_found);
  CHECK(fs::is_empty(path));
}

TEST_CASE("a store that is open refuses a second process and names the first [F18]",
          "[store][F18]") {
  TempDir dir;
  const std::string path = dir.path() + "/db";
  auto store = RocksStore::create(path);
  REQUIRE(store);
  auto again = RocksStore::open(path);
  REQUIRE_FALSE(again);
  CHECK(again.error().code == Errc::conflict);
  CHECK(again.error().detail.find(std::to_string(::getpid())) != std::string::npos);

  int pipe = -1;
  const ::pid_t child = test::start_child("[.child-open]", path, pipe);
  std::string said;
  for (char c = 0; ::read(pipe, &c, 1) == 1;) said.push_back(c);
  ::close(pipe);
  CHECK(test::wait_child(child) == 0);
  CHECK(said == path + " is in use by process " + std::to_string(::getpid()));
  CHECK((*store)->write(sample().blocks[0], Sync::yes));
  CHECK(RocksStore::open_read_only(path));
}

TEST_CASE("(child) opens a store that its parent holds", "[.child-open]") {
  auto store = RocksStore::open(::getenv("QINGLU_CHILD"));
  REQUIRE_FALSE(store);
  REQUIRE(store.error().code == Errc::conflict);
  const std::string& detail = store.error().detail;
  REQUIRE(::write(3, detail.data(), detail.size()) == static_cast<::ssize_t>(detail.size()));
}

TEST_CASE("kill -9 loses no acknowledged block [F01]", "[store][F01]") {
  constexpr std::uint64_t kSeed = 77;
  INFO("seed " << kSeed);
  Random random(kSeed);
  for (int round = 0; round < 8; ++round) {
    TempDir dir;
    const std::string path = dir.path() + "/db";
    REQUIRE(RocksStore::create(path));
    int pipe = -1;
    const ::pid_t child = test::start_child("[.child-writer]", path, pipe);
    const std::uint64_t wanted = 1 + random.below(kHeights - 5);
    std::uint64_t acknowledged = 0;
    char c = 0;
    while (acknowledged < wanted && ::read(pipe, &c, 1) == 1) ++acknowledged;
    REQUIRE(acknowledged == wanted);
    ::usleep(static_cast<::useconds_t>(random.below(2000)));
    ::kill(child, SIGKILL);
    CHECK(test::wait_child(child) == 128 + SIGKILL);
    while (::read(pipe, &c, 1) == 1) ++acknowledged;
    ::close(pipe);
    auto store = RocksStore::open(path);
    REQUIRE(store);
    auto tip = test::sample_tip(**store);
    REQUIRE(tip);
    CHECK(*tip >= acknowledged);
    CHECK(*tip <= acknowledged + 1);
    check_content(**store, *tip);
  }
}

TEST_CASE("(child) writes blocks and acknowledges each", "[.child-writer]") {
  auto store = RocksStoreAccess::open(::getenv("QINGLU_CHILD"), RocksOpen::existing, nullptr, true);
  REQUIRE(store);
  for (const KvBatch& block : sample().blocks) {
    REQUIRE((*store)->write(block, Sync::yes));
    REQUIRE(::write(3, "+", 1) == 1);
  }
  ::pause();
}
