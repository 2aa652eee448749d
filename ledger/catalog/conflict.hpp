// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/catalog/consent.hpp"
#include "ledger/catalog/scope.hpp"
#include "ledger/catalog/verdict.hpp"

namespace qinglu::ledger {

// The conflict matrix: a new act on a patent against what stands on it.   Source: domain.md 2.5.

/// Rows of the matrix.
enum class RightAct : std::uint8_t {
  license_excl,
  license_sole,
  license_ord,
  sublicense,
  open_license,
  transfer,
  pledge,
  abandon,
  preservation,
  // Beside the rows of 2.5.
  listing,     ///< an invitation only, so it is warned of what its contract will meet
  compulsory,  ///< an ordinary licence that asks nobody and takes nobody's place beside a sole one
};
inline constexpr std::size_t kRightActs = 11;
std::string_view name(RightAct act);

/// Columns of the matrix.
enum class Burden : std::uint8_t {
  excl,       ///< an exclusive licence in overlap
  sole,       ///< a sole licence in overlap
  ord,        ///< any other licence in overlap
  open,       ///< an open declaration is active
  pledged,
  frozen,     ///< preserved or suspended
  grace,      ///< an annuity is overdue
  contested,  ///< a request for invalidation is open
  ended,      ///< the right has ended or is void
  coowner,    ///< an owner neither acts nor consents
};
inline constexpr std::size_t kBurdens = 10;
std::string_view name(Burden burden);

/// What a cell of the matrix says.
enum class Letter : std::uint8_t {
  ok,
  refuse,        ///< R: refuses a party's act, flags an authority's
  flag,          ///< F: a flag, whoever signs
  consent,       ///< R unless whoever holds the burden has consented
  consent_flag,  ///< F unless it has
  excepted,      ///< F where `except` lists the licence, else R (rule 10)
  beside_sole,   ///< OK for the one licence of TCI 27, else R (rule 11)
  at_register,   ///< R at the register, F at the contract
  acknowledged,  ///< F where the act acknowledges it, else R
  by_head,       ///< the head licence decides, in the rule of the sublicence
};
struct Cell {
  Letter letter;
  std::string_view code;  ///< empty where the letter is ok or by_head
};
/// The whole matrix is one table.
Cell conflict_cell(RightAct act, Burden burden);

/// A licence on a patent, as its E row has it.
struct LicenseRow {
  std::string id;
  Value row;
};
/// Licences on a patent that were not ended by an act, running, still to begin, or over by time.
std::vector<LicenseRow> licenses_on(const RowReader& rows, std::string_view patent, const Value& patent_row);

/// The open declaration that can be accepted on a day; nullptr: none.
const Value* open_license_on(const Value& patent_row, Date day);
/// Whether an application or a right is over on a day, by an act or by its term.
bool has_ended(const Value& patent_row, Date day);
/// The preservation that holds on a day; nullptr: none. It ends by itself.
const Value* preserved_on(const Value& patent_row, Date day);

/// An act on one patent, as the matrix judges it.
struct RightUse {
  RightAct act;
  std::string_view patent;     ///< subject key
  const Value& row;            ///< its S row
  std::string pointer;         ///< of the patent in the body
  Date day;                    ///< on which the act is done
  Scope scope;                 ///< the whole patent, where it has none of its own
  std::vector<std::string> actors;  ///< who acts itself or signs; the others must consent
  std::string_view consent_to;      ///< act that a consent must name
  std::string_view license_kind = {};
  std::span<const std::string> except = {};  ///< licences that the new one leaves alone (rule 10)
  bool at_contract = false;    ///< an obligation only: the register's columns flag
  bool court_ordered = false;  ///< no consent stands in the way (rule 6)
  bool acknowledged = false;   ///< the parties know that the validity is contested
  bool asks_consent = true;    ///< false where the contract was asked before
  std::optional<std::uint64_t> agreed_at = {};  ///< log index of that contract: who took a pledge later was not asked
  std::string_view enforces = {};               ///< pledge that the transfer itself enforces (rule 6)
};
/// The whole patent from a day to the end of its term, for acts without a scope of their own.
Scope rest_of_patent(const RuleInput& input, const Value& patent_row, Date from);

/// What the matrix leaves for the record to keep.
struct RightUseResult {
  std::vector<std::string> under;  ///< SOLE licences that an ordinary one stands under (rule 11)
};
/// Judges the act by its row of the matrix: raises and flags what the cells say, naming what blocks.
RightUseResult judge_right_use(const RuleInput& input, Verdict& verdict, const RightUse& use, Consents& consents);

}  // namespace qinglu::ledger
