"""Where every branch stands: figures, ranks, targets, gaps, verdicts and earlier figures.

Here belongs arranging what the frozen slice holds by figure and organisation. No rate and no verdict
is computed here: they come from the marts. How it is told and how it looks belongs to ``content.py``
and the writers.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

from reports.bulletins.measure import POINTS, Measure, difference_of, measure_of
from reports.bulletins.plan import FigurePlan, Plan
from reports.draft import Order
from reports.gate import EmissionRefused
from reports.goals import OPERATOR_ZH, phase_zh
from reports.reasons import name_zh, reason_plain_zh
from reports.rounding import half_up
from reports.slices import Filters, Row, bank_of, branches_of, holds, read_rows

ATTAINED, MISSED, NO_TARGET, UNDECIDED = "attained", "missed", "no_target", "undecided"
VERDICT_ZH = {ATTAINED: "达标", MISSED: "未达标", NO_TARGET: "无目标", UNDECIDED: "未判定"}
_LOCATION_ZH = {"urban": "城区", "county_seat": "城关", "township": "乡镇"}
NO_DATA = "无数据"


@dataclass(frozen=True)
class Earlier:
    """A figure of an earlier period that the present one is compared with.

    ``basis`` is ``month`` (the month before) or ``year`` (December before).
    """

    basis: str
    period: str
    numerator: Decimal | None
    denominator: Decimal | None
    value: Decimal | None


@dataclass(frozen=True)
class Standing:
    """Where one organisation stands on one figure; numbers are in the metric's own unit."""

    org_id: str
    org_name: str
    peer_zh: str
    metric_id: str
    segment: str
    definition_id: str | None
    numerator: Decimal | None
    denominator: Decimal | None
    value: Decimal | None
    rank: int | None
    peer_rank: int | None
    verdict: str
    target: Decimal | None
    operator: str
    phase_zh: str
    gap: Decimal | None
    scheme_zh: str
    reason_code: str | None
    undecided_zh: str
    remark: str
    earlier: Mapping[str, Earlier] = field(default_factory=dict)

    def change(self, basis: str) -> Decimal | None:
        """Difference to an earlier figure; None when one of the two is unknown."""
        then = self.earlier.get(basis)
        if then is None or then.value is None or self.value is None:
            return None
        return self.value - then.value


@dataclass(frozen=True)
class Figure:
    """One figure of the bulletin over all organisations.

    ``branches`` runs from the best to those without a figure; ``better`` is up, down or none.
    """

    plan: FigurePlan
    kind: str
    unit: str
    better: str
    is_additive: bool
    bank: Standing
    branches: tuple[Standing, ...]

    @property
    def measure(self) -> Measure:
        """How it is printed."""
        return POINTS if self.kind == "gap" else measure_of(self.unit)

    @property
    def difference(self) -> Measure:
        """How gaps and changes of it are printed."""
        return difference_of(self.measure)

    @property
    def parts(self) -> Measure:
        """How numerator and denominator are printed."""
        return measure_of(self.plan.parts_unit)

    @property
    def title(self) -> str:
        """Its name with the unit where the unit is not a percent."""
        name = self.plan.title_zh
        return name if self.measure.unit == "%" else f"{name}（{self.measure.unit}）"

    def target_zh(self, standing: Standing) -> str:
        """Phase and target, e.g. ``第二年 ≥70%``; empty without one.

        Units other than the percent stand with the figure's name.
        """
        if standing.target is None:
            return ""
        unit = "%" if self.measure.unit == "%" else ""
        return (
            f"{standing.phase_zh} {self._asked(standing.target, standing.operator)}{unit}".strip()
        )

    def target_told(self, standing: Standing) -> str:
        """Phase and target in a sentence, e.g. ``第二年≥120万元``; empty without one."""
        if standing.target is None:
            return ""
        asked = self._asked(standing.target, standing.operator)
        return f"{standing.phase_zh}{asked}{self.measure.unit}"

    def _asked(self, target: Decimal, operator: str) -> str:
        if self.measure.factor != 1:
            target = half_up(target * self.measure.factor, 4)
        return f"{OPERATOR_ZH.get(operator, operator)}{target.normalize():,f}"


