"""The published figure with what it means: definition, targets, switches. Nothing is computed."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from decimal import Decimal

import duckdb

from pipelines.errors import UsageError
from pipelines.explain.loads import LoadLine
from pipelines.explain.parameters import Parameter, parameters_in_force


@dataclass(frozen=True)
class Target:
    """A goal of a scheme that binds the organisation, and the verdict on it."""

    scheme_id: str
    scheme_zh: str
    phase: str
    operator: str
    target: Decimal
    target_unit: str
    gap: Decimal | None
    is_attained: bool | None
    reason_code: str | None
    clause: str | None


@dataclass(frozen=True)
class Switch:
    """A reading where the source is open. ``parameter`` is the bank's own choice, if it made one."""

    name: str
    value: str
    default: str
    meaning_zh: str
    meaning_en: str
    decision: str
    parameter: Parameter | None


@dataclass(frozen=True)
class Figure:
    """One row of ``mart_metric_value`` with its definition."""

    metric_id: str
    name_zh: str
    name_en: str
    kind: str
    period: str
    org_level: str
    org_id: str
    org_name: str
    segment: str
    value: Decimal | None
    numerator: Decimal | None
    denominator: Decimal | None
    unit: str
    reason_code: str | None
    definition_id: str
    formula_zh: str
    formula_en: str
    source: str
    document_zh: str | None
    clause: str | None
    reading_zh: str | None
    reading_en: str | None
    segment_zh: str

    def as_dict(self) -> dict[str, object]:
        """Plain values for JSON."""
        return asdict(self)


def bank_id(con: duckdb.DuckDBPyConnection) -> str:
    """Id of the bank's own row."""
    row = con.execute("select org_id from dim_org where org_level = 'bank'").fetchone()
    if row is None:
        raise UsageError("机构表没有法人机构。", "the organisation table has no bank.")
    return str(row[0])


def branches_of(con: duckdb.DuckDBPyConnection, org_id: str) -> list[str]:
    """Organisations whose rows count in the figures of ``org_id``, sorted; of a grid its branch."""
    rows = con.execute(
        """
        select branch_id from int_org_member where org_id = $org_id
        union
        select branch_id from int_unit_grid where grid_id = $org_id
        union
        select org_id from int_org where org_id || ':no_grid' = $org_id
        order by 1
        """,
        {"org_id": org_id},
    ).fetchall()
    return [row[0] for row in rows]


def read_figure(
    con: duckdb.DuckDBPyConnection,
    metric_id: str,
    org_id: str | None,
    segment: str | None,
    definition_id: str | None = None,
) -> Figure:
    """The published figure of a metric; the bank's when no organisation is named.

    ``definition_id`` chooses among the definitions in force; the metric's first when None.

    Raises:
        UsageError: No such metric, organisation or segment, or the segment must be named.
    """
    known = [r[0] for r in con.execute("select metric_id from dim_metric order by 1").fetchall()]
    if metric_id not in known:
        raise UsageError(
            f"没有指标“{metric_id}”；可用：{'、'.join(known)}。",
            f'no metric "{metric_id}"; known: {", ".join(known)}.',
        )
    org = org_id or bank_id(con)
    definition = published_definition(con, metric_id, definition_id)
    rows = con.execute(
        """
        select segment from mart_metric_value
        where metric_id = ? and org_id = ? and definition_id = ?
        order by case segment when 'all' then 0 else 1 end, segment
        """,
        [metric_id, org, definition],
    ).fetchall()
    segments = [r[0] for r in rows]
    if not segments:
        raise UsageError(
            f"机构“{org}”没有这个指标（未启用、已撤销或无此机构）。",
            f'organisation "{org}" has no such figure (closed, or unknown).',
        )
    chosen = segment or (segments[0] if len(segments) == 1 or segments[0] == "all" else None)
    if chosen is None or chosen not in segments:
        zh, en = _known_segments(segments)
        wrong_zh = f"没有分组“{segment}”；" if segment else ""
        wrong_en = f'no segment "{segment}"; ' if segment else ""
        raise UsageError(
            f"{wrong_zh}请用 --segment 指明分组：{zh}。",
            f"{wrong_en}name the segment with --segment: {en}.",
        )
    row = con.execute(
        """
        select
            value.metric_id, metric.name_zh, metric.name_en, metric.kind, value.period,
            value.org_level, value.org_id,
            coalesce(organisation.org_name, grid.grid_name, '未划入网格'),
            value.segment, value.value,
            value.numerator, value.denominator, value.unit, value.reason_code,
            value.definition_id, metric.formula_zh, metric.formula_en, metric.source,
            definition.document_zh, definition.clause, definition.reading_zh,
            definition.reading_en
        from mart_metric_value as value
        inner join dim_metric as metric on value.metric_id = metric.metric_id
        left join dim_org as organisation on value.org_id = organisation.org_id
        left join (
            select grid_id, min(grid_name) as grid_name from int_unit_grid group by grid_id
        ) as grid on value.org_id = grid.grid_id
        left join metric_definition as definition
            on value.definition_id = definition.definition_id
        where
            value.metric_id = ? and value.org_id = ? and value.segment = ?
            and value.definition_id = ?
        """,
        [metric_id, org, chosen, definition],
    ).fetchone()
    assert row is not None  # the segment was found above
    return Figure(*(*row, segment_zh(con, metric_id, chosen)))


