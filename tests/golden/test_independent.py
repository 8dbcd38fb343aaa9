"""Every figure of three closes equals what plain Python makes of the branches' files."""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from pipelines.paths import DBT_DIR, Home
from tests.closed_bank import PERIODS, ClosedBank
from tests.golden import independent, published
from tests.golden.independent import scorecards
from tests.golden.independent.comparisons import changes, ranks
from tests.golden.independent.dates import year_to
from tests.golden.independent.figure import Figure, Key, half_up
from tests.golden.independent.month import Month
from tests.golden.independent.pay import PayMonth, pay, settlements
from tests.golden.independent.s71 import S71_METRICS
from tests.golden.independent.targets import attainment, paces, read_targets

BRANCHES = 8
# Metrics that are published and not computed a second time yet.
NOT_YET: frozenset[str] = frozenset()
# A metric has one definition, its first, unless a regulator's document has an edition.
EDITION_OF = dict.fromkeys(S71_METRICS, "s71-2024")
# Loans of the sample get worse step by step and rarely better.
NO_MIGRATION = {
    "doubtful_to_normal",
    "doubtful_to_settled",
    "doubtful_to_special_mention",
    "doubtful_to_substandard",
    "doubtful_to_written_off",
    "loss_to_doubtful",
    "loss_to_normal",
    "loss_to_special_mention",
    "loss_to_substandard",
    "new_to_loss",
    "normal_to_loss",
    "normal_to_written_off",
    "special_mention_to_loss",
    "special_mention_to_written_off",
    "substandard_to_normal",
    "substandard_to_special_mention",
    "substandard_to_written_off",
}
# Segments that are rightly zero in all three months of the sample, by metric.
ALWAYS_ZERO = {
    # of these rows of S71 no loan is bad
    "inclusive_loan_npl_balance": {
        "farmer_cooperative",
        "rural_collective",
        "other_organisation",
        "inclusive_small_micro_renewal_without_repayment",
    },
    # the sample's managers are of grades 2 and 3, and no pilot is above 300 million yuan
    "cm_grade_by_portfolio": {"grade_1", "grade_4", "grade_5"},
    "sme_manager_extra_quota": {"strong_county_pilot_branch"},
    # four product families have no price; every loan has a product class and a known customer
    "cm_pricing_to_person": {"deposit", "intermediary", "other", "wealth"},
    "multi_dimension_profit": {"customer_unknown", "product_unclassified"},
    # every leaf grid has an officer
    "sanxia_three_seamless": {"responsibility_gap"},
    "five_class_migration_balance": NO_MIGRATION,
    "five_class_migration_count": NO_MIGRATION,
    "vintage_npl_ratio": {f"granted_{age:02d}" for age in (0, 5, 6, 10, 14, 15, 16)},
    "vintage_overdue_ratio": {f"granted_{age:02d}" for age in (0, 1, 3, 14, 15, 16)},
}
PAY_COLUMNS = (
    "deposit_pay",
    "interest_pay",
    "npl_pay",
    "gross_pool",
    "cumulative_payable",
    "paid_to_date",
    "month_pay",
)
Figures = Callable[[str], Mapping[Key, Figure]]


@pytest.mark.parametrize("period", PERIODS)
def test_every_published_figure_is_reproduced_from_the_files(
    sample_bank: ClosedBank, month_of: Callable[[str], Month], figures_of: Figures, period: str
) -> None:
    with published.attach(Home(sample_bank.home), period) as con:
        theirs = published.metric_values(con)
    grids = set(month_of(period).grids)
    compared = {key: figure for key, figure in theirs.items() if key[0] not in NOT_YET}
    assert published.differences(figures_of(period), compared, grids) == []


@pytest.mark.parametrize("period", PERIODS)
def test_every_published_metric_is_computed_a_second_time(
    sample_bank: ClosedBank, figures_of: Figures, period: str
) -> None:
    with published.attach(Home(sample_bank.home), period) as con:
        theirs = {metric for metric, _, _ in published.metric_values(con)}
    assert theirs - {metric for metric, _, _ in figures_of(period)} == NOT_YET


@pytest.mark.parametrize("period", PERIODS)
def test_every_published_figure_names_the_definition_computed(
    sample_bank: ClosedBank, period: str
) -> None:
    with published.attach(Home(sample_bank.home), period) as con:
        theirs = published.own_definitions(con)
    assert theirs == {m: f"{m}@{EDITION_OF.get(m, '1')}" for m in theirs}


