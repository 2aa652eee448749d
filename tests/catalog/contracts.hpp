// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/catalog/patents.hpp"

namespace qinglu::test {

// Contracts about the patent of patents.hpp on one day: each function gives the record as it should
// be, and a test spoils what it is about.

inline constexpr const char* kDay = "2026-11-09";  ///< year 5, if it is not paid, is in grace
extern const std::string kRival, kCoowner, kLender;

/// What has been paid when a test begins.
enum class Fees { paid, in_grace, lapsing };
/// The patent granted to the university, everybody registered, noon of kDay.
Register granted(Fees fees = Fees::paid);
/// Adds the co-owner to the owners of the patent.
void share_with_coowner(Register& reg);

ledger::Value scope_of(const char* from = "2026-12-01", const char* to = "2031-11-30");
/// A licence on the patent.
ledger::Value license_right(std::string_view kind);
ledger::Value sale_right();
ledger::Value party_of(std::string_view party, std::string_view side);

/// `contract.sign` of the university with `licensee` about one right, key `ctr:…/<local>`.
Act contract(std::string_view local, ledger::Value right, std::string_view licensee);
std::string key_of(std::string_view local);
Act ends(std::string_view type, std::string_view local);
Act recordal(std::string_view local);
Act sublicense(const std::string& head);
Act consent_of(std::string_view by, std::string_view act);
Act at(Act act);

/// `R:CODES`, `F:CODES` or `OK`.
std::string letter(const Outcome& outcome);

}  // namespace qinglu::test
