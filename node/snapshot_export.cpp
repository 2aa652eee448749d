// SPDX-License-Identifier: Apache-2.0
#include <filesystem>
#include <utility>

#include "crypto/base/binary.hpp"
#include "crypto/base/encoding.hpp"
#include "crypto/merkle.hpp"
#include "ledger/codec/canonical_json.hpp"
#include "ledger/log/frontier.hpp"
#include "ledger/log/seals.hpp"
#include "ledger/log/sublog.hpp"
#include "ledger/log/tiles.hpp"
#include "ledger/model/rows.hpp"
#include "ledger/state/undo.hpp"
#include "node/chain_image.hpp"
#include "node/final_chain.hpp"
#include "node/setup.hpp"
#include "node/snapshot.hpp"

namespace qinglu::node {
namespace {

namespace fs = std::filesystem;
using ledger::Family;
namespace chain_key = agreement::chain_key;

/// History lines of one item; a list may be longer than a chunk.
constexpr std::uint64_t kLinesOfItem = 1'000;

/// Scans with a visitor that may fail; it returns whether to go on.
template <class Visit>
Result<void> each(const ledger::KvReader& reader, Family family, BytesView from, BytesView until, Visit visit) {
  Result<void> visited;
  auto ok = reader.scan(family, from, until, [&](BytesView key, BytesView value) {
    Result<bool> more = visit(key, value);
    if (!more) visited = std::move(more).error();
    return more && *more;
  });
  return ok ? visited : ok;
}

class Export {
 public:
  Export(std::shared_ptr<const ledger::KvReader> present, const ledger::Genesis& genesis, std::string dir, const SnapshotProgress& progress)
      : present_(std::move(present)), genesis_(genesis), dir_(std::move(dir)), progress_(progress) {}

  Result<SnapshotManifest> run(std::uint64_t height) {
    if (auto ok = locate(height); !ok) return std::move(ok).error();
    if (auto ok = section(m_.entries, [&](SectionWriter& out) { return entries(out); }); !ok) return std::move(ok).error();
    if (auto ok = section(m_.blocks, [&](SectionWriter& out) { return blocks(out); }); !ok) return std::move(ok).error();
    if (auto ok = section(m_.state, [&](SectionWriter& out) { return state(out); }); !ok) return std::move(ok).error();
    if (auto ok = section(m_.proof, [&](SectionWriter& out) { return proof(out); }); !ok) return std::move(ok).error();
    if (auto ok = write_file(dir_ + "/manifest.json", encode_manifest(m_), false); !ok) return std::move(ok).error();
    return std::move(m_);
  }

 private:
  Result<void> locate(std::uint64_t height) {
    auto seal = ledger::seal_at(*present_, height);
    if (!seal) return std::move(seal).error();
    auto tip = read_row<agreement::Tip>(*present_, chain_key::meta("tip"));
    if (!tip) return std::move(tip).error();
    if (height == 0 || !*seal || !*tip) return Error{Errc::not_found, "there is no height " + std::to_string(height)};
    const ledger::Seal& s = (*seal)->seal;
    m_.ledger = genesis_.ledger_id;
    m_.height = height;
    m_.epoch = s.epoch;
    m_.view = s.view;
    m_.block = ledger::block_hash((*seal)->bytes);
    m_.time_ms = s.time_ms;
    m_.log_size = s.index() + 1;
    m_.state_root = s.state_root;
    auto root = ledger::LogReader(*present_, m_.log_size).root(m_.log_size);
    if (!root) return std::move(root).error();
    m_.log_root = *root;
    // Blocks become final several at a time, so the store may be further on already.
    auto state = ledger::state_as_of(present_, height, (*tip)->height);
    if (!state) return std::move(state).error();
    state_ = std::move(*state);
    return {};
  }

  template <class Fill>
  Result<void> section(SnapshotSection& out, Fill fill) {
    SectionWriter writer([&](BytesView chunk) { return write_file(dir_ + "/" + chunk_name(next_++), chunk, false); });
    if (auto ok = fill(writer); !ok) return ok;
    auto done = writer.finish();
    if (!done) return std::move(done).error();
    out = std::move(*done);
    return {};
  }

