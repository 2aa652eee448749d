// SPDX-License-Identifier: Apache-2.0
#include "node/snapshot_keeper.hpp"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <utility>

#include "node/setup.hpp"
#include "node/snapshot.hpp"

namespace qinglu::node {
namespace {

namespace fs = std::filesystem;

std::optional<std::uint64_t> height_named(const std::string& name) {
  std::uint64_t height = 0;
  const auto [end, failed] = std::from_chars(name.data(), name.data() + name.size(), height);
  if (failed != std::errc() || end != name.data() + name.size()) return std::nullopt;
  return height;
}

api::SnapshotFacts facts_of(const SnapshotManifest& m) {
  return {m.height,        m.log_size, m.time_ms, m.state_root, content_hash(m), m.entries.bytes + m.blocks.bytes + m.state.bytes + m.proof.bytes,
          m.chunk_count()};
}

}  // namespace

std::vector<api::SnapshotFacts> snapshots_in(const std::string& dir) {
  std::vector<api::SnapshotFacts> found;
  std::error_code failed;
  for (const fs::directory_entry& entry : fs::directory_iterator(dir, failed)) {
    const auto height = height_named(entry.path().filename().string());
    if (!height) continue;
    auto manifest = read_manifest(entry.path().string());
    if (manifest && manifest->height == *height) found.push_back(facts_of(*manifest));
  }
  std::ranges::sort(found, std::greater<>(), &api::SnapshotFacts::height);
  return found;
}

SnapshotKeeper::SnapshotKeeper(std::string dir, std::size_t keep, std::shared_ptr<const ledger::Genesis> genesis,
                               std::function<void(const std::string&)> on_trouble)
    : dir_(std::move(dir)), keep_(keep), genesis_(std::move(genesis)), on_trouble_(std::move(on_trouble)), held_(snapshots_in(dir_)) {
  if (!held_.empty()) offered_ = held_.front().height;
  thread_ = std::thread([this] { work(); });
}

SnapshotKeeper::~SnapshotKeeper() { stop(); }

void SnapshotKeeper::offer(const std::shared_ptr<const ledger::KvReader>& present, std::uint64_t height) {
  const std::uint64_t due = height - height % genesis_->snapshot_every;
  const std::lock_guard lock(mutex_);
  if (due <= offered_) return;
  // One that waits is replaced: the moment of the store that it holds would grow old.
  offered_ = due;
  job_ = Job{present, due};
  wake_.notify_one();
}

std::vector<api::SnapshotFacts> SnapshotKeeper::list() const {
  const std::lock_guard lock(mutex_);
  return held_;
}

Result<Bytes> SnapshotKeeper::file(std::uint64_t height, std::optional<std::size_t> chunk) const {
  {
    const std::lock_guard lock(mutex_);
    const auto held = std::ranges::find(held_, height, &api::SnapshotFacts::height);
    if (held == held_.end() || (chunk && *chunk >= held->chunks)) {
      return Error{Errc::not_found, "there is no such snapshot or chunk here"};
    }
  }
  return chunk ? read_file(path_of(height) + "/" + chunk_name(*chunk), kChunkBytes) : read_file(path_of(height) + "/manifest.json", kManifestBytesMax);
}

void SnapshotKeeper::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  if (thread_.joinable()) thread_.join();
}

void SnapshotKeeper::work() {
  for (;;) {
    Job job;
    {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [&] { return stopping_ || job_; });
      if (stopping_) return;
      job = std::move(*std::exchange(job_, std::nullopt));
    }
    auto made = export_snapshot(std::move(job.present), *genesis_, job.height, path_of(job.height), [&](std::uint64_t, std::uint64_t) {
      const std::lock_guard lock(mutex_);
      return !stopping_;
    });
    const std::lock_guard lock(mutex_);
    if (made) {
      held_.insert(held_.begin(), facts_of(*made));
      prune();
    } else if (on_trouble_ && !stopping_) {
      on_trouble_("no snapshot of height " + std::to_string(job.height) + ": " + made.error().detail);
    }
  }
}

void SnapshotKeeper::prune() {
  std::error_code ignored;
  for (; held_.size() > keep_; held_.pop_back()) fs::remove_all(path_of(held_.back().height), ignored);
}

}  // namespace qinglu::node