def test_the_comparison_sees_figures_of_every_kind(figures_of: Figures) -> None:
    seen = {
        (metric, segment.split(".")[0])
        for period in PERIODS
        for (metric, _, segment), figure in figures_of(period).items()
        if figure.value
    }
    compared = {(m, s.split(".")[0]) for m, _, s in figures_of(PERIODS[0])}
    zero = {(metric, segment) for metric, group in ALWAYS_ZERO.items() for segment in group}
    assert compared - seen == zero


@pytest.mark.parametrize("period", PERIODS)
def test_every_published_verdict_is_reproduced(
    sample_bank: ClosedBank, month_of: Callable[[str], Month], figures_of: Figures, period: str
) -> None:
    mine = attainment(month_of(period), figures_of(period), read_targets(DBT_DIR / "seeds"))
    with published.attach(Home(sample_bank.home), period) as con:
        theirs = published.verdicts(con)
    assert len(theirs) > 50
    assert {v.is_attained for v in theirs.values()} == {True, False, None}
    assert theirs == mine


def test_every_goal_is_held_against_somebody_in_one_of_the_months(
    sample_bank: ClosedBank,
) -> None:
    held = set()
    for period in PERIODS:
        with published.attach(Home(sample_bank.home), period) as con:
            held |= {place[1:] for place in published.verdicts(con)}
    every_year = {place[:3] for place in held}
    goals = read_targets(DBT_DIR / "seeds")
    assert len(goals) > 100
    free = {
        (goal.scheme, goal.metric, goal.phase)
        for goal in goals
        for name in [(goal.scheme, goal.metric, goal.segment)]
        if (name not in every_year if goal.phase is None else (*name, goal.phase) not in held)
    }
    # of the three years of this plan the months have the bank's second and third
    assert free == {
        ("icbc_outlet", "flagship_outlets_built", "Y1"),
        ("icbc_outlet", "benchmark_outlets_built", "Y1"),
    }


@pytest.mark.parametrize("period", PERIODS)
def test_every_published_pace_is_reproduced(
    sample_bank: ClosedBank, month_of: Callable[[str], Month], figures_of: Figures, period: str
) -> None:
    month = month_of(period)
    december = figures_of(month.last_december) if month.last_december in PERIODS else None
    mine = paces(month, figures_of(period), december, read_targets(DBT_DIR / "seeds"))
    with published.attach(Home(sample_bank.home), period) as con:
        theirs = published.paces(con)
    assert len(theirs) > 20
    assert theirs == mine
    if december:
        assert {p.is_on_pace for p in theirs.values()} == {True, False, None}


@pytest.mark.parametrize("period", PERIODS)
def test_every_published_rank_is_reproduced(
    sample_bank: ClosedBank, month_of: Callable[[str], Month], figures_of: Figures, period: str
) -> None:
    with published.attach(Home(sample_bank.home), period) as con:
        theirs = published.ranks(con)
        better = {row["metric_id"]: row["better"] for row in published.table(con, "dim_metric")}
    mine = ranks(month_of(period), figures_of(period), better)
    assert _different(mine, theirs) == []
    assert {r.in_bank for r in theirs.values()} >= set(range(1, BRANCHES + 1))


@pytest.mark.parametrize("period", PERIODS)
def test_every_published_change_is_reproduced(
    sample_bank: ClosedBank, month_of: Callable[[str], Month], figures_of: Figures, period: str
) -> None:
    earlier = {p: figures_of(p) for p in PERIODS if p < period}
    with published.attach(Home(sample_bank.home), period) as con:
        theirs = published.changes(con)
        declared = published.table(con, "dim_metric")
    kinds = {row["metric_id"]: (row["kind"], row["is_year_to_date"]) for row in declared}
    mine = changes(month_of(period), figures_of(period), earlier, kinds)
    assert _different(mine, theirs) == []
    assert any(c.change for c in theirs.values()) == bool(earlier)
    not_alike = {key[0][0] for key, c in theirs.items() if c.reason == "new_year:2025-12"}
    assert ("complaint_count" in not_alike) == bool(earlier)
    assert "loan_balance" not in not_alike


