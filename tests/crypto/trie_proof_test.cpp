// SPDX-License-Identifier: Apache-2.0
#include "crypto/trie_proof.hpp"

#include "crypto/base/encoding.hpp"
#include "crypto/hash.hpp"
#include "tests/support/catch.hpp"

namespace qinglu::crypto {
namespace {

Digest hex(std::string_view text) { return *fixed_from_hex<Digest>(text); }

/// Paths of the vectors are SHA-256 of a letter, taken directly.
Digest letter(std::string_view text) { return sha256(text); }

const Digest kRoot = hex("bc0731f2bd8dda6d2c32f3ede1fb55604e957d4d9f8b60104e468e414c047094");
const Digest kLeafA = state_leaf_hash(letter("a"), state_value_hash("1"));

struct Vector {
  Digest path;
  TrieProof proof;
  TrieAnswer answer;
};

std::vector<Vector> vectors() {
  return {
      {letter("a"),
       {1,
        "\x80",
        {hex("a45c6fa12a2db65224cc2a9a633197c8c9d7fa55d204a7eb34f22800f36d0111")},
        TrieProof::Leaf{letter("a"), state_value_hash("1")}},
       TrieAnswer::present},
      {letter("d"),
       {3,
        "\xa0",
        {kLeafA, hex("d4ada9f0bf3ffca930e275c186e9bd0967df1a4c2ea64e96e6ad667f9cd09ad9")},
        std::nullopt},
       TrieAnswer::absent},
      {letter("e"),
       {4,
        "\x90",
        {kLeafA, hex("7548b3b6dcbc5dc8cc6f30b6e48aaaed202df25e74f068df658a49186d19376e")},
        TrieProof::Leaf{letter("b"), state_value_hash("2")}},
       TrieAnswer::absent},
  };
}

}  // namespace

TEST_CASE("a trie of one key is that key's leaf", "[trie]") {
  CHECK(kLeafA == hex("5c2b72d7069cf4da169735f2df99d564356f11f13445ce32dcb31fabd1999318"));
  CHECK(state_value_hash("2") ==
        hex("430bc653724eb7fd60e7bea4a1f5073e9bcf7f7807cac8b16b565bdd07672842"));
  const TrieProof alone{0, "", {}, TrieProof::Leaf{letter("a"), state_value_hash("1")}};
  REQUIRE(check_trie_proof_shape(alone, letter("z")));
  CHECK(fold_trie_proof(alone, letter("z")) == kLeafA);
  CHECK(trie_answer(alone, letter("z")) == TrieAnswer::absent);
  CHECK(trie_answer(alone, letter("a")) == TrieAnswer::present);
  CHECK(fold_trie_proof(TrieProof{}, letter("a")) == kEmptySubtree);
}

TEST_CASE("an absence proof ends at an empty slot or at another key's leaf", "[trie]") {
  for (const Vector& v : vectors()) {
    REQUIRE(check_trie_proof_shape(v.proof, v.path));
    CHECK(fold_trie_proof(v.proof, v.path) == kRoot);
    CHECK(trie_answer(v.proof, v.path) == v.answer);
  }
}

TEST_CASE("a proof of another shape is refused before it is folded", "[trie]") {
  for (const Vector& v : vectors()) {
    const auto refused = [&v](TrieProof proof) { return !check_trie_proof_shape(proof, v.path); };
    TrieProof proof = v.proof;
    proof.depth = 257;
    CHECK(refused(proof));
    proof = v.proof;
    proof.mask.push_back('\0');
    CHECK(refused(proof));
    proof = v.proof;
    proof.mask.back() = static_cast<char>(proof.mask.back() | 1);
    CHECK(refused(proof));
    proof.siblings.push_back(kRoot);  // counts again, but the bit lies beyond the depth
    CHECK(refused(proof));
    proof = v.proof;
    proof.siblings.pop_back();
    CHECK(refused(proof));
    proof = v.proof;
    proof.siblings.back() = kEmptySubtree;
    CHECK(refused(proof));
    proof = v.proof;
    Digest elsewhere = v.path;
    elsewhere.octets[0] ^= 0x80;
    proof.terminal = TrieProof::Leaf{elsewhere, Digest{}};
    CHECK(refused(proof));
  }
}

TEST_CASE("no single changed bit of a proof folds to the same root", "[trie]") {
  for (const Vector& v : vectors()) {
    for (std::size_t i = 0; i < v.proof.siblings.size() * 256; ++i) {
      TrieProof proof = v.proof;
      proof.siblings[i / 256].octets[i % 256 / 8] ^= static_cast<std::uint8_t>(1u << (i % 8));
      CHECK(fold_trie_proof(proof, v.path) != kRoot);
    }
    if (!v.proof.terminal) continue;
    for (std::size_t i = 0; i < 512; ++i) {
      TrieProof proof = v.proof;
      Digest& half = i < 256 ? proof.terminal->path : proof.terminal->value_hash;
      half.octets[i % 256 / 8] ^= static_cast<std::uint8_t>(1u << (i % 8));
      CHECK(fold_trie_proof(proof, v.path) != kRoot);
    }
  }
}

TEST_CASE("state rows have the paths and value hashes of the format", "[trie]") {
  using namespace std::string_view_literals;
  const std::string history_value =
      R"({"lists":[{"category":0,"count":3,"last_index":43,"root":"sha256:cdcbad69e1089ac9c0524b96)"
      R"(ed70ad89956bc6de440f176d5790e7fb223625ec"},{"category":2,"count":1,"last_index":42,"root":)"
      R"("sha256:c6bda6fbe154c7156978a9095fe37ff6c20d3b23dc0efd0524f6dc1f98b90457"}]})";
  const Digest history = state_path('H', "pat:202610123456X");
  CHECK(history == hex("204d1d85faded1e0d9456928ff5b4f160b0412913a12cd5a776aee6a04275672"));
  CHECK(state_value_hash(history_value) ==
        hex("ec48a4bb88ffdb6fa0b3967a6fff51d0ccfcd5fbfd45f2f2fd85195f4547da2d"));
  CHECK(state_path('A', "pat:202610123456X") ==
        hex("617f49d780a68872629bb32436e5f3e55c8990a7a94f93610c379b747384a353"));
  CHECK(state_path('H', "agt:org:test") ==
        hex("4e5db5fc9da752c1a8daa37f4f60f58e161d49bbc1cd644c4f0575a3f579dbde"));
  CHECK(state_path('K', "org:test\0k1"sv) ==
        hex("42c25ebb3e3362765da5e5f0cb628a3332b8583116312294367f58f2d9930530"));
  CHECK(state_value_hash(
            R"({"pub":"ed4928c628d1c2c6eae90338905995612959273a5c63f93636c14614ac8737d1",)"
            R"("suite":1,"windows":[{"from_index":2}]})") ==
        hex("11f63a852a8283955b187133d88ef87f2076801ca9abe0af5613987013b8bedf"));

  const TrieProof proof{2,
                        "\xc0",
                        {hex("2d30e979cea8cbed18505c2df81a4fedaee3ef0f7d838513355f1b3711320fa2"),
                         hex("9e5eabff937701568d0d5c5ad23997402605fbfc3a6f37416424f98cf0b8f3bf")},
                        TrieProof::Leaf{history, state_value_hash(history_value)}};
  REQUIRE(check_trie_proof_shape(proof, history));
  CHECK(fold_trie_proof(proof, history) ==
        hex("5b519a143a2349cc23abf237a5d056efce813c07c2894b0a4f9ba8a3d7d54889"));
  CHECK(trie_answer(proof, history) == TrieAnswer::present);
}

TEST_CASE("a proof of the greatest depth is folded and a deeper one refused", "[trie]") {
  Digest path;
  path.octets.fill(0xff);
  TrieProof proof{256, Bytes(32, '\0'), {}, TrieProof::Leaf{path, Digest{}}};
  REQUIRE(check_trie_proof_shape(proof, path));
  CHECK(fold_trie_proof(proof, path) != kEmptySubtree);
  proof.depth = 264;
  proof.mask.push_back('\0');
  CHECK_FALSE(check_trie_proof_shape(proof, path));
}

}  // namespace qinglu::crypto
