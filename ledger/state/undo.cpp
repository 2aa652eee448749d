// SPDX-License-Identifier: Apache-2.0
#include "ledger/state/undo.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "crypto/base/binary.hpp"
#include "crypto/trie_proof.hpp"

namespace qinglu::ledger {
namespace {

/// Takes the trie of `present` back to what it was over the former rows.
Result<void> take_back_trie(const KvReader& present, const FormerRows& rows, KvChanges& former) {
  std::vector<TrieOp> ops;
  ops.reserve(rows.size());
  for (const auto& [key, value] : rows) {
    TrieOp op{crypto::state_path(key[0], BytesView(key).substr(1)), std::nullopt};
    if (value) op.value_hash = crypto::state_value_hash(*value);
    ops.push_back(std::move(op));
  }
  std::ranges::sort(ops, {}, &TrieOp::path);
  auto trie = update_trie(present, ops);
  if (!trie) return std::move(trie).error();
  for (NodeChange& node : trie->nodes) {
    former[static_cast<std::size_t>(Family::nodes)].emplace(std::move(node.key), std::move(node.value));
  }
  return {};
}

}  // namespace

Bytes encode_undo(const BlockChanges& changes) {
  BinaryWriter out;
  for (const BlockChanges::Row& row : changes.rows) {
    out.bytes16(row.key);
    if (row.former) {
      out.u32(static_cast<std::uint32_t>(row.former->bytes.size()) + 1).raw(row.former->bytes);
    } else {
      out.u32(0);
    }
  }
  return std::move(out).bytes();
}

Result<FormerRows> decode_undo(BytesView bundle) {
  BinaryReader in(bundle);
  FormerRows rows;
  while (in.left() > 0) {
    const BytesView key = in.bytes16();
    const std::uint32_t length = in.u32();
    const BytesView value = in.raw(length == 0 ? 0 : length - 1);
    if (in.failed()) break;
    if (key.empty() || (!rows.empty() && key <= rows.rbegin()->first)) {
      return Error{Errc::malformed, "an undo bundle out of order", in.offset()};
    }
    rows.emplace_hint(rows.end(), Bytes(key), length == 0 ? std::nullopt : std::optional<Bytes>(value));
  }
  if (auto done = in.finish(); !done) return std::move(done).error();
  return rows;
}

KvBatch state_batch(const BlockChanges& changes, const TrieUpdate& trie, std::uint64_t height) {
  KvBatch batch;
  for (const BlockChanges::Row& row : changes.rows)
    batch.put(Family::rows, row.key, row.row->bytes);
  for (const NodeChange& node : trie.nodes) {
    if (node.value) {
      batch.put(Family::nodes, node.key, *node.value);
    } else {
      batch.erase(Family::nodes, node.key);
    }
  }
  batch.put(Family::undo, u64_key(height), encode_undo(changes));
  batch.append(changes.derived);
  return batch;
}

Result<std::shared_ptr<const KvReader>> state_as_of(std::shared_ptr<const KvReader> present,
                                                    std::uint64_t height, std::uint64_t tip,
                                                    const UndoLimits& limits) {
  if (height > tip) {
    return Error{Errc::not_found, "the ledger has not reached height " + std::to_string(height)};
  }
  if (height == tip) return present;
  if (tip - height > limits.bundles_max) {
    return Error{Errc::limit, "height " + std::to_string(height) + " lies " +
                                  std::to_string(tip - height) + " blocks back, more than " +
                                  std::to_string(limits.bundles_max) + ": on the node's machine `qinglud evidence --as-of` goes further"};
  }
  FormerRows former;
  std::size_t bytes = 0;
  for (std::uint64_t h = height + 1; h <= tip; ++h) {
    auto bundle = present->get(Family::undo, u64_key(h));
    if (!bundle) return std::move(bundle).error();
    if (!*bundle) {
      return Error{Errc::not_found, "the undo bundle of height " + std::to_string(h) +
                                        " has been dropped: the state before it is no longer held"};
    }
    bytes += (*bundle)->size();
    if (bytes > limits.bytes_max) {
      return Error{Errc::limit, "the way back to height " + std::to_string(height) +
                                    " changes too many rows at once: on the node's machine `qinglud evidence --as-of` goes further"};
    }
    auto rows = decode_undo(**bundle);
    if (!rows) {
      return Error{Errc::corrupt,
                   "the undo bundle of height " + std::to_string(h) + ": " + rows.error().detail};
    }
    former.merge(*rows);  // the first block behind `height` that changed a row knows what it was
  }
  auto changes = std::make_shared<KvChanges>();
  if (auto ok = take_back_trie(*present, former, *changes); !ok) return std::move(ok).error();
  for (auto& [key, value] : former) {
    (*changes)[static_cast<std::size_t>(Family::rows)].emplace(key, std::move(value));
  }
  return std::shared_ptr<const KvReader>(
      std::make_shared<const Layer>(std::move(present), nullptr, std::move(changes)));
}

}  // namespace qinglu::ledger
