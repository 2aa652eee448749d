// SPDX-License-Identifier: Apache-2.0
#include "tests/store/sample_ledger.hpp"

#include <utility>

#include "crypto/base/binary.hpp"
#include "crypto/hash.hpp"
#include "crypto/merkle.hpp"
#include "ledger/kv/memory_store.hpp"
#include "ledger/log/tiles.hpp"
#include "ledger/state/overlay.hpp"
#include "ledger/state/undo.hpp"
#include "tests/support/random.hpp"

namespace qinglu::test {

using namespace ledger;

namespace {

constexpr std::string_view kTipKey = "mtip";
constexpr std::uint64_t kRecords = 12;
const Value kNoBody;

}  // namespace

SampleLedger make_sample_ledger(std::uint64_t seed, std::uint64_t heights) {
  Random random(seed);
  MemoryStore store;
  Frontier frontier;
  SampleLedger sample;
  sample.contents.push_back(*content_of(store));
  for (std::uint64_t height = 1; height <= heights; ++height) {
    KvBatch block;
    Overlay overlay(StateView{store.snapshot()});
    std::vector<Digest> leaves;
    for (std::uint64_t i = 0; i < kRecords; ++i) {
      const std::uint64_t index = frontier.size() + i;
      const Bytes entry = random.bytes(200 + random.below(1500));
      leaves.push_back(crypto::log_leaf_hash(entry));
      block.put(Family::entries, u64_key(index), entry);
      const Bytes subject = Bytes("pat:").append(std::to_string(random.below(40)));
      QL_CHECK(
          overlay.set(subject_row(subject),
                      Value::Members{{"n", static_cast<std::int64_t>(random.below(1 << 20))}}));
      overlay.append_history(subject, static_cast<std::uint8_t>(random.below(7)),
                             {index, leaves.back(), 0});
      overlay.add_record(random.digest(), index, kNoBody);
    }
    auto changes = overlay.finish();
    QL_CHECK(changes);
    auto trie = update_trie(store, changes->trie_ops);
    QL_CHECK(trie);
    block.append(state_batch(*changes, *trie, height));
    auto tiles = grow_tiles(store, frontier, leaves);
    QL_CHECK(tiles);
    block.append(std::move(*tiles));
    block.put(Family::priv, random.bytes(2), random.bytes(random.below(300)));
    block.erase(Family::priv, random.bytes(1));
    block.put(Family::chain, Bytes(kTipKey), u64_key(height));
    block.put(Family::chain, Bytes("b").append(u64_key(height)), random.bytes(400));
    if (height > 5) block.erase(Family::chain, Bytes("b").append(u64_key(height - 5)));
    QL_CHECK(store.write(block, Sync::yes));
    sample.blocks.push_back(std::move(block));
    sample.contents.push_back(*content_of(store));
  }
  return sample;
}

Result<std::uint64_t> sample_tip(const KvReader& reader) {
  auto bytes = reader.get(Family::chain, kTipKey);
  if (!bytes) return std::move(bytes).error();
  return *bytes ? BinaryReader(**bytes).u64() : 0;
}

Result<Digest> content_of(const KvReader& reader) {
  Digest content{};
  for (std::size_t family = 0; family < kFamilyCount; ++family) {
    BinaryWriter rows;
    auto scanned =
        reader.scan(static_cast<Family>(family), {}, {}, [&](BytesView key, BytesView value) {
          if (key != "mschema") rows.bytes32(key).bytes32(value);
          return true;
        });
    if (!scanned) return std::move(scanned).error();
    content = crypto::sha256({content, rows.bytes()});
  }
  return content;
}

}  // namespace qinglu::test