  Result<bool> go_on() const {
    if (progress_ && !progress_(done_, m_.log_size)) return Error{Errc::unavailable, "the snapshot was broken off"};
    return true;
  }

  Result<void> entries(SectionWriter& out) {
    ledger::Frontier log;
    auto ok = each(*present_, Family::entries, u64_key(0), u64_key(m_.log_size), [&](BytesView key, BytesView entry) -> Result<bool> {
      if (key != u64_key(log.size())) return Error{Errc::corrupt, "entry " + std::to_string(log.size()) + " is missing"};
      log.append(crypto::log_leaf_hash(entry));
      if (auto written = out.write(BinaryWriter().bytes32(entry).bytes()); !written) return std::move(written).error();
      done_ = log.size();
      return done_ % 1'024 == 0 ? go_on() : Result<bool>(true);
    });
    if (!ok) return ok;
    // What is read here is what was signed, or there is no snapshot of it.
    if (log.size() != m_.log_size || log.root() != m_.log_root) return Error{Errc::corrupt, "the stored entries are not those of the log's root"};
    return {};
  }

  Result<void> blocks(SectionWriter& out) {
    const Bytes last = chain_key::block(m_.epoch, m_.view, m_.block);
    bool found = false;
    std::uint64_t over = 0;  // epoch that has ended; what lies behind its end is proof, not chain
    auto ok = each(*present_, Family::chain, chain_key::block(0, 0, Digest{}), last + '\0', [&](BytesView key, BytesView value) -> Result<bool> {
      auto row = agreement::BlockRow::decode(value);
      if (!row) return std::move(row).error();
      if (!row->final) return true;
      auto seal = ledger::decode_seal(row->seal);
      if (!seal) return std::move(seal).error();
      if (seal->epoch == over) return true;
      if (seal->epoch_end) ends_.emplace_back(over = seal->epoch, seal->view);
      if (auto written = out.write(BinaryWriter().bytes32(row->seal).bytes32(row->justification).bytes()); !written) {
        return std::move(written).error();
      }
      found = key == last;
      return go_on();
    });
    if (!ok) return ok;
    if (!found) return Error{Errc::corrupt, "the block of height " + std::to_string(m_.height) + " is missing"};
    if (ends_.empty() || ends_.back().first != m_.epoch) ends_.emplace_back(m_.epoch, m_.view);
    return {};
  }

  Result<void> state(SectionWriter& out) {
    std::uint64_t rows = 0;
    return each(*state_, Family::rows, {}, {}, [&](BytesView key, BytesView value) -> Result<bool> {
      if (auto ok = out.write(BinaryWriter().u8(1).bytes16(key).bytes32(value).bytes()); !ok) return std::move(ok).error();
      if (key[0] == static_cast<char>(ledger::Namespace::history)) {
        if (auto ok = history(out, key.substr(1), value); !ok) return std::move(ok).error();
      }
      return ++rows % 1'024 == 0 ? go_on() : Result<bool>(true);
    });
  }

  /// The lines of a subject's lists, as many as its row counts: they only grow.
  Result<void> history(SectionWriter& out, BytesView subject, BytesView row) {
    auto value = ledger::parse_canonical(row);
    if (!value) return std::move(value).error();
    for (const ledger::Value& list : value->items_of("lists")) {
      const auto category = static_cast<std::uint8_t>(list.integer_of("category"));
      const auto count = static_cast<std::uint64_t>(list.integer_of("count"));
      for (std::uint64_t from = 0; from < count; from += kLinesOfItem) {
        auto lines = ledger::read_subject_leaves(*present_, subject, category, from, std::min(count, from + kLinesOfItem));
        if (!lines) return std::move(lines).error();
        BinaryWriter item;
        item.u8(2).u8(category).u16(static_cast<std::uint16_t>(lines->size()));
        for (const ledger::SubjectLeaf& line : *lines) item.raw(line.encode());
        if (auto ok = out.write(item.bytes()); !ok) return ok;
      }
    }
    return {};
  }

