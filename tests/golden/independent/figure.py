"""A figure, exact until it is compared: fractions, rounded half up once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal, localcontext
from fractions import Fraction

Key = tuple[str, str, str]
"""Metric, organisation, segment."""
Figures = Iterator[tuple[Key, "Figure"]]


def half_up(value: Fraction | int | None, places: int) -> Decimal | None:
    """A figure rounded half up (away from zero), once."""
    if value is None:
        return None
    exact = Fraction(value) * 10**places
    whole, rest = divmod(abs(exact.numerator), exact.denominator)
    whole += 2 * rest >= exact.denominator
    with localcontext() as context:
        context.prec = 60
        return Decimal(whole if exact >= 0 else -whole).scaleb(-places)


@dataclass(frozen=True)
class Figure:
    """One figure, exact. A ratio without a denominator has no value but a reason.

    ``is_gap`` marks a difference: numerator and denominator hold the two figures compared.
    """

    numerator: Fraction | None
    denominator: Fraction | None
    value: Fraction | None
    reason: str | None = None
    is_gap: bool = False

    def published(self) -> tuple[Decimal | None, Decimal | None, Decimal | None, str | None]:
        """Numerator, denominator, value and reason as the table holds them: six decimals.

        A gap is the difference of the two rounded figures, so that the row adds up; where that is
        zero and the gap is negative, the last digit keeps the sign (AMB-019).
        """
        numerator, denominator = half_up(self.numerator, 6), half_up(self.denominator, 6)
        value = half_up(self.value, 6)
        if self.is_gap and self.value is not None and numerator is not None:
            value = numerator - (denominator or 0)
            if value == 0 and self.value < 0:
                value = Decimal("-0.000001")
        return numerator, denominator, value, self.reason


def amount(value: Fraction | int) -> Figure:
    """An amount or a count: denominator 1."""
    return Figure(Fraction(value), Fraction(1), Fraction(value))


def ratio(numerator: Fraction | int, denominator: Fraction | int) -> Figure:
    """A ratio; zero denominator leaves it without a value."""
    if denominator == 0:
        return Figure(Fraction(numerator), Fraction(0), None, "zero_denominator")
    over = Fraction(numerator) / Fraction(denominator)
    return Figure(Fraction(numerator), Fraction(denominator), over)


def total(values: Iterable[Fraction]) -> Fraction:
    """Exact sum."""
    return sum(values, Fraction(0))


def to_fen(value: Fraction) -> Decimal:
    """An amount rounded half up to the fen."""
    rounded = half_up(value, 2)
    assert rounded is not None
    return rounded


def share(part: Fraction | int, whole: Fraction | int) -> Fraction | None:
    """A rate that goes into a difference; None without a base."""
    return None if whole == 0 else Fraction(part) / Fraction(whole)


def gap(rate: Fraction | None, other: Fraction | None) -> Figure:
    """Difference of two rates; without one of them there is no value but a reason."""
    if rate is None or other is None:
        return Figure(rate, other, None, "zero_denominator", True)
    return Figure(rate, other, rate - other, is_gap=True)
