// SPDX-License-Identifier: Apache-2.0
#include "tests/catalog/patents.hpp"
#include "tests/support/catch.hpp"

using namespace qinglu;
using namespace qinglu::ledger;
using namespace qinglu::test;

namespace {

using Status = PatentStatus;

/// Ground 1, energy saving: F27D17/00 is in no table, F03D is.
Act request(const char* symbol = "F03D7/02") {
  return Act("fasttrack.request", R"({"ground":1,"stage":"EXAMINATION","track":"PRIORITY"})")
      .set("ipc_main", symbol)
      .set("pat", kPatent)
      .set("prior_art_hash", kSomeHash)
      .set("recommender", kRegistry)
      .by(kUniversity, "PARTY")
      .on("2026-05-06");
}
Act decide(const char* result) {
  return Act("fasttrack.decide", R"({"date":"2026-05-20"})").set("pat", kPatent).set("result", result);
}

Register in_examination() {
  Register reg;
  grow(reg, Status::subst);
  return reg;
}

/// The days of table FASTTRACK_CLOCKS that these tests need.
void clock(Register& reg) {
  reg.put(table_row("FASTTRACK_CLOCKS", 0, 0),
          json(R"({"versions":[{"effective_from":"2020-01-01","hash":"x","have":1,"parts":1,"version":1}]})"));
  reg.put(table_row("FASTTRACK_CLOCKS", 1, 1),
          json(R"({"rows":[{"days":45,"stage":"EXAMINATION","step":"FIRST_ACTION","type":"INV"},{"months":12,"stage":"EXAMINATION","step":"CLOSE","type":"INV"},{"months":2,"stage":"EXAMINATION","step":"CLOSE","type":"UM"}]})"));
}

std::string codes(Register reg, const Act& act) {
  const Outcome out = reg.submit(act);
  return out.accepted() ? "flags: " + out.flag_codes() : out.codes();
}

}  // namespace

TEST_CASE("an application in a key industry is put on the fast track, and its clocks run from the consent", "[fasttrack]") {
  Register reg = in_examination();
  clock(reg);
  reg.must(request());
  reg.must(Act("fasttrack.recommend", R"({"date":"2026-05-10","result":"ACCEPTED"})").set("pat", kPatent));
  reg.must(decide("ACCEPTED"));
  const Value track = *reg.row(kPatent).find("fasttrack");
  CHECK(track.text_of("stage") == "ACCEPTED");
  CHECK(track.boolean_of("recommended"));
  REQUIRE(track.items_of("clocks").size() == 2);
  CHECK(track.items_of("clocks")[0].text_of("due") == "2026-07-04");
  CHECK(track.items_of("clocks")[1].text_of("due") == "2027-05-20");
  reg.must(Act("fasttrack.exit", R"({"date":"2026-06-01","result":"LATE_REPLY"})").set("pat", kPatent));
  CHECK_FALSE(reg.row(kPatent).find("fasttrack")->find("clocks"));
  reg.must(request().on("2026-06-02"));
}

TEST_CASE("ground 1 needs a class of the tables, and every ground but the fifth somebody who recommends", "[fasttrack]") {
  const Register reg = in_examination();
  CHECK(codes(reg, request("A01B1/00")) == "FASTTRACK_NOT_ELIGIBLE");
  CHECK(codes(reg, request("A01B1/00").set("ground", 2)) == "flags: ");
  Act alone("fasttrack.request", R"({"ground":2,"ipc_main":"F03D7/02","stage":"EXAMINATION","track":"PRIORITY"})");
  alone.set("pat", kPatent).set("prior_art_hash", kSomeHash).by(kUniversity, "PARTY");
  CHECK(codes(reg, alone) == "FASTTRACK_NOT_ELIGIBLE");
  CHECK(codes(reg, alone.set("ground", 5)) == "flags: ");
  CHECK(codes(reg, request().set("track", "PREEXAM")) == "flags: ");
}

TEST_CASE("the proceeding of the stage must be running", "[fasttrack]") {
  Register prelim;
  grow(prelim, Status::published);
  CHECK(codes(prelim, request()) == "FASTTRACK_STAGE");
  const Register reg = in_examination();
  CHECK(codes(reg, request().set("stage", "REEXAMINATION")) == "FASTTRACK_STAGE");
  CHECK(codes(reg, request().set("stage", "INVALIDATION")) == "FASTTRACK_STAGE");
  CHECK(codes(reg, request().by(kIpo, "IPO").set("stage", "INVALIDATION")) == "flags: FASTTRACK_STAGE");
}

TEST_CASE("an invention on which the office has acted is too late", "[fasttrack]") {
  Register reg = in_examination();
  reg.must(office_action());
  CHECK(codes(reg, request()) == "FASTTRACK_STAGE");
  Register acted_before;  // an action of the preliminary examination is none of the examination
  grow(acted_before, Status::prelim);
  CHECK(acted_before.submit(office_action()).accepted());
  CHECK(acted_before.row(kPatent).find("decisions")->find("office_action"));
  CHECK_FALSE(acted_before.row(kPatent).find("first_action"));
}

