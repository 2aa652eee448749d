// SPDX-License-Identifier: Apache-2.0
#include "tests/node/running_ledger.hpp"

#include "ledger/codec/receipt.hpp"
#include "tests/support/catch.hpp"

using namespace qinglu;
using api::State;
using api::Wait;
using test::RunningLedger;
using test::story_unit;

TEST_CASE("a story of every kind of submission becomes one block each", "[node]") {
  RunningLedger ledger;
  ledger.founded().tell(1, 12);
  CHECK(ledger.height() == 12);
  ledger.stop();
  REQUIRE(ledger.start());
  CHECK(ledger.height() == 12);
  ledger.tell(13, 14);
}
