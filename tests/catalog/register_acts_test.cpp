// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "crypto/base/encoding.hpp"
#include "crypto/hash.hpp"
#include "ledger/codec/canonical_json.hpp"
#include "tests/catalog/patents.hpp"
#include "tests/support/catch.hpp"

using namespace qinglu;
using namespace qinglu::ledger;
using namespace qinglu::test;

namespace {

using Status = PatentStatus;

Act foreign() {
  Act act(
      "foreign.register",
      R"({"cpc":["Y02E10/50"],"dates":{"filing":"2015-03-01","grant":"2018-06-19"},"ipc":["G01S17/10"],"kind":"B2","number":"10000000","office":"US","organisations":[{"country":"US","name":"Raytheon Company","role":"ASSIGNEE"}],"title":"Coherent LADAR"})");
  act.set("source", Value(Value::Members{{"name", "US10000000B2.xml"}, {"sha256", kSomeHash}}));
  return act.by(kCompany, "PARTY");
}

Act correction(std::string_view target, std::string_view field) {
  return Act("correction", R"({"reason":"笔误"})").set("target", target).set("field", field);
}

Value services(const char* text) { return *json("{\"s\":" + std::string(text) + "}").find("s"); }

Act green(std::string_view subject_field, std::string_view subject, std::string_view scheme,
          const char* codes) {
  Act act("patent.green_tag", R"({"by":"AUTO"})");
  act.set("codes", services(codes)).set("scheme", scheme).set("evidence", kSomeHash);
  return act.set(subject_field, subject);
}

}  // namespace

TEST_CASE("a foreign right is registered once, as its office reported it", "[foreign]") {
  Register reg;
  const std::string id = reg.must(foreign());
  const Value row = reg.row("fpat:US/10000000-B2");
  CHECK(row.text_of("status") == "REPORTED");
  CHECK(row.text_of("record") == id);
  const Outcome again = reg.submit(foreign());
  CHECK(again.codes() == "FOREIGN_EXISTS");
  CHECK(again.issues[0].blocking == std::vector<std::string>{id});
}

TEST_CASE("a foreign right has an office of the table, the normal form and past dates",
          "[foreign]") {
  Register reg;
  CHECK(reg.submit(foreign().set("office", "QQ")).codes() == "OFFICE_CODE_UNKNOWN");
  CHECK(reg.submit(foreign().set("office", "CN")).codes() == "OFFICE_CODE_UNKNOWN");
  CHECK(reg.submit(foreign().set("number", "10-000")).codes() == "SCHEMA_INVALID");
  CHECK(reg.submit(foreign().set("kind", "b2")).codes() == "SCHEMA_INVALID");
  CHECK(reg.submit(foreign().set("dates", json(R"({"grant":"2026-11-24"})"))).codes() ==
        "FUTURE_EVENT_DATE");
  CHECK(reg.submit(foreign().set("dates", json("{}"))).codes() == "SCHEMA_INVALID");
  CHECK(reg.submit(foreign().by(kCourt, "COURT")).codes() == "ROLE_NOT_PERMITTED");
  reg.must(foreign()
               .set("number", "D558902")
               .set("kind", "S1")
               .set("raw_number", "D0558902")
               .set("raw_kind", "S"));
}

