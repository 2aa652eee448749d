// SPDX-License-Identifier: Apache-2.0
#include "ledger/catalog/governance.hpp"

#include "crypto/base/encoding.hpp"
#include "crypto/hash.hpp"
#include "ledger/codec/canonical_json.hpp"
#include "tests/catalog/register.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/files.hpp"

using namespace qinglu;
using namespace qinglu::ledger;
using namespace qinglu::test;

namespace {

const std::string kNewUscc = "91350100M000100Y43";
const std::string kNewParty = "org:" + kNewUscc;

Act registration() {
  return Act("party.register",
             R"({"kind":"ORG","name":"余热科技有限公司","region":"500112","uscc":"91350100M000100Y43"})")
      .by(kExchange, "EXCH");
}

Act council(Act act) { return act.by(kIpo, "GOV").with({kExchange, kCourt}); }

std::string pub(std::string_view of) { return to_hex(crypto::sha256(of)); }

Act add_key(std::string_view party, std::string_view key_id, std::string_view made_from) {
  Act act("key.add", R"({"suite":1})");
  act.set("party", party).set("key_id", key_id).set("pub", pub(made_from));
  return act.key(party, key_id);
}

bool window_open(const Register& reg, std::string_view party, std::string_view key_id) {
  const auto row = reg.find(key_row(party, key_id));
  return row && key_good_at(*row, reg.next_index());
}

/// A registered party with one key `k1`, registered by the exchange.
void register_with_key(Register& reg) {
  reg.must(registration());
  reg.must(add_key(kNewParty, "k1", "first")
               .by(kExchange, "EXCH")
               .with({kNewParty})
               .without_key(kNewParty));
}

}  // namespace

TEST_CASE("a registrar registers a party once", "[governance]") {
  Register reg;
  reg.must(registration());
  const Value row = reg.party(kNewParty);
  CHECK(row.text_of("registrar") == kExchange);
  CHECK(row.text_of("status") == "ACTIVE");
  CHECK(row.integer_of("first_index") == static_cast<std::int64_t>(reg.next_index() - 1));
  CHECK(reg.submit(registration()).codes() == "PARTY_EXISTS");
}

TEST_CASE("a credit code with a wrong check character registers nobody", "[governance]") {
  Register reg;
  CHECK(reg.submit(registration().set("uscc", "91350100M000100Y44")).codes() == "USCC_INVALID");
  CHECK(reg.submit(registration().set("uscc", "91350100M000100Y4")).codes() == "SCHEMA_INVALID");
}

TEST_CASE("an organisation has a name, a person only commitments", "[governance]") {
  Register reg;
  const std::string commit = "sha256:" + std::string(64, 'a');
  Act person("party.register", R"({"kind":"PERSON","region":"50"})");
  person.by(kExchange, "EXCH").set("id_commit", commit).set("name_commit", commit);
  CHECK(reg.submit(Act(person).set("name", "张三")).codes() == "SCHEMA_INVALID");
  CHECK(reg.submit(registration().set("id_commit", commit)).codes() == "SCHEMA_INVALID");
  reg.must(person);
  CHECK(reg.party("per:" + std::string(64, 'a')).text_of("kind") == "PERSON");
}

TEST_CASE("a registrar stays within the region of its role, and the council needs its quorum",
          "[governance]") {
  Register reg;
  CHECK(reg.submit(registration().set("region", "51")).codes() == "SCOPE_NOT_PERMITTED");
  CHECK(reg.submit(registration().by(kIpo, "GOV").with({kExchange})).codes() == "QUORUM_MISSING");
  CHECK(reg.submit(council(registration()).with({kCompany})).codes() == "ROLE_NOT_PERMITTED");
  CHECK(reg.submit(registration().by(kCompany, "EXCH")).codes() == "ROLE_NOT_PERMITTED");
  reg.must(council(registration()).set("region", "51"));
  CHECK_FALSE(reg.party(kNewParty).find("registrar"));
}

TEST_CASE("a party's data are changed by its registrar against the value that stands",
          "[governance]") {
  Register reg;
  reg.must(registration());
  Act change("party.change",
             R"({"field":"name","new":"余热股份有限公司","old":"余热科技有限公司"})");
  change.set("party", kNewParty).by(kExchange, "EXCH");
  CHECK(reg.submit(Act(change).by(kIpo, "IPO")).codes() == "ROLE_NOT_PERMITTED");
  CHECK(reg.submit(Act(change).set("old", "另一名称")).codes() == "STATE_FORBIDS");
  CHECK(reg.submit(Act(change).set("field", "region").set("new", "zz"))
            .codes()
            .find("SCHEMA_INVALID") == 0);
  reg.must(change);
  CHECK(reg.party(kNewParty).text_of("name") == "余热股份有限公司");
  CHECK(reg.submit(change).codes() == "STATE_FORBIDS");
}

