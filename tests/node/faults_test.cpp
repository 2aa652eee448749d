// SPDX-License-Identifier: Apache-2.0
// What a node does when its disk was damaged, exchanged or is full: the ways of the product alone,
// open_disk() and LedgerNode::start().
#include <errno.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>

#include "crypto/base/binary.hpp"
#include "ledger/codec/receipt.hpp"
#include "ledger/log/seals.hpp"
#include "ledger/log/sublog.hpp"
#include "ledger/store/rocks_store.hpp"
#include "node/agreement/engine.hpp"
#include "tests/node/disk_trace.hpp"
#include "tests/node/running_ledger.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/says.hpp"
#include "tests/support/child.hpp"
#include "tests/support/random.hpp"

using namespace qinglu;
using namespace qinglu::ledger;
using api::State;
using api::Wait;
using test::DiskTrace;
using test::files_like;
using test::flip_bit;
using test::Random;
using test::RunningLedger;
using test::says;
using test::story_unit;
using test::TempDir;
namespace fs = std::filesystem;
namespace chain_key = agreement::chain_key;

namespace {

/// The directory of a node that recorded `blocks` and was stopped.
struct Stopped {
  TempDir dir;
  api::Head head;
  explicit Stopped(std::uint64_t blocks) {
    RunningLedger ledger(dir.path());
    ledger.founded().tell(1, blocks);
    head = ledger.node().view()->head();
  }
  /// Starts once more, by which the log becomes tables, and records up to `blocks`.
  void go_on(std::uint64_t blocks) {
    RunningLedger ledger(dir.path());
    const std::uint64_t known = head.height;
    ledger.set_second(known);
    REQUIRE(ledger.start());
    ledger.tell(known + 1, blocks);
    head = ledger.node().view()->head();
  }
};

/// Copies a directory. A store that failed may still drop files of no use in the background.
void copy_tree(const std::string& from, const std::string& to) {
  fs::create_directories(to);
  for (const auto& entry : fs::directory_iterator(from)) {
    const std::string target = to + "/" + entry.path().filename().string();
    if (entry.is_directory()) {
      copy_tree(entry.path().string(), target);
      continue;
    }
    std::error_code gone;
    fs::copy_file(entry.path(), target, fs::copy_options::overwrite_existing, gone);
    REQUIRE((!gone || !fs::exists(entry.path())));
  }
}

/// Why the node does not start on a directory. Fails the test when it does.
Error refusal(const std::string& dir) {
  RunningLedger ledger(dir);
  const auto started = ledger.start();
  if (started) FAIL("the node started at height " << ledger.height());
  return started.error();
}

/// Reads every record of the story: each must be the one that was signed, or be refused as damaged, by
/// which the node halts. Whether one was.
bool damage_shows(const RunningLedger& ledger) {
  bool damaged = false;
  for (std::uint64_t n = 1; n <= ledger.height(); ++n) {
    const auto unit = story_unit(ledger.ledger_id(), n);
    const auto record = ledger.node().view()->record(unit.id);
    if (record) {
      REQUIRE(*record);
      REQUIRE((*record)->entry == unit.entry);
      continue;
    }
    REQUIRE(record.error().code == Errc::corrupt);
    damaged = true;
  }
  for (std::uint64_t index = 0; index < ledger.node().view()->head().size; ++index) {
    const auto entry = ledger.node().view()->entry(index);
    if (entry) continue;
    REQUIRE(entry.error().code == Errc::corrupt);
    damaged = true;
  }
  if (damaged) REQUIRE_FALSE(ledger.node().status().serving);
  return damaged;
}

struct Flips {
  int refused = 0;  ///< at the start
  int shown = 0;    ///< by a read, named
};

/// Flips one bit at random places of the store's files like `part`. The node must refuse to start, or
/// have the whole ledger; never an empty or a shorter one.
Flips flip_everywhere(const Stopped& whole, const std::string& part, int tries, Random& random) {
  Flips flips;
  for (int i = 0; i < tries; ++i) {
    TempDir dir;
    RunningLedger ledger(dir.path());
    copy_tree(whole.dir.path(), dir.path());
    const auto files = files_like(ledger.config().store_path(), part);
    REQUIRE_FALSE(files.empty());
    const fs::path& file = files[random.below(files.size())];
    const std::uint64_t offset = random.below(fs::file_size(file));
    const auto bit = static_cast<unsigned>(random.below(8));
    INFO(file.filename() << " offset " << offset << " bit " << bit);
    flip_bit(file, offset, bit);
    const auto started = ledger.start();
    if (!started) {
      // A damaged CURRENT may name a file that is not there: io.
      REQUIRE((started.error().code == Errc::corrupt || started.error().code == Errc::io));
      ++flips.refused;
      continue;
    }
    REQUIRE(ledger.height() == whole.head.height);
    REQUIRE(ledger.node().view()->head().root == whole.head.root);
    if (damage_shows(ledger)) ++flips.shown;
  }
  return flips;
}

void put(const node::Config& config, Family family, const Bytes& key, const Bytes& value) {
  auto store = test::open_store(config);
  KvBatch batch;
  batch.put(family, key, value);
  REQUIRE(store->write(batch, Sync::yes));
}

Bytes row(const node::Config& config, Family family, const Bytes& key) {
  const auto value = test::open_store(config)->get(family, key);
  REQUIRE(value);
  REQUIRE(*value);
  return **value;
}

}  // namespace