TEST_CASE("a green code is given by class where the table covers one of the right's classes",
          "[green]") {
  Register reg;
  reg.must(foreign());
  const std::string subject = "fpat:US/10000000-B2";
  reg.must(green("fpat", subject, "CPC-Y02", R"(["Y02E"])"));
  const Value tag = reg.row(subject).items_of("green")[0];
  CHECK(tag.text_of("by") == "AUTO");
  CHECK(tag.integer_of("table_version") == 1);
  CHECK(reg.submit(green("fpat", subject, "CPC-Y02", R"(["Y02W"])")).flag_codes() ==
        "IPC_NO_MATCH");
  CHECK(
      reg.submit(green("fpat", subject, "CPC-Y02", R"(["Y02W"])").by(kRegistry, "CERT")).codes() ==
      "IPC_NO_MATCH");
  CHECK(reg.submit(green("fpat", subject, "CPC-Y02", R"(["Y02Q"])")).codes() ==
        "GREEN_CODE_UNKNOWN");
  CHECK(reg.submit(green("fpat", subject, "CNIPA-GREEN", R"(["3"])")).flag_codes() ==
        "IPC_NO_MATCH");
  reg.must(green("fpat", subject, "CNIPA-GREEN", R"(["3"])")
               .set("by", "EVALUATOR")
               .by(kRegistry, "CERT"));
  // A newer judgement by one scheme replaces the older one and leaves the others.
  reg.must(green("fpat", subject, "CPC-Y02", R"(["Y02E"])"));
  CHECK(reg.row(subject).items_of("green").size() == 2);
}

TEST_CASE("a right whose term is over gets no green class, a rejected application still does", "[green]") {
  const Act tag = green("pat", kPatent, "CPC-Y02", R"(["Y02P"])").set("by", "EVALUATOR").by(kRegistry, "CERT");
  Register reg;
  grow(reg, Status::granted);
  const auto tagged = [&](std::string_view member, std::string_view value) {
    Value row = reg.row(kPatent);
    row.set(member, value);
    Register other = reg;
    other.put(subject_row(kPatent), row);
    return other.submit(tag).codes();
  };
  CHECK(tagged("term_end", "2026-11-23").empty());
  CHECK(tagged("term_end", "2026-11-22") == "STATE_FORBIDS");
  CHECK(tagged("status", "REJECTED").empty());
  CHECK(tagged("status", "REJECTED_FINAL") == "STATE_FORBIDS");
}

TEST_CASE("a Chinese application is tagged once it is public", "[green]") {
  Register reg;
  grow(reg, Status::prelim);
  CHECK(
      reg.submit(green("pat", kPatent, "CPC-Y02", R"(["Y02P"])").set("by", "EVALUATOR")).codes() ==
      "UNPUBLISHED_DATA_IN_CLEAR");
  reg.must(publish().set("ipc", Value::Items{"F03D7/02"}));
  reg.must(green("pat", kPatent, "WIPO-GREEN", R"(["1"])"));
  CHECK(reg.submit(green("pat", kPatent, "WIPO-GREEN", R"(["4"])")).flag_codes() == "IPC_NO_MATCH");
  CHECK(reg.submit(green("pat", kPatent, "WIPO-GREEN", R"(["1"])").set("fpat", "fpat:US/1-A"))
            .codes() == "SCHEMA_INVALID");
  CHECK(
      reg.submit(green("pat", "pat:" + app_no("202610999999"), "WIPO-GREEN", R"(["1"])")).codes() ==
      "SUBJECT_NOT_FOUND");
}

TEST_CASE("a new table version changes later tags only", "[green]") {
  Register reg;
  grow(reg, Status::published);
  CHECK(reg.submit(green("pat", kPatent, "WIPO-GREEN", R"(["3"])")).flag_codes() == "IPC_NO_MATCH");
  const Value before = reg.row(kPatent).items_of("green")[0];
  const std::string rows =
      R"([{"code":"3","en":"energy conservation","scheme":"WIPO-GREEN","symbols":["F27D17"],"zh":"节能"}])";
  Act table("table.publish",
            R"({"effective_from":"2026-11-23","name":"IPC_GREEN","part":1,"parts":1,"version":2})");
  table.set("rows", services(rows.c_str())).set("hash", to_sha256_id(crypto::sha256(rows)));
  reg.must(table);
  CHECK(to_canonical(reg.row(kPatent).items_of("green")[0]) == to_canonical(before));
  reg.must(green("pat", kPatent, "WIPO-GREEN", R"(["3"])"));
  CHECK(reg.row(kPatent).items_of("green")[0].integer_of("table_version") == 2);
}

