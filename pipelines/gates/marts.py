"""The mart gates: freeze what emission reads, judge the frozen files, keep both together.

Only the tables an output reads are frozen, as Parquet in key order, so that the same inputs give
the same bytes. The salary pools have a slice of their own because they have rights of their own.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import duckdb

from expectations.decision import Decision, file_digest
from expectations.runner import judge_slice
from expectations.suite import load_suite
from pipelines.paths import Home

# What a figure was at the end of last month and of last year, with its parts: a bulletin tells what its
# numerator and its denominator did. The definition in force today is compared with itself.
_EARLIER = """(
    select
        now.period,
        now.org_level,
        now.org_id,
        now.metric_id,
        now.segment,
        case comparison.comparison_code
            when 'previous_month' then 'month' else 'year' end as basis,
        comparison.compared_period as earlier_period,
        earlier.numerator,
        earlier.denominator,
        earlier.value
    from mart_metric_value as now
    inner join dim_metric as metric
        on now.metric_id = metric.metric_id and now.definition_id = metric.definition_id
    cross join run.run_comparison as comparison
    inner join run.run_prior_value as earlier
        on
            comparison.compared_period = earlier.period
            and now.metric_id = earlier.metric_id
            and now.definition_id = earlier.definition_id
            and now.org_id = earlier.org_id
            and now.segment = earlier.segment
    where comparison.comparison_code in ('previous_month', 'year_start')
    and now.org_level <> 'grid'
)"""
# Slice -> table -> (relation in the warehouse, key order).
SLICES: dict[str, dict[str, tuple[str, str]]] = {
    "marts": {
        "metric_value": (
            "mart_metric_value",
            "metric_id, definition_id, org_level, org_id, segment",
        ),
        "target_attainment": (
            "mart_target_attainment",
            "scheme_id, metric_id, segment, org_level, org_id, phase",
        ),
        "dim_org": ("dim_org", "org_id"),
        "dim_metric": ("dim_metric", "metric_id"),
        # how figures are named and on which clause they rest: bulletins print it at their foot
        "metric_definition": ("metric_definition", "definition_id"),
        "scheme": ("scheme", "scheme_id"),
        "metric_earlier": (_EARLIER, "metric_id, segment, org_level, org_id, basis"),
    },
    "pay": {
        "pay_month": ("pay.main.pay_month", "org_id, month"),
        "pay_settlement": ("pay.main.pay_settlement", "org_id"),
        "dim_org": ("dim_org", "org_id"),
    },
}


@dataclass
class SliceVerdict:
    """A judged slice and where it lies."""

    decision: Decision
    folder: Path


def judge_marts(
    con: duckdb.DuckDBPyConnection,
    slice_name: str,
    period: str,
    home: Home,
    hashes: dict[str, str],
    *,
    absent: Mapping[str, str] | None = None,
    waivers: list[dict[str, str]] | None = None,
) -> SliceVerdict:
    """Freeze and judge one slice.

    Args:
        con: Read connection to a build (``pay`` attached under that name).
        slice_name: ``marts`` or ``pay``.
        period: ``YYYY-MM``.
        home: Where frozen slices go: ``data/gated/<slice>/<fingerprint>/``.
        hashes: Today's digests.
        absent: Tables whose source is absent, with the reason; not frozen, not judged.
        waivers: What the lake gate let pass; every report made of the slice prints them.
    """
    root = home.gated / slice_name
    root.mkdir(parents=True, exist_ok=True)
    if slice_name == "pay":
        root.chmod(0o700)  # salary pools have rights of their own
    staged = root / ".staged"
    shutil.rmtree(staged, ignore_errors=True)
    staged.mkdir()
    tables: dict[str, Path] = {}
    for name, (relation, order) in SLICES[slice_name].items():
        if absent and name in absent:
            continue
        path = staged / f"{name}.parquet"
        con.execute(
            f"copy (select * from {relation} order by {order}) to '{path}' "
            "(format parquet, compression zstd)"
        )
        tables[name] = path
    files = {p.name: file_digest(p) for p in tables.values()}
    decision = judge_slice(
        load_suite("marts", slice_name),
        gate=slice_name,
        period=period,
        tables=tables,
        hashes=hashes,
        absent=absent,
        slice_files=files,
        waivers=waivers,
    )
    final = root / decision.fingerprint
    decision.write(staged)
    if _is_kept(staged, final):
        # The same slice again: a close that is killed here must not lose the published one.
        shutil.rmtree(staged)
    else:
        shutil.rmtree(final, ignore_errors=True)
        staged.replace(final)
    return SliceVerdict(decision, final)


def _is_kept(staged: Path, final: Path) -> bool:
    """Whether a slice already lies where it belongs, unaltered and with the same decision."""
    return final.is_dir() and all(
        (final / path.name).is_file() and file_digest(final / path.name) == file_digest(path)
        for path in staged.iterdir()
    )
