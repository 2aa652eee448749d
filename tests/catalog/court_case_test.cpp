// SPDX-License-Identifier: Apache-2.0
#include "ledger/catalog/court_case.hpp"

#include <algorithm>
#include <map>
#include <random>
#include <set>

#include "crypto/base/encoding.hpp"
#include "ledger/catalog/governance.hpp"
#include "ledger/codec/canonical_json.hpp"
#include "tests/catalog/cases.hpp"
#include "tests/support/catch.hpp"

using namespace qinglu;
using namespace qinglu::ledger;
using namespace qinglu::test;

namespace {

std::string codes_of(const Register& reg, const Act& act) { return Register(reg).submit(act).codes(); }
std::string flags_of(const Register& reg, const Act& act) { return Register(reg).submit(act).flag_codes(); }

std::string letter_of(const Register& reg, const Act& act) {
  const Outcome out = Register(reg).submit(act);
  return out.accepted() && out.flags.empty() ? "OK" : out.codes() + out.flag_codes();
}

/// The clerk of the body files what a claimant brought.
Act by_clerk(Act act) { return act.by(kCourt, "COURT").on("2026-03-02"); }

bool finds(const Register& reg, std::string_view subject = kCaseKey) { return case_finding(reg.row(subject)) != nullptr; }

/// A licence of the company on the patent, as another family writes it.
void put_license(Register& reg, const char* kind, const std::string& licensee, const char* to = "2030-12-31") {
  const std::string id = kSomeHash + "/0";
  Value row = json(R"({"scope":{"fields":["ALL"],"from":"2024-07-01","manner":["MAKE"],"territory":["CN"]}})");
  row.find("scope")->set("to", to);
  row.set("kind", kind);
  row.set("licensees", Value::Items{licensee});
  reg.put(encumbrance_row(kPatent, id), row);
  Value patent = reg.row(kPatent);
  patent.set("licenses", Value::Items{id});
  reg.put(subject_row(kPatent), patent);
}

void set_patent(Register& reg, std::string_view member, Value value) {
  Value patent = reg.row(kPatent);
  patent.set(member, std::move(value));
  reg.put(subject_row(kPatent), patent);
}

Act retrial(const char* kind, const char* date, const char* outcome = nullptr) {
  Act act("case.retrial", "{}");
  act.set("case", kCaseKey).set("kind", kind).set("date", date).by(kHighCourt, "COURT");
  if (outcome) act.set("outcome", outcome);
  return act;
}
Act enforcement(const char* status, const char* date) {
  return Act("case.enforce", "{}").set("case", kCaseKey).set("status", status).set("date", date).by(kCourt, "COURT");
}

std::string invalidation(Register& reg) {
  return reg.must(Act("invalidation.request", R"({"claims":[1,2],"date":"2026-03-20","grounds":["PL22_3"],"no":"5W-2026-0001"})")
                      .set("pat", kPatent)
                      .set("requester", kCompany)
                      .by(kCompany, "PARTY"));
}
Act stay(const std::string& request, const char* date) {
  return Act("case.stay", R"({"reason":"等待无效决定"})").set("case", kCaseKey).set("date", date).set("invalidation", request).by(kCourt, "COURT");
}
Act resume(const std::string& request, const char* date) {
  return Act("case.resume", R"({"reason":"无效决定生效"})").set("case", kCaseKey).set("date", date).set("invalidation", request).by(kCourt, "COURT");
}

/// The higher court sends the case back.
Act remand(const char* date = "2026-09-01", const char* instance = "SECOND") {
  Act act("case.decide", R"({"form":"RULING"})");
  Value item(Value::Members{{"claims", list_of("[1,2]")}, {"pat", kPatent}, {"result", "REMANDED"}});
  act.set("case", kCaseKey).set("instance", instance).set("date", date).set("outcome", Value::Items{std::move(item)});
  return act.by(kHighCourt, "COURT");
}

Act with_damages(const char* damages) { return case_decided().set("damages", json(damages)); }

}  // namespace

// --- filing ---

TEST_CASE("an official case number finds its case however its brackets were typed", "[case]") {
  CHECK(normal_case_no("（2026）渝01民初17号") == "(2026)渝01民初17号");
  for (const char* spelling : {"(2026)渝01民初17号", "〔2026〕渝01民初17号", "[2026] 渝01民初17号", "【2026】渝01　民初17号", "（2026)渝01民初17号"}) {
    CHECK(normal_case_no(spelling) == "(2026)渝01民初17号");
  }
  CHECK(normal_case_no("（2026）渝01民初18号") != normal_case_no("（2026）渝01民初17号"));
}

TEST_CASE("a case has one key, which is its body's, and one official number", "[case]") {
  Register reg = court_register();
  CHECK(codes_of(reg, case_filed().set("case", "case:" + kHighCourt.substr(4) + "/2026-17")) == "SCHEMA_INVALID");
  const std::string id = reg.must(case_filed());
  CHECK(reg.status_of(kCaseKey) == "FILED");
  CHECK_FALSE(finds(reg));
  const Outcome again = reg.submit(case_filed().set("case_no", "（2026）渝01民初18号"));
  CHECK(again.codes() == "CASE_EXISTS");
  CHECK(again.issues[0].blocking == std::vector<std::string>{id});
  CHECK(codes_of(reg, case_filed().set("case", kCaseKey + "b").set("case_no", "(2026)渝01民初17号")) == "CASE_EXISTS");
  // Of class form: not even the court records a case twice.
  CHECK(codes_of(reg, by_clerk(case_filed().set("case", kCaseKey + "b"))) == "CASE_EXISTS");
  reg.must(case_filed().set("case", kCaseKey + "b").set("case_no", "（2026）渝01民初18号"));
}

TEST_CASE("a claimant, its agency or the clerk files; nobody stands on both sides", "[case]") {
  Register reg = court_register();
  CHECK(codes_of(reg, case_filed().by(kForeigner, "PARTY")) == "ROLE_NOT_PERMITTED");
  CHECK(codes_of(reg, case_filed().by(kHighCourt, "COURT").on("2026-03-02")) == "ROLE_NOT_PERMITTED");
  CHECK(codes_of(reg, by_clerk(case_filed())).empty());
  CHECK(codes_of(reg, case_filed().set("respondents", Value::Items{kUniversity, kCompany})) == "SCHEMA_INVALID");
  CHECK(codes_of(reg, case_filed().by(kAgency, "AGENT").acting_for(kUniversity)) == "MANDATE_SCOPE");
  reg.put(mandate_row(kUniversity, kAgency), json(R"({"grants":[{"from":"2026-01-01","from_index":0,"powers":["DISPUTE"]}]})"));
  CHECK(codes_of(reg, case_filed().by(kAgency, "AGENT").acting_for(kUniversity)).empty());
}

TEST_CASE("each patent of a case comes with its claims, and is on the ledger", "[case]") {
  Register reg = court_register();
  CHECK(codes_of(reg, case_filed().set("pats", Value::Items{kUtility})) == "SCHEMA_INVALID");
  Value other = list_of("[{\"claims\":[1]}]");
  other.items()[0].set("pat", kUtility);
  CHECK(codes_of(reg, case_filed().set("pats", Value::Items{kUtility}).set("asserted_claims", other)) == "SUBJECT_NOT_FOUND");
}

TEST_CASE("owner, exclusive, sole and authorised ordinary licensees have standing, others have none", "[case]") {
  struct Row {
    const char* standing;
    const char* license;
    bool inaction;
    bool authority;
    bool holds;
  };
  const Row rows[] = {{"OWNER", nullptr, false, false, false}, {"OWNER", "EXCL", false, false, false}, {"EXCL", nullptr, false, false, false},
                      {"EXCL", "EXCL", false, false, true},    {"EXCL", "SOLE", true, true, false},    {"EXCL", "ORD", true, true, false},
                      {"SOLE", "SOLE", false, false, false},   {"SOLE", "SOLE", true, false, true},    {"SOLE", "EXCL", true, true, false},
                      {"ORD", "ORD", false, false, false},     {"ORD", "ORD", false, true, true},      {"ORD", "EXCL", false, true, false}};
  for (const Row& row : rows) {
    INFO(row.standing << " with " << (row.license ? row.license : "none"));
    Register reg = court_register();
    if (row.license) put_license(reg, row.license, kCompany);
    Act act = case_filed();
    act.set("claimants", Value::Items{kCompany}).set("respondents", Value::Items{kForeigner}).set("standing", row.standing).by(kCompany, "PARTY");
    if (row.inaction) act.set("owner_inaction", true);
    if (row.authority) act.set("authority", kSomeHash);
    CHECK(codes_of(reg, act) == (row.holds ? "" : "NO_STANDING"));
    CHECK(flags_of(reg, by_clerk(act)) == (row.holds ? "" : "NO_STANDING"));
  }
  // A licence that did not run on a day of the acts, or belongs to somebody else, gives none.
  Register reg = court_register();
  put_license(reg, "EXCL", kCompany, "2025-02-28");
  Act act = case_filed().set("claimants", Value::Items{kCompany}).set("respondents", Value::Items{kForeigner}).set("standing", "EXCL");
  CHECK(codes_of(reg, act.by(kCompany, "PARTY")) == "NO_STANDING");
  put_license(reg, "EXCL", kForeigner);
  CHECK(codes_of(reg, act) == "NO_STANDING");
}

