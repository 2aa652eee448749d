// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "ledger/catalog/conflict.hpp"
#include "ledger/codec/canonical_json.hpp"
#include "tests/catalog/patents.hpp"
#include "tests/support/catch.hpp"

/// Shows values in failed checks.
template <>
struct Catch::StringMaker<qinglu::ledger::Value> {
  static std::string convert(const qinglu::ledger::Value& value) { return qinglu::ledger::to_canonical(value); }
};

namespace qinglu::test {

// A patent in force of the university, with its annuities paid, and what may be done with it on
// 2026-11-23. The buyer and the bank are parties like any other.

extern const std::string kBuyer, kBank;

/// `sha256:` and 64 times the digit.
std::string hash_of(char digit);

/// A register with the patent, all acts that led there being the office's own.
Register with_patent();

/// What stands in the way in a column of the matrix, as the records of its family would leave it.
/// `suffix` tells two of a kind apart. Returns the id that a refusal names; empty where it names none.
std::string burden(Register& reg, ledger::Burden burden, char suffix = '1');
/// A licence of a kind that the buyer holds, with this scope; without one: the whole patent for ever.
std::string license(Register& reg, std::string_view kind, char suffix, const char* scope = nullptr);
/// Shares of the owners, university and company.
void share(Register& reg, int university, int company);
/// A set as records have it: sorted.
ledger::Value set_of(std::vector<std::string> items);
/// Changes a member of the patent's row.
void put_member(Register& reg, std::string_view member, ledger::Value value);

// The acts, as their parties and the office sign them together.
Act declaration();
Act transfer();  ///< from the university to the buyer, by succession
Act pledge();    ///< by the university, for the bank
Act abandonment();

/// A consent to one act on the patent, for all days and any number of uses.
Act consent(std::string_view by, std::string_view act);
/// The same act, resting on a consent.
Act citing(Act act, const std::string& consent);

}  // namespace qinglu::test
