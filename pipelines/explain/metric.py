"""Explaining a metric: the figure, its definition and targets, its loads, its rows, the proof."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from decimal import Decimal
from functools import cache

import duckdb

from expectations.contract import Contract, load_contracts
from pipelines.errors import UsageError
from pipelines.explain.catalogue import load_row_queries
from pipelines.explain.csv_out import RowFile
from pipelines.explain.figure import (
    Figure,
    Switch,
    Target,
    bank_id,
    branches_of,
    read_figure,
    read_switches,
    read_targets,
)
from pipelines.explain.loads import LoadLine, loads_in_force
from pipelines.explain.proof import Proof, prove, prove_value
from pipelines.explain.rows import CountedRows, Section, Wording
from pipelines.paths import LEDGERS_DIR

# A number that is 1 by convention: an amount or a count has no denominator of its own.
WITHOUT_DENOMINATOR = frozenset({"amount", "count"})


@dataclass(frozen=True)
class MetricExplanation:
    """Everything behind one published figure.

    ``loads`` are the loads it rests on, ``sections`` the rows that count (those shown; the counts
    are true), ``proofs`` what the rows make against what is published.
    """

    figure: Figure
    targets: tuple[Target, ...]
    switches: tuple[Switch, ...]
    loads: tuple[LoadLine, ...]
    sections: tuple[Section, ...]
    proofs: tuple[Proof, ...]
    wording: Wording

    @property
    def is_consistent(self) -> bool:
        """No side differs from the published number."""
        return all(proof.is_equal is not False for proof in self.proofs)

    @property
    def row_count(self) -> int:
        """Rows that count, shown or not."""
        return sum(section.row_count for section in self.sections)

    def as_dict(self) -> dict[str, object]:
        """Plain values for JSON."""
        names = dict.fromkeys(name for s in self.sections for r in s.rows for name in r.columns)
        return {
            "figure": self.figure.as_dict(),
            "targets": [asdict(target) for target in self.targets],
            "switches": [asdict(switch) for switch in self.switches],
            "loads": [load.as_dict() for load in self.loads],
            "columns": {name: self.wording.title(name) for name in names},
            "row_count": self.row_count,
            "sections": [section.as_dict() for section in self.sections],
            "proofs": [proof.as_dict() for proof in self.proofs],
            "is_consistent": self.is_consistent,
        }


def explain_metric(
    con: duckdb.DuckDBPyConnection,
    loads: dict[str, LoadLine],
    metric_id: str,
    *,
    org_id: str | None = None,
    segment: str | None = None,
    definition_id: str | None = None,
    limit: int | None = 20,
    lang: str = "zh",
    row_file: RowFile | None = None,
) -> MetricExplanation:
    """Explain the published figure of one metric.

    Args:
        con: A connection to a build.
        loads: The build's loads.
        metric_id: The metric.
        org_id: An organisation or a grid; the bank when None.
        segment: A segment; may be left out where there is one, or one named ``all``.
        definition_id: A definition in force; the metric's first when None.
        limit: Rows to read into the explanation; None for every row.
        lang: zh or en, for titles.
        row_file: Where to write every row.

    Raises:
        UsageError: No such metric, organisation or segment, or nothing explains the metric yet.
    """
    figure = read_figure(con, metric_id, org_id, segment, definition_id)
    queries = load_row_queries()
    if metric_id not in queries:
        raise UsageError(
            f"指标“{metric_id}”还没有逐行解释（pipelines/explain/sql 中没有列出它）。",
            f'metric "{metric_id}" has no row query yet (no file in pipelines/explain/sql names it).',
        )
    query = queries[metric_id]
    branches = branches_of(con, figure.org_id)
    rows = CountedRows(
        con,
        query,
        loads,
        metric_id=metric_id,
        org_id=figure.org_id,
        branches=branches,
        period=figure.period,
        segment=figure.segment,
        definition_id=figure.definition_id,
        grids=[figure.org_id] if figure.org_level == "grid" else None,
    )
    sums = rows.sums()
    senders = sorted({*branches, bank_id(con)})
    ids = loads_in_force(con, query.loads, senders) | rows.load_ids()
    wording = Wording(ledger_contracts(), query, lang)
    if row_file is not None:
        row_file.write(rows, wording)
    return MetricExplanation(
        figure=figure,
        targets=read_targets(con, figure),
        switches=read_switches(
            con,
            loads,
            branches[0] if figure.org_level == "grid" else figure.org_id,
            query.switches,
        ),
        loads=tuple(
            sorted((loads[i] for i in ids), key=lambda x: (x.ledger, x.period, x.org_id, x.file))
        ),
        sections=rows.sections(limit),
        proofs=proofs_of(figure, query.combine, sums),
        wording=wording,
    )


@cache
def ledger_contracts() -> dict[str, Contract]:
    """Ledger contracts, read once a process."""
    # a cell of several segments explains several metrics
    return load_contracts(LEDGERS_DIR)


def proofs_of(
    figure: Figure, combine: str, sums: dict[tuple[str, str], tuple[Decimal, Decimal]]
) -> tuple[Proof, ...]:
    """The proof of each side that has rows of its own, and of the value.

    Args:
        figure: The published figure.
        combine: Rule of the row query.
        sums: (segment, term) to the sums of both sides.
    """
    own = {term: both for (segment, term), both in sums.items() if segment == figure.segment}
    numerator = prove(
        "numerator",
        combine,
        {term: both[0] for term, both in own.items()},
        figure.numerator,
        figure.period,
    )
    if figure.kind in WITHOUT_DENOMINATOR:
        return numerator, prove_value(figure.kind, numerator, None, figure.value)
    denominator = prove(
        "denominator",
        combine,
        {term: both[1] for term, both in own.items()},
        figure.denominator,
        figure.period,
    )
    return numerator, denominator, prove_value(figure.kind, numerator, denominator, figure.value)