TEST_CASE("there is no infringement before the grant, after the end or by void claims", "[case]") {
  Register reg = court_register();
  const auto acts = [](const char* first, const char* last) { return case_filed().set("first_act", first).set("last_act", last); };
  CHECK(codes_of(reg, acts("2024-01-01", "2024-06-20")) == "PATENT_NOT_IN_FORCE_AT_ACT");
  CHECK(flags_of(reg, by_clerk(acts("2024-01-01", "2024-06-20"))) == "PATENT_NOT_IN_FORCE_AT_ACT");
  CHECK(flags_of(reg, acts("2024-01-01", "2024-06-21")) == "ACT_PARTLY_OUTSIDE_TERM");
  CHECK(flags_of(reg, acts("2024-06-21", "2024-06-21")).empty());
  CHECK(codes_of(reg, acts("2025-09-30", "2025-03-01")) == "EVENT_BEFORE_PRIOR");
  CHECK(codes_of(reg, acts("2025-09-30", "2026-11-24")) == "FUTURE_EVENT_DATE");

  set_patent(reg, "void_claims", list_of("[1]"));
  CHECK(codes_of(reg, case_filed()).empty());
  set_patent(reg, "void_claims", list_of("[1,2]"));
  CHECK(codes_of(reg, case_filed()) == "PATENT_NOT_IN_FORCE_AT_ACT");
}

TEST_CASE("a lapse ends the days in force, a restoration gives them back and stays visible", "[case]") {
  Register reg = court_register();
  reg.must(lapse());  // as of 2025-05-10
  CHECK(flags_of(reg, case_filed()) == "ACT_PARTLY_OUTSIDE_TERM");
  CHECK(codes_of(reg, case_filed().set("first_act", "2025-05-10")) == "PATENT_NOT_IN_FORCE_AT_ACT");
  reg.must(restore());  // 2026-03-02
  CHECK(flags_of(reg, case_filed()) == "ACT_IN_RESTORED_GAP");
  CHECK(flags_of(reg, case_filed().set("last_act", "2025-05-09")).empty());
  CHECK(flags_of(reg, case_filed().set("first_act", "2024-01-01")) == "ACT_IN_RESTORED_GAP ACT_PARTLY_OUTSIDE_TERM");
}

TEST_CASE("the days in force are those that the register gives, day by day", "[case][random]") {
  std::mt19937 random(20260302);
  const auto pick = [&](int from, int to) { return static_cast<int>(std::uniform_int_distribution<int>(from, to)(random)); };
  const Date base = *parse_date("2020-01-01");
  for (int round = 0; round < 2'000; ++round) {
    Value patent;
    const Date end = add_days(base, pick(0, 60));
    patent.set("term_end", to_string(end));
    const bool granted = pick(0, 9) > 0;
    const Date grant = add_days(base, pick(0, 60));
    if (granted) patent.set("grant", Value(Value::Members{{"date", to_string(grant)}}));
    constexpr const char* kStatuses[] = {"GRANTED", "LAPSED", "ABANDONED", "EXPIRED", "INVALIDATED"};
    const std::string status = kStatuses[pick(0, 4)];
    patent.set("status", status);
    const Date ended = add_days(base, pick(0, 60));
    patent.set("since", to_string(ended));
    if (status == "LAPSED") patent.set("lapse", Value(Value::Members{{"as_of", to_string(ended)}}));
    const int gone = pick(0, 2);
    if (gone > 0) patent.set("void_claims", list_of(gone == 1 ? "[2]" : "[1,2]"));
    const auto days = in_force(patent, list_of("[1,2]").items());
    for (int n = -1; n <= 62; ++n) {
      const Date day = add_days(base, n);
      const bool over = (status == "LAPSED" || status == "ABANDONED") && day >= ended;
      const bool expected = granted && day >= grant && day <= end && !over && status != "INVALIDATED" && gone < 2;
      CHECK((days && days->from <= day && day <= days->to) == expected);
    }
  }
}

TEST_CASE("a utility model comes with its report: civil a flag, administrative as the pack says", "[case]") {
  Register reg = court_register();
  set_patent(reg, "type", "UM");
  CHECK(flags_of(reg, case_filed()) == "EVAL_REPORT_REQUIRED");
  CHECK(flags_of(reg, admin_filed()) == "EVAL_REPORT_REQUIRED");
  const std::string report = reg.must(Act("eval_report.issue", R"({"conclusion":"NEGATIVE","date":"2026-02-02","report_no":"R1"})")
                                          .set("pat", kPatent)
                                          .set("hash", kSomeHash));
  CHECK(flags_of(reg, case_filed().set("eval_report", report)).empty());
  Value pack = *reg.pack().row;
  pack.find("params")->set("case_admin_eval_report", 1);
  reg.put(rule_pack_row(1), pack);
  CHECK(codes_of(reg, admin_filed()) == "EVAL_REPORT_REQUIRED");
  CHECK(flags_of(reg, admin_filed().by(kDepartment, "ADMIN")) == "EVAL_REPORT_REQUIRED");
  CHECK(codes_of(reg, admin_filed().set("eval_report", report)).empty());
  CHECK(flags_of(reg, case_filed()) == "EVAL_REPORT_REQUIRED");
  // The report of another patent is none of this one.
  reg.put(subject_row(kUtility), reg.row(kPatent));
  Value claims = list_of(R"([{"claims":[1]}])");
  claims.items()[0].set("pat", kUtility);
  CHECK(codes_of(reg, case_filed().set("pats", Value::Items{kUtility}).set("asserted_claims", claims).set("eval_report", report)) ==
        "REF_WRONG_TYPE");
}

TEST_CASE("a body without grant, level or region for the case is flagged", "[case]") {
  Register reg = court_register();
  CHECK(flags_of(reg, case_filed().set("place", "5101")) == "COURT_NOT_COMPETENT");
  // The domicile of a respondent gives jurisdiction too.
  Value company = reg.party(kCompany);
  company.set("region", "500112");
  reg.put(party_row(kCompany), company);
  CHECK(flags_of(reg, case_filed().set("place", "5101")).empty());
  CHECK(flags_of(reg, case_filed().set("route", "ADMIN")) == "COURT_NOT_COMPETENT");
  reg.put(role_row(kCourt, "COURT"), json(R"({"grants":[{"from_index":0,"scope":{"court_level":"BASIC"}}]})"));
  CHECK(flags_of(reg, case_filed()) == "COURT_NOT_COMPETENT");
  set_patent(reg, "type", "DES");
  CHECK(flags_of(reg, case_filed()) == "EVAL_REPORT_REQUIRED");
}

// --- the state machine ---

