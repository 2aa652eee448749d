// SPDX-License-Identifier: Apache-2.0
#include "ledger/catalog/patent.hpp"

#include "crypto/base/encoding.hpp"
#include "crypto/hash.hpp"
#include "ledger/catalog/check_form.hpp"
#include "ledger/catalog/governance.hpp"
#include "ledger/codec/canonical_json.hpp"
#include "ledger/model/numbers.hpp"
#include "tests/catalog/patents.hpp"
#include "tests/support/catch.hpp"

using namespace qinglu;
using namespace qinglu::ledger;
using namespace qinglu::test;

namespace {

using Status = PatentStatus;

Act about(std::string_view type, const char* data) { return Act(type, data).set("pat", kPatent); }

std::string grown_and_submitted(Status until, const Act& act) {
  Register reg;
  grow(reg, until);
  const Outcome out = reg.submit(act);
  return out.accepted() ? "flags: " + out.flag_codes() : out.codes();
}

DerivedStatus derived(const Register& reg, std::string_view date) {
  const Date day = *parse_date(date);
  return derived_status(reg.row(kPatent), reg.pack(), calendar_at(reg, day), day);
}

Value priority(const char* items) { return *json("{\"p\":" + std::string(items) + "}").find("p"); }

}  // namespace

TEST_CASE("an invention goes from the commitment to the grant", "[patent]") {
  Register reg;
  const std::string committed_by = reg.must(commit());
  const std::string cmt = "cmt:" + std::string(64, 'd');
  CHECK(reg.status_of(cmt) == "COMMITTED");

  reg.must(accept().set("commit_ref", committed_by));
  CHECK(reg.status_of(kPatent) == "FILED");
  CHECK(reg.status_of(cmt) == "FILED");
  CHECK(reg.row(cmt).text_of("pat") == kPatent);
  const auto alias = reg.find(alias_row(kPatent));
  REQUIRE(alias);
  CHECK(to_canonical(*alias) == to_canonical(*reg.find(alias_row(cmt))));
  CHECK(to_canonical(*alias) == "{\"ids\":[\"" + cmt + "\",\"" + kPatent + "\"]}");
  CHECK(reg.row(kPatent).text_of("filer") == kAgency);
  CHECK_FALSE(reg.row(kPatent).find("title"));

  reg.must(prelim_result());
  const Value applicants(Value::Items{kUniversity});
  reg.must(publish().set("openings", Value::Items{opening("title", "一种余热回收装置"),
                                                  opening("applicant", applicants)}));
  CHECK(reg.row(kPatent).text_of("title") == "一种余热回收装置");
  reg.must(exam_entered());
  reg.must(office_action());
  reg.must(about("patent.response", R"({"date":"2024-03-01","kind":"AMENDMENT"})")
               .by(kUniversity, "PARTY"));
  reg.must(grant_notice());
  reg.must(grant());
  const Value row = reg.row(kPatent);
  CHECK(row.text_of("status") == "GRANTED");
  CHECK(row.text_of("term_end") == "2042-05-09");
  CHECK(row.find("grant")->text_of("no") == "CN115000001B");
  CHECK(row.find("annuities")->integer_of("first_year") == 3);
}

TEST_CASE("the form of the worked body of an acceptance holds, and its id is the published one",
          "[patent]") {
  const std::string text =
      R"({"basis":[{"article":"28","law":"PL"}],"class":"PUBLIC","data":{"app_no":"202610123456X","applicant_count":2,"commit_ref":"sha256:3f328eab73d14160311ad4cf15ec7ca1540afa64922aa930db76383bb198dfc8","filing_date":"2026-11-20","title_commit":"sha256:eb7c245207e26831245c56145994e42f72ff3811cc7495ddb0fdf49bd5913b77","type":"INV"},"event_date":"2026-11-23","expires_at":1795485600,"ledger_id":"sha256:22cc115ed3351431c12ce19df837212fc754e6ad78529d56ec5cd5e08257be55","nonce":"82bb142a654f8548be6d48da312e489f","role":"IPO","rule_pack":1,"signers":["org:11500000QL000009XA"],"subjects":["cmt:d24bbe74ef6143b8756593e34afbe99fdce4611148af651557ef15922ff6f6e8","pat:202610123456X"],"submitter":"org:11500000QL000009XA","type":"patent.accept","v":1})";
  CHECK(text.size() == 739);
  CHECK(to_sha256_id(crypto::sha256(text)) ==
        "sha256:404f7ff2d3353cc7ea3a48a99e3f0e909238c8b9ae46f56a6ab9bba20e91ccc8");
  const Value body = json(text);
  CHECK(check_form(body).empty());
  CHECK(derive_subjects(*find_record_type("patent.accept"), body) ==
        std::vector<std::string>{"pat:202610123456X"});
}

