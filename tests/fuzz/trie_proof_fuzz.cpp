// SPDX-License-Identifier: Apache-2.0
#include "crypto/base/binary.hpp"
#include "crypto/trie_proof.hpp"

namespace crypto = qinglu::crypto;

/// Root of a small fixed trie by its definition, and every proof of it by the same recursion: no
/// input may prove a value that it does not hold or the absence of a key that it does.
namespace {

struct Key {
  qinglu::Digest path;
  qinglu::Digest value_hash;
};

std::vector<Key> fixed_keys() {
  std::vector<Key> keys;
  for (char name = 'a'; name <= 'h'; ++name) {
    const std::string text(1, name);
    keys.push_back({crypto::state_path('K', text), crypto::state_value_hash(text)});
  }
  return keys;
}

qinglu::Digest root_of(const std::vector<Key>& keys, unsigned depth) {
  if (keys.empty()) return crypto::kEmptySubtree;
  if (keys.size() == 1) return crypto::state_leaf_hash(keys[0].path, keys[0].value_hash);
  std::vector<Key> half[2];
  for (const Key& key : keys) half[crypto::path_bit(key.path, depth)].push_back(key);
  return crypto::state_node_hash(root_of(half[0], depth + 1), root_of(half[1], depth + 1));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const std::vector<Key> keys = fixed_keys();
  static const qinglu::Digest root = root_of(keys, 0);
  qinglu::BinaryReader in({reinterpret_cast<const char*>(data), size});
  const char name = static_cast<char>('a' + in.u8() % 16);
  const qinglu::Digest path = crypto::state_path('K', std::string(1, name));
  crypto::TrieProof proof;
  proof.depth = in.u16();
  proof.mask = qinglu::Bytes(in.bytes16());
  if (in.u8() % 2 == 1) {
    const qinglu::Digest leaf_path = in.digest();
    proof.terminal = crypto::TrieProof::Leaf{leaf_path, in.digest()};
  }
  while (!in.failed() && in.left() >= 32) proof.siblings.push_back(in.digest());
  if (in.failed() || !crypto::check_trie_proof_shape(proof, path)) return 0;
  if (crypto::fold_trie_proof(proof, path) != root) return 0;
  const bool held = name <= 'h';
  QL_CHECK((crypto::trie_answer(proof, path) == crypto::TrieAnswer::present) == held);
  if (held) QL_CHECK(proof.terminal->value_hash == crypto::state_value_hash(std::string(1, name)));
  return 0;
}
