"""From a ledger row to every figure it feeds.

Here belongs finding the row and asking every row query that reads its ledger what the row adds, for
its own organisation and for the bank (where a customer or subject counts once, a row may add to the
first and not to the second).
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from decimal import Decimal

import duckdb

from expectations.contract import Contract
from pipelines.errors import UsageError
from pipelines.explain.catalogue import load_row_queries
from pipelines.explain.figure import bank_id, branches_of, segment_zh
from pipelines.explain.loads import LoadLine
from pipelines.explain.rows import CountedRows
from pipelines.explain.text import LEFT, RIGHT, decimals, number, table
from pipelines.headline import value_text
from reports.reasons import reason_zh


@dataclass(frozen=True)
class FedFigure:
    """What one row adds to one figure; a side the row is not on is None.

    ``is_pointed_to`` says that the row adds nothing itself but another row of the figure rests on
    it (a due date, a class).
    """

    metric_id: str
    name_zh: str
    name_en: str
    segment: str
    segment_zh: str
    org_id: str
    org_name: str
    numerator_part: Decimal | None
    denominator_part: Decimal | None
    value: Decimal | None
    unit: str
    kind: str
    reason_code: str | None
    is_pointed_to: bool


@dataclass(frozen=True)
class RowExplanation:
    """One ledger row and the figures it feeds in one period.

    ``occurrences`` are the months in which the row of that key is in force, as (month, file, row).
    """

    ledger: str
    title_zh: str
    title_en: str
    key: str
    org_id: str
    period: str
    occurrences: tuple[tuple[str, str, int], ...]
    figures: tuple[FedFigure, ...]

    @property
    def is_consistent(self) -> bool:
        """There is nothing to disagree with: what a row adds is read from the row queries."""
        return True

    def as_dict(self) -> dict[str, object]:
        """Plain values for JSON."""
        return {
            **vars(self),
            "occurrences": [
                {"month": month, "file": file, "row": row} for month, file, row in self.occurrences
            ],
            "figures": [asdict(figure) for figure in self.figures],
        }


def explain_row(
    con: duckdb.DuckDBPyConnection,
    loads: dict[str, LoadLine],
    contracts: dict[str, Contract],
    subject: str,
) -> RowExplanation:
    """Every figure that a ledger row feeds.

    Args:
        con: A connection to a build.
        loads: The build's loads.
        contracts: Ledger contracts.
        subject: ``LEDGER:KEY`` (a key of several columns joined by ``|``) or ``FILE:ROW``.

    Raises:
        UsageError: There is no such ledger, file or row in the months of the build.
    """
    what, _, which = subject.partition(":")
    if what in contracts:
        ledger, rows = what, _by_key(con, contracts[what], which)
    else:
        ledger, rows = _by_file(con, loads, what, which)
    if not rows:
        raise UsageError(
            f"没有找到“{subject}”；请写成 row:台账:键 或 row:文件名:行号，例如 row:loan_account:借据号。",
            f'no row "{subject}"; write row:LEDGER:KEY or row:FILE:ROW.',
        )
    contract = contracts[ledger]
    org = rows[-1][3]
    places = sorted({(load_id, row_no) for _, load_id, row_no, _, _ in rows})
    period = str(con.execute("select period from run.run_context").fetchall()[0][0])
    figures = []
    for metric_id, query in load_row_queries().items():
        if ledger not in query.ledgers:
            continue
        for org_id in dict.fromkeys((org, bank_id(con))):
            counted = CountedRows(
                con,
                query,
                loads,
                metric_id=metric_id,
                org_id=org_id,
                branches=branches_of(con, org_id),
                period=period,
                segment=None,
            )
            for segment, numerator, denominator, is_pointed in counted.added_by(places):
                figures.append(
                    _figure(con, metric_id, org_id, segment, numerator, denominator, is_pointed)
                )
    return RowExplanation(
        ledger=ledger,
        title_zh=contract.title_zh,
        title_en=contract.title_en,
        key=rows[-1][4],
        org_id=org,
        period=period,
        occurrences=tuple((r[0], *loads[r[1]].place(r[2])) for r in rows),
        figures=tuple(figures),
    )


_Row = tuple[str, str, int, str, str]


def _by_key(con: duckdb.DuckDBPyConnection, contract: Contract, key: str) -> list[_Row]:
    return _rows(con, contract, f"{_key(contract)} = ?", [key])


def _by_file(
    con: duckdb.DuckDBPyConnection, loads: dict[str, LoadLine], file: str, row: str
) -> tuple[str, list[_Row]]:
    from pipelines.explain.metric import ledger_contracts

    for load in loads.values():
        if file not in load.files or not row.isdigit():
            continue
        contract = ledger_contracts()[load.ledger]
        for found in _rows(con, contract, "load_id = ?", [load.load_id]):
            if load.place(found[2]) == (file, int(row)):
                return load.ledger, _by_key(con, contract, found[4])
    return "", []


def _rows(
    con: duckdb.DuckDBPyConnection, contract: Contract, where: str, values: list[str]
) -> list[_Row]:
    owner = contract.owner_column or "null"
    found: list[_Row] = con.execute(
        f"""
        select month, load_id, row_no, cast({owner} as varchar), {_key(contract)}
        from {contract.name}_history
        where {where}
        order by month, row_no
        """,
        values,
    ).fetchall()
    return found


def _key(contract: Contract) -> str:
    return f"concat_ws('|', {', '.join(f'cast({name} as varchar)' for name in contract.key)})"


def _figure(
    con: duckdb.DuckDBPyConnection,
    metric_id: str,
    org_id: str,
    segment: str,
    numerator: Decimal | None,
    denominator: Decimal | None,
    is_pointed_to: bool,
) -> FedFigure:
    row = con.execute(
        """
        select
            metric.name_zh, metric.name_en, organisation.org_name,
            value.value, value.unit, metric.kind, value.reason_code
        from mart_metric_value as value
        inner join dim_metric as metric on value.metric_id = metric.metric_id
        inner join dim_org as organisation on value.org_id = organisation.org_id
        where
            value.metric_id = ? and value.org_id = ? and value.segment = ?
            and value.definition_id = metric.definition_id
        """,
        [metric_id, org_id, segment],
    ).fetchone()
    known = row or (metric_id, metric_id, org_id, None, "", "ratio", None)
    return FedFigure(
        metric_id, known[0], known[1], segment, segment_zh(con, metric_id, segment), org_id, known[2],
        numerator, denominator, known[3], known[4], known[5], known[6], is_pointed_to,
    )  # fmt: skip


def _part(value: Decimal) -> str:
    return number(value, decimals([value]))


def row_text(explanation: RowExplanation, lang: str) -> str:
    """The row's places and the figures it feeds, as a table."""
    zh = lang == "zh"
    title = explanation.title_zh if zh else explanation.title_en
    lines = [f"{title}　{explanation.key}　{explanation.org_id}　{explanation.period}", ""]
    heads = ("月份", "文件", "行号") if zh else ("month", "file", "row")
    lines += table(
        heads, [(m, f, str(r)) for m, f, r in explanation.occurrences], (LEFT, LEFT, RIGHT)
    )
    lines.append("")
    if not explanation.figures:
        return "\n".join([*lines, "该行不计入任何指标。" if zh else "The row counts in no figure."])
    names = (
        ("指标", "机构", "分组", "分子贡献", "分母贡献", "该指标的值")
        if zh
        else ("metric", "organisation", "segment", "numerator", "denominator", "figure")
    )
    cells = []
    for f in explanation.figures:
        reason = (reason_zh(f.reason_code) if zh else f.reason_code) if f.reason_code else None
        basis = ("依据" if zh else "basis") if f.is_pointed_to else ""
        cells.append(
            (
                f"{f.name_zh if zh else f.name_en}（{f.metric_id}）",
                f"{f.org_id} {f.org_name}",
                f.segment_zh if zh and f.segment_zh else f.segment,
                basis if f.numerator_part is None else _part(f.numerator_part),
                "" if f.denominator_part is None else _part(f.denominator_part),
                value_text(f.value, f.unit, f.kind, reason),
            )
        )
    lines += table(names, cells, (LEFT, LEFT, LEFT, RIGHT, RIGHT, RIGHT))
    return "\n".join(lines)
