// SPDX-License-Identifier: Apache-2.0
#include <filesystem>
#include <fstream>

#include "crypto/base/encoding.hpp"
#include "crypto/hash.hpp"
#include "ledger/kv/memory_store.hpp"
#include "ledger/store/rocks_store.hpp"
#include "node/audit.hpp"
#include "node/snapshot.hpp"
#include "node/snapshot_keeper.hpp"
#include "tests/node/members.hpp"
#include "tests/support/catch.hpp"

using namespace qinglu;
using test::Members;
using test::RunningLedger;
namespace fs = std::filesystem;

namespace {

/// A story of some blocks, its store, and a snapshot of a height of it.
struct Told {
  explicit Told(std::uint64_t blocks, std::uint64_t height) {
    RunningLedger ledger(dir.path());
    ledger.create();
    ledger.set_second(0);
    REQUIRE(ledger.start());
    ledger.tell(1, blocks);
    ledger.stop();
    store = test::open_store(ledger.config());
    auto made = node::export_snapshot(store->snapshot(), test::office_genesis(), height, path());
    if (!made) FAIL(made.error().detail);
    manifest = std::move(*made);
  }
  std::string path() const { return dir.path() + "/snapshot"; }

  test::TempDir dir;
  std::unique_ptr<ledger::KvStore> store;
  node::SnapshotManifest manifest;
};

Result<node::SnapshotProven> import(const node::SnapshotManifest& manifest, const node::ChunkSource& source,
                                    const ledger::Genesis& genesis = test::office_genesis()) {
  ledger::MemoryStore into;
  return node::import_snapshot(manifest, source, genesis, into);
}

/// The bytes of a section, cut anew, so that hashes are right and only what they mean can be wrong.
struct Forged {
  explicit Forged(const Told& told) : manifest(told.manifest) {
    const auto source = node::chunks_in(told.path());
    for (std::size_t n = 0; n < manifest.chunk_count(); ++n) {
      auto chunk = source(n);
      REQUIRE(chunk);
      parts[std::string(manifest.chunk(n).section)] += *chunk;
    }
  }
  Result<node::SnapshotProven> import() {
    std::vector<Bytes> chunks;
    for (const auto& [name, out] : {std::pair{"entries", &manifest.entries}, {"blocks", &manifest.blocks},
                                    {"state", &manifest.state}, {"proof", &manifest.proof}}) {
      node::SectionWriter writer([&](BytesView chunk) -> Result<void> {
        chunks.emplace_back(chunk);
        return {};
      });
      REQUIRE(writer.write(parts[name]));
      *out = writer.finish().value();
    }
    return ::import(manifest, [&](std::size_t n) -> Result<Bytes> { return chunks.at(n); });
  }
  std::map<std::string, Bytes> parts;
  node::SnapshotManifest manifest;
};

}  // namespace

TEST_CASE("a store made from a snapshot is the store that made it", "[snapshot]") {
  const Told told(40, 40);
  ledger::MemoryStore into;
  const auto proven = node::import_snapshot(told.manifest, node::chunks_in(told.path()), test::office_genesis(), into);
  if (!proven) FAIL(proven.error().detail);
  CHECK(proven->tip.height == 40);
  CHECK(proven->blocks == 40);
  CHECK(proven->epochs == 1);
  CHECK(node::compare_derived(*told.store, into));
  // The log is complete, so every block can be executed anew.
  ledger::MemoryStore scratch;
  const auto audited = node::replay_store(into, test::office_genesis(), scratch, nullptr);
  if (!audited) FAIL(audited.error().detail);
  CHECK(node::compare_derived(into, scratch));
}

TEST_CASE("a snapshot of an earlier height is what it would have been then", "[snapshot]") {
  const Told then(20, 20);
  const Told later(33, 20);
  CHECK(content_hash(then.manifest) == content_hash(later.manifest));
  ledger::MemoryStore into;
  const auto proven = node::import_snapshot(later.manifest, node::chunks_in(later.path()), test::office_genesis(), into);
  if (!proven) FAIL(proven.error().detail);
  CHECK(node::compare_derived(*then.store, into));
}

