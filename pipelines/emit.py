"""Emitting outputs: today's digests, the registered decision, and the pack.

The same function serves a close, ``jingtian report emit`` and the orchestrator, so a report that
is run alone, later or from a user interface meets the same refusals.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow.compute as pc
import pyarrow.parquet as pq

from expectations.contract import load_contracts
from expectations.rule import load_rule_book
from pipelines.errors import RefusedError, UsageError
from pipelines.gates.hashes import todays_hashes
from pipelines.landing.store import sha256_file
from pipelines.paths import LEDGERS_DIR
from pipelines.periods import parse_period
from pipelines.registry import Registry
from pipelines.settings import Settings
from pipelines.side_by_side import Workers
from pipelines.waivers import exceptions_digest
from pipelines.warehouse.dbt import DbtProject
from pipelines.warehouse.load_set import LoadSet, read_load_set
from pipelines.warehouse.requirements import Requirements, derive_requirements

if TYPE_CHECKING:
    from reports.emission import EmitResult
    from reports.outputs import Output


@dataclass(frozen=True)
class Emission:
    """An emitted pack. ``status`` is emitted or unchanged; ``left_out`` says which files are not
    in it and why."""

    output: str
    title_zh: str
    title_en: str
    status: str
    pack_dir: Path
    files: tuple[str, ...]
    relations: dict[str, int]
    left_out: dict[str, dict[str, str]] = field(default_factory=dict)

    def left_out_text(self, lang: str) -> list[str]:
        """Files of the pack that this machine could not make, one line each with the reason."""
        zh = lang == "zh"
        return [
            f"  未生成 {name}：{reason['reason_zh']}"
            if zh
            else f"  left out {name}: {reason['reason_en']}"
            for name, reason in self.left_out.items()
        ]


@dataclass(frozen=True)
class Refusal:
    """An output that cannot be had, and why, by name."""

    output: str
    title_zh: str
    title_en: str
    zh: str
    en: str

    def text(self, lang: str) -> str:
        """The reason in the language asked for."""
        return self.zh if lang == "zh" else self.en


def requirements_now(
    settings: Settings, registry: Registry, period: str
) -> tuple[LoadSet, Requirements]:
    """The load set as known now and what the outputs lack in it."""
    contracts = load_contracts(LEDGERS_DIR)
    as_of = registry.latest_seq()
    month = parse_period(period)
    load_set = read_load_set(settings.home, registry, contracts, month, as_of)
    manifest = DbtProject(settings).manifest()
    return load_set, derive_requirements(settings, manifest, load_set, contracts)


def emit_output(
    settings: Settings,
    registry: Registry,
    output_id: str,
    period: str,
    *,
    actor: str,
    needs: Requirements | None = None,
) -> Emission | Refusal:
    """Emit one output of a closed period; see :func:`emit_outputs`."""
    (outcome,) = emit_outputs(settings, registry, [output_id], period, actor=actor, needs=needs)
    return outcome


def emit_outputs(
    settings: Settings,
    registry: Registry,
    output_ids: Sequence[str],
    period: str,
    *,
    actor: str,
    needs: Requirements | None = None,
    workers: Workers | None = None,
) -> Iterator[Emission | Refusal]:
    """Emit outputs of a closed period; what takes long is made side by side.

    Args:
        settings: Home and limits.
        registry: The registry.
        output_ids: Ids of the outputs.
        period: ``YYYY-MM``.
        actor: Who emits.
        needs: What a close already derived; derived anew when None.
        workers: Processes that were started before; own ones when None.

    Yields:
        The emission of each output, or its refusal with the reason, in the order asked for.

    Raises:
        UsageError: There is no such output.
    """
    from reports.emission import emit
    from reports.gate import EmissionRefused
    from reports.outputs import discover_outputs

    known = discover_outputs()
    for output_id in output_ids:
        if output_id not in known:
            raise UsageError(
                f"没有名为“{output_id}”的输出；可用：{'、'.join(known)}。",
                f'no output "{output_id}"; known: {", ".join(known)}.',
            )
    now = _Now.read(settings, registry, period, needs)
    prepared = {n: _prepare(settings, registry, known[n], now) for n in output_ids}
    orders = {n: order for n, order in prepared.items() if not isinstance(order, Refusal)}
    heavy = [n for n in orders if settings.pdf and known[n].kind == "bulletin"]
    started: dict[str, Future[EmitResult]] = {}
    with ExitStack() as stack:
        if len(heavy) > 1 and settings.threads > 1:
            workers = workers or stack.enter_context(Workers(min(settings.threads, len(heavy))))
            started = {n: workers.submit(emit, **orders[n]) for n in heavy}
        for output_id in output_ids:
            order = prepared[output_id]
            if isinstance(order, Refusal):
                yield order
                continue
            try:
                result = started[output_id].result() if output_id in started else emit(**order)
            except EmissionRefused as exc:
                if exc.decision is not None and exc.decision.gate.startswith("report:"):
                    _register_report(registry, actor, exc.decision, now.load_set.as_of)
                yield _refuse(known[output_id], exc.message_zh, exc.message_en)
                continue
            yield _record(settings, registry, known[output_id], now, order, result, actor)


@dataclass(frozen=True)
class _Now:
    """What outputs of a period are checked against, as known now."""

    period: str
    load_set: LoadSet
    fresh: Requirements
    needs: Requirements
    hashes: dict[str, str]

    @classmethod
    def read(
        cls, settings: Settings, registry: Registry, period: str, needs: Requirements | None
    ) -> _Now:
        load_set, fresh = requirements_now(settings, registry, period)
        exceptions = exceptions_digest(
            registry, load_set, load_rule_book(), load_contracts(LEDGERS_DIR)
        )
        return cls(period, load_set, fresh, needs or fresh, todays_hashes(load_set, exceptions))


def _refuse(output: Output, zh: str, en: str) -> Refusal:
    return Refusal(output.id, output.title_zh, output.title_en, zh, en)


def _prepare(
    settings: Settings, registry: Registry, output: Output, now: _Now
) -> dict[str, Any] | Refusal:
    """What :func:`reports.emission.emit` is told, or why the output cannot be had."""
    from reports.gate import EmissionRefused, check_slice

    period = now.period
    if not output.is_due(period):
        return _refuse(output, f"{period} 不是报送月份。", f"not due in {period}.")
    if absent := now.fresh.missing.get(output.id):
        names_zh = "、".join(f"《{now.fresh.titles[n]}》no_source:{n}" for n in absent)
        names_en = ", ".join(f"no_source:{n}" for n in absent)
        return _refuse(output, f"缺少台账：{names_zh}。", f"missing ledger(s): {names_en}.")
    if output.slice == "pay" and now.needs.pay_reason is not None:
        return _refuse(
            output,
            f"没有绩效工资数据：{now.needs.pay_reason}。",
            f"there are no salary pools: {now.needs.pay_reason}.",
        )
    row = registry.latest_decision(output.slice, period)
    if row is None:
        return _refuse(
            output,
            f"{period} 没有通过检查的数据（{output.slice}）；请先运行 jingtian close {period}。",
            f"{period} has no gate decision ({output.slice}); run jingtian close {period} first.",
        )
    folder = settings.home.gated / output.slice / row["fingerprint"]
    if output.slice == "pay":
        try:
            check_slice(folder, row["decision_hash"], now.hashes)
        except EmissionRefused as exc:
            return _refuse(output, exc.message_zh, exc.message_en)
        if reasons := _missing_pay(folder):
            text = ", ".join(reasons)
            return _refuse(
                output, f"缺少参数或数据：{text}。", f"missing parameter or source: {text}."
            )
    return {
        "output": output,
        "period": period,
        "slice_dir": folder,
        "expected_decision_hash": row["decision_hash"],
        "today_hashes": now.hashes,
        "out_root": settings.home.emitted,
        "gated_root": settings.home.gated,
        "wants_pdf": settings.pdf,
    }


def _record(
    settings: Settings,
    registry: Registry,
    output: Output,
    now: _Now,
    order: dict[str, Any],
    result: EmitResult,
    actor: str,
) -> Emission:
    """Register what was emitted."""
    if output.slice == "pay":
        (settings.home.emitted / output.id).chmod(0o700)
    if result.decision is not None:
        _register_report(registry, actor, result.decision, now.load_set.as_of)
    registered = {(e["output"], e["fingerprint"]) for e in registry.emissions(now.period)}
    # A pack may lie there unregistered: the process that wrote it was killed before it said so.
    if result.status == "emitted" or (output.id, result.fingerprint) not in registered:
        registry.add_emission(
            actor,
            {
                "output": output.id,
                "period": now.period,
                "fingerprint": result.fingerprint,
                "manifest_hash": sha256_file(result.pack_dir / "manifest.json"),
                "decision_hash": order["expected_decision_hash"],
            },
        )
    return Emission(
        output.id,
        output.title_zh,
        output.title_en,
        result.status,
        result.pack_dir,
        result.files,
        result.relations,
        {name: dict(reason) for name, reason in result.left_out.items()},
    )


def emit_or_raise(
    settings: Settings, registry: Registry, output_id: str, period: str, *, actor: str
) -> Emission:
    """Like :func:`emit_output`, for callers that must fail on a refusal.

    Raises:
        RefusedError: The output cannot be had; the message says why.
    """
    outcome = emit_output(settings, registry, output_id, period, actor=actor)
    if isinstance(outcome, Refusal):
        raise RefusedError(
            f"{outcome.title_zh}（{output_id}）不能出具：{outcome.zh}",
            f"{outcome.title_en} ({output_id}) is refused: {outcome.en}",
        )
    return outcome


def _register_report(registry: Registry, actor: str, decision: object, as_of: int) -> None:
    registry.add_decision(
        actor,
        {
            "gate": decision.gate,  # type: ignore[attr-defined]
            "period": decision.period,  # type: ignore[attr-defined]
            "as_of": as_of,
            "status": decision.status,  # type: ignore[attr-defined]
            "fingerprint": decision.fingerprint,  # type: ignore[attr-defined]
            "decision_hash": decision.hash,  # type: ignore[attr-defined]
        },
    )


def _missing_pay(folder: Path) -> list[str]:
    """Reasons for which a salary pool of a checked slice is missing, distinct and sorted."""
    path = folder / "pay_month.parquet"
    column = pq.read_table(path, columns=["reason_code"]).column(0)
    return sorted({str(reason) for reason in pc.drop_null(column).to_pylist()})