TEST_CASE("a holder's name changes against the value that stands, and moves no ownership",
          "[owner]") {
  Register reg;
  grow(reg, Status::granted);
  const std::string owners = to_canonical(reg.row(kPatent).items_of("owners"));
  const auto rename = [](const char* before, const char* after) {
    return Act("owner.change_name", "{}")
        .set("pat", kPatent)
        .set("party", kUniversity)
        .set("before", before)
        .set("after", after);
  };
  reg.must(rename("甲大学", "乙大学"));
  CHECK(reg.submit(rename("甲大学", "丙大学")).flag_codes() == "OWNER_MISMATCH");
  CHECK(reg.submit(rename("丙大学", "丁大学").set("party", kCompany)).flag_codes() ==
        "OWNER_MISMATCH");
  CHECK(reg.submit(rename("丙大学", "丁大学").by(kUniversity, "PARTY")).codes() ==
        "ROLE_NOT_PERMITTED");
  CHECK(reg.submit(rename("丙大学", std::string(301, 'x').c_str())).codes() == "SIZE_LIMIT");
  CHECK(to_canonical(reg.row(kPatent).items_of("owners")) == owners);
  CHECK(reg.row(kPatent).items_of("display")[0].text_of("name") == "丙大学");
  Act address("owner.change_address", "{}");
  reg.must(address.set("pat", kPatent)
               .set("party", kUniversity)
               .set("before", kSomeHash)
               .set("after", kSomeHash));
  Register hidden;
  grow(hidden, Status::filed);
  CHECK(hidden.submit(rename("甲大学", "乙大学")).codes() == "UNPUBLISHED_DATA_IN_CLEAR");
}

TEST_CASE("what the register shows changes by its legal date, and for a rejected application too", "[owner]") {
  Register reg;
  grow(reg, Status::granted);
  Value row = reg.row(kPatent);
  row.set("suspended", Value::Items{Value(Value::Members{{"cause", "OWNERSHIP"}, {"from", "2026-11-10"}, {"record", kSomeHash}, {"until", "2026-11-20"}})});
  reg.put(subject_row(kPatent), row);
  const Act rename = Act("owner.change_name", R"({"after":"乙大学","before":"甲大学"})").set("pat", kPatent).set("party", kUniversity);
  const auto flags = [&](const Register& at, const char* day) { return Register(at).submit(Act(rename).on(day)).flag_codes(); };
  CHECK(flags(reg, "2026-11-09").empty());
  CHECK(flags(reg, "2026-11-10") == "PATENT_FROZEN");
  CHECK(flags(reg, "2026-11-20") == "PATENT_FROZEN");
  CHECK(flags(reg, "2026-11-21").empty());
  row.set("status", "REJECTED");
  reg.put(subject_row(kPatent), row);
  CHECK(flags(reg, "2026-11-21").empty());
}

TEST_CASE("an inventor is replaced where the one before is registered", "[owner]") {
  Register reg;
  grow(reg, Status::granted);
  Act correct("inventor.correct", "{}");
  correct.set("pat", kPatent)
      .set("before_commit", "sha256:" + std::string(64, 'e'))
      .set("after_commit", kSomeHash)
      .set("proof", kSomeHash);
  reg.must(correct);
  CHECK(reg.row(kPatent).items_of("inventors")[0].text() == kSomeHash);
  CHECK(reg.submit(correct).flag_codes() == "COMMIT_MISMATCH");
}