TEST_CASE("every act of every state of a case: allowed where the procedure has it, else named", "[case]") {
  // Written out from the procedure, not from the table of the product. `*`: every state.
  const std::map<std::string, std::string> allowed = {
      {"case.accept", "FILED"},
      {"case.answer", "ACCEPTED ANSWERED EVIDENCE STAYED"},
      {"case.appeal", "APPEALED DECIDED_1 REFUSED"},
      {"case.appeal:SUIT", "ADMIN_DECIDED ADMIN_SUED"},
      {"case.accept:ON_APPEAL", "APPEALED"},
      {"case.correct", "*"},
      {"case.decide:ADMIN", "ACCEPTED ANSWERED EVIDENCE"},
      {"case.decide:FIRST", "ACCEPTED ADMIN_SUED ANSWERED EVIDENCE"},
      {"case.decide:REMAND", "APPEALED RETRIAL"},
      {"case.decide:RETRIAL", "RETRIAL"},
      {"case.decide:SECOND", "APPEALED"},
      {"case.effective", "DECIDED_1 DECIDED_2 DECIDED_R"},
      {"case.effective:ADMIN", "ADMIN_DECIDED"},
      {"case.enforce:APPLIED", "ADMIN_EFFECTIVE DECIDED_2 DECIDED_R EFFECTIVE ENFORCE_TERMINATED MEDIATED"},
      {"case.enforce:ENFORCED", "ENFORCEMENT"},
      {"case.enforce:TERMINATED", "ENFORCEMENT"},
      {"case.evidence", "ACCEPTED ADMIN_SUED ANSWERED APPEALED EVIDENCE RETRIAL STAYED"},
      {"case.file", ""},
      {"case.mediation", "ACCEPTED ADMIN_DECIDED ADMIN_SUED ANSWERED APPEALED DECIDED_1 EVIDENCE FILED RETRIAL STAYED"},
      {"case.mediation:CONFIRMED", "MEDIATED"},
      {"case.refer", "*"},
      {"case.refuse", "FILED"},
      {"case.resume", "STAYED"},
      {"case.retrial:DISMISSED", "RETRIAL_PETITION"},
      {"case.retrial:OPENED",
       "ADMIN_EFFECTIVE DECIDED_2 DECIDED_R EFFECTIVE ENFORCED ENFORCEMENT ENFORCE_TERMINATED MEDIATED RETRIAL_PETITION"},
      {"case.retrial:PETITION", "ADMIN_EFFECTIVE DECIDED_2 DECIDED_R EFFECTIVE ENFORCED ENFORCEMENT ENFORCE_TERMINATED MEDIATED"},
      {"case.retrial:REVOKED", "RETRIAL"},
      {"case.retrial:UPHELD", "RETRIAL"},
      {"case.settle", "ACCEPTED ADMIN_DECIDED ADMIN_SUED ANSWERED APPEALED DECIDED_1 EVIDENCE FILED RETRIAL STAYED"},
      {"case.stay", "ACCEPTED ADMIN_SUED ANSWERED APPEALED ENFORCEMENT EVIDENCE RETRIAL"},
      {"case.withdraw", "ACCEPTED ANSWERED EVIDENCE FILED STAYED"},
      {"judgment.perform", "ADMIN_EFFECTIVE DECIDED_2 DECIDED_R EFFECTIVE ENFORCED ENFORCEMENT ENFORCE_TERMINATED MEDIATED"}};
  std::set<std::string> acts;
  for (const CaseMove& each : case_moves()) acts.emplace(each.act);
  CHECK(acts.size() == allowed.size());
  for (const auto& [act, words] : allowed) {
    INFO(act);
    CHECK(acts.contains(act));
    for (std::size_t i = 1; i < kCaseStatuses; ++i) {
      const auto status = static_cast<CaseStatus>(i);
      const bool expected = words == "*" || (" " + words + " ").find(" " + std::string(name(status)) + " ") != std::string::npos;
      INFO(name(status));
      CHECK((find_case_move(act, status) != nullptr) == expected);
    }
    CHECK((find_case_move(act, CaseStatus::none) != nullptr) == (act == "case.file"));
  }
}

TEST_CASE("what a state forbids is refused to a party, and flagged with its effect for a court", "[case]") {
  Register reg = court_register();
  CHECK(codes_of(reg, case_accepted()) == "SUBJECT_NOT_FOUND");
  reg.must(case_filed());
  const Outcome early = reg.submit(case_answered());
  CHECK(early.codes() == "CASE_STATE_FORBIDS");
  CHECK(early.issues[0].detail.find("FILED; case.accept") == 0);
  CHECK(reg.submit(case_decided()).flag_codes() == "CASE_STATE_FORBIDS");
  CHECK(reg.status_of(kCaseKey) == "DECIDED_1");
}

TEST_CASE("only who the table names writes in a case", "[case]") {
  Register reg = court_register();
  reg.must(case_filed());
  CHECK(codes_of(reg, case_accepted().by(kHighCourt, "COURT")) == "ROLE_NOT_PERMITTED");
  reg.must(case_accepted());
  CHECK(codes_of(reg, case_answered().by(kUniversity, "PARTY")) == "ROLE_NOT_PERMITTED");
  CHECK(codes_of(reg, case_answered().set("by", kUniversity).by(kUniversity, "PARTY")) == "ROLE_NOT_PERMITTED");
  CHECK(codes_of(reg, case_answered().by(kCourt, "COURT")).empty());
  CHECK(codes_of(reg, case_evidence().set("evidence", Value::Items{reg.must(paid(4, "2025-05-10"))}).by(kForeigner, "PARTY")) ==
        "ROLE_NOT_PERMITTED");
  CHECK(codes_of(reg, case_decided().by(kHighCourt, "COURT")) == "ROLE_NOT_PERMITTED");
  CHECK(codes_of(reg, case_decided().by(kUniversity, "PARTY")) == "ROLE_NOT_PERMITTED");
}

TEST_CASE("a case goes from the complaint to the enforcement", "[case]") {
  Register reg = court_register();
  reg.must(case_filed());
  reg.must(case_accepted());
  CHECK(reg.status_of(kCaseKey) == "ACCEPTED");
  reg.must(case_answered());
  CHECK(reg.status_of(kCaseKey) == "ANSWERED");
  reg.must(case_evidence().set("evidence", Value::Items{reg.must(paid(4, "2025-05-10"))}));
  CHECK(reg.status_of(kCaseKey) == "EVIDENCE");
  const std::string decision = reg.must(case_decided());
  CHECK(reg.status_of(kCaseKey) == "DECIDED_1");
  CHECK_FALSE(finds(reg));
  reg.must(case_effective());
  CHECK(reg.status_of(kCaseKey) == "EFFECTIVE");
  REQUIRE(finds(reg));
  CHECK(case_finding(reg.row(kCaseKey))->text_of("record") == decision);
  CHECK(case_finding(reg.row(kCaseKey))->text_of("date") == "2026-06-23");
  CHECK((case_finding(reg.row(kCaseKey))->items_of("pats") == Value::Items{kPatent}));
  reg.must(enforcement("APPLIED", "2026-07-06"));
  reg.must(enforcement("ENFORCED", "2026-08-03"));
  CHECK(reg.status_of(kCaseKey) == "ENFORCED");
  CHECK(finds(reg));
}

// --- clocks and windows ---

TEST_CASE("a court dockets within seven days, a department within five working days", "[case]") {
  Register reg = court_register();
  reg.must(case_filed());
  reg.must(admin_filed());
  CHECK(flags_of(reg, case_accepted("2026-03-09")).empty());
  CHECK(flags_of(reg, case_accepted("2026-03-10").set("served", served({kCompany}, "2026-03-11"))) == "CLOCK_EXCEEDED");
  CHECK(flags_of(reg, admin_accepted().set("date", "2026-03-09")).empty());
  CHECK(flags_of(reg, admin_accepted().set("date", "2026-03-10")) == "CLOCK_EXCEEDED");
  CHECK(flags_of(reg, case_accepted("2026-03-01")) == "EVENT_BEFORE_PRIOR");
  CHECK(flags_of(reg, case_accepted().set("served", served({kCompany}, "2026-03-05"))) == "EVENT_BEFORE_PRIOR");
}

TEST_CASE("a respondent answers within fifteen days of its own service, a late answer is flagged", "[case]") {
  Register reg = court_register();
  Value::Items both{kForeigner, kCompany};
  std::ranges::sort(both, {}, &Value::text);
  reg.must(case_filed().set("respondents", both));
  Register unserved = reg;
  unserved.must(case_accepted().set("served", served({kForeigner}, "2026-03-10")));
  CHECK(flags_of(unserved, case_answered("2026-09-01")).empty());
  reg.must(case_accepted().set("served", served({kForeigner, kCompany}, "2026-03-10")));
  CHECK(flags_of(reg, case_answered("2026-03-25")).empty());
  CHECK(flags_of(reg, case_answered("2026-03-26")) == "CLOCK_EXCEEDED");
  CHECK(flags_of(reg, case_answered("2026-03-27").set("posted_date", "2026-03-25")).empty());
  CHECK(codes_of(reg, case_answered("2026-03-24").set("posted_date", "2026-03-25")) == "EVENT_BEFORE_PRIOR");
  // Abroad it has thirty days: 9 April.
  const auto abroad = [](const char* date) { return case_answered(date).set("by", kForeigner).by(kForeigner, "PARTY"); };
  CHECK(flags_of(reg, abroad("2026-04-09")).empty());
  CHECK(flags_of(reg, abroad("2026-04-10")) == "CLOCK_EXCEEDED");
}

