"""What is asked for: a metric, a cell of a return, the pay of a branch, or a ledger row."""

from __future__ import annotations

import os
from contextlib import ExitStack
from pathlib import Path

from pipelines.errors import RefusedError, UsageError
from pipelines.explain.cell import CellExplanation, explain_cell
from pipelines.explain.cell_text import cell_text
from pipelines.explain.csv_out import RowFile
from pipelines.explain.loads import read_loads
from pipelines.explain.metric import MetricExplanation, explain_metric, ledger_contracts
from pipelines.explain.metric_text import metric_text
from pipelines.explain.pay import PayExplanation, explain_pay
from pipelines.explain.pay_text import pay_text
from pipelines.explain.row import RowExplanation, explain_row, row_text
from pipelines.publish import build_in_force
from pipelines.settings import Settings
from pipelines.warehouse.build import PAY_FILE, attach_build

PAY, ROW = "pay", "row"
Explanation = MetricExplanation | CellExplanation | PayExplanation | RowExplanation


def explain(
    settings: Settings,
    subject: str,
    *,
    period: str | None = None,
    org_id: str | None = None,
    segment: str | None = None,
    definition_id: str | None = None,
    limit: int | None = 20,
    lang: str = "zh",
    out: Path | None = None,
) -> Explanation:
    """Explain a figure of the build in force.

    Args:
        settings: Home and limits.
        subject: ``METRIC``, ``RETURN:CELL``, ``pay:BRANCH``, ``row:LEDGER:KEY`` or
            ``row:FILE:ROW``.
        period: ``YYYY-MM``; the newest closed month when None.
        org_id: Organisation of a metric; the bank when None.
        segment: Segment of a metric.
        definition_id: Definition of a metric; its first when None.
        limit: Ledger rows to read; None for every row.
        lang: zh or en, for titles.
        out: CSV file that takes every row of a metric or of a leaf cell.

    Raises:
        RefusedError: The period is not closed, or the pay file may not be read.
        UsageError: There is no such thing, or an argument does not belong to it.
    """
    _, build_dir = build_in_force(settings.home, period)
    kind, mark, rest = subject.partition(":")
    is_pay = bool(mark) and kind == PAY
    if is_pay and (out or segment or definition_id or org_id not in (None, rest)):
        raise UsageError(
            "绩效工资只需机构号：jingtian explain pay:机构号 --period 月份。",
            "pay takes a branch only: jingtian explain pay:BRANCH --period P.",
        )
    if is_pay and not os.access(build_dir / PAY_FILE, os.R_OK):
        raise RefusedError(
            "没有读取绩效工资数据的权限，或该月没有绩效工资数据。",
            "the pay file may not be read by you, or the period has none.",
        )
    with ExitStack() as stack:
        con = attach_build(settings, build_dir, with_pay=is_pay)
        stack.callback(con.close)
        loads = read_loads(build_dir)
        if is_pay:
            return explain_pay(con, loads, rest)
        row_file = stack.enter_context(RowFile(out)) if out else None
        if mark and kind == ROW:
            if segment or org_id or out:
                raise UsageError(
                    "明细行只需 row:台账:键 或 row:文件名:行号。",
                    "a row takes row:LEDGER:KEY or row:FILE:ROW only.",
                )
            return explain_row(con, loads, ledger_contracts(), rest)
        if mark:
            if segment or definition_id:
                raise UsageError(
                    "单元格已含分组和口径，不用 --segment、--definition。",
                    "a cell names its segment and definition; leave --segment and --definition.",
                )
            return explain_cell(
                settings,
                con,
                loads,
                return_id=kind,
                cell=rest,
                org_id=org_id,
                limit=limit,
                lang=lang,
                row_file=row_file,
            )
        return explain_metric(
            con,
            loads,
            subject,
            org_id=org_id,
            segment=segment,
            definition_id=definition_id,
            limit=limit,
            lang=lang,
            row_file=row_file,
        )


def as_text(explanation: Explanation, lang: str) -> str:
    """An explanation as people read it."""
    if isinstance(explanation, MetricExplanation):
        return metric_text(explanation, lang)
    if isinstance(explanation, CellExplanation):
        return cell_text(explanation, lang)
    if isinstance(explanation, RowExplanation):
        return row_text(explanation, lang)
    return pay_text(explanation, lang)
