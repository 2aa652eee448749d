// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <map>
#include <memory>
#include <optional>

#include "ledger/kv/kv_store.hpp"

namespace qinglu::ledger {

/// The last change of each row, by family and key; no value = deleted.
using KvChanges = std::array<std::map<Bytes, std::optional<Bytes>, std::less<>>, kFamilyCount>;

/// The changes of a batch, a later change of a row replacing an earlier one.
std::shared_ptr<const KvChanges> collect_changes(const KvBatch& batch);

/// A reader that shows `changes` above what lies below it.
///
/// A candidate block is a layer above its parent's layer or the committed snapshot; the past is a
/// layer of former values above the present (undo.hpp).   Threads: immutable, any number of
/// readers.
class Layer final : public KvReader {
 public:
  /// `parent`: the layer directly below, or null when `base` is.
  Layer(std::shared_ptr<const KvReader> base, std::shared_ptr<const Layer> parent,
        std::shared_ptr<const KvChanges> changes);

  /// The same changes above another place: after the parent's commit, above the new snapshot, so
  /// that chains of layers do not grow with the ledger.
  std::shared_ptr<const Layer> rebased(std::shared_ptr<const KvReader> base,
                                       std::shared_ptr<const Layer> parent) const;

  /// The row as this layer or one below it changed it; nullptr: only the base can tell.
  const std::optional<Bytes>* find_change(Family family, BytesView key) const;
  const KvChanges& changes() const { return *changes_; }

  Result<std::optional<Bytes>> get(Family family, BytesView key) const override;
  Result<void> scan(Family family, BytesView from, BytesView until,
                    const std::function<bool(BytesView, BytesView)>& visit) const override;

 private:
  const KvReader& below() const;

  std::shared_ptr<const KvReader> base_;
  std::shared_ptr<const Layer> parent_;
  std::shared_ptr<const KvChanges> changes_;
};

}  // namespace qinglu::ledger
