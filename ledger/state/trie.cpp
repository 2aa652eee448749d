// SPDX-License-Identifier: Apache-2.0
#include "ledger/state/trie.hpp"

#include <algorithm>
#include <bit>
#include <functional>
#include <utility>

#include "crypto/base/binary.hpp"
#include "crypto/base/encoding.hpp"

namespace qinglu::ledger {
namespace {

using Kind = TrieChild::Kind;

constexpr unsigned kNibbles = 64;

unsigned nibble(const Digest& path, unsigned index) {
  const unsigned octet = path.octets[index / 2];
  return index % 2 == 0 ? octet >> 4 : octet & 15;
}

Digest with_nibble(Digest path, unsigned index, unsigned value) {
  std::uint8_t& octet = path.octets[index / 2];
  octet = static_cast<std::uint8_t>(index % 2 == 0 ? (octet & 0x0f) | (value << 4)
                                                   : (octet & 0xf0) | value);
  return path;
}

bool same_prefix(const Digest& a, const Digest& b, unsigned nibbles) {
  for (unsigned i = 0; i < nibbles; ++i) {
    if (nibble(a, i) != nibble(b, i)) return false;
  }
  return true;
}

/// A subtree as the hashing rules see it: a leaf is its hash wherever it floats.
struct Subtree {
  Kind kind = Kind::empty;
  Digest hash{};
  const TrieChild* leaf = nullptr;  // of a leaf
};

Subtree subtree_of(const TrieChild& child) {
  switch (child.kind) {
    case Kind::empty: return {};
    case Kind::leaf:
      return {Kind::leaf, crypto::state_leaf_hash(child.path, child.value_hash), &child};
    case Kind::inner: return {Kind::inner, child.hash, nullptr};
  }
  return {};
}

// inner(EMPTY, leaf) never exists: the leaf floats up.
Subtree join(const Subtree& left, const Subtree& right) {
  if (left.kind == Kind::empty && right.kind != Kind::inner) return right;
  if (right.kind == Kind::empty && left.kind != Kind::inner) return left;
  return {Kind::inner, crypto::state_node_hash(left.hash, right.hash), nullptr};
}

/// The subtrees of a row's four binary levels; `level[k]` has 2^k of them, `level[0][0]` is the
/// row.
struct Fold {
  std::array<Subtree, 31> nodes;  // heap order: children of i are 2i+1 and 2i+2

  explicit Fold(const TrieRow& row) {
    for (std::size_t i = 0; i < 16; ++i) nodes[15 + i] = subtree_of(row.children[i]);
    for (std::size_t i = 15; i-- > 0;) nodes[i] = join(nodes[2 * i + 1], nodes[2 * i + 2]);
  }
  const Subtree& root() const { return nodes[0]; }
};

Result<std::optional<TrieRow>> load_row(const KvReader& reader, const Bytes& key) {
  auto bytes = reader.get(Family::nodes, key);
  if (!bytes) return std::move(bytes).error();
  if (!*bytes) return std::optional<TrieRow>{};
  auto row = decode_trie_row(key, **bytes);
  if (!row) return Error{Errc::corrupt, "node row " + to_hex(key) + ": " + row.error().detail};
  return std::optional<TrieRow>{*row};
}

Error lost_row(const Bytes& key) {
  return {Errc::corrupt, "node row " + to_hex(key) + " is missing"};
}

/// One run of update_trie: a depth-first walk that loads and writes each touched row once.
class Update {
 public:
  Update(const KvReader& reader, std::span<const TrieOp> ops) : reader_(reader), ops_(ops) {}

  Result<TrieUpdate> run() {
    TrieRow row;
    auto stored = load_row(reader_, trie_row_key(Digest{}, 0));
    if (!stored) return std::move(stored).error();
    if (*stored) row = **stored;
    TrieChild top;
    if (!change_row(*stored, row, 0, 0, ops_.size(), Digest{}, top)) {
      return std::move(*failure_);
    }
    std::sort(result_.nodes.begin(), result_.nodes.end(),
              [](const NodeChange& a, const NodeChange& b) { return a.key < b.key; });
    result_.root = Fold(row).root().hash;
    return std::move(result_);
  }

