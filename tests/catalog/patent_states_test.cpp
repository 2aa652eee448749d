// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <map>
#include <set>

#include "tests/catalog/patents.hpp"
#include "tests/support/catch.hpp"

using namespace qinglu;
using namespace qinglu::ledger;
using namespace qinglu::test;

namespace {

using enum PatentStatus;

constexpr std::string_view kTypes[] = {"DES", "INV", "UM"};

PatentStatus status_at(std::size_t i) { return static_cast<PatentStatus>(i); }

/// The S row of an application in a state, with what its history would have left there.
Value row_in(PatentStatus status, std::string_view type) {
  Value row = json(
      R"({"applicant_count":1,"filer":"org:12500000QL0000014H","filing_date":"2022-05-10","since":"2022-05-10"})");
  row.set("type", type);
  row.set("status", name(status));
  row.set("title_commit", "sha256:" + std::string(64, 'a'));
  row.set("record", "sha256:" + std::string(64, 'a'));
  const bool was_granted = status == granted || status == expired || status == lapsed ||
                           status == abandoned || status == invalidated;
  const bool public_now =
      was_granted ||
      (type == "INV" && (status == published || status == subst || status == allowed));
  if (public_now) {
    row.set("applicants", Value::Items{kUniversity});
    row.set("inventors", Value::Items{"sha256:" + std::string(64, 'e')});
    row.set("ipc", Value::Items{"F27D17/00"});
    row.set("pub", json(R"({"date":"2023-11-14","no":"CN115000001A"})"));
  }
  if (was_granted) {
    row.set("grant", json(R"({"date":"2024-06-21","kind":"B","no":"CN115000001B"})"));
    row.set("owners", json(R"({"o":[{"party":"org:12500000QL0000014H"}]})").items_of("o"));
    row.set("annuities", json(R"({"first_year":3})"));
    row.set("term_end", "2042-05-09");
  }
  return row;
}

/// Every act of the table that names an application, as the office would record it.
std::map<std::string, Act> office_acts() {
  const auto about = [](std::string_view type, const char* data) {
    return Act(type, data).set("pat", kPatent);
  };
  const std::string commit = "sha256:" + std::string(64, 'e');
  return {
      {"annuity.notice",
       about("annuity.notice", R"({"due":"2025-05-12","grace_end":"2025-11-10","year":4})")},
      {"annuity.paid", paid(4, "2025-05-10")},
      {"inventor.correct", about("inventor.correct", R"({})")
                               .set("before_commit", commit)
                               .set("after_commit", commit)
                               .set("proof", commit)},
      {"owner.change_address", about("owner.change_address", R"({})")
                                   .set("before", commit)
                                   .set("after", commit)
                                   .set("party", kUniversity)},
      {"owner.change_name",
       about("owner.change_name", R"({"after":"乙","before":"甲"})").set("party", kUniversity)},
      {"patent.deemed_withdrawn",
       about("patent.deemed_withdrawn", R"({"date":"2025-01-10","ground":"期满未答复"})")},
      {"patent.exam_request", about("patent.exam_request", R"({"date":"2023-12-01"})")},
      {"patent.exam_request:ENTERED", exam_entered()},
      {"patent.expire", about("patent.expire", R"({"date":"2026-11-23"})")},
      {"patent.grant", grant()},
      {"patent.grant_notice", grant_notice()},
      {"patent.green_tag",
       about("patent.green_tag", R"({"by":"EVALUATOR","codes":["Y02P"],"scheme":"CPC-Y02"})")
           .set("evidence", commit)},
      {"patent.lapse", lapse()},
      {"patent.office_action", office_action()},
      {"patent.prelim_result:FAILED", prelim_result("FAILED")},
      {"patent.prelim_result:PASSED", prelim_result("PASSED")},
      {"patent.publish", publish()},
      {"patent.reject", about("patent.reject", R"({"date":"2024-03-01","ground":"不具备创造性"})")},
      {"patent.response", about("patent.response", R"({"date":"2024-03-01","kind":"AMENDMENT"})")},
      {"patent.restore", restore()},
      {"patent.withdraw",
       about("patent.withdraw", R"({"date":"2024-03-01","ground":"主动撤回"})")}};
}

bool has(const std::vector<Issue>& issues, std::string_view code) {
  return std::ranges::find(issues, code, &Issue::code) != issues.end();
}

}  // namespace

