// SPDX-License-Identifier: Apache-2.0
#include "ledger/catalog/governance.hpp"
#include "ledger/catalog/invalidation.hpp"
#include "ledger/catalog/suspend.hpp"
#include "tests/catalog/patents.hpp"
#include "tests/support/catch.hpp"

using namespace qinglu;
using namespace qinglu::ledger;
using namespace qinglu::test;

// What happens to a rejection, and to a granted right that is attacked, suspended or compensated.

namespace {

using Status = PatentStatus;

const std::string kSuit = "case:11500000QL0000033U/2026-17";

Act about(std::string_view type, const char* data) { return Act(type, data).set("pat", kPatent); }

// --- reexamination ---

Act rejection() {
  return about("patent.reject", R"({"date":"2026-03-02","ground":"不具备创造性"})")
      .set("served", served({kUniversity}, "2026-03-05"));
}
Act reexam_request(const char* date = "2026-06-05") {
  return about("reexam.request", R"({"no":"1F-2026-0001"})").set("date", date).by(kUniversity, "PARTY");
}
Act reexam_decision(const char* outcome) {
  return about("reexam.decide", R"({"date":"2026-07-01","no":"1F-2026-0001"})")
      .set("outcome", outcome)
      .set("served", served({kUniversity}, "2026-07-03"));
}
Act reexam_suit(const std::string& decision, const char* date = "2026-10-09") {
  return about("reexam.suit", "{}").set("case", kSuit).set("date", date).set("decision", decision).by(kCourt, "COURT");
}
Act reexam_judgment(const char* outcome, bool ends) {
  return about("reexam.judgment", R"({"date":"2026-11-02","instance":"FIRST"})")
      .set("case", kSuit)
      .set("ends", ends)
      .set("outcome", outcome)
      .by(kCourt, "COURT");
}

std::string derived(const Register& reg, std::string_view day) {
  const Date date = *parse_date(day);
  return derived_status(reg.row(kPatent), reg.pack(), calendar_at(reg, date), date).status;
}

// --- invalidation ---

Act invalidation_request() {
  return about("invalidation.request",
               R"({"claims":[1,2],"date":"2025-02-03","grounds":["PL22_3"],"no":"5W-2025-0001"})")
      .set("evidence", Value::Items{kSomeHash})
      .set("requester", kCompany)
      .by(kCompany, "PARTY");
}
Act invalidation_decision(const std::string& request, const char* outcome) {
  Act act = about("invalidation.decide", R"({"date":"2025-09-01","decision_no":"58001"})");
  act.set("request", request).set("outcome", outcome);
  if (std::string_view(outcome) == "PARTIAL") act.set("claims_void", list_of("[2]"));
  return act.set("served", served({kUniversity, kCompany}, "2025-09-05"));
}
Act invalidation_suit(const std::string& request, std::string_view by, const char* date) {
  return about("invalidation.suit", "{}")
      .set("by", by)
      .set("case", kSuit)
      .set("date", date)
      .set("request", request)
      .by(kCourt, "COURT");
}
Act invalidation_judgment(const std::string& request, const char* outcome, bool ends) {
  return about("invalidation.judgment", R"({"date":"2026-05-06","instance":"SECOND"})")
      .set("case", kSuit)
      .set("ends", ends)
      .set("outcome", outcome)
      .set("request", request)
      .by(kCourt, "COURT");
}
Act invalidation_final(const std::string& request, const char* date = "2026-06-01") {
  return about("invalidation.final", "{}").set("date", date).set("request", request);
}

// --- suspension ---

Act suspension(const char* until = "2027-05-06") {
  return about("suspend.start", R"({"cause":"OWNERSHIP","from":"2026-05-06"})").set("doc", kSomeHash).set("until", until);
}

}  // namespace

TEST_CASE("a rejection is final once nobody asked for reexamination in time", "[reexam]") {
  Register reg;
  grow(reg, Status::subst);
  reg.must(rejection());
  CHECK(derived(reg, "2026-06-05") == "REJECTED");
  CHECK(derived(reg, "2026-06-06") == "REJECTED_FINAL");
  CHECK(reg.submit(reexam_request("2026-06-08")).codes() == "DEADLINE_PASSED");
  reg.must(reexam_request());
  CHECK(derived(reg, "2026-11-23") == "REJECTED");
}

