// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string_view>

#include "api/ports/ports.hpp"
#include "crypto/base/result.hpp"
#include "ledger/catalog/statistics.hpp"
#include "ledger/model/value.hpp"

namespace qinglu::api {

/// JSON views. Entries stand in them as stored: canonical text survives parse and re-emission.

ledger::Value status_value(const RecordStatus& status);
ledger::Value path_value(std::span<const Digest> path);
ledger::Value inclusion_value(std::uint64_t leaf, std::uint64_t size, std::span<const Digest> path);
/// Hides in an answer's `entry` the fields that may not be shown (privacy.*), and lists them in
/// `privacy`. What proves the record stays whole: /entry and /evidence give it as it was signed.
/// Source: PIPL 47; domain.md 4.6.
void hide_restricted(const LedgerView& view, const Digest& record_id, ledger::Value& answer);
/// How far the members that are there now are from stopping the ledger.
struct Standing {
  std::size_t voting = 0;    ///< members that are connected, this one while it votes
  std::size_t may_fail = 0;  ///< how many more may fail before nothing becomes final
  std::size_t lacking = 0;   ///< how many must come back until anything becomes final
};
Standing standing_of(const NodeStatus& status);

ledger::Value node_value(const LedgerView& view, const NodeStatus& status);

/// Row, derived status and timeline of a subject, alias keys included.
/// Errors: not_found; those of the view.
Result<ledger::Value> subject_value(const LedgerView& view, std::string_view key);
/// Party row, keys and roles named in it.   Errors: not_found; those of the view.
Result<ledger::Value> party_value(const LedgerView& view, std::string_view id);
/// A page of a complete list with what each entry says.
Result<ledger::Value> history_value(const LedgerView& view, std::string_view subject,
                                    std::uint8_t category, std::uint64_t from, std::size_t limit);

/// What a group of indicators adds up to as of the newest block, as a `stat.snapshot` would state it, with the
/// days on which the months begin and end.   Errors: those of the view.
Result<ledger::Value> statistics_value(const LedgerView& view, std::string_view query, const ledger::Months& months);

}  // namespace qinglu::api
