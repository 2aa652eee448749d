// SPDX-License-Identifier: Apache-2.0
#include "node/snapshot_format.hpp"

#include <algorithm>
#include <array>

#include "crypto/base/encoding.hpp"
#include "crypto/hash.hpp"
#include "ledger/codec/canonical_json.hpp"
#include "ledger/codec/fields.hpp"

namespace qinglu::node {
namespace {

using ledger::Value;

constexpr std::string_view kFormat = "qinglu-snapshot/1";
constexpr ledger::JsonLimits kManifestLimits{.bytes_max = kManifestBytesMax, .array_max = kSectionChunksMax};

using Named = std::pair<std::string_view, const SnapshotSection*>;
std::array<Named, 4> sections_of(const SnapshotManifest& m) {
  return {{{"entries", &m.entries}, {"blocks", &m.blocks}, {"state", &m.state}, {"proof", &m.proof}}};
}

Value to_value(const SnapshotSection& section) {
  Value::Items chunks;
  for (const Digest& hash : section.chunks) chunks.emplace_back(to_hex(hash));
  return Value(Value::Members{{"bytes", section.bytes}, {"chunks", std::move(chunks)}});
}

Result<SnapshotSection> section_from(const Value& value, std::string_view name) {
  ledger::Fields fields(value, name);
  SnapshotSection section;
  section.bytes = fields.unsigned_integer("bytes", 1);
  for (const Value& chunk : fields.array("chunks", 1, kSectionChunksMax)) {
    const auto hash = chunk.is_string() ? fixed_from_hex<Digest>(chunk.text()) : std::nullopt;
    if (!hash) {
      fields.fail("chunks", "must hold 64 lower-case hex digits each");
      break;
    }
    section.chunks.push_back(*hash);
  }
  if (auto ok = fields.finish({"bytes", "chunks"}); !ok) return std::move(ok).error();
  if ((section.bytes - 1) / kChunkBytes + 1 != section.chunks.size()) {
    return Error{Errc::malformed, std::string(name) + ": the number of chunks is not that of its bytes"};
  }
  return section;
}

Value content_of(const SnapshotManifest& m) {
  return Value(Value::Members{{"block", to_hex(m.block)},
                              {"blocks", to_value(m.blocks)},
                              {"entries", to_value(m.entries)},
                              {"epoch", m.epoch},
                              {"height", m.height},
                              {"ledger", to_hex(m.ledger)},
                              {"log_root", to_hex(m.log_root)},
                              {"log_size", m.log_size},
                              {"state", to_value(m.state)},
                              {"state_root", to_hex(m.state_root)},
                              {"time_ms", m.time_ms},
                              {"view", m.view}});
}

}  // namespace

std::size_t SnapshotManifest::chunk_count() const {
  std::size_t count = 0;
  for (const auto& [name, section] : sections_of(*this)) count += section->chunks.size();
  return count;
}

SnapshotManifest::Chunk SnapshotManifest::chunk(std::size_t n) const {
  for (const auto& [name, section] : sections_of(*this)) {
    const std::size_t count = section->chunks.size();
    if (n < count) {
      const std::uint64_t before = std::uint64_t{n} * kChunkBytes;
      return {name, section->chunks[n], static_cast<std::size_t>(std::min<std::uint64_t>(section->bytes - before, kChunkBytes))};
    }
    n -= count;
  }
  QL_CHECK(false);
  return {};
}

Bytes encode_manifest(const SnapshotManifest& m) {
  return ledger::to_canonical(Value(Value::Members{{"content", content_of(m)},
                                                   {"finality", m.finality},
                                                   {"format", kFormat},
                                                   {"proof", to_value(m.proof)},
                                                   {"suite", 1}}));
}

Result<SnapshotManifest> decode_manifest(BytesView bytes) {
  auto document = ledger::parse_canonical(bytes, kManifestLimits);
  if (!document) return Error{document.error().code, "manifest: " + document.error().detail, document.error().offset};
  const std::string_view format = document->text_of("format");
  if (format.starts_with("qinglu-snapshot/") && format != kFormat) {
    return Error{Errc::unsupported, "manifest: " + std::string(format) + " is a format of another version"};
  }
  SnapshotManifest m;
  ledger::Fields fields(*document, "manifest");
  fields.literal("format", kFormat);
  fields.literal("suite", 1);
  m.finality = fields.text("finality");
  const Value& content = fields.object("content");
  const Value& proof = fields.object("proof");
  if (auto ok = fields.finish({"content", "finality", "format", "proof", "suite"}); !ok) return std::move(ok).error();
  ledger::Fields c(content, "manifest content");
  m.block = c.hex<Digest>("block");
  m.epoch = c.unsigned_integer("epoch", 1);
  m.height = c.unsigned_integer("height", 1);
  m.ledger = c.hex<Digest>("ledger");
  m.log_root = c.hex<Digest>("log_root");
  m.log_size = c.unsigned_integer("log_size", 1);
  m.state_root = c.hex<Digest>("state_root");
  m.time_ms = static_cast<std::int64_t>(c.unsigned_integer("time_ms"));
  m.view = c.unsigned_integer("view", 1);
  const Value& blocks = c.object("blocks");
  const Value& entries = c.object("entries");
  const Value& state = c.object("state");
  if (auto ok = c.finish({"block", "blocks", "entries", "epoch", "height", "ledger", "log_root", "log_size", "state",
                          "state_root", "time_ms", "view"});
      !ok) {
    return std::move(ok).error();
  }
  for (const auto& [value, name, out] : {std::tuple{&entries, "entries", &m.entries},
                                         {&blocks, "blocks", &m.blocks},
                                         {&state, "state", &m.state},
                                         {&proof, "proof", &m.proof}}) {
    auto section = section_from(*value, name);
    if (!section) return Error{section.error().code, "manifest: " + section.error().detail};
    *out = std::move(*section);
  }
  return m;
}

Digest content_hash(const SnapshotManifest& manifest) { return crypto::sha256(ledger::to_canonical(content_of(manifest))); }

std::string chunk_name(std::size_t n) {
  std::string digits = std::to_string(n);
  return "chunk-" + std::string(digits.size() < 6 ? 6 - digits.size() : 0, '0') + digits;
}

Result<void> check_chunk(const SnapshotManifest& manifest, std::size_t n, BytesView bytes) {
  const auto chunk = manifest.chunk(n);
  if (bytes.size() == chunk.bytes && crypto::sha256(bytes) == chunk.hash) return {};
  return Error{Errc::corrupt, "chunk " + std::to_string(n) + " (" + std::string(chunk.section) + ") is not the one that the manifest names"};
}

Result<void> SectionWriter::write(BytesView bytes) {
  buffer_.append(bytes);
  while (buffer_.size() >= kChunkBytes) {
    if (auto ok = flush(kChunkBytes); !ok) return ok;
  }
  return {};
}

Result<void> SectionWriter::flush(std::size_t bytes) {
  const BytesView chunk = BytesView(buffer_).substr(0, bytes);
  if (section_.chunks.size() >= kSectionChunksMax) return Error{Errc::limit, "a section has more than 256 GiB"};
  if (auto ok = sink_(chunk); !ok) return ok;
  section_.chunks.push_back(crypto::sha256(chunk));
  section_.bytes += bytes;
  buffer_.erase(0, bytes);
  return {};
}

Result<SnapshotSection> SectionWriter::finish() {
  if (!buffer_.empty()) {
    if (auto ok = flush(buffer_.size()); !ok) return std::move(ok).error();
  }
  return std::move(section_);
}

SectionReader::SectionReader(const SnapshotManifest& manifest, std::string_view section, const ChunkSource& source)
    : manifest_(manifest), source_(source) {
  for (const auto& [name, each] : sections_of(manifest)) {
    left_ = each->bytes;
    if (name == section) return;
    next_ += each->chunks.size();
  }
  QL_CHECK(false);
}

Result<BytesView> SectionReader::take(std::size_t count) {
  if (count > left_) return Error{Errc::malformed, "a section ends within an item"};
  while (buffer_.size() - at_ < count) {
    auto chunk = source_(next_);
    if (!chunk) return std::move(chunk).error();
    if (auto ok = check_chunk(manifest_, next_, *chunk); !ok) return std::move(ok).error();
    buffer_.erase(0, at_);
    at_ = 0;
    buffer_ += *chunk;
    ++next_;
  }
  const BytesView bytes = BytesView(buffer_).substr(at_, count);
  at_ += count;
  left_ -= count;
  return bytes;
}

Result<BytesView> SectionReader::take_bytes32(std::size_t max) {
  auto length = take_number(4);
  if (!length) return std::move(length).error();
  if (*length > max) return Error{Errc::limit, "an item is longer than it may be"};
  return take(static_cast<std::size_t>(*length));
}

Result<std::uint64_t> SectionReader::take_number(unsigned bytes) {
  auto digits = take(bytes);
  if (!digits) return std::move(digits).error();
  std::uint64_t number = 0;
  for (const char digit : *digits) number = number << 8 | static_cast<unsigned char>(digit);
  return number;
}

}  // namespace qinglu::node