TEST_CASE("each of two applicants has its own time to ask for reexamination", "[reexam]") {
  Register reg;
  grow(reg, Status::subst);
  Value row = reg.row(kPatent);
  row.set("applicants", Value::Items{kUniversity, kCompany});
  reg.put(subject_row(kPatent), row);
  Value both = served({kUniversity, kCompany}, "2026-03-05");
  for (Value& each : both.items()) {
    if (each.text_of("party") == kCompany) each.set("date", "2026-04-03");
  }
  reg.must(rejection().set("served", both));
  const auto codes = [&](const char* date, const std::string& who) { return Register(reg).submit(reexam_request(date).by(who, "PARTY")).codes(); };
  CHECK(codes("2026-06-05", kUniversity) == "");
  CHECK(codes("2026-06-08", kUniversity) == "DEADLINE_PASSED");
  CHECK(codes("2026-07-03", kCompany) == "");
  CHECK(codes("2026-07-06", kCompany) == "DEADLINE_PASSED");
  CHECK(derived(reg, "2026-07-03") == "REJECTED");  // while one may still ask
}

TEST_CASE("reexamination is asked for once, by the applicant, after a rejection", "[reexam]") {
  Register reg;
  grow(reg, Status::subst);
  CHECK(reg.submit(reexam_request()).codes() == "STATE_FORBIDS");
  CHECK(reg.submit(reexam_decision("UPHELD")).flag_codes() == "STATE_FORBIDS");
  reg.must(rejection());
  CHECK(reg.submit(reexam_request().by(kCompany, "PARTY")).codes() == "ROLE_NOT_PERMITTED");
  reg.must(reexam_request());
  CHECK(reg.submit(reexam_request()).codes() == "STATE_FORBIDS");
}

TEST_CASE("a rejection that is revoked leads back to where it was made", "[reexam]") {
  Register reg;
  grow(reg, Status::subst);
  reg.must(rejection());
  reg.must(reexam_request());
  reg.must(reexam_decision("REVOKED"));
  CHECK(reg.status_of(kPatent) == "SUBST");
  CHECK_FALSE(reg.row(kPatent).find("reexam"));
  CHECK_FALSE(reg.row(kPatent).find("previous"));
  reg.must(rejection().set("date", "2026-08-03").set("served", served({kUniversity}, "2026-08-05")));
  CHECK(reg.status_of(kPatent) == "REJECTED");
  reg.must(reexam_request("2026-11-05"));
}

TEST_CASE("a failed preliminary examination that is revoked goes on", "[reexam]") {
  Register reg;
  reg.must(accept().set("commit_ref", reg.must(commit())));
  reg.must(prelim_result("FAILED"));
  reg.must(reexam_request("2026-06-05").by(kAgency, "AGENT"));
  reg.must(about("reexam.decide", R"({"date":"2026-07-01","no":"1F-2026-0001","outcome":"REVOKED"})"));
  CHECK(reg.status_of(kPatent) == "FILED");
}

TEST_CASE("a decision that upholds is attacked within three months, posted papers in time", "[reexam]") {
  Register reg;
  grow(reg, Status::subst);
  reg.must(rejection());
  reg.must(reexam_request());
  const std::string decision = reg.must(reexam_decision("UPHELD"));
  CHECK(reg.row(kPatent).find("reexam")->text_of("stage") == "UPHELD");
  // Served on Friday 3 July: the window ends on Saturday 3 October, within the holiday week, so later.
  CHECK(derived(reg, "2026-10-03") == "REJECTED");
  CHECK(derived(reg, "2026-11-23") == "REJECTED_FINAL");
  const auto flags = [&](const Act& act) { return Register(reg).submit(act).flag_codes(); };
  CHECK(flags(reexam_suit(decision, "2026-10-30")) == "DEADLINE_PASSED");
  CHECK(flags(reexam_suit(decision, "2026-10-30").set("posted_date", "2026-10-31")) ==
        "DEADLINE_PASSED EVENT_BEFORE_PRIOR");
  CHECK(reg.submit(reexam_suit(decision).set("case", kPatent)).codes() == "SCHEMA_INVALID");
  reg.must(reexam_suit(decision, "2026-10-30").set("posted_date", "2026-09-30"));
  CHECK(derived(reg, "2026-11-23") == "REJECTED");
}

