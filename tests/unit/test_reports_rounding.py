"""Rounding of printed figures."""

from __future__ import annotations

from decimal import Decimal

import pytest

from reports.rounding import half_up, in_unit, ratio


@pytest.mark.parametrize(
    ("value", "printed"),
    [
        ("0.005", "0.01"),
        ("0.0049999", "0.00"),
        ("-0.005", "-0.01"),
        ("2.675", "2.68"),
        ("1234567890123456789012345678901234.565", "1234567890123456789012345678901234.57"),
    ],
)
def test_halves_go_away_from_zero_and_no_digit_is_lost(value: str, printed: str) -> None:
    assert str(half_up(Decimal(value), 2)) == printed


def test_a_printed_zero_has_no_minus_sign() -> None:
    assert str(half_up(Decimal("-0.001"), 2)) == "0.00"


def test_yuan_become_wan_yuan_in_one_rounding() -> None:
    # 44 999.99 yuan is 4.499999 万元; rounding to the yuan first would give 4.50.
    assert in_unit(Decimal("44949.99"), Decimal(10000), 2) == Decimal("4.49")
    assert in_unit(Decimal("44950.00"), Decimal(10000), 2) == Decimal("4.50")


def test_a_float_is_refused() -> None:
    with pytest.raises(TypeError, match="float"):
        half_up(0.1, 2)  # type: ignore[arg-type]


def test_not_a_number_is_refused() -> None:
    with pytest.raises(ValueError, match="finite"):
        half_up(Decimal("NaN"), 2)


def test_there_is_no_rate_over_nothing() -> None:
    assert ratio(Decimal(5), Decimal(0), 4) is None
    assert ratio(Decimal(1), Decimal(3), 4) == Decimal("0.3333")