TEST_CASE("an application number is checked, fits its type and is used once", "[patent]") {
  Register reg;
  const auto codes = [&](Act act) { return reg.submit(act).codes(); };
  const Outcome wrong = reg.submit(accept().set("app_no", "2022102345680"));
  CHECK(wrong.codes() == "APP_NO_CHECK_DIGIT");
  CHECK(wrong.issues[0].detail == "4");
  CHECK(codes(accept().set("type", "UM")) == "APP_NO_TYPE_MISMATCH");
  CHECK(codes(accept().set("app_no", app_no("202280234568"))) ==
        "APP_NO_TYPE_MISMATCH");  // PCT digit, no PCT
  CHECK(codes(accept().set("filing_date", "2026-11-24")) == "FUTURE_EVENT_DATE");
  CHECK(codes(accept().set("app_no", "202210234568.4")) == "SCHEMA_INVALID");
  reg.must(accept());
  const Outcome again = reg.submit(accept());
  CHECK(again.codes() == "APP_NO_EXISTS");
  CHECK(again.issues[0].blocking ==
        std::vector<std::string>{std::string(reg.row(kPatent).text_of("record"))});
}

TEST_CASE("a year that differs is a flag, but not for divisionals and PCT entries", "[patent]") {
  Register reg;
  CHECK(reg.submit(accept().set("app_no", app_no("202310234568"))).flag_codes() ==
        "APP_NO_YEAR_DIFFERS");
  reg.must(accept());
  reg.must(accept().set("app_no", app_no("202410234568")).set("divisional_of", kPatent));
  CHECK(reg.row("pat:" + app_no("202410234568")).text_of("filing_date") == "2022-05-10");
  reg.must(accept()
               .set("app_no", app_no("202380234568"))
               .set("pct_no", "PCT/CN2022/071839")
               .set("entry_date", "2024-11-11"));
}

TEST_CASE("a divisional keeps its parent's filing date", "[patent]") {
  Register reg;
  reg.must(accept());
  const std::string number = app_no("202310111111");
  reg.must(accept()
               .set("app_no", number)
               .set("divisional_of", kPatent)
               .set("filing_date", "2023-02-01"));
  CHECK(reg.row("pat:" + number).text_of("filing_date") == "2022-05-10");
}

TEST_CASE("priority is in time for its months, later only when restored, for designs never",
          "[patent]") {
  const auto flags = [](const char* from, const char* filed, const char* type, const char* number,
                        const char* restoration) {
    Register reg;
    Act act = accept().set("type", type).set("filing_date", filed).set("app_no", app_no(number));
    act.set("priority",
            Value::Items{Value(Value::Members{{"country", "JP"}, {"date", from}, {"no", "1"}})});
    if (restoration) act.set("priority_restoration", restoration);
    const Outcome out = reg.submit(act);
    CHECK(out.accepted());
    const bool kept = reg.row("pat:" + app_no(number)).find("priority_date") != nullptr;
    CHECK(kept == out.flags.empty());
    return out.flag_codes();
  };
  CHECK(flags("2025-05-08", "2026-05-08", "INV", "202610000001", nullptr).empty());
  CHECK(flags("2025-05-08", "2026-05-09", "INV", "202610000001", nullptr) == "PRIORITY_EXPIRED");
  CHECK(flags("2025-05-08", "2026-07-08", "INV", "202610000001", "GRANTED").empty());
  CHECK(flags("2025-05-08", "2026-07-09", "INV", "202610000001", "GRANTED") == "PRIORITY_EXPIRED");
  CHECK(flags("2025-05-08", "2026-07-08", "INV", "202610000001", "REQUESTED") ==
        "PRIORITY_EXPIRED");
  CHECK(
      flags("2025-10-01", "2026-10-08", "UM", "202620000001", nullptr).empty());  // a holiday's end
  CHECK(flags("2025-10-01", "2026-10-09", "UM", "202620000001", nullptr) == "PRIORITY_EXPIRED");
  CHECK(flags("2025-11-06", "2026-05-06", "DES", "202630000001", nullptr).empty());
  CHECK(flags("2025-11-06", "2026-05-07", "DES", "202630000001", "GRANTED") == "PRIORITY_EXPIRED");
}

