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
        if definition_id is not None:
            conditions.append("m.definition_id = ?")
            values.append(published_definition(con, metric_id, definition_id))
        table = con.execute(
            f"""
            select
                m.metric_id, d.name_zh, d.name_en, m.period, m.org_level, m.org_id, o.org_name,
                m.segment, m.numerator, m.denominator, m.value, m.unit, d.kind, m.reason_code,
                m.definition_id, m.definition_id = d.definition_id as is_first_definition,
                f.regulator, f.document_zh, f.clause, f.thresholds, f.effective_from,
                f.effective_to, f.reading_zh, f.reading_en, d.formula_zh, d.formula_en, d.source,
                t.scheme_id, t.phase, t.operator, t.target, t.gap, t.is_attained,
                t.reason_code as target_reason
            from mart_metric_value as m
            join dim_metric as d on d.metric_id = m.metric_id
            join dim_org as o on o.org_id = m.org_id
            join metric_definition as f on f.definition_id = m.definition_id
            left join mart_target_attainment as t
                on
                    t.metric_id = m.metric_id and t.segment = m.segment and t.org_id = m.org_id
                    and m.definition_id = d.definition_id
            where {" and ".join(conditions)}
            order by
                m.definition_id <> d.definition_id, m.definition_id,
                m.org_level, m.org_id, m.segment, t.scheme_id, t.phase
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
