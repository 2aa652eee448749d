// SPDX-License-Identifier: Apache-2.0
// One run of fifty real blocks is watched call by call; then, for every write point, the disk as a kill or a
// power cut at that point leaves it is made and the node started on it.
#include <stdlib.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include "ledger/codec/seal.hpp"
#include "ledger/store/rocks_store_internal.hpp"
#include "node/agreement/engine.hpp"
#include "tests/node/disk_trace.hpp"
#include "tests/node/running_ledger.hpp"
#include "tests/support/catch.hpp"

using namespace qinglu;
using namespace qinglu::ledger;
using api::State;
using api::Wait;
using test::DiskImage;
using test::DiskOp;
using test::DiskTrace;
using test::Random;
using test::RunningLedger;
using test::story_unit;
using test::TempDir;
namespace fs = std::filesystem;
namespace chain_key = agreement::chain_key;

namespace {

constexpr std::uint64_t kBlocks = 50;

/// Something that the node had said once `point` changes were on the disk.
struct Said {
  std::size_t point = 0;
  std::uint64_t unit = 0;
  api::RecordStatus status;
};

struct Run {
  std::string root;
  DiskImage before;
  test::DiskOps ops;
  std::vector<Said> said;
  std::vector<api::Head> heads;  ///< by height
  std::vector<Digest> blocks;    ///< block hashes by height
  Digest content;
};

/// The options of a node whose journal is written anew several times within the run.
node::NodeOptions brisk_options() {
  node::NodeOptions options = test::office_options();
  options.journal_slack = 24 << 10;
  return options;
}

/// As open_disk(), with buffers so small that tables are flushed and logs rotated within the run.
node::NodeDisk open_small(const node::Config& config) {
  node::NodeDisk disk;
  auto guard = Guard::open(config.guard_path());
  auto store = RocksStoreAccess::open(config.store_path(), RocksOpen::existing, nullptr, true);
  auto journal = Journal::recover(config.journal_path());
  REQUIRE(guard);
  REQUIRE(store);
  REQUIRE(journal);
  disk.guard = std::make_unique<Guard>(std::move(*guard));
  disk.store = std::move(*store);
  disk.journal = std::make_unique<Journal>(std::move(journal->journal));
  return disk;
}

/// Hands in a unit of the story and notes what is answered, and when.
void tell_and_note(RunningLedger& ledger, std::uint64_t n, const DiskTrace& trace, Run& run) {
  std::mutex mutex;
  const auto noting = [&](const test::Answer& answer) {
    return [&mutex, &trace, &run, n, done = answer.done()](Result<api::RecordStatus> status) {
      if (status) {
        const std::lock_guard lock(mutex);
        run.said.push_back({trace.points(), n, *status});
      }
      done(std::move(status));
    };
  };
  const auto submission = test::submission_of(story_unit(ledger.ledger_id(), n));
  test::Answer receipt, final;
  ledger.node().submit(submission, Wait::pending, 0, noting(receipt));
  receipt.must(State::pending);
  ledger.node().submit(submission, Wait::final, 3'600'000, noting(final));
  final.must(State::final);
}

Run watched_run(const std::string& root) {
  Run run;
  run.root = root;
  RunningLedger ledger(root);
  ledger.create();
  run.before = DiskImage::of(root);
  {
    DiskTrace trace(root);
    REQUIRE(ledger.start_on(open_small(ledger.config()), brisk_options()));
    for (std::uint64_t n = 0; n <= kBlocks; ++n) {
      ledger.set_second(n);
      if (n > 0) tell_and_note(ledger, n, trace, run);
      const auto view = ledger.node().view();
      REQUIRE(view->head().height == n);
      run.heads.push_back(view->head());
      run.blocks.push_back(block_hash(**view->seal(n)));
    }
    ledger.stop();
    run.ops = trace.ops();
  }
  run.content = test::block_content(*test::open_store(ledger.config()));
  return run;
}

/// No vote or cosignature that had left is forgotten by database or guard.
void check_votes(const Run& run, const node::NodeDisk& disk, std::uint64_t height) {
  REQUIRE(disk.guard->state().height >= height);
  if (height == 0) return;
  const auto row = disk.store->get(Family::chain, chain_key::votes(1, height));
  REQUIRE(row);
  REQUIRE(*row);
  const auto votes = agreement::VoteRow::decode(**row);
  REQUIRE(votes);
  const Digest block = run.blocks[height];
  REQUIRE((*votes == agreement::VoteRow{block, block, false, block}));
  const auto cosign = agreement::CosignRow::decode(**disk.store->get(Family::chain, chain_key::cosign()));
  REQUIRE(cosign);
  REQUIRE(cosign->size >= run.heads[height].size);
  REQUIRE(1000 * cosign->time_s >= static_cast<std::uint64_t>(run.heads[height].time_ms));
}

void check_head(const Run& run, const api::Head& head) {
  const api::Head& right = run.heads[head.height];
  REQUIRE(head.size == right.size);
  REQUIRE(head.root == right.root);
  REQUIRE(head.state_root == right.state_root);
}

/// Starts on what a crash before write point `point` left, as the product does, and holds the node to
/// everything that it had said until then.
void check_after_crash(const Run& run, std::size_t point, const std::string& dir, std::uint64_t go_on_until,
                       bool whole_content) {
  std::uint64_t height = 0;  // of the newest block that was said to be final
  for (const Said& said : run.said) {
    if (said.point <= point && said.status.state == State::final) height = std::max(height, said.unit);
  }
  RunningLedger ledger(dir);
  ledger.set_second(height + 1);
  auto disk = node::open_disk(ledger.config());
  if (!disk) FAIL("open_disk: " << disk.error().detail);
  check_votes(run, *disk, height);
  const auto started = ledger.start_on(std::move(*disk), brisk_options());
  if (!started) FAIL("start: " << started.error().detail);
  // What was handed in and not yet final may become final at once, after the crash.
  const api::Head found = ledger.node().view()->head();
  REQUIRE(found.height >= height);
  REQUIRE(found.height <= height + 1);
  check_head(run, found);
  for (const Said& said : run.said) {
    if (said.point > point) continue;
    const api::RecordStatus now = ledger.status_of(said.status.id);
    if (said.status.state == State::final) {
      REQUIRE(now.state == State::final);
      REQUIRE(now.index == said.status.index);
      REQUIRE(now.height == said.status.height);
    } else {
      REQUIRE((now.state == State::final || (now.state == State::pending && now.receipt == said.status.receipt)));
    }
  }
  const std::uint64_t until = std::clamp(go_on_until, std::min(height + 1, kBlocks), kBlocks);
  ledger.tell(height + 1, until);
  REQUIRE(ledger.height() == until);
  check_head(run, ledger.node().view()->head());
  ledger.stop();
  if (!whole_content || until < kBlocks) return;
  REQUIRE(test::block_content(*test::open_store(ledger.config())) == run.content);
}

std::string describe(const DiskOp& op) {
  static constexpr const char* kKinds[] = {"create", "write", "truncate", "sync", "rename", "unlink", "sync names of"};
  return std::string(kKinds[static_cast<int>(op.kind)]) + " " + op.name.substr(op.name.rfind('/') + 1) + " at " +
         std::to_string(op.offset) + ", " + std::to_string(op.bytes.size()) + " bytes";
}

std::uint64_t number_from(const char* variable, std::uint64_t fallback) {
  const char* text = ::getenv(variable);
  return text == nullptr ? fallback : std::strtoull(text, nullptr, 10);
}

#if defined(__SANITIZE_ADDRESS__)
constexpr std::size_t kStride = 60;  // a sample: sanitizers are slow
#else
constexpr std::size_t kStride = 1;
#endif

}  // namespace