TEST_CASE("a filing before its own priority is out of order [F77]", "[patent][F77]") {
  Register reg;
  const Outcome out = reg.submit(
      accept().set("priority", priority(R"([{"country":"US","date":"2022-05-11","no":"1"}])")));
  CHECK(out.flag_codes() == "EVENT_BEFORE_PRIOR");
  CHECK_FALSE(reg.row(kPatent).find("priority_date"));
}

TEST_CASE("an application that claims priority is no base for another", "[patent]") {
  Register reg;
  reg.must(
      accept().set("priority", priority(R"([{"country":"US","date":"2021-12-01","no":"1"}])")));
  Act second = accept().set("app_no", app_no("202210999999")).set("filing_date", "2022-08-01");
  second.set("priority",
             priority(R"([{"country":"CN","date":"2022-05-10","no":"2022102345684"}])"));
  const Outcome out = reg.submit(second);
  CHECK(out.flag_codes() == "PRIORITY_BASE_USED");
  CHECK(out.flags[0].blocking.size() == 1);
}

TEST_CASE("the entry of a PCT application has its own period", "[patent]") {
  const auto answer = [](const char* entry, bool surcharge) {
    Register reg;
    Act act = accept().set("app_no", app_no("202480000001")).set("pct_no", "PCT/CN2022/071839");
    act.set("entry_date", entry);
    if (surcharge) act.set("entry_surcharge", true);
    const Outcome out = reg.submit(act);
    return out.codes() + out.flag_codes();
  };
  CHECK(answer("2024-11-11", false).empty());  // 2024-11-10 is a Sunday
  CHECK(answer("2024-11-12", false) == "PCT_ENTRY_LATE");
  CHECK(answer("2025-01-10", true).empty());
  CHECK(answer("2025-01-13", true) == "PCT_ENTRY_LATE");
  Register reg;
  CHECK(reg.submit(accept().set("app_no", app_no("202480000001")).set("pct_no", "PCT/1")).codes() ==
        "SCHEMA_INVALID");
  CHECK(reg.submit(accept().set("entry_date", "2024-01-01")).codes() == "SCHEMA_INVALID");
}

TEST_CASE("a commitment stands for one application", "[patent]") {
  Register reg;
  const std::string id = reg.must(commit());
  CHECK(reg.submit(commit()).codes() == "STATE_FORBIDS");
  reg.must(accept().set("commit_ref", id));
  Act second = accept().set("app_no", app_no("202210999999")).set("commit_ref", id);
  CHECK(reg.submit(second).flag_codes() == "STATE_FORBIDS");
  CHECK(reg.find(alias_row("pat:" + app_no("202210999999"))) == nullptr);
  CHECK(reg.find(alias_row(kPatent))->items_of("ids").size() == 2);
}

TEST_CASE("a commitment of another type is flagged", "[patent]") {
  Register reg;
  const std::string id = reg.must(commit().set("type", "UM"));
  CHECK(reg.submit(accept().set("commit_ref", id)).flag_codes() == "COMMIT_MISMATCH");
}

TEST_CASE("the office refuses to accept what was committed", "[patent]") {
  Register reg;
  const std::string id = reg.must(commit());
  Act refuse("patent.not_accept", R"({"date":"2026-11-23","ground":"缺少请求书"})");
  refuse.set("commit_ref", id);
  CHECK(reg.submit(Act(refuse).by(kExchange, "EXCH")).codes() == "ROLE_NOT_PERMITTED");
  reg.must(refuse);
  CHECK(reg.status_of("cmt:" + std::string(64, 'd')) == "NOT_ACCEPTED");
  CHECK(reg.submit(accept().set("commit_ref", id)).flag_codes() == "STATE_FORBIDS");
}

TEST_CASE("an exchange or an agent cannot write what the office decides [F68]", "[patent][F68]") {
  Register reg;
  CHECK(reg.submit(accept().by(kExchange, "EXCH")).codes() == "ROLE_NOT_PERMITTED");
  CHECK(reg.submit(accept().by(kAgency, "AGENT")).codes() == "ROLE_NOT_PERMITTED");
  CHECK(reg.submit(accept().by(kAgency, "IPO")).codes() == "ROLE_NOT_PERMITTED");
  grow(reg, Status::allowed);
  CHECK(reg.submit(grant().by(kExchange, "IPO")).codes() == "ROLE_NOT_PERMITTED");
}

TEST_CASE("a record about an unknown application is refused, whoever signs [F63]",
          "[patent][F63]") {
  Register reg;
  for (const Act& act : {prelim_result(), publish(), exam_entered(), office_action(),
                         grant_notice(), grant(), lapse(), restore(), paid(4, "2025-05-10")}) {
    CHECK(reg.submit(act).codes() == "SUBJECT_NOT_FOUND");
  }
}

