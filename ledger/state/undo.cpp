// SPDX-License-Identifier: Apache-2.0
#include "ledger/state/undo.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "crypto/base/binary.hpp"

namespace qinglu::ledger {
namespace {

constexpr std::uint8_t kRow = 0;
constexpr std::uint8_t kNode = 1;

void put_former(BinaryWriter& out, std::uint8_t which, BytesView key, const Bytes* former) {
  out.u8(which).bytes16(key);
  if (former == nullptr) {
    out.u32(0);
    return;
  }
  out.u32(static_cast<std::uint32_t>(former->size()) + 1).raw(*former);
}

}  // namespace

Bytes encode_undo(const BlockChanges& changes, const TrieUpdate& trie) {
  BinaryWriter out;
  for (const BlockChanges::Row& row : changes.rows) {
    put_former(out, kRow, row.key, row.former ? &row.former->bytes : nullptr);
  }
  for (const NodeChange& node : trie.nodes) {
    put_former(out, kNode, node.key, node.former ? &*node.former : nullptr);
  }
  return std::move(out).bytes();
}

Result<KvChanges> decode_undo(BytesView bundle) {
  BinaryReader in(bundle);
  KvChanges former;
  std::pair<int, BytesView> previous{-1, {}};
  while (in.left() > 0) {
    const std::uint8_t which = in.u8();
    const BytesView key = in.bytes16();
    const std::uint32_t length = in.u32();
    const BytesView value = in.raw(length == 0 ? 0 : length - 1);
    if (in.failed()) break;
    const std::pair<int, BytesView> place{which, key};
    if (which > kNode || place <= previous) {
      return Error{Errc::malformed, "an undo bundle out of order", in.offset()};
    }
    previous = place;
    const Family family = which == kRow ? Family::rows : Family::nodes;
    former[static_cast<std::size_t>(family)].emplace(
        Bytes(key), length == 0 ? std::nullopt : std::optional<Bytes>(value));
  }
  if (auto done = in.finish(); !done) return std::move(done).error();
  return former;
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
  batch.put(Family::undo, u64_key(height), encode_undo(changes, trie));
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
                                  std::to_string(limits.bundles_max)};
  }
  auto former = std::make_shared<KvChanges>();
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
                                    " changes too many rows at once"};
    }
    auto rows = decode_undo(**bundle);
    if (!rows) {
      return Error{Errc::corrupt,
                   "the undo bundle of height " + std::to_string(h) + ": " + rows.error().detail};
    }
    // The first block behind `height` that changed a row knows what it was.
    for (std::size_t family = 0; family < kFamilyCount; ++family) {
      (*former)[family].merge((*rows)[family]);
    }
  }
  return std::shared_ptr<const KvReader>(
      std::make_shared<const Layer>(std::move(present), nullptr, std::move(former)));
}

}  // namespace qinglu::ledger
