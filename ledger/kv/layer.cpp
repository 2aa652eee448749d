// SPDX-License-Identifier: Apache-2.0
#include "ledger/kv/layer.hpp"

#include <utility>

namespace qinglu::ledger {

std::shared_ptr<const KvChanges> collect_changes(const KvBatch& batch) {
  auto changes = std::make_shared<KvChanges>();
  for (const KvChange& change : batch.changes()) {
    (*changes)[static_cast<std::size_t>(change.family)].insert_or_assign(change.key, change.value);
  }
  return changes;
}

Layer::Layer(std::shared_ptr<const KvReader> base, std::shared_ptr<const Layer> parent,
             std::shared_ptr<const KvChanges> changes)
    : base_(std::move(base)), parent_(std::move(parent)), changes_(std::move(changes)) {
  QL_CHECK(base_ && changes_);
}

std::shared_ptr<const Layer> Layer::rebased(std::shared_ptr<const KvReader> base,
                                            std::shared_ptr<const Layer> parent) const {
  return std::make_shared<const Layer>(std::move(base), std::move(parent), changes_);
}

const KvReader& Layer::below() const {
  if (parent_) return *parent_;
  return *base_;
}

const std::optional<Bytes>* Layer::find_change(Family family, BytesView key) const {
  for (const Layer* layer = this; layer != nullptr; layer = layer->parent_.get()) {
    const auto& rows = (*layer->changes_)[static_cast<std::size_t>(family)];
    if (auto found = rows.find(key); found != rows.end()) return &found->second;
  }
  return nullptr;
}

Result<std::optional<Bytes>> Layer::get(Family family, BytesView key) const {
  if (const auto* change = find_change(family, key)) return *change;
  return base_->get(family, key);
}

Result<void> Layer::scan(Family family, BytesView from, BytesView until,
                         const std::function<bool(BytesView, BytesView)>& visit) const {
  const auto& rows = (*changes_)[static_cast<std::size_t>(family)];
  auto next = rows.lower_bound(from);
  const auto end = until.empty() ? rows.end() : rows.lower_bound(until);
  bool wanted = true;
  auto emit_changes_before = [&](const BytesView* key) {
    while (wanted && next != end && (key == nullptr || next->first < *key)) {
      if (next->second) wanted = visit(next->first, *next->second);
      ++next;
    }
  };
  auto scanned = below().scan(family, from, until, [&](BytesView key, BytesView value) {
    emit_changes_before(&key);
    if (!wanted) return false;
    if (next != end && next->first == key) {  // this layer's word replaces the one below
      if (next->second) wanted = visit(key, *next->second);
      ++next;
    } else {
      wanted = visit(key, value);
    }
    return wanted;
  });
  if (!scanned) return scanned;
  emit_changes_before(nullptr);
  return {};
}

}  // namespace qinglu::ledger
