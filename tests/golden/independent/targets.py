"""Goals of the schemes, what they say about figures, and whether the pace is kept."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

from tests.golden.independent.figure import Figure, Key, half_up
from tests.golden.independent.month import Month

# What a printed unit is in the unit of the figure; shares and points are ratios.
FACTORS = {
    "%": Fraction(1, 100),
    "pp": Fraction(1, 100),
    "万元": Fraction(10_000),
    "亿元": Fraction(100_000_000),
    "万户": Fraction(10_000),
}
# Units of shares of things to be selected; the other units of goals count or measure.
SHARES = {"%", "person/grid", "card/person", "point/grid", "ledger/grid"}
EVERY_YEAR = "every_year"
TOLERANCE = "10"
Place = tuple[str, str, str, str, str]
"""Organisation, scheme, metric, segment, phase."""


@dataclass(frozen=True)
class Target:
    """One goal of a scheme, ``target`` in the unit of the figure (ratio 0 to 1)."""

    scheme: str
    metric: str
    segment: str
    phase: str | None
    operator: str
    target: Fraction
    is_share: bool
    pace: str | None
    scope: str
    has_phases: bool
    start_year: int | None
    valid_from: dt.date | None
    valid_to: dt.date | None

    @property
    def year(self) -> int:
        """Number of the year in the plan."""
        return int((self.phase or "Y1").removeprefix("Y"))


@dataclass(frozen=True)
class Verdict:
    """What a target says about a figure; None with a reason where nothing can be said.

    ``value`` and ``gap`` are as published: the gap is the published value less the target.
    """

    target: Decimal | None
    value: Decimal | None
    gap: Decimal | None
    is_attained: bool | None
    reason: str | None


@dataclass(frozen=True)
class Pace:
    """How much of a goal is required by now, and whether the figure has it."""

    elapsed: int
    whole: int
    base: Decimal | None
    required: Decimal | None
    gap: Decimal | None
    is_on_pace: bool | None
    reason: str | None


def attainment(
    month: Month, figures: Mapping[Key, Figure], targets: Iterable[Target]
) -> dict[Place, Verdict]:
    """Verdicts on the goals of the year (AMB-104, AMB-110)."""
    out: dict[Place, Verdict] = {}
    for target, org, phase, reason in _applied(month, figures, targets):
        figure = figures[target.metric, org, target.segment]
        place = (org, target.scheme, target.metric, target.segment, phase)
        if place in out:
            raise ValueError(f"{place} twice")
        out[place] = judge(figure, target, reason, _tolerance(month, org))
    return out


def _applied(
    month: Month, figures: Mapping[Key, Figure], targets: Iterable[Target]
) -> Iterator[tuple[Target, str, str, str | None]]:
    """Goals in force, organisations they apply to, phase, and why a verdict is not possible."""
    metrics = {metric for metric, _, _ in figures}
    for target in targets:
        begun = target.valid_from is None or target.valid_from <= month.end
        ended = target.valid_to is not None and target.valid_to < month.end
        if target.metric not in metrics or not begun or ended:
            continue
        bound = month.bound(target.scheme)
        is_bank_bound = month.is_bank_bound(target.scheme)
        orgs = [] if target.scope == "bank" else list(bound)
        if target.scope == "pilot":  # "each pilot": neither the other branches nor their sum
            pilots = {o["org"] for o in month.orgs if o["is_strong_county_pilot"]}
            orgs = [org for org in bound if org in pilots]
        elif bound or is_bank_bound:
            orgs.append(month.bank)
        for org in orgs:
            is_mixed = org == month.bank and not is_bank_bound and bound != month.branches
            start = month.parameter(target.scheme, "plan_start_year", org) or target.start_year
            reason = "mixed_schemes" if is_mixed else None
            if target.phase and start is None:
                reason = "missing_parameter:plan_start_year"
            elif target.phase and target.year != month.end.year - int(start or 0) + 1:
                continue
            current = EVERY_YEAR
            if target.has_phases and start is not None:
                current = f"Y{month.end.year - int(start) + 1}"
            yield target, org, target.phase or current, reason


def judge(figure: Figure, target: Target, reason: str | None, tolerance: Fraction) -> Verdict:
    """One figure against one target, compared unrounded (AMB-104)."""
    _, _, value, why = figure.published()
    goal = half_up(target.target, 6)
    if figure.value is None or value is None:
        return Verdict(goal, None, None, None, reason or why)
    gap = half_up(Fraction(value) - target.target, 6)
    if reason:
        return Verdict(goal, value, gap, None, reason)
    return Verdict(goal, value, gap, reaches(figure, target, target.target, tolerance), None)


def reaches(figure: Figure, target: Target, asked: Fraction, tolerance: Fraction) -> bool:
    """Whether a figure is where a goal wants it.

    ``=`` on a share of units asks for the number of units that the target gives, rounded half up;
    ``~`` allows the tolerance on the worse side, which for all goals of that kind is below.
    """
    assert figure.value is not None
    value = figure.value
    if target.operator == ">=":
        return value >= asked
    if target.operator == ">":
        return value > asked
    if target.operator == "<=":
        return value <= asked
    if target.operator == "~":
        return value >= asked * (1 - tolerance)
    if target.operator == "=":
        if target.is_share:
            enough = half_up(asked * Fraction(figure.denominator or 0), 0)
            return (figure.numerator or 0) >= Fraction(enough or 0)
        return value == asked
    raise ValueError(f"operator {target.operator}")


def _tolerance(month: Month, org: str) -> Fraction:
    return Fraction(Decimal(month.switch("target_tolerance", TOLERANCE, org))) / 100


def paces(
    month: Month,
    figures: Mapping[Key, Figure],
    december: Mapping[Key, Figure] | None,
    targets: Iterable[Target],
) -> dict[Place, Pace]:
    """Goals that are reached step by step against the time gone."""
    out: dict[Place, Pace] = {}
    stepwise = [t for t in targets if t.pace]
    for target, org, phase, reason in _applied(month, figures, stepwise):
        place = (org, target.scheme, target.metric, target.segment, phase)
        key = (target.metric, org, target.segment)
        out[place] = _pace(month, figures[key], (december or {}).get(key), target, org, reason)
    return out


def _pace(
    month: Month,
    figure: Figure,
    opening: Figure | None,
    target: Target,
    org: str,
    reason: str | None,
) -> Pace:
    elapsed, whole, base = month.end.month, 12, Fraction(0)
    if target.pace == "cumulative":
        elapsed, whole = elapsed + 12 * (target.year - 1), 12 * target.year
    _, _, value, why_not = figure.published()
    why = reason or (why_not if value is None else None)
    shown = None
    if target.pace == "path":
        if opening is not None and opening.value is not None:
            shown = opening.published()[2]
            # a gap is what was published of it: a difference of rounded figures
            base = Fraction(shown or 0) if opening.is_gap else opening.value
        else:
            absent = f"no_prior:{month.last_december}"
            why = why or (opening.reason if opening is not None else absent)
    if why or figure.value is None or value is None:
        return Pace(elapsed, whole, shown, None, None, None, why)
    required = base + (target.target - base) * elapsed / whole
    is_down = target.operator == "<=" or (_is_exact(target) and base > target.target)
    if target.pace == "path" and (base <= target.target if is_down else base >= target.target):
        required = target.target  # it was there when the year began: it has to stay there
    gap = half_up(Fraction(value) - required, 6)
    if _is_exact(target):
        kept = figure.value <= required if is_down else figure.value >= required
    else:
        kept = reaches(figure, target, required, _tolerance(month, org))
    return Pace(elapsed, whole, shown, half_up(required, 6), gap, kept, None)


def _is_exact(target: Target) -> bool:
    """An exact number, which on the way is asked for in part; not a share in whole units."""
    return target.operator == "=" and not target.is_share


def read_targets(folder: Path) -> list[Target]:
    """Goals of the schemes from the seeds, in the unit of the figure."""
    with (folder / "scheme.csv").open(encoding="utf-8", newline="") as stream:
        starts = {line["scheme_id"]: line["start_year"] for line in csv.DictReader(stream)}
    with (folder / "scheme_phase.csv").open(encoding="utf-8", newline="") as stream:
        phased = {line["scheme_id"] for line in csv.DictReader(stream)}
    with (folder / "scheme_target.csv").open(encoding="utf-8", newline="") as stream:
        return [
            Target(
                line["scheme_id"],
                line["metric_id"],
                line["metric_segment"],
                line["phase"] or None,
                line["operator"],
                Fraction(Decimal(line["target"])) * FACTORS.get(line["unit"], Fraction(1)),
                line["unit"] in SHARES,
                line["pace_code"] or None,
                line["scope_code"],
                line["scheme_id"] in phased,
                int(starts[line["scheme_id"]]) if starts[line["scheme_id"]] else None,
                _day(line["valid_from"]),
                _day(line["valid_to"]),
            )
            for line in csv.DictReader(stream)
            if line["role_code"] == "goal"
        ]


def _day(text: str) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None