TEST_CASE("a step of the office behind its day on the fast track is flagged", "[fasttrack]") {
  Register reg = in_examination();
  clock(reg);
  reg.must(request());
  const std::string decision = reg.must(decide("ACCEPTED"));
  const auto acted = [](const char* day) { return office_action().set("date", day).set("due", "2027-03-20").on("2026-11-23"); };
  CHECK(codes(reg, acted("2026-07-04")) == "flags: ");
  CHECK(codes(reg, acted("2026-07-05")) == "flags: CLOCK_EXCEEDED");
  const Outcome late = reg.submit(acted("2026-07-05"));
  REQUIRE(late.flags.size() == 1);
  CHECK(late.flags[0].blocking == std::vector{decision});
  // The first action has been taken; only the end of the examination has a day still.
  CHECK(codes(reg, acted("2026-11-20")) == "flags: ");
  CHECK(codes(reg, grant_notice().set("date", "2026-11-20").on("2026-11-23")) == "flags: ");
  Register gone = in_examination();
  clock(gone);
  gone.must(request());
  gone.must(decide("ACCEPTED"));
  gone.must(Act("fasttrack.exit", R"({"date":"2026-06-01","result":"LATE_REPLY"})").set("pat", kPatent));
  CHECK(codes(gone, acted("2026-11-20")) == "flags: ");
}

TEST_CASE("the class that publication opens is tested again", "[fasttrack]") {
  const auto published = [](const char* result, int ground, const char* symbol) {
    Register reg;
    grow(reg, Status::prelim);
    Value row = reg.row(kPatent);
    row.set("fasttrack", Value::Members{{"at", "EXAMINATION"}, {"decision", "sha256:" + std::string(64, 'e')}, {"ground", ground},
                                        {"record", kSomeHash}, {"since", "2023-01-01"}, {"stage", result}, {"track", "PRIORITY"}});
    reg.put(subject_row(kPatent), row);
    return codes(reg, publish().set("ipc", Value::Items{symbol}));
  };
  CHECK(published("ACCEPTED", 1, "F03D7/02") == "flags: ");
  CHECK(published("ACCEPTED", 1, "A01B1/00") == "flags: FASTTRACK_NOT_ELIGIBLE");
  CHECK(published("ACCEPTED", 2, "A01B1/00") == "flags: ");
  CHECK(published("REFUSED", 1, "A01B1/00") == "flags: ");
}

TEST_CASE("all applicants consent, by signature or by a consent that is in force", "[fasttrack]") {
  Register reg = in_examination();
  Value row = reg.row(kPatent);
  row.set("applicants", Value::Items{kUniversity, kCompany});
  reg.put(subject_row(kPatent), row);
  CHECK(codes(reg, request()) == "COAPPLICANT_CONSENT_MISSING");
  const auto consent = [](const char* until) {
    Value scope = json(R"({"acts":["fasttrack.request"],"from":"2026-01-01","uses":"ONE"})");
    scope.set("subjects", Value::Items{kPatent});
    scope.set("until", until);
    return Act("consent.give", "{}").set("by", kCompany).set("for", scope).by(kCompany, "PARTY");
  };
  const std::string over = reg.must(consent("2026-04-30"));
  CHECK(codes(reg, request().set("consents", Value::Items{over})) == "CONSENT_EXPIRED");
  const std::string given = reg.must(consent("2026-12-31"));
  reg.must(request().set("consents", Value::Items{given}));
  reg.must(decide("REFUSED"));
  // It was for one use.
  CHECK(codes(reg, request().on("2026-06-01").set("consents", Value::Items{given})) == "CONSENT_EXPIRED");
}

TEST_CASE("before publication a commitment stands for class and consents, and the office answers for them", "[fasttrack]") {
  Register reg;
  const std::string number = app_no("202220234567");
  reg.must(accept().set("app_no", number).set("type", "UM").set("commit_ref", reg.must(commit().set("type", "UM"))));
  Act hidden("fasttrack.request", R"({"ground":1,"stage":"EXAMINATION","track":"PRIORITY"})");
  hidden.set("pat", "pat:" + number).set("prior_art_hash", kSomeHash).set("recommender", kRegistry).by(kAgency, "AGENT");
  CHECK(codes(reg, hidden) == "SCHEMA_INVALID");
  CHECK(codes(reg, Act(hidden).set("patent_data_commit", kSomeHash).set("ipc_main", "F03D7/02")) == "UNPUBLISHED_DATA_IN_CLEAR");
  reg.must(Act(hidden).set("patent_data_commit", kSomeHash));
  Act decision("fasttrack.decide", R"({"date":"2026-11-23","result":"ACCEPTED"})");
  decision.set("pat", "pat:" + number);
  CHECK(codes(reg, decision) == "SCHEMA_INVALID");
  reg.must(decision.set("class_ok", true).set("all_consent", true).set("table_version", 1));
}

TEST_CASE("one request at a time, decided once", "[fasttrack]") {
  Register reg = in_examination();
  CHECK(codes(reg, decide("ACCEPTED")) == "flags: STATE_FORBIDS");
  reg.must(request());
  CHECK(codes(reg, request()) == "STATE_FORBIDS");
  CHECK(codes(reg, request().by(kCompany, "PARTY")) == "COAPPLICANT_CONSENT_MISSING ROLE_NOT_PERMITTED STATE_FORBIDS");
  CHECK(codes(reg, decide("ACCEPTED").set("date", "2026-05-05")) == "flags: EVENT_BEFORE_PRIOR");
  reg.must(decide("REFUSED"));
  CHECK(codes(reg, decide("ACCEPTED")) == "flags: STATE_FORBIDS");
}