TEST_CASE("roles are granted and ended by the council alone [F68]", "[governance][F68]") {
  Register reg;
  Act grant("role.grant", R"({"from":"2026-11-23","role":"IPO","scope":{"region":"50"}})");
  grant.set("party", kCompany);
  CHECK(reg.submit(Act(grant).by(kCompany, "GOV")).codes() == "QUORUM_MISSING");
  CHECK(reg.submit(Act(grant).by(kIpo, "IPO")).codes() == "QUORUM_MISSING ROLE_NOT_PERMITTED");
  CHECK(reg.submit(council(grant).set("until", "2026-11-22")).codes() == "SCHEMA_INVALID");
  reg.must(council(grant));
  const auto row = reg.find(role_row(kCompany, "IPO"));
  REQUIRE(row);
  CHECK(grant_good_at(row->items_of("grants")[0], reg.next_index()));

  Act revoke("role.revoke", R"({"role":"IPO"})");
  revoke.set("party", kCompany);
  CHECK(reg.submit(council(revoke).set("scope", json(R"({"region":"51"})"))).codes() ==
        "REF_NOT_FOUND");
  reg.must(council(revoke));
  CHECK_FALSE(
      grant_good_at(reg.find(role_row(kCompany, "IPO"))->items_of("grants")[0], reg.next_index()));
  CHECK(reg.submit(council(revoke)).codes() == "REF_NOT_FOUND");
}

TEST_CASE("a first key needs the registrar and the new key's own signature", "[governance]") {
  Register reg;
  reg.must(registration());
  const Act add = add_key(kNewParty, "k1", "first");
  CHECK(reg.submit(Act(add).by(kIpo, "IPO").with({kNewParty}).without_key(kNewParty)).codes() ==
        "ROLE_NOT_PERMITTED");
  reg.must(Act(add).by(kExchange, "EXCH").with({kNewParty}).without_key(kNewParty));
  CHECK(window_open(reg, kNewParty, "k1"));
  CHECK(reg.party(kNewParty).integer_of("key_count") == 1);
}

TEST_CASE("a second key needs the owner's own signature, not only the new key's", "[governance]") {
  Register reg;
  register_with_key(reg);
  const Act add = add_key(kNewParty, "k2", "second").by(kExchange, "EXCH").with({kNewParty});
  CHECK(reg.submit(Act(add).without_key(kNewParty)).codes() == "MISSING_SIGNATURE");
  reg.must(add);
  CHECK(window_open(reg, kNewParty, "k1"));
  CHECK(window_open(reg, kNewParty, "k2"));
}

TEST_CASE("a public key is registered once over all parties and purposes", "[governance]") {
  Register reg;
  register_with_key(reg);
  const auto by_exchange = [&](Act act) { return act.by(kExchange, "EXCH").with({kNewParty}); };
  CHECK(reg.submit(by_exchange(add_key(kNewParty, "k2", kIpo))).codes() == "KEY_EXISTS");
  CHECK(reg.submit(by_exchange(add_key(kNewParty, "k2", "first"))).codes() == "KEY_EXISTS");
  reg.put(key_row("", pub("vote")), json(R"({"party":"org:11500000QL000009XA","purpose":"vote"})"));
  CHECK(reg.submit(by_exchange(add_key(kNewParty, "k2", "vote"))).codes() == "KEY_EXISTS");
}

TEST_CASE("an owner without a key needs registrar and council, and its new key is no vote",
          "[governance]") {
  Register reg;
  register_with_key(reg);
  Act add = add_key(kNewParty, "k2", "second").set("owner_key_lost", true);
  CHECK(
      reg.submit(Act(add).by(kExchange, "EXCH").with({kNewParty}).without_key(kNewParty)).codes() ==
      "QUORUM_MISSING");
  CHECK(reg.submit(
               Act(add).by(kIpo, "GOV").with({kCourt, kRegistry, kNewParty}).without_key(kNewParty))
            .codes() == "MISSING_SIGNATURE");
  reg.must(council(add).with({kNewParty}).without_key(kNewParty));
  CHECK(window_open(reg, kNewParty, "k2"));

  // A member of the council who lost its key: two others and its new key are no quorum.
  Act own = add_key(kRegistry, "k2", "registry").set("owner_key_lost", true);
  CHECK(reg.submit(Act(own).by(kIpo, "GOV").with({kCourt, kRegistry}).without_key(kRegistry))
            .codes() == "QUORUM_MISSING");
  reg.must(council(own).with({kRegistry}).without_key(kRegistry));
}

