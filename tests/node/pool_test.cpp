// SPDX-License-Identifier: Apache-2.0
#include "node/pool.hpp"

#include "crypto/base/encoding.hpp"
#include "crypto/hash.hpp"
#include "tests/node/running_ledger.hpp"
#include "tests/support/catch.hpp"

using namespace qinglu;
using node::Pool;
using node::PoolLimits;
using ledger::Unit;

namespace {

const Digest& ledger_id() { return test::office_genesis().ledger_id; }

std::shared_ptr<Unit> parsed(const test::SignedUnit& signed_unit) {
  if (signed_unit.bodies.empty()) {
    return std::make_shared<Unit>(std::get<Unit>(ledger::parse_record_unit(signed_unit.entry)));
  }
  const std::vector<BytesView> bodies(signed_unit.bodies.begin(), signed_unit.bodies.end());
  return std::make_shared<Unit>(std::get<Unit>(ledger::parse_batch_unit(signed_unit.entry, bodies, 1u << 20)));
}

std::shared_ptr<Unit> company(std::uint64_t n) {
  return parsed(test::sign_record(test::company_body(ledger_id(), n)));
}

std::shared_ptr<Unit> of_applicant(std::uint64_t n) {
  ledger::Value body = test::company_body(ledger_id(), n);
  body.set("submitter", test::kApplicantParty);
  return parsed(test::sign_record(body));
}

api::RecordStatus refusal(const Digest& id) {
  api::RecordStatus status;
  status.id = id;
  status.state = api::State::refused;
  return status;
}

constexpr std::int64_t kNow = test::kLedgerBeginMs;

}  // namespace

TEST_CASE("units leave the pool in the order of their arrival", "[pool]") {
  Pool pool{PoolLimits{}};
  std::vector<std::shared_ptr<Unit>> units;
  for (std::uint64_t n = 0; n < 5; ++n) units.push_back(company(n));
  for (const auto& unit : units) pool.add(unit, kNow);
  CHECK(pool.oldest(3) == std::vector(units.begin(), units.begin() + 3));
  CHECK(pool.oldest(100) == units);
  REQUIRE(pool.take(units[1]->main.id));
  CHECK(pool.oldest(2) == std::vector{units[0], units[2]});
  CHECK_FALSE(pool.take(units[1]->main.id));
}

TEST_CASE("the pool takes in up to four fifths of its bounds, and again once there is room", "[pool][F93]") {
  PoolLimits limits;
  SECTION("units") {
    limits.units_max = 10;
    Pool pool(limits);
    for (std::uint64_t n = 0; n < 8; ++n) {
      REQUIRE(pool.admits(*company(n)));
      pool.add(company(n), kNow);
    }
    const auto full = pool.admits(*company(8));
    REQUIRE_FALSE(full);
    CHECK(full.error().code == Errc::unavailable);
    pool.take(company(0)->main.id);
    CHECK(pool.admits(*company(8)));
  }
  SECTION("bytes") {
    const std::size_t one = company(0)->byte_count();
    limits.bytes_max = 5 * one;
    Pool pool(limits);
    std::uint64_t n = 0;
    while (pool.admits(*company(n)) && n < 10) pool.add(company(n++), kNow);
    CHECK(n == 4);
    CHECK(pool.bytes() == 4 * one);
    pool.take(company(0)->main.id);
    CHECK(pool.bytes() == 3 * one);
    CHECK(pool.admits(*company(4)));
  }
}

TEST_CASE("one submitter cannot fill the pool for the others", "[pool]") {
  PoolLimits limits;
  limits.units_per_submitter = 2;
  Pool pool(limits);
  pool.add(company(0), kNow);
  pool.add(company(1), kNow);
  const auto refused = pool.admits(*company(2));
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == Errc::unavailable);
  CHECK(pool.admits(*of_applicant(2)));
  pool.take(company(1)->main.id);
  CHECK(pool.admits(*company(2)));
}

TEST_CASE("a nonce stands for one pending body of a submitter", "[pool][F62]") {
  Pool pool{PoolLimits{}};
  const auto first = company(0);
  pool.add(first, kNow);
  ledger::Value body = test::company_body(ledger_id(), 1);
  body.set("nonce", first->main.value.text_of("nonce"));
  const auto replay = parsed(test::sign_record(body));
  const auto refused = pool.admits(*replay);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == Errc::conflict);
  CHECK(refused.error().detail == to_sha256_id(first->main.id));
  body.set("submitter", test::kApplicantParty);
  CHECK(pool.admits(*parsed(test::sign_record(body))));
  pool.take(first->main.id);
  CHECK(pool.admits(*replay));
}

