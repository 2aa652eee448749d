// SPDX-License-Identifier: Apache-2.0
#include "crypto/trie_proof.hpp"

#include "crypto/hash.hpp"

namespace qinglu::crypto {
namespace {

constexpr unsigned kPathBits = 256;

bool mask_bit(BytesView mask, unsigned index) {
  return (static_cast<std::uint8_t>(mask[index / 8]) >> (7 - index % 8) & 1) != 0;
}

Error refuse(const char* why) { return Error{Errc::malformed, why}; }

}  // namespace

Digest state_path(char ns, BytesView key) {
  return sha256({domain::kStateKey, BytesView(&ns, 1), key});
}

Digest state_value_hash(BytesView value) { return tagged_hash(HashTag::state_value, value); }

Digest state_leaf_hash(const Digest& path, const Digest& value_hash) {
  return tagged_hash(HashTag::state_leaf, path, value_hash);
}

Digest state_node_hash(const Digest& left, const Digest& right) {
  return tagged_hash(HashTag::state_node, left, right);
}

bool path_bit(const Digest& path, unsigned index) { return mask_bit(path, index); }

Result<void> check_trie_proof_shape(const TrieProof& proof, const Digest& path) {
  if (proof.depth > kPathBits) return refuse("state proof is deeper than a path has bits");
  if (proof.mask.size() != (proof.depth + 7) / 8) return refuse("mask does not fit the depth");
  std::size_t listed = 0;
  for (unsigned i = 0; i < 8 * proof.mask.size(); ++i) {
    if (!mask_bit(proof.mask, i)) continue;
    if (i >= proof.depth) return refuse("spare bit of the mask is set");
    ++listed;
  }
  if (listed != proof.siblings.size()) return refuse("mask does not count the siblings");
  for (const Digest& sibling : proof.siblings) {
    if (sibling == kEmptySubtree) return refuse("an empty sibling is listed");
  }
  if (!proof.terminal) return {};
  for (unsigned i = 0; i < proof.depth; ++i) {
    if (path_bit(proof.terminal->path, i) != path_bit(path, i)) {
      return refuse("terminal leaf does not lie on the path");
    }
  }
  return {};
}

Digest fold_trie_proof(const TrieProof& proof, const Digest& path) {
  Digest hash = proof.terminal ? state_leaf_hash(proof.terminal->path, proof.terminal->value_hash)
                               : kEmptySubtree;
  std::size_t unused = proof.siblings.size();
  for (unsigned i = proof.depth; i-- > 0;) {
    const Digest sibling = mask_bit(proof.mask, i) ? proof.siblings[--unused] : kEmptySubtree;
    hash = path_bit(path, i) ? state_node_hash(sibling, hash) : state_node_hash(hash, sibling);
  }
  return hash;
}

TrieAnswer trie_answer(const TrieProof& proof, const Digest& path) {
  return proof.terminal && proof.terminal->path == path ? TrieAnswer::present : TrieAnswer::absent;
}

}  // namespace qinglu::crypto