@pytest.mark.parametrize("period", PERIODS)
def test_every_scorecard_of_directors_and_deputies_is_reproduced(
    sample_bank: ClosedBank, month_of: Callable[[str], Month], figures_of: Figures, period: str
) -> None:
    month = month_of(period)
    mine = scorecards.cards(month, figures_of(period))
    with published.attach(Home(sample_bank.home), period) as con:
        items = published.scorecard_items(con, scorecards.SCHEME)
        totals = published.scorecards(con, scorecards.SCHEME)
        triggers = published.dismissals(con)
    published_items = {
        (card, org, name): item.published()
        for (card, org), own in mine.items()
        for name, item in own.items()
    }
    assert _different(published_items, items) == []
    assert len({card for card, _ in mine}) == len(scorecards.CARDS)
    assert (
        _different(
            {
                key: (
                    half_up(scorecards.sum_of(own), 6),
                    half_up(scorecards.coefficient(key[0], own), 6),
                )
                for key, own in mine.items()
            },
            totals,
        )
        == []
    )
    assert _different(dict(scorecards.dismissals(month, figures_of(period))), triggers) == []


def _different(mine: Mapping[Any, Any], theirs: Mapping[Any, Any]) -> list[tuple[Any, Any, Any]]:
    keys = sorted(mine.keys() | theirs.keys(), key=str)
    return [(k, mine.get(k), theirs.get(k)) for k in keys if mine.get(k) != theirs.get(k)]


@pytest.mark.parametrize("period", PERIODS)
def test_every_month_of_pay_is_reproduced_to_the_fen(
    sample_bank: ClosedBank, month_of: Callable[[str], Month], period: str
) -> None:
    mine = pay(month_of(period))
    with published.attach(Home(sample_bank.home), period) as con:
        rows = published.table(con, "pay.main.pay_month")
    assert len(rows) == BRANCHES * len(year_to(period))
    assert {(r["org_id"], r["month"]) for r in rows} == mine.keys()
    for row in rows:
        assert row["reason_code"] is None
        assert _pay_row(mine[row["org_id"], row["month"]]) == _published_pay_row(row)


@pytest.mark.parametrize("period", PERIODS)
def test_every_settlement_is_reproduced_to_the_fen(
    sample_bank: ClosedBank, month_of: Callable[[str], Month], period: str
) -> None:
    mine = settlements(month_of(period))
    with published.attach(Home(sample_bank.home), period) as con:
        rows = {r["org_id"]: r for r in published.table(con, "pay.main.pay_settlement")}
    assert len(rows) == BRANCHES
    for org, own in mine.items():
        assert rows[org] == {
            "org_id": org,
            "period": period,
            "gross_pool": own.gross_pool,
            "recovery_due_principal": half_up(own.due, 2),
            "recovery_collected_principal": half_up(own.collected, 2),
            "recovery_rate": half_up(own.collected / own.due, 9),
            "recovery_deduction": own.deduction,
            "case_deduction": Decimal("0.00"),
            "case_deduction_reason": "no_source:incident",
            "net_pool": own.net_pool,
            "adjustment_factor": half_up(own.factor, 9),
            "adjusted_pool": own.adjusted,
            "paid_to_date": own.paid_to_date,
            "settlement": own.settlement,
            "reason_code": None if period.endswith("-12") else "not_year_end",
        }
    assert rows.keys() == mine.keys()


def _pay_row(paid: PayMonth) -> dict[str, Decimal | None]:
    drivers = {
        "deposit_net_increase_yuan": half_up(paid.deposit_net_increase, 6),
        "interest_income_yuan": half_up(paid.interest_income, 2),
        "npl_recovery_yuan": half_up(paid.npl_recovery, 2),
    }
    return {**drivers, **{name: getattr(paid, name) for name in PAY_COLUMNS}}


def _published_pay_row(row: dict[str, Decimal]) -> dict[str, Decimal]:
    hidden = ("org_id", "month", "reason_code")
    return {name: value for name, value in row.items() if name not in hidden}


def test_the_second_computation_knows_nothing_of_the_project() -> None:
    allowed = {"tests", "python_calamine", *sys.stdlib_module_names}
    folder = Path(independent.__file__).parent
    modules = sorted(folder.glob("*.py"))
    assert len(modules) > 10
    for path in modules:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom):
                names = [node.module or ""]
            for name in names:
                root = name.split(".")[0]
                assert root in allowed, f"{path.name} imports {name}"
                assert root != "tests" or name.startswith(independent.__name__), name
