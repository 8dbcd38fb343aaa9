"""Running a gate suite with Great Expectations over DuckDB views of a frozen slice.

An empty suite, a missing table or an expectation that crashed is a failure; ``warn`` is reported
and never fails. A table whose source is absent is handed in as ``absent``: its expectations are
listed as not run, never as passed.
"""

from __future__ import annotations

import contextlib
import io
import logging
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from expectations.database import open_database
from expectations.decision import Decision, file_digest
from expectations.suite import Suite, SuiteExpectation

BLOCKING = ("block", "explain")  # an open explanation blocks until a second person gives it


def judge_slice(
    suite: Suite,
    *,
    gate: str,
    period: str,
    tables: Mapping[str, Path],
    hashes: dict[str, str],
    absent: Mapping[str, str] | None = None,
    not_run: list[dict[str, str]] | None = None,
    slice_files: Mapping[str, str] | None = None,
    waivers: list[dict[str, str]] | None = None,
) -> Decision:
    """Judge the tables of a slice.

    Args:
        suite: What must hold.
        gate: Name written into the decision.
        period: ``YYYY-MM``.
        tables: Table name to its Parquet file.
        hashes: Today's digests (load set, rules, definitions, models).
        absent: Table name to the reason why it has no source; its expectations are not run.
        not_run: Checks that could not run elsewhere, to be kept with the decision.
        slice_files: What is judged, name to digest; by default the Parquet files themselves.
        waivers: Waivers that let something pass, kept with the decision.

    Returns:
        The decision; it is not written anywhere.
    """
    missing = dict(absent or {})
    results: list[dict[str, Any]] = []
    skipped = list(not_run or [])
    runnable: list[SuiteExpectation] = []
    for item in suite.expectations:
        if item.table in missing:
            skipped.append({"code": item.code, "reason": missing[item.table]})
        elif item.table not in tables:
            results.append(_result(item, "failed", None, f"table {item.table} is missing"))
        else:
            runnable.append(item)
    if runnable:
        results += _run(runnable, tables)
    results.sort(key=lambda r: str(r["code"]))
    counts = {"block": 0, "explain": 0, "warn": 0}
    for result in results:
        if result["outcome"] == "failed":
            counts[str(result["severity"])] += 1
    passed = bool(results) and not any(counts[s] for s in BLOCKING)
    if slice_files is None:
        slice_files = {path.name: file_digest(path) for path in tables.values()}
    return Decision(
        gate=gate,
        period=period,
        status="passed" if passed else "failed",
        hashes=hashes,
        files=dict(sorted(slice_files.items())),
        counts=counts,
        results=results,
        not_run=sorted(skipped, key=lambda s: s["code"]),
        waivers=list(waivers or []),
    )


def _result(
    item: SuiteExpectation, outcome: str, rows: int | None, error: str | None = None
) -> dict[str, Any]:
    result: dict[str, Any] = {
        "code": item.code,
        "table": item.table,
        "severity": item.severity,
        "outcome": outcome,
        "offending_rows": rows,
        "title_zh": item.title_zh,
        "title_en": item.title_en,
        "clause": item.clause,
    }
    if error:
        result["severity"] = "block"  # a crashed or impossible check is never mild
        result["error"] = error
    return result


def _run(items: list[SuiteExpectation], tables: Mapping[str, Path]) -> list[dict[str, Any]]:
    from expectations.engine import ephemeral_context

    with tempfile.TemporaryDirectory() as folder:
        database = Path(folder) / "slice.duckdb"
        with open_database(str(database)) as con:
            for name, path in tables.items():
                con.execute(f"create view \"{name}\" as select * from read_parquet('{path}')")
        quiet = contextlib.redirect_stderr(io.StringIO())
        logger = logging.getLogger("great_expectations")
        level, propagates = logger.level, logger.propagate
        logger.setLevel(logging.CRITICAL)
        logger.propagate = False
        try:
            with quiet:
                context = ephemeral_context()
                source = context.data_sources.add_sql(
                    "slice", connection_string=f"duckdb:///{database}"
                )
                results: list[dict[str, Any]] = []
                for table in sorted({i.table for i in items}):
                    chosen = [i for i in items if i.table == table]
                    results += _run_table(context, source, table, chosen)
                source.get_execution_engine().close()
        finally:
            logger.setLevel(level)
            logger.propagate = propagates
    return results


def _run_table(
    context: Any, source: Any, table: str, items: list[SuiteExpectation]
) -> list[dict[str, Any]]:
    import great_expectations as gx

    batch = source.add_table_asset(table, table_name=table).add_batch_definition_whole_table("all")
    # All at once: one added to a stored suite writes the whole suite anew.
    suite = context.suites.add(
        gx.ExpectationSuite(name=table, expectations=[_expectation(item) for item in items])
    )
    definition = context.validation_definitions.add(
        gx.ValidationDefinition(name=table, data=batch, suite=suite)
    )
    outcome = definition.run(
        result_format={"result_format": "SUMMARY", "partial_unexpected_count": 0}
    )
    by_code = {i.code: i for i in items}
    results = []
    for entry in outcome.results:
        item = by_code.pop(entry.expectation_config.meta["code"])
        error = _exception(entry.exception_info)
        rows = _offending(entry.result)
        verdict = "passed" if entry.success and not error else "failed"
        results.append(_result(item, verdict, rows, error))
    for item in by_code.values():
        results.append(_result(item, "failed", None, "the expectation gave no result"))
    return results


def _exception(info: dict[str, Any] | None) -> str | None:
    if not info:
        return None
    entries = [info] if "raised_exception" in info else list(info.values())
    for entry in entries:
        if isinstance(entry, dict) and entry.get("raised_exception"):
            text = str(entry.get("exception_message") or "exception")
            return text.splitlines()[0][:300]
    return None


def _offending(result: dict[str, Any]) -> int | None:
    for key in ("unexpected_count", "observed_value"):
        value = result.get(key)
        if isinstance(value, int):
            return value
    return None


def _expectation(item: SuiteExpectation) -> Any:
    import great_expectations.expectations as gxe

    meta = {"code": item.code}
    if item.kind == "not_empty":
        return gxe.ExpectTableRowCountToBeBetween(min_value=1, meta=meta)
    if item.kind == "unique":
        if len(item.columns) == 1:
            return gxe.ExpectColumnValuesToBeUnique(column=item.columns[0], meta=meta)
        return gxe.ExpectCompoundColumnsToBeUnique(column_list=list(item.columns), meta=meta)
    if item.kind == "not_null":
        return gxe.ExpectColumnValuesToNotBeNull(column=item.columns[0], meta=meta)
    if item.kind == "in_set":
        return gxe.ExpectColumnValuesToBeInSet(
            column=item.columns[0], value_set=list(item.values), meta=meta
        )
    query = str(item.query)
    if "{batch}" not in query:
        query = f"select * from ({query}) as offending where exists (select 1 from {{batch}})"
    return gxe.UnexpectedRowsExpectation(
        unexpected_rows_query=query, description=item.title_en, meta=meta
    )
