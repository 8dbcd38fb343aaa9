"""Reading published figures: what ``jingtian metric`` and analysts' programs use.

Figures come as Arrow tables with decimals; ``to_pandas`` keeps the Arrow types, so that money is
never turned into floating point.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from pipelines.errors import UsageError
from pipelines.explain.figure import published_definition
from pipelines.publish import build_in_force
from pipelines.settings import Settings
from pipelines.warehouse.build import attach_build

if TYPE_CHECKING:
    import pandas as pd


# Segments of the form S71 are its cells: row and band.
_FORM_SEGMENTS = """
    select
        form_row.row_id || '.' || band.band_id as segment,
        form_row.title_zh || '·' || band.title_zh as name_zh,
        form_row.row_id || ' · ' || band.band_id as name_en
    from (select distinct row_id, title_zh from s71_row) as form_row
    cross join (select distinct band_id, title_zh from s71_band) as band
"""


@dataclass(frozen=True)
class Figures:
    """Figures of one metric with definition and targets, and the build they come from."""

    table: pa.Table
    build_dir: Path

    def to_pandas(self) -> pd.DataFrame:
        """A frame with Arrow types; decimals stay decimals."""
        import pandas as pd

        return self.table.to_pandas(types_mapper=pd.ArrowDtype)

    def to_pylist(self) -> list[dict[str, Any]]:
        """Rows as plain values."""
        rows: list[dict[str, Any]] = self.table.to_pylist()
        return rows


def read_metric(
    settings: Settings,
    metric_id: str,
    *,
    period: str | None = None,
    org_id: str | None = None,
    segment: str | None = None,
    level: str | None = None,
    definition_id: str | None = None,
    build_dir: Path | None = None,
) -> Figures:
    """Figures of one metric from the build in force.

    Args:
        settings: Where the bank's data lies.
        metric_id: The metric.
        period: Closed month; the newest when None.
        org_id: One organisation; all when None.
        segment: One segment; all when None.
        level: bank, county, branch or grid; all but grids when None (an organisation that is
            named may be a grid).
        definition_id: Figures by this definition (``<metric>@<id>``, or the part after ``@``);
            by every one that is in force when None.
        build_dir: A build to read instead of the one in force.

    Returns:
        One row per definition, organisation, segment and (where a scheme binds) target, the
        metric's first definition before the others. Targets stand only beside the first: it is
        what they mean (``is_first_definition``).

    Raises:
        RefusedError: The period is not closed.
        UsageError: There is no such metric, organisation, segment or definition.
    """
    if build_dir is None:
        _, build_dir = build_in_force(settings.home, period)
    con = attach_build(settings, build_dir, with_pay=False)
    try:
        known = [
            r[0] for r in con.execute("select metric_id from dim_metric order by 1").fetchall()
        ]
        if metric_id not in known:
            raise UsageError(
                f"没有指标“{metric_id}”；可用：{'、'.join(known)}。",
                f'no metric "{metric_id}"; known: {", ".join(known)}.',
            )
        conditions, values = ["m.metric_id = ?"], [metric_id]
        for column, wanted in (("org_id", org_id), ("segment", segment)):
            if wanted is not None:
                conditions.append(f"m.{column} = ?")
                values.append(wanted)
        if level is not None:
            conditions.append("m.org_level = ?")
            values.append(level)
        elif org_id is None:
            conditions.append("m.org_level <> 'grid'")
        if definition_id is not None:
            conditions.append("m.definition_id = ?")
            values.append(published_definition(con, metric_id, definition_id))
        table = con.execute(
            f"""
            select
                m.metric_id, d.name_zh, d.name_en, m.period, m.org_level, m.org_id,
                coalesce(o.org_name, g.grid_name, '未划入网格') as org_name,
                m.segment,
                coalesce(s.name_zh, form.name_zh, m.segment) as segment_zh,
                coalesce(s.name_en, form.name_en, m.segment) as segment_en,
                m.numerator, m.denominator, m.value, m.unit, d.kind, m.reason_code,
                m.definition_id, m.definition_id = d.definition_id as is_first_definition,
                f.regulator, f.document_zh, f.clause, f.thresholds, f.effective_from,
                f.effective_to, f.reading_zh, f.reading_en, d.formula_zh, d.formula_en, d.source,
                t.scheme_id, scheme.title_zh as scheme_zh, scheme.title_en as scheme_en,
                t.phase, t.operator, t.target, t.gap, t.is_attained,
                t.reason_code as target_reason
            from mart_metric_value as m
            join dim_metric as d on d.metric_id = m.metric_id
            left join dim_org as o on o.org_id = m.org_id
            left join (
                select grid_id, min(grid_name) as grid_name from int_unit_grid group by grid_id
            ) as g on g.grid_id = m.org_id
            join metric_definition as f on f.definition_id = m.definition_id
            left join metric_segment as s
                on s.metric_id = m.metric_id and s.segment = m.segment
            left join ({_FORM_SEGMENTS}) as form on form.segment = m.segment
            left join mart_target_attainment as t
                on
                    t.metric_id = m.metric_id and t.segment = m.segment and t.org_id = m.org_id
                    and m.definition_id = d.definition_id
            left join scheme on scheme.scheme_id = t.scheme_id
            where {" and ".join(conditions)}
            order by
                m.definition_id <> d.definition_id, m.definition_id,
                list_position(['bank', 'county', 'branch', 'grid'], m.org_level), m.org_id,
                s.segment_order, m.segment, t.scheme_id, t.phase
            """,
            values,
        ).to_arrow_table()
        if table.num_rows == 0:
            raise UsageError(
                "该机构或分组没有这个指标；用 jingtian metric 不加 --org、--segment 可列出全部。",
                "no such organisation or segment for this metric; leave out --org and --segment.",
            )
        return Figures(table, build_dir)
    finally:
        con.close()


def list_metrics(settings: Settings, *, period: str | None = None) -> pa.Table:
    """The metrics of the build in force: one row each, by family and name.

    Raises:
        RefusedError: The period is not closed.
    """
    _, build_dir = build_in_force(settings.home, period)
    con = attach_build(settings, build_dir, with_pay=False)
    try:
        table: pa.Table = con.execute(
            """
            select
                family, family_zh, family_en, metric_id, name_zh, name_en, unit, kind, formula_zh, formula_en, source,
                definition_id
            from dim_metric
            order by family, metric_id
            """
        ).to_arrow_table()
        return table
    finally:
        con.close()