 private:
  // Brings the subtree `child` at `depth` nibbles under `prefix` up to date with ops [lo, hi).
  bool change(TrieChild& child, unsigned depth, std::size_t lo, std::size_t hi,
              const Digest& prefix) {
    if (child.kind == Kind::inner) {
      const Bytes key = trie_row_key(prefix, depth);
      auto stored = load_row(reader_, key);
      if (!stored) return fail(std::move(stored).error());
      if (!*stored) return fail(lost_row(key));
      TrieRow row = **stored;
      return change_row(*stored, row, depth, lo, hi, prefix, child);
    }
    // Nothing or one leaf here: most often nothing or one leaf remains, and no row is needed.
    if (hi - lo == 1 && (child.kind == Kind::empty || child.path == ops_[lo].path)) {
      child = leaf_of(ops_[lo]);
      return true;
    }
    TrieRow row;
    if (child.kind == Kind::leaf) row.children[nibble(child.path, depth)] = child;
    return change_row({}, row, depth, lo, hi, prefix, child);
  }

  // Applies the ops to the row's children, writes the row, and leaves its subtree in `result`.
  bool change_row(const std::optional<TrieRow>& stored, TrieRow& row, unsigned depth,
                  std::size_t lo, std::size_t hi, const Digest& prefix, TrieChild& result) {
    while (lo < hi) {
      const unsigned slot = nibble(ops_[lo].path, depth);
      std::size_t end = lo + 1;
      while (end < hi && nibble(ops_[end].path, depth) == slot) ++end;
      if (!change(row.children[slot], depth + 1, lo, end, with_nibble(prefix, depth, slot))) {
        return false;
      }
      lo = end;
    }
    unsigned leaves = 0;
    unsigned inners = 0;
    const TrieChild* leaf = nullptr;
    for (const TrieChild& child : row.children) {
      if (child.kind == Kind::inner) ++inners;
      if (child.kind == Kind::leaf) {
        ++leaves;
        leaf = &child;
      }
    }
    // A row exists where two or more keys lie below; only the root row may hold a single one.
    const bool is_row = inners > 0 || leaves > 1 || (depth == 0 && leaves == 1);
    if (stored ? !is_row || row != *stored : is_row) {
      NodeChange node;
      node.key = trie_row_key(prefix, depth);
      if (is_row) node.value = encode_trie_row(row);
      result_.nodes.push_back(std::move(node));
    }
    if (depth == 0) return true;  // run() folds the root row itself
    if (inners == 0 && leaves < 2) {
      result = leaf == nullptr ? TrieChild{} : TrieChild(*leaf);
    } else {
      result = TrieChild{};
      result.kind = Kind::inner;
      result.hash = Fold(row).root().hash;
    }
    return true;
  }

  static TrieChild leaf_of(const TrieOp& op) {
    TrieChild child;
    if (!op.value_hash) return child;
    child.kind = Kind::leaf;
    child.path = op.path;
    child.value_hash = *op.value_hash;
    return child;
  }

  bool fail(Error error) {
    failure_ = std::move(error);
    return false;
  }

