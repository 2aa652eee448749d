// SPDX-License-Identifier: Apache-2.0
#include "ledger/state/trie.hpp"

#include <algorithm>
#include <map>

#include "crypto/base/encoding.hpp"
#include "crypto/hash.hpp"
#include "ledger/kv/memory_store.hpp"
#include "ledger/model/rows.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/random.hpp"

using namespace qinglu;
using namespace qinglu::ledger;
using crypto::kEmptySubtree;
using crypto::TrieAnswer;
using crypto::TrieProof;

namespace {

using Keys = std::map<Digest, Digest>;
using Leaf = std::pair<Digest, Digest>;

Digest hex(const char* text) { return *fixed_from_hex<Digest>(text); }

/// The rules of evidence.md §3.4 as one recursion over the sorted keys.
Digest reference_root(const Leaf* begin, const Leaf* end, unsigned depth = 0) {
  if (begin == end) return kEmptySubtree;
  if (end - begin == 1) return crypto::state_leaf_hash(begin->first, begin->second);
  const Leaf* split = std::find_if(
      begin, end, [&](const Leaf& leaf) { return crypto::path_bit(leaf.first, depth); });
  const Digest left = reference_root(begin, split, depth + 1);
  const Digest right = reference_root(split, end, depth + 1);
  return crypto::state_node_hash(left, right);
}

Digest reference_root(const Keys& keys) {
  const std::vector<Leaf> leaves(keys.begin(), keys.end());
  return reference_root(leaves.data(), leaves.data() + leaves.size());
}

Digest write_ops(MemoryStore& store, const std::vector<TrieOp>& ops) {
  auto update = update_trie(store, ops);
  REQUIRE(update);
  KvBatch batch;
  for (const NodeChange& node : update->nodes) {
    auto present = store.get(Family::nodes, node.key);
    REQUIRE(present);
    REQUIRE(*present != node.value);
    if (node.value) {
      batch.put(Family::nodes, node.key, *node.value);
    } else {
      batch.erase(Family::nodes, node.key);
    }
  }
  REQUIRE(std::is_sorted(update->nodes.begin(), update->nodes.end(),
                         [](const auto& a, const auto& b) { return a.key < b.key; }));
  REQUIRE(store.write(batch, Sync::no));
  REQUIRE(*trie_root(store) == update->root);
  return update->root;
}

Digest write_ops(MemoryStore& store, Keys& keys,
                 const std::map<Digest, std::optional<Digest>>& changes) {
  std::vector<TrieOp> ops;
  for (const auto& [path, value] : changes) {
    ops.push_back({path, value});
    if (value) {
      keys[path] = *value;
    } else {
      keys.erase(path);
    }
  }
  return write_ops(store, ops);
}

void check_proof(const MemoryStore& store, const Digest& root, const Keys& keys,
                 const Digest& path) {
  auto proof = prove_state(store, path);
  REQUIRE(proof);
  REQUIRE(crypto::check_trie_proof_shape(*proof, path));
  REQUIRE(crypto::fold_trie_proof(*proof, path) == root);
  const auto key = keys.find(path);
  const bool present = crypto::trie_answer(*proof, path) == TrieAnswer::present;
  REQUIRE(present == (key != keys.end()));
  if (present) REQUIRE(proof->terminal->value_hash == key->second);
}

Keys abc() {
  Keys keys;
  const char* names[] = {"a", "b", "c"};
  const char* values[] = {"1", "2", "3"};
  for (int i = 0; i < 3; ++i) {
    keys[crypto::sha256(names[i])] = crypto::state_value_hash(values[i]);
  }
  return keys;
}

std::vector<TrieOp> puts(const Keys& keys) {
  std::vector<TrieOp> ops;
  for (const auto& [path, value] : keys) ops.push_back({path, value});
  return ops;
}

std::size_t row_count(const MemoryStore& store) {
  std::size_t rows = 0;
  REQUIRE(store.scan(Family::nodes, {}, {}, [&](BytesView key, BytesView value) {
    REQUIRE(decode_trie_row(key, value));
    ++rows;
    return true;
  }));
  return rows;
}

}  // namespace

