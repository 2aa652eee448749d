// SPDX-License-Identifier: Apache-2.0
#include "ledger/catalog/publicity.hpp"

#include <algorithm>

#include "crypto/base/encoding.hpp"
#include "ledger/catalog/fields.hpp"
#include "ledger/catalog/rules.hpp"

namespace qinglu::ledger {
namespace {

using namespace fields;

constexpr std::string_view kKinds[] = {"AWARD", "PRICE", "RECOG", "REWARD"};
constexpr Field kFields[] = {
    of(need("kind", FieldType::choice, "公示种类：拟交易价格、奖酬、奖项、认定", "kind: price, reward, award, recognition"), kKinds),
    need("subject", FieldType::subject, "公示对象", "what it is about"),
    need("from", FieldType::date, "公示起始日（含）", "first day"),
    need("to", FieldType::date, "公示截止日（含）", "last day"),
    need("text_hash", FieldType::hash, "公示文本摘要", "digest of the text"),
    set(may("objections", FieldType::hash, "收到的异议（摘要）", "objections received, by digest"), 64)};

constexpr Role kNotifiers[] = {Role::drc, Role::exch, Role::inst, Role::miit, Role::reg, Role::sci};
constexpr Precondition kRules[] = {
    {"PUBLICITY_PERIOD_OPEN", "PTL", "18", "公示不短于规定天数", "the notice is not shorter than the period"},
    {"SUBJECT_NOT_FOUND", "QLR", "6.1", "专利已在链上", "a patent is on the ledger"},
    {"UNPUBLISHED_DATA_IN_CLEAR", "PL", "21", "不写明未公布的申请", "no application that is not published is named"}};

constexpr RecordType kTypes[] = {{.name = "publicity.notice",
                                  .zh = "公示",
                                  .en = "public notice",
                                  .category = Category::governance,
                                  .fields = kFields,
                                  .signers = {.roles = kNotifiers},
                                  .preconditions = kRules,
                                  .effect_zh = "截止日之后，可作为合同定价等行为的依据",
                                  .effect_en = "behind its last day a contract may rest its price on it",
                                  .date_field = "from"}};

void notice(const RuleInput& in, Verdict& verdict) {
  check_event_date(in, verdict);
  const Date from = *date_in(in, "from");
  const Date to = *date_in(in, "to");
  const Date shortest = add_days(from, in.pack.integer("publicity_days") - 1);
  if (to < shortest) {
    raise(verdict, issue("PUBLICITY_PERIOD_OPEN", "/data/to", to_string(to) + " < " + to_string(shortest)));
  }
  const std::string_view subject = in.data.text_of("subject");
  if (!subject.starts_with("pat:")) return;
  const auto row = require_subject(in, verdict, subject, "/data/subject");
  if (row && !is_published(*row)) {
    raise(verdict, issue("UNPUBLISHED_DATA_IN_CLEAR", "/data/subject", std::string(subject)));
  }
}

}  // namespace

std::span<const RecordType> publicity_types() { return kTypes; }

Rule publicity_rule(std::string_view type) { return type == "publicity.notice" ? notice : nullptr; }

void check_price_publicity(const RuleInput& input, Verdict& verdict, std::span<const std::string> about,
                           std::span<const std::string> by, Date day) {
  constexpr std::string_view kPointer = "/data/publicity_ref";
  const auto digest = from_sha256_id(input.data.text_of("publicity_ref"));
  if (!digest) return raise(verdict, issue("PRICE_PUBLICITY_MISSING", kPointer));
  const auto found = input.rows.find_record(*digest);
  if (!found) return;  // REF_NOT_FOUND is the framework's
  const auto one_of = [](std::span<const std::string> list, std::string_view text) {
    return std::ranges::find(list, text) != list.end();
  };
  const Value& data = *found->body.find("data");
  if (found->body.text_of("type") != "publicity.notice" || data.text_of("kind") != "PRICE" ||
      !one_of(about, data.text_of("subject")) || !one_of(by, found->body.text_of("submitter"))) {
    return raise(verdict, issue("REF_WRONG_TYPE", kPointer, "publicity.notice, PRICE"));
  }
  const auto to = parse_date(data.text_of("to"));
  if (to && day <= *to) raise(verdict, issue("PUBLICITY_PERIOD_OPEN", kPointer, to_string(*to)));
}

}  // namespace qinglu::ledger
