// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "crypto/base/bytes.hpp"
#include "crypto/base/result.hpp"
#include "crypto/trie_proof.hpp"
#include "ledger/kv/kv_store.hpp"

namespace qinglu::ledger {

/// A change of one key; no value hash = delete.
struct TrieOp {
  Digest path;
  std::optional<Digest> value_hash;
};

/// A node row that an update wrote, or deleted (no value).
struct NodeChange {
  Bytes key;
  std::optional<Bytes> value;
};

struct TrieUpdate {
  Digest root;
  std::vector<NodeChange> nodes;  ///< ascending by key; rows whose bytes stay the same are not here
};

/// Applies `ops` to the compact sparse Merkle trie of Family::nodes and says what to write.
/// Requires: `ops` ascend by path, unique (checked).   The root depends on the set of keys only.
/// Errors: those of the reader; corrupt for a node row that contradicts itself.
/// Source: evidence.md §3.4–3.6.
Result<TrieUpdate> update_trie(const KvReader& reader, std::span<const TrieOp> ops);

/// Root of the stored trie; 32 zero bytes when it is empty.
/// Errors: as update_trie.
Result<Digest> trie_root(const KvReader& reader);

/// Proof that `path` has a value or that it has none.   Source: evidence.md §3.7.
/// Errors: as update_trie.
Result<crypto::TrieProof> prove_state(const KvReader& reader, const Digest& path);

/// Calls `visit` for each key in ascending order of paths (scrub, snapshots).
/// Errors: as update_trie.
Result<void> visit_trie(const KvReader& reader,
                        const std::function<void(const Digest& path, const Digest& vh)>& visit);

/// One subtree hanging below a 16-ary row.
struct TrieChild {
  enum class Kind : std::uint8_t { empty, leaf, inner };
  Kind kind = Kind::empty;
  Digest hash{};        ///< inner: of the subtree; leaf: unused in rows
  Digest path{};        ///< leaf only
  Digest value_hash{};  ///< leaf only
  bool operator==(const TrieChild&) const = default;
};

/// Four binary levels of the trie as one row: the 16 subtrees below a prefix of whole nibbles.
struct TrieRow {
  std::array<TrieChild, 16> children{};
  bool operator==(const TrieRow&) const = default;
};

/// `u8 depth/4 ‖ nibbles`, an odd one padded with zero bits. Requires: nibbles ≤ 63.
Bytes trie_row_key(const Digest& path, unsigned nibbles);

/// Bytes of a row.   Requires: at least one child.   Source: evidence.md §3.5.
Bytes encode_trie_row(const TrieRow& row);

/// Reads a row that nobody vouches for, of the prefix that its key names.
/// Errors: malformed: key or length wrong, a child both inner and leaf, no child, a lone leaf below
/// the root, a leaf outside the prefix, an inner child that is the empty subtree.
Result<TrieRow> decode_trie_row(BytesView key, BytesView value);

}  // namespace qinglu::ledger
