// SPDX-License-Identifier: Apache-2.0
#include "ledger/catalog/deadlines.hpp"

#include "ledger/catalog/governance.hpp"
#include "tests/catalog/register.hpp"
#include "tests/support/catch.hpp"

using namespace qinglu::ledger;
using qinglu::test::json;
using qinglu::test::Register;

namespace {

Date day(std::string_view text) {
  const auto date = parse_date(text);
  REQUIRE(date);
  return *date;
}

}  // namespace

TEST_CASE("a date is a day that exists between 1900 and 2999 [F77]", "[deadlines][F77]") {
  for (const char* text : {"1900-01-01", "2999-12-31", "2024-02-29", "2000-02-29", "1970-01-01"}) {
    CHECK(to_string(day(text)) == text);
  }
  for (const char* text :
       {"0000-00-00", "9999-12-31", "1899-12-31", "3000-01-01", "2026-02-29", "2100-02-29",
        "2026-02-30", "2026-04-31", "2026-13-01", "2026-00-01", "2026-01-00", "-026-01-01",
        "2026-1-01", "2026/01/01", "2026-01-01 ", "", "2026-01-0a", "+026-01-01"}) {
    INFO(text);
    CHECK_FALSE(parse_date(text));
  }
  CHECK(parse_instant("2026-11-23T04:00:00Z") == 1'795'406'400'000);
  for (const char* text : {"2026-11-23T24:00:00Z", "2026-11-23T04:60:00Z", "2026-11-23T04:00:60Z",
                           "2026-11-23 04:00:00Z", "2026-11-23T04:00:00", "2026-02-30T04:00:00Z"}) {
    CHECK_FALSE(parse_instant(text));
  }
}

TEST_CASE("days and dates are inverses over the whole range", "[deadlines]") {
  Date date = day("1900-01-01");
  YearMonthDay last = split(add_days(date, -1));
  const Date end = day("2999-12-31");
  bool sound = true;
  for (; date <= end; date = add_days(date, 1)) {
    const YearMonthDay parts = split(date);
    const bool next_day =
        parts.day == last.day + 1 && parts.month == last.month && parts.year == last.year;
    const bool next_month =
        parts.day == 1 && (parts.month == last.month + 1 ||
                           (parts.month == 1 && last.month == 12 && parts.year == last.year + 1));
    sound =
        sound && (next_day || next_month) && date_of(parts.year, parts.month, parts.day) == date;
    last = parts;
  }
  CHECK(sound);
  CHECK(weekday(day("2026-11-23")) == 1);
  CHECK(weekday(day("1900-01-01")) == 1);
}

TEST_CASE("a period ends on the corresponding day, else on the month's last day", "[deadlines]") {
  CHECK(to_string(add_months(day("2026-03-31"), 3)) == "2026-06-30");
  CHECK(to_string(add_months(day("2024-01-31"), 1)) == "2024-02-29");
  CHECK(to_string(add_months(day("2025-12-31"), 2)) == "2026-02-28");
  CHECK(to_string(add_months(day("2026-03-31"), -1)) == "2026-02-28");
  CHECK(to_string(add_years(day("2024-02-29"), 10)) == "2034-02-28");
}

TEST_CASE("terms end on the day before the corresponding day", "[deadlines]") {
  CHECK(to_string(term_end(day("2022-05-10"), 20)) == "2042-05-09");
  CHECK(to_string(term_end(day("2024-02-29"), 10)) == "2034-02-27");
  CHECK(to_string(term_end(day("2024-02-29"), 20)) == "2044-02-28");
  CHECK(to_string(term_end(day("2021-05-31"), 10)) == "2031-05-30");
  CHECK(to_string(term_end(day("2021-06-01"), 15)) == "2036-05-31");
}

TEST_CASE("the rule pack gives a design the term of its filing date", "[deadlines]") {
  const Register reg;
  CHECK(term_years(reg.pack(), "INV", day("2022-05-10")) == 20);
  CHECK(term_years(reg.pack(), "UM", day("1990-05-10")) == 10);
  CHECK(term_years(reg.pack(), "DES", day("2021-05-31")) == 10);
  CHECK(term_years(reg.pack(), "DES", day("2021-06-01")) == 15);
}

TEST_CASE("a block belongs to the civil day of Shanghai at its time", "[deadlines]") {
  CHECK(to_string(shanghai_date(0)) == "1970-01-01");
  CHECK(to_string(shanghai_date(57'599'999)) == "1970-01-01");
  CHECK(to_string(shanghai_date(57'600'000)) == "1970-01-02");  // 16:00 UTC
  CHECK(to_string(shanghai_date(-1)) == "1970-01-01");
  CHECK(to_string(shanghai_date(-28'800'001)) == "1969-12-31");
  CHECK(shanghai_date(shanghai_midnight_ms(day("2026-11-23"))) == day("2026-11-23"));
  CHECK(shanghai_date(shanghai_midnight_ms(day("2026-11-23")) - 1) == day("2026-11-22"));
}

TEST_CASE("a period that ends on a holiday ends on the next working day", "[deadlines]") {
  const Register reg;
  const Calendar calendar = calendar_at(reg, day("2026-11-23"));
  CHECK(to_string(calendar.shift(day("2026-10-01"))) == "2026-10-08");
  CHECK(to_string(calendar.shift(day("2026-10-10"))) == "2026-10-10");  // a Saturday that is worked
  CHECK(to_string(calendar.shift(day("2026-10-11"))) == "2026-10-12");
  CHECK(to_string(calendar.shift(day("2026-02-15"))) == "2026-02-24");
  CHECK(to_string(calendar.shift(day("2030-06-01"))) == "2030-06-03");  // no rows: weekends only
  CHECK(to_string(period_end(day("2026-03-31"), 3, calendar)) == "2026-06-30");
}

TEST_CASE("a window stays open until everybody entitled has been served", "[deadlines]") {
  const auto three = [](Date) { return std::int64_t{3}; };
  const Calendar calendar;
  const std::vector<std::string> both = {"org:a", "org:b"};
  const auto end = [&](std::string_view served, std::span<const std::string> entitled) {
    const Value value = json("{\"served\":" + std::string(served) + "}");
    const auto last = window_end(value.items_of("served"), entitled, three, calendar);
    return last ? to_string(*last) : std::string("open");
  };
  CHECK(end(R"([{"date":"2026-03-31","mode":"POST","party":"org:a"}])", both) == "open");
  CHECK(
      end(R"([{"date":"2026-03-31","mode":"POST","party":"org:a"},{"date":"2026-04-07","mode":"POST","party":"org:b"}])",
          both) == "2026-07-07");
  CHECK(end(R"([{"date":"2026-03-31","mode":"POST"}])", both) ==
        "2026-06-30");  // the representative
  CHECK(end(R"([{"date":"2026-03-31","mode":"POST"}])", {}) == "2026-06-30");
  CHECK(end(R"([{"date":"2026-03-31","mode":"POST","party":"org:c"}])", both) == "open");
  CHECK_FALSE(window_end({}, both, three, calendar));
  CHECK_FALSE(window_end({}, {}, three, calendar));
}

TEST_CASE("the annuity of a year is due when the year before it ends", "[deadlines]") {
  CHECK(to_string(annuity_due_unmoved(day("2022-05-10"), 4)) == "2025-05-10");
  CHECK(to_string(annuity_due_unmoved(day("2024-02-29"), 2)) == "2025-02-28");
}
