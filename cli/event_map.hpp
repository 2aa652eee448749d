// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "cli/foreign_patent.hpp"
#include "crypto/base/result.hpp"
#include "ledger/model/value.hpp"

namespace qinglu::cli {

/// Table FOREIGN_EVENT_MAP as it was published: (office, code) -> meaning and class letter. Rows with `words`
/// serve sources that have free text instead of codes: the first row, in the table's order, one of whose
/// phrases stands in the text. What no row names is kept raw, as OTHER.   Source: domain.md §6.4 foreign.event.
class EventMap {
 public:
  struct Row {
    std::string office, code, meaning, letter;
    std::vector<std::string> words;
  };

  /// From the `data` of its table.publish record, or of several, one a line.   Errors: malformed.
  static Result<EventMap> read(std::string_view text);

  /// Row of an event, or nullptr.
  const Row* of(const ForeignEvent& event) const;
  /// `data` of the event's record; code, class and meaning are the table's.
  ledger::Value data_of(const ForeignEvent& event, const std::string& subject, const ledger::Value& source) const;

 private:
  std::int64_t version_ = 0;
  std::vector<Row> rows_;
};

}  // namespace qinglu::cli
