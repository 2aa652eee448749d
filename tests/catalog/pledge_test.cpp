// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <map>
#include <random>
#include <vector>

#include "tests/catalog/rights.hpp"
#include "tests/support/catch.hpp"

using namespace qinglu;
using namespace qinglu::ledger;
using namespace qinglu::test;

namespace {

const std::string kSecond = "pat:" + app_no("202310234568");

Act about(std::string_view type, const std::string& pledge, const char* data) {
  return Act(type, data).set("pledge", pledge).set("patents", Value::Items{kPatent});
}
Act change(const std::string& pledge) { return about("pledge.change", pledge, R"({"date":"2026-11-23","reason":"变更"})"); }
Act release(const std::string& pledge) { return about("pledge.release", pledge, R"({"date":"2026-11-23","reason":"债务清偿"})"); }
Act enforce(const std::string& pledge) {
  return about("pledge.enforce", pledge, R"({"date":"2026-11-23","mode":"SALE","proceeds":{"fen":100},"reason":"到期未清偿"})");
}

Value claim(std::string_view from, std::string_view to) {
  return Value(Value::Members{{"amount", json(R"({"fen":1})")}, {"from", from}, {"kind", "LOAN"}, {"to", to}});
}

Value pledge_row(const Register& reg, const std::string& id, const std::string& patent = kPatent) {
  const auto row = reg.find(encumbrance_row(patent, id));
  REQUIRE(row != nullptr);
  return *row;
}

/// A second patent of the university, granted on the same day.
Register with_two() {
  Register reg = with_patent();
  reg.put(subject_row(kSecond), reg.row(kPatent));
  return reg;
}

/// A rule pack that allows some pledges on one patent.
void allow(Register& reg, int pledges) {
  Value pack = *reg.find(rule_pack_row(1));
  pack.find("params")->set("pledges_at_once", pledges);
  reg.put(rule_pack_row(1), pack);
}

}  // namespace

TEST_CASE("a pledge arises with its registration, on every patent that it lists", "[pledge]") {
  Register reg = with_two();
  const std::string id = reg.must(pledge().set("patents", set_of({kPatent, kSecond})));
  for (const std::string& patent : {kPatent, kSecond}) {
    CHECK(reg.row(patent).items_of("pledges") == Value::Items{id});
    const Value row = pledge_row(reg, id, patent);
    CHECK(row.text_of("reg_no") == "Y2026980000123");
    CHECK(row.items_of("pledgees") == Value::Items{kBank});
    CHECK(row.items_of("pledgors") == Value::Items{kUniversity});
    CHECK(row.find("claim")->text_of("to") == "2028-11-22");
  }
}

TEST_CASE("pledgor and pledgee apply together, through the office", "[pledge]") {
  const Register reg = with_patent();
  CHECK(Register(reg).submit(pledge().by(kIpo, "IPO").with({kUniversity})).codes() == "MISSING_SIGNATURE");
  CHECK(Register(reg).submit(pledge().by(kIpo, "IPO").with({kBank})).codes() == "MISSING_SIGNATURE");
  CHECK(Register(reg).submit(pledge().by(kUniversity, "PARTY").with({kBank})).codes() == "ROLE_NOT_PERMITTED");
  CHECK(Register(reg).submit(pledge().with({kCompany})).codes() == "ROLE_NOT_PERMITTED");
}

TEST_CASE("every pledgor is an owner, and not its own pledgee", "[pledge]") {
  const Register reg = with_patent();
  CHECK(Register(reg).submit(pledge().set("pledgor", set_of({kUniversity, kCompany})).with({kCompany})).codes() == "NOT_RIGHT_HOLDER");
  CHECK(Register(reg).submit(pledge().set("pledgee", Value::Items{kUniversity}).by(kIpo, "IPO").with({kUniversity})).codes() == "SELF_DEALING");
}

TEST_CASE("an application is no object of a pledge", "[pledge]") {
  Register reg;
  grow(reg, PatentStatus::published);
  CHECK(reg.submit(pledge()).codes() == "PATENT_NOT_GRANTED");
  CHECK(reg.submit(pledge().set("patents", Value::Items{kSecond})).codes() == "SUBJECT_NOT_FOUND");
}