def published_definition(con: duckdb.DuckDBPyConnection, metric_id: str, wanted: str | None) -> str:
    """Full id of a published definition: the metric's first, or the one that is named."""
    if wanted is None:
        row = con.execute(
            "select definition_id from dim_metric where metric_id = ?", [metric_id]
        ).fetchone()
        assert row is not None  # the metric is known
        return str(row[0])
    rows = con.execute(
        "select distinct definition_id from mart_metric_value where metric_id = ? order by 1",
        [metric_id],
    ).fetchall()
    known = [str(row[0]) for row in rows]
    full = wanted if "@" in wanted else f"{metric_id}@{wanted}"
    if full not in known:
        raise UsageError(
            f"指标“{metric_id}”在该月没有口径“{wanted}”的数；可用：{'、'.join(known)}。",
            f'"{metric_id}" has no figure by definition "{wanted}" in that month; '
            f"known: {', '.join(known)}.",
        )
    return full


def segment_zh(con: duckdb.DuckDBPyConnection, metric_id: str, segment: str) -> str:
    """Chinese name of a segment, as the metric declares it; of a cell of S71 row and band."""
    rows = con.execute(
        """
        select name_zh from metric_segment where metric_id = $metric_id and segment = $segment
        union all
        select form_row.title_zh || '·' || band.title_zh
        from (select distinct row_id, title_zh from s71_row) as form_row
        cross join (select distinct band_id, title_zh from s71_band) as band
        where form_row.row_id || '.' || band.band_id = $segment
        """,
        {"metric_id": metric_id, "segment": segment},
    ).fetchall()
    return str(rows[0][0]) if rows else ""


def _known_segments(segments: list[str]) -> tuple[str, str]:
    """Segments as a list; those of a form (row.band) as its rows and its bands."""
    if not all("." in name for name in segments):
        return "、".join(segments), ", ".join(segments)
    rows = sorted({name.partition(".")[0] for name in segments})
    bands = sorted({name.partition(".")[2] for name in segments})
    return (
        f"写成 行次.授信档次；行次 {'、'.join(rows)}；授信档次 {'、'.join(bands)}",
        f"as row.band; rows {', '.join(rows)}; bands {', '.join(bands)}",
    )


def read_targets(con: duckdb.DuckDBPyConnection, figure: Figure) -> tuple[Target, ...]:
    """Goals of the schemes that bind the organisation for this metric and segment."""
    rows = con.execute(
        """
        select
            verdict.scheme_id, scheme.title_zh, verdict.phase, verdict.operator, verdict.target,
            verdict.target_unit, verdict.gap, verdict.is_attained, verdict.reason_code,
            max(goal.source_ref)
        from mart_target_attainment as verdict
        left join scheme on verdict.scheme_id = scheme.scheme_id
        left join scheme_target as goal
            on
                verdict.scheme_id = goal.scheme_id
                and verdict.metric_id = goal.metric_id
                and verdict.segment = goal.metric_segment
                and goal.role_code = 'goal'
                and coalesce(goal.phase = verdict.phase, true)
        inner join dim_metric as metric on verdict.metric_id = metric.metric_id
        where
            verdict.metric_id = ? and verdict.org_id = ? and verdict.segment = ?
            and metric.definition_id = ?
        group by all
        order by verdict.scheme_id, verdict.phase
        """,
        [figure.metric_id, figure.org_id, figure.segment, figure.definition_id],
    ).fetchall()
    return tuple(Target(*row) for row in rows)


def read_switches(
    con: duckdb.DuckDBPyConnection,
    loads: dict[str, LoadLine],
    org_id: str,
    names: tuple[str, ...],
) -> tuple[Switch, ...]:
    """Readings in force for an organisation, with the bank's own choice where it made one."""
    found = []
    for name in names:
        row = con.execute(
            """
            select
                switch.switch_value, seed.default_value, seed.meaning_zh, seed.meaning_en,
                seed.amb_no
            from int_switch_value as switch
            inner join switch_default as seed on switch.switch_name = seed.switch_name
            where switch.switch_name = ? and switch.org_id = ?
            """,
            [name, org_id],
        ).fetchone()
        if row is None:
            raise UsageError(f"没有机构“{org_id}”。", f'no organisation "{org_id}".')
        chosen = parameters_in_force(con, loads, org_id, [name])
        own = next((item for item in chosen if item.value == row[0]), None)
        found.append(Switch(*(name, *row, own)))
    return tuple(found)
