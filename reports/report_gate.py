"""The report gate: the filled cells of a return are frozen and judged before they are packed.

Here belongs freezing a filled form under ``data/gated/report/<output>/<fingerprint>/`` and having
it judged. The regulator's checks belong to ``relations.py``; what a return must satisfy besides
belongs to the suite ``expectations/reports/return.yaml``.
"""

from __future__ import annotations

import io
import shutil
import tempfile
from collections.abc import Callable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from expectations.decision import NAME as DECISION_FILE
from expectations.decision import Decision
from reports.fill import FilledForm
from reports.gate import PASSED, EmissionRefused
from reports.layout import CLOSED
from reports.relations import FAILED, NOT_RUN, RelationResult, count_outcomes
from reports.relations import PASSED as PASSED_CHECK
from reports.rounding import half_up

_DECIMALS = 6
_TEXT: pa.DataType = pa.string()
_NUMBER: pa.DataType = pa.decimal128(38, _DECIMALS)

# Judges the two tables of a frozen form: (gate, period, tables, hashes, not_run) -> decision.
Judge = Callable[
    [str, str, Mapping[str, Path], dict[str, str], list[dict[str, str]]],
    Decision,
]

CELL_SCHEMA = pa.schema(
    [
        ("address", _TEXT),
        ("kind", _TEXT),
        ("row", _TEXT),
        ("column", _TEXT),
        ("value", _NUMBER),
        ("unit", _TEXT),
    ]
)
RELATION_SCHEMA = pa.schema(
    [
        ("relation_id", _TEXT),
        ("instance", _TEXT),
        ("left_text", _TEXT),
        ("left_value", _NUMBER),
        ("operator", _TEXT),
        ("right_text", _TEXT),
        ("right_value", _NUMBER),
        ("difference", _NUMBER),
        ("tolerance", _NUMBER),
        ("outcome", _TEXT),
        ("reason", _TEXT),
        ("clause", _TEXT),
    ]
)


def judge_return(
    gate: str,
    period: str,
    tables: Mapping[str, Path],
    hashes: dict[str, str],
    not_run: list[dict[str, str]],
) -> Decision:
    """Judge a frozen form with Great Expectations and the suite of returns."""
    # Imported here: Great Expectations takes seconds, and most commands never judge a return.
    from expectations.runner import judge_slice
    from expectations.suite import load_suite

    suite = load_suite("reports", "return")
    return judge_slice(
        suite, gate=gate, period=period, tables=tables, hashes=hashes, not_run=not_run
    )


def pass_gate(
    form: FilledForm,
    results: list[RelationResult],
    *,
    output_id: str,
    hashes: Mapping[str, str],
    gated_root: Path,
    judge: Judge = judge_return,
    waivers: list[dict[str, str]] | None = None,
) -> tuple[Decision, Path]:
    """Freeze a filled form, have it judged and keep slice and decision, passed or failed.

    Args:
        form: The filled form.
        results: Its evaluated checks.
        output_id: Output the form belongs to.
        hashes: Today's hashes of load set, rules, definitions and models.
        gated_root: The bank's ``data/gated``.
        judge: Who decides; Great Expectations unless a test says otherwise.
        waivers: Waivers that touch the slice, kept with the decision.

    Returns:
        The decision and the directory that holds it.

    Raises:
        EmissionRefused: The decision is not ``passed``, or no check could be run at all.
    """
    room = gated_root / "report" / output_id
    room.mkdir(parents=True, exist_ok=True)
    not_run = [
        {"code": _code(result), "reason": result.reason_zh}
        for result in results
        if result.outcome == NOT_RUN
    ]
    partial = Path(tempfile.mkdtemp(prefix=".", suffix=".partial", dir=room))
    try:
        tables = {"cell": partial / "cell.parquet"}
        tables["cell"].write_bytes(_cells(form))
        tables["relation_result"] = partial / "relation_result.parquet"
        tables["relation_result"].write_bytes(_relations(results))
        decision = judge(f"report:{output_id}", form.period, tables, dict(hashes), not_run)
        decision.waivers = list(waivers or [])
        decision.write(partial)
        directory = room / decision.fingerprint
        if directory.exists():
            # The same cells under the same hashes; the newest judgement counts.
            (partial / DECISION_FILE).replace(directory / DECISION_FILE)
        else:
            partial.chmod(0o755)
            partial.rename(directory)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    _refuse_failed(output_id, form.period, results, decision, directory)
    return decision, directory


