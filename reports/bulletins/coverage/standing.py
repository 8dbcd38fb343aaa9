"""Where every branch stands: rates, ranks, targets, gaps and verdicts, read from the slice.

Here belongs arranging frozen metrics and verdicts, and telling the state of the bank in sentences. No
rate and no verdict is computed here: they come from the marts. How it looks belongs to
``bulletin.py``.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from reports.draft import Order
from reports.gate import EmissionRefused
from reports.reasons import name_zh, reason_zh
from reports.rounding import half_up
from reports.slices import Row, bank_of, branches_of, read_rows

ATTAINED, MISSED, NO_TARGET, UNDECIDED = "attained", "missed", "no_target", "undecided"
VERDICT_ZH = {ATTAINED: "达标", MISSED: "未达标", NO_TARGET: "无目标", UNDECIDED: "未判定"}
_OPERATOR_ZH = {">=": "≥", "<=": "≤", "=": "="}
_PHASE_ZH = {"every_year": "每年"}

# (metric, segment, title, what the numerator is)
GRID_METRICS = (
    ("grid_coverage_rate_cumulative", "all_units", "网格覆盖面（累计）", "已覆盖"),
    ("grid_coverage_rate_annual", "all_units", "网格覆盖面（本年）", "本年新增"),
    ("pilot_unit_coverage_rate", "village_and_community", "试点单位覆盖面", "试点数"),
)
OVERLAP_METRIC = "grid_no_overlap_no_gap"
ARCHIVE_METRIC = "archive_coverage_rate"
# Segment -> (name, whether it is pooled from others). Pooled ones are shown where a target binds.
ARCHIVE_SEGMENTS = {
    "community_resident": ("社区居民", False),
    "rural_household": ("农户", False),
    "small_micro_enterprise": ("小微企业", False),
    "community_merchant": ("社区商户", False),
    "park_enterprise": ("园区企业", False),
    "community_merchant_and_small_micro": ("社区商户和小微企业", True),
    "merchant_and_small_micro": ("商户和小微企业", True),
    "merchant_park_small_micro": ("商户、园区和小微企业", True),
}


@dataclass(frozen=True)
class Standing:
    """Where one organisation stands on one rate; ``gap_points`` is in percentage points."""

    org_id: str
    org_name: str
    metric_id: str
    segment: str
    definition_id: str | None
    numerator: Decimal | None
    denominator: Decimal | None
    value: Decimal | None
    rank: int | None
    verdict: str
    target: Decimal | None
    target_text: str
    gap_points: Decimal | None
    scheme_id: str | None
    phase: str | None
    undecided_reason: str
    remark: str

    @property
    def printed(self) -> Decimal | None:
        """The rate with two decimals of a percent."""
        return None if self.value is None else half_up(self.value, 4)

    @property
    def printed_gap(self) -> Decimal | None:
        """The gap in percentage points with two decimals."""
        return None if self.gap_points is None else half_up(self.gap_points, 2)

    @property
    def percent_text(self) -> str:
        """The rate in a sentence; without a figure the reason."""
        if self.value is None:
            return f"（缺：{self.remark or '无数据'}）"
        return f"{half_up(self.value * 100, 2):f}%"


@dataclass(frozen=True)
class Title:
    """One rate of the summary: its title, the bank and the branches."""

    text: str
    bank: Standing
    branches: list[Standing]


@dataclass(frozen=True)
class Coverage:
    """The coverage figures of one period.

    ``grid`` (by metric) and ``archive`` (by segment) hold the bank first, then its branches from
    the best to those without a figure. ``counts`` holds units without a grid (``gap``) and
    with several (``overlap``) by organisation.
    """

    bank_id: str
    bank_name: str
    branch_count: int
    grid: dict[str, list[Standing]]
    counts: dict[str, dict[str, Row | None]]
    archive: dict[str, list[Standing]]

    def count(self, kind: str, org_id: str) -> Decimal | None:
        """Units without a grid or with several, None when unknown."""
        row = self.counts[kind][org_id]
        return None if row is None else row["value"]

    def titles(self) -> list[Title]:
        """Every rate with its title, grid before archive."""
        grid = [
            Title(title, self.grid[metric_id][0], self.grid[metric_id][1:])
            for metric_id, _, title, _ in GRID_METRICS
        ]
        archive = [
            Title(f"{ARCHIVE_SEGMENTS[segment][0]}建档面", rows[0], rows[1:])
            for segment, rows in self.archive.items()
        ]
        return [*grid, *archive]


def read_coverage(order: Order) -> Coverage:
    """Read and arrange the figures of a period.

    Raises:
        EmissionRefused: A figure of the whole bank is not in the slice at all (an empty figure
            with its reason is kept as such).
    """
    organisations = read_rows(order.source, "dim_org")
    wanted = [*(metric_id for metric_id, *_ in GRID_METRICS), OVERLAP_METRIC, ARCHIVE_METRIC]
    filters = [("metric_id", "in", wanted), ("period", "=", order.period)]
    metrics = {
        (str(row["org_id"]), str(row["metric_id"]), str(row["segment"])): row
        for row in read_rows(order.source, "metric_value", filters)
    }
    verdicts: dict[tuple[str, str, str], list[Row]] = {}
    for row in read_rows(order.source, "target_attainment", filters):
        key = (str(row["org_id"]), str(row["metric_id"]), str(row["segment"]))
        verdicts.setdefault(key, []).append(row)
    tables = _Tables(bank_of(organisations), branches_of(organisations), metrics, verdicts)
    _refuse_missing_bank_rows(tables)
    bank_id = str(tables.bank["org_id"])
    org_ids = [bank_id, *(str(branch["org_id"]) for branch in tables.branches)]
    return Coverage(
        bank_id=bank_id,
        bank_name=str(tables.bank["org_name"]),
        branch_count=len(tables.branches),
        grid={
            metric_id: _standings(tables, metric_id, segment)
            for metric_id, segment, _, _ in GRID_METRICS
        },
        counts={
            kind: {org_id: metrics.get((org_id, OVERLAP_METRIC, kind)) for org_id in org_ids}
            for kind in ("gap", "overlap")
        },
        archive={
            segment: _standings(tables, ARCHIVE_METRIC, segment)
            for segment, (_, is_pooled) in ARCHIVE_SEGMENTS.items()
            if not is_pooled or _has_target(tables, segment)
        },
    )


def headline(coverage: Coverage) -> list[str]:
    """The state of the whole bank in sentences."""
    cumulative, annual, pilot = (coverage.grid[metric_id][0] for metric_id, *_ in GRID_METRICS)
    gap, overlap = (coverage.count(kind, coverage.bank_id) for kind in ("gap", "overlap"))
    texts = [
        f"网格：全行村（社区）{_whole(cumulative.denominator)}个，已有网格覆盖"
        f"{_whole(cumulative.numerator)}个，累计覆盖面{cumulative.percent_text}；本年新增覆盖"
        f"{_whole(annual.numerator)}个，本年覆盖面{annual.percent_text}。尚未划网格"
        f"{_whole(gap)}个，重复划分{_whole(overlap)}个。",
        f"试点：已确定试点村（社区）{_whole(pilot.numerator)}个，"
        f"试点覆盖面{pilot.percent_text}{_against_target(pilot)}。",
    ]
    texts.extend(
        f"{ARCHIVE_SEGMENTS[segment][0]}：应建档{_whole(rows[0].denominator)}户，已建档"
        f"{_whole(rows[0].numerator)}户，建档面{rows[0].percent_text}{_against_target(rows[0])}。"
        for segment, rows in coverage.archive.items()
    )
    return texts


def _against_target(bank: Standing) -> str:
    if bank.verdict in (ATTAINED, MISSED) and bank.printed_gap is not None:
        side = "低于" if bank.printed_gap < 0 else "高于"
        return (
            f"，阶段目标{bank.target_text}，{side}目标{abs(bank.printed_gap):f}个百分点，"
            f"{VERDICT_ZH[bank.verdict]}"
        )
    reason = f"（{bank.undecided_reason}）" if bank.undecided_reason else ""
    return f"，{VERDICT_ZH[bank.verdict]}{reason}"


def _whole(value: Decimal | None) -> str:
    return "（缺）" if value is None else f"{half_up(value, 0):f}"


@dataclass(frozen=True)
class _Tables:
    """What was read from the slice, by key (organisation, metric, segment)."""

    bank: Row
    branches: list[Row]
    metrics: dict[tuple[str, str, str], Row]
    verdicts: dict[tuple[str, str, str], list[Row]]


def _refuse_missing_bank_rows(tables: _Tables) -> None:
    bank_id = str(tables.bank["org_id"])
    wanted = [
        *((metric_id, segment) for metric_id, segment, _, _ in GRID_METRICS),
        (OVERLAP_METRIC, "gap"),
        (OVERLAP_METRIC, "overlap"),
        *((ARCHIVE_METRIC, s) for s, (_, is_pooled) in ARCHIVE_SEGMENTS.items() if not is_pooled),
    ]
    missing = [
        f"{metric_id}[{segment}]"
        for metric_id, segment in wanted
        if (bank_id, metric_id, segment) not in tables.metrics
    ]
    if missing:
        raise EmissionRefused(
            "incomplete",
            f"切片中没有全行指标：{'、'.join(missing)}。",
            f"the slice has no figure of the whole bank for {', '.join(missing)}.",
        )


def _has_target(tables: _Tables, segment: str) -> bool:
    return any(
        key[1:] == (ARCHIVE_METRIC, segment) and any(row["target"] is not None for row in rows)
        for key, rows in tables.verdicts.items()
    )


def _standings(tables: _Tables, metric_id: str, segment: str) -> list[Standing]:
    values: dict[str, Decimal] = {}
    for org in tables.branches:
        row = tables.metrics.get((str(org["org_id"]), metric_id, segment))
        if row is not None and row["value"] is not None:
            values[str(org["org_id"])] = row["value"]
    descending = sorted(values.values(), reverse=True)
    ranks = {org_id: descending.index(value) + 1 for org_id, value in values.items()}
    branches = [
        _standing(tables, org, metric_id, segment, ranks.get(str(org["org_id"])))
        for org in tables.branches
    ]
    branches.sort(key=lambda s: (s.rank is None, s.rank or 0, s.org_id))
    return [_standing(tables, tables.bank, metric_id, segment, None), *branches]


def _standing(
    tables: _Tables, org: Row, metric_id: str, segment: str, rank: int | None
) -> Standing:
    org_id = str(org["org_id"])
    row = tables.metrics.get((org_id, metric_id, segment))
    remarks = ["无数据" if row is None else reason_zh(row["reason_code"])]
    # A branch follows one grid scheme; the bank, or a branch bound to more, may face several goals.
    # A miss comes first; goals of phases that could not be told apart are named together.
    goals = sorted(
        tables.verdicts.get((org_id, metric_id, segment), []),
        key=lambda goal: (goal["is_attained"] is not False, str(goal["scheme_id"])),
    )
    first = goals[0] if goals else None
    verdict = _verdict(first)
    reason = ""
    if first is not None and verdict == UNDECIDED:
        reason = reason_zh(first["reason_code"])
        remarks.append(reason)
        if len(goals) > 1 or first["value"] is not None:
            # There is a figure but no single goal to hold it against.
            named = "、".join(_goal_text(goal) for goal in goals)
            remarks.append(f"涉及目标：{named}")
            first = None
    else:
        remarks.extend(
            f"另有目标 {_goal_text(goal)}，{VERDICT_ZH[_verdict(goal)]}" for goal in goals[1:]
        )
    if row is not None and first is not None:
        remarks.append(_whole_units(row, first, verdict))
    gap = first["gap"] if first else None
    return Standing(
        org_id=org_id,
        org_name="全行" if org["org_level"] == "bank" else str(org["org_name"]),
        metric_id=metric_id,
        segment=segment,
        definition_id=row["definition_id"] if row else None,
        numerator=row["numerator"] if row else None,
        denominator=row["denominator"] if row else None,
        value=row["value"] if row else None,
        rank=rank,
        verdict=verdict,
        target=first["target"] if first else None,
        target_text=_target_text(first),
        gap_points=None if gap is None else gap * 100,
        scheme_id=first["scheme_id"] if first else None,
        phase=first["phase"] if first else None,
        undecided_reason=reason,
        remark="；".join(dict.fromkeys(text for text in remarks if text)),
    )


def _whole_units(row: Row, goal: Row, verdict: str) -> str:
    """Why a share to be selected is met although the rate is below: units are whole."""
    if verdict != ATTAINED or goal["operator"] != "=" or not goal["gap"] or goal["gap"] > 0:
        return ""
    units = half_up(goal["target"] * row["denominator"], 0)
    return f"目标折合{units:f}个（四舍五入），实有{_whole(row['numerator'])}个"


def _verdict(row: Row | None) -> str:
    if row is None or (row["target"] is None and not row["reason_code"]):
        return NO_TARGET
    if row["is_attained"] is None:
        return UNDECIDED
    return ATTAINED if row["is_attained"] else MISSED


def _goal_text(row: Row) -> str:
    return f"{name_zh(row['scheme_id'])} {_target_text(row)}".strip()


def _target_text(row: Row | None) -> str:
    """Phase and target, e.g. ``Y2 ≥70%`` or ``每年 ≥30%``."""
    if row is None or row["target"] is None:
        return ""
    percent = half_up(row["target"] * 100, 2).normalize()
    operator = _OPERATOR_ZH.get(str(row["operator"]), str(row["operator"]))
    phase = str(row["phase"] or "")
    return f"{_PHASE_ZH.get(phase, phase)} {operator}{percent:f}%".strip()