TEST_CASE("a batch is found by its manifest and by each of its members, and leaves as a whole", "[pool]") {
  Pool pool{PoolLimits{}};
  const auto batch = parsed(test::story_unit(ledger_id(), 6));
  REQUIRE(batch->members.size() == 3);
  pool.add(batch, kNow);
  CHECK(pool.units() == 1);
  CHECK(pool.find(batch->main.id)->unit == batch);
  for (const auto& member : batch->members) CHECK(pool.find(member.id)->unit == batch);
  CHECK(pool.find(company(0)->main.id) == nullptr);
  REQUIRE(pool.take(batch->main.id));
  CHECK(pool.units() == 0);
  CHECK(pool.bytes() == 0);
  for (const auto& member : batch->members) CHECK(pool.find(member.id) == nullptr);
}

TEST_CASE("what waits too long is kept and not pursued", "[pool]") {
  PoolLimits limits;
  limits.pursued_ms = 1'000;
  Pool pool(limits);
  pool.add(company(0), kNow);
  pool.add(company(1), kNow + 500);
  pool.let_rest(kNow + 1'000);
  CHECK(pool.oldest(9).size() == 2);
  pool.let_rest(kNow + 1'001);
  CHECK(pool.oldest(9) == std::vector{pool.find(company(1)->main.id)->unit});
  CHECK(pool.units() == 2);
  CHECK(pool.waiting());
  pool.stop_pursuing(company(1)->main.id);
  CHECK_FALSE(pool.waiting());
  CHECK_FALSE(pool.find(company(0)->main.id)->pursued);
}

TEST_CASE("a record expires by a block's time after its last second, not at it", "[pool]") {
  Pool pool{PoolLimits{}};
  ledger::Value body = test::company_body(ledger_id(), 0);
  body.set("expires_at", kNow / 1000 + 10);
  const auto brief = parsed(test::sign_record(body));
  pool.add(brief, kNow);
  pool.add(company(1), kNow);
  CHECK(pool.expired_by(kNow + 10'000).empty());
  CHECK(pool.expired_by(kNow + 10'001) == std::vector{brief->main.id});
}

TEST_CASE("refusals are remembered within bounds, the oldest forgotten first", "[pool]") {
  PoolLimits limits;
  limits.refusals_max = 6;
  limits.refusals_per_submitter = 4;
  Pool pool(limits);
  const auto known = [&](const std::shared_ptr<Unit>& unit) { return pool.remembered(unit->main.id) != nullptr; };
  SECTION("per submitter") {
    pool.remember(refusal(of_applicant(9)->main.id), *of_applicant(9));
    for (std::uint64_t n = 0; n < 5; ++n) pool.remember(refusal(company(n)->main.id), *company(n));
    CHECK_FALSE(known(company(0)));
    for (std::uint64_t n = 1; n < 5; ++n) CHECK(known(company(n)));
    CHECK(known(of_applicant(9)));
  }
  SECTION("in all") {
    for (std::uint64_t n = 0; n < 4; ++n) pool.remember(refusal(company(n)->main.id), *company(n));
    for (std::uint64_t n = 10; n < 13; ++n) pool.remember(refusal(of_applicant(n)->main.id), *of_applicant(n));
    CHECK_FALSE(known(company(0)));
    CHECK(known(company(1)));
    CHECK(known(of_applicant(12)));
  }
  SECTION("a record that comes in again is no longer refused") {
    pool.remember(refusal(company(0)->main.id), *company(0));
    pool.add(company(0), kNow);
    CHECK_FALSE(known(company(0)));
  }
  SECTION("the same record twice takes one place") {
    for (int i = 0; i < 10; ++i) pool.remember(refusal(company(0)->main.id), *company(0));
    for (std::uint64_t n = 1; n < 4; ++n) pool.remember(refusal(company(n)->main.id), *company(n));
    CHECK(known(company(0)));
  }
}

TEST_CASE("what members tell keeps the pool waiting only once a finalized state has accepted it", "[pool]") {
  Pool pool{PoolLimits{}};
  const auto told = company(1), next = company(2), own = company(3);
  pool.add(told, kNow, false);
  pool.add(next, kNow, false);
  CHECK_FALSE(pool.waiting());
  CHECK(pool.to_judge() == told);
  CHECK(pool.oldest(10) == std::vector{told, next});  // a leader tries them all
  REQUIRE(pool.take(told->main.id));
  CHECK(pool.to_judge() == next);
  pool.judged(next->main.id);
  CHECK(pool.waiting());
  REQUIRE(pool.take(next->main.id));
  CHECK_FALSE(pool.waiting());
  pool.own(pool.add(own, kNow, false));  // taken in here while a member told of it
  CHECK(pool.waiting());
  CHECK_FALSE(pool.to_judge());
  pool.hold({own->main.id});
  CHECK_FALSE(pool.waiting());
}
