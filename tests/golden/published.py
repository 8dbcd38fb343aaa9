"""Reading of what a close published, for comparison with figures computed elsewhere."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal
from typing import Any

import duckdb

from pipelines.paths import Home
from pipelines.publish import build_in_force
from pipelines.settings import Settings
from pipelines.warehouse.build import attach_build
from tests.golden.independent.comparisons import Change, Rank
from tests.golden.independent.figure import Figure, Key
from tests.golden.independent.targets import Pace, Place, Verdict

Published = tuple[Decimal | None, Decimal | None, Decimal | None, str | None]


def attach(home: Home, period: str) -> duckdb.DuckDBPyConnection:
    """The build in force of a period, read-only; salary pools in the catalog ``pay``."""
    _, folder = build_in_force(home, period)
    return attach_build(Settings(home=home), folder)


def metric_values(con: duckdb.DuckDBPyConnection) -> dict[Key, Published]:
    """(numerator, denominator, value, reason) of every published figure.

    A figure of another definition than the metric's own goes by the name of the definition.
    """
    rows = con.execute(
        """
        select
            case when v.definition_id = m.definition_id then v.metric_id else v.definition_id end,
            v.org_id, v.segment, v.numerator, v.denominator, v.value, v.reason_code
        from mart_metric_value v left join dim_metric m on m.metric_id = v.metric_id
        """
    ).fetchall()
    out: dict[Key, Published] = {row[:3]: row[3:] for row in rows}
    assert len(out) == len(rows), "a figure is published twice"
    return out


def own_definitions(con: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """The definition under which each metric is published first of all."""
    return dict(con.execute("select metric_id, definition_id from dim_metric").fetchall())


def verdicts(con: duckdb.DuckDBPyConnection) -> dict[Place, Verdict]:
    """Every published verdict by organisation, scheme, metric, segment and phase."""
    rows = con.execute(
        """
        select
            org_id, scheme_id, metric_id, segment, phase, target, value, gap, is_attained,
            reason_code
        from mart_target_attainment
        """
    ).fetchall()
    out = {(o, s, m, g, p): Verdict(*verdict) for o, s, m, g, p, *verdict in rows}
    assert len(out) == len(rows), "a verdict is published twice"
    return out


def paces(con: duckdb.DuckDBPyConnection) -> dict[Place, Pace]:
    """Every published pace by organisation, scheme, metric, segment and phase."""
    rows = con.execute(
        """
        select
            org_id, scheme_id, metric_id, segment, phase, elapsed_months, total_months,
            base_value, required_value, pace_gap, is_on_pace, reason_code
        from mart_target_pace
        """
    ).fetchall()
    out = {(o, s, m, g, p): Pace(*pace) for o, s, m, g, p, *pace in rows}
    assert len(out) == len(rows), "a pace is published twice"
    return out


def ranks(con: duckdb.DuckDBPyConnection) -> dict[Key, Rank]:
    """Every published rank by metric, branch and segment."""
    rows = con.execute(
        """
        select
            metric_id, org_id, segment, rank_in_bank, count_in_bank, rank_in_peer_group,
            count_in_peer_group, reason_code
        from mart_metric_rank
        """
    ).fetchall()
    return {(m, o, g): Rank(*rank) for m, o, g, *rank in rows}


def changes(con: duckdb.DuckDBPyConnection) -> dict[tuple[Key, str], Change]:
    """Every published change by metric, organisation, segment and comparison."""
    rows = con.execute(
        """
        select
            metric_id, org_id, segment, comparison_code, compared_period, value, compared_value,
            change, reason_code
        from mart_metric_change
        """
    ).fetchall()
    return {((m, o, g), c): Change(*change) for m, o, g, c, *change in rows}


def scorecard_items(
    con: duckdb.DuckDBPyConnection, scheme: str
) -> dict[tuple[str, str, str], tuple[Decimal | None, ...]]:
    """Weight, completion, bonus, deduction and score by card, organisation and item."""
    rows = con.execute(
        """
        select
            scorecard, subject_id, item_code, weight, completion, bonus, deduction, score
        from pay.main.mart_scorecard_item
        where scheme_id = ? and subject_kind_code = 'organisation'
        """,
        [scheme],
    ).fetchall()
    return {row[:3]: row[3:] for row in rows}


def scorecards(
    con: duckdb.DuckDBPyConnection, scheme: str
) -> dict[tuple[str, str], tuple[Decimal | None, ...]]:
    """Score and salary coefficient by card and organisation."""
    rows = con.execute(
        """
        select scorecard, subject_id, score, coefficient
        from pay.main.mart_scorecard
        where scheme_id = ? and subject_kind_code = 'organisation'
        """,
        [scheme],
    ).fetchall()
    return {row[:2]: row[2:] for row in rows}


def dismissals(con: duckdb.DuckDBPyConnection) -> dict[tuple[str, str], bool | None]:
    """Whether a trigger of dismissal is pulled, by rule and organisation."""
    rows = con.execute(
        "select rule_id, org_id, is_triggered from pay.main.mart_dismissal_trigger"
    ).fetchall()
    return {row[:2]: row[2] for row in rows}


def table(con: duckdb.DuckDBPyConnection, name: str) -> list[dict[str, Any]]:
    """A table as a list of rows in the order of their values: a relation has none of its own."""
    result = con.execute(f"select * from {name} order by all")
    names = [d[0] for d in result.description]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


def differences(
    computed: Mapping[Key, Figure],
    published: Mapping[Key, Published],
    grids: Collection[str] = (),
) -> Sequence[tuple[Key, Published | None, Published | None]]:
    """Figures that differ, or stand on one side only, with what each side says.

    A grid with nothing to count has no row.
    """
    out = []
    for key in sorted(computed.keys() | published.keys()):
        mine = computed[key].published() if key in computed else None
        theirs = published.get(key)
        if theirs is None and key[1] in grids and mine is not None and not mine[2]:
            continue
        if mine != theirs:
            out.append((key, mine, theirs))
    return out
