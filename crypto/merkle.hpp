// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "crypto/base/bytes.hpp"
#include "crypto/base/result.hpp"

namespace qinglu::crypto {

/// SHA-256(0x00 ‖ entry): the hash of a log leaf.   Source: RFC 6962 §2.1.
Digest log_leaf_hash(BytesView entry);
/// SHA-256(0x01 ‖ left ‖ right).
Digest log_node_hash(const Digest& left, const Digest& right);
/// SHA-256 of nothing: the root of the empty tree.
Digest empty_log_root();

/// Root of the RFC 6962 tree over `leaves` (already leaf hashes).
Digest log_root(std::span<const Digest> leaf_hashes);

/// Path of leaf `index` in the tree over `leaf_hashes`, leaf's sibling first.
/// Requires: index < leaf_hashes.size().   For small trees held in memory (batches, blocks).
std::vector<Digest> inclusion_path(std::span<const Digest> leaf_hashes, std::uint64_t index);

/// Number of hashes in the inclusion path of `index` in a tree of `size`. Requires: index < size.
std::size_t inclusion_path_length(std::uint64_t index, std::uint64_t size);

/// Checks that `leaf` stands at `index` of the tree (`size`, `root`).
/// Errors: malformed: index ≥ size, path too short or too long, root differs.
/// Source: RFC 9162 §2.1.3.2; evidence.md §2.1.
Result<void> verify_inclusion(std::uint64_t index, std::uint64_t size, const Digest& leaf,
                              std::span<const Digest> path, const Digest& root);

/// Checks that the tree (`size1`, `root1`) is a prefix of (`size2`, `root2`). Requires nothing;
/// size1 = 0 is refused (it has no meaning).   Source: RFC 9162 §2.1.4.2; evidence.md §2.1.
Result<void> verify_consistency(std::uint64_t size1, const Digest& root1, std::uint64_t size2,
                                const Digest& root2, std::span<const Digest> path);

}  // namespace qinglu::crypto
