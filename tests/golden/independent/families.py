"""Every family of metrics, in one place: what is not here has no second computation."""

from __future__ import annotations

from collections.abc import Callable

from tests.golden.independent.archive import archives
from tests.golden.independent.cards import social_security_cards
from tests.golden.independent.figure import Figure, Figures, Key
from tests.golden.independent.grid import grid_coverage
from tests.golden.independent.loan_book import loan_book, loan_shares
from tests.golden.independent.month import Month
from tests.golden.independent.pay import pay_drivers
from tests.golden.independent.quality import credit_quality
from tests.golden.independent.renewal import recovery, renewal
from tests.golden.independent.s71 import inclusive_loans

FAMILIES: tuple[Callable[[Month], Figures], ...] = (
    grid_coverage,
    archives,
    loan_book,
    loan_shares,
    credit_quality,
    renewal,
    recovery,
    pay_drivers,
    inclusive_loans,
    social_security_cards,
)


def figures(month: Month) -> dict[Key, Figure]:
    """Every figure of a month by metric, organisation and segment."""
    out: dict[Key, Figure] = {}
    for family in FAMILIES:
        for key, figure in family(month):
            if key in out:
                raise ValueError(f"{key} twice")
            out[key] = figure
    return out
