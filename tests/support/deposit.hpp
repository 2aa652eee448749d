// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "ledger/catalog/opening.hpp"
#include "tests/support/signed_records.hpp"

namespace qinglu::test {

/// An opening with a text and a salt of its own, the same on every run.
ledger::Opening opening(const std::string& name, const std::string& value);

/// A deposit of evidence by the office whose operator stands in it as a commitment.
struct Deposit {
  explicit Deposit(const Digest& ledger_id);
  ledger::Openings openings() const { return {unit.id, {operator_of}}; }

  ledger::Opening operator_of;
  std::string commitment;
  SignedUnit unit;
};

/// The office's notice, as a member of the council, that erases the operator of a deposit.
SignedUnit notice_of(const Deposit& deposit, const Digest& ledger_id);

}  // namespace qinglu::test