TEST_CASE("a correction comes from the author of the record, in the same role", "[correction]") {
  Register reg;
  reg.must(accept());
  reg.must(prelim_result());
  const std::string id = reg.must(publish());
  Act title =
      correction(id, "title").set("old", "一种余热回收装置").set("new", "一种烟气余热回收装置");
  CHECK(reg.submit(Act(title).by(kExchange, "EXCH")).codes() == "CORRECTION_NOT_AUTHORITY");
  CHECK(reg.submit(Act(title).by(kUniversity, "PARTY")).codes() == "CORRECTION_NOT_AUTHORITY");
  CHECK(reg.submit(Act(title).set("old", "另一名称")).codes() == "SCHEMA_INVALID");
  CHECK(reg.submit(Act(title).set("new", 5)).codes() == "SCHEMA_INVALID");
  CHECK(reg.submit(Act(title).set("field", "filing_date")).codes() == "REF_WRONG_TYPE");
  CHECK(reg.submit(correction(kSomeHash, "title").set("new", "x")).codes() == "REF_NOT_FOUND");
  CHECK(reg.submit(Act(title).set("new", "联系 13800138000")).codes() == "PERSONAL_DATA_ON_CHAIN");
  const std::string first = reg.must(Act(title).envelope("supersedes", id));
  CHECK(reg.row(kPatent).text_of("title") == "一种烟气余热回收装置");

  // A correction is corrected by naming it, and the value that stands is its own.
  reg.must(
      correction(first, "title").set("old", "一种烟气余热回收装置").set("new", "烟气余热回收装置"));
  CHECK(reg.row(kPatent).text_of("title") == "烟气余热回收装置");
  CHECK(reg.submit(correction(first, "applicants").set("new", Value::Items{kUniversity})).codes() ==
        "REF_WRONG_TYPE");
}

TEST_CASE("applicants are corrected to registered parties", "[correction]") {
  Register reg;
  reg.must(accept());
  reg.must(prelim_result());
  const std::string id = reg.must(publish());
  Act act = correction(id, "applicants").set("old", Value::Items{kUniversity});
  CHECK(reg.submit(Act(act).set("new", Value::Items{"org:91350100M000100Y43"})).codes() ==
        "UNKNOWN_PARTY");
  CHECK(reg.submit(Act(act).set("new", "x")).codes() == "SCHEMA_INVALID");
  reg.must(Act(act).set("new", Value::Items{kUniversity, kCompany}));
  CHECK(reg.row(kPatent).items_of("applicants").size() == 2);
}

TEST_CASE("a restoration of priority stated later clears the flag of the acceptance",
          "[correction]") {
  Register reg;
  Act late =
      accept().set("priority", services(R"([{"country":"JP","date":"2021-04-08","no":"1"}])"));
  late.set("priority_restoration", "REQUESTED");
  const Outcome filed = reg.submit(late);
  REQUIRE(filed.flag_codes() == "PRIORITY_EXPIRED");
  CHECK_FALSE(reg.row(kPatent).find("priority_date"));
  const auto id = from_sha256_id(filed.id);
  REQUIRE(id);
  CHECK_FALSE(reg.find(flags_row(*id))->items_of("flags")[0].find("cleared_by"));

  const std::string granted = reg.must(
      correction(filed.id, "priority_restoration").set("old", "REQUESTED").set("new", "GRANTED"));
  CHECK(reg.row(kPatent).text_of("priority_date") == "2021-04-08");
  CHECK(reg.find(flags_row(*id))->items_of("flags")[0].text_of("cleared_by") == granted);
}

TEST_CASE("a corrected filing date moves the term", "[correction]") {
  Register reg;
  const std::string id = reg.must(accept());
  Act fix = correction(id, "filing_date").set("old", "2022-05-10").set("new", "2022-05-09");
  CHECK(reg.submit(Act(fix).set("new", "2026-11-24")).codes() == "FUTURE_EVENT_DATE");
  CHECK(reg.submit(Act(fix).set("new", "2022-02-30")).codes() == "SCHEMA_INVALID");
  Register filed;  // what was only filed dates from the day as corrected
  filed.must(accept());
  filed.must(Act(fix));
  CHECK(filed.row(kPatent).text_of("since") == "2022-05-09");
  for (const Act& act : {prelim_result(), publish(), exam_entered(), grant_notice(), grant()})
    reg.must(act);
  CHECK(reg.row(kPatent).text_of("term_end") == "2042-05-09");
  reg.must(fix);
  CHECK(reg.row(kPatent).text_of("term_end") == "2042-05-08");
  CHECK(reg.row(kPatent).text_of("since") != "2022-05-09");
  // What was corrected is corrected at the end of the chain: the first value stands no more.
  CHECK(reg.submit(Act(fix).set("new", "2022-05-08")).codes() == "SCHEMA_INVALID");
}