TEST_CASE("the roots of the evidence page", "[trie]") {
  MemoryStore store;
  CHECK(*trie_root(store) == kEmptySubtree);
  const Keys keys = abc();
  Keys only_a;
  only_a.insert(*keys.find(crypto::sha256("a")));
  CHECK(write_ops(store, puts(only_a)) ==
        hex("5c2b72d7069cf4da169735f2df99d564356f11f13445ce32dcb31fabd1999318"));
  CHECK(write_ops(store, puts(keys)) ==
        hex("bc0731f2bd8dda6d2c32f3ede1fb55604e957d4d9f8b60104e468e414c047094"));
  std::vector<TrieOp> deletes;
  for (const auto& key : keys) deletes.push_back({key.first, std::nullopt});
  CHECK(write_ops(store, deletes) == kEmptySubtree);
  CHECK(row_count(store) == 0);
}

TEST_CASE("an absence proof ends at an empty slot or at another key's leaf", "[trie]") {
  MemoryStore store;
  const Digest root = write_ops(store, puts(abc()));
  struct {
    const char* key;
    unsigned depth;
    const char* mask;
    std::vector<Digest> siblings;
    const char* terminal;
  } const expected[] = {
      {"a",
       1,
       "80",
       {hex("a45c6fa12a2db65224cc2a9a633197c8c9d7fa55d204a7eb34f22800f36d0111")},
       "a"},
      {"d",
       3,
       "a0",
       {hex("5c2b72d7069cf4da169735f2df99d564356f11f13445ce32dcb31fabd1999318"),
        hex("d4ada9f0bf3ffca930e275c186e9bd0967df1a4c2ea64e96e6ad667f9cd09ad9")},
       nullptr},
      {"e",
       4,
       "90",
       {hex("5c2b72d7069cf4da169735f2df99d564356f11f13445ce32dcb31fabd1999318"),
        hex("7548b3b6dcbc5dc8cc6f30b6e48aaaed202df25e74f068df658a49186d19376e")},
       "b"},
  };
  for (const auto& row : expected) {
    INFO(row.key);
    const Digest path = crypto::sha256(row.key);
    auto proof = prove_state(store, path);
    REQUIRE(proof);
    CHECK(proof->depth == row.depth);
    CHECK(to_hex(proof->mask) == row.mask);
    CHECK(proof->siblings == row.siblings);
    REQUIRE(proof->terminal.has_value() == (row.terminal != nullptr));
    if (row.terminal != nullptr) CHECK(proof->terminal->path == crypto::sha256(row.terminal));
    CHECK(crypto::fold_trie_proof(*proof, path) == root);
    CHECK((crypto::trie_answer(*proof, path) == TrieAnswer::present) ==
          (BytesView(row.key) == "a"));
  }
  CHECK(prove_state(store, crypto::sha256("e"))->terminal->value_hash ==
        hex("430bc653724eb7fd60e7bea4a1f5073e9bcf7f7807cac8b16b565bdd07672842"));
}

