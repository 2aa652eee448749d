// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "crypto/base/bytes.hpp"
#include "crypto/base/result.hpp"

namespace qinglu::node {

// A snapshot `qinglu-snapshot/1`: a manifest and chunks. docs/formats/snapshot.md is the description.

inline constexpr std::size_t kChunkBytes = 4u << 20;
/// Of one section: 256 GiB.
inline constexpr std::size_t kSectionChunksMax = 65'536;
inline constexpr std::size_t kManifestBytesMax = 32u << 20;

/// A stream of bytes, cut into chunks of kChunkBytes; the last one is what is left.
struct SnapshotSection {
  std::uint64_t bytes = 0;
  std::vector<Digest> chunks;  ///< SHA-256 of each
  bool operator==(const SnapshotSection&) const = default;
};

/// `manifest.json`. Everything but `finality` and `proof` is the same on every node.
struct SnapshotManifest {
  Digest ledger;
  std::uint64_t height = 0;
  std::uint64_t epoch = 0;
  std::uint64_t view = 0;
  Digest block;  ///< hash of the block of this height
  std::int64_t time_ms = 0;
  std::uint64_t log_size = 0;
  Digest log_root;
  Digest state_root;
  SnapshotSection entries;
  SnapshotSection blocks;
  SnapshotSection state;
  /// Finalizations and what leads from the height up to the one that covers it. Who signed, and which
  /// block got a finalization of its own, differs from node to node.
  SnapshotSection proof;
  std::string finality;  ///< finality note that covers the height

  std::size_t chunk_count() const;
  struct Chunk {
    std::string_view section;
    Digest hash;
    std::size_t bytes = 0;
  };
  /// Chunks are numbered through: entries, blocks, state, proof.   Requires: n < chunk_count().
  Chunk chunk(std::size_t n) const;
  bool operator==(const SnapshotManifest&) const = default;
};

Bytes encode_manifest(const SnapshotManifest& manifest);
/// Errors: malformed with the byte offset, limit, unsupported (a later format).
Result<SnapshotManifest> decode_manifest(BytesView bytes);
/// SHA-256 of the canonical JSON of `content`: what operators compare between nodes.
Digest content_hash(const SnapshotManifest& manifest);

/// Name of a chunk's file.
std::string chunk_name(std::size_t n);

/// Bytes of chunk n as somebody gives them; they are compared with the manifest by whoever reads them.
using ChunkSource = std::function<Result<Bytes>(std::size_t n)>;

/// Whether these are the bytes that the manifest names.   Errors: corrupt, naming the chunk.
Result<void> check_chunk(const SnapshotManifest& manifest, std::size_t n, BytesView bytes);

/// Writes a section's bytes chunk by chunk.
class SectionWriter {
 public:
  using Sink = std::function<Result<void>(BytesView chunk)>;
  explicit SectionWriter(Sink sink) : sink_(std::move(sink)) {}
  Result<void> write(BytesView bytes);
  /// The rest, and what the manifest says of the section.
  Result<SnapshotSection> finish();

 private:
  Result<void> flush(std::size_t bytes);
  Sink sink_;
  Bytes buffer_;
  SnapshotSection section_;
};

/// Reads a section item by item, each chunk only after its hash was found right. Holds one chunk and
/// one item.
class SectionReader {
 public:
  SectionReader(const SnapshotManifest& manifest, std::string_view section, const ChunkSource& source);
  /// The next bytes; valid until the next call.   Errors: malformed: fewer are left; those of the source.
  Result<BytesView> take(std::size_t count);
  /// A byte string behind its u32 length.   Errors: as take(); limit.
  Result<BytesView> take_bytes32(std::size_t max);
  Result<std::uint64_t> take_number(unsigned bytes);
  bool at_end() const { return left_ == 0; }
  /// Bytes of the section that are still to be read.
  std::uint64_t left() const { return left_; }

 private:
  const SnapshotManifest& manifest_;
  const ChunkSource& source_;
  std::size_t next_ = 0;  // chunk
  std::uint64_t left_ = 0;
  Bytes buffer_;
  std::size_t at_ = 0;
};

}  // namespace qinglu::node