TEST_CASE("the claim ends with the patent at the latest, and the last day of both counts", "[pledge]") {
  const Register reg = with_patent();
  const auto codes = [&](const Value& of) { return Register(reg).submit(pledge().set("claim", of)).codes(); };
  CHECK(codes(claim("2026-11-23", "2042-05-09")).empty());
  CHECK(codes(claim("2026-11-23", "2042-05-10")) == "PLEDGE_TERM_BEYOND_PATENT");
  CHECK(codes(claim("2026-11-23", "2026-11-22")) == "EVENT_BEFORE_PRIOR");
  Value both = claim("2026-11-23", "2028-11-22");
  both.set("commit", hash_of('a'));
  CHECK(codes(both) == "SCHEMA_INVALID");
  both.erase("amount");
  CHECK(codes(both).empty());
  both.erase("commit");
  CHECK(codes(both) == "SCHEMA_INVALID");
}

TEST_CASE("a pledge is not dated before the grant nor in the future", "[pledge]") {
  const Register reg = with_patent();
  CHECK(Register(reg).submit(pledge().set("date", "2024-06-20")).codes() == "EVENT_BEFORE_PRIOR");
  CHECK(Register(reg).submit(pledge().set("date", "2026-11-24")).codes() == "FUTURE_EVENT_DATE");
}

TEST_CASE("a second pledge is refused where the rule pack allows one, and ranks behind where it allows more", "[pledge]") {
  Register reg = with_patent();
  const std::string first = reg.must(pledge());
  const Outcome out = Register(reg).submit(pledge().set("reg_no", "Y2"));
  CHECK(out.codes() == "PLEDGE_EXISTS");
  CHECK(out.issues[0].blocking == std::vector<std::string>{first});
  allow(reg, 2);
  const Outcome second = reg.submit(pledge().set("reg_no", "Y2"));
  CHECK(second.accepted());
  CHECK(second.flag_codes() == "PLEDGE_PRIORITY");
  CHECK(reg.row(kPatent).items_of("pledges") == Value::Items{first, second.id});
  CHECK(reg.submit(pledge().set("reg_no", "Y3")).codes() == "PLEDGE_EXISTS");
}

TEST_CASE("a pledge is changed where it stands, and keeps its rank", "[pledge]") {
  Register reg = with_patent();
  const std::string id = reg.must(pledge());
  CHECK(Register(reg).submit(change(id)).codes() == "SCHEMA_INVALID");
  const Value longer = claim("2026-11-23", "2030-11-22");
  reg.must(change(id).set("claim", longer).set("max_amount", json(R"({"fen":500})")).set("pledgee", Value::Items{kCompany}));
  const Value row = pledge_row(reg, id);
  CHECK(*row.find("claim") == longer);
  CHECK(row.find("max_amount")->integer_of("fen") == 500);
  CHECK(row.items_of("pledgees") == Value::Items{kCompany});
  CHECK(reg.row(kPatent).items_of("pledges") == Value::Items{id});
  CHECK(reg.submit(change(id).set("claim", claim("2026-11-23", "2042-05-10"))).flag_codes() == "PLEDGE_TERM_BEYOND_PATENT");
  CHECK(reg.submit(change(id).set("claim", longer).set("date", "2026-11-22")).flag_codes() == "EVENT_BEFORE_PRIOR");
  CHECK(reg.submit(change(id).set("claim", longer).by(kBank, "PARTY")).codes() == "ROLE_NOT_PERMITTED");
}

TEST_CASE("a released pledge holds nothing back", "[pledge]") {
  Register reg = with_two();
  const std::string id = reg.must(pledge().set("patents", set_of({kPatent, kSecond})));
  CHECK(Register(reg).submit(transfer()).codes() == "PLEDGEE_CONSENT_MISSING");
  reg.must(release(id).by(kCourt, "COURT"));
  CHECK_FALSE(reg.row(kPatent).find("pledges"));
  CHECK(pledge_row(reg, id).text_of("ended") == "2026-11-23");
  // The other patent stays pledged.
  CHECK(reg.row(kSecond).items_of("pledges") == Value::Items{id});
  CHECK(Register(reg).submit(transfer()).accepted());
  CHECK(Register(reg).submit(pledge()).accepted());
  CHECK(reg.submit(release(id)).codes() == "PLEDGE_NOT_FOUND");
  CHECK(reg.submit(change(id).set("pledgee", Value::Items{kCompany})).codes() == "PLEDGE_NOT_FOUND");
  CHECK(reg.submit(enforce(id)).codes() == "PLEDGE_NOT_FOUND");
}

