// SPDX-License-Identifier: Apache-2.0
#include "ledger/catalog/draft.hpp"

namespace qinglu::ledger {

std::shared_ptr<const Value> Draft::find(const RowKey& row) const {
  const auto at = changed_.find(row);
  return at == changed_.end() ? base_.find(row) : at->second;
}

void Draft::set(const RowKey& row, Value value) { changed_[row] = std::make_shared<const Value>(std::move(value)); }

void Draft::write(Verdict& verdict) const {
  for (const auto& [row, value] : changed_) verdict.set(row, *value);
}

RuleInput on_draft(const RuleInput& input, const Draft& draft) {
  return {input.body,          input.data,      input.type,   draft,        input.pack,           input.ledger_id, input.record_id, input.index,
          input.block_time_ms, input.signed_by, input.height, input.origin, input.activation_lead};
}

}  // namespace qinglu::ledger