TEST_CASE("a suit names the decision that it attacks", "[reexam]") {
  Register reg;
  grow(reg, Status::subst);
  const std::string rejected = reg.must(rejection());
  reg.must(reexam_request());
  const std::string before = reg.must(reexam_decision("REVOKED"));
  reg.must(rejection().set("date", "2026-08-03").set("served", served({kUniversity}, "2026-08-05")));
  reg.must(reexam_request("2026-09-02"));
  reg.must(reexam_decision("UPHELD").set("date", "2026-10-12").set("served", served({kUniversity}, "2026-10-15")));
  CHECK(reg.submit(reexam_suit(rejected)).codes() == "REF_WRONG_TYPE");
  CHECK(reg.submit(reexam_suit(before)).codes() == "REF_WRONG_TYPE");
  CHECK(reg.submit(reexam_suit("sha256:" + std::string(64, '0'))).codes() == "REF_NOT_FOUND");
}

TEST_CASE("a judgment ends the suit, or the suit goes on", "[reexam]") {
  for (const bool upheld : {true, false}) {
    Register sued;
    grow(sued, Status::subst);
    sued.must(rejection());
    sued.must(reexam_request());
    const std::string decision = sued.must(reexam_decision("UPHELD"));
    CHECK(Register(sued).submit(reexam_judgment("UPHELD", true)).flag_codes() == "STATE_FORBIDS");
    sued.must(reexam_suit(decision, "2026-09-30"));
    sued.must(reexam_judgment(upheld ? "UPHELD" : "REVOKED", false));
    CHECK(sued.status_of(kPatent) == "REJECTED");
    sued.must(reexam_judgment(upheld ? "UPHELD" : "REVOKED", true));
    if (upheld) {
      CHECK(sued.status_of(kPatent) == "REJECTED_FINAL");
    } else {
      // The office decides anew.
      sued.must(about("reexam.decide", R"({"date":"2026-11-10","no":"1F-2026-0001","outcome":"REVOKED"})"));
      CHECK(sued.status_of(kPatent) == "SUBST");
    }
  }
}

TEST_CASE("before publication reexamination names nobody", "[reexam]") {
  Register reg;
  reg.must(accept().set("commit_ref", reg.must(commit())));
  reg.must(prelim_result());
  reg.must(about("patent.reject", R"({"date":"2026-03-02","ground":"不符合规定"})"));
  CHECK(reg.submit(reexam_request().by(kUniversity, "PARTY")).codes() == "ROLE_NOT_PERMITTED");
  reg.must(reexam_request().by(kAgency, "AGENT"));
  CHECK(reg.submit(reexam_decision("UPHELD")).codes() == "UNPUBLISHED_DATA_IN_CLEAR");
}

TEST_CASE("whoever asks for invalidation contests the right until the end", "[invalidation]") {
  Register reg;
  grow(reg, Status::granted);
  CHECK(reg.submit(invalidation_request().by(kUniversity, "PARTY")).codes() == "ROLE_NOT_PERMITTED");
  const std::string request = reg.must(invalidation_request());
  CHECK((open_invalidations(reg.row(kPatent)) == Value::Items{request}));
  reg.must(invalidation_decision(request, "PARTIAL"));
  CHECK(reg.status_of(kPatent) == "GRANTED");
  reg.must(invalidation_final(request));
  CHECK(reg.status_of(kPatent) == "GRANTED");
  CHECK((reg.row(kPatent).items_of("void_claims") == Value::Items{Value(2)}));
  CHECK(open_invalidations(reg.row(kPatent)).empty());
}

