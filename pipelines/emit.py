"""Emitting outputs: today's digests, the registered decision, and the pack.

The same function serves a close, ``jingtian report emit`` and the orchestrator, so a report that
is run alone, later or from a user interface meets the same refusals.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

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
from pipelines.waivers import exceptions_digest
from pipelines.warehouse.dbt import DbtProject
from pipelines.warehouse.load_set import LoadSet, read_load_set
from pipelines.warehouse.requirements import Requirements, derive_requirements


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
    """Emit one output of a closed period.

    Args:
        settings: Home and limits.
        registry: The registry.
        output_id: Id of the output.
        period: ``YYYY-MM``.
        actor: Who emits.
        needs: What a close already derived; derived anew when None.

    Returns:
        The emission, or the refusal with its reason.

    Raises:
        UsageError: There is no such output, or it is not due in that month.
    """
    from reports.emission import emit
    from reports.gate import EmissionRefused, check_slice
    from reports.outputs import discover_outputs

    known = discover_outputs()
    if output_id not in known:
        raise UsageError(
            f"没有名为“{output_id}”的输出；可用：{'、'.join(known)}。",
            f'no output "{output_id}"; known: {", ".join(known)}.',
        )
    output = known[output_id]

    def refuse(zh: str, en: str) -> Refusal:
        return Refusal(output_id, output.title_zh, output.title_en, zh, en)

    load_set, fresh = requirements_now(settings, registry, period)
    if needs is None:
        needs = fresh
    if not output.is_due(period):
        return refuse(f"{period} 不是报送月份。", f"not due in {period}.")
    if absent := fresh.missing.get(output_id):
        names_zh = "、".join(f"《{fresh.titles[n]}》no_source:{n}" for n in absent)
        names_en = ", ".join(f"no_source:{n}" for n in absent)
        return refuse(f"缺少台账：{names_zh}。", f"missing ledger(s): {names_en}.")
    if output.slice == "pay" and needs.pay_reason is not None:
        return refuse(
            f"没有绩效工资数据：{needs.pay_reason}。",
            f"there are no salary pools: {needs.pay_reason}.",
        )
    row = registry.latest_decision(output.slice, period)
    if row is None:
        return refuse(
            f"{period} 没有通过检查的数据（{output.slice}）；请先运行 jingtian close {period}。",
            f"{period} has no gate decision ({output.slice}); run jingtian close {period} first.",
        )
    folder = settings.home.gated / output.slice / row["fingerprint"]
    exceptions = exceptions_digest(
        registry, load_set, load_rule_book(), load_contracts(LEDGERS_DIR)
    )
    today = todays_hashes(load_set, exceptions)
    try:
        if output.slice == "pay":
            check_slice(folder, row["decision_hash"], today)
            if reasons := _missing_pay(folder):
                text = ", ".join(reasons)
                return refuse(f"缺少参数或数据：{text}。", f"missing parameter or source: {text}.")
        result = emit(
            output,
            period=period,
            slice_dir=folder,
            expected_decision_hash=row["decision_hash"],
            today_hashes=today,
            out_root=settings.home.emitted,
            gated_root=settings.home.gated,
            wants_pdf=settings.pdf,
        )
    except EmissionRefused as exc:
        if exc.decision is not None and exc.decision.gate.startswith("report:"):
            _register_report(registry, actor, exc.decision, load_set.as_of)
        return refuse(exc.message_zh, exc.message_en)
    if output.slice == "pay":
        (settings.home.emitted / output_id).chmod(0o700)
    if result.decision is not None:
        _register_report(registry, actor, result.decision, load_set.as_of)
    registered = {(e["output"], e["fingerprint"]) for e in registry.emissions(period)}
    # A pack may lie there unregistered: the process that wrote it was killed before it said so.
    if result.status == "emitted" or (output_id, result.fingerprint) not in registered:
        registry.add_emission(
            actor,
            {
                "output": output_id,
                "period": period,
                "fingerprint": result.fingerprint,
                "manifest_hash": sha256_file(result.pack_dir / "manifest.json"),
                "decision_hash": row["decision_hash"],
            },
        )
    return Emission(
        output_id,
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
