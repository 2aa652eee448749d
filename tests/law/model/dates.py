# SPDX-License-Identifier: Apache-2.0
"""Civil dates as ISO texts, which compare as the days do.   Source: law pages, "Periods"; IR 5; CPL 85."""
import calendar
from datetime import date, timedelta


def of(text):
    return date.fromisoformat(text)


def plus_days(day, n):
    return (of(day) + timedelta(days=n)).isoformat()


def plus_months(day, n):
    """The day that corresponds, else the last day of that month."""
    d = of(day)
    months = d.year * 12 + d.month - 1 + n
    year, month = divmod(months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(d.day, last)).isoformat()


def plus_years(day, n):
    return plus_months(day, 12 * n)


class Holidays:
    """A Saturday or Sunday is off unless WORK, any other day works unless OFF; no table: weekends only."""

    def __init__(self, rows):
        self.kind = {row["date"]: row["kind"] for row in rows}

    def works(self, day):
        if day in self.kind:
            return self.kind[day] == "WORK"
        return of(day).weekday() < 5

    def shift(self, day):
        while not self.works(day):
            day = plus_days(day, 1)
        return day

    def end_of(self, start, months=0, days=0):
        """Last day of a period to act in: the day of the event is not counted, a holiday moves the end."""
        return self.shift(plus_days(plus_months(start, months), days))

    def plus_workdays(self, day, n):
        while n:
            day = plus_days(day, 1)
            n -= self.works(day)
        return day