TEST_CASE("one flipped bit in any chunk is found, and the chunk is named", "[snapshot][F22]") {
  const Told told(12, 12);
  const auto source = node::chunks_in(told.path());
  for (std::size_t bad = 0; bad < told.manifest.chunk_count(); ++bad) {
    const auto proven = import(told.manifest, [&](std::size_t n) {
      auto chunk = source(n);
      if (chunk && n == bad) (*chunk)[chunk->size() / 2] ^= 4;
      return chunk;
    });
    REQUIRE_FALSE(proven);
    CHECK(proven.error().code == Errc::corrupt);
    CHECK(proven.error().detail.find("chunk " + std::to_string(bad) + " ") != std::string::npos);
  }
}

TEST_CASE("chunks with right hashes and wrong content are refused for what they say", "[snapshot][F22]") {
  const Told told(30, 30);
  const auto refused = [](Forged& forged) {
    const auto proven = forged.import();
    REQUIRE_FALSE(proven);
    return proven.error().detail;
  };
  Forged same(told);
  REQUIRE(same.import());
  SECTION("every byte of the proof, and samples of the rest") {
    for (const auto& [name, bytes] : same.parts) {
      const std::size_t step = name == "proof" ? 37 : bytes.size() / 40 + 1;
      for (std::size_t at = 0; at < bytes.size(); at += step) {
        Forged forged(told);
        forged.parts[name][at] ^= 1;
        INFO(name << " " << at);
        CHECK_FALSE(forged.import());
      }
    }
  }
  SECTION("a section that is cut short") {
    for (const auto& [name, bytes] : same.parts) {
      for (const std::size_t less : {std::size_t{1}, bytes.size() / 2}) {
        Forged forged(told);
        forged.parts[name].resize(bytes.size() - less);
        INFO(name << " " << less);
        CHECK_FALSE(forged.import());
      }
    }
  }
  SECTION("a section that goes on") {
    for (const auto& [name, bytes] : same.parts) {
      Forged forged(told);
      forged.parts[name] += bytes.substr(0, bytes.size() / 3);
      INFO(name);
      CHECK_FALSE(forged.import());
    }
  }
  SECTION("a manifest that says something else") {
    Forged forged(told);
    SECTION("root") { forged.manifest.log_root = crypto::sha256("another"); }
    SECTION("state") { forged.manifest.state_root = crypto::sha256("another"); }
    SECTION("block") { forged.manifest.block = crypto::sha256("another"); }
    SECTION("height") { ++forged.manifest.height; }
    SECTION("size") { --forged.manifest.log_size; }
    SECTION("view") { ++forged.manifest.view; }
    SECTION("epoch") { ++forged.manifest.epoch; }
    SECTION("time") { ++forged.manifest.time_ms; }
    SECTION("note") { forged.manifest.finality += " "; }
    refused(forged);
  }
  SECTION("another ledger") {
    ledger::Genesis other = test::office_genesis();
    other.ledger_id = crypto::sha256("another ledger");
    const auto proven = import(told.manifest, node::chunks_in(told.path()), other);
    REQUIRE_FALSE(proven);
    CHECK(proven.error().code == Errc::wrong_ledger);
  }
  SECTION("the finalization of another key") {
    // Everything is right but who signed: the votes of a set that genesis does not name.
    ledger::Genesis other = test::office_genesis();
    other.validators.members[0].vote_key = Members::keys(1).vote.public_key();
    const auto proven = import(told.manifest, node::chunks_in(told.path()), other);
    REQUIRE_FALSE(proven);
    CHECK(proven.error().code == Errc::bad_signature);
  }
}

TEST_CASE("the snapshot of docs/formats/snapshot.md is the same on every run", "[snapshot][docs]") {
  const Told told(12, 12);
  const std::string content = to_hex(content_hash(told.manifest));
  INFO(content);
  CHECK(test::read_test_file("../docs/formats/snapshot.md").find("\n" + content + "\n") != std::string::npos);
}