TEST_CASE("the words of the states are distinct and read back", "[patent][states]") {
  std::set<std::string_view> words;
  for (std::size_t i = 0; i < kPatentStatuses; ++i) {
    words.insert(name(status_at(i)));
    CHECK(patent_status(name(status_at(i))) == status_at(i));
  }
  CHECK(words.size() == kPatentStatuses);
  CHECK(patent_status("UNHEARD_OF") == none);
}

TEST_CASE("every act of the table has a record type, and the acts are complete",
          "[patent][states]") {
  std::set<std::string> types;
  for (const Transition& each : patent_transitions()) {
    const std::string type(each.act.substr(0, each.act.find(':')));
    INFO(type);
    CHECK(find_record_type(type) != nullptr);
    types.insert(type);
  }
  for (const RecordType& type : patent_types()) {
    INFO(std::string(type.name));
    CHECK(types.contains(std::string(type.name)));
  }
  CHECK(std::ranges::is_sorted(patent_transitions(), {}, &Transition::act));
}

TEST_CASE("in every state every act is taken or answered STATE_FORBIDS, as the table says",
          "[patent][states]") {
  std::set<std::string> acts;
  for (const Transition& each : patent_transitions()) acts.insert(std::string(each.act));
  std::size_t allowed_pairs = 0;
  for (std::size_t i = 0; i < kPatentStatuses; ++i) {
    for (const std::string_view type : kTypes) {
      for (const std::string& act : acts) {
        INFO(act << " on " << type << " " << name(status_at(i)));
        const Transition* transition = find_transition(act, status_at(i), type);
        Value row = i == 0 ? Value() : row_in(status_at(i), type);
        if (i == 0) row.set("type", type);
        const std::string before(row.text_of("status"));
        Verdict party(false);
        take_act(party, act, std::nullopt, row);
        CHECK(party.refused() == (transition == nullptr));
        if (party.refused()) CHECK(party.issues()[0].code == "STATE_FORBIDS");
        if (transition) {
          ++allowed_pairs;
          const bool back = transition->moves && transition->to == none;
          const std::string_view expected =
              transition->moves && !back ? name(transition->to) : before;
          CHECK(row.text_of("status") == expected);
        }
        Value again = i == 0 ? Value() : row_in(status_at(i), type);
        if (i == 0) again.set("type", type);
        Verdict authority(true);
        take_act(authority, act, std::nullopt, again);
        CHECK_FALSE(authority.refused());
        CHECK(authority.flags().empty() == (transition != nullptr));
        CHECK(again.text_of("status") == row.text_of("status"));
      }
    }
  }
  // 17 states x 3 types; a change of the table must be seen here.
  CHECK(allowed_pairs == 278);
}

TEST_CASE("the rules ask the table in every state, and flag what the office records against it",
          "[patent][states]") {
  const Register fresh;
  const auto acts = office_acts();
  for (std::size_t i = 1; i < kPatentStatuses; ++i) {
    for (const std::string_view type : kTypes) {
      for (const auto& [act, record] : acts) {
        Register reg = fresh;
        reg.put(subject_row(kPatent), row_in(status_at(i), type));
        INFO(act << " on " << type << " " << name(status_at(i)));
        const Outcome out = reg.submit(record);
        const bool expected = find_transition(act, status_at(i), type) == nullptr;
        CHECK(has(out.flags, "STATE_FORBIDS") == expected);
        CHECK_FALSE(has(out.issues, "STATE_FORBIDS"));
      }
    }
  }
}

TEST_CASE("an applicant's act is refused where the table does not allow it [F74]",
          "[patent][states][F74]") {
  const Register fresh;
  const auto acts = office_acts();
  for (const char* act : {"patent.exam_request", "patent.response", "patent.withdraw"}) {
    for (std::size_t i = 1; i < kPatentStatuses; ++i) {
      for (const std::string_view type : kTypes) {
        Register reg = fresh;
        reg.put(subject_row(kPatent), row_in(status_at(i), type));
        INFO(act << " on " << type << " " << name(status_at(i)));
        const Outcome out = reg.submit(Act(acts.at(act)).by(kUniversity, "PARTY"));
        CHECK(has(out.issues, "STATE_FORBIDS") ==
              (find_transition(act, status_at(i), type) == nullptr));
        CHECK(out.flags.empty());
      }
    }
  }
  Register reg = fresh;
  reg.put(subject_row(kPatent), row_in(granted, "INV"));
  const Outcome out = reg.submit(Act(acts.at("patent.withdraw")).by(kUniversity, "PARTY"));
  REQUIRE(out.codes() == "STATE_FORBIDS");
  CHECK(out.issues[0].law == "PL");
  CHECK(out.issues[0].detail.find("INV GRANTED; annuity.notice, annuity.paid") == 0);
}