def _refuse_failed(
    output_id: str,
    period: str,
    results: list[RelationResult],
    decision: Decision,
    directory: Path,
) -> None:
    counts = count_outcomes(results)
    if decision.status == PASSED and counts[FAILED] == 0 and counts[PASSED_CHECK] > 0:
        return
    failed = [result for result in results if result.outcome == FAILED]
    zh = [_side_by_side(result) for result in failed]
    en = [_side_by_side(result) for result in failed]
    for entry in decision.results:
        if entry["outcome"] == "failed":
            zh.append(f"{entry['code']} {entry['title_zh']}")
            en.append(f"{entry['code']} {entry['title_en']}")
    if counts[PASSED_CHECK] == 0 and not failed:
        zh.append("没有一项核对关系得到执行")
        en.append("not one check of the form was run")
    raise EmissionRefused(
        "report_gate",
        f"{output_id} {period} 未通过报表闸口，未报出。不通过的核对 {len(failed)} 项："
        f"{_first(zh, '；', '等')}。判定见 {directory}。",
        f"{output_id} {period} did not pass the report gate; nothing was emitted. "
        f"{len(failed)} check(s) failed: {_first(en, '; ', ' and more')}. See {directory}.",
        decision=decision,
        gate_dir=directory,
    )


def _first(texts: list[str], separator: str, more: str, count: int = 6) -> str:
    return separator.join(texts[:count]) + (more if len(texts) > count else "")


def _code(result: RelationResult) -> str:
    """Name of one check: the clause and, where it has cells, the first of its left side."""
    left = result.left_text.split("+")[0].strip("[]")
    return f"{result.relation_id}@{left}" if left else result.relation_id


def _side_by_side(result: RelationResult) -> str:
    return (
        f"{_code(result)} {result.statement}（左 {_plain(result.left)}，右 "
        f"{_plain(result.right)}，差 {_plain(result.difference)}，容差 {_plain(result.tolerance)}）"
    )


def _plain(value: Decimal | None) -> str:
    return "-" if value is None else format(value, "f")


def _cells(form: FilledForm) -> bytes:
    """Open cells in form order. A rate without a denominator is a formula cell without value."""
    rows = [
        {
            "address": str(address),
            "kind": filled.cell.kind,
            "row": address.row,
            "column": address.column,
            "value": filled.value,
            "unit": filled.cell.measure.unit,
        }
        for address, filled in form.cells.items()
        if filled.cell.kind != CLOSED
    ]
    return _parquet(rows, CELL_SCHEMA)


def _relations(results: list[RelationResult]) -> bytes:
    rows = [
        {
            "relation_id": result.relation_id,
            "instance": result.instance,
            "left_text": result.left_text,
            "left_value": _number(result.left),
            "operator": result.operator,
            "right_text": result.right_text,
            "right_value": _number(result.right),
            "difference": _number(result.difference),
            "tolerance": _number(result.tolerance),
            "outcome": result.outcome,
            "reason": result.reason_zh,
            "clause": result.clause_zh,
        }
        for result in results
    ]
    return _parquet(rows, RELATION_SCHEMA)


def _number(value: Decimal | None) -> Decimal | None:
    return None if value is None else half_up(value, _DECIMALS)


def _parquet(rows: list[dict[str, Any]], schema: pa.Schema) -> bytes:
    buffer = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows, schema=schema), buffer, compression="zstd")
    return buffer.getvalue()