TEST_CASE("a flipped bit in the write-ahead log refuses the start of the node [F04]", "[node][F04]") {
  constexpr std::uint64_t kSeed = 41;
  INFO("seed " << kSeed);
  Random random(kSeed);
  const Stopped whole(6);
  CHECK(flip_everywhere(whole, ".log", 12, random).refused == 12);
}

TEST_CASE("a flipped bit in a table or blob file is never served as another ledger [F05]", "[node][F05]") {
  constexpr std::uint64_t kSeed = 42;
  INFO("seed " << kSeed);
  Random random(kSeed);
  Stopped whole(6);
  whole.go_on(7);
  const Flips tables = flip_everywhere(whole, ".sst", 12, random);
  CHECK(tables.refused + tables.shown >= 3);
  const Flips blobs = flip_everywhere(whole, ".blob", 6, random);
  CHECK(blobs.shown >= 4);
}

TEST_CASE("a flipped bit in MANIFEST, CURRENT or OPTIONS never starts another ledger [F06]", "[node][F06]") {
  constexpr std::uint64_t kSeed = 43;
  INFO("seed " << kSeed);
  Random random(kSeed);
  const Stopped whole(4);
  CHECK(flip_everywhere(whole, "MANIFEST", 8, random).refused >= 6);
  CHECK(flip_everywhere(whole, "CURRENT", 6, random).refused == 6);
  CHECK(flip_everywhere(whole, "OPTIONS", 3, random).refused == 0);  // written anew by every start
}

TEST_CASE("a missing CURRENT refuses the start and nothing is made in its place [F07]", "[node][F07]") {
  const Stopped whole(2);
  const std::string current = RunningLedger(whole.dir.path()).config().store_path() + "/CURRENT";
  fs::remove(current);
  const Error error = refusal(whole.dir.path());
  CHECK(error.code == Errc::corrupt);
  CHECK(says(error, "CURRENT is missing"));
  CHECK_FALSE(fs::exists(current));
}

TEST_CASE("a lost newest write-ahead log is told by the guard's arithmetic [F08]", "[node][F08]") {
  Stopped whole(4);
  whole.go_on(9);
  const std::string store = RunningLedger(whole.dir.path()).config().store_path();
  fs::remove(files_like(store, ".log").back());
  const Error error = refusal(whole.dir.path());
  CHECK(error.code == Errc::corrupt);
  // Steps: a cosignature at each of two starts, and one for each block.
  CHECK(says(error, "the guard file stands at step 11 (height 9), the database at step 5 (height 4)"));
}

TEST_CASE("a deleted data directory or guard refuses the start and stays deleted [F09]", "[node][F09]") {
  const Stopped whole(2);
  const node::Config config = RunningLedger(whole.dir.path()).config();
  SECTION("the whole data directory") {
    fs::remove_all(whole.dir.path() + "/data");
    CHECK(refusal(whole.dir.path()).code == Errc::not_found);
    CHECK_FALSE(fs::exists(whole.dir.path() + "/data"));
  }
  SECTION("the store alone") {
    fs::remove_all(config.store_path());
    CHECK(refusal(whole.dir.path()).code == Errc::not_found);
    CHECK_FALSE(fs::exists(config.store_path()));
  }
  SECTION("the guard") {
    fs::remove(config.guard_path());
    const Error error = refusal(whole.dir.path());
    CHECK(error.code == Errc::not_found);
    CHECK(says(error, "last_sign"));
    CHECK_FALSE(fs::exists(config.guard_path()));
  }
  SECTION("the pool's journal, which holds promises") {
    fs::remove(config.journal_path());
    const Error error = refusal(whole.dir.path());
    CHECK(error.code == Errc::not_found);
    CHECK(says(error, "pool.journal"));
    CHECK_FALSE(fs::exists(config.journal_path()));
  }
}

