"""Are the floor's figures the pipeline's? Exact, figure by figure; nothing is rounded away."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import duckdb

_PAY: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "pay_month": (
        ("org_id", "month"),
        (
            "deposit_net_increase_yuan", "interest_income_yuan", "npl_recovery_yuan", "deposit_pay",
            "interest_pay", "npl_pay", "gross_pool", "cumulative_payable", "paid_to_date", "month_pay",
            "reason_code",
        ),
    ),
    "pay_settlement": (
        ("org_id",),
        (
            "gross_pool", "recovery_due_principal", "recovery_collected_principal", "recovery_rate",
            "recovery_deduction", "net_pool", "adjustment_factor", "adjusted_pool", "paid_to_date",
            "settlement", "reason_code",
        ),
    ),
}  # fmt: skip
_FIGURE = ("metric_id", "org_id", "segment")
_ANSWERED = "select metric_id from read_parquet('{floor}/figure.result')"


@dataclass(frozen=True)
class Family:
    """One compared family: rows on either side, how many hold a number, and how many differ."""

    name: str
    rows: int
    with_value: int
    differing: int
    example: str | None

    def line(self) -> str:
        """One printed line."""
        verdict = "equal" if self.differing == 0 and self.rows else "DIFFERENT"
        text = (
            f"  {self.name:<34}{self.rows:>9,} rows {self.with_value:>9,} with a figure  {verdict}"
        )
        return text if self.example is None else f"{text}: {self.differing:,}, e.g. {self.example}"


def unanswered(floor: Path, pipeline: Path) -> list[str]:
    """Metrics that the pipeline publishes and the floor does not compute, so that nobody is misled."""
    rows = duckdb.sql(
        f"select metric_id from '{pipeline}/dim_metric.parquet' "
        f"where metric_id not in ({_ANSWERED.format(floor=floor)}) order by 1"
    ).fetchall()
    return [row[0] for row in rows]


def compare(floor: Path, pipeline: Path) -> list[Family]:
    """Compare the floor's figures of every level: published, unpublished for a gap, and pay.

    Args:
        floor: Folder with the floor's ``*.result`` files.
        pipeline: Folder with the pipeline's figures as Parquet.
    """
    con = duckdb.connect()
    families: list[Family] = []
    theirs = f"""
        select v.*, m.family from '{pipeline}/metric_value.parquet' as v
        join '{pipeline}/dim_metric.parquet' as m using (metric_id, definition_id)
        where v.metric_id in ({_ANSWERED.format(floor=floor)})
    """
    names = [
        r[0] for r in con.execute(f"select distinct family from ({theirs}) order by 1").fetchall()
    ]
    for name in names:
        chosen = f"select * from ({theirs}) where family = '{name}'"
        ours = (
            f"select * from read_parquet('{floor}/figure.result') where metric_id in "
            f"(select metric_id from '{pipeline}/dim_metric.parquet' where family = '{name}')"
        )
        figure = ("numerator", "denominator", "value", "reason_code")
        families.append(_family(con, name, ours, chosen, _FIGURE, figure, "value"))
    raw = f"select * from '{pipeline}/raw_figure.parquet'"
    ours = f"select * from read_parquet('{floor}/raw_figure.result') where metric_id in (select metric_id from ({raw}))"
    families.append(
        _family(
            con,
            "year to date, before gaps",
            ours,
            raw,
            _FIGURE,
            ("numerator", "denominator"),
            "numerator",
        )
    )
    for table, (key, values) in _PAY.items():
        families.append(
            _family(
                con, table, f"select * from read_parquet('{floor}/{table}.result')",
                f"select * from '{pipeline}/{table}.parquet'", key, values, "gross_pool",
            )
        )  # fmt: skip
    return families


def _family(
    con: duckdb.DuckDBPyConnection,
    name: str,
    ours: str,
    theirs: str,
    key: tuple[str, ...],
    values: tuple[str, ...],
    figure: str,
) -> Family:
    on = " and ".join(f"a.{k} = b.{k}" for k in key)
    different = " or ".join(f"a.{v} is distinct from b.{v}" for v in values)
    shown = ", ".join(
        [f"'{k}', coalesce(a.{k}, b.{k})" for k in key]
        + [f"'{v}', coalesce(cast(a.{v} as varchar), 'null') || ' / ' || coalesce(cast(b.{v} as varchar), 'null')"
           for v in values]
    )  # fmt: skip
    rows, with_value, differing, example = con.execute(
        f"""
        select
            count(*), count(b.{figure}), count_if(is_different),
            any_value(concat_ws(' ', {shown})) filter (is_different)
        from (
            select
                a, b, a.{key[0]} is null or b.{key[0]} is null
                or {different} as is_different
            from ({ours}) as a full join ({theirs}) as b on {on}
        )
        """
    ).fetchall()[0]
    return Family(name, rows, with_value, differing, example)
