// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/catalog/deadlines.hpp"
#include "ledger/catalog/table.hpp"
#include "ledger/catalog/verdict.hpp"
#include "ledger/model/rows.hpp"

namespace qinglu::ledger {

/// Rule packs and tables: rulepack.publish, table.publish.   Source: domain.md 6.3.
std::span<const RecordType> governance_types();
/// nullptr: no type of this family.
Rule governance_rule(std::string_view type);

/// One number that every rule pack must state.
struct Parameter {
  std::string_view name;
  std::int64_t min;
  std::int64_t max;
  std::string_view law;
  std::string_view article;
  std::string_view zh;
  std::string_view en;
};
/// All of them, ascending by name.
std::span<const Parameter> parameters();

/// What is missing or out of bounds in the params of a rule pack; empty when a pack may have them.
/// Genesis asks this too. Pointers begin with `pointer`.
/// Errors (as issues): SCHEMA_INVALID.
std::vector<Issue> check_params(const Value& params, std::string_view pointer);

/// The rule pack in force at a block time, by the directory in row L of id 0.
/// nullopt: none is in force yet (no ledger has such a time).   Units: ms since 1970-01-01.
std::optional<RulePack> rule_pack_at(const RowReader& rows, std::int64_t time_ms);

/// Years of the patent term by type and filing date.   Requires: INV, UM or DES.
/// Source: domain.md 1.1; PL 42.
int term_years(const RulePack& pack, std::string_view type, Date filed);

/// One complete version of a published table.
struct TableView {
  std::int64_t version = 0;  ///< 0: no version is in force
  std::vector<std::shared_ptr<const Value>> parts;

  /// First row whose member `column` is the text `value`; nullptr when there is none.
  const Value* find(std::string_view column, std::string_view value) const;
};
/// The highest version of table `name` that is complete and in force on `date`.
TableView table_at(const RowReader& rows, std::string_view name, Date date);

/// Table HOLIDAYS as the calendar of deadlines.   Source: domain.md 6.11.
Calendar calendar_at(const RowReader& rows, Date date);

}  // namespace qinglu::ledger