TEST_CASE("the state of four rows of the evidence page", "[trie]") {
  const Bytes alias =
      "{\"ids\":[\"cmt:d24bbe74ef6143b8756593e34afbe99fdce4611148af651557ef15922ff6f6e8\","
      "\"pat:202610123456X\"]}";
  const std::pair<RowKey, Bytes> rows[] = {
      {history_row("pat:202610123456X"),
       "{\"lists\":[{\"category\":0,\"count\":3,\"last_index\":43,\"root\":\"sha256:"
       "cdcbad69e1089ac9c0524b96ed70ad89956bc6de440f176d5790e7fb223625ec\"},{\"category\":2,"
       "\"count\":1,\"last_index\":42,\"root\":\"sha256:"
       "c6bda6fbe154c7156978a9095fe37ff6c20d3b23dc0efd0524f6dc1f98b90457\"}]}"},
      {alias_row("pat:202610123456X"), alias},
      {alias_row("cmt:d24bbe74ef6143b8756593e34afbe99fdce4611148af651557ef15922ff6f6e8"), alias},
      {key_row("org:test", "k1"),
       "{\"pub\":\"ed4928c628d1c2c6eae90338905995612959273a5c63f93636c14614ac8737d1\",\"suite\":1,"
       "\"windows\":[{\"from_index\":2}]}"},
  };
  Keys keys;
  for (const auto& [row, value] : rows) {
    keys[crypto::state_path(static_cast<char>(row.ns), row.key)] = crypto::state_value_hash(value);
  }
  MemoryStore store;
  CHECK(write_ops(store, puts(keys)) ==
        hex("5b519a143a2349cc23abf237a5d056efce813c07c2894b0a4f9ba8a3d7d54889"));
  const Digest path = hex("204d1d85faded1e0d9456928ff5b4f160b0412913a12cd5a776aee6a04275672");
  auto proof = prove_state(store, path);
  REQUIRE(proof);
  CHECK(proof->depth == 2);
  CHECK(to_hex(proof->mask) == "c0");
  CHECK(
      proof->siblings ==
      std::vector<Digest>{hex("2d30e979cea8cbed18505c2df81a4fedaee3ef0f7d838513355f1b3711320fa2"),
                          hex("9e5eabff937701568d0d5c5ad23997402605fbfc3a6f37416424f98cf0b8f3bf")});
  REQUIRE(proof->terminal);
  CHECK(proof->terminal->path == path);
  CHECK(proof->terminal->value_hash ==
        hex("ec48a4bb88ffdb6fa0b3967a6fff51d0ccfcd5fbfd45f2f2fd85195f4547da2d"));
}

TEST_CASE("300 random batches leave the root, rows and proofs of a rebuild from scratch",
          "[trie]") {
  constexpr std::uint64_t kSeed = 31;
  INFO("seed " << kSeed);
  test::Random random(kSeed);
  MemoryStore store;
  Keys keys;
  // Half of the paths come from a few families that share up to 31 bytes.
  auto random_path = [&] {
    Digest path = random.digest();
    if (random.below(2) == 0) return path;
    const std::uint64_t shared = random.below(32);
    for (std::size_t i = 0; i < shared; ++i)
      path.octets[i] = static_cast<std::uint8_t>(random.below(2));
    if (shared == 31) path.octets[31] &= 3;
    return path;
  };
  for (int round = 0; round < 300; ++round) {
    std::map<Digest, std::optional<Digest>> changes;
    for (std::uint64_t count = 1 + random.below(40); count > 0; --count) {
      const bool existing = !keys.empty() && random.below(2) == 0;
      Digest path = random_path();
      if (existing) {
        auto near = keys.lower_bound(random_path());
        path = near == keys.end() ? keys.begin()->first : near->first;
      }
      if (random.below(round % 60 < 40 ? 3 : 1) == 0) {
        changes[path] = std::nullopt;
      } else {
        changes[path] = random.below(8) == 0 && keys.count(path) ? keys[path] : random.digest();
      }
    }
    const Digest root = write_ops(store, keys, changes);
    REQUIRE(root == reference_root(keys));
    for (int i = 0; i < 4; ++i) check_proof(store, root, keys, random_path());
    for (const auto& change : changes) check_proof(store, root, keys, change.first);
    if (round % 20 == 0) {
      MemoryStore fresh;
      write_ops(fresh, puts(keys));
      REQUIRE(row_count(fresh) == row_count(store));
      Keys seen;
      REQUIRE(visit_trie(store, [&](const Digest& path, const Digest& vh) { seen[path] = vh; }));
      REQUIRE(seen == keys);
    }
  }
}

TEST_CASE("keys that share 255 bits give proofs of depth 256 and no deeper", "[trie]") {
  MemoryStore store;
  Digest left = crypto::sha256("deep");
  left.octets[31] &= 0xfe;
  Digest right = left;
  right.octets[31] |= 1;
  Keys keys{{left, crypto::sha256("l")}, {right, crypto::sha256("r")}};
  const Digest root = write_ops(store, puts(keys));
  CHECK(root == reference_root(keys));
  auto proof = prove_state(store, left);
  REQUIRE(proof);
  CHECK(proof->depth == 256);
  CHECK(proof->mask.size() == 32);
  CHECK(proof->siblings.size() == 1);
  check_proof(store, root, keys, right);
  CHECK(row_count(store) == 64);
  CHECK(write_ops(store, {{right, std::nullopt}}) ==
        crypto::state_leaf_hash(left, crypto::sha256("l")));
  CHECK(row_count(store) == 1);
}