TEST_CASE("a publication waits for its months unless it was asked for", "[patent]") {
  CHECK(grown_and_submitted(Status::prelim, publish().set("pub_date", "2023-11-09")) ==
        "flags: PUBLISH_TOO_EARLY");
  CHECK(grown_and_submitted(Status::prelim, publish().set("pub_date", "2023-11-10")) == "flags: ");
  CHECK(grown_and_submitted(Status::prelim,
                            publish().set("pub_date", "2023-01-10").set("early_request", true)) ==
        "flags: ");
  CHECK(grown_and_submitted(Status::prelim, publish().set("pub_no", "CN115000001B")) ==
        "KIND_CODE_INVALID");
  CHECK(grown_and_submitted(Status::prelim, publish().set("pub_no", "CN215000001A")) ==
        "KIND_CODE_INVALID");
}

TEST_CASE(
    "openings that do not fit their commitments are flagged on the office's publication [F80]",
    "[patent][F80]") {
  const auto answer = [](Act act) { return grown_and_submitted(Status::prelim, act); };
  Value wrong_salt = opening("title", "一种余热回收装置");
  wrong_salt.set("salt", std::string(64, '8'));
  CHECK(answer(publish().set("openings", Value::Items{wrong_salt})) == "flags: COMMIT_MISMATCH");
  CHECK(answer(publish().set("title", "另一名称")) == "flags: COMMIT_MISMATCH");
  CHECK(answer(publish().set("openings", Value::Items{opening("title", "另一名称")})) ==
        "flags: COMMIT_MISMATCH");
  CHECK(answer(publish().set("openings", Value::Items{opening("applicant", "x")})) ==
        "flags: COMMIT_MISMATCH");
}

TEST_CASE("a request for examination has three years, and only the office starts it", "[patent]") {
  const auto answer = [](Act act) { return grown_and_submitted(Status::published, act); };
  CHECK(answer(about("patent.exam_request", R"({"date":"2025-05-12"})")) ==
        "flags: ");  // 05-10: Saturday
  CHECK(answer(about("patent.exam_request", R"({"date":"2025-05-13"})")) ==
        "flags: EXAM_REQUEST_LATE");
  CHECK(answer(about("patent.exam_request", R"({"date":"2025-05-13"})").by(kUniversity, "PARTY")) ==
        "EXAM_REQUEST_LATE");
  CHECK(answer(exam_entered().by(kUniversity, "PARTY")) == "ROLE_NOT_PERMITTED");
  CHECK(answer(about("patent.exam_request", R"({"date":"2024-05-13"})").by(kCompany, "PARTY")) ==
        "ROLE_NOT_PERMITTED");
  CHECK(answer(exam_entered().set("entered_date", "2023-11-30")) == "flags: EVENT_BEFORE_PRIOR");
}

TEST_CASE("before publication only who filed the commitment speaks, and nobody is named",
          "[patent]") {
  Register reg;
  const std::string id = reg.must(commit());
  reg.must(accept().set("commit_ref", id));
  Act withdraw = about("patent.withdraw", R"({"date":"2022-06-01","ground":"主动撤回"})");
  CHECK(reg.submit(Act(withdraw).by(kUniversity, "PARTY")).codes() == "ROLE_NOT_PERMITTED");
  CHECK(reg.submit(Act(withdraw)
                       .by(kAgency, "AGENT")
                       .with({kUniversity})
                       .set("applicants", Value::Items{kUniversity}))
            .codes() == "UNPUBLISHED_DATA_IN_CLEAR");
  Act served = prelim_result().set(
      "served",
      *json(R"({"s":[{"date":"2022-08-15","mode":"ELECTRONIC","party":"org:12500000QL0000014H"}]})")
           .find("s"));
  CHECK(reg.submit(served).codes() == "UNPUBLISHED_DATA_IN_CLEAR");
  reg.must(Act(withdraw).by(kAgency, "AGENT"));
  CHECK(reg.status_of(kPatent) == "WITHDRAWN");
}

TEST_CASE("after publication all applicants sign a withdrawal", "[patent]") {
  Register reg;
  reg.must(accept());
  reg.must(prelim_result());
  REQUIRE(
      reg.submit(publish().set("applicants", Value::Items{kUniversity, kCompany})).flag_codes() ==
      "");
  Act withdraw = about("patent.withdraw", R"({"date":"2024-06-03","ground":"主动撤回"})");
  const Outcome one = reg.submit(Act(withdraw).by(kUniversity, "PARTY"));
  CHECK(one.codes() == "COAPPLICANT_CONSENT_MISSING");
  CHECK(one.issues[0].detail == kCompany);
  withdraw.set("applicants", Value::Items{kUniversity, kCompany});
  CHECK(reg.submit(Act(withdraw).by(kUniversity, "PARTY")).codes() == "MISSING_SIGNATURE");
  reg.must(Act(withdraw).by(kUniversity, "PARTY").with({kCompany}));
  CHECK(reg.status_of(kPatent) == "WITHDRAWN");
}