TEST_CASE("a service that is added opens that party's window and re-opens no other",
          "[correction]") {
  Register reg;
  reg.must(accept());
  reg.must(prelim_result());
  reg.must(publish().set("applicants", Value::Items{kUniversity, kCompany}));
  reg.must(exam_entered());
  const std::string id = reg.must(
      Act("patent.reject",
          R"({"date":"2026-03-30","ground":"示例","served":[{"date":"2026-03-31","mode":"POST","party":"org:12500000QL0000014H"}]})")
          .set("pat", kPatent));
  const auto status = [&](std::string_view date) {
    const Date day = *parse_date(date);
    return derived_status(reg.row(kPatent), reg.pack(), Calendar(), day).status;
  };
  CHECK(status("2026-11-23") == "REJECTED");
  const auto serve = [&](const char* text) {
    return correction(id, "served").set("new", services(text));
  };
  CHECK(
      reg.submit(serve(R"([{"date":"2026-05-06","mode":"POST","party":"org:12500000QL0000014H"}])"))
          .codes() == "SCHEMA_INVALID");
  CHECK(
      reg.submit(serve(R"([{"date":"2026-03-29","mode":"POST","party":"org:91500112MAQL000116"}])"))
          .flag_codes() == "EVENT_BEFORE_PRIOR");
  Register again = reg;
  CHECK(again.submit(serve(R"([{"date":"2026-05-06","mode":"POST"}])")).codes() ==
        "SCHEMA_INVALID");
}

TEST_CASE("publication and grant dates are corrected with the status that rests on them",
          "[correction]") {
  Register reg;
  reg.must(accept());
  reg.must(prelim_result());
  const std::string published = reg.must(publish());
  reg.must(correction(published, "pub_date").set("old", "2023-11-14").set("new", "2023-11-17"));
  CHECK(reg.row(kPatent).find("pub")->text_of("date") == "2023-11-17");
  CHECK(reg.row(kPatent).text_of("since") == "2023-11-17");
  reg.must(exam_entered());
  reg.must(grant_notice());
  const std::string granted = reg.must(grant());
  CHECK(Register(reg)
            .submit(correction(granted, "grant_date").set("old", "2024-06-21").set("new", "2020-01-02"))
            .flag_codes() == "EVENT_BEFORE_PRIOR");
  reg.must(correction(granted, "grant_date").set("old", "2024-06-21").set("new", "2024-06-25"));
  CHECK(reg.row(kPatent).find("grant")->text_of("date") == "2024-06-25");
}

TEST_CASE("a reported title and a changed name are corrected in what is shown", "[correction]") {
  Register reg;
  const std::string id = reg.must(foreign());
  reg.must(correction(id, "title")
               .by(kCompany, "PARTY")
               .set("old", "Coherent LADAR")
               .set("new", "Coherent LADAR using intra-pixel detection"));
  CHECK(reg.row("fpat:US/10000000-B2").text_of("title") ==
        "Coherent LADAR using intra-pixel detection");
  grow(reg, Status::granted);
  const std::string renamed =
      reg.must(Act("owner.change_name", R"({"after":"乙大学","before":"甲大学"})")
                   .set("pat", kPatent)
                   .set("party", kUniversity));
  reg.must(correction(renamed, "after").set("old", "乙大学").set("new", "重庆乙大学"));
  CHECK(reg.row(kPatent).items_of("display")[0].text_of("name") == "重庆乙大学");
}