@dataclass(frozen=True)
class Figures:
    """Everything a bulletin tells of one period.

    ``bases`` are the earlier periods that the slice holds figures of, by basis.
    """

    bank_id: str
    bank_name: str
    organisations: Mapping[str, Row]
    figures: Mapping[str, Figure]
    bases: Mapping[str, str]


def read_figures(order: Order, plan: Plan) -> Figures:
    """Read and arrange the figures of a period.

    Raises:
        EmissionRefused: A figure of the whole bank is not in the slice at all (an empty figure
            with its reason is kept as such), or the slice knows no such metric.
    """
    organisations = read_rows(order.source, "dim_org")
    wanted = list(plan.metric_ids)
    filters: Filters = [
        ("metric_id", "in", wanted),
        ("period", "=", order.period),
        ("org_level", "in", ["bank", "branch"]),
    ]
    catalogue = {
        str(row["metric_id"]): row
        for row in read_rows(order.source, "dim_metric", [("metric_id", "in", wanted)])
    }
    tables = _Tables(
        period=order.period,
        bank=bank_of(organisations),
        branches=branches_of(organisations),
        # a metric may be computed by several definitions: the one in force is told
        metrics={
            (str(row["org_id"]), str(row["metric_id"]), str(row["segment"])): row
            for row in read_rows(order.source, "metric_value", filters)
            if row["definition_id"] == catalogue[str(row["metric_id"])]["definition_id"]
        },
        catalogue=catalogue,
        goals=_by_key(read_rows(order.source, "target_attainment", filters)),
        schemes={
            str(r["scheme_id"]): str(r["title_zh"]) for r in read_rows(order.source, "scheme")
        },
        earlier=_read_earlier(order, filters),
    )
    _refuse_missing_bank_rows(tables, plan)
    figures = {key: _figure(tables, figure) for key, figure in plan.figures.items()}
    shown = {
        key: figure
        for key, figure in figures.items()
        if not figure.plan.only_with_target or _has_target(figure)
    }
    return Figures(
        bank_id=str(tables.bank["org_id"]),
        bank_name=str(tables.bank["org_name"]),
        organisations={str(row["org_id"]): row for row in tables.branches},
        figures=shown,
        bases=_bases(shown.values()),
    )


def ranks(numbers: Mapping[str, Fraction | None]) -> dict[str, int]:
    """Rank of each organisation, the greatest first; equals share a rank, unknown ones have none."""
    known = {org_id: number for org_id, number in numbers.items() if number is not None}
    descending = sorted(known.values(), reverse=True)
    return {org_id: descending.index(number) + 1 for org_id, number in known.items()}


@dataclass(frozen=True)
class _Tables:
    """What was read from the slice, by key (organisation, metric, segment)."""

    period: str
    bank: Row
    branches: list[Row]
    metrics: dict[tuple[str, str, str], Row]
    catalogue: dict[str, Row]
    goals: dict[tuple[str, str, str], list[Row]]
    schemes: dict[str, str]
    earlier: dict[tuple[str, str, str], list[Row]]


def _by_key(rows: Iterable[Row]) -> dict[tuple[str, str, str], list[Row]]:
    grouped: dict[tuple[str, str, str], list[Row]] = {}
    for row in rows:
        key = (str(row["org_id"]), str(row["metric_id"]), str(row["segment"]))
        grouped.setdefault(key, []).append(row)
    return grouped


def _read_earlier(order: Order, filters: Filters) -> dict[tuple[str, str, str], list[Row]]:
    if not holds(order.source, "metric_earlier"):
        return {}
    return _by_key(read_rows(order.source, "metric_earlier", filters))


