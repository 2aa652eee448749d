// SPDX-License-Identifier: Apache-2.0
#include "ledger/catalog/target.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include "crypto/base/check.hpp"
#include "crypto/base/encoding.hpp"
#include "ledger/catalog/fields.hpp"
#include "ledger/catalog/rules.hpp"
#include "ledger/catalog/statistics.hpp"
#include "ledger/model/ids.hpp"
#include "ledger/model/money.hpp"

namespace qinglu::ledger {
namespace {

using namespace fields;

__extension__ using Wide = unsigned __int128;

constexpr std::int64_t kMost = (std::int64_t{1} << 53) - 1;
constexpr std::int64_t kYearsMax = 28;  ///< 6^28 still fits; rows of so many years are read for a report
constexpr std::int64_t kFirstYear = 1985;  ///< the Patent Law's first
constexpr std::int64_t kLastYear = 2999;

// --- fields ---

constexpr std::string_view kMeasures[] = {"COUNT", "FEN", "TECH_FEN"};
constexpr std::string_view kOps[] = {"GE", "GT", "RANGE"};
constexpr std::string_view kTests[] = {"GROWTH", "TOTAL"};
constexpr std::string_view kOutcomes[] = {"FAILED", "PASSED", "UNDEFINED"};

const Field kSetFields[] = {
    need("id", FieldType::code, "目标编号", "id of the target"),
    need("clause", FieldType::text, "所依据的条款", "clause that it comes from"),
    of(need("indicator", FieldType::choice, "指标", "indicator"), indicator_names()),
    of(need("measure", FieldType::choice, "计量：数量、金额、技术交易额", "what is measured: number, sum or technology amount"), kMeasures),
    may("green", FieldType::boolean, "仅计绿色技术", "true: green technology alone"),
    of(need("test", FieldType::choice, "检验：累计或年均增长", "test: a total, or growth year by year"), kTests),
    of(need("op", FieldType::choice, "不小于、大于或在区间内", "at least, more than, or within"), kOps),
    list(need("values", FieldType::integer, "目标值；区间为上下限；增长为比率的分子和分母",
              "the value; of a range its ends; of growth the rate as numerator and denominator"), 2),
    need("unit", FieldType::text, "单位", "unit"),
    within(need("base_year", FieldType::integer, "基期年份；累计自该年起", "base year; of a total the first year that counts"), kFirstYear, kLastYear),
    need("due", FieldType::date, "完成期限（含）", "last day to reach it"),
    need("source_doc_hash", FieldType::hash, "来源文件摘要", "digest of the document that sets it")};

constexpr Field kMonthMembers[] = {
    need("from", FieldType::date, "该月首日", "first day of the month"),
    need("value", FieldType::integer, "该月的值", "its number")};
const Field kReportFields[] = {
    need("target", FieldType::subject, "目标", "key of the target"),
    within(need("year", FieldType::integer, "截至年份", "last year that counts"), kFirstYear, kLastYear),
    may("base_value", FieldType::integer, "基期值（增长）", "value of the base year; of growth"),
    need("value", FieldType::integer, "值", "value"),
    list(with(may("months", FieldType::object, "所依据的各月统计行；为零的月不填", "the rows that it rests on, month by month; months of nothing left out"), kMonthMembers), 12 * kYearsMax + 12),
    of(need("outcome", FieldType::choice, "未达到、达到或无法判断", "failed, passed, or undefined"), kOutcomes)};

constexpr Role kDepartments[] = {Role::drc};
constexpr std::string_view kMakes[] = {"tgt:{id}"};

// --- preconditions ---

constexpr Precondition kSetRules[] = {
    {"STATE_FORBIDS", "QLR", "5.1", "该编号尚未使用，目标设定后不变", "the id is new: a target that is set does not move"},
    {"SCHEMA_INVALID", "QLR", "5.1", "编号、指标与计量、检验与数值相符；期限不早于基期，至多二十八年",
     "id, indicator and measure, test and values fit; due not before the base year, nor more than 28 years after it"}};
constexpr Precondition kReportRules[] = {
    {"SUBJECT_NOT_FOUND", "QLR", "5.1", "目标已设定", "the target was set"},
    {"REF_WRONG_TYPE", "QLR", "5.1", "所指为目标", "what is named is a target"},
    {"SCHEMA_INVALID", "QLR", "5.1", "年份在基期与期限之间；增长的在基期之后", "a year from the base year to the due one; of growth after the base year"},
    {"FUTURE_EVENT_DATE", "QLR", "5.1", "该年已经结束", "that year is over"},
    {"TARGET_MISMATCH", "QLR", "5.1", "各数与结论由账本计算", "numbers and outcome are what the ledger gives"}};

const RecordType kTypes[] = {
    {.name = "target.report",
     .zh = "目标完成情况",
     .en = "report on a target",
     .category = Category::governance,
     .fields = kReportFields,
     .signers = {.roles = kDepartments},
     .preconditions = kReportRules,
     .effect_zh = "目标名下记最近一次报告",
     .effect_en = "the target shows the latest report"},
    {.name = "target.set",
     .zh = "设定目标",
     .en = "target of a programme",
     .category = Category::governance,
     .fields = kSetFields,
     .signers = {.roles = kDepartments},
     .preconditions = kSetRules,
     .effect_zh = "目标作为数据保存，不再变动",
     .effect_en = "the target is kept as data, and stays as it is",
     .makes = kMakes}};

// --- setting ---

Growth growth_of(const Value& target) {
  const Value::Items& values = target.items_of("values");
  return {values[0].integer(), values[1].integer(), target.text_of("op") == "GT"};
}

int years_to(const Value& target, std::int64_t year) { return static_cast<int>(year - target.integer_of("base_year")); }

/// The values that test and op ask for.
bool values_fit(const Value& target, int years) {
  const Value::Items& values = target.items_of("values");
  const std::string_view op = target.text_of("op");
  if (std::ranges::any_of(values, [](const Value& each) { return each.integer() > kMost; })) return false;
  if (target.text_of("test") == "GROWTH") {
    return op != "RANGE" && values.size() == 2 && years >= 1 && growth_fits(growth_of(target), years);
  }
  if (op == "RANGE") return values.size() == 2 && values[0].integer() <= values[1].integer();
  return values.size() == 1;
}

void set_target(const RuleInput& in, Verdict& verdict) {
  check_event_date(in, verdict);
  const std::string key = "tgt:" + std::string(in.data.text_of("id"));
  if (!kind_of_subject(key)) raise(verdict, issue("SCHEMA_INVALID", "/data/id", key));
  if (const auto known = in.rows.find(subject_row(key))) {
    Issue taken = issue("STATE_FORBIDS", "/data/id", key);
    taken.blocking.emplace_back(known->text_of("record"));
    raise(verdict, std::move(taken));
  }
  const Indicator& indicator = *find_indicator(in.data.text_of("indicator"));
  const std::string_view measure = in.data.text_of("measure");
  // Prices are a matter of those deals alone whose price is open: no sum of them is a target.
  const bool measured = measure == "COUNT" || (measure == "FEN" && indicator.fen && !indicator.price) || (measure == "TECH_FEN" && indicator.tech_fen);
  if (!measured) raise(verdict, issue("SCHEMA_INVALID", "/data/measure", std::string(indicator.name) + " " + std::string(measure)));
  if (in.data.find("green") && !in.data.boolean_of("green")) raise(verdict, issue("SCHEMA_INVALID", "/data/green", "false"));
  const int years = years_to(in.data, split(*date_in(in, "due")).year);
  if (years < 0 || years > kYearsMax) {
    raise(verdict, issue("SCHEMA_INVALID", "/data/due", std::string(in.data.text_of("due"))));
  } else if (!values_fit(in.data, years)) {
    raise(verdict, issue("SCHEMA_INVALID", "/data/values", std::string(in.data.text_of("test")) + " " + std::string(in.data.text_of("op"))));
  }
  Value row(Value::Members{{"by", in.body.text_of("submitter")}, {"record", to_sha256_id(in.record_id)}});
  copy(in, row, {"base_year", "clause", "due", "green", "indicator", "measure", "op", "source_doc_hash", "test", "unit", "values"});
  verdict.set(subject_row(key), std::move(row));
}

// --- reporting ---

/// A number out of the statistics, and whether it is known: a sum is not while any of the records counted
/// states none, nor one that has reached what the ledger can write.
struct Known {
  std::int64_t value = 0;
  bool whole = true;
};

Known month_value(const RuleInput& in, const Value& target, const Months& month) {
  const std::string_view measure = target.text_of("measure");
  Known known;
  for (const StatisticCell& cell : count_months(in.rows, *find_indicator(target.text_of("indicator")), month)) {
    if (target.boolean_of("green") && !cell.green) continue;
    const std::int64_t value = measure == "COUNT" ? cell.count : measure == "FEN" ? cell.fen : cell.tech_fen;
    if (value == kMost || (measure != "COUNT" && cell.stated != cell.count)) known.whole = false;
    known.value = checked_add(known.value, value).value_or(kMost);
  }
  return known;
}

/// The years from one to another; each month that counts is added to `months`.
Known years_value(const RuleInput& in, const Value& target, std::int64_t from, std::int64_t until, Value::Items& months) {
  Known sum;
  for (std::int64_t n = 12 * from; n < 12 * (until + 1); ++n) {
    const Date first = date_of(static_cast<int>(n / 12), static_cast<int>(n % 12) + 1, 1);
    const Known month = month_value(in, target, {first, first});
    sum.whole = sum.whole && month.whole;
    sum.value = checked_add(sum.value, month.value).value_or(kMost);
    if (month.value != 0) months.emplace_back(Value::Members{{"from", to_string(first)}, {"value", month.value}});
  }
  sum.whole = sum.whole && sum.value < kMost;
  return sum;
}

struct Report {
  std::optional<Known> base;
  Known value;
  Value::Items months;
  std::string_view outcome;
};

std::string_view outcome_of(const Value& target, const Report& report, int years) {
  if (!report.value.whole || (report.base && !report.base->whole)) return "UNDEFINED";
  const std::int64_t value = report.value.value;
  std::optional<bool> passed;
  if (report.base) {
    passed = has_grown(report.base->value, value, years, growth_of(target));
  } else {
    const Value::Items& values = target.items_of("values");
    const std::string_view op = target.text_of("op");
    const std::int64_t least = values.front().integer();
    passed = (op == "GT" ? value > least : value >= least) && (op != "RANGE" || value <= values.back().integer());
  }
  if (!passed) return "UNDEFINED";
  return *passed ? "PASSED" : "FAILED";
}

Report compute(const RuleInput& in, const Value& target, std::int64_t year) {
  Report report;
  const std::int64_t base = target.integer_of("base_year");
  const bool growth = target.text_of("test") == "GROWTH";
  if (growth) report.base = years_value(in, target, base, base, report.months);
  report.value = years_value(in, target, growth ? year : base, year, report.months);
  report.outcome = outcome_of(target, report, years_to(target, year));
  return report;
}

void differs(Verdict& verdict, const std::string& pointer, const std::string& stated, const std::string& computed) {
  if (stated != computed) raise(verdict, issue("TARGET_MISMATCH", "/data/" + pointer, stated + ", " + computed));
}

std::string number(const Value* value) { return value ? std::to_string(value->integer()) : "-"; }

/// The rows that the numbers rest on; the first that differs is named.
void check_months(const RuleInput& in, Verdict& verdict, const Value::Items& computed) {
  const Value::Items& stated = in.data.items_of("months");
  const auto text = [](const Value::Items& list, std::size_t i) {
    return i < list.size() ? std::string(list[i].text_of("from")).substr(0, 7) + " " + std::to_string(list[i].integer_of("value")) : "-";
  };
  for (std::size_t i = 0; i < std::max(stated.size(), computed.size()); ++i) {
    if (i < stated.size() && i < computed.size() && stated[i] == computed[i]) continue;
    return raise(verdict, issue("TARGET_MISMATCH", "/data/months/" + std::to_string(i), text(stated, i) + ", " + text(computed, i)));
  }
}

void report(const RuleInput& in, Verdict& verdict) {
  check_event_date(in, verdict);
  const std::string_view key = in.data.text_of("target");
  if (!key.starts_with("tgt:")) return raise(verdict, issue("REF_WRONG_TYPE", "/data/target", std::string(key)));
  const auto target = require_subject(in, verdict, key, "/data/target");
  if (!target) return;
  const std::int64_t year = in.data.integer_of("year");
  const bool growth = target->text_of("test") == "GROWTH";
  const std::int64_t due = split(*parse_date(target->text_of("due"))).year;
  if (year < target->integer_of("base_year") + (growth ? 1 : 0) || year > due) {
    return raise(verdict, issue("SCHEMA_INVALID", "/data/year", std::to_string(year)));
  }
  if (year >= split(today(in)).year) raise(verdict, issue("FUTURE_EVENT_DATE", "/data/year", to_string(today(in))));
  const Report computed = compute(in, *target, year);
  differs(verdict, "base_value", number(in.data.find("base_value")), computed.base ? std::to_string(computed.base->value) : "-");
  differs(verdict, "value", number(in.data.find("value")), std::to_string(computed.value.value));
  check_months(in, verdict, computed.months);
  differs(verdict, "outcome", std::string(in.data.text_of("outcome")), std::string(computed.outcome));
  Value row = *target;
  Value kept(Value::Members{{"record", to_sha256_id(in.record_id)}});
  copy(in, kept, {"base_value", "outcome", "value", "year"});
  row.set("report", std::move(kept));
  verdict.set(subject_row(key), std::move(row));
}

}  // namespace

std::span<const RecordType> target_types() { return kTypes; }

Rule target_rule(std::string_view type) {
  if (type == "target.set") return set_target;
  return type == "target.report" ? report : nullptr;
}

bool growth_fits(const Growth& growth, int years) {
  if (growth.numerator < 1 || growth.denominator < 1) return false;
  // A value takes 53 bits: 75 are left for the power.
  constexpr Wide kPowerMax = (Wide{1} << 75) - 1;
  for (const std::int64_t factor : {growth.numerator, growth.denominator}) {
    Wide power = 1;
    for (int n = 0; n < years; ++n) {
      if (power > kPowerMax / static_cast<Wide>(factor)) return false;
      power *= static_cast<Wide>(factor);
    }
  }
  return true;
}

std::optional<bool> has_grown(std::int64_t base, std::int64_t value, int years, const Growth& growth) {
  QL_CHECK(years >= 1 && base >= 0 && value >= 0 && growth_fits(growth, years));
  if (base == 0) return std::nullopt;
  Wide reached = static_cast<Wide>(value);
  Wide asked = static_cast<Wide>(base);
  for (int n = 0; n < years; ++n) {
    reached *= static_cast<Wide>(growth.denominator);
    asked *= static_cast<Wide>(growth.numerator);
  }
  return growth.strict ? reached > asked : reached >= asked;
}

}  // namespace qinglu::ledger