TEST_CASE("an update that changes nothing writes nothing", "[trie]") {
  MemoryStore store;
  const Keys keys = abc();
  write_ops(store, puts(keys));
  auto same = update_trie(store, puts(keys));
  REQUIRE(same);
  CHECK(same->nodes.empty());
  auto absent = update_trie(store, std::vector<TrieOp>{{crypto::sha256("zz"), std::nullopt}});
  REQUIRE(absent);
  CHECK(absent->nodes.empty());
  CHECK(absent->root == *trie_root(store));
}

TEST_CASE("a node row that contradicts itself is refused", "[trie]") {
  TrieRow row;
  auto leaf = [](unsigned first_octet) {
    TrieChild child;
    child.kind = TrieChild::Kind::leaf;
    child.path.octets[0] = static_cast<std::uint8_t>(first_octet);
    return child;
  };
  row.children[1] = leaf(0x51);
  row.children[2] = leaf(0x52);
  Digest prefix{};
  prefix.octets[0] = 0x50;
  const Bytes key = trie_row_key(prefix, 1);
  CHECK(to_hex(key) == "0150");
  CHECK(to_hex(trie_row_key(prefix, 0)) == "00");
  CHECK(to_hex(trie_row_key(prefix, 2)) == "0250");
  const Bytes good = encode_trie_row(row);
  REQUIRE(good.size() == 4 + 2 * 64);
  REQUIRE(decode_trie_row(key, good));
  CHECK(*decode_trie_row(key, good) == row);

  CHECK_FALSE(decode_trie_row(key, good + "x"));
  CHECK_FALSE(decode_trie_row(key, BytesView(good).substr(0, good.size() - 1)));
  CHECK_FALSE(decode_trie_row(key, ""));
  CHECK_FALSE(decode_trie_row("", good));
  CHECK_FALSE(decode_trie_row(Bytes("\x01\x51", 2), good));    // padding
  CHECK_FALSE(decode_trie_row(Bytes("\x01\x60", 2), good));    // leaves of another prefix
  CHECK_FALSE(decode_trie_row(Bytes("\x01\x50\0", 3), good));  // length
  CHECK_FALSE(decode_trie_row(Bytes(33, '\x40'), good));       // depth 64
  Bytes both = good;
  both[0] = 0x40;  // child 1 is inner too
  CHECK_FALSE(decode_trie_row(key, both));
  CHECK_FALSE(decode_trie_row(key, Bytes(4, '\0')));

  TrieRow lone;
  lone.children[5] = leaf(0x55);
  CHECK_FALSE(decode_trie_row(key, encode_trie_row(lone)));
  CHECK(decode_trie_row(Bytes(1, '\0'), encode_trie_row(lone)));
  TrieRow empty_inner;
  empty_inner.children[5].kind = TrieChild::Kind::inner;
  CHECK_FALSE(decode_trie_row(key, encode_trie_row(empty_inner)));
}

TEST_CASE("a lost or damaged node row is an error and never another root", "[trie]") {
  constexpr std::uint64_t kSeed = 32;
  INFO("seed " << kSeed);
  test::Random random(kSeed);
  MemoryStore store;
  Keys keys;
  for (int i = 0; i < 500; ++i) keys[random.digest()] = random.digest();
  write_ops(store, puts(keys));
  Digest below{};
  const Bytes key = trie_row_key(below, 1);
  REQUIRE(*store.get(Family::nodes, key));
  KvBatch batch;
  batch.erase(Family::nodes, key);
  REQUIRE(store.write(batch, Sync::no));
  CHECK(prove_state(store, below).error().code == Errc::corrupt);
  CHECK(update_trie(store, std::vector<TrieOp>{{below, below}}).error().code == Errc::corrupt);
  CHECK(visit_trie(store, [](const Digest&, const Digest&) {}).error().code == Errc::corrupt);
}
