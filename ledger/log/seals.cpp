// SPDX-License-Identifier: Apache-2.0
#include "ledger/log/seals.hpp"

#include "crypto/base/binary.hpp"
#include "crypto/merkle.hpp"
#include "ledger/log/tiles.hpp"

namespace qinglu::ledger {
namespace {

Result<LoggedSeal> load_seal(const KvReader& reader, std::uint64_t index) {
  auto bytes = read_entry(reader, index);
  if (!bytes) return std::move(bytes).error();
  const std::string where = "entry " + std::to_string(index);
  if (!*bytes) return Error{Errc::corrupt, where + " is missing"};
  auto seal = decode_seal(**bytes);
  if (!seal) return Error{Errc::corrupt, where + " is no seal: " + seal.error().detail};
  return LoggedSeal{index, std::move(**bytes), std::move(*seal)};
}

}  // namespace

Bytes seal_index_key(std::uint64_t seal_index) {
  return BinaryWriter().u8('s').u64(seal_index).bytes();
}

Bytes seal_height_key(std::uint64_t height) { return BinaryWriter().u8('g').u64(height).bytes(); }

Bytes derived_height_key() { return Bytes("h"); }

Result<std::optional<Bytes>> read_entry(const KvReader& reader, std::uint64_t index) {
  auto bytes = reader.get(Family::entries, u64_key(index));
  if (!bytes || !*bytes) return bytes;
  const auto width = static_cast<unsigned>(index % kTileWidth) + 1;
  auto tile = read_tile(reader, {false, 0, index / kTileWidth, width});
  if (!tile) return Error{Errc::corrupt, "the leaf of entry " + std::to_string(index) + ": " + tile.error().detail};
  if (!tile->ends_with(crypto::log_leaf_hash(**bytes).view())) {
    return Error{Errc::corrupt, "entry " + std::to_string(index) +
                                    " is not the one that was hashed into the log"};
  }
  return bytes;
}

Result<LoggedSeal> seal_of_entry(const KvReader& reader, std::uint64_t index) {
  std::optional<std::uint64_t> found;
  auto ok = reader.scan(Family::derived, seal_index_key(index), "t",
                        [&](BytesView key, BytesView) {
                          BinaryReader in(key.substr(1));
                          found = in.u64();
                          return false;
                        });
  if (!ok) return std::move(ok).error();
  if (!found) return Error{Errc::not_found, "no block holds entry " + std::to_string(index)};
  auto seal = load_seal(reader, *found);
  if (seal && seal->seal.log_size_before > index) {
    return Error{Errc::corrupt, "the seal at entry " + std::to_string(*found) + " does not cover entry " +
                                    std::to_string(index)};
  }
  return seal;
}

Result<std::optional<LoggedSeal>> seal_at(const KvReader& reader, std::uint64_t height) {
  auto row = reader.get(Family::derived, seal_height_key(height));
  if (!row) return std::move(row).error();
  if (!*row) return std::optional<LoggedSeal>();
  BinaryReader in(**row);
  const std::uint64_t index = in.u64();
  if (!in.finish()) return Error{Errc::corrupt, "derived row of height " + std::to_string(height)};
  auto seal = load_seal(reader, index);
  if (!seal) return std::move(seal).error();
  if (seal->seal.height != height) {
    return Error{Errc::corrupt, "derived row of height " + std::to_string(height) +
                                    " leads to the seal of height " + std::to_string(seal->seal.height)};
  }
  return std::optional<LoggedSeal>(std::move(*seal));
}

}  // namespace qinglu::ledger