TEST_CASE("an invention that is wholly invalid is INVALIDATED when the decision is final", "[invalidation]") {
  Register reg;
  grow(reg, Status::granted);
  const std::string request = reg.must(invalidation_request());
  CHECK(reg.submit(invalidation_decision(request, "WHOLE").set("claims_void", list_of("[1]"))).codes() ==
        "SCHEMA_INVALID");
  CHECK(Register(reg).submit(invalidation_final(request)).flag_codes() == "STATE_FORBIDS");
  reg.must(invalidation_decision(request, "WHOLE"));
  reg.must(invalidation_final(request));
  CHECK(reg.status_of(kPatent) == "INVALIDATED");
  CHECK(reg.submit(invalidation_request().set("no", "5W-2026-0002")).codes() ==
        "INVALIDATION_RES_JUDICATA STATE_FORBIDS");
}

TEST_CASE("licences on what is void are named when the invalidation is final", "[invalidation]") {
  const auto licensed = [](Register& reg, char digit, const char* from, const char* to) {
    const std::string id = "sha256:" + std::string(64, digit) + "/0";
    Value row = json(R"({"kind":"ORD","scope":{"fields":["ALL"],"manner":["MAKE"],"territory":["CN"]}})");
    row.find("scope")->set("from", from);
    row.find("scope")->set("to", to);
    reg.put(encumbrance_row(kPatent, id), row);
    Value patent = reg.row(kPatent);
    Value::Items all = patent.items_of("licenses");
    all.emplace_back(id);
    patent.set("licenses", std::move(all));
    reg.put(subject_row(kPatent), patent);
    return id;
  };
  for (const char* outcome : {"MAINTAIN", "PARTIAL", "WHOLE"}) {
    INFO(outcome);
    Register reg;
    grow(reg, Status::granted);
    licensed(reg, '1', "2024-07-01", "2026-05-31");  // over on the day before
    const std::string running = licensed(reg, '2', "2024-07-01", "2026-06-01");
    const std::string to_begin = licensed(reg, '3', "2027-01-01", "2027-12-31");
    const std::string request = reg.must(invalidation_request());
    reg.must(invalidation_decision(request, outcome));
    const Outcome final_one = reg.submit(invalidation_final(request));
    REQUIRE(final_one.accepted());
    if (std::string_view(outcome) == "MAINTAIN") {
      CHECK(final_one.flags.empty());
      continue;
    }
    CHECK(final_one.flag_codes() == "LICENSE_ON_VOID");
    CHECK(final_one.flags[0].blocking == std::vector<std::string>{running, to_begin});
  }
}

TEST_CASE("a decision is not final while a party may still sue, or was not served", "[invalidation]") {
  Register reg;
  grow(reg, Status::granted);
  const std::string request = reg.must(invalidation_request());
  reg.must(invalidation_decision(request, "WHOLE"));
  // Served on 5 September: three months end on 5 December 2025, a Friday.
  const Outcome early = reg.submit(invalidation_final(request, "2025-12-05"));
  CHECK(early.flag_codes() == "APPEAL_WINDOW_OPEN");
  CHECK(early.flags.size() == 2);

  Register unserved;
  grow(unserved, Status::granted);
  const std::string asked = unserved.must(invalidation_request());
  const std::string decision =
      unserved.must(invalidation_decision(asked, "WHOLE").set("served", served({kCompany}, "2025-09-05")));
  const Outcome unknown = Register(unserved).submit(invalidation_final(asked));
  CHECK(unknown.flag_codes() == "SERVICE_UNKNOWN");
  CHECK(unknown.flags[0].detail == kUniversity);
  unserved.must(Act("correction", R"({"reason":"补记送达"})")
                    .set("target", decision)
                    .set("field", "served")
                    .set("new", served({kUniversity}, "2025-09-08")));
  unserved.must(invalidation_final(asked));
}

