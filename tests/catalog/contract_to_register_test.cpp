// SPDX-License-Identifier: Apache-2.0
#include "tests/catalog/contracts.hpp"
#include "tests/support/catch.hpp"

using namespace qinglu;
using namespace qinglu::ledger;
using namespace qinglu::test;

// From the contract to the register, through the records of both.

namespace {

Act registration(std::string_view local, std::string_view buyer) {
  Act act("transfer.register", R"({"announce_no":"CN2026-47","basis":"CONTRACT"})");
  act.set("ctr", key_of(local)).set("pat", kPatent).set("date", kDay).set("from", Value::Items{kUniversity});
  act.set("to", Value::Items{Value(Value::Members{{"party", buyer}})});
  return at(act.with({kUniversity, buyer}));
}

}  // namespace

TEST_CASE("of two sales the first that is registered wins, and licences go along", "[contract][transfer]") {
  Register reg = granted();
  const std::string license = reg.must(contract("l", license_right("EXCL"), kRival)) + "/0";
  CHECK(letter(reg.submit(contract("a", sale_right(), kCompany))) == "F:PRIOR_LICENSE_SURVIVES");
  CHECK(letter(reg.submit(contract("b", sale_right(), kCoowner))) == "F:DOUBLE_DISPOSAL PRIOR_LICENSE_SURVIVES");
  CHECK(letter(reg.submit(registration("b", kCoowner))) == "F:PRIOR_LICENSE_SURVIVES");
  CHECK((reg.row(kPatent).items_of("transfers") == Value::Items{key_of("a")}));
  CHECK((reg.row(kPatent).items_of("licenses") == Value::Items{license}));
  CHECK(reg.submit(registration("a", kCompany)).codes().find("OWNER_MISMATCH") != std::string::npos);
  // The new owner grants from now on, the old one does not.
  CHECK(letter(reg.submit(contract("n", license_right("ORD"), kCompany))).find("NOT_RIGHT_HOLDER") != std::string::npos);
}

TEST_CASE("a contract that was ended is not registered", "[contract][transfer]") {
  Register reg = granted();
  reg.must(contract("a", sale_right(), kCompany));
  Register ended = reg;
  ended.must(ends("contract.void", "a"));
  CHECK(letter(ended.submit(registration("a", kCompany))) == "R:STATE_FORBIDS");
  reg.must(registration("a", kCompany));
  CHECK(letter(reg.submit(ends("contract.terminate", "a"))) == "OK");
  CHECK(reg.row(kPatent).items_of("owners")[0].text_of("party") == kCompany);
}