TEST_CASE("each party appeals within its own window, by form and domicile", "[case]") {
  Register reg = court_register();
  decided_case(reg);
  // Served on 5 June: the fifteenth day is a Saturday in the holidays, so Monday 22 June.
  CHECK(codes_of(reg, case_appealed(kCompany, "2026-06-22")).empty());
  CHECK(codes_of(reg, case_appealed(kCompany, "2026-06-23")) == "APPEAL_LATE");
  CHECK(codes_of(reg, case_appealed(kCompany, "2026-06-24").set("posted_date", "2026-06-22")).empty());
  CHECK(codes_of(reg, case_appealed(kForeigner, "2026-06-10")) == "ROLE_NOT_PERMITTED");
  CHECK(flags_of(reg, case_appealed(kCompany, "2026-06-23").by(kHighCourt, "COURT")) == "APPEAL_LATE");
  reg.must(case_appealed(kCompany, "2026-06-22"));
  CHECK(reg.status_of(kCaseKey) == "APPEALED");
  // The other side still has its own time against the same decision.
  CHECK(codes_of(reg, case_appealed(kUniversity, "2026-06-23")) == "APPEAL_LATE");
  CHECK(codes_of(reg, case_appealed(kUniversity, "2026-06-22")).empty());

  Register ruling = court_register();
  ruling.must(case_filed());
  ruling.must(case_accepted());
  ruling.must(case_decided("DISMISSED").set("form", "RULING"));
  CHECK(codes_of(ruling, case_appealed(kUniversity, "2026-06-15")).empty());
  CHECK(codes_of(ruling, case_appealed(kUniversity, "2026-06-16")) == "APPEAL_LATE");

  Register unserved = court_register();
  unserved.must(case_filed());
  unserved.must(case_accepted());
  unserved.must(case_decided().set("served", served({kUniversity}, "2026-06-05")));
  CHECK(codes_of(unserved, case_appealed(kCompany, "2026-11-20")).empty());
}

TEST_CASE("a party without domicile in China has thirty days", "[case]") {
  Register reg = court_register();
  reg.must(case_filed().set("respondents", Value::Items{kForeigner}));
  reg.must(case_accepted().set("served", served({kForeigner}, "2026-03-10")));
  reg.must(case_decided().set("served", served({kForeigner, kUniversity}, "2026-06-05")));
  CHECK(codes_of(reg, case_appealed(kForeigner, "2026-07-06")).empty());
  CHECK(codes_of(reg, case_appealed(kForeigner, "2026-07-07")) == "APPEAL_LATE");
  CHECK(flags_of(reg, case_effective("2026-07-06")) == "APPEAL_WINDOW_OPEN");
  CHECK(flags_of(reg, case_effective("2026-07-07")).empty());
}

TEST_CASE("a decision is effective on the day after the last party's window, and nobody's before", "[case]") {
  Register reg = court_register();
  const std::string decision = decided_case(reg);
  const Outcome early = Register(reg).submit(case_effective("2026-06-22"));
  CHECK(early.flag_codes() == "APPEAL_WINDOW_OPEN");
  CHECK(early.flags.size() == 2);
  CHECK(flags_of(reg, case_effective("2026-06-23")).empty());
  const auto status = [&](const char* day) {
    return derived_case_status(reg, reg.row(kCaseKey), reg.pack(), calendar_at(reg, *parse_date(day)), *parse_date(day));
  };
  CHECK(status("2026-06-22") == "APPEAL_WINDOW");
  CHECK(status("2026-06-23") == "DECIDED_1");

  Register unserved = court_register();
  unserved.must(case_filed());
  unserved.must(case_accepted());
  const std::string half = unserved.must(case_decided().set("served", served({kUniversity}, "2026-06-05")));
  const Outcome unknown = Register(unserved).submit(case_effective());
  CHECK(unknown.flag_codes() == "SERVICE_UNKNOWN");
  CHECK(unknown.flags[0].detail == kCompany);
  const Act service = Act("correction", R"({"field":"served","reason":"补记送达"})")
                          .set("target", half)
                          .set("new", served({kCompany}, "2026-06-12"))
                          .by(kCourt, "COURT");
  unserved.must(service);
  CHECK(flags_of(unserved, case_effective("2026-06-29")) == "APPEAL_WINDOW_OPEN");
  unserved.must(case_effective("2026-06-30"));
  CHECK(codes_of(unserved, service) == "SCHEMA_INVALID");
}

TEST_CASE("services of the complaint are added later, and open that respondent's time", "[case]") {
  Register reg = court_register();
  reg.must(case_filed());
  Act docketed("case.accept", "{}");
  const std::string accepted = reg.must(docketed.set("case", kCaseKey).set("date", "2026-03-06").by(kCourt, "COURT"));
  CHECK(flags_of(reg, case_answered("2026-09-01")).empty());
  reg.must(Act("correction", R"({"field":"served","reason":"补记送达"})")
               .set("target", accepted)
               .set("new", served({kCompany}, "2026-03-10"))
               .by(kCourt, "COURT"));
  CHECK(flags_of(reg, case_answered("2026-09-01")) == "CLOCK_EXCEEDED");
}

TEST_CASE("a refusal to docket is appealed within ten days, and the case goes on if it is set aside", "[case]") {
  Register reg = court_register();
  reg.must(case_filed());
  reg.must(Act("case.refuse", R"({"date":"2026-03-06","reason":"不属于本院管辖"})")
               .set("case", kCaseKey)
               .set("served", served({kUniversity}, "2026-03-10"))
               .by(kCourt, "COURT"));
  CHECK(reg.status_of(kCaseKey) == "REFUSED");
  CHECK(codes_of(reg, case_appealed(kUniversity, "2026-03-23")) == "APPEAL_LATE");
  reg.must(case_appealed(kUniversity, "2026-03-20"));
  CHECK(reg.status_of(kCaseKey) == "APPEALED");
  reg.must(case_accepted("2026-05-06").set("served", served({kCompany}, "2026-05-08")));
  CHECK(reg.status_of(kCaseKey) == "ACCEPTED");
  // An appeal against a judgment is no way back to the docket.
  reg.must(case_decided());
  reg.must(case_appealed(kCompany, "2026-06-10"));
  CHECK(flags_of(reg, case_accepted("2026-07-06").set("served", served({kCompany}, "2026-07-08"))) == "CASE_STATE_FORBIDS");
}

// --- what is a finding ---

TEST_CASE("a decision that finds no infringement is no finding, however effective", "[case]") {
  for (const char* result : {"DISMISSED", "NOT_INFRINGED", "SETTLED", "WITHDRAWN", "INFRINGED"}) {
    Register reg = court_register();
    decided_case(reg, result);
    CHECK_FALSE(finds(reg));
    reg.must(case_effective());
    CHECK(finds(reg) == (std::string_view(result) == "INFRINGED"));
  }
}

TEST_CASE("the second instance is the last word, also against the first", "[case]") {
  for (const bool infringed : {true, false}) {
    Register reg = court_register();
    decided_case(reg, infringed ? "NOT_INFRINGED" : "INFRINGED");
    CHECK(codes_of(reg, case_appealed(kUniversity, "2026-06-10").set("court", kCourt)) == "ROLE_NOT_PERMITTED");
    reg.must(case_appealed(kUniversity, "2026-06-10"));
    CHECK(codes_of(reg, case_decided().set("instance", "SECOND")) == "ROLE_NOT_PERMITTED");
    reg.must(case_decided(infringed ? "INFRINGED" : "NOT_INFRINGED")
                 .set("instance", "SECOND")
                 .set("date", "2026-09-01")
                 .set("served", served({kUniversity, kCompany}, "2026-09-03"))
                 .by(kHighCourt, "COURT"));
    CHECK(reg.status_of(kCaseKey) == "DECIDED_2");
    CHECK(finds(reg) == infringed);
    reg.must(case_effective("2026-09-04"));
    if (infringed) CHECK(case_finding(reg.row(kCaseKey))->text_of("date") == "2026-09-01");
  }
}