TEST_CASE("each party sues within its own three months; a court's end decides", "[invalidation]") {
  Register reg;
  grow(reg, Status::granted);
  const std::string request = reg.must(invalidation_request());
  reg.must(invalidation_decision(request, "WHOLE"));
  CHECK(reg.submit(invalidation_suit(request, kAgency, "2025-11-03")).codes() == "ROLE_NOT_PERMITTED");
  reg.must(invalidation_suit(request, kUniversity, "2025-12-05"));
  CHECK(reg.submit(invalidation_suit(request, kCompany, "2025-12-08")).flag_codes() == "DEADLINE_PASSED");
  CHECK(reg.submit(invalidation_final(request)).flag_codes() == "STATE_FORBIDS");

  Register anew;
  grow(anew, Status::granted);
  const std::string asked = anew.must(invalidation_request());
  anew.must(invalidation_decision(asked, "WHOLE"));
  anew.must(invalidation_suit(asked, kUniversity, "2025-12-05"));
  anew.must(invalidation_judgment(asked, "REVOKED", false));
  anew.must(invalidation_judgment(asked, "REVOKED", true));
  anew.must(invalidation_decision(asked, "MAINTAIN").set("date", "2026-08-03").set("served", served({kUniversity, kCompany}, "2026-08-05")));
  anew.must(invalidation_final(asked, "2026-11-09"));
  CHECK(anew.status_of(kPatent) == "GRANTED");
  CHECK_FALSE(anew.row(kPatent).find("void_claims"));
}

TEST_CASE("grounds and evidence that were decided are barred, others are not", "[invalidation]") {
  Register reg;
  grow(reg, Status::granted);
  const std::string request = reg.must(invalidation_request());
  // Still open: a second request may run beside the first.
  reg.must(invalidation_request().set("no", "5W-2025-0002").set("claims", list_of("[3]")));
  reg.must(invalidation_decision(request, "MAINTAIN"));
  reg.must(invalidation_final(request));
  const Outcome again = reg.submit(invalidation_request().set("no", "5W-2026-0003"));
  CHECK(again.codes() == "INVALIDATION_RES_JUDICATA");
  CHECK(again.issues[0].blocking == std::vector<std::string>{request});
  reg.must(invalidation_request().set("grounds", Value::Items{"PL26_3"}));
  reg.must(invalidation_request().set("evidence", Value::Items{"sha256:" + std::string(64, 'a')}));
}

TEST_CASE("a request is about the patent that its record names", "[invalidation]") {
  Register reg;
  grow(reg, Status::granted);
  const std::string request = reg.must(invalidation_request());
  const std::string report = reg.must(paid(4, "2025-05-10"));
  CHECK(reg.submit(invalidation_decision(report, "WHOLE")).codes() == "REF_WRONG_TYPE");
  CHECK(reg.submit(invalidation_decision(request, "WHOLE").set("pat", kUtility)).codes() == "SUBJECT_NOT_FOUND");
}

TEST_CASE("while a patent is suspended what IR 105 names stands still", "[suspend]") {
  Register reg;
  grow(reg, Status::subst);
  const std::string start = reg.must(suspension());
  CHECK(suspended_on(reg.row(kPatent), *parse_date("2026-05-06")) != nullptr);
  CHECK(suspended_on(reg.row(kPatent), *parse_date("2027-05-06")) != nullptr);
  CHECK(suspended_on(reg.row(kPatent), *parse_date("2027-05-07")) == nullptr);
  const Outcome grant = Register(reg).submit(grant_notice().set("date", "2026-06-01"));
  CHECK(grant.flag_codes() == "PATENT_FROZEN");
  CHECK(grant.flags[0].blocking == std::vector<std::string>{start});
  const Outcome withdrawal =
      reg.submit(about("patent.withdraw", R"({"date":"2026-06-01","ground":"主动撤回"})").by(kUniversity, "PARTY"));
  CHECK(withdrawal.codes() == "PATENT_FROZEN");
  // A party's reply holds its period and is kept.
  reg.must(about("patent.response", R"({"date":"2026-06-01","kind":"AMENDMENT"})"));
}

