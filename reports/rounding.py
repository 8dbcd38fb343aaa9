"""Rounding of printed figures: half up, on Decimal, never on float.

Here belongs how a figure is brought to the unit and the decimals it is printed with. Which unit
and how many decimals belongs to the layout of the output.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Context, Decimal

# A bank's largest sum (38 digits) times a rate must not lose a digit before it is rounded.
CONTEXT = Context(prec=60, rounding=ROUND_HALF_UP)


def half_up(value: Decimal, decimals: int) -> Decimal:
    """Round to ``decimals`` places, halves away from zero.

    Args:
        value: An exact number. A float is refused: its digits are not the ledger's.
        decimals: Places kept, 0 or more.

    Raises:
        TypeError: ``value`` is not a Decimal.
        ValueError: ``value`` is NaN or infinite.
    """
    if not isinstance(value, Decimal):
        raise TypeError(f"half_up needs a Decimal, got {type(value).__name__}")
    if not value.is_finite():
        raise ValueError(f"half_up needs a finite number, got {value}")
    rounded = value.quantize(Decimal(1).scaleb(-decimals), context=CONTEXT)
    return rounded if rounded else abs(rounded)  # no minus sign before a printed zero


def in_unit(value: Decimal, divisor: Decimal, decimals: int) -> Decimal:
    """Bring a base figure (yuan, households) to a printed unit and round once.

    Args:
        value: Figure in the base unit.
        divisor: Base units in one printed unit, e.g. 10000 for 万元.
        decimals: Places kept.
    """
    return half_up(CONTEXT.divide(value, divisor), decimals)


def ratio(numerator: Decimal, denominator: Decimal, decimals: int) -> Decimal | None:
    """Rounded quotient, or None when the denominator is zero: no rate exists then."""
    if denominator == 0:
        return None
    return half_up(CONTEXT.divide(numerator, denominator), decimals)
