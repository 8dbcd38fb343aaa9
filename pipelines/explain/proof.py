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
    """One number of a figure: what its rows make, and what is published.

    Attributes:
        side: numerator, denominator or value.
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


def prove_value(
    kind: str, numerator: Proof, denominator: Proof | None, published: Decimal | None
) -> Proof:
    """The value from both sides as the rows make them.

    Args:
        kind: ratio, gap, amount or count.
        numerator: Proof of the numerator.
        denominator: Proof of the denominator; None where it is 1 by convention.
        published: The published value.
    """
    upper, computed = numerator.computed, None
    if denominator is None:
        computed = upper
    elif upper is not None and denominator.computed is not None:
        lower = denominator.computed
        if kind == "gap":
            computed = _gap(numerator, denominator, upper - lower)
        elif lower != 0:
            computed = rounded(Fraction(upper) / Fraction(lower))
    combine = "same" if denominator is None else "difference" if kind == "gap" else "quotient"
    return Proof("value", combine, {}, computed, published)


def _gap(numerator: Proof, denominator: Proof, difference: Decimal) -> Decimal:
    """A gap too small for six decimals keeps the sign of the unrounded one."""
    exact = _quotient(numerator) - _quotient(denominator)
    least = Decimal(1).scaleb(-PLACES)
    if exact < 0 <= difference:
        return -least
    return least if exact > 0 >= difference else difference


def _quotient(proof: Proof) -> Fraction:
    """A side that is itself a quotient, before rounding."""
    return _share(proof.terms) if proof.combine == "share" else _growth(proof.terms)


def _share(terms: dict[str, Decimal]) -> Fraction:
    return Fraction(terms.get("part", Decimal(0))) / Fraction(terms["whole"])


def _growth(terms: dict[str, Decimal]) -> Fraction:
    opening = Fraction(terms.get("opening", Decimal(0)))
    return (Fraction(terms.get("closing", Decimal(0))) - opening) / opening


def _combined(combine: str, terms: dict[str, Decimal], period: str) -> Decimal | None:
    closing = Fraction(terms.get("closing", Decimal(0)))
    opening = Fraction(terms.get("opening", Decimal(0)))
    if combine == "sum":
        return rounded(sum((Fraction(value) for value in terms.values()), Fraction(0)))
    if combine == "growth":
        return rounded(_growth(terms)) if opening else None
    if combine == "share":
        return rounded(_share(terms)) if terms.get("whole") else None
    if combine == "mean_difference":
        points = _POINTS_A_MONTH * int(period[5:7])
        return rounded(closing / points - opening / _POINTS_A_YEAR)
    raise ValueError(f"no rule named {combine}")


def rounded(value: Fraction, places: int = PLACES) -> Decimal:
    """Half up, away from zero, as the warehouse rounds."""
    scaled = abs(value) * 10**places
    whole = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
    return Decimal(whole if value >= 0 else -whole).scaleb(-places, context=_CONTEXT)