TEST_CASE("a crash at any write point of fifty blocks loses nothing that was said [F01] [F02] [F03]",
          "[node][crash][F01][F02][F03]") {
  // QINGLU_CRASH_SEED chooses the tears, QINGLU_CRASH_SEEDS how many seeds in turn (3 in long runs).
  const std::uint64_t first_seed = number_from("QINGLU_CRASH_SEED", 1);
  const bool long_run = ::getenv("QINGLU_LONG") != nullptr;
  const std::uint64_t seeds = number_from("QINGLU_CRASH_SEEDS", long_run ? 3 : 1);
  TempDir dir;
  const Run run = watched_run(dir.path());
  const auto count = [&](DiskOp::Kind kind, const std::string& part) {
    return std::count_if(run.ops.begin(), run.ops.end(),
                         [&](const DiskOp& op) { return op.kind == kind && op.name.find(part) != op.name.npos; });
  };
  // The run is worth its name only if it holds what a long one does.
  REQUIRE(count(DiskOp::Kind::sync, "last_sign") >= 51);
  REQUIRE(count(DiskOp::Kind::sync, "pool.journal") >= 50);
  REQUIRE(count(DiskOp::Kind::rename, "pool.journal.new") >= 3);
  REQUIRE(count(DiskOp::Kind::create, ".log") >= 2);
  REQUIRE(count(DiskOp::Kind::create, ".sst") >= 8);
  REQUIRE(count(DiskOp::Kind::unlink, ".log") >= 1);

  const test::DiskTrace::SyncsSkipped no_syncs;
  for (std::uint64_t seed = first_seed; seed < first_seed + seeds; ++seed) {
    Random random(seed);
    DiskImage disk = run.before;
    for (std::size_t point = 0; point <= run.ops.size(); ++point) {
      if (point > 0) disk.apply(run.ops[point - 1]);
      if (point % kStride != 0 && point != run.ops.size()) continue;
      const std::string next = point < run.ops.size() ? describe(run.ops[point]) : "end of the run";
      // The tail of the run is told again after every 8th crash, and in long runs after each.
      const bool whole = long_run || point % 8 == 0;
      for (const bool power_cut : {false, true}) {
        if (!power_cut && seed != first_seed) continue;
        INFO("seed " << seed << ", " << (power_cut ? "power cut" : "kill") << " before write point " << point << " of "
                     << run.ops.size() << ": " << next);
        TempDir copy;
        if (power_cut) {
          disk.write_after_power_cut(run.root, copy.path(), random);
        } else {
          disk.write_now(run.root, copy.path());
        }
        check_after_crash(run, point, copy.path(), whole ? kBlocks : 0, whole);
      }
    }
  }
}