TEST_CASE("an agency speaks for the applicant under a mandate", "[patent][F69]") {
  Register reg;
  grow(reg, Status::subst);
  Act response = about("patent.response", R"({"date":"2024-03-01","kind":"OBSERVATIONS"})");
  response.by(kAgency, "AGENT").acting_for(kUniversity);
  CHECK(reg.submit(response).codes() == "MANDATE_SCOPE");
  Act mandate("mandate.grant", R"({"from":"2026-01-01","powers":["EXAMINATION"]})");
  reg.must(mandate.set("principal", kUniversity)
               .set("agent", kAgency)
               .by(kAgency, "AGENT")
               .with({kUniversity}));
  reg.must(response);
  Act withdraw = about("patent.withdraw", R"({"date":"2024-06-03","ground":"主动撤回"})");
  CHECK(reg.submit(withdraw.by(kAgency, "AGENT").acting_for(kUniversity)).codes() ==
        "MANDATE_SCOPE");
}

TEST_CASE("services are ordered, one per party, and not before the decision", "[patent]") {
  const auto answer = [](const char* served) {
    Act act = grant_notice().set("served", *json("{\"s\":" + std::string(served) + "}").find("s"));
    return grown_and_submitted(Status::subst, act);
  };
  CHECK(answer(R"([{"date":"2024-05-08","mode":"POST","party":"org:12500000QL0000014H"}])") ==
        "flags: ");
  CHECK(answer(R"([{"date":"2024-05-05","mode":"POST","party":"org:12500000QL0000014H"}])") ==
        "flags: EVENT_BEFORE_PRIOR");
  CHECK(answer(R"([{"date":"2026-11-24","mode":"POST","party":"org:12500000QL0000014H"}])") ==
        "FUTURE_EVENT_DATE");
  CHECK(answer(R"([{"date":"2024-05-08","mode":"POST"}])") == "SCHEMA_INVALID");
  CHECK(
      answer(
          R"([{"date":"2024-05-08","mode":"POST","party":"org:12500000QL0000014H"},{"date":"2024-05-09","mode":"POST","party":"org:12500000QL0000014H"}])") ==
      "SCHEMA_INVALID");
  CHECK(answer(R"([{"date":"2024-05-08","mode":"PIGEON","party":"org:12500000QL0000014H"}])") ==
        "SCHEMA_INVALID");
}

TEST_CASE("formalities are judged from the service of the notice, and not without one",
          "[patent]") {
  const auto answer = [](bool served, const char* formalities) {
    Register reg;
    grow(reg, Status::subst);
    Act notice = grant_notice();
    if (served)
      notice.set(
          "served",
          *json(R"({"s":[{"date":"2024-05-08","mode":"POST","party":"org:12500000QL0000014H"}]})")
               .find("s"));
    reg.must(notice);
    return reg.submit(grant().set("grant_date", "2024-09-20").set("formalities_date", formalities))
        .flag_codes();
  };
  CHECK(answer(true, "2024-07-08").empty());
  CHECK(answer(true, "2024-07-09") == "FORMALITY_LATE");
  CHECK(answer(false, "2024-08-30").empty());
}

TEST_CASE("a grant names its document, its owners and their shares", "[patent]") {
  const auto answer = [](Act act) { return grown_and_submitted(Status::allowed, act); };
  CHECK(answer(grant().set("kind", "U")) == "KIND_CODE_INVALID");
  CHECK(answer(grant().set("grant_no", "CN215000001U").set("kind", "U")) == "KIND_CODE_INVALID");
  const auto owners = [](const char* text) {
    return *json("{\"o\":" + std::string(text) + "}").find("o");
  };
  CHECK(
      answer(grant().set(
          "owners",
          owners(
              R"([{"party":"org:12500000QL0000014H","share":6000},{"party":"org:91500112MAQL000116","share":4000}])"))) ==
      "flags: ");
  CHECK(
      answer(grant().set(
          "owners",
          owners(
              R"([{"party":"org:12500000QL0000014H","share":6000},{"party":"org:91500112MAQL000116","share":4001}])"))) ==
      "SHARE_SUM_INVALID");
  CHECK(
      answer(grant().set(
          "owners",
          owners(
              R"([{"party":"org:12500000QL0000014H","share":10000},{"party":"org:91500112MAQL000116"}])"))) ==
      "SHARE_SUM_INVALID");
  CHECK(answer(grant().set("title", "名称")) == "SCHEMA_INVALID");
  CHECK(answer(grant().set("grant_date", "2024-05-01")) == "flags: EVENT_BEFORE_PRIOR");
  CHECK(answer(grant().set("owners", owners(R"([{"party":"org:91350100M000100Y43"}])"))) ==
        "UNKNOWN_PARTY");
}

