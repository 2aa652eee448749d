// SPDX-License-Identifier: Apache-2.0
// Openings over HTTP: left with a node, asked for, erased.
#include "crypto/base/encoding.hpp"
#include "ledger/codec/canonical_json.hpp"
#include "ledger/codec/erasure.hpp"
#include "ledger/codec/openings_request.hpp"
#include "tests/api/served_ledger.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/deposit.hpp"

using namespace qinglu;
using namespace qinglu::test;

TEST_CASE("openings are left with a node, asked for by a signed request, and gone after the erasure", "[api][openings]") {
  const TempDir keys;
  node::NodeOptions options = office_options();
  options.openings_dir = keys.path() + "/openings";
  ServedLedger served(ServedLedger::http_options(), options);
  const Deposit deposit(served.id());
  const std::string path = "/v1/records/" + to_sha256_id(deposit.unit.id) + "/openings";
  const Bytes openings = ledger::encode_openings(deposit.openings());
  const auto request = [&](const std::string& party, std::int64_t late_ms) {
    return ledger::sign_openings_request({served.id(), deposit.unit.id, party, "k1", served.ledger().node().status().member, served.ledger().clock()() + late_ms},
                                         record_key(party));
  };
  check_problem(served.post(path, openings), 404, "NOT_FOUND");
  served.record(deposit.unit);
  check_problem(served.post(path, "{}"), 400, "USAGE");
  check_problem(served.post("/v1/records/" + to_sha256_id(served.id()) + "/openings", openings), 400, "USAGE");
  check_problem(served.post(path + "/read", request(kOfficeParty, 0)), 404, "NOT_FOUND");
  CHECK(served.post(path, openings).json()["kept"] == Json{"operator"});
  CHECK(served.post(path + "/read", request(kOfficeParty, 0)).body == openings);
  check_problem(served.post(path + "/read", request(kApplicantParty, 0)), 403, "OPENINGS_DENIED");
  check_problem(served.post(path + "/read", request(kOfficeParty, 200'000)), 403, "OPENINGS_DENIED");

  const SignedUnit notice = notice_of(deposit, served.id());
  const std::string erasure = "/v1/erasures/" + to_sha256_id(notice.id);
  check_problem(served.get(erasure), 404, "NOT_FOUND");
  check_problem(served.get("/v1/erasures/" + to_sha256_id(deposit.unit.id)), 404, "NOT_FOUND");
  served.record(notice);
  const Json status = served.get(erasure).json();
  CHECK(status["outstanding"].empty());
  REQUIRE(status["acknowledgements"].size() == 1);
  CHECK(ledger::verify_erasure(status["acknowledgements"][0].dump(), office_keys().intake.public_key()));
  check_problem(served.post(path + "/read", request(kOfficeParty, 0)), 404, "NOT_FOUND");
  check_problem(served.post(path, openings), 403, "OPENINGS_DENIED");
}

TEST_CASE("a node without a place for openings keeps none", "[api][openings]") {
  ServedLedger served;
  const Deposit deposit(served.id());
  served.record(deposit.unit);
  check_problem(served.post("/v1/records/" + to_sha256_id(deposit.unit.id) + "/openings", ledger::encode_openings(deposit.openings())), 404, "NOT_FOUND");
}