  const KvReader& reader_;
  std::span<const TrieOp> ops_;
  TrieUpdate result_;
  std::optional<Error> failure_;
};

Result<void> visit_row(const KvReader& reader, const Digest& prefix, unsigned depth,
                       const std::function<void(const Digest&, const Digest&)>& visit) {
  const Bytes key = trie_row_key(prefix, depth);
  auto stored = load_row(reader, key);
  if (!stored) return std::move(stored).error();
  if (!*stored) return depth == 0 ? Result<void>() : Result<void>(lost_row(key));
  for (unsigned slot = 0; slot < 16; ++slot) {
    const TrieChild& child = (*stored)->children[slot];
    if (child.kind == Kind::leaf) visit(child.path, child.value_hash);
    if (child.kind == Kind::inner) {
      auto done = visit_row(reader, with_nibble(prefix, depth, slot), depth + 1, visit);
      if (!done) return done;
    }
  }
  return {};
}

}  // namespace

Result<TrieUpdate> update_trie(const KvReader& reader, std::span<const TrieOp> ops) {
  for (std::size_t i = 1; i < ops.size(); ++i) QL_CHECK(ops[i - 1].path < ops[i].path);
  return Update(reader, ops).run();
}

Result<Digest> trie_root(const KvReader& reader) {
  auto stored = load_row(reader, trie_row_key(Digest{}, 0));
  if (!stored) return std::move(stored).error();
  return *stored ? Fold(**stored).root().hash : crypto::kEmptySubtree;
}

Result<crypto::TrieProof> prove_state(const KvReader& reader, const Digest& path) {
  crypto::TrieProof proof;
  for (unsigned depth = 0; depth < kNibbles; ++depth) {
    const Bytes key = trie_row_key(path, depth);
    auto stored = load_row(reader, key);
    if (!stored) return std::move(stored).error();
    if (!*stored) {
      if (depth == 0) return proof;  // the empty state
      return lost_row(key);
    }
    const Fold fold(**stored);
    std::size_t node = 0;
    for (unsigned bit = 4 * depth;; ++bit) {
      if (fold.nodes[node].kind != Kind::inner) {
        if (const TrieChild* leaf = fold.nodes[node].leaf) {
          proof.terminal = crypto::TrieProof::Leaf{leaf->path, leaf->value_hash};
        }
        return proof;
      }
      if (bit == 4 * depth + 4) break;  // goes on in the next row
      const bool right = crypto::path_bit(path, bit);
      const Subtree& sibling = fold.nodes[2 * node + (right ? 1 : 2)];
      if (bit % 8 == 0) proof.mask.push_back('\0');
      if (sibling.kind != Kind::empty) {
        proof.mask.back() =
            static_cast<char>(static_cast<unsigned char>(proof.mask.back()) | (0x80u >> (bit % 8)));
        proof.siblings.push_back(sibling.hash);
      }
      proof.depth = bit + 1;
      node = 2 * node + (right ? 2 : 1);
    }
  }
  return Error{Errc::corrupt, "the trie is deeper than its paths are long"};
}

Result<void> visit_trie(const KvReader& reader,
                        const std::function<void(const Digest&, const Digest&)>& visit) {
  return visit_row(reader, Digest{}, 0, visit);
}

Bytes trie_row_key(const Digest& path, unsigned nibbles) {
  QL_CHECK(nibbles < kNibbles);
  Bytes key(1, static_cast<char>(nibbles));
  key.append(path.view().substr(0, (nibbles + 1) / 2));
  if (nibbles % 2 != 0) key.back() = static_cast<char>(key.back() & 0xf0);
  return key;
}

Bytes encode_trie_row(const TrieRow& row) {
  unsigned inner = 0;
  unsigned leaf = 0;
  Bytes out(4, '\0');
  out.reserve(4 + 16 * 2 * Digest::kSize);
  for (unsigned i = 0; i < 16; ++i) {
    const TrieChild& child = row.children[i];
    if (child.kind == Kind::inner) {
      inner |= 0x8000u >> i;
      out.append(child.hash.view());
    } else if (child.kind == Kind::leaf) {
      leaf |= 0x8000u >> i;
      out.append(child.path.view()).append(child.value_hash.view());
    }
  }
  QL_CHECK((inner | leaf) != 0);
  out[0] = static_cast<char>(inner >> 8);
  out[1] = static_cast<char>(inner & 0xff);
  out[2] = static_cast<char>(leaf >> 8);
  out[3] = static_cast<char>(leaf & 0xff);
  return out;
}

Result<TrieRow> decode_trie_row(BytesView key, BytesView value) {
  if (key.empty() || static_cast<std::uint8_t>(key[0]) >= kNibbles) {
    return Error{Errc::malformed, "no depth of a node row"};
  }
  const unsigned depth = static_cast<std::uint8_t>(key[0]);
  Digest prefix{};
  if (key.size() != 1 + (depth + 1) / 2) return Error{Errc::malformed, "length of the key"};
  std::copy(key.begin() + 1, key.end(), prefix.octets.begin());
  if (trie_row_key(prefix, depth) != key) return Error{Errc::malformed, "padding of the key"};

  BinaryReader in(value);
  const unsigned inner = in.u16();
  const unsigned leaf = in.u16();
  const int leaves = std::popcount(leaf);
  if ((inner & leaf) != 0) return Error{Errc::malformed, "a child is inner and leaf at once", 0};
  if (inner == 0 && leaves < (depth == 0 ? 1 : 2)) {
    return Error{Errc::malformed, "too few keys for a row", 0};
  }
  TrieRow row;
  for (unsigned i = 0; i < 16; ++i) {
    TrieChild& child = row.children[i];
    const unsigned bit = 0x8000u >> i;
    if ((inner & bit) != 0) {
      child.kind = Kind::inner;
      child.hash = in.digest();
      if (depth + 1 == kNibbles || (!in.failed() && child.hash == crypto::kEmptySubtree)) {
        return Error{Errc::malformed, "an inner child that cannot be", in.offset()};
      }
    } else if ((leaf & bit) != 0) {
      child.kind = Kind::leaf;
      child.path = in.digest();
      child.value_hash = in.digest();
      if (!in.failed() &&
          (!same_prefix(child.path, prefix, depth) || nibble(child.path, depth) != i)) {
        return Error{Errc::malformed, "a leaf that does not belong here", in.offset()};
      }
    }
  }
  if (auto done = in.finish(); !done) return std::move(done).error();
  return row;
}

}  // namespace qinglu::ledger