TEST_CASE("a remand sends the whole case back to be heard anew, on appeal once", "[case]") {
  Register reg = court_register();
  decided_case(reg);
  CHECK(codes_of(reg, remand("2026-09-01", "FIRST").by(kCourt, "COURT")) == "SCHEMA_INVALID");
  reg.must(case_appealed(kCompany, "2026-06-10"));
  CHECK(codes_of(reg, remand().set("orders", list_of(R"(["PAY"])"))) == "SCHEMA_INVALID");
  Value mixed = list_of(R"([{"claims":[1],"result":"REMANDED"},{"claims":[2],"result":"DISMISSED"}])");
  for (Value& each : mixed.items()) each.set("pat", kPatent);
  CHECK(codes_of(reg, remand().set("outcome", mixed)) == "SCHEMA_INVALID");
  CHECK(codes_of(reg, remand().by(kCourt, "COURT")) == "ROLE_NOT_PERMITTED");

  const std::string first = reg.must(remand());
  CHECK(reg.status_of(kCaseKey) == "ACCEPTED");
  CHECK_FALSE(finds(reg));
  CHECK(reg.row(kCaseKey).text_of("remanded") == first);
  CHECK_FALSE(reg.row(kCaseKey).find("judged"));
  CHECK(codes_of(reg, case_appealed(kCompany, "2026-09-10")) == "CASE_STATE_FORBIDS");
  CHECK(flags_of(reg, case_effective("2026-10-12")) == "CASE_STATE_FORBIDS");
  CHECK_FALSE(finds(reg));

  reg.must(case_decided().set("date", "2026-10-12").set("served", served({kUniversity, kCompany}, "2026-10-13")));
  reg.must(case_appealed(kCompany, "2026-10-20"));
  const Outcome again = reg.submit(remand("2026-11-09"));
  CHECK(again.flag_codes() == "CASE_STATE_FORBIDS");
  CHECK(again.flags[0].article == "177");
  CHECK(reg.status_of(kCaseKey) == "ACCEPTED");  // a court's act has its effect all the same
  CHECK(again.flags[0].blocking == std::vector<std::string>{first});
}

TEST_CASE("who retries a case may send it back, and its finding is gone", "[case]") {
  Register reg = court_register();
  decided_case(reg);
  reg.must(case_effective());
  CHECK(flags_of(reg, remand("2026-10-12", "RETRIAL")).find("CASE_STATE_FORBIDS") != std::string::npos);
  reg.must(retrial("OPENED", "2026-10-12"));
  reg.must(remand("2026-11-09", "RETRIAL"));
  CHECK(reg.status_of(kCaseKey) == "ACCEPTED");
  CHECK_FALSE(reg.row(kCaseKey).find("effective"));
  CHECK_FALSE(finds(reg));
}

TEST_CASE("a remand on appeal does not bar one in a retrial", "[case]") {
  Register reg = court_register();
  decided_case(reg);
  reg.must(case_appealed(kCompany, "2026-06-10"));
  reg.must(remand());
  reg.must(case_decided().set("date", "2026-09-14").set("served", served({kUniversity, kCompany}, "2026-09-15")));
  reg.must(case_effective("2026-10-12"));
  reg.must(retrial("OPENED", "2026-10-19"));
  reg.must(remand("2026-11-09", "RETRIAL"));
}

TEST_CASE("what a court states without a decision is flagged and finds nothing", "[case]") {
  Register reg = court_register();
  reg.must(case_filed());
  CHECK(reg.submit(case_effective()).flag_codes() == "CASE_STATE_FORBIDS");
  CHECK(reg.status_of(kCaseKey) == "EFFECTIVE");
  CHECK_FALSE(finds(reg));
  CHECK(reg.submit(enforcement("APPLIED", "2026-07-06")).accepted());
  CHECK_FALSE(finds(reg));
}

TEST_CASE("a retrial takes the finding away until it is decided", "[case]") {
  Register reg = court_register();
  decided_case(reg);
  reg.must(case_effective());
  CHECK(flags_of(reg, retrial("OPENED", "2026-10-12")).empty());
  reg.must(retrial("PETITION", "2026-09-01"));
  CHECK(finds(reg));
  CHECK(codes_of(reg, retrial("DECIDED", "2026-10-12")) == "SCHEMA_INVALID");
  CHECK(codes_of(reg, retrial("OPENED", "2026-10-12", "UPHELD")) == "SCHEMA_INVALID");
  Register dismissed = reg;
  dismissed.must(retrial("DECIDED", "2026-10-12", "DISMISSED"));
  CHECK(dismissed.status_of(kCaseKey) == "EFFECTIVE");
  reg.must(retrial("OPENED", "2026-10-12"));
  CHECK_FALSE(finds(reg));
  Register upheld = reg;
  upheld.must(retrial("DECIDED", "2026-11-09", "UPHELD"));
  CHECK(upheld.status_of(kCaseKey) == "DECIDED_R");
  CHECK(finds(upheld));
  Register revoked = reg;
  revoked.must(retrial("DECIDED", "2026-11-09", "REVOKED"));
  CHECK_FALSE(finds(revoked));
  Register changed = reg;
  changed.must(case_decided("NOT_INFRINGED").set("instance", "RETRIAL").set("date", "2026-11-09").set("served", served({kCompany}, "2026-11-10")).by(kHighCourt, "COURT"));
  CHECK(changed.status_of(kCaseKey) == "DECIDED_R");
  CHECK_FALSE(finds(changed));
}