def _refuse_missing_bank_rows(tables: _Tables, plan: Plan) -> None:
    unknown = [m for m in plan.metric_ids if m not in tables.catalogue]
    bank_id = str(tables.bank["org_id"])
    missing = [
        f"{figure.metric_id}[{figure.segment}]"
        for figure in plan.figures.values()
        if not figure.only_with_target
        and (bank_id, figure.metric_id, figure.segment) not in tables.metrics
    ]
    if unknown or missing:
        names = list(dict.fromkeys([*unknown, *missing]))
        raise EmissionRefused(
            "incomplete",
            f"切片中没有全行指标：{'、'.join(names)}。",
            f"the slice has no figure of the whole bank for {', '.join(names)}.",
        )


def _has_target(figure: Figure) -> bool:
    return any(
        standing.verdict in (ATTAINED, MISSED, UNDECIDED)
        for standing in (figure.bank, *figure.branches)
    )


def _bases(figures: Iterable[Figure]) -> dict[str, str]:
    found = {
        then.basis: then.period
        for figure in figures
        for standing in (figure.bank, *figure.branches)
        for then in standing.earlier.values()
        if then.value is not None
    }
    return {basis: found[basis] for basis in ("month", "year") if basis in found}


def _figure(tables: _Tables, plan: FigurePlan) -> Figure:
    about = tables.catalogue[plan.metric_id]
    better = str(about["better"])
    numbers = {
        str(org["org_id"]): _exact(tables.metrics.get((str(org["org_id"]), *_key(plan))), about)
        for org in tables.branches
    }
    overall, within = _ranks(tables.branches, numbers, better)
    branches = [
        _standing(
            tables, org, plan, overall.get(str(org["org_id"])), within.get(str(org["org_id"]))
        )
        for org in tables.branches
    ]
    branches.sort(key=lambda s: (s.value is None, s.rank or 0, s.org_id))
    return Figure(
        plan=plan,
        kind=str(about["kind"]),
        unit=str(about["unit"]),
        better=better,
        is_additive=bool(about["is_additive"]),
        bank=_standing(tables, tables.bank, plan, None, None),
        branches=tuple(branches),
    )


def _key(plan: FigurePlan) -> tuple[str, str]:
    return plan.metric_id, plan.segment


def _exact(row: Row | None, about: Row) -> Fraction | None:
    """The unrounded number: a ratio by its parts (AMB-104)."""
    if row is None or row["value"] is None:
        return None
    if about["kind"] == "ratio" and row["numerator"] is not None and row["denominator"]:
        return Fraction(row["numerator"]) / Fraction(row["denominator"])
    return Fraction(row["value"])


def _ranks(
    branches: list[Row], numbers: Mapping[str, Fraction | None], better: str
) -> tuple[dict[str, int], dict[str, int]]:
    """Ranks among all and within the peer group; none where neither direction is better."""
    if better == "none":
        return {}, {}
    sign = -1 if better == "down" else 1
    signed = {o: None if number is None else sign * number for o, number in numbers.items()}
    groups: dict[str, dict[str, Fraction | None]] = {}
    for org in branches:
        org_id = str(org["org_id"])
        groups.setdefault(peer_zh(org), {})[org_id] = signed[org_id]
    within: dict[str, int] = {}
    for group in groups.values():
        within |= ranks(group)
    return ranks(signed), within


def peer_zh(org: Row) -> str:
    """The group a branch is ranked within: that of the register, else where it stands."""
    if org["peer_group_code"]:
        return f"{org['peer_group_code']}组"
    return _LOCATION_ZH.get(str(org["location_code"]), "")


