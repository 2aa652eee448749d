// SPDX-License-Identifier: Apache-2.0
#include "ledger/catalog/stat.hpp"

#include <algorithm>

#include "crypto/base/encoding.hpp"
#include "ledger/catalog/fields.hpp"
#include "ledger/catalog/rules.hpp"
#include "ledger/catalog/signers.hpp"
#include "ledger/catalog/statistics.hpp"

namespace qinglu::ledger {
namespace {

using namespace fields;

constexpr std::int64_t kCellsMax = 400;  ///< keeps a snapshot within an entry

const Field kCellMembers[] = {
    of(need("indicator", FieldType::choice, "指标", "indicator"), indicator_names()),
    may("class", FieldType::code, "分项", "what the indicator is divided by"),
    may("green", FieldType::boolean, "绿色技术", "of green technology"),
    need("count", FieldType::integer, "数量", "number"),
    may("stated", FieldType::integer, "其中写明人民币金额的数量", "how many of them state a sum in RMB"),
    may("fen", FieldType::integer, "金额合计（分）", "sum, fen"),
    may("tech_fen", FieldType::integer, "技术交易额合计（分）", "technology amounts, fen"),
    may("suppressed", FieldType::boolean, "写明价格的过少，不列金额", "too few state a price: no sum is shown")};
const Field kFields[] = {
    of(need("query", FieldType::choice, "统计类别", "group of indicators"), statistic_queries()),
    need("from", FieldType::date, "起始日（某月首日）", "first day of the first month"),
    need("until", FieldType::date, "截止日（某月末日，含）", "last day of the last month"),
    list(with(may("result", FieldType::object, "结果；没有可计的不填", "the result; left out when nothing counts"), kCellMembers), kCellsMax),
    need("result_hash", FieldType::hash, "结果摘要", "digest of query, period and result")};

constexpr Role kCouncil[] = {Role::gov};

constexpr Precondition kRules[] = {
    {"ROLE_NOT_PERMITTED", "QLR", "5.2", "由验证节点的机构提交，其他验证节点的机构可联署",
     "a validator's institution submits; others of them may sign too"},
    {"SCHEMA_INVALID", "QLR", "5.2", "整月的期间，至多一百二十个月", "whole months, at most a hundred and twenty"},
    {"FUTURE_EVENT_DATE", "QLR", "5.2", "期间已经结束", "the period is over"},
    {"STATISTIC_MISMATCH", "QLR", "5.2", "结果与由账本计算的一致", "the result is what the ledger gives"}};

const RecordType kTypes[] = {{.name = "stat.snapshot",
                              .zh = "统计快照",
                              .en = "snapshot of statistics",
                              .category = Category::governance,
                              .fields = kFields,
                              .signers = {.roles = kCouncil, .judged_by_rule = true},
                              .preconditions = kRules,
                              .effect_zh = "记下统计；任何人都可由记录重新计算",
                              .effect_en = "the statistic is on record; anybody can compute it anew from the records"}};

/// Nobody's vote is needed, for the ledger computes; but nobody else signs.
void check_members(const RuleInput& in, Verdict& verdict) {
  const Council council = council_in_force(in.rows);
  for (const Value& signer : in.body.items_of("signers")) {
    if (std::ranges::find(council.parties, signer.text()) == council.parties.end()) {
      raise(verdict, issue("ROLE_NOT_PERMITTED", "/signers", signer.text()));
    }
  }
}

std::string name_of(const Value& cell) {
  std::string name(cell.text_of("indicator"));
  if (cell.find("class")) name += " " + std::string(cell.text_of("class"));
  return name + (cell.boolean_of("green") ? " green" : "");
}

/// The first number that differs, with what is stated and what the ledger has.
void check_result(const RuleInput& in, Verdict& verdict, const Value::Items& computed) {
  const Value::Items& stated = in.data.items_of("result");
  for (std::size_t i = 0; i < std::max(stated.size(), computed.size()); ++i) {
    const std::string here = "/data/result/" + std::to_string(i);
    const std::string ours = i < computed.size() ? name_of(computed[i]) : "-";
    const std::string theirs = i < stated.size() ? name_of(stated[i]) : "-";
    if (ours != theirs) return raise(verdict, issue("STATISTIC_MISMATCH", here, theirs + ", " + ours));
    for (const std::string_view member : {"count", "stated", "fen", "tech_fen", "suppressed"}) {
      const auto text = [&](const Value& cell) {
        const Value* value = cell.find(member);
        if (!value) return std::string("-");
        return value->is_integer() ? std::to_string(value->integer()) : std::string(value->boolean() ? "true" : "false");
      };
      if (text(stated[i]) == text(computed[i])) continue;
      return raise(verdict, issue("STATISTIC_MISMATCH", here + "/" + std::string(member),
                                  ours + ": " + text(stated[i]) + ", " + text(computed[i])));
    }
    // `green` left out and `green: false` name the same cell, and only one of them is its spelling.
    if (stated[i] != computed[i]) return raise(verdict, issue("STATISTIC_MISMATCH", here, ours));
  }
}

void snapshot(const RuleInput& in, Verdict& verdict) {
  check_event_date(in, verdict);
  check_members(in, verdict);
  const auto from = date_in(in, "from");
  const auto until = date_in(in, "until");
  const auto months = from && until ? whole_months(*from, *until) : std::nullopt;
  if (!months) {
    return raise(verdict, issue("SCHEMA_INVALID", "/data/until",
                                std::string(in.data.text_of("from")) + ".." + std::string(in.data.text_of("until"))));
  }
  if (*until >= today(in)) {
    raise(verdict, issue("FUTURE_EVENT_DATE", "/data/until", to_string(*until) + " >= " + to_string(today(in))));
  }
  const std::string_view query = in.data.text_of("query");
  const Value computed = to_value(answer_query(in.rows, in.pack, query, *months));
  check_result(in, verdict, computed.items());
  const std::string hash = to_sha256_id(statistic_hash(query, *months, computed));
  if (in.data.text_of("result_hash") != hash) {
    raise(verdict, issue("STATISTIC_MISMATCH", "/data/result_hash", std::string(in.data.text_of("result_hash")) + ", " + hash));
  }
}

}  // namespace

std::span<const RecordType> stat_types() { return kTypes; }

Rule stat_rule(std::string_view type) { return type == "stat.snapshot" ? snapshot : nullptr; }

}  // namespace qinglu::ledger