TEST_CASE("a petition for retrial later than six months is flagged", "[case]") {
  Register reg = court_register();
  decided_case(reg);
  reg.must(case_effective());
  reg.today("2027-01-04");
  const auto late = [](Act act) { return act.envelope("expires_at", 1'800'000'000); };
  CHECK(flags_of(reg, late(retrial("PETITION", "2026-12-23"))).empty());
  CHECK(flags_of(reg, late(retrial("PETITION", "2026-12-24"))) == "CLOCK_EXCEEDED");
}

TEST_CASE("a mediation is a finding only where a court makes or confirms it", "[case]") {
  Register reg = court_register();
  reg.must(case_filed());
  reg.must(case_accepted());
  CHECK(codes_of(reg, case_mediated().set("parties", Value::Items{kUniversity}).by(kRegistry, "PARTY").with({kUniversity})) == "MISSING_SIGNATURE");
  CHECK(codes_of(reg, case_mediated().by(kRegistry, "PARTY").with({kUniversity})) == "MISSING_SIGNATURE");
  CHECK(codes_of(reg, case_mediated().set("judicial_confirmation", true)) == "ROLE_NOT_PERMITTED");
  Register court = reg;
  court.must(case_mediated().by(kCourt, "COURT").with({kUniversity, kCompany}));
  CHECK(finds(court));
  reg.must(case_mediated());
  CHECK(reg.status_of(kCaseKey) == "MEDIATED");
  CHECK_FALSE(finds(reg));
  CHECK(flags_of(reg, enforcement("APPLIED", "2026-07-06")) == "CASE_STATE_FORBIDS");
  reg.must(case_mediated().set("date", "2026-05-20").set("judicial_confirmation", true).by(kHighCourt, "COURT").with({kUniversity, kCompany}));
  CHECK(finds(reg));
  CHECK(case_finding(reg.row(kCaseKey))->text_of("date") == "2026-05-20");
  reg.must(enforcement("APPLIED", "2026-07-06"));
}

TEST_CASE("nothing but a court lends an agreement the effect of a finding", "[case]") {
  Register reg = court_register();
  reg.must(case_filed());
  reg.must(case_accepted());
  Register before = reg;
  reg.must(case_mediated());
  CHECK(reg.submit(case_effective("2026-07-01")).flag_codes() == "CASE_STATE_FORBIDS");
  CHECK_FALSE(finds(reg));
  // What was effective before the agreement is not what makes it so.
  before.must(case_decided());
  before.must(case_effective("2026-06-23"));
  CHECK(finds(before));
  CHECK(before.submit(case_accepted("2026-07-01").set("served", served({kCompany}, "2026-07-02"))).flag_codes() == "CASE_STATE_FORBIDS");
  before.must(case_mediated().set("date", "2026-07-10"));
  CHECK_FALSE(finds(before));
}

// --- the administrative branch ---

TEST_CASE("a department decides; who does not sue within fifteen days is bound", "[case]") {
  Register reg = court_register();
  reg.must(admin_filed());
  reg.must(admin_accepted());
  reg.must(admin_decided());
  CHECK(reg.status_of(kAdminCase) == "ADMIN_DECIDED");
  CHECK_FALSE(finds(reg, kAdminCase));
  const auto sued = [](const char* date) { return case_appealed(kCompany, date).set("case", kAdminCase).set("court", kCourt); };
  CHECK(codes_of(reg, sued("2026-06-23")) == "APPEAL_LATE");
  const auto effective = [](const char* date) { return case_effective(date).set("case", kAdminCase).by(kDepartment, "ADMIN"); };
  CHECK(flags_of(reg, effective("2026-06-22")) == "APPEAL_WINDOW_OPEN");
  Register bound = reg;
  bound.must(effective("2026-06-23"));
  CHECK(bound.status_of(kAdminCase) == "ADMIN_EFFECTIVE");
  CHECK(finds(bound, kAdminCase));
  bound.must(enforcement("APPLIED", "2026-07-06").set("case", kAdminCase));

  reg.must(sued("2026-06-22"));
  CHECK(reg.status_of(kAdminCase) == "ADMIN_SUED");
  CHECK(flags_of(reg, effective("2026-06-23")) == "CASE_STATE_FORBIDS");
  reg.must(case_decided("NOT_INFRINGED")
               .set("case", kAdminCase)
               .set("date", "2026-09-01")
               .set("served", served({kUniversity, kCompany}, "2026-09-03")));
  CHECK(reg.status_of(kAdminCase) == "DECIDED_1");
  reg.must(case_effective("2026-09-21").set("case", kAdminCase));
  CHECK_FALSE(finds(reg, kAdminCase));
}

// --- decisions ---

TEST_CASE("every claim asserted has one result, and no other claim has any", "[case]") {
  Register reg = court_register();
  reg.must(case_filed());
  reg.must(case_accepted());
  const auto outcome = [](const char* text) {
    Value items = list_of(text);
    for (Value& item : items.items()) item.set("pat", kPatent);
    return case_decided().set("outcome", items);
  };
  CHECK(codes_of(reg, outcome(R"([{"claims":[1],"result":"INFRINGED"},{"claims":[2],"result":"DISMISSED"}])")).empty());
  CHECK(codes_of(reg, outcome(R"([{"claims":[1],"result":"INFRINGED"}])")) == "SCHEMA_INVALID");
  CHECK(codes_of(reg, outcome(R"([{"claims":[1,2],"result":"INFRINGED"},{"claims":[2],"result":"DISMISSED"}])")) == "SCHEMA_INVALID");
  CHECK(codes_of(reg, outcome(R"([{"claims":[1,2,3],"result":"INFRINGED"}])")) == "SCHEMA_INVALID");
}

TEST_CASE("damages are stored as stated and flagged where they fit no reading", "[case]") {
  Register reg = court_register();
  reg.must(case_filed());
  reg.must(case_accepted());
  const std::pair<const char*, const char*> rows[] = {
      {R"({"method":"STATUTORY","total":{"fen":3000000}})", ""},
      {R"({"method":"STATUTORY","total":{"fen":2999999}})", "DAMAGES_OUT_OF_RANGE"},
      {R"({"method":"STATUTORY","total":{"fen":500000000}})", ""},
      {R"({"method":"STATUTORY","total":{"fen":500000001}})", "DAMAGES_OUT_OF_RANGE"},
      {R"({"expenses":{"fen":20000},"method":"STATUTORY","total":{"fen":500020000}})", ""},
      {R"({"method":"LOSS","total":{"fen":900000000}})", ""},
      {R"({"amount":1,"method":"LOSS","total":{"fen":1}})", "form"},
      {R"({"base":{"fen":10000},"method":"STATUTORY","multiple_milli":2000,"punitive":true,"total":{"fen":3000000}})",
       "DAMAGES_MISMATCH PUNITIVE_BASE_STATUTORY"},
      {R"({"base":{"fen":10000},"method":"GAIN","multiple_milli":2000,"punitive":true,"total":{"fen":30000}})", ""},
      {R"({"base":{"fen":10000},"method":"GAIN","multiple_milli":2000,"punitive":true,"total":{"fen":20000}})", ""},
      {R"({"base":{"fen":10000},"expenses":{"fen":700},"method":"GAIN","multiple_milli":2000,"punitive":true,"total":{"fen":30700}})", ""},
      {R"({"base":{"fen":10000},"method":"GAIN","multiple_milli":2000,"punitive":true,"total":{"fen":30700}})", "DAMAGES_MISMATCH"},
      {R"({"base":{"fen":33333},"method":"LOSS","multiple_milli":1500,"punitive":true,"total":{"fen":50000}})", ""},
      {R"({"base":{"fen":33333},"method":"LOSS","multiple_milli":1500,"punitive":true,"total":{"fen":49999}})", ""},
      {R"({"base":{"fen":33333},"method":"LOSS","multiple_milli":1500,"punitive":true,"total":{"fen":49998}})", "DAMAGES_MISMATCH"},
      {R"({"base":{"fen":9007199254740991},"method":"LOSS","multiple_milli":5000,"punitive":true,"total":{"fen":1}})", "DAMAGES_MISMATCH"},
      {R"({"method":"GAIN","multiple_milli":999,"punitive":true,"total":{"fen":1}})", "MULTIPLE_OUT_OF_RANGE"},
      {R"({"method":"GAIN","multiple_milli":1000,"punitive":true,"total":{"fen":1}})", ""},
      {R"({"method":"GAIN","multiple_milli":5000,"punitive":true,"total":{"fen":1}})", ""},
      {R"({"method":"GAIN","multiple_milli":5001,"punitive":true,"total":{"fen":1}})", "MULTIPLE_OUT_OF_RANGE"},
      {R"({"method":"GAIN","punitive":true,"total":{"fen":1}})", "form"},
      {R"({"method":"ROYALTY_MULTIPLE","multiple_milli":9000,"total":{"fen":1}})", ""},
      {R"({"base":{"amount":"100.00","cur":"USD"},"method":"GAIN","multiple_milli":2000,"punitive":true,"total":{"amount":"1.00","cur":"USD"}})", ""}};
  for (const auto& [damages, expected] : rows) {
    INFO(damages);
    const Outcome out = Register(reg).submit(with_damages(damages));
    if (std::string_view(expected) == "form") {
      CHECK(out.codes() == "SCHEMA_INVALID");
    } else {
      CHECK(out.codes().empty());
      CHECK(out.flag_codes() == expected);
    }
  }
}

TEST_CASE("a repetition cites effective findings or promises of the same party, older than its acts", "[case]") {
  Register reg = court_register();
  const std::string earlier = decided_case(reg);
  const std::string second_key = kCaseKey + "b";
  const auto second = [&](Act act) { return act.set("case", second_key); };
  reg.must(second(case_filed()).set("case_no", "（2026）渝01民初99号").set("last_act", "2026-07-06").on("2026-08-03"));
  reg.must(second(case_accepted("2026-08-05")).set("served", served({kCompany}, "2026-08-06")));
  const auto decided = [&](const std::string& cited) {
    return second(case_decided()).set("date", "2026-10-12").set("served", served({kUniversity, kCompany}, "2026-10-13")).set("repeat_of", Value::Items{cited});
  };
  // Not effective: an allegation cannot be repeated.
  CHECK(codes_of(reg, decided(earlier)) == "REF_WRONG_TYPE");
  const std::string effective = reg.must(case_effective());
  CHECK(codes_of(reg, decided(effective)) == "REF_WRONG_TYPE");
  CHECK(codes_of(reg, decided(earlier)).empty());
  CHECK(flags_of(reg, decided(earlier)).empty());

  const auto promise = [&](const std::string& by, const char* date) {
    return reg.must(Act("promise.stop", "{}").set("pat", kPatent).set("to", kUniversity).set("date", date).set("text_commit", kSomeHash).by(by, "PARTY"));
  };
  CHECK(flags_of(reg, decided(promise(kCompany, "2026-04-01"))).empty());
  CHECK(flags_of(reg, decided(promise(kCompany, "2026-07-06"))) == "EVENT_BEFORE_PRIOR");
  const std::string anothers = promise(kForeigner, "2026-04-01");
  CHECK(codes_of(reg, decided(anothers)) == "REF_WRONG_TYPE");
  // Bound was a party that the court holds to be linked with the respondent.
  CHECK(letter_of(reg, decided(anothers).set("linked_parties", Value::Items{kForeigner})) == "OK");
  CHECK(letter_of(reg, decided(anothers).set("linked_parties", Value::Items{kAgency})) == "REF_WRONG_TYPE");
  CHECK(codes_of(reg, second(case_decided()).set("date", "2026-10-12").set("linked_parties", Value::Items{kForeigner})) == "SCHEMA_INVALID");

  for (const bool promised : {true, false}) {
    Register settled = court_register();
    settled.must(case_filed());
    const std::string settlement = settled.must(case_settled(promised));
    settled.must(second(case_filed()).set("case_no", "（2026）渝01民初99号").set("last_act", "2026-07-06").on("2026-08-03"));
    settled.must(second(case_accepted("2026-08-05")).set("served", served({kCompany}, "2026-08-06")));
    CHECK(codes_of(settled, decided(settlement)) == (promised ? "" : "REF_WRONG_TYPE"));
  }
}

TEST_CASE("claims that were declared void meanwhile are seen by the decision and by its effect", "[case]") {
  Register reg = court_register();
  reg.must(case_filed());
  reg.must(case_accepted());
  Register before = reg;
  set_patent(before, "void_claims", list_of("[2]"));
  const Outcome decided = before.submit(case_decided());
  CHECK(decided.flag_codes() == "PATENT_NOT_IN_FORCE_AT_ACT");
  CHECK(decided.flags[0].detail == kPatent + ": 2");
  CHECK(flags_of(before, case_decided("NOT_INFRINGED").set("date", "2026-07-06").set("served", served({kCompany}, "2026-07-08"))).find("PATENT") ==
        std::string::npos);
  reg.must(case_decided());
  set_patent(reg, "status", "INVALIDATED");
  const Outcome effect = reg.submit(case_effective());
  CHECK(effect.flag_codes() == "PATENT_NOT_IN_FORCE_AT_ACT");
  CHECK(effect.flags[0].detail == kPatent + ": 1, 2");
}

TEST_CASE("a decision that finds infringement by acts outside the days in force is flagged", "[case]") {
  Register reg = court_register();
  reg.must(case_filed());
  reg.must(case_accepted());
  set_patent(reg, "term_end", "2025-02-28");
  CHECK(flags_of(reg, case_decided()) == "PATENT_NOT_IN_FORCE_AT_ACT");
  CHECK(flags_of(reg, case_decided("NOT_INFRINGED")).empty());
}

// --- stay, settlement, withdrawal, the rest ---

TEST_CASE("a stay turns on a request against a patent of the case, and leads back", "[case]") {
  Register reg = court_register();
  reg.must(case_filed());
  reg.must(case_accepted());
  const std::string request = invalidation(reg);
  CHECK(flags_of(reg, resume(request, "2026-04-01")) == "CASE_STATE_FORBIDS");
  reg.must(case_answered());
  reg.must(stay(request, "2026-04-01"));
  CHECK(reg.status_of(kCaseKey) == "STAYED");
  CHECK(reg.row(kCaseKey).text_of("stay") == request);
  CHECK(flags_of(reg, case_decided()) == "CASE_STATE_FORBIDS");
  reg.must(resume(request, "2026-05-06"));
  CHECK(reg.status_of(kCaseKey) == "ANSWERED");
  CHECK_FALSE(reg.row(kCaseKey).find("stay"));
  Value moved = reg.row(kCaseKey);
  moved.set("pats", Value::Items{kUtility});
  reg.put(subject_row(kCaseKey), moved);
  CHECK(codes_of(reg, stay(request, "2026-05-06")) == "REF_WRONG_TYPE");
}

TEST_CASE("an invalidation stays the enforcement of an effective judgment", "[case]") {
  Register reg = court_register();
  decided_case(reg);
  reg.must(case_effective());
  reg.must(enforcement("APPLIED", "2026-07-06"));
  const std::string request = invalidation(reg);
  reg.must(stay(request, "2026-08-03"));
  CHECK(finds(reg));
  reg.must(resume(request, "2026-09-01"));
  CHECK(reg.status_of(kCaseKey) == "ENFORCEMENT");
  reg.must(enforcement("TERMINATED", "2026-10-12"));
  CHECK(reg.status_of(kCaseKey) == "ENFORCE_TERMINATED");
}

TEST_CASE("a settlement needs every party and closes the case", "[case]") {
  Register reg = court_register();
  reg.must(case_filed());
  CHECK(codes_of(reg, case_settled(true).by(kUniversity, "PARTY")) == "MISSING_SIGNATURE");
  CHECK(codes_of(reg, case_settled(true).set("parties", Value::Items{kUniversity}).by(kUniversity, "PARTY")) == "MISSING_SIGNATURE");
  CHECK(codes_of(reg, case_settled(true).by(kCourt, "COURT").with({kUniversity, kCompany}).on("2026-05-06")).empty());
  reg.must(case_settled(true));
  CHECK(reg.status_of(kCaseKey) == "SETTLED");
  CHECK_FALSE(finds(reg));
  CHECK(codes_of(reg, case_settled(true)) == "CASE_STATE_FORBIDS");
}

TEST_CASE("a claimant withdraws with the body before the decision", "[case]") {
  Register reg = court_register();
  reg.must(case_filed());
  const auto withdrawn = [](const std::string& by) {
    return Act("case.withdraw", R"({"date":"2026-05-06"})").set("case", kCaseKey).set("by", by).by(kCourt, "COURT").with({by});
  };
  CHECK(codes_of(reg, withdrawn(kCompany)) == "ROLE_NOT_PERMITTED");
  CHECK(codes_of(reg, withdrawn(kUniversity).by(kCourt, "COURT")) == "MISSING_SIGNATURE");
  Register decided = reg;
  decided.must(case_accepted());
  decided.must(case_decided());
  CHECK(codes_of(decided, withdrawn(kUniversity).set("date", "2026-07-06")) == "CASE_STATE_FORBIDS");
  reg.must(withdrawn(kUniversity));
  CHECK(reg.status_of(kCaseKey) == "WITHDRAWN");
}

TEST_CASE("enforcement is applied for within two years of the effect", "[case]") {
  Register reg = court_register();
  decided_case(reg);
  CHECK(flags_of(reg, enforcement("APPLIED", "2026-07-06")) == "CASE_STATE_FORBIDS");
  reg.must(case_effective());
  reg.today("2028-07-03");
  const auto late = [](const char* date) { return enforcement("APPLIED", date).on("2028-07-03").envelope("expires_at", 1'850'000'000); };
  CHECK(flags_of(reg, late("2028-06-23")).empty());
  CHECK(flags_of(reg, late("2028-06-26")) == "DEADLINE_PASSED");
}

TEST_CASE("performance is stated of an order that an effective decision has", "[judgment]") {
  Register reg = court_register();
  decided_case(reg);
  const auto performed = [](const char* order) {
    return Act("judgment.perform", R"({"date":"2026-07-06","status":"FULL"})").set("case", kCaseKey).set("order", order).by(kCourt, "COURT");
  };
  CHECK(flags_of(reg, performed("PAY")) == "CASE_STATE_FORBIDS");
  reg.must(case_effective());
  CHECK(codes_of(reg, performed("DESTROY")) == "SCHEMA_INVALID");
  reg.must(performed("PAY"));
  CHECK(reg.row(kCaseKey).find("performed")->find("PAY")->text_of("status") == "FULL");
  CHECK(finds(reg));
}

TEST_CASE("a gap in the custody of a deposit follows it into the case, until it is cleared", "[case]") {
  Register reg = court_register();
  reg.must(case_filed());
  reg.must(case_accepted());
  const std::string deposit = reg.must(paid(4, "2025-05-10"));
  const Act offered = case_evidence().set("evidence", Value::Items{deposit});
  CHECK(flags_of(reg, offered).empty());
  reg.put(flags_row(*from_sha256_id(deposit)), json(R"({"flags":[{"code":"CUSTODY_GAP","pointer":"/data/custody"}]})"));
  CHECK(flags_of(reg, offered) == "CUSTODY_GAP");
  reg.put(flags_row(*from_sha256_id(deposit)), json(R"({"flags":[{"cleared_by":"x","code":"CUSTODY_GAP","pointer":"/data/custody"}]})"));
  CHECK(flags_of(reg, offered).empty());
}

TEST_CASE("a body corrects its own records of the case, and refers it to another", "[case]") {
  Register reg = court_register();
  const std::string filed = reg.must(case_filed());
  const std::string accepted = reg.must(case_accepted());
  const auto corrected = [](const std::string& target) {
    return Act("case.correct", R"({"field":"reason","reason":"笔误"})").set("case", kCaseKey).set("target", target).by(kCourt, "COURT");
  };
  CHECK(codes_of(reg, corrected(filed)) == "CORRECTION_NOT_AUTHORITY");
  CHECK(codes_of(reg, corrected(reg.must(paid(4, "2025-05-10")))) == "CORRECTION_NOT_AUTHORITY REF_WRONG_TYPE");
  reg.must(corrected(accepted));
  CHECK(reg.status_of(kCaseKey) == "ACCEPTED");
  const auto referred = [](const std::string& to) {
    return Act("case.refer", "{}").set("case", kCaseKey).set("from_body", kCourt).set("to_body", to).by(kCourt, "COURT");
  };
  CHECK(codes_of(reg, referred(kDepartment).set("from_body", kHighCourt)) == "ROLE_NOT_PERMITTED");
  reg.must(referred(kDepartment));
  reg.must(referred(kDepartment));
  CHECK((reg.row(kCaseKey).items_of("linked") == Value::Items{kDepartment}));
  // A referral gives no right to write.
  CHECK(codes_of(reg, case_decided().by(kDepartment, "ADMIN")) == "ROLE_NOT_PERMITTED");
  Value row = reg.row(kCaseKey);
  row.set("linked", list_of(R"(["a","b","c","d","e","f","g","h","i","j","k","l","m","n","o","p"])"));
  reg.put(subject_row(kCaseKey), row);
  CHECK(codes_of(reg, referred(kDepartment)) == "SIZE_LIMIT");
}

TEST_CASE("whatever courts state in whatever order, an allegation never looks like a finding", "[case][random]") {
  const std::set<std::string> last_words = {"ADMIN_EFFECTIVE", "DECIDED_2", "DECIDED_R", "EFFECTIVE", "ENFORCED", "ENFORCEMENT",
                                            "ENFORCE_TERMINATED", "MEDIATED", "RETRIAL_PETITION", "STAYED"};
  std::mt19937 random(76);
  Register start = court_register();
  start.must(case_filed());
  const std::string request = invalidation(start);
  const auto second = [](Act act) { return act.set("instance", "SECOND").by(kHighCourt, "COURT"); };
  for (int walk = 0; walk < 60; ++walk) {
    const bool infringed = walk % 2 == 0;
    const auto decided = [&] { return case_decided(infringed ? "INFRINGED" : "NOT_INFRINGED"); };
    const Act acts[] = {case_accepted(),
                        decided(),
                        second(decided()),
                        decided().set("instance", "RETRIAL").by(kHighCourt, "COURT"),
                        case_appealed(kCompany, "2026-06-10").by(kHighCourt, "COURT"),
                        case_effective(),
                        enforcement("APPLIED", "2026-07-06"),
                        enforcement("TERMINATED", "2026-07-06"),
                        retrial("PETITION", "2026-09-01"),
                        retrial("OPENED", "2026-09-01"),
                        retrial("DECIDED", "2026-09-01", "UPHELD"),
                        retrial("DECIDED", "2026-09-01", "REVOKED"),
                        retrial("DECIDED", "2026-09-01", "DISMISSED"),
                        stay(request, "2026-08-03"),
                        resume(request, "2026-08-03"),
                        remand("2026-09-01"),
                        remand("2026-09-01", "RETRIAL")};
    Register reg = start;
    for (int step = 0; step < 25; ++step) {
      reg.submit(acts[std::uniform_int_distribution<std::size_t>(0, std::size(acts) - 1)(random)]);
      const Value row = reg.row(kCaseKey);
      const std::string status(row.text_of("status"));
      INFO(status);
      CHECK(case_status(status) != CaseStatus::none);
      const Value* judged = row.find("decisions") ? row.find("decisions")->find(row.text_of("judged")) : nullptr;
      if (!case_finding(row)) continue;
      CHECK(infringed);
      CHECK(last_words.contains(status));
      REQUIRE(judged);
      CHECK(judged->text_of("record") == case_finding(row)->text_of("record"));
      CHECK(row.find("effective"));
    }
  }
}

TEST_CASE("the row of the largest case keeps its bound", "[case]") {
  // The most that forms, lists and rules let into a row, side by side.
  const auto party = [](int n) { return "per:" + std::string(62, 'f') + std::to_string(10 + n); };
  const auto many = [](std::size_t n, const Value& each) { return Value::Items(n, each); };
  Value claims = many(50, Value(10'000));
  Value::Items asserted;
  for (int i = 0; i < 8; ++i) asserted.emplace_back(Value::Members{{"claims", claims}, {"pat", kPatent}});
  Value::Items results;
  for (int i = 0; i < 24; ++i) results.emplace_back(Value::Members{{"claims", many(17, Value(10'000))}, {"pat", kPatent}, {"result", "NOT_INFRINGED"}});
  Value decision(Value::Members{{"date", "2026-06-01"}, {"form", "JUDGMENT"}, {"record", kSomeHash}});
  decision.set("orders", list_of(R"(["DESTROY","PAY","STOP"])"));
  decision.set("outcome", results);
  decision.set("served", many(32, Value(Value::Members{{"date", "2026-06-05"}, {"mode", "ELECTRONIC"}, {"party", party(1)}})));
  Value decisions;
  for (const char* act : {"accept", "admin", "first", "refuse", "retrial", "second"}) decisions.set(act, decision);
  Value row(Value::Members{{"asserted", asserted}, {"decisions", decisions}});
  row.set("case_no", std::string(2'000, 'x'));
  row.set("claimants", many(8, party(1)));
  row.set("respondents", many(24, party(1)));
  row.set("bodies", many(16, kCourt));
  row.set("linked", many(16, kCourt));
  row.set("pats", many(8, kPatent));
  CHECK(to_canonical(row).size() < 56u * 1024);
}

// --- outside a case ---

TEST_CASE("an owner warns, an accused promises, each to the other", "[warning]") {
  Register reg = court_register();
  const auto letter = [](const char* type, const std::string& by, const std::string& to) {
    return Act(type, R"({"date":"2026-03-02"})").set("pat", kPatent).set("to", to).set("text_commit", kSomeHash).by(by, "PARTY");
  };
  CHECK(codes_of(reg, letter("warn.letter", kCompany, kForeigner)) == "ROLE_NOT_PERMITTED");
  CHECK(codes_of(reg, letter("warn.letter", kUniversity, kUniversity)) == "SELF_DEALING");
  CHECK(codes_of(reg, letter("warn.letter", kUniversity, kCompany).set("date", "2026-11-24")) == "FUTURE_EVENT_DATE");
  CHECK(codes_of(reg, letter("warn.letter", kUniversity, kCompany).set("pat", kUtility)) == "SUBJECT_NOT_FOUND");
  const std::string warned = reg.must(letter("warn.letter", kUniversity, kCompany));
  CHECK(reg.find(encumbrance_row(kPatent, warned))->text_of("to") == kCompany);
  CHECK(codes_of(reg, letter("promise.stop", kCompany, kForeigner)) == "ROLE_NOT_PERMITTED");
  const std::string promised = reg.must(letter("promise.stop", kCompany, kUniversity));
  CHECK(reg.find(encumbrance_row(kPatent, promised))->text_of("by") == kCompany);
}

TEST_CASE("a decision on a counterfeit is the department's, and its service may follow", "[warning]") {
  Register reg = court_register();
  const auto decision = [] {
    return Act("counterfeit.decision", R"({"acts":["MARK"],"date":"2026-03-02","fine":{"fen":2000000},"pat_no_used":"ZL202210234568.4"})")
        .set("party", kCompany)
        .by(kDepartment, "ADMIN");
  };
  CHECK(codes_of(reg, decision().by(kCourt, "COURT")) == "ROLE_NOT_PERMITTED");
  CHECK(flags_of(reg, decision().set("served", served({kCompany}, "2026-03-01"))) == "EVENT_BEFORE_PRIOR");
  const std::string id = reg.must(decision());
  reg.must(Act("correction", R"({"field":"served","reason":"补记送达"})")
               .set("target", id)
               .set("new", served({kCompany}, "2026-03-05"))
               .by(kDepartment, "ADMIN"));
  const Value row = *reg.find(encumbrance_row(kCompany, id));
  CHECK(row.find("decision")->items_of("served").size() == 1);
}