TEST_CASE("a manifest is read back byte for byte, and refused when it is not its own form", "[snapshot]") {
  const Told told(3, 3);
  const Bytes bytes = node::encode_manifest(told.manifest);
  const auto read = node::decode_manifest(bytes);
  REQUIRE(read);
  CHECK(*read == told.manifest);
  for (std::size_t cut = 0; cut < bytes.size(); cut += 13) CHECK_FALSE(node::decode_manifest(bytes.substr(0, cut)));
  Bytes later = bytes;
  later.replace(later.find("qinglu-snapshot/1"), 17, "qinglu-snapshot/2");
  CHECK(node::decode_manifest(later).error().code == Errc::unsupported);
  node::SnapshotManifest fewer = told.manifest;
  fewer.state.chunks.push_back(fewer.state.chunks[0]);
  CHECK_FALSE(node::decode_manifest(node::encode_manifest(fewer)));
}

TEST_CASE("an export leaves a whole snapshot or none", "[snapshot][F22]") {
  const Told told(5, 5);
  const std::string at = told.dir.path() + "/other";
  fs::create_directories(at + ".partial");  // of a run that was killed
  std::ofstream(at + ".partial/chunk-000000") << "torn";
  CHECK(node::export_snapshot(told.store->snapshot(), test::office_genesis(), 5, at,
                              [](std::uint64_t, std::uint64_t) { return false; })
            .error()
            .code == Errc::unavailable);
  CHECK_FALSE(fs::exists(at));
  CHECK_FALSE(fs::exists(at + ".partial"));
  CHECK(node::export_snapshot(told.store->snapshot(), test::office_genesis(), 5, at));
  CHECK(node::export_snapshot(told.store->snapshot(), test::office_genesis(), 5, at).error().code == Errc::conflict);
  CHECK(node::export_snapshot(told.store->snapshot(), test::office_genesis(), 6, told.dir.path() + "/none").error().code == Errc::not_found);
}

TEST_CASE("an interrupted restore leaves nothing that a start takes for a ledger, and another one succeeds", "[snapshot][F22][F09]") {
  const Told told(25, 25);
  test::TempDir target;
  node::Config config = RunningLedger(target.path()).config();
  std::uint64_t steps = 0;
  REQUIRE_FALSE(node::restore_ledger(config, test::office_genesis(), told.manifest, node::chunks_in(told.path()),
                                     [&](std::uint64_t, std::uint64_t) { return ++steps < 3; }));
  CHECK_FALSE(fs::exists(config.data_path()));
  CHECK_FALSE(fs::exists(config.guard_path()));
  // As a kill leaves it: the temporary directory stays.
  fs::create_directories(config.data_path() + ".restoring/store");
  std::ofstream(config.data_path() + ".restoring/store/CURRENT") << "torn";
  CHECK_FALSE(node::open_disk(config));
  const auto proven = node::restore_ledger(config, test::office_genesis(), told.manifest, node::chunks_in(told.path()));
  if (!proven) FAIL(proven.error().detail);
  CHECK_FALSE(fs::exists(config.data_path() + ".restoring"));
  CHECK(node::restore_ledger(config, test::office_genesis(), told.manifest, node::chunks_in(told.path())).error().code == Errc::conflict);
  // It goes on where the snapshot ends.
  RunningLedger back(target.path());
  back.set_second(26);
  const auto started = back.start();
  if (!started) FAIL(started.error().detail);
  CHECK(back.height() == 25);
  back.tell(26, 30);
  CHECK(back.status_of(test::story_unit(back.ledger_id(), 7).id).state == api::State::final);
  CHECK(back.node().view()->record_evidence(test::story_unit(back.ledger_id(), 7).id));
  back.stop();
  auto store = test::open_store(config);
  ledger::MemoryStore scratch;
  REQUIRE(node::replay_store(*store, test::office_genesis(), scratch, nullptr));
  CHECK(node::compare_derived(*store, scratch));
}

