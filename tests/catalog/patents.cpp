// SPDX-License-Identifier: Apache-2.0
#include "tests/catalog/patents.hpp"

#include <algorithm>

#include "crypto/base/encoding.hpp"
#include "crypto/commitment.hpp"
#include "ledger/codec/canonical_json.hpp"
#include "ledger/model/numbers.hpp"

namespace qinglu::test {

using namespace qinglu::ledger;

namespace {

const std::string kSalt(64, '7');
const Value kTitle("一种余热回收装置");
const Value kApplicants(Value::Items{Value("org:12500000QL0000014H")});

Act about(std::string_view type, const char* data) { return Act(type, data).set("pat", kPatent); }

}  // namespace

std::string app_no(std::string_view twelve_digits) {
  return std::string(twelve_digits) + app_no_check(twelve_digits);
}

std::string committed(std::string_view name, const Value& value) {
  const auto salt = fixed_from_hex<crypto::Salt>(kSalt);
  return to_sha256_id(crypto::field_commitment(name, *salt, to_canonical(value)));
}

Value opening(std::string_view name, const Value& value) {
  return Value(Value::Members{
      {"commit", committed(name, value)}, {"name", name}, {"salt", kSalt}, {"value", value}});
}

Value served(std::initializer_list<std::string_view> parties, std::string_view date) {
  std::vector<std::string_view> sorted(parties);
  std::ranges::sort(sorted);
  Value::Items items;
  for (const std::string_view party : sorted) {
    items.emplace_back(Value::Members{{"date", date}, {"mode", "ELECTRONIC"}, {"party", party}});
  }
  return items;
}

Act commit() {
  Act act("patent.commit", R"({"type":"INV"})");
  act.set("doc_commit", "sha256:" + std::string(64, 'd'));
  act.set("applicant_commit", committed("applicant", kApplicants));
  return act.by(kAgency, "AGENT");
}

Act accept() {
  Act act(
      "patent.accept",
      R"({"app_no":"2022102345684","applicant_count":1,"filing_date":"2022-05-10","type":"INV"})");
  return act.set("title_commit", committed("title", kTitle));
}

Act prelim_result(std::string_view kind) {
  return about("patent.prelim_result", R"({"date":"2022-08-01"})").set("kind", kind);
}

Act publish() {
  Act act = about("patent.publish",
                  R"({"ipc":["F27D17/00"],"pub_date":"2023-11-14","pub_no":"CN115000001A"})");
  act.set("abstract_hash", "sha256:" + std::string(64, 'b'))
      .set("title", kTitle)
      .set("applicants", kApplicants);
  act.set("inventors", Value::Items{"sha256:" + std::string(64, 'e')});
  return act.set("openings", Value::Items{opening("title", kTitle)});
}

Act exam_entered() {
  return about("patent.exam_request", R"({"date":"2023-12-01","entered_date":"2023-12-15"})");
}

Act office_action() {
  return about("patent.office_action",
               R"({"date":"2024-01-10","due":"2024-05-10","kind":"EXAMINATION"})");
}

Act grant_notice() { return about("patent.grant_notice", R"({"date":"2024-05-06"})"); }

Act grant() {
  Act act = about(
      "patent.grant",
      R"({"claim_count":9,"first_annuity_year":3,"grant_date":"2024-06-21","grant_no":"CN115000001B","ipc":["F27D17/00"],"kind":"B","owners":[{"party":"org:12500000QL0000014H"}]})");
  act.set("inventors", Value::Items{"sha256:" + std::string(64, 'e')});
  return act.set("claims_hash", "sha256:" + std::string(64, 'c'));
}

Act paid(int year, std::string_view date) {
  return about("annuity.paid", R"({"amount":{"fen":120000}})")
      .set("year", year)
      .set("paid_date", date);
}

Act lapse() {
  return about("patent.lapse",
               R"({"announce_date":"2026-01-09","as_of":"2025-05-10","cause":"ANNUITY_UNPAID"})");
}

Act restore() {
  return about(
      "patent.restore",
      R"({"basis":"JUST_CAUSE","decision_date":"2026-03-02","request_date":"2026-02-10"})");
}

void grow(Register& reg, PatentStatus until) {
  using enum PatentStatus;
  const std::pair<PatentStatus, Act> life[] = {{filed, accept()},         {prelim, prelim_result()},
                                               {published, publish()},    {subst, exam_entered()},
                                               {allowed, grant_notice()}, {granted, grant()},
                                               {lapsed, lapse()}};
  for (const auto& [status, act] : life) {
    reg.must(act);
    if (status == until) return;
  }
}

}  // namespace qinglu::test
