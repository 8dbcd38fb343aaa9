"""Emission: from a checked slice to a pack, or a refusal that says why.

Here belongs the order of the steps: check the slice, make the draft, let the report gate judge a
filled return, write the pack. The public entry is :func:`emit`.
"""

from __future__ import annotations

import datetime as dt
import zlib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import xlsxwriter

from expectations.decision import NAME as DECISION_FILE
from expectations.decision import Decision, digest_of
from reports.draft import Draft, Order
from reports.gate import CheckedSlice, EmissionRefused, check_slice
from reports.outputs import Output, code_digest
from reports.pack import write_pack
from reports.relations import count_outcomes
from reports.report_gate import Judge, judge_return, pass_gate
from reports.writers.pdf import PdfUnavailableError, write_pdf


@dataclass(frozen=True)
class EmitResult:
    """What emission did.

    Attributes:
        status: ``emitted`` (a new pack) or ``unchanged`` (the same pack was there).
        pack_dir: Directory of the pack.
        files: Names of the files in the pack, sorted, without the manifest.
        fingerprint: Hash of everything the pack was made from.
        relations: Checks by outcome (passed, failed, not_run); empty when there are none.
        decision: The report gate's decision on a return; None for other outputs.
        gate_dir: Directory of that decision and the cells it judged.
        left_out: Files this machine could not make, with ``reason_zh`` and ``reason_en``.
    """

    status: str
    pack_dir: Path
    files: tuple[str, ...]
    fingerprint: str
    relations: dict[str, int]
    decision: Decision | None
    gate_dir: Path | None
    left_out: Mapping[str, Mapping[str, str]]


def ready() -> None:
    """Load what making a bulletin takes, in a process that will be asked for one."""
    import reports.bulletins.bulletin  # noqa: F401

    with suppress(PdfUnavailableError):
        write_pdf("<p>井田</p>", "ready", dt.date(2000, 1, 1))


def emit(
    output: Output,
    *,
    period: str,
    slice_dir: Path,
    expected_decision_hash: str,
    today_hashes: Mapping[str, str],
    out_root: Path,
    gated_root: Path,
    judge: Judge = judge_return,
    wants_pdf: bool = True,
) -> EmitResult:
    """Emit one output for one closed period.

    Args:
        output: From :func:`reports.outputs.discover_outputs`.
        period: ``YYYY-MM``.
        slice_dir: Frozen slice of the gate that the output reads.
        expected_decision_hash: Hash of the decision that the registry holds for the slice.
        today_hashes: Today's hashes of load set, rules, definitions and models.
        out_root: The bank's ``data/emitted``.
        gated_root: The bank's ``data/gated``; a return's filled cells are kept and judged there.
        judge: Who decides at the report gate; Great Expectations unless a test says otherwise.
        wants_pdf: Whether an output that has a PDF makes it.

    Raises:
        EmissionRefused: The slice's decision is missing, failed or stale, the slice was altered
            or is of another gate or period, a figure is missing, or a check of the form failed.
        OutputError: The output's writer does not exist.
        LayoutError: No edition of the return covers the period.
    """
    source = check_slice(slice_dir, expected_decision_hash, today_hashes)
    _refuse_other_slice(output, period, source)
    writer = output.load_writer()
    order = Order(output, period, source, wants_pdf)
    draft: Draft = writer.build(order)
    inputs: dict[str, Any] = {
        "slice_files": source.files_hash,
        "decision": source.decision.hash,
        "declaration": output.definition_hash(),
        "writer": output.writer,
        "code": code_digest(),
        "xlsxwriter": xlsxwriter.__version__,
        "zlib": zlib.ZLIB_RUNTIME_VERSION,
        **({"made_with": draft.made_with} if draft.made_with else {}),
    }
    files = {**draft.files, DECISION_FILE: (slice_dir / DECISION_FILE).read_bytes()}
    decision, gate_dir = None, None
    counts: dict[str, int] = {}
    if draft.form is not None:
        counts = count_outcomes(draft.relations)
        decision, gate_dir = pass_gate(
            draft.form,
            draft.relations,
            output_id=output.id,
            hashes=today_hashes,
            gated_root=gated_root,
            judge=judge,
            waivers=order.waivers,
        )
        inputs["report_decision"] = decision.hash
        files["decision.report.json"] = (gate_dir / DECISION_FILE).read_bytes()
    fingerprint = digest_of({"output": output.id, "period": period, **inputs})[:32]
    status, pack_dir = write_pack(
        out_root,
        output_id=output.id,
        period=period,
        fingerprint=fingerprint,
        files=files,
        about={
            "title_zh": output.title_zh,
            "title_en": output.title_en,
            "inputs": inputs,
            "relations": counts,
            **({"left_out": draft.left_out} if draft.left_out else {}),
        },
    )
    return EmitResult(
        status,
        pack_dir,
        tuple(sorted(files)),
        fingerprint,
        counts,
        decision,
        gate_dir,
        draft.left_out,
    )


def _refuse_other_slice(output: Output, period: str, source: CheckedSlice) -> None:
    gate = source.decision.gate
    if gate != output.slice:
        raise EmissionRefused(
            "wrong_slice",
            f"{output.id} 取数自 {output.slice} 切片，给出的是 {gate} 切片（{source.directory}）。",
            f"{output.id} reads the {output.slice} slice; {source.directory} is of gate {gate}.",
        )
    found = source.decision.period
    if found != period:
        raise EmissionRefused(
            "wrong_period",
            f"切片属于 {found}，要求报出 {period}（{source.directory}）。",
            f"the slice is of {found}, {period} was asked for ({source.directory}).",
        )
    if not output.is_due(period):
        raise EmissionRefused(
            "not_due",
            f"{output.id} 在 {period} 不需编制（{output.months}）。",
            f"{output.id} is not made for {period} ({output.months}).",
        )