TEST_CASE("every member makes the same snapshot at the same height, keeps two, and a new one follows from it", "[snapshot][members]") {
  Members members(4, 0, 4);
  members.stop(3);
  for (std::uint64_t n = 0; n < 14; ++n) members.submit(n % 3, company(members, n), api::Wait::final).must(api::State::final);
  for (std::size_t i = 0; i < 3; ++i) {
    Members::eventually("a snapshot of height 12", [&] {
      const auto held = members.node(i).snapshots();
      return held.size() == 2 && held[0].height == 12 && held[1].height == 8;
    });
    CHECK(members.node(i).snapshots()[0].content == members.node(0).snapshots()[0].content);
    CHECK_FALSE(fs::exists(members.config(i).snapshots_path() + "/4"));
  }
  // The disk of the fourth is lost; it begins anew with a snapshot that another one serves.
  const node::Config config = members.config(3);
  fs::remove_all(config.data_path());
  CHECK_FALSE(members.try_start(3));
  const auto manifest = node::decode_manifest(members.node(1).snapshot_file(12, {}).value());
  REQUIRE(manifest);
  const auto proven = node::restore_ledger(config, members.genesis(), *manifest,
                                           [&](std::size_t n) { return members.node(1).snapshot_file(12, n); });
  if (!proven) FAIL(proven.error().detail);
  members.start(3);
  members.everybody_has(company(members, 13).id);
  // It was in doubt of its votes, and votes again once the others have told it how far it may have voted
  // and views beyond that have come.
  std::uint64_t next = 14;
  Members::eventually("it votes again", [&] {
    members.submit(next % 3, company(members, next), api::Wait::final).must(api::State::final);
    ++next;
    return members.node(3).status().abstaining.empty();
  });
  members.stop(0);
  for (const std::uint64_t until = next + 4; next < until; ++next) members.submit(3, company(members, next), api::Wait::final).must(api::State::final);
  for (std::size_t i = 1; i < 4; ++i) CHECK(members.node(i).status().contradictions.empty());
  members.stop(3);
  auto store = test::open_store(config);
  ledger::MemoryStore scratch;
  const auto audited = node::replay_store(*store, members.genesis(), scratch, nullptr);
  if (!audited) FAIL(audited.error().detail);
  CHECK(node::compare_derived(*store, scratch));
}

TEST_CASE("records that became final together with the height lie behind it in the snapshot, and are executed", "[snapshot][members]") {
  Members members(4);
  for (std::uint64_t n = 0; n < 6; ++n) members.submit(n % 4, company(members, n), api::Wait::final).must(api::State::final);
  const auto last = company(members, 5);
  members.everybody_has(last.id);
  const std::uint64_t top = members.node(0).view()->head().height;
  members.stop(0);
  auto store = test::open_store(members.config(0));
  // As where the finalizations of single blocks did not arrive: only the newest is left.
  ledger::KvBatch forget;
  Bytes newest;
  const Bytes from = agreement::chain_key::certificate(7, 1, 0), until = agreement::chain_key::certificate(7, 2, 0);
  REQUIRE(store->scan(ledger::Family::chain, from, until, [&](BytesView key, BytesView) {
    if (!newest.empty()) forget.erase(ledger::Family::chain, newest);
    newest = Bytes(key);
    return true;
  }));
  REQUIRE(store->write(forget, ledger::Sync::no));
  for (std::uint64_t height = 1; height <= top; ++height) {
    const std::string at = members.config(0).dir + "/at-" + std::to_string(height);
    const auto manifest = node::export_snapshot(store->snapshot(), members.genesis(), height, at);
    if (!manifest) FAIL(manifest.error().detail);
    ledger::MemoryStore into;
    const auto proven = node::import_snapshot(*manifest, node::chunks_in(at), members.genesis(), into);
    if (!proven) FAIL(proven.error().detail);
    CHECK(proven->tip.height == top);
    CHECK(node::compare_derived(*store, into));
  }
}
