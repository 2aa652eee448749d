// SPDX-License-Identifier: Apache-2.0
#include "ledger/log/tiles.hpp"

#include <algorithm>
#include <bit>
#include <utility>

#include "crypto/base/binary.hpp"
#include "crypto/base/encoding.hpp"
#include "crypto/merkle.hpp"

namespace qinglu::ledger {
namespace {

constexpr std::size_t kHash = Digest::kSize;
constexpr std::uint64_t kIndexLimit = std::uint64_t{1} << 53;
constexpr unsigned kLevelMax = 63;
constexpr unsigned kTileLevels = 8;  // binary levels in a tile
constexpr std::size_t kTilesKept = 256;

Error corrupt_tile(unsigned level, std::uint64_t n) {
  return {Errc::corrupt, "tile " + std::to_string(level) + "/" + std::to_string(n) +
                             " does not hold the hashes that the log's size demands"};
}

std::uint64_t largest_power_below(std::uint64_t n) { return std::bit_floor(n - 1); }

}  // namespace

std::string format_tile_path(const TilePath& tile) {
  std::string digits = std::to_string(tile.n);
  digits.insert(0, (3 - digits.size() % 3) % 3, '0');
  std::string path = tile.entries ? "tile/entries" : "tile/" + std::to_string(tile.level);
  for (std::size_t i = 0; i < digits.size(); i += 3) {
    path += i + 3 < digits.size() ? "/x" : "/";
    path += digits.substr(i, 3);
  }
  if (tile.width != kTileWidth) path += ".p/" + std::to_string(tile.width);
  return path;
}

std::optional<TilePath> parse_tile_path(std::string_view text) {
  constexpr std::size_t kPathMax = 64;
  constexpr std::string_view kStart = "tile/";
  if (text.size() > kPathMax || text.substr(0, kStart.size()) != kStart) return std::nullopt;
  std::string_view rest = text.substr(kStart.size());
  TilePath tile;
  const std::string_view level = rest.substr(0, rest.find('/'));
  rest.remove_prefix(std::min(rest.size(), level.size() + 1));
  if (level == "entries") {
    tile.entries = true;
  } else {
    const auto number = parse_decimal(level);
    if (!number || *number > kLevelMax) return std::nullopt;
    tile.level = static_cast<unsigned>(*number);
  }
  if (const auto partial = rest.find(".p/"); partial != std::string_view::npos) {
    const auto width = parse_decimal(rest.substr(partial + 3));
    if (!width || *width == 0 || *width >= kTileWidth) return std::nullopt;
    tile.width = static_cast<unsigned>(*width);
    rest = rest.substr(0, partial);
  }
  for (char c : rest) {
    if (c >= '0' && c <= '9') {
      if (tile.n >= kIndexLimit / 10) return std::nullopt;
      tile.n = tile.n * 10 + static_cast<std::uint64_t>(c - '0');
    }
  }
  // Everything but the numbers is settled by there being one spelling only.
  if (format_tile_path(tile) != text) return std::nullopt;
  return tile;
}

Bytes tile_key(unsigned level, std::uint64_t n) {
  return BinaryWriter().u8(static_cast<std::uint8_t>(level)).u64(n).bytes();
}

Result<Bytes> read_tile(const KvReader& reader, const TilePath& tile) {
  auto bytes = reader.get(Family::tiles, tile_key(tile.level, tile.n));
  if (!bytes) return std::move(bytes).error();
  if (!*bytes || (*bytes)->size() < tile.width * kHash) {
    return Error{Errc::not_found, "the log has no " + format_tile_path(tile) + " yet"};
  }
  if ((*bytes)->size() % kHash != 0 || (*bytes)->size() > kTileWidth * kHash) {
    return corrupt_tile(tile.level, tile.n);
  }
  (*bytes)->resize(tile.width * kHash);
  return std::move(**bytes);
}

Result<Bytes> read_entry_bundle(const KvReader& reader, const TilePath& tile) {
  auto leaves = read_tile(reader, {false, 0, tile.n, tile.width});
  if (!leaves) return leaves;
  BinaryWriter out;
  unsigned found = 0;
  bool fits = true;
  const std::uint64_t begin = tile.n * kTileWidth;
  auto scanned = reader.scan(Family::entries, u64_key(begin), u64_key(begin + tile.width),
                             [&](BytesView key, BytesView entry) {
                               const auto leaf = BytesView(*leaves).substr(found * kHash, kHash);
                               fits = key == u64_key(begin + found) && entry.size() <= UINT16_MAX &&
                                      crypto::log_leaf_hash(entry).view() == leaf;
                               if (!fits) return false;
                               out.bytes16(entry);
                               ++found;
                               return true;
                             });
  if (!scanned) return std::move(scanned).error();
  if (!fits) {
    return Error{Errc::corrupt,
                 "entry " + std::to_string(begin + found) +
                     " is missing or not the one that was hashed into the log"};
  }
  if (found != tile.width) {
    return Error{Errc::not_found, "the log has no " + format_tile_path(tile) + " yet"};
  }
  return std::move(out).bytes();
}

Result<KvBatch> grow_tiles(const KvReader& reader, Frontier& frontier,
                           std::span<const Digest> leaf_hashes) {
  std::map<std::pair<unsigned, std::uint64_t>, Bytes> tiles;
  std::optional<Error> failure;
  auto place = [&](unsigned level, std::uint64_t index, const Digest& hash) {
    if (failure || level % kTileLevels != 0) return;
    const std::pair<unsigned, std::uint64_t> id{level / kTileLevels, index / kTileWidth};
    const std::size_t held = index % kTileWidth * kHash;
    const auto [tile, is_new] = tiles.try_emplace(id);
    if (is_new && held != 0) {
      auto stored = reader.get(Family::tiles, tile_key(id.first, id.second));
      if (!stored) {
        failure = std::move(stored).error();
        return;
      }
      if (*stored) tile->second = std::move(**stored);
    }
    if (tile->second.size() != held) {
      failure = corrupt_tile(id.first, id.second);
      return;
    }
    tile->second += hash.view();
  };
  for (const Digest& leaf : leaf_hashes) {
    frontier.append(leaf, place);
    if (failure) return *failure;
  }
  KvBatch batch;
  for (auto& [id, bytes] : tiles) {
    batch.put(Family::tiles, tile_key(id.first, id.second), std::move(bytes));
  }
  return batch;
}

Result<Digest> LogReader::leaf(std::uint64_t index) {
  if (index >= size_) {
    return Error{Errc::not_found, "the log ends before entry " + std::to_string(index)};
  }
  return perfect_root(0, index);
}

Result<Digest> LogReader::root(std::uint64_t size) {
  if (size > size_) {
    return Error{Errc::not_found, "the log has not reached size " + std::to_string(size)};
  }
  if (size == 0) return crypto::empty_log_root();
  return range_root(0, size);
}

Result<const LogReader::Folded*> LogReader::folded(unsigned tile_level, std::uint64_t n) {
  if (auto known = tiles_.find({tile_level, n}); known != tiles_.end()) return &known->second;
  auto bytes = reader_.get(Family::tiles, tile_key(tile_level, n));
  if (!bytes) return std::move(bytes).error();
  if (!*bytes || (*bytes)->size() % kHash != 0 || (*bytes)->size() > kTileWidth * kHash) {
    return corrupt_tile(tile_level, n);
  }
  if (tiles_.size() == kTilesKept) tiles_.clear();
  Folded& folded = tiles_[{tile_level, n}];
  for (std::size_t at = 0; at < (*bytes)->size(); at += kHash) {
    folded[0].push_back(Digest::from(BytesView(**bytes).substr(at, kHash)));
  }
  for (std::size_t level = 1; level < folded.size(); ++level) {
    const auto& below = folded[level - 1];
    for (std::size_t i = 0; i + 1 < below.size(); i += 2) {
      folded[level].push_back(crypto::log_node_hash(below[i], below[i + 1]));
    }
  }
  return &folded;
}

// Root of the perfect subtree at (level, index): 2^(level mod 8) neighbours in one tile.
Result<Digest> LogReader::perfect_root(unsigned level, std::uint64_t index) {
  const unsigned tile_level = level / kTileLevels;
  const unsigned fold = level % kTileLevels;
  const std::uint64_t n = (index << fold) / kTileWidth;
  const std::size_t at = index % (kTileWidth >> fold);
  auto tile = folded(tile_level, n);
  if (!tile) return std::move(tile).error();
  const auto& hashes = (**tile)[fold];
  if (at >= hashes.size()) return corrupt_tile(tile_level, n);
  return hashes[at];
}

// MTH(D[begin:end]), where `begin` is a multiple of the range's rounded-up size, as in all proofs.
Result<Digest> LogReader::range_root(std::uint64_t begin, std::uint64_t end) {
  const std::uint64_t count = end - begin;
  if (std::has_single_bit(count)) {
    const auto level = static_cast<unsigned>(std::countr_zero(count));
    return perfect_root(level, begin >> level);
  }
  const std::uint64_t split = begin + largest_power_below(count);
  auto left = range_root(begin, split);
  if (!left) return left;
  auto right = range_root(split, end);
  if (!right) return right;
  return crypto::log_node_hash(*left, *right);
}

Result<std::vector<Digest>> LogReader::roots(
    std::span<const std::pair<std::uint64_t, std::uint64_t>> ranges) {
  std::vector<Digest> path;
  for (const auto& [begin, end] : ranges) {
    auto hash = range_root(begin, end);
    if (!hash) return std::move(hash).error();
    path.push_back(*hash);
  }
  return path;
}

Result<std::vector<Digest>> LogReader::inclusion_path(std::uint64_t index, std::uint64_t size) {
  if (index >= size || size > size_) {
    return Error{Errc::not_found, "no path of entry " + std::to_string(index) +
                                      " in a log of size " + std::to_string(size)};
  }
  std::vector<std::pair<std::uint64_t, std::uint64_t>> siblings;  // from the root down
  std::uint64_t begin = 0;
  std::uint64_t end = size;
  while (end - begin > 1) {
    const std::uint64_t split = begin + largest_power_below(end - begin);
    if (index < split) {
      siblings.emplace_back(split, end);
      end = split;
    } else {
      siblings.emplace_back(begin, split);
      begin = split;
    }
  }
  std::reverse(siblings.begin(), siblings.end());
  return roots(siblings);
}

Result<std::vector<Digest>> LogReader::consistency_path(std::uint64_t size1, std::uint64_t size2) {
  if (size1 == 0 || size1 > size2 || size2 > size_) {
    return Error{Errc::not_found, "no consistency path from size " + std::to_string(size1) +
                                      " to " + std::to_string(size2)};
  }
  std::vector<std::pair<std::uint64_t, std::uint64_t>> ranges;  // from the root down
  std::uint64_t begin = 0;
  std::uint64_t end = size2;
  while (size1 != end) {
    const std::uint64_t split = begin + largest_power_below(end - begin);
    if (size1 <= split) {
      ranges.emplace_back(split, end);
      end = split;
    } else {
      ranges.emplace_back(begin, split);
      begin = split;
    }
  }
  // A prefix that is itself a subtree from 0 is known to the verifier as root 1.
  if (begin != 0) ranges.emplace_back(begin, end);
  std::reverse(ranges.begin(), ranges.end());
  return roots(ranges);
}

}  // namespace qinglu::ledger
