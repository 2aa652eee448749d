// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "ledger/catalog/deadlines.hpp"
#include "ledger/catalog/governance.hpp"
#include "ledger/catalog/table.hpp"
#include "ledger/model/value.hpp"

namespace qinglu::ledger {

// What a licence is granted for: time × territory × field × manner. A conflict is an intersection
// of scopes, not the existence of another licence.   Source: TCI 28; domain.md 2.2, 6.11.

/// Members of a `scope` object: from, to?, territory, fields, manner.
std::span<const Field> scope_fields();

/// Ways to work a patent (PL 11), as a set of bits.
enum Manner : std::uint8_t { kMake = 1, kUse = 2, kOffer = 4, kSell = 8, kImport = 16, kUseProcess = 32 };
inline constexpr std::uint8_t kEveryManner = 63;

/// Both days are in force. Views stay valid as long as the value they were read from.
struct Scope {
  Date from;
  Date to;
  std::vector<std::string_view> territory;
  std::vector<std::string_view> fields;
  std::uint8_t manner = 0;
};

/// A scope as a record or a row states it; without `to` it runs to `term_end`. Requires: its form
/// was checked.
Scope scope_of(const Value& scope, Date term_end);
/// The `scope` object of a row.
Value scope_value(const Scope& scope);
/// The whole patent from a day on, for acts without a scope of their own (transfer, pledge).
Scope whole_patent(Date from, Date to);

/// Which subgroups contain others: table CLASS_NESTING, rows {symbol, parent}. Dots are never read
/// from the digits of a symbol.
class ClassNesting {
 public:
  explicit ClassNesting(TableView table) : table_(std::move(table)) {}

  bool covers(std::string_view outer, std::string_view inner) const;
  /// Two subgroups of one main group, at least one without a row: treated as disjoint.
  bool unknown(std::string_view a, std::string_view b) const;

 private:
  const Value* row_of(std::string_view symbol) const { return table_.find("symbol", symbol); }

  TableView table_;
};

enum class Overlap : std::uint8_t {
  none,
  unknown,  ///< only an unknown nesting of classes keeps them apart: CLASS_NESTING_UNKNOWN
  yes,
};
/// Symmetric: whether time, territory, fields and manner all intersect.
Overlap overlap(const Scope& a, const Scope& b, const ClassNesting& nesting);
/// Whether every element of `inner` lies within `outer`, in all four dimensions.
bool covers(const Scope& outer, const Scope& inner, const ClassNesting& nesting);

}  // namespace qinglu::ledger
