"""Figures of branches against each other, and of a month against earlier months."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from tests.golden.independent.dates import month_before
from tests.golden.independent.figure import Figure, Key, half_up
from tests.golden.independent.month import Month

DECIMALS = 12


@dataclass(frozen=True)
class Rank:
    """Places of a branch; 1 is best, equal figures share a place."""

    in_bank: int | None
    of_bank: int
    in_group: int | None
    of_group: int | None
    reason: str | None


@dataclass(frozen=True)
class Change:
    """A figure less the same figure of an earlier month."""

    period: str
    value: Decimal | None
    compared: Decimal | None
    change: Decimal | None
    reason: str | None


def ranks(
    month: Month, figures: Mapping[Key, Figure], better: Mapping[str, str]
) -> dict[Key, Rank]:
    """Rank of every branch among all and among its peers, for metrics with a better side."""
    peers = {o["org"]: o["peer_group"] for o in month.orgs}
    out: dict[Key, Rank] = {}
    cells = {(metric, segment) for metric, _, segment in figures if better.get(metric) != "none"}
    for metric, segment in cells:
        if metric not in better:
            continue
        sign = 1 if better[metric] == "up" else -1
        values = {
            branch: sign * value
            for branch in month.branches
            if (value := _exact(figures.get((metric, branch, segment)))) is not None
        }
        for branch in month.branches:
            if (metric, branch, segment) not in figures:
                continue
            group = {b: v for b, v in values.items() if peers[b] == peers[branch]}
            mine = values.get(branch)
            has_peers = peers[branch] is not None
            out[metric, branch, segment] = Rank(
                None if mine is None else _place(mine, values),
                len(values),
                None if mine is None or not has_peers else _place(mine, group),
                len(group) if has_peers else None,
                figures[metric, branch, segment].reason,
            )
    return out


def _exact(figure: Figure | None) -> Decimal | None:
    """A ratio at twelve decimals; amounts and gaps as published, so that their change adds up."""
    if figure is None:
        return None
    is_ratio = not figure.is_gap and figure.denominator != 1
    return half_up(figure.value, DECIMALS) if is_ratio else figure.published()[2]


def _place(mine: Decimal, values: Mapping[str, Decimal]) -> int:
    return 1 + sum(value > mine for value in values.values())


def changes(
    month: Month,
    figures: Mapping[Key, Figure],
    earlier: Mapping[str, Mapping[Key, Figure]],
    kinds: Mapping[str, tuple[str, bool]],
) -> dict[tuple[Key, str], Change]:
    """Change to last month, to the end of last quarter and of last year; grids left out.

    ``kinds`` are the declared kind of each metric and whether it counts from 1 January.
    """
    quarter = month.month
    while True:
        quarter = month_before(quarter)
        if int(quarter[5:]) % 3 == 0:
            break
    grids = set(month.grids)
    out: dict[tuple[Key, str], Change] = {}
    for name, period in (
        ("previous_month", month_before(month.month)),
        ("quarter_start", quarter),
        ("year_start", month.last_december),
    ):
        for key, figure in figures.items():
            if key[1] in grids or "@" in key[0]:
                continue
            change = _change(figure, earlier.get(period, {}).get(key), period)
            kind, counts_from_january = kinds[key[0]]
            is_short = period[:4] < month.month[:4] and period[5:] > month.month[5:]
            if change.reason is None and is_short and counts_from_january and kind != "ratio":
                # two months of one year beside twelve of another
                change = Change(period, change.value, change.compared, None, f"new_year:{period}")
            out[key, name] = change
    return out


def _change(figure: Figure, then: Figure | None, period: str) -> Change:
    value = figure.published()[2]
    if then is None:
        return Change(period, value, None, None, figure.reason or f"no_prior:{period}")
    now_exact, then_exact = _exact(figure), _exact(then)
    if now_exact is None or then_exact is None:
        return Change(period, value, then.published()[2], None, figure.reason or then.reason)
    change = half_up(Fraction(now_exact) - Fraction(then_exact), 6)
    return Change(period, value, then.published()[2], change, None)
