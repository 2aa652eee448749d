// SPDX-License-Identifier: Apache-2.0
#include "ledger/catalog/validators.hpp"

#include "crypto/base/encoding.hpp"
#include "crypto/hash.hpp"
#include "ledger/codec/canonical_json.hpp"
#include "tests/catalog/register.hpp"
#include "tests/support/catch.hpp"

using namespace qinglu;
using namespace qinglu::ledger;
using namespace qinglu::test;

namespace {

constexpr std::int64_t kFrom = 11;  // the first height that leaves the lead of genesis

std::vector<std::string> founders() { return {kIpo, kExchange, kCourt, kRegistry}; }
std::vector<std::string> five() { return {kIpo, kExchange, kCourt, kRegistry, kUniversity}; }

Act admission() { return change_to(validators_of(2, five()), validators_of(1, founders()), kFrom); }

Act ready(const Register& reg, const std::string& party) {
  const auto pending = pending_set(reg);
  REQUIRE(pending);
  const std::uint64_t size = reg.next_index();
  Act act("validator.ready", R"({"epoch":2})");
  act.set("set_hash", to_sha256_id(pending->hash)).set("party", party).set("size", size);
  act.set("member", validators_of(2, {party}).members[0].id).set("root", to_sha256_id(*reg.log_root(size)));
  return act.by(party, "PARTY");
}

void all_ready(Register& reg, const std::vector<std::string>& parties) {
  for (const std::string& party : parties) reg.must(ready(reg, party));
}

std::int64_t noon() { return 1'795'406'400'000; }

}  // namespace

TEST_CASE("the council admits a fifth member, which proves its keys", "[validators]") {
  Register reg;
  reg.must(admission());
  const auto pending = pending_set(reg);
  REQUIRE(pending);
  CHECK(pending->epoch == 2);
  CHECK(pending->hash == valset_hash(to_canonical(to_value(validators_of(2, five())))));
  const auto key = reg.find(key_row("", to_hex(validator_key(kUniversity, "vote").public_key())));
  REQUIRE(key);
  CHECK(key->text_of("purpose") == "vote");
}

TEST_CASE("a change of the set needs the council's quorum", "[validators]") {
  Register reg;
  CHECK(reg.submit(admission().envelope("signers", Value::Items{kIpo, kExchange})).codes() == "QUORUM_MISSING");
}

TEST_CASE("a new key without its proof, or with another's, is refused", "[validators]") {
  Register reg;
  const Value set = to_value(validators_of(2, five()));
  Act bare("validator.change", Value(Value::Members{{"from_height", kFrom}, {"set", set}}));
  CHECK(reg.submit(bare.by(kIpo, "GOV").with({kExchange, kCourt})).codes() == "MISSING_SIGNATURE");

  // Proofs over the hash of another set are good for that set only.
  const Act other = change_to(validators_of(2, five()), validators_of(1, founders()), kFrom);
  ValidatorSet moved = validators_of(2, five());
  moved.members[0].address = "127.0.0.1:7281";
  CHECK(reg.submit(Act(other).set("set", to_value(moved))).codes() == "BAD_SIGNATURE");
}

TEST_CASE("a key that was ever registered cannot come again", "[validators]") {
  Register reg;
  reg.put(key_row("", to_hex(validator_key(kUniversity, "log").public_key())), json(R"({"party":"x","purpose":"record"})"));
  CHECK(reg.submit(admission()).codes() == "KEY_EXISTS");
}

TEST_CASE("a set is for the next epoch, and leaves the lead of genesis", "[validators]") {
  Register reg;
  CHECK(reg.submit(change_to(validators_of(3, founders()), validators_of(1, founders()), kFrom)).codes() == "STATE_FORBIDS");
  CHECK(reg.submit(change_to(validators_of(2, founders()), validators_of(1, founders()), kFrom - 1)).codes() == "STATE_FORBIDS");
  reg.must(change_to(validators_of(2, founders()), validators_of(1, founders()), kFrom));
}

