// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "crypto/base/bytes.hpp"
#include "crypto/base/result.hpp"

namespace qinglu::crypto {

/// The subtree without keys: 32 zero bytes.   Source: evidence.md §3.4.
inline constexpr Digest kEmptySubtree{};

/// Path of a state row: SHA-256("qinglu/state-key/1\0" ‖ u8 namespace ‖ key bytes).
Digest state_path(char ns, BytesView key);
/// SHA-256(0x04 ‖ value bytes).
Digest state_value_hash(BytesView value);
/// SHA-256(0x02 ‖ path ‖ value hash).
Digest state_leaf_hash(const Digest& path, const Digest& value_hash);
/// SHA-256(0x03 ‖ left ‖ right); two empty subtrees must never meet here.
Digest state_node_hash(const Digest& left, const Digest& right);

/// Bit `index` of a path, most significant first; 0 ≤ index < 256.
bool path_bit(const Digest& path, unsigned index);

/// One form for presence and absence.   Source: evidence.md §3.7.
struct TrieProof {
  struct Leaf {
    Digest path;
    Digest value_hash;
    bool operator==(const Leaf&) const = default;
  };
  unsigned depth = 0;            ///< 0..256
  Bytes mask;                    ///< ⌈depth/8⌉ bytes; bit i (msb first): sibling i is not empty
  std::vector<Digest> siblings;  ///< those with mask bit 1, from the root to the leaf
  std::optional<Leaf> terminal;  ///< nullopt: the slot is empty
  bool operator==(const TrieProof&) const = default;
};

enum class TrieAnswer { present, absent };

/// Shape rules of §3.7 (check E50): mask length and count, spare bits, terminal's prefix.
Result<void> check_trie_proof_shape(const TrieProof& proof, const Digest& path);

/// Root that the proof folds to. Requires: the shape holds.
Digest fold_trie_proof(const TrieProof& proof, const Digest& path);

/// What a proof that folds to the right root says about `path`.
TrieAnswer trie_answer(const TrieProof& proof, const Digest& path);

}  // namespace qinglu::crypto