TEST_CASE("a replaced key ends behind the record that replaces it", "[governance]") {
  Register reg;
  register_with_key(reg);
  Act rotate("key.rotate", R"({"key_id":"k2","old_key_id":"k1","suite":1})");
  rotate.set("party", kNewParty).set("pub", pub("second"));
  rotate.by(kExchange, "EXCH").with({kNewParty}).key(kNewParty, "k2");
  CHECK(reg.submit(Act(rotate).set("old_key_id", "k9")).codes() == "REF_NOT_FOUND");
  const std::uint64_t index = reg.next_index();
  reg.must(rotate);
  CHECK(key_good_at(*reg.find(key_row(kNewParty, "k1")), index));
  CHECK(key_good_at(*reg.find(key_row(kNewParty, "k2")), index));
  CHECK_FALSE(window_open(reg, kNewParty, "k1"));
  CHECK(window_open(reg, kNewParty, "k2"));
}

TEST_CASE("a key is not ended when the council would lose its quorum", "[governance]") {
  Register reg;
  const auto revoke = [](std::string_view party) {
    Act act("key.revoke", R"({"key_id":"k1","reason":"更换设备"})");
    return act.set("party", party).by(kIpo, "GOV").with({kExchange, kCourt, party});
  };
  reg.must(revoke(kRegistry));  // three of four are left, and three are needed
  const Outcome refused = reg.submit(revoke(kCourt));
  CHECK(refused.codes() == "QUORUM_LOST");
  CHECK(refused.issues[0].detail == "n 4, q 3, 2");
  CHECK(reg.submit(revoke(kRegistry)).codes() == "KEY_OUTSIDE_WINDOW");
}

