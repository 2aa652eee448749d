// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/model/value.hpp"

namespace qinglu::ledger {

/// A civil day, counted from 1970-01-01 in the proleptic Gregorian calendar.
///
/// Dates of records lie in 1900-01-01..2999-12-31; periods of a rule pack are bounded, so every
/// result keeps a year of four digits.
struct Date {
  std::int32_t days = 0;
  auto operator<=>(const Date&) const = default;
};

/// Year, month 1..12, day 1..31.
struct YearMonthDay {
  int year;
  int month;
  int day;
};

Date date_of(int year, int month, int day);
YearMonthDay split(Date date);
/// Strict `YYYY-MM-DD` of a day that exists, 1900-01-01..2999-12-31; nullopt for everything else.
std::optional<Date> parse_date(std::string_view text);
/// Strict `YYYY-MM-DDThh:mm:ssZ`; milliseconds since 1970-01-01.
std::optional<std::int64_t> parse_instant(std::string_view text);
std::string to_string(Date date);
/// 0 = Sunday .. 6 = Saturday.
int weekday(Date date);

/// Civil day in Asia/Shanghai (UTC+8 all year) at a block time.   Units: ms since 1970-01-01.
Date shanghai_date(std::int64_t time_ms);
/// First millisecond of a day in Asia/Shanghai.
std::int64_t shanghai_midnight_ms(Date date);

/// The n-th day after `date`.
Date add_days(Date date, std::int64_t n);
/// The day that corresponds to `date` n months later, else the last day of that month. The day of
/// the event is not counted.   Source: IR 5; domain.md 6.11.
Date add_months(Date date, std::int64_t n);
Date add_years(Date date, std::int64_t n);

/// Working days: Saturday and Sunday are off unless WORK, every other day works unless OFF.
class Calendar {
 public:
  Calendar() = default;
  /// `exceptions`: (day, works), in any order.
  explicit Calendar(std::vector<std::pair<Date, bool>> exceptions);

  bool works(Date date) const;
  /// `date` if it is a working day, else the next one.   Source: IR 5, CPL 85.
  Date shift(Date date) const;

 private:
  std::vector<std::pair<Date, bool>> exceptions_;  ///< ascending by day
};

/// Last day of a period to act in: shift(add_months(start, months)); that day still counts.
Date period_end(Date start, std::int64_t months, const Calendar& calendar);

/// Last day of the window that a decision opens for `entitled`, from the services it lists.
///
/// Shape: `served` as in domain.md 6.1. An item without `party` (before publication) serves
/// everyone. nullopt: open, because somebody entitled, or nobody at all, has been served. `months`: of the
/// window that a service on that day opens. Source: domain.md 6.11 "Service and windows".
std::optional<Date> window_end(const Value::Items& served, std::span<const std::string> entitled,
                               const std::function<std::int64_t(Date)>& months, const Calendar& calendar);

/// Term of a right: E = the day that corresponds to the filing date `years` later; the last day in
/// force is E - 1.   Source: PL 42, IR 5; domain.md 1.1.
Date term_end(Date filed, std::int64_t years);

/// Due day of the annuity for patent year `year`, before any shift: the day that corresponds to the
/// filing date year - 1 years later.   Source: IR 115; domain.md 1.4.
Date annuity_due_unmoved(Date filed, std::int64_t year);

}  // namespace qinglu::ledger