TEST_CASE("data and guard of different days refuse each other [F10]", "[node][F10]") {
  Stopped ledger(3);
  TempDir older;
  copy_tree(ledger.dir.path(), older.path());
  ledger.go_on(6);
  const auto restore = [&](const std::string& part) {
    fs::remove_all(ledger.dir.path() + part);
    copy_tree(older.path() + part, ledger.dir.path() + part);
  };
  SECTION("an older database under the newer guard") {
    restore("/data");
    const Error error = refusal(ledger.dir.path());
    CHECK(error.code == Errc::corrupt);
    CHECK(says(error, "the guard file stands at step 8 (height 6), the database at step 4 (height 3)"));
    CHECK(says(error, "from the same backup"));
  }
  SECTION("an older guard under the newer database") {
    restore("/guard");
    const Error error = refusal(ledger.dir.path());
    CHECK(error.code == Errc::corrupt);
    CHECK(says(error, "the guard file stands at step 4 (height 3), the database at step 8 (height 6)"));
  }
  SECTION("both of one backup: the ledger is whole and older, which one validator alone cannot know") {
    restore("/data");
    restore("/guard");
    RunningLedger back(ledger.dir.path());
    back.set_second(3);
    REQUIRE(back.start());
    CHECK(back.height() == 3);
    back.tell(4, 4);
  }
}

TEST_CASE("a database one step older than its guard is refused, one newer is completed [F10] [F01]",
          "[node][F10][F01]") {
  const Stopped ledger(3);
  TempDir before;
  copy_tree(ledger.dir.path(), before.path());
  {
    RunningLedger once_more(ledger.dir.path());
    once_more.set_second(3);
    REQUIRE(once_more.start());  // one step: it cosigns
  }
  SECTION("database older") {
    fs::remove_all(ledger.dir.path() + "/data");
    copy_tree(before.path() + "/data", ledger.dir.path() + "/data");
    CHECK(says(refusal(ledger.dir.path()),
               "the guard file stands at step 5 (height 3), the database at step 4 (height 3)"));
  }
  SECTION("guard older") {
    fs::remove_all(ledger.dir.path() + "/guard");
    copy_tree(before.path() + "/guard", ledger.dir.path() + "/guard");
    RunningLedger after(ledger.dir.path());
    after.set_second(4);
    REQUIRE(after.start());
    CHECK(after.height() == 3);
    after.stop();
    REQUIRE(after.start());
    after.tell(4, 4);
  }
}

TEST_CASE("a disk whose syncs lie never leaves a state that was not signed [F11]", "[node][F11]") {
  constexpr std::uint64_t kSeed = 44;
  TempDir dir;
  RunningLedger ledger(dir.path());
  ledger.create();
  test::DiskImage disk = test::DiskImage::of(dir.path());
  std::vector<api::Head> heads;
  test::DiskOps ops;
  {
    DiskTrace trace(dir.path());
    REQUIRE(ledger.start());
    heads.push_back(ledger.node().view()->head());
    for (std::uint64_t n = 1; n <= 8; ++n) {
      ledger.tell(n, n);
      heads.push_back(ledger.node().view()->head());
    }
    ledger.stop();
    ops = trace.ops();
  }
  // Syncs of files tell the truth until the middle of the run, and nothing after it.
  for (std::size_t i = 0; i < ops.size(); ++i) {
    if (i > ops.size() / 2 && ops[i].kind == test::DiskOp::Kind::sync) continue;
    disk.apply(ops[i]);
  }
  const DiskTrace::SyncsSkipped no_syncs;
  Random random(kSeed);
  int refused = 0;
  for (int i = 0; i < 24; ++i) {
    INFO("seed " << kSeed << ", power cut " << i);
    TempDir copy;
    disk.write_after_power_cut(dir.path(), copy.path(), random);
    RunningLedger after(copy.path());
    after.set_second(8);
    const auto started = after.start();
    if (!started) {
      ++refused;
      REQUIRE(started.error().code == Errc::corrupt);
      continue;
    }
    const api::Head head = after.node().view()->head();
    REQUIRE(head.height < heads.size());
    REQUIRE(head.root == heads[head.height].root);
    REQUIRE(head.state_root == heads[head.height].state_root);
  }
  CHECK(refused > 0);
}