TEST_CASE(
    "a utility model becomes public with its grant, and a parallel invention waits for its end",
    "[patent]") {
  Register reg;
  const std::string number = app_no("202220234567");
  const std::string utility = "pat:" + number;
  const auto um = [&](Act act) { return act.set("pat", utility); };
  reg.must(accept());
  reg.must(accept().set("app_no", number).set("type", "UM").set("pair_um_inv", kPatent));
  CHECK(reg.row(kPatent).text_of("pair") == utility);
  reg.must(um(prelim_result()));
  reg.must(um(grant_notice()).set("date", "2022-10-10"));
  Act granted =
      um(grant()).set("grant_date", "2022-12-02").set("grant_no", "CN215000001U").set("kind", "U");
  CHECK(reg.submit(granted).codes() == "SCHEMA_INVALID");
  granted.set("title", "一种余热回收装置")
      .set("openings", Value::Items{opening("title", "一种余热回收装置")});
  reg.must(granted);
  CHECK(reg.row(utility).text_of("term_end") == "2032-05-09");
  CHECK(reg.row(utility).text_of("title") == "一种余热回收装置");

  reg.must(prelim_result());
  reg.must(publish());
  reg.must(exam_entered());
  reg.must(grant_notice());
  // Abandoned in time for the invention (IR 47), it no longer stands in the way.
  Register given_up(reg);
  given_up.must(Act("patent.abandon", R"({"date":"2024-06-21","scope":"WHOLE"})")
                    .set("pat", utility)
                    .set("owners", Value::Items{kUniversity})
                    .with({kUniversity}));
  CHECK(given_up.submit(grant()).flag_codes().empty());
  const Outcome dual = reg.submit(grant());
  CHECK(dual.flag_codes() == "DUAL_GRANT");
  CHECK(dual.flags[0].blocking ==
        std::vector<std::string>{std::string(reg.row(utility).text_of("record"))});
}

TEST_CASE("time puts an unpaid patent into grace and beyond, without any record",
          "[patent][annuity]") {
  Register reg;
  grow(reg, Status::granted);
  CHECK(derived(reg, "2025-05-12").status == "GRANTED");  // 05-10 is a Saturday
  CHECK(derived(reg, "2025-05-13").status == "IN_GRACE");
  CHECK(derived(reg, "2025-11-10").status == "IN_GRACE");
  CHECK(derived(reg, "2025-11-11").status == "GRACE_OVER");
  REQUIRE(derived(reg, "2025-11-11").annuity);
  CHECK(derived(reg, "2025-11-11").annuity->year == 4);
  reg.must(paid(4, "2025-11-10"));
  CHECK(derived(reg, "2025-11-11").status == "GRANTED");
  CHECK(derived(reg, "2026-05-12").status == "IN_GRACE");
  CHECK(reg.status_of(kPatent) == "GRANTED");
  for (int year = 5; year <= 20; ++year) reg.must(paid(year, "2026-01-05"));
  CHECK_FALSE(derived(reg, "2042-05-09").annuity);
  CHECK(derived(reg, "2042-05-09").status == "GRANTED");
  CHECK(derived(reg, "2042-05-10").status == "TERM_ENDED");
}

TEST_CASE("an annuity is paid once, within its term and before the end of grace",
          "[patent][annuity]") {
  Register reg;
  grow(reg, Status::granted);
  reg.must(paid(4, "2025-05-10"));
  CHECK(reg.submit(paid(4, "2025-05-10")).codes() == "ANNUITY_DUPLICATE");
  CHECK(reg.submit(paid(3, "2025-05-10")).codes() == "ANNUITY_DUPLICATE");
  CHECK(reg.submit(paid(21, "2025-05-10")).codes() == "SCHEMA_INVALID");
  CHECK(reg.submit(paid(5, "2026-11-24")).codes() == "FUTURE_EVENT_DATE");
  CHECK(reg.submit(paid(5, "2026-11-11")).flag_codes() == "ANNUITY_AFTER_GRACE");
  CHECK(reg.submit(paid(6, "2026-11-11").set("amount", json(R"({"fen":-1})"))).codes() ==
        "AMOUNT_INVALID");
  CHECK(reg.submit(paid(6, "2026-11-11").set("amount", json(R"({"amount":"1.5","cur":"CNY"})")))
            .codes() == "AMOUNT_INVALID");
}

