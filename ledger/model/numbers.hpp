// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace qinglu::ledger {

/// What a Chinese application number in normal form says by itself.
///
/// The year is that of the number, not of the filing (divisionals, PCT entries): no term is ever
/// derived from it.   Source: domain.md 1.2.
struct AppNumber {
  int year = 0;
  char type_digit = 0;  ///< 1, 8 invention; 2, 9 utility model; 3 design
  bool pct = false;     ///< type digit 8 or 9
  char check = 0;       ///< last character as written, not as computed
};

/// Reads the normal form: 13 characters, before 2003-10-01 nine; no dot, capital X.
/// The check character may be wrong: compare with app_no_check().
std::optional<AppNumber> parse_app_no(std::string_view normal);

/// Check character over 12 or 8 digits: weights 2..9,2..5, sum mod 11, ten is X.
/// Requires: 12 or 8 digits.   Source: domain.md 1.2, ip-data.md 2.1.
char app_no_check(std::string_view digits);

/// Whether a number in normal form ends in its check character.
bool app_no_check_holds(std::string_view normal);

/// A spelling met in the wild, brought to normal form for a person to confirm.
struct ReadAppNumber {
  std::string normal;  ///< with the check character that was written, else the computed one
  bool check_was_missing = false;
};

/// Reads prefixes CN and ZL, blanks, the dot, a lower-case x and a missing check character. Only
/// for programs in front of the ledger: the ledger itself takes the normal form alone. Source:
/// ip-data.md 2.1 (grammar).
std::optional<ReadAppNumber> read_app_no(std::string_view text);

/// `202610123456.X`: how people see a number in normal form.
std::string display_app_no(std::string_view normal);

/// INV, UM or DES by the type digit; empty for another digit.
std::string_view patent_type_of_digit(char type_digit);

/// 18 characters of the alphabet of GB 32100 (0-9, A-Z without I O S V Z).
bool is_uscc_form(std::string_view text);
/// Whether the outer check character holds.   Requires: is_uscc_form().   Source: GB 32100.
bool uscc_check_holds(std::string_view uscc);
/// Whether the organisation code inside has its own check character; programs in front of the
/// ledger warn.   Requires: is_uscc_form().   Source: GB 11714.
bool organisation_code_check_holds(std::string_view uscc);

/// Chinese publication or grant number with kind code, `CN108938619B`, older `CN1340998A`.
struct PubNumber {
  char type_digit = 0;
  std::string_view kind;  ///< `A`, `B`, `U`, `S`, `A8`, … ; view into the input
};
std::optional<PubNumber> parse_pub_no(std::string_view text);

/// A class symbol of any depth, by component; absent components are empty. Views into the input.
struct ClassSymbol {
  std::string_view section, main_class, subclass, main_group, subgroup;
};
/// `H`, `H02`, `H02J`, `H02J7`, `H02J7/35`; sections A to H and Y (CPC).   Source: domain.md 6.1.
std::optional<ClassSymbol> parse_class_symbol(std::string_view text);
/// A full symbol or a subclass: `F27D17/00`, `F27D`.
bool is_ipc_symbol(std::string_view text);

/// Whether class `outer` covers `inner`, by component and never by character; `X/00` covers its
/// main group, `ALL` everything. Dots below a subgroup are not read from the digits. Requires: both
/// are class codes.   Source: domain.md 6.11.
bool class_covers(std::string_view outer, std::string_view inner);
/// Two different subgroups of one main group, neither `/00`: only a nesting table can tell.
bool class_nesting_unknown(std::string_view a, std::string_view b);

/// A GB/T 2260 code without trailing `00` pairs, `CN`, or another country's two letters.
bool is_region(std::string_view text);
/// By pairs of digits; `CN` covers every code of digits, another country only itself.
bool region_covers(std::string_view outer, std::string_view inner);

}  // namespace qinglu::ledger
