// SPDX-License-Identifier: Apache-2.0
// Cost of the state trie on the real store: time of an update, size of a proof, bytes of a record
// by purpose. Figures beside the bare SHA-256 rate of the same run, so that machines can be
// compared. usage: trie_bench [SUBJECTS…]   (default 100000 1000000); text to stderr, JSON to
// stdout.
#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <vector>

#include "crypto/base/binary.hpp"
#include "crypto/base/encoding.hpp"
#include "crypto/hash.hpp"
#include "crypto/merkle.hpp"
#include "ledger/codec/canonical_json.hpp"
#include "ledger/log/tiles.hpp"
#include "ledger/state/overlay.hpp"
#include "ledger/state/undo.hpp"
#include "ledger/store/rocks_store.hpp"
#include "tests/bench/bench.hpp"
#include "tests/support/files.hpp"
#include "tests/support/random.hpp"

using namespace qinglu;
using namespace qinglu::bench;
using namespace qinglu::ledger;

namespace {

constexpr std::uint64_t kLoadBlock = 2'000;
constexpr std::uint64_t kUpdateBlock = 1'000;
constexpr int kUpdateBlocks = 20;
constexpr int kProofs = 2'000;
const Value kNoBody;

/// Microseconds of one SHA-256 over 65 bytes: an inner node.
double bare_hash_us() {
  constexpr int kHashes = 500'000;
  Digest digest{};
  const Bytes pad(33, 'x');
  const auto start = Clock::now();
  for (int i = 0; i < kHashes; ++i) digest = crypto::sha256({digest, pad});
  QL_CHECK(digest != Digest{});
  return seconds_since(start) / kHashes * 1e6;
}

/// About 1.1 KB, as compressible as a signed record.
Bytes some_entry(test::Random& random) {
  Bytes entry = "{\"body\":{\"data\":{\"text\":\"";
  for (int i = 0; i < 60; ++i)
    entry.append("licence ").append(std::to_string(random.below(10'000)));
  return entry + "\"}},\"sigs\":[{\"sig\":\"" + to_base64(random.bytes(64)) + "\"}]}";
}

struct Bench {
  explicit Bench(const std::string& path) : store(need(RocksStore::create(path))) {}

  /// One block of records about the given subjects, as execution and commit do it.
  void block(const std::vector<std::uint64_t>& subjects) {
    const auto snapshot = store->snapshot();
    Overlay overlay(StateView{snapshot});
    KvBatch batch;
    std::vector<Digest> leaves;
    for (std::uint64_t subject : subjects) {
      const Bytes key = Bytes("pat:2026").append(std::to_string(10'000'000 + subject));
      const std::uint64_t index = frontier.size() + leaves.size();
      Bytes entry = some_entry(random);
      leaves.push_back(crypto::log_leaf_hash(entry));
      batch.put(Family::entries, u64_key(index), std::move(entry));
      need(overlay.set(
          subject_row(key),
          Value::Members{
              {"active", Value::Items{}},
              {"owners", Value::Items{std::string("org:91110000").append(std::to_string(subject))}},
              {"status", "granted"},
              {"updated", index}}));
      overlay.append_history(key, 1, {index, leaves.back(), 0});
      overlay.add_record(random.digest(), index, kNoBody);
    }
    auto changes = need(overlay.finish());
    const auto start = Clock::now();
    auto trie = need(update_trie(*snapshot, changes.trie_ops));
    trie_seconds += seconds_since(start);
    trie_updates += changes.trie_ops.size();
    node_rows += trie.nodes.size();
    batch.append(state_batch(changes, trie, ++height));
    batch.append(need(grow_tiles(*snapshot, frontier, leaves)));
    for (const KvChange& change : batch.changes()) {
      written[static_cast<std::size_t>(change.family)] +=
          change.key.size() + (change.value ? change.value->size() : 0);
    }
    records += subjects.size();
    need(store->write(batch, Sync::yes));
  }

  void reset_counters() {
    trie_seconds = 0;
    trie_updates = node_rows = records = 0;
    written = {};
  }

  std::unique_ptr<RocksStore> store;
  Frontier frontier;
  test::Random random{1};
  std::uint64_t height = 0;
  double trie_seconds = 0;
  std::uint64_t trie_updates = 0;
  std::uint64_t node_rows = 0;
  std::uint64_t records = 0;
  std::array<std::uint64_t, kFamilyCount> written{};
};

/// Bytes of a proof as evidence.md §3.7 counts it: depth, mask, siblings, terminal.
std::size_t proof_bytes(const crypto::TrieProof& proof) {
  return 2 + proof.mask.size() + proof.siblings.size() * Digest::kSize +
         (proof.terminal ? 2 * Digest::kSize : 0);
}

std::string run(std::uint64_t subjects, double hash_us) {
  test::TempDir dir;
  Bench bench(dir.path() + "/db");
  const auto load_start = Clock::now();
  for (std::uint64_t done = 0; done < subjects;) {
    std::vector<std::uint64_t> block;
    while (block.size() < kLoadBlock && done < subjects) block.push_back(done++);
    bench.block(block);
  }
  const double load_seconds = seconds_since(load_start);
  for (std::size_t family = 0; family < kFamilyCount; ++family) {
    need(bench.store->compact(static_cast<Family>(family)));
  }
  const auto usage = bench.store->usage();

  bench.reset_counters();
  const auto update_start = Clock::now();
  for (int i = 0; i < kUpdateBlocks; ++i) {
    std::vector<std::uint64_t> block;
    while (block.size() < kUpdateBlock) block.push_back(bench.random.below(subjects));
    bench.block(block);
  }
  const double update_seconds = seconds_since(update_start);
  const auto updates = static_cast<double>(bench.trie_updates);
  const double update_us = bench.trie_seconds / updates * 1e6;

  std::size_t bytes = 0;
  std::size_t siblings = 0;
  std::size_t deepest = 0;
  const auto snapshot = bench.store->snapshot();
  const auto proof_start = Clock::now();
  for (int i = 0; i < kProofs; ++i) {
    const Bytes key =
        Bytes("pat:2026").append(std::to_string(10'000'000 + bench.random.below(subjects)));
    const auto proof = need(prove_state(*snapshot, crypto::state_path('S', key)));
    bytes += proof_bytes(proof);
    siblings += proof.siblings.size();
    deepest = std::max<std::size_t>(deepest, proof.depth);
  }
  const double proof_us = seconds_since(proof_start) / kProofs * 1e6;
  const auto per_proof = [](std::size_t sum) { return static_cast<double>(sum) / kProofs; };

  std::fprintf(stderr,
               "%llu subjects: loaded %.0f records/s; then blocks of %llu: %.0f records/s, trie "
               "%.1f us a key = %.0f bare hashes, %.2f node rows a key; proof %.0f bytes, %.1f "
               "siblings, depth up to %zu, %.0f us\n",
               static_cast<unsigned long long>(subjects),
               static_cast<double>(subjects) / load_seconds,
               static_cast<unsigned long long>(kUpdateBlock),
               static_cast<double>(bench.records) / update_seconds, update_us, update_us / hash_us,
               static_cast<double>(bench.node_rows) / updates, per_proof(bytes),
               per_proof(siblings), deepest, proof_us);

  Value::Members purposes;
  for (std::size_t family = 0; family < kFamilyCount; ++family) {
    const std::uint64_t disk = (usage[family].table_bytes + usage[family].blob_bytes) / subjects;
    const std::uint64_t wrote = bench.written[family] / bench.records;
    const std::string purpose(name(static_cast<Family>(family)));
    std::fprintf(stderr,
                 "  %-8s %6llu bytes a record on disk after loading, %6llu written by an "
                 "update\n",
                 purpose.c_str(), static_cast<unsigned long long>(disk),
                 static_cast<unsigned long long>(wrote));
    purposes.push_back({purpose, Value::Members{{"disk", disk}, {"written", wrote}}});
  }
  // The profile has no fractions: times in nanoseconds, averages in thousandths.
  auto whole = [](double number) { return static_cast<std::int64_t>(number + 0.5); };
  return to_canonical(Value::Members{
      {"bytes_per_record", Value(std::move(purposes))},
      {"load_records_per_second", whole(static_cast<double>(subjects) / load_seconds)},
      {"node_rows_per_key_milli", whole(static_cast<double>(bench.node_rows) / updates * 1e3)},
      {"proof_bytes", whole(per_proof(bytes))},
      {"proof_depth_max", static_cast<std::int64_t>(deepest)},
      {"proof_ns", whole(proof_us * 1e3)},
      {"proof_siblings_milli", whole(per_proof(siblings) * 1e3)},
      {"sha256_ns", whole(hash_us * 1e3)},
      {"subjects", subjects},
      {"update_bare_hashes_milli", whole(update_us / hash_us * 1e3)},
      {"update_ns_per_key", whole(update_us * 1e3)},
      {"update_records_per_second", whole(static_cast<double>(bench.records) / update_seconds)}});
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<std::uint64_t> sizes;
  for (int i = 1; i < argc; ++i) {
    const auto size = parse_decimal(argv[i]);
    if (!size || *size == 0) {
      std::fprintf(stderr, "usage: %s [SUBJECTS...]\n", argv[0]);
      return 2;
    }
    sizes.push_back(*size);
  }
  if (sizes.empty()) sizes = {100'000, 1'000'000};
  const double hash_us = bare_hash_us();
  std::fprintf(stderr, "SHA-256 (%s): %.3f us for 65 bytes\n",
               std::string(crypto::hash_backend()).c_str(), hash_us);
  std::string json;
  for (std::uint64_t size : sizes) json.append(json.empty() ? "" : ",").append(run(size, hash_us));
  std::printf("[%s]\n", json.c_str());
  return 0;
}