def _standing(
    tables: _Tables, org: Row, plan: FigurePlan, rank: int | None, peer_rank: int | None
) -> Standing:
    org_id = str(org["org_id"])
    key = (org_id, *_key(plan))
    row = tables.metrics.get(key)
    remarks = [NO_DATA if row is None else reason_plain_zh(row["reason_code"])]
    # A branch follows one scheme of a kind; the bank, or a branch bound to more, may face several
    # goals. A miss comes first; goals of phases that could not be told apart are named together.
    goals = sorted(
        tables.goals.get(key, []),
        key=lambda goal: (goal["is_attained"] is not False, str(goal["scheme_id"])),
    )
    about = tables.catalogue[plan.metric_id]
    measure = POINTS if about["kind"] == "gap" else measure_of(str(about["unit"]))
    first = goals[0] if goals else None
    verdict = _verdict(first)
    undecided = ""
    if first is not None and verdict == UNDECIDED:
        undecided = reason_plain_zh(first["reason_code"])
        remarks.append(undecided)
        if len(goals) > 1 or first["value"] is not None:
            # There is a figure but no single goal to hold it against.
            named = "、".join(_goal_zh(tables, goal, measure) for goal in goals)
            remarks.append(f"涉及目标：{named}")
            first = None
    else:
        remarks.extend(
            f"另有目标 {_goal_zh(tables, goal, measure)}，{VERDICT_ZH[_verdict(goal)]}"
            for goal in goals[1:]
        )
    if row is not None and first is not None:
        remarks.append(_whole_units(row, first, verdict))
    return Standing(
        org_id=org_id,
        org_name="全行" if org["org_level"] == "bank" else str(org["org_name"]),
        peer_zh="" if org["org_level"] == "bank" else peer_zh(org),
        metric_id=plan.metric_id,
        segment=plan.segment,
        definition_id=row["definition_id"] if row else None,
        numerator=row["numerator"] if row else None,
        denominator=row["denominator"] if row else None,
        value=row["value"] if row else None,
        rank=rank,
        peer_rank=peer_rank,
        verdict=verdict,
        target=first["target"] if first else None,
        operator=str(first["operator"]) if first else "",
        phase_zh=_phase_zh(first),
        gap=first["gap"] if first else None,
        scheme_zh=_scheme_zh(tables, first),
        reason_code=row["reason_code"] if row else "no_data",
        undecided_zh=undecided,
        remark="；".join(dict.fromkeys(text for text in remarks if text)),
        earlier=comparable(about, tables.period, tables.earlier.get(key, [])),
    )


def comparable(about: Row, period: str, rows: Iterable[Row]) -> dict[str, Earlier]:
    """Earlier figures of one organisation, by basis.

    What counts from 1 January is not held against another month of another year: amounts, counts
    and gaps not at all, rates without their parts.
    """
    found = {}
    for row in rows:
        then = str(row["earlier_period"])
        is_alike = then[:4] == period[:4] or then[5:] == period[5:]
        if about["is_year_to_date"] and not is_alike:
            if about["kind"] != "ratio":
                continue
            row = {**row, "numerator": None, "denominator": None}
        basis = str(row["basis"])
        found[basis] = Earlier(basis, then, row["numerator"], row["denominator"], row["value"])
    return found


def _whole_units(row: Row, goal: Row, verdict: str) -> str:
    """Why a share to be selected is met although the rate is below: units are whole."""
    if verdict != ATTAINED or goal["operator"] != "=" or not goal["gap"] or goal["gap"] > 0:
        return ""
    if goal["target_unit"] != "ratio":
        return ""
    units = half_up(goal["target"] * row["denominator"], 0)
    return f"目标折合{units:f}个（四舍五入），实有{half_up(row['numerator'], 0):f}个"


def _verdict(row: Row | None) -> str:
    if row is None or (row["target"] is None and not row["reason_code"]):
        return NO_TARGET
    if row["is_attained"] is None:
        return UNDECIDED
    return ATTAINED if row["is_attained"] else MISSED


def _goal_zh(tables: _Tables, goal: Row, measure: Measure) -> str:
    target = "" if goal["target"] is None else half_up(goal["target"] * measure.factor, 4)
    operator = OPERATOR_ZH.get(str(goal["operator"]), str(goal["operator"]))
    unit = measure.unit
    number = f"{operator}{target.normalize():,f}{unit}" if isinstance(target, Decimal) else ""
    return " ".join(t for t in (_scheme_zh(tables, goal), _phase_zh(goal), number) if t)


def _phase_zh(goal: Row | None) -> str:
    if goal is None or goal["target"] is None:
        return ""
    return phase_zh(goal["phase"])


def _scheme_zh(tables: _Tables, goal: Row | None) -> str:
    if goal is None:
        return ""
    scheme_id = str(goal["scheme_id"])
    return tables.schemes.get(scheme_id) or name_zh(scheme_id)