  Result<void> proof(SectionWriter& out) {
    for (const auto& [epoch, view] : ends_) {
      bool own = false;
      auto ok = each(*present_, Family::chain, chain_key::finalization(epoch, 0), chain_key::finalization(epoch, view + 1),
                     [&, epoch = epoch, view = view](BytesView key, BytesView certificate) -> Result<bool> {
                       own = key == chain_key::finalization(epoch, view);
                       last_ = Bytes(certificate);
                       if (auto written = out.write(BinaryWriter().u8(1).bytes32(certificate).bytes()); !written) return std::move(written).error();
                       return true;
                     });
      if (!ok) return ok;
      if (own) continue;
      auto cover = final_range(*present_, epoch, view);
      if (!cover) return std::move(cover).error();
      if (cover->blocks.empty()) {
        return Error{Errc::not_found, "no finalization covers height " + std::to_string(m_.height) + " yet"};
      }
      for (const agreement::BlockMessage& block : cover->blocks) {
        const Bytes item = BinaryWriter().u8(2).bytes32(block.seal).bytes32(block.justification).bytes32(block.body).bytes();
        if (auto written = out.write(item); !written) return written;
      }
      last_ = cover->finalization;
      if (auto written = out.write(BinaryWriter().u8(1).bytes32(last_).bytes()); !written) return written;
    }
    auto set = validators_of(*present_, genesis_, m_.epoch);
    if (!set) return std::move(set).error();
    auto certificate = agreement::Certificate::decode(last_, *set);
    if (!certificate) return std::move(certificate).error();
    m_.finality = agreement::finality_note(*certificate, *set, genesis_.ledger_id, genesis_.origin);
    return {};
  }

  const std::shared_ptr<const ledger::KvReader> present_;
  const ledger::Genesis& genesis_;
  const std::string dir_;
  const SnapshotProgress& progress_;
  std::shared_ptr<const ledger::KvReader> state_;
  SnapshotManifest m_;
  std::size_t next_ = 0;
  std::uint64_t done_ = 0;
  std::vector<std::pair<std::uint64_t, std::uint64_t>> ends_;  // (epoch, view) of each epoch's last block
  Bytes last_;  // finalization
};

}  // namespace

Result<SnapshotManifest> export_snapshot(std::shared_ptr<const ledger::KvReader> present, const ledger::Genesis& genesis,
                                         std::uint64_t height, const std::string& dir, const SnapshotProgress& progress) {
  if (fs::exists(dir)) return Error{Errc::conflict, dir + " exists already"};
  const std::string partial = dir + ".partial";
  std::error_code failed;
  fs::remove_all(partial, failed);  // left by a run that was killed
  fs::create_directories(partial, failed);
  if (failed) return Error{Errc::io, "cannot create " + partial + ": " + failed.message()};
  auto made = Export(std::move(present), genesis, partial, progress).run(height);
  if (made) {
    fs::rename(partial, dir, failed);
    if (failed) made = Error{Errc::io, "cannot rename " + partial + ": " + failed.message()};
  }
  if (!made) {
    fs::remove_all(partial, failed);
    return made;
  }
  if (auto ok = ledger::sync_directory_of(dir); !ok) return std::move(ok).error();
  return made;
}

Result<SnapshotManifest> read_manifest(const std::string& path) {
  auto bytes = read_file(fs::is_directory(path) ? path + "/manifest.json" : path, kManifestBytesMax);
  if (!bytes) return std::move(bytes).error();
  return decode_manifest(*bytes);
}

ChunkSource chunks_in(const std::string& path) {
  const std::string dir = fs::is_directory(path) ? path : fs::path(path).parent_path().string();
  return [dir](std::size_t n) { return read_file((dir.empty() ? "." : dir) + "/" + chunk_name(n), kChunkBytes); };
}

}  // namespace qinglu::node
