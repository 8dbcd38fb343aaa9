"""The proof: do the rows make the published number?

Arithmetic is exact (fractions); the one rounding is that of the published number, half up to six
decimals.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal
from fractions import Fraction

PLACES = 6  # of the published numbers
_CONTEXT = Context(prec=60, rounding=ROUND_HALF_UP)
# Ten-day points: three a month, and the base stands on the 36 of a year.
_POINTS_A_MONTH, _POINTS_A_YEAR = 3, 36


@dataclass(frozen=True)
class Proof:
    """One side of a figure: what its rows make, and what is published.

    Attributes:
        side: numerator or denominator.
        combine: Rule by which the sums were combined.
        terms: Sum of the rows' contributions by term; one term without a name for a plain sum.
        computed: What they make; None where a base is zero.
        published: The published number; None when none is (there is a reason then).
    """

    side: str
    combine: str
    terms: dict[str, Decimal]
    computed: Decimal | None
    published: Decimal | None

    @property
    def is_equal(self) -> bool | None:
        """None when no number is published, so that there is nothing to prove."""
        return None if self.published is None else self.computed == self.published

    def as_dict(self) -> dict[str, object]:
        """Plain values for JSON."""
        return {**vars(self), "is_equal": self.is_equal}


def prove(
    side: str,
    combine: str,
    terms: dict[str, Decimal],
    published: Decimal | None,
    period: str,
) -> Proof:
    """Combine the sums of a side by its rule and hold them against the published number."""
    return Proof(side, combine, terms, _combined(combine, terms, period), published)


def _combined(combine: str, terms: dict[str, Decimal], period: str) -> Decimal | None:
    closing = Fraction(terms.get("closing", Decimal(0)))
    opening = Fraction(terms.get("opening", Decimal(0)))
    if combine == "sum":
        return rounded(sum((Fraction(value) for value in terms.values()), Fraction(0)))
    if combine == "growth":
        return rounded((closing - opening) / opening) if opening else None
    if combine == "mean_difference":
        points = _POINTS_A_MONTH * int(period[5:7])
        return rounded(closing / points - opening / _POINTS_A_YEAR)
    raise ValueError(f"no rule named {combine}")


def rounded(value: Fraction, places: int = PLACES) -> Decimal:
    """Half up, away from zero, as the warehouse rounds."""
    scaled = abs(value) * 10**places
    whole = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
    return Decimal(whole if value >= 0 else -whole).scaleb(-places, context=_CONTEXT)
