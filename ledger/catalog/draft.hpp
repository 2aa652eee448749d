// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>

#include "ledger/catalog/verdict.hpp"

namespace qinglu::ledger {

/// The state as a record that does several things has changed it so far, so that its later parts are
/// judged against its earlier ones (two rights of one contract).
class Draft final : public RowReader {
 public:
  explicit Draft(const RowReader& base) : base_(base) {}

  std::shared_ptr<const Value> find(const RowKey& row) const override;
  std::shared_ptr<const FoundRecord> find_record(const Digest& id) const override { return base_.find_record(id); }
  std::optional<Digest> log_root(std::uint64_t size) const override { return base_.log_root(size); }
  Result<void> status() const override { return base_.status(); }

  void set(const RowKey& row, Value value);
  /// Hands over every row that was changed.
  void write(Verdict& verdict) const;

 private:
  const RowReader& base_;
  std::map<RowKey, std::shared_ptr<const Value>> changed_;
};

/// The same record, judged against the draft.
RuleInput on_draft(const RuleInput& input, const Draft& draft);

}  // namespace qinglu::ledger
