"""Goals of the schemes and what they say about figures."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

from tests.golden.independent.figure import Figure, Key, half_up
from tests.golden.independent.month import Month


@dataclass(frozen=True)
class Target:
    """One goal of a scheme, ``target`` in the unit of the figure (ratio 0 to 1)."""

    scheme: str
    metric: str
    segment: str
    phase: str | None
    operator: str
    target: Fraction


@dataclass(frozen=True)
class Verdict:
    """What a target says about a figure; None with a reason where nothing can be said.

    ``value`` and ``gap`` are as published: the gap is the published value less the target.
    """

    value: Decimal | None
    gap: Decimal | None
    is_attained: bool | None
    reason: str | None


def attainment(
    month: Month, figures: Mapping[Key, Figure], targets: Iterable[Target]
) -> dict[tuple[str, str, str, str], Verdict]:
    """Verdicts by organisation, scheme, metric and segment (AMB-104, AMB-110)."""
    out: dict[tuple[str, str, str, str], Verdict] = {}
    metrics = {key[0] for key in figures}
    for target in targets:
        bound = month.bound(target.scheme)
        if not bound:
            continue
        start = month.parameter(target.scheme, "plan_start_year", month.bank)
        if start is None:
            raise ValueError(f"{target.scheme} has no plan_start_year")
        phase = f"Y{month.end.year - int(start) + 1}"
        if target.metric not in metrics or target.phase not in (None, phase):
            continue
        for org in [*bound, month.bank]:
            is_mixed = org == month.bank and bound != month.branches
            figure = figures[target.metric, org, target.segment]
            key = (org, target.scheme, target.metric, target.segment)
            out[key] = judge(figure, target, is_mixed)
    return out


def judge(figure: Figure, target: Target, is_mixed: bool) -> Verdict:
    """One figure against one target, compared unrounded (AMB-104).

    ``=`` on a selection ratio asks for the number of units that the target gives, rounded half up.
    """
    _, _, value, reason = figure.published()
    if figure.value is None or value is None:
        return Verdict(None, None, None, "mixed_schemes" if is_mixed else reason)
    gap = half_up(Fraction(value) - target.target, 6)
    if is_mixed:
        return Verdict(value, gap, None, "mixed_schemes")
    if target.operator == ">=":
        return Verdict(value, gap, figure.value >= target.target, None)
    if target.operator == "=" and figure.numerator is not None and figure.denominator:
        enough = half_up(target.target * figure.denominator, 0)
        return Verdict(value, gap, figure.numerator >= Fraction(enough or 0), None)
    raise ValueError(f"operator {target.operator}")


def read_targets(path: Path) -> list[Target]:
    """Goals of the schemes, percentages as ratios."""
    out = []
    with path.open(encoding="utf-8", newline="") as stream:
        for line in csv.DictReader(stream):
            if line["role_code"] != "goal":
                continue
            value = Fraction(Decimal(line["target"]))
            if line["unit"] in ("%", "pp"):
                value /= 100
            out.append(
                Target(
                    line["scheme_id"],
                    line["metric_id"],
                    line["metric_segment"],
                    line["phase"] or None,
                    line["operator"],
                    value,
                )
            )
    return out