TEST_CASE("a notice informs, and a day that differs from the derived one is flagged",
          "[patent][annuity]") {
  Register reg;
  grow(reg, Status::granted);
  const std::string before = to_canonical(reg.row(kPatent));
  Act notice = about("annuity.notice", R"({"due":"2025-05-12","grace_end":"2025-11-10","year":4})");
  reg.must(notice);
  CHECK(reg.submit(Act(notice).set("due", "2025-05-10")).flag_codes() == "ANNUITY_DUE_DIFFERS");
  CHECK(to_canonical(reg.row(kPatent)) == before);
}

TEST_CASE("a lapse waits for the end of grace and is as of the unmoved due day", "[patent]") {
  Register early;
  grow(early, Status::granted);
  early.today("2025-11-10");
  CHECK(early.submit(lapse().set("announce_date", "2025-11-10").on("2025-11-10")).flag_codes() ==
        "GRACE_NOT_OVER");
  CHECK(grown_and_submitted(Status::granted, lapse().set("as_of", "2025-05-12")) ==
        "flags: ANNUITY_DUE_DIFFERS");
  Register reg;
  grow(reg, Status::lapsed);
  CHECK(reg.status_of(kPatent) == "LAPSED");
  CHECK(reg.row(kPatent).find("lapse")->text_of("as_of") == "2025-05-10");
  CHECK(derived(reg, "2026-11-23").restorable);
  CHECK_FALSE(derived(reg, "2026-11-23").restorable_until);  // nobody has been served
}

TEST_CASE("a restoration is in time from the service on, and keeps the gap [F75]",
          "[patent][F75]") {
  const auto lapsed = [](Register& reg) {
    grow(reg, Status::granted);
    reg.must(lapse().set(
        "served",
        *json(R"({"s":[{"date":"2026-01-12","mode":"POST","party":"org:12500000QL0000014H"}]})")
             .find("s")));
  };
  Register reg;
  lapsed(reg);
  CHECK(to_string(*derived(reg, "2026-11-23").restorable_until) == "2026-03-12");
  CHECK_FALSE(derived(reg, "2026-03-13").restorable);
  CHECK(reg.submit(restore().by(kUniversity, "PARTY")).codes() == "ROLE_NOT_PERMITTED");
  reg.must(restore().set("request_date", "2026-03-12").set("decision_date", "2026-04-01"));
  CHECK(reg.status_of(kPatent) == "GRANTED");
  CHECK(to_canonical(reg.row(kPatent).items_of("gaps")[0]) ==
        R"({"from":"2025-05-10","to":"2026-04-01"})");
  CHECK_FALSE(reg.row(kPatent).find("lapse"));
  reg.must(paid(4, "2026-03-20"));  // within the gap that was restored

  Register late;
  lapsed(late);
  CHECK(late.submit(restore().set("request_date", "2026-03-13").set("decision_date", "2026-04-01"))
            .flag_codes() == "RESTORE_WINDOW_CLOSED");
}

TEST_CASE("force majeure counts from its end, and never longer than two years", "[patent]") {
  const auto answer = [](const char* removed, const char* requested) {
    Register reg;
    grow(reg, Status::lapsed);
    Act act = restore()
                  .set("basis", "FORCE_MAJEURE")
                  .set("request_date", requested)
                  .set("decision_date", "2026-11-20");
    if (removed) act.set("obstacle_removed", removed);
    return reg.submit(act).flag_codes();
  };
  CHECK(answer("2026-08-20", "2026-10-20").empty());
  CHECK(answer("2026-08-20", "2026-10-21") == "RESTORE_WINDOW_CLOSED");
  CHECK(answer(nullptr, "2026-11-20").empty());
}

TEST_CASE("an application deemed withdrawn is restored to where it was", "[patent]") {
  Register reg;
  grow(reg, Status::subst);
  reg.must(about("patent.deemed_withdrawn", R"({"date":"2025-01-10","ground":"期满未答复"})"));
  CHECK(reg.status_of(kPatent) == "DEEMED_WITHDRAWN");
  reg.must(restore());
  CHECK(reg.status_of(kPatent) == "SUBST");
}