TEST_CASE("a compromised key ends behind the report, whatever time it states [F66]",
          "[governance][F66]") {
  Register reg;
  register_with_key(reg);
  Act report("key.compromise", R"({"compromised_from":1790000000,"key_id":"k1"})");
  report.set("party", kNewParty).by(kNewParty, "PARTY");
  CHECK(reg.submit(Act(report).by(kCompany, "PARTY")).codes() == "ROLE_NOT_PERMITTED");
  CHECK(reg.submit(Act(report).set("compromised_from", 1'900'000'000)).codes() ==
        "FUTURE_EVENT_DATE");
  CHECK(reg.submit(Act(report).set("key_id", "k7")).codes() == "REF_NOT_FOUND");

  const std::uint64_t index = reg.next_index();
  reg.must(report);
  const auto row = reg.find(key_row(kNewParty, "k1"));
  CHECK(row->integer_of("compromised_from") == 1'790'000'000);
  CHECK(key_good_at(*row, index));
  CHECK_FALSE(key_good_at(*row, index + 1));
  CHECK_FALSE(reg.party(kNewParty).find("open_keys"));
  CHECK(reg.submit(report).codes() == "KEY_REVOKED");
}

TEST_CASE("a later report of a compromise only moves the time earlier", "[governance]") {
  Register reg;
  register_with_key(reg);
  reg.must(add_key(kNewParty, "k2", "second").by(kExchange, "EXCH").with({kNewParty}));
  const auto report = [&](std::int64_t from) {
    Act act("key.compromise", R"({"key_id":"k2"})");
    return act.set("party", kNewParty).set("compromised_from", from).by(kNewParty, "PARTY");
  };
  const auto stated = [&] {
    return reg.find(key_row(kNewParty, "k2"))->integer_of("compromised_from");
  };
  reg.must(report(1'790'000'000));
  reg.must(report(1'790'000'500));
  CHECK(stated() == 1'790'000'000);
  reg.must(report(1'780'000'000));
  CHECK(stated() == 1'780'000'000);
}

TEST_CASE("a stolen council key is reported even at the price of the quorum", "[governance]") {
  Register reg;
  const auto report = [](std::string_view party) {
    Act act("key.compromise", R"({"compromised_from":1790000000,"key_id":"k1"})");
    return act.set("party", party).by(party, "PARTY");
  };
  reg.must(report(kRegistry));
  const Outcome second = reg.submit(report(kCourt));
  CHECK(second.accepted());
  CHECK(second.flag_codes() == "QUORUM_LOST");
}

TEST_CASE("a mandate goes to an agency, once removed and no further [F69]", "[governance][F69]") {
  Register reg;
  Act grant("mandate.grant", R"({"from":"2026-11-01","powers":["EXAMINATION","FILING"]})");
  grant.set("principal", kUniversity)
      .set("agent", kAgency)
      .by(kAgency, "AGENT")
      .with({kUniversity});
  CHECK(reg.submit(Act(grant).by(kAgency, "AGENT")).codes() == "MISSING_SIGNATURE");
  CHECK(reg.submit(Act(grant).set("agent", kCompany).by(kCompany, "PARTY").with({kUniversity}))
            .codes() == "MANDATE_SCOPE");
  CHECK(reg.submit(Act(grant).set("principal", kAgency).by(kAgency, "PARTY")).codes() ==
        "SELF_DEALING");
  CHECK(reg.submit(Act(grant).set("until", "2026-10-31")).codes() == "SCHEMA_INVALID");
  CHECK(reg.submit(Act(grant).set("subject", "pat:2022102345684")).codes() == "SUBJECT_NOT_FOUND");
  reg.must(grant);

  // The agency's authority reaches its client's applications, not other people's mandates.
  Act nested("mandate.grant", R"({"from":"2026-11-01","powers":["FILING"]})");
  nested.set("principal", kUniversity)
      .set("agent", kAgency)
      .by(kAgency, "AGENT")
      .with({kUniversity});
  nested.acting_for(kUniversity);
  CHECK(reg.submit(nested).codes() == "MANDATE_SCOPE");
}

TEST_CASE("either side ends a mandate, and only what is open can end", "[governance]") {
  Register reg;
  Act grant("mandate.grant", R"({"from":"2026-11-01","powers":["ALL"],"until":"2027-10-31"})");
  grant.set("principal", kUniversity)
      .set("agent", kAgency)
      .by(kAgency, "AGENT")
      .with({kUniversity});
  Act end("mandate.end", R"({"date":"2026-11-23"})");
  end.set("principal", kUniversity).set("agent", kAgency).by(kUniversity, "PARTY");
  CHECK(reg.submit(end).codes() == "REF_NOT_FOUND");
  reg.must(grant);
  CHECK(reg.submit(Act(end).by(kCompany, "PARTY")).codes() == "ROLE_NOT_PERMITTED");
  CHECK(reg.submit(Act(end).set("date", "2026-11-24")).codes() == "FUTURE_EVENT_DATE");
  reg.must(end);
  const auto row = reg.find(mandate_row(kUniversity, kAgency));
  CHECK_FALSE(grant_good_at(row->items_of("grants")[0], reg.next_index()));
  CHECK(reg.submit(end).codes() == "REF_NOT_FOUND");
}

TEST_CASE("a rule pack takes effect in the future and never reaches back", "[governance]") {
  Register reg;
  Value params = *reg.pack().row->find("params");
  params.set("annuity_grace_months", 7);
  Act publish("rulepack.publish",
              R"({"effective_from":"2027-01-01","id":2,"source_docs":[{"name":"示例"}]})");
  publish.set("params", params);
  CHECK(reg.submit(Act(publish).by(kIpo, "GOV")).codes() == "QUORUM_MISSING");
  CHECK(reg.submit(council(publish).set("effective_from", "2026-11-23")).codes() ==
        "RETROACTIVE_RULES");
  CHECK(reg.submit(council(publish).set("id", 1)).codes() == "RETROACTIVE_RULES");
  reg.must(council(publish));

  CHECK(reg.pack().id == 1);
  reg.today("2026-12-31");
  CHECK(reg.pack().id == 1);
  reg.today("2027-01-01");
  CHECK(reg.pack().id == 2);
  CHECK(reg.pack().integer("annuity_grace_months") == 7);
  const std::int64_t midnight = shanghai_midnight_ms(*parse_date("2027-01-01"));
  CHECK(rule_pack_at(reg, midnight - 1)->id == 1);
  CHECK(rule_pack_at(reg, midnight)->id == 2);
  CHECK_FALSE(rule_pack_at(reg, -1));
}

TEST_CASE("the latest effective pack is in force, not the latest id", "[governance]") {
  Register reg;
  Act publish("rulepack.publish",
              R"({"effective_from":"2027-06-01","id":2,"source_docs":[{"name":"示例"}]})");
  publish.set("params", *reg.pack().row->find("params"));
  reg.must(council(publish));
  reg.must(council(publish).set("id", 3).set("effective_from", "2027-01-01"));
  reg.today("2027-03-01");
  CHECK(reg.pack().id == 3);
  reg.today("2027-06-01");
  CHECK(reg.pack().id == 2);
}

TEST_CASE("a rule pack states every parameter within its bounds", "[governance]") {
  Register reg;
  const Value good = *reg.pack().row->find("params");
  CHECK(check_params(good, "/p").empty());
  for (const Parameter& parameter : parameters()) {
    INFO(std::string(parameter.name));
    Value changed = good;
    changed.erase(parameter.name);
    REQUIRE(check_params(changed, "/p").size() == 1);
    CHECK(check_params(changed, "/p")[0].pointer == "/p/" + std::string(parameter.name));
    changed.set(parameter.name, parameter.max + 1);
    CHECK(check_params(changed, "/p").size() == 1);
    changed.set(parameter.name, "12");
    CHECK(check_params(changed, "/p").size() == 1);
    changed.set(parameter.name, parameter.min);
    CHECK(check_params(changed, "/p").empty());
  }
  for (
      const char* terms :
      {R"({"term_years":[{"type":"INV","years":20},{"type":"UM","years":10}]})",
       R"({"term_years":[{"filed_from":"2021-06-01","type":"DES","years":15},{"type":"INV","years":20},{"type":"UM","years":10}]})",
       R"({"term_years":[{"type":"DES","years":0},{"type":"INV","years":20},{"type":"UM","years":10}]})",
       R"({"term_years":[{"filed_before":"2021-06-31","type":"DES","years":15},{"type":"INV","years":20},{"type":"UM","years":10}]})"}) {
    Value changed = good;
    changed.set("term_years", *json(terms).find("term_years"));
    CHECK(check_params(changed, "/p").size() == 1);
  }
  Act publish(
      "rulepack.publish",
      R"({"effective_from":"2027-01-01","id":2,"params":{"a":1},"source_docs":[{"name":"示例"}]})");
  CHECK(reg.submit(council(publish)).codes() == "SCHEMA_INVALID");
}

TEST_CASE("a table is in force when all its parts are there, from its first day on",
          "[governance]") {
  Register reg;
  const std::string first = R"([{"code":"US","en":"USA","zh":"美国"}])";
  const std::string second = R"([{"code":"XX","en":"Example","zh":"示例"}])";
  const std::string hash = to_sha256_id(crypto::sha256(first + second));
  const auto part = [&](int number, const std::string& rows) {
    Act act("table.publish",
            R"({"effective_from":"2026-12-01","name":"ST3_OFFICES","parts":2,"version":2})");
    act.set("part", number)
        .set("hash", hash)
        .set("rows", *json("{\"rows\":" + rows + "}").find("rows"));
    return council(act);
  };
  const auto known = [&](std::string_view office, std::string_view date) {
    return table_at(reg, "ST3_OFFICES", *parse_date(date)).find("code", office) != nullptr;
  };
  reg.must(part(2, second));
  CHECK_FALSE(known("XX", "2026-12-01"));
  CHECK(reg.submit(part(2, second)).codes() == "SCHEMA_INVALID STATE_FORBIDS");
  CHECK(reg.submit(part(3, first)).codes().find("SCHEMA_INVALID") == 0);
  CHECK(reg.submit(part(1, second)).codes() == "SCHEMA_INVALID");  // not the content announced
  CHECK(reg.submit(part(1, first).set("parts", 3)).codes() == "STATE_FORBIDS");
  reg.must(part(1, first));
  CHECK(known("XX", "2026-12-01"));
  CHECK_FALSE(known("XX", "2026-11-30"));
  CHECK(known("DE", "2026-11-30"));
  CHECK_FALSE(known("DE", "2026-12-01"));
  CHECK(table_at(reg, "ST3_OFFICES", *parse_date("2026-12-01")).version == 2);
  CHECK(table_at(reg, "NONE", *parse_date("2026-12-01")).version == 0);
  CHECK(reg.submit(part(1, first)).codes().find("STATE_FORBIDS") == 0);
}

TEST_CASE("a department publishes the tables of its competence and no others", "[governance]") {
  Register reg;
  Value table = json(read_test_file("data/tables/FEES.json"));
  table.set("version", 2);
  reg.must(Act("table.publish", table));
  table = json(read_test_file("data/tables/HOLIDAYS.json"));
  table.set("version", 2);
  CHECK(reg.submit(Act("table.publish", table)).codes() == "ROLE_NOT_PERMITTED");
  table.find("rows")->items()[0].set("kind", "HALF");
  CHECK(reg.submit(council(Act("table.publish", table))).codes() == "SCHEMA_INVALID");
}
