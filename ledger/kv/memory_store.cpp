// SPDX-License-Identifier: Apache-2.0
#include "ledger/kv/memory_store.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <mutex>
#include <set>
#include <shared_mutex>
#include <utility>
#include <vector>

namespace qinglu::ledger {

class MemoryStore::Core {
 public:
  static constexpr std::uint64_t kNow = UINT64_MAX;

  std::optional<Bytes> get(Family family, BytesView key, std::uint64_t at) const {
    const std::shared_lock lock(mutex_);
    const Rows& rows = rows_[static_cast<std::size_t>(family)];
    const auto found = rows.find(key);
    if (found == rows.end()) return std::nullopt;
    const Bytes* value = visible(found->second, at);
    return value == nullptr ? std::nullopt : std::optional<Bytes>(*value);
  }

  // Copies what it shows, so that a visitor may write to the store.
  void scan(Family family, BytesView from, BytesView until, std::uint64_t at,
            const std::function<bool(BytesView, BytesView)>& visit) const {
    constexpr std::size_t kPage = 256;
    Bytes next(from);
    std::vector<std::pair<Bytes, Bytes>> page;
    do {
      page.clear();
      {
        const std::shared_lock lock(mutex_);
        const Rows& rows = rows_[static_cast<std::size_t>(family)];
        for (auto row = rows.lower_bound(next); row != rows.end() && page.size() < kPage; ++row) {
          if (!until.empty() && row->first >= until) break;
          if (const Bytes* value = visible(row->second, at)) page.emplace_back(row->first, *value);
        }
      }
      for (const auto& [key, value] : page) {
        if (!visit(key, value)) return;
      }
      if (!page.empty()) next = page.back().first + '\0';  // the smallest key behind it
    } while (page.size() == kPage);
  }

  void write(const KvBatch& batch) {
    const std::unique_lock lock(mutex_);
    ++moment_;
    const std::uint64_t oldest = snapshots_.empty() ? moment_ : *snapshots_.begin();
    for (const KvChange& change : batch.changes()) {
      Rows& rows = rows_[static_cast<std::size_t>(change.family)];
      const auto row = rows.try_emplace(change.key).first;
      Versions& versions = row->second;
      versions.push_back({moment_, change.value});
      // Nobody can see what lies before the last version that the oldest snapshot sees.
      const auto first_unseen = std::find_if(versions.begin(), versions.end(),
                                             [&](const Version& v) { return v.since > oldest; });
      if (first_unseen - versions.begin() > 1) versions.erase(versions.begin(), first_unseen - 1);
      if (versions.size() == 1 && !versions.front().value) rows.erase(row);
    }
  }

  std::uint64_t open_snapshot() {
    const std::unique_lock lock(mutex_);
    snapshots_.insert(moment_);
    return moment_;
  }
  void close_snapshot(std::uint64_t moment) {
    const std::unique_lock lock(mutex_);
    snapshots_.erase(snapshots_.find(moment));
  }

 private:
  struct Version {
    std::uint64_t since;
    std::optional<Bytes> value;
  };
  using Versions = std::vector<Version>;
  using Rows = std::map<Bytes, Versions, std::less<>>;

  static const Bytes* visible(const Versions& versions, std::uint64_t at) {
    for (auto version = versions.rbegin(); version != versions.rend(); ++version) {
      if (version->since <= at) return version->value ? &*version->value : nullptr;
    }
    return nullptr;
  }

  mutable std::shared_mutex mutex_;
  std::uint64_t moment_ = 0;
  std::multiset<std::uint64_t> snapshots_;
  std::array<Rows, kFamilyCount> rows_;
};

class MemoryStore::Snapshot final : public KvReader {
 public:
  explicit Snapshot(std::shared_ptr<Core> core)
      : core_(std::move(core)), moment_(core_->open_snapshot()) {}
  ~Snapshot() override { core_->close_snapshot(moment_); }
  Snapshot(const Snapshot&) = delete;
  Snapshot& operator=(const Snapshot&) = delete;

  Result<std::optional<Bytes>> get(Family family, BytesView key) const override {
    return core_->get(family, key, moment_);
  }
  Result<void> scan(Family family, BytesView from, BytesView until,
                    const std::function<bool(BytesView, BytesView)>& visit) const override {
    core_->scan(family, from, until, moment_, visit);
    return {};
  }

 private:
  std::shared_ptr<Core> core_;
  std::uint64_t moment_;
};

MemoryStore::MemoryStore() : core_(std::make_shared<Core>()) {}
MemoryStore::~MemoryStore() = default;

Result<std::optional<Bytes>> MemoryStore::get(Family family, BytesView key) const {
  return core_->get(family, key, Core::kNow);
}

Result<void> MemoryStore::scan(Family family, BytesView from, BytesView until,
                               const std::function<bool(BytesView, BytesView)>& visit) const {
  core_->scan(family, from, until, Core::kNow, visit);
  return {};
}

Result<void> MemoryStore::write(const KvBatch& batch, Sync) {
  core_->write(batch);
  return {};
}

std::shared_ptr<const KvReader> MemoryStore::snapshot() const {
  return std::make_shared<const Snapshot>(core_);
}

}  // namespace qinglu::ledger
