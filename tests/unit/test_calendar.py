"""Working days and deadlines: public holidays, days worked instead, and the bank's own register."""

from __future__ import annotations

import datetime as dt

import pytest

from pipelines.calendar import covered_years, due_date, is_workday


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


@pytest.mark.parametrize(
    ("date", "expected"),
    [
        ("2025-10-01", False),  # National Day, a Wednesday
        ("2025-09-28", True),  # a Sunday worked instead
        ("2025-10-11", True),  # a Saturday worked instead
        ("2025-10-09", True),
        ("2025-11-01", False),  # an ordinary Saturday
        ("2025-11-03", True),
    ],
)
def test_public_holidays_and_days_worked_instead(date: str, expected: bool) -> None:
    assert is_workday(day(date)) is expected


def test_year_that_the_table_does_not_know_has_weekends_only() -> None:
    year = max(covered_years()) + 1
    national_day = dt.date(year, 10, 1)
    assert is_workday(national_day) is (national_day.weekday() < 5)
    saturday = next(dt.date(year, 3, d) for d in range(1, 8) if dt.date(year, 3, d).weekday() == 5)
    assert not is_workday(saturday)


def test_register_of_the_bank_wins_in_both_directions_and_in_every_year() -> None:
    year = max(covered_years()) + 1
    assert is_workday(day("2025-10-01"), {day("2025-10-01"): True})
    assert not is_workday(day("2025-11-03"), {day("2025-11-03"): False})
    assert not is_workday(dt.date(year, 3, 1), {dt.date(year, 3, 1): False})


@pytest.mark.parametrize(
    ("period_end", "days", "expected"),
    [
        ("2025-03-31", 3, "2025-04-03"),  # a Thursday
        ("2025-03-31", 4, "2025-04-07"),  # Qingming, Friday to Sunday
        ("2025-09-30", 1, "2025-10-09"),  # eight days of holidays
        ("2025-12-31", 5, "2026-01-05"),
    ],
)
def test_deadline_moves_to_the_next_working_day(period_end: str, days: int, expected: str) -> None:
    assert due_date(day(period_end), days) == day(expected)


def test_deadline_follows_the_register_of_the_bank() -> None:
    closed = {day("2025-04-03"): False, day("2025-04-04"): True}
    assert due_date(day("2025-03-31"), 3, closed) == day("2025-04-04")


def test_register_that_knows_no_working_day_is_an_error() -> None:
    first = day("2025-04-01")
    never = {first + dt.timedelta(days=n): False for n in range(400)}
    with pytest.raises(ValueError, match="no working day"):
        due_date(day("2025-03-31"), 3, never)