TEST_CASE("fewer than four members must be stated", "[validators]") {
  Register reg;
  const std::vector<std::string> three = {kIpo, kExchange, kCourt};
  Act silent = change_to(validators_of(2, three), validators_of(1, founders()), kFrom).set("tolerates_none", Value(false));
  CHECK(reg.submit(silent).codes() == "SCHEMA_INVALID");
  CHECK(reg.submit(admission().set("tolerates_none", Value(true))).codes() == "SCHEMA_INVALID");
  reg.must(change_to(validators_of(2, three), validators_of(1, founders()), kFrom));
}

TEST_CASE("a set whose parties cannot sign to its quorum is refused with the arithmetic", "[validators]") {
  Register reg;
  for (const std::string& party : {kCourt, kRegistry}) {
    Value row = reg.party(party);
    row.set("open_keys", Value(Value::Items{}));
    reg.put(party_row(party), row);
  }
  const Outcome out = reg.submit(change_to(validators_of(2, founders()), validators_of(1, founders()), kFrom));
  CHECK(out.codes() == "QUORUM_LOST");
  CHECK(out.issues[0].detail == "n = 4, q = 3, 2");
}

TEST_CASE("a member whose party nobody registered is refused", "[validators]") {
  Register reg;
  const std::string stranger = org("91350100M000200Y4");
  const Outcome out = reg.submit(change_to(validators_of(2, {kIpo, kExchange, kCourt, stranger}), validators_of(1, founders()), kFrom));
  CHECK(out.codes() == "UNKNOWN_PARTY");
}

TEST_CASE("a scheduled set gives way to another one until it is due", "[validators]") {
  Register reg;
  reg.must(admission());
  all_ready(reg, five());
  reg.must(change_to(validators_of(2, founders()), validators_of(1, founders()), kFrom));
  CHECK(pending_set(reg)->row->items_of("ready").empty());
  // The keys of the set that gave way stay registered for their member and may come with it again.
  reg.must(admission());
  all_ready(reg, five());
  reg.at_height(static_cast<std::uint64_t>(kFrom));
  const Outcome late = reg.submit(change_to(validators_of(2, founders()), validators_of(1, founders()), kFrom + 20));
  CHECK(late.codes() == "STATE_FORBIDS");
}

TEST_CASE("a set is due at its height once all of its members are ready", "[validators]") {
  Register reg;
  reg.must(admission());
  all_ready(reg, {kIpo, kExchange, kCourt});
  CHECK_FALSE(set_due(reg, kFrom, noon()));  // three of five are no quorum of four
  all_ready(reg, {kRegistry, kUniversity});
  CHECK_FALSE(set_due(reg, kFrom - 1, noon()));
  const auto due = set_due(reg, kFrom, noon());
  REQUIRE(due);
  CHECK(due->epoch == 2);
  // All have said it: that does not grow old.
  CHECK(set_due(reg, kFrom, noon() + std::int64_t{30} * 86'400'000));
}

TEST_CASE("a quorum that is ready counts for a day", "[validators]") {
  Register reg;
  reg.must(admission());
  all_ready(reg, {kIpo, kExchange, kCourt, kUniversity});
  CHECK(set_due(reg, kFrom, noon() + 86'400'000));
  CHECK_FALSE(set_due(reg, kFrom, noon() + 86'400'001));
}

TEST_CASE("only a member's own party says that it is ready, of the set that is scheduled", "[validators]") {
  Register reg;
  reg.must(admission());
  CHECK(reg.submit(ready(reg, kUniversity).set("set_hash", "sha256:" + std::string(64, '0'))).codes() == "REF_NOT_FOUND");
  CHECK(reg.submit(ready(reg, kUniversity).set("member", "m-other.example")).codes() == "REF_NOT_FOUND");
  CHECK(reg.submit(ready(reg, kUniversity).with({kIpo})).codes() == "ROLE_NOT_PERMITTED");
  CHECK(reg.submit(ready(reg, kUniversity).set("root", "sha256:" + std::string(64, '0'))).codes() == "SNAPSHOT_MISMATCH");
  CHECK(reg.submit(ready(reg, kUniversity).set("size", reg.next_index() + 1)).codes() == "SNAPSHOT_MISMATCH");
  reg.must(ready(reg, kUniversity));
  reg.must(ready(reg, kUniversity));
  CHECK(pending_set(reg)->row->items_of("ready").size() == 1);
}
