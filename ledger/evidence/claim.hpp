// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/catalog/table.hpp"
#include "ledger/model/ids.hpp"
#include "ledger/model/rows.hpp"

namespace qinglu::ledger {

/// What an evidence file says. It holds no wording: the verifier writes the statement from what it
/// has verified.   Source: evidence.md §8; docs/formats/evidence.md.
struct Claim {
  enum class Type : std::uint8_t {
    record,       ///< this record is in the log
    absence,      ///< no record of these categories about the subject; or: no such state row
    state_value,  ///< this state row has this value
    history,      ///< these are all records of these categories about the subject
    consistency,  ///< older trees are prefixes of the head
  };
  /// Whose lists, and which of them.
  struct Subject {
    std::string id;
    SubjectKind kind = SubjectKind::other;
    std::vector<Category> categories;  ///< ascending, at least one
    bool operator==(const Subject&) const = default;
  };

  Type type = Type::record;
  std::uint64_t as_of_size = 0;   ///< index + 1 of the seal under which the claim's rows stand
  std::size_t record_ref = 0;     ///< record: position in `records`
  std::optional<Subject> subject; ///< history; absence of records
  std::optional<RowKey> row;      ///< state_value; absence of a row
  std::optional<std::size_t> from_seal_ref;  ///< absence since: position in `seals` of the earlier moment
  std::uint64_t from_seq = 0;     ///< history: only what stands from there on
  bool all_disclosed = false;     ///< history: every listed record is shown
};

inline constexpr std::array<std::string_view, 5> kClaimNames = {"record", "absence", "state-value", "history",
                                                                "consistency"};
inline std::string_view name(Claim::Type type) { return kClaimNames[static_cast<std::size_t>(type)]; }

/// The H row of one id of a subject's alias set: `agt:` stands before it where the kind is agency.
inline RowKey list_row(std::string_view id, SubjectKind kind) {
  return history_row(kind == SubjectKind::agency ? "agt:" + std::string(id) : std::string(id));
}

}  // namespace qinglu::ledger