TEST_CASE("a dispute over ownership suspends a year at a time", "[suspend]") {
  Register reg;
  grow(reg, Status::granted);
  CHECK(Register(reg).submit(suspension("2027-05-07")).flag_codes() == "SUSPENSION_TOO_LONG");
  CHECK(Register(reg).submit(suspension("2026-05-05")).flag_codes() == "EVENT_BEFORE_PRIOR");
  const std::string start = reg.must(suspension("2026-11-23"));
  const auto extend = [&](const char* until) {
    return about("suspend.extend", "{}").set("suspension", start).set("until", until).set("doc", kSomeHash);
  };
  CHECK(Register(reg).submit(extend("2027-11-24")).flag_codes() == "SUSPENSION_TOO_LONG");
  reg.must(extend("2027-11-23"));
  CHECK(suspended_on(reg.row(kPatent), *parse_date("2027-11-23")) != nullptr);
  Register later;
  grow(later, Status::granted);
  const std::string over = later.must(suspension("2026-11-20"));
  CHECK(later.submit(about("suspend.extend", R"({"until":"2027-01-01"})").set("suspension", over).set("doc", kSomeHash))
            .flag_codes() == "STATE_FORBIDS");
}

TEST_CASE("a suspension ends on the day that the office states", "[suspend]") {
  Register reg;
  grow(reg, Status::granted);
  const std::string start = reg.must(suspension());
  reg.must(about("suspend.end", R"({"date":"2026-11-20"})").set("suspension", start));
  CHECK(suspended_on(reg.row(kPatent), *parse_date("2026-11-21")) == nullptr);
  // What has ended is gone from the row when the next one begins.
  reg.must(suspension().set("from", "2026-11-23").set("until", "2027-11-23"));
  CHECK(reg.row(kPatent).items_of("suspended").size() == 1);
}

TEST_CASE("the term of an invention grows by the days of its compensation", "[term]") {
  Register reg;
  grow(reg, Status::granted);
  const auto compensation = [] {
    return about("term.adjust", R"({"days":100,"kind":"PTA","request_date":"2024-09-20"})");
  };
  CHECK(Register(reg).submit(compensation().set("request_date", "2024-09-24")).flag_codes() == "PTA_REQUEST_LATE");
  CHECK(Register(reg).submit(compensation().set("request_date", "2024-06-20")).flag_codes() == "EVENT_BEFORE_PRIOR");
  reg.must(compensation());
  CHECK(reg.row(kPatent).text_of("term_end") == "2042-08-17");
  // A corrected filing date moves the term and keeps the days.
  const std::string accepted(reg.row(kPatent).text_of("record"));
  reg.must(Act("correction", R"({"field":"filing_date","new":"2022-05-09","old":"2022-05-10","reason":"笔误"})")
               .set("target", accepted));
  CHECK(reg.row(kPatent).text_of("term_end") == "2042-08-16");
  Register pending;
  grow(pending, Status::filed);
  CHECK(pending.submit(compensation()).flag_codes() == "STATE_FORBIDS");
}

TEST_CASE("an invention of a pair of the same day gets no compensation", "[term]") {
  Register reg;
  grow(reg, Status::granted);
  Value row = reg.row(kPatent);
  row.set("pair", kUtility);
  reg.put(subject_row(kPatent), row);
  CHECK(reg.submit(about("term.adjust", R"({"days":100,"kind":"PTA","request_date":"2024-09-20"})")).flag_codes() ==
        "PTA_DUAL_FILING");
  CHECK(reg.submit(about("term.adjust", R"({"days":100,"kind":"PTE","request_date":"2024-09-20"})")).flag_codes().empty());
}

TEST_CASE("a utility model has one evaluation report, an invention none", "[eval_report]") {
  Register reg;
  grow(reg, Status::granted);
  const auto report = [] {
    return about("eval_report.issue", R"({"conclusion":"POSITIVE","date":"2026-05-06","report_no":"G2026001"})")
        .set("hash", kSomeHash);
  };
  CHECK(reg.submit(report()).flag_codes() == "NOT_UM_OR_DESIGN");
  Register um;
  grow(um, Status::granted);
  Value row = um.row(kPatent);
  row.set("type", "UM");
  um.put(subject_row(kPatent), row);
  const std::string first = um.must(report());
  CHECK(um.row(kPatent).find("eval_report")->text_of("conclusion") == "POSITIVE");
  const Outcome second = um.submit(report().set("report_no", "G2026002"));
  CHECK(second.flag_codes() == "EVAL_REPORT_EXISTS");
  CHECK(second.flags[0].blocking == std::vector<std::string>{first});
}
