// SPDX-License-Identifier: Apache-2.0
#include "ledger/catalog/deadlines.hpp"

#include <algorithm>

#include "crypto/base/check.hpp"

namespace qinglu::ledger {
namespace {

constexpr int kFirstYear = 1900;
constexpr int kLastYear = 2999;
constexpr std::int64_t kDayMs = 86'400'000;
constexpr std::int64_t kShanghaiMs = 8 * 3'600'000;  ///< UTC+8, no daylight saving in this range

bool leap(int year) { return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0; }

int month_length(int year, int month) {
  constexpr int kLengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return month == 2 && leap(year) ? 29 : kLengths[month - 1];
}

/// Days before 1 January of `year`, counted from 1 January of year 1.
int days_before_year(int year) {
  const int past = year - 1;
  return past * 365 + past / 4 - past / 100 + past / 400;
}

constexpr int kEpochDays = 719'162;  ///< days_before_year(1970)

std::int64_t floor_div(std::int64_t a, std::int64_t b) { return a / b - (a % b < 0 ? 1 : 0); }

/// Digits of fixed count as a number; -1 when one is none.
int number(std::string_view text) {
  int value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return -1;
    value = value * 10 + (c - '0');
  }
  return value;
}

std::string padded(int value, std::size_t width) {
  std::string text = std::to_string(value);
  return text.size() < width ? std::string(width - text.size(), '0') + text : text;
}

}  // namespace

Date date_of(int year, int month, int day) {
  QL_CHECK(year >= 1 && year <= 9999 && month >= 1 && month <= 12 && day >= 1 &&
           day <= month_length(year, month));
  int days = days_before_year(year) - kEpochDays + day - 1;
  for (int past = 1; past < month; ++past) days += month_length(year, past);
  return Date{days};
}

YearMonthDay split(Date date) {
  const int days = date.days + kEpochDays;
  // 400 years have 146,097 days; the estimate is never too late and at most one year too early.
  int year = static_cast<int>(std::int64_t{days} * 400 / 146'097) + 1;
  while (days_before_year(year) > days) --year;
  while (days_before_year(year + 1) <= days) ++year;
  int left = days - days_before_year(year);
  int month = 1;
  while (left >= month_length(year, month)) left -= month_length(year, month++);
  return YearMonthDay{year, month, left + 1};
}

std::optional<Date> parse_date(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
  const int year = number(text.substr(0, 4));
  const int month = number(text.substr(5, 2));
  const int day = number(text.substr(8, 2));
  if (year < kFirstYear || year > kLastYear || month < 1 || month > 12 || day < 1 ||
      day > month_length(year, month)) {
    return std::nullopt;
  }
  return date_of(year, month, day);
}

std::optional<std::int64_t> parse_instant(std::string_view text) {
  if (text.size() != 20 || text[10] != 'T' || text[13] != ':' || text[16] != ':' ||
      text[19] != 'Z') {
    return std::nullopt;
  }
  const auto date = parse_date(text.substr(0, 10));
  const int hour = number(text.substr(11, 2));
  const int minute = number(text.substr(14, 2));
  const int second = number(text.substr(17, 2));
  if (!date || hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59) {
    return std::nullopt;
  }
  return date->days * kDayMs + ((hour * 60 + minute) * 60 + second) * std::int64_t{1000};
}

std::string to_string(Date date) {
  const YearMonthDay parts = split(date);
  return padded(parts.year, 4) + '-' + padded(parts.month, 2) + '-' + padded(parts.day, 2);
}

int weekday(Date date) {
  constexpr int kEpochWeekday = 4;  // 1970-01-01 was a Thursday
  return static_cast<int>(((date.days + kEpochWeekday) % 7 + 7) % 7);
}

Date shanghai_date(std::int64_t time_ms) {
  return Date{static_cast<std::int32_t>(floor_div(time_ms + kShanghaiMs, kDayMs))};
}

std::int64_t shanghai_midnight_ms(Date date) { return date.days * kDayMs - kShanghaiMs; }

Date add_days(Date date, std::int64_t n) { return Date{static_cast<std::int32_t>(date.days + n)}; }

Date add_months(Date date, std::int64_t n) {
  const YearMonthDay parts = split(date);
  const std::int64_t months = std::int64_t{parts.year} * 12 + parts.month - 1 + n;
  const int year = static_cast<int>(floor_div(months, 12));
  const int month = static_cast<int>(months - std::int64_t{year} * 12) + 1;
  return date_of(year, month, std::min(parts.day, month_length(year, month)));
}

Date add_years(Date date, std::int64_t n) { return add_months(date, 12 * n); }

Calendar::Calendar(std::vector<std::pair<Date, bool>> exceptions)
    : exceptions_(std::move(exceptions)) {
  std::ranges::sort(exceptions_);
}

bool Calendar::works(Date date) const {
  const auto at = std::ranges::lower_bound(exceptions_, date, {}, &std::pair<Date, bool>::first);
  if (at != exceptions_.end() && at->first == date) return at->second;
  return weekday(date) != 0 && weekday(date) != 6;
}

Date Calendar::shift(Date date) const {
  while (!works(date)) date = add_days(date, 1);
  return date;
}

Date period_end(Date start, std::int64_t months, const Calendar& calendar) {
  return calendar.shift(add_months(start, months));
}

std::optional<Date> window_end(const Value::Items& served, std::span<const std::string> entitled,
                               const std::function<std::int64_t(Date)>& months, const Calendar& calendar) {
  std::optional<Date> last;
  const auto extend = [&](const Value& service) {
    const auto day = parse_date(service.text_of("date"));
    if (!day) return;
    const Date end = period_end(*day, months(*day), calendar);
    if (!last || end > *last) last = end;
  };
  for (const Value& service : served) {
    if (!service.find("party")) extend(service);
  }
  // One service without a name is that of the applicants' representative: it reaches all of them.
  const bool all_reached = last.has_value();
  for (const std::string& party : entitled) {
    const auto reached = std::ranges::find_if(
        served, [&](const Value& service) { return service.text_of("party") == party; });
    if (reached != served.end()) {
      extend(*reached);
    } else if (!all_reached) {
      return std::nullopt;
    }
  }
  return last;
}

Date term_end(Date filed, std::int64_t years) { return add_days(add_years(filed, years), -1); }

Date annuity_due_unmoved(Date filed, std::int64_t year) { return add_years(filed, year - 1); }

}  // namespace qinglu::ledger
