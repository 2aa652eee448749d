// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/base/bytes.hpp"
#include "crypto/base/result.hpp"
#include "ledger/kv/kv_store.hpp"
#include "ledger/log/frontier.hpp"

namespace qinglu::ledger {

inline constexpr unsigned kTileWidth = 256;

/// A C2SP resource: a tile of hashes or a bundle of entries.
struct TilePath {
  bool entries = false;
  unsigned level = 0;           ///< 0..63; 0 for entries
  std::uint64_t n = 0;          ///< < 2^53
  unsigned width = kTileWidth;  ///< 1..256; 256 = full
  bool operator==(const TilePath&) const = default;
};

/// `tile/<L>/<N>[.p/<W>]` or `tile/entries/<N>[.p/<W>]`, N in groups of three digits.
/// Source: C2SP tlog-tiles; evidence.md §1.5.
std::string format_tile_path(const TilePath& tile);
/// The one spelling of a path, or nullopt.
std::optional<TilePath> parse_tile_path(std::string_view text);

/// `u8 level ‖ u64 n`: key in Family::tiles. One row serves every partial width.
Bytes tile_key(unsigned level, std::uint64_t n);

/// First `width` hashes of a tile.
/// Errors: not_found when the log has not that many there; those of the reader; corrupt.
Result<Bytes> read_tile(const KvReader& reader, const TilePath& tile);
/// Row of Family::chain in which the log's frontier lies beside the block that led to it.
inline constexpr std::string_view kFrontierKey = "mfrontier";

/// `u16 length ‖ entry` for the first `width` entries of bundle n.
/// Errors: as read_tile.
Result<Bytes> read_entry_bundle(const KvReader& reader, const TilePath& tile);

/// Appends leaf hashes to `frontier` and returns the tile rows to write, grown in place.
/// Errors: those of the reader; corrupt when a stored tile does not end where the frontier does.
/// `frontier` is spent when this fails.
Result<KvBatch> grow_tiles(const KvReader& reader, Frontier& frontier,
                           std::span<const Digest> leaf_hashes);

/// Hashes and paths of the log as it was at any size up to `size`.
///
/// Keeps the tiles that it read: make one for a request, not for ever.   Threads: one.
class LogReader {
 public:
  LogReader(const KvReader& reader, std::uint64_t size) : reader_(reader), size_(size) {}

  std::uint64_t size() const { return size_; }
  /// Leaf hash at `index`.   Errors: not_found when index ≥ size; those of the reader; corrupt.
  Result<Digest> leaf(std::uint64_t index);
  /// Root at `size` ≤ size().   Errors: as leaf.
  Result<Digest> root(std::uint64_t size);
  /// Path of leaf `index` in the tree of `size`, leaf's sibling first.   Source: RFC 6962 §2.1.1.
  /// Errors: not_found unless index < size ≤ size(); those of the reader; corrupt.
  Result<std::vector<Digest>> inclusion_path(std::uint64_t index, std::uint64_t size);
  /// Proof that the tree of `size1` is a prefix of that of `size2`.   Source: RFC 6962 §2.1.2.
  /// Errors: not_found unless 0 < size1 ≤ size2 ≤ size(); those of the reader; corrupt.
  Result<std::vector<Digest>> consistency_path(std::uint64_t size1, std::uint64_t size2);

 private:
  Result<Digest> perfect_root(unsigned level, std::uint64_t index);
  Result<Digest> range_root(std::uint64_t begin, std::uint64_t end);
  Result<std::vector<Digest>> roots(
      std::span<const std::pair<std::uint64_t, std::uint64_t>> ranges);

  /// Hashes of a tile by binary level: [0] the stored ones, [k] roots of 2^k neighbours.
  using Folded = std::array<std::vector<Digest>, 9>;
  Result<const Folded*> folded(unsigned tile_level, std::uint64_t n);

  const KvReader& reader_;
  std::uint64_t size_;
  std::map<std::pair<unsigned, std::uint64_t>, Folded> tiles_;
};

}  // namespace qinglu::ledger
