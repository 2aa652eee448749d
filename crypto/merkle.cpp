// SPDX-License-Identifier: Apache-2.0
#include "crypto/merkle.hpp"

#include <bit>

#include "crypto/hash.hpp"

namespace qinglu::crypto {
namespace {

Error refuse(const char* why) { return Error{Errc::malformed, why}; }

/// The largest power of two below `size`. Requires: size > 1.
std::size_t left_size(std::size_t size) { return std::bit_floor(size - 1); }

/// Steps of a path up to the last level at which `index` and the last leaf part, and those above,
/// where every sibling lies to the left.
struct Steps {
  std::size_t inner;
  std::size_t border;
};

Steps steps_of(std::uint64_t index, std::uint64_t size) {
  const auto inner = static_cast<std::size_t>(std::bit_width(index ^ (size - 1)));
  const std::uint64_t above = inner == 64 ? 0 : index >> inner;
  return {inner, static_cast<std::size_t>(std::popcount(above))};
}

Digest fold_left_siblings(Digest hash, std::span<const Digest> siblings) {
  for (const Digest& sibling : siblings) hash = log_node_hash(sibling, hash);
  return hash;
}

/// Folds the inner part: a set bit of `index` means that the sibling lies to the left.
Digest fold_inner(Digest hash, std::span<const Digest> siblings, std::uint64_t index) {
  for (const Digest& sibling : siblings) {
    hash = (index & 1) != 0 ? log_node_hash(sibling, hash) : log_node_hash(hash, sibling);
    index >>= 1;
  }
  return hash;
}

}  // namespace

Digest log_leaf_hash(BytesView entry) { return tagged_hash(HashTag::log_leaf, entry); }

Digest log_node_hash(const Digest& left, const Digest& right) {
  return tagged_hash(HashTag::log_node, left, right);
}

Digest empty_log_root() { return sha256(BytesView{}); }

Digest log_root(std::span<const Digest> leaf_hashes) {
  if (leaf_hashes.empty()) return empty_log_root();
  if (leaf_hashes.size() == 1) return leaf_hashes[0];
  const std::size_t left = left_size(leaf_hashes.size());
  return log_node_hash(log_root(leaf_hashes.first(left)), log_root(leaf_hashes.subspan(left)));
}

std::vector<Digest> inclusion_path(std::span<const Digest> leaf_hashes, std::uint64_t index) {
  QL_CHECK(index < leaf_hashes.size());
  if (leaf_hashes.size() == 1) return {};
  const std::size_t left = left_size(leaf_hashes.size());
  const bool in_left = index < left;
  std::vector<Digest> path = in_left ? inclusion_path(leaf_hashes.first(left), index)
                                     : inclusion_path(leaf_hashes.subspan(left), index - left);
  path.push_back(log_root(in_left ? leaf_hashes.subspan(left) : leaf_hashes.first(left)));
  return path;
}

std::size_t inclusion_path_length(std::uint64_t index, std::uint64_t size) {
  QL_CHECK(index < size);
  const Steps steps = steps_of(index, size);
  return steps.inner + steps.border;
}

Result<void> verify_inclusion(std::uint64_t index, std::uint64_t size, const Digest& leaf,
                              std::span<const Digest> path, const Digest& root) {
  if (index >= size) return refuse("index is not below the tree's size");
  const Steps steps = steps_of(index, size);
  if (path.size() != steps.inner + steps.border) return refuse("inclusion path has a wrong length");
  const Digest inner = fold_inner(leaf, path.first(steps.inner), index);
  if (fold_left_siblings(inner, path.subspan(steps.inner)) != root) {
    return refuse("inclusion path does not lead to the root");
  }
  return {};
}

Result<void> verify_consistency(std::uint64_t size1, const Digest& root1, std::uint64_t size2,
                                const Digest& root2, std::span<const Digest> path) {
  if (size1 == 0) return refuse("consistency with the empty tree has no meaning");
  if (size1 > size2) return refuse("the older tree is the larger one");
  if (size1 == size2) {
    if (!path.empty()) return refuse("consistency path of equal sizes is not empty");
    if (root1 != root2) return refuse("equal sizes have different roots");
    return {};
  }
  const auto shift = static_cast<std::size_t>(std::countr_zero(size1));
  Steps steps = steps_of(size1 - 1, size2);
  steps.inner -= shift;
  // The path of a perfect older tree leaves out its root, which the verifier holds already.
  const std::size_t head = std::has_single_bit(size1) ? 0 : 1;
  if (path.size() != head + steps.inner + steps.border) {
    return refuse("consistency path has a wrong length");
  }
  const Digest seed = head == 0 ? root1 : path[0];
  const std::span<const Digest> inner = path.subspan(head, steps.inner);
  const std::span<const Digest> border = path.subspan(head + steps.inner);
  const std::uint64_t mask = (size1 - 1) >> shift;

  Digest older = seed;
  for (std::size_t k = 0; k < inner.size(); ++k) {
    if (((mask >> k) & 1) != 0) older = log_node_hash(inner[k], older);
  }
  if (fold_left_siblings(older, border) != root1) {
    return refuse("consistency path does not lead to the older root");
  }
  if (fold_left_siblings(fold_inner(seed, inner, mask), border) != root2) {
    return refuse("consistency path does not lead to the newer root");
  }
  return {};
}

}  // namespace qinglu::crypto