TEST_CASE("what is said of a pledge is said of patents that carry it", "[pledge]") {
  Register reg = with_two();
  const std::string id = reg.must(pledge());
  CHECK(reg.submit(release(id).set("patents", set_of({kPatent, kSecond}))).codes() == "PLEDGE_NOT_FOUND");
  CHECK(reg.submit(release(id).set("patents", Value::Items{"pat:" + app_no("202310234569")})).codes() == "SUBJECT_NOT_FOUND");
  CHECK(reg.submit(release(hash_of('a'))).codes() == "REF_NOT_FOUND");
  CHECK(reg.submit(release(id).set("date", "2026-11-22")).flag_codes() == "EVENT_BEFORE_PRIOR");
}

TEST_CASE("an enforcement is kept with the pledge, and who ranks before it comes first", "[pledge]") {
  Register reg = with_patent();
  allow(reg, 2);
  const std::string first = reg.must(pledge());
  const std::string second = reg.submit(pledge().set("reg_no", "Y2")).id;
  reg.must(enforce(first));
  const Outcome out = reg.submit(enforce(second));
  CHECK(out.flag_codes() == "PLEDGE_PRIORITY");
  CHECK(out.flags[0].blocking == std::vector<std::string>{first});
  const Value row = pledge_row(reg, second);
  REQUIRE(row.items_of("enforced").size() == 1);
  CHECK(row.items_of("enforced")[0].text_of("mode") == "SALE");
  CHECK(row.items_of("enforced")[0].text_of("record") == out.id);
  CHECK(reg.row(kPatent).items_of("pledges") == Value::Items{first, second});
  for (int i = 1; i < 16; ++i) reg.must(enforce(first));
  CHECK(reg.submit(enforce(first)).codes() == "SIZE_LIMIT");
}

TEST_CASE("any sequence of pledges and releases leaves those that run, in their order", "[pledge]") {
  std::mt19937 random(20'261'123);
  const auto pick = [&](std::size_t n) { return random() % n; };
  const Register clean = [] {
    Register reg = with_two();
    allow(reg, 3);
    return reg;
  }();
  const std::string patents[] = {kPatent, kSecond};
  for (int run = 0; run < 40; ++run) {
    Register reg(clean);
    std::map<std::string, std::vector<std::string>> model;
    std::vector<std::string> all;
    for (int step = 0; step < 12; ++step) {
      // Some of the two patents, never none.
      const std::size_t which = 1 + pick(3);
      std::vector<std::string> listed;
      for (std::size_t i = 0; i < 2; ++i) {
        if (which & (std::size_t{1} << i)) listed.push_back(patents[i]);
      }
      if (all.empty() || pick(2) == 0) {
        const bool room = std::ranges::all_of(listed, [&](const std::string& each) { return model[each].size() < 3; });
        const Outcome out = reg.submit(pledge().set("patents", set_of(listed)).set("reg_no", "Y" + std::to_string(step)));
        CHECK(out.codes() == (room ? "" : "PLEDGE_EXISTS"));
        if (!room) continue;
        all.push_back(out.id);
        for (const std::string& each : listed) model[each].push_back(out.id);
      } else {
        const std::string id = all[pick(all.size())];
        const bool there = std::ranges::all_of(listed, [&](const std::string& each) { return std::ranges::count(model[each], id) == 1; });
        const Outcome out = reg.submit(release(id).set("patents", set_of(listed)));
        CHECK(out.codes() == (there ? "" : "PLEDGE_NOT_FOUND"));
        if (!there) continue;
        for (const std::string& each : listed) std::erase(model[each], id);
      }
      for (const std::string& each : patents) {
        CHECK(reg.row(each).items_of("pledges") == Value::Items(model[each].begin(), model[each].end()));
        for (const std::string& id : all) {
          const auto row = reg.find(encumbrance_row(each, id));
          if (row) CHECK((row->find("ended") == nullptr) == (std::ranges::count(model[each], id) == 1));
        }
      }
    }
  }
}