TEST_CASE("a failed sync halts the node, is never tried again, and reads go on [F12]", "[node][F12]") {
  const std::string part = GENERATE(std::string(".log"), std::string("last_sign"), std::string("pool.journal"));
  INFO("sync of " << part);
  TempDir dir;
  RunningLedger ledger(dir.path());
  ledger.create();
  DiskTrace trace(dir.path());
  REQUIRE(ledger.start());
  ledger.tell(1, 3);
  ledger.set_second(4);
  trace.fail_syncs(EIO, part, 1);
  // Others come in at the same time: their rows must not give the sync a second try.
  std::vector<std::thread> others;
  std::vector<test::Answer> answers(8);
  for (std::uint64_t n = 0; n < answers.size(); ++n) {
    others.emplace_back([&, n] {
      const auto other = test::sign_record(test::company_body(ledger.ledger_id(), 1'000 + n));
      ledger.node().submit(test::submission_of(other), Wait::final, 3'600'000, answers[n].done());
    });
  }
  for (std::thread& other : others) other.join();
  const auto unit = story_unit(ledger.ledger_id(), 4);
  // Whoever waits is answered when the node halts, not when the time is over.
  const auto said = ledger.submit(unit, Wait::final).get();
  CHECK(trace.failures() == 1);
  CHECK((!said || said->state == State::pending));
  for (const auto& answer : answers) CHECK((!answer.get() || answer.get()->state == State::pending));
  CHECK_FALSE(ledger.node().status().serving);
  CHECK(ledger.node().status().halted.find("sync") != std::string::npos);

  const auto refused = ledger.submit(story_unit(ledger.ledger_id(), 5), Wait::pending).get();
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == Errc::unavailable);
  CHECK(refused.error().detail.find("halted") != std::string::npos);
  CHECK(ledger.height() == 3);
  CHECK(ledger.status_of(story_unit(ledger.ledger_id(), 3).id).state == State::final);
  CHECK(ledger.node().view()->record_evidence(story_unit(ledger.ledger_id(), 3).id));
  ledger.stop();
  const test::DiskOps ops = trace.ops();
  const std::size_t halted_at = trace.first_failure_point();
  for (std::size_t i = halted_at; i < ops.size(); ++i) {
    INFO(ops[i].name << " is changed after its sync failed");
    CHECK(ops[i].name.find(part) == ops[i].name.npos);
  }
  // The next process decides what the disk holds.
  TempDir next;
  copy_tree(dir.path(), next.path());
  RunningLedger after(next.path());
  after.set_second(4);
  REQUIRE(after.start());
  CHECK(after.height() >= 3);
  after.record(unit);
  after.record(test::sign_record(test::company_body(ledger.ledger_id(), 2'000)));
}

/// A node whose disk takes no more writes, from every fifth point of a run on: `error` is what they fail with.
void take_writes_away(int error) {
  constexpr std::uint64_t kSeed = 45;
  INFO("seed " << kSeed);
  Random random(kSeed);
  constexpr std::uint64_t kBlocks = 8;
  std::size_t points = 0;
  {
    TempDir dir;
    RunningLedger ledger(dir.path());
    ledger.create();
    const DiskTrace trace(dir.path());
    REQUIRE(ledger.start());
    ledger.tell(1, kBlocks);
    ledger.stop();
    points = trace.points();
  }
  const std::size_t stride = ::getenv("QINGLU_LONG") != nullptr ? 1 : 5;
  for (std::size_t point = random.below(stride); point < points; point += stride) {
    INFO("no more writes from point " << point << " of " << points);
    TempDir dir;
    RunningLedger ledger(dir.path());
    ledger.create();
    std::vector<api::RecordStatus> promised;
    {
      DiskTrace trace(dir.path());
      trace.fail_from(point, error);
      const auto started = ledger.start();
      std::uint64_t final = 0;
      for (std::uint64_t n = 1; started && n <= kBlocks; ++n) {
        ledger.set_second(n);
        const auto said = ledger.submit(story_unit(ledger.ledger_id(), n), Wait::pending).get();
        if (!said) {
          REQUIRE((said.error().code == Errc::io || said.error().code == Errc::unavailable));
          break;
        }
        promised.push_back(*said);
        const auto outcome = ledger.submit(story_unit(ledger.ledger_id(), n), Wait::final).get();
        if (!outcome || outcome->state != State::final) break;
        promised.push_back(*outcome);
        final = n;
      }
      if (started) {
        // A node that halted between block and answer has said that the outcome is open.
        REQUIRE(ledger.height() >= final);
        REQUIRE(ledger.height() <= final + 1);
        for (std::uint64_t n = 1; n <= final; ++n) {
          REQUIRE(ledger.node().view()->record(story_unit(ledger.ledger_id(), n).id));
        }
        INFO("first to fail: " << trace.first_failure() << ", final " << final);
        // A failure in the store's background is seen by the next write.
        if (trace.failures() > 0) {
          REQUIRE_FALSE(ledger.submit(story_unit(ledger.ledger_id(), kBlocks + 1), Wait::final).get());
          REQUIRE_FALSE(ledger.node().status().serving);
          REQUIRE_FALSE(ledger.node().status().halted.empty());
          const auto refused = ledger.submit(story_unit(ledger.ledger_id(), kBlocks + 2), Wait::pending).get();
          REQUIRE(refused.error().code == Errc::unavailable);
        }
      }
      ledger.stop();
    }
    TempDir next;  // a store that failed keeps its lock until its process ends
    copy_tree(dir.path(), next.path());
    RunningLedger after(next.path());
    after.set_second(kBlocks);
    const auto started = after.start();
    if (!started) FAIL("start: " << started.error().detail);
    for (const api::RecordStatus& status : promised) {
      const auto now = after.status_of(status.id);
      REQUIRE((now.state == State::final || (status.state == State::pending && now.state == State::pending)));
    }
    after.tell(after.height() + 1, kBlocks + 1);
  }
}

TEST_CASE("a full disk takes no promise that it cannot keep, and space resumes all [F13]", "[node][F13]") {
  take_writes_away(ENOSPC);
}

TEST_CASE("a disk that becomes read-only takes no promise that it cannot keep, and is taken up again [F15]", "[node][F15]") {
  take_writes_away(EROFS);
}

TEST_CASE("a second process on a node's directory is refused and told the first one's number [F18]",
          "[node][F18]") {
  TempDir dir;
  RunningLedger ledger(dir.path());
  ledger.founded().tell(1, 1);
  int pipe = -1;
  const ::pid_t child = test::start_child("[.child-node]", dir.path(), pipe);
  std::string said;
  for (char c = 0; ::read(pipe, &c, 1) == 1;) said.push_back(c);
  ::close(pipe);
  CHECK(test::wait_child(child) == 0);
  CHECK(said == "CONFLICT " + ledger.config().store_path() + " is in use by process " + std::to_string(::getpid()));
  ledger.tell(2, 2);
}

TEST_CASE("(child) opens the disk of a node that its parent runs", "[.child-node]") {
  const auto disk = node::open_disk(RunningLedger(::getenv("QINGLU_CHILD")).config());
  REQUIRE_FALSE(disk);
  const std::string said = std::string(name(disk.error().code)) + " " + disk.error().detail;
  REQUIRE(::write(3, said.data(), said.size()) == static_cast<::ssize_t>(said.size()));
}

TEST_CASE("rows of another block under a block's key are never served as that block's [F20]", "[node][F20]") {
  const Stopped whole(5);
  const node::Config config = RunningLedger(whole.dir.path()).config();
  RunningLedger ledger(whole.dir.path());
  ledger.set_second(5);
  SECTION("the seal of the tip is an older one") {
    const Bytes older = row(config, Family::derived, seal_height_key(4));
    const Bytes seal = row(config, Family::entries, older);
    put(config, Family::entries, row(config, Family::derived, seal_height_key(5)), seal);
    const Error error = refusal(whole.dir.path());
    CHECK(error.code == Errc::corrupt);
  }
  SECTION("the index of heights leads to another seal") {
    put(config, Family::derived, seal_height_key(3), row(config, Family::derived, seal_height_key(2)));
    REQUIRE(ledger.start());
    const auto seal = ledger.node().view()->seal(3);
    REQUIRE_FALSE(seal);
    CHECK(seal.error().code == Errc::corrupt);
  }
  SECTION("the row of a height names another view") {
    put(config, Family::chain, chain_key::height(3), row(config, Family::chain, chain_key::height(2)));
    REQUIRE(ledger.start());
    const auto note = ledger.node().view()->finality_note(3);
    REQUIRE_FALSE(note);
    CHECK(note.error().code == Errc::corrupt);
  }
  SECTION("the finalization is that of another view") {
    put(config, Family::chain, chain_key::certificate(7, 1, 3), row(config, Family::chain, chain_key::certificate(7, 1, 2)));
    REQUIRE(ledger.start());
    const auto note = ledger.node().view()->finality_note(3);
    REQUIRE_FALSE(note);
    CHECK(note.error().code == Errc::corrupt);
  }
  SECTION("an entry is that of another index") {
    const Digest id = story_unit(ledger.ledger_id(), 3).id;
    const auto index = find_record_index(*test::open_store(config), id);
    REQUIRE(index);
    put(config, Family::entries, u64_key(**index), row(config, Family::entries, u64_key(2)));
    REQUIRE(ledger.start());
    const auto entry = ledger.node().view()->entry(**index);
    REQUIRE_FALSE(entry);
    CHECK(entry.error().code == Errc::corrupt);
    CHECK(says(entry.error(), "entry " + std::to_string(**index)));
  }
  SECTION("the index of records leads to another record") {
    const Digest id = story_unit(ledger.ledger_id(), 3).id;
    const Bytes key = Bytes("r").append(id.view());
    put(config, Family::derived, key, row(config, Family::derived, Bytes("r").append(story_unit(ledger.ledger_id(), 2).id.view())));
    REQUIRE(ledger.start());
    const auto record = ledger.node().view()->record(id);
    REQUIRE_FALSE(record);
    CHECK(record.error().code == Errc::corrupt);
    CHECK_FALSE(ledger.node().view()->record_evidence(id));
  }
}

TEST_CASE("an entry altered after it was hashed is never served under a signed root [F21]", "[node][F21]") {
  const Stopped whole(5);
  const node::Config config = RunningLedger(whole.dir.path()).config();
  RunningLedger ledger(whole.dir.path());
  ledger.set_second(5);
  const Digest id = story_unit(ledger.ledger_id(), 4).id;
  const auto index = find_record_index(*test::open_store(config), id);
  REQUIRE(index);
  REQUIRE(*index);
  Bytes entry = row(config, Family::entries, u64_key(**index));
  const std::size_t at = entry.find("Heat recovery");
  REQUIRE(at != entry.npos);
  entry.replace(at, 4, "Cool");
  put(config, Family::entries, u64_key(**index), entry);
  REQUIRE(ledger.start());
  const auto view = ledger.node().view();
  const auto refused = [&](const Error& error) {
    CHECK(error.code == Errc::corrupt);
    CHECK(says(error, "entry " + std::to_string(**index)));
  };
  const auto by_index = view->entry(**index);
  REQUIRE_FALSE(by_index);
  refused(by_index.error());
  const auto by_id = view->record(id);
  REQUIRE_FALSE(by_id);
  refused(by_id.error());
  const auto evidence = view->record_evidence(id);
  REQUIRE_FALSE(evidence);
  refused(evidence.error());
  CHECK_FALSE(ledger.node().status_of(id));
  const auto bundle = view->tile("entries/000.p/" + std::to_string(view->head().size % 256));
  REQUIRE_FALSE(bundle);
  refused(bundle.error());
}

TEST_CASE("data of a later version is refused and left as it is [F23]", "[node][F23]") {
  const Stopped whole(1);
  const node::Config config = RunningLedger(whole.dir.path()).config();
  SECTION("the store") {
    put(config, Family::chain, "mschema", BinaryWriter().u32(kStoreSchema + 1).bytes());
    const Error error = refusal(whole.dir.path());
    CHECK(error.code == Errc::unsupported);
    CHECK(says(error, "has store schema 2; this program knows 1"));
  }
  SECTION("the pool's journal") {
    std::fstream(config.journal_path(), std::ios::in | std::ios::out).write("QLJRNL2\n", 8);
    const Error error = refusal(whole.dir.path());
    CHECK(error.code == Errc::unsupported);
    CHECK(says(error, "pool.journal"));
  }
}