TEST_CASE("a rejection is final by time only when everybody has been served", "[patent]") {
  Register reg;
  grow(reg, Status::subst);
  const std::string id =
      reg.must(about("patent.reject", R"({"date":"2026-03-30","ground":"不具备创造性"})"));
  CHECK(derived(reg, "2026-11-23").status == "REJECTED");
  Act service(
      "correction",
      R"({"field":"served","new":[{"date":"2026-03-31","mode":"POST","party":"org:12500000QL0000014H"}],"reason":"补充送达"})");
  reg.must(service.set("target", id));
  CHECK(derived(reg, "2026-06-30").status == "REJECTED");
  CHECK(derived(reg, "2026-07-01").status == "REJECTED_FINAL");
  CHECK(reg.status_of(kPatent) == "REJECTED");
}

TEST_CASE("a right expires on the day after its term and on no other", "[patent]") {
  Register reg;
  grow(reg, Status::granted);
  reg.today("2042-05-10");
  const auto expire = [](const char* date) {
    return about("patent.expire", "{}").set("date", date).on("2042-05-10");
  };
  CHECK(reg.submit(expire("2042-05-11")).codes() == "FUTURE_EVENT_DATE");
  Register early = reg;
  CHECK(early.submit(expire("2042-05-09")).flag_codes() == "TERM_NOT_ENDED");
  reg.must(expire("2042-05-10"));
  CHECK(reg.status_of(kPatent) == "EXPIRED");
}

TEST_CASE("a date that is impossible or lies ahead is refused [F77]", "[patent][F77]") {
  Register reg;
  for (const char* date : {"0000-00-00", "9999-12-31", "2023-02-29", "2022-02-30", "-022-01-01"}) {
    CHECK(reg.submit(accept().set("filing_date", date)).codes() == "SCHEMA_INVALID");
    CHECK(reg.submit(accept().on(date)).codes() == "SCHEMA_INVALID");
  }
  CHECK(reg.submit(accept().on("2026-11-24")).codes() == "FUTURE_EVENT_DATE");
  CHECK(reg.submit(accept().on("2999-12-31")).codes() == "FUTURE_EVENT_DATE");
  CHECK(reg.submit(accept().on("2025-11-22")).flag_codes() == "LATE_ENTRY");
}

TEST_CASE("the largest row of a patent fits its bound", "[patent]") {
  Register reg;
  std::vector<std::string> people;
  for (int i = 0; i < 32; ++i) {
    const std::string id = "per:" + to_hex(crypto::sha256(std::to_string(i)));
    reg.put(party_row(id), json(R"({"kind":"PERSON","status":"ACTIVE"})"));
    people.push_back(id);
  }
  std::ranges::sort(people);
  Value::Items parties(people.begin(), people.end());
  Value::Items owners, served, inventors, symbols;
  for (const std::string& id : people) {
    owners.push_back(Value(Value::Members{{"party", id}}));
    served.push_back(
        Value(Value::Members{{"date", "2024-07-01"}, {"mode", "ELECTRONIC"}, {"party", id}}));
  }
  for (int i = 0; i < 64; ++i) {
    inventors.push_back("sha256:" + to_hex(crypto::sha256(std::to_string(i))));
    symbols.push_back("Y02E" + std::to_string(1000 + i) + "/123456");
  }
  reg.must(accept().set("title_commit", test::committed("title", std::string(2'000, 'x'))));
  reg.must(prelim_result());
  reg.must(publish()
               .set("title", std::string(2'000, 'x'))
               .set("applicants", parties)
               .set("inventors", inventors)
               .set("ipc", symbols)
               .set("openings", Value::Items{opening("title", std::string(2'000, 'x'))}));
  reg.must(exam_entered());
  reg.must(
      office_action().set("date", "2024-06-28").set("due", "2024-10-28").set("served", served));
  reg.must(grant_notice().set("date", "2024-06-28").set("served", served));
  reg.must(grant()
               .set("grant_date", "2024-09-02")
               .set("owners", owners)
               .set("inventors", inventors)
               .set("ipc", symbols));
  Act refuse =
      about("patent.reject", R"({"date":"2024-07-01","ground":"示例"})").set("served", served);
  CHECK(reg.submit(refuse).flag_codes() == "EVENT_BEFORE_PRIOR STATE_FORBIDS");
  for (const std::string& id : people) {
    Act change = about("owner.change_name", R"({"before":"甲"})").set("party", id);
    CHECK(reg.submit(change.set("after", std::string(300, 'y'))).accepted());
  }
  const std::size_t size = to_canonical(reg.row(kPatent)).size();
  INFO(size);
  CHECK(size > 35'000);
  CHECK(size <= 60u * 1024);
}
