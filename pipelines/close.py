"""Closing a month: lake gate, warehouse, mart gates, pointers, due outputs.

The knowledge point is resolved once and written to ``load_set.json``; every later step reads it.
A close that is killed at any step leaves the published warehouse as it was, because the pointers
move last; running it again finishes with the same packs, because nothing in a build depends on
when or how often it ran.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from expectations.contract import Contract, load_contracts
from expectations.decision import digest_of
from expectations.rule import load_rule_book
from pipelines.clock import bank_today
from pipelines.emit import Emission, Refusal, emit_output
from pipelines.errors import RefusedError, UsageError
from pipelines.gates.hashes import todays_hashes
from pipelines.gates.lake import LakeVerdict, judge_lake
from pipelines.gates.marts import SliceVerdict, judge_marts
from pipelines.landing.receive import connect
from pipelines.locking import writer_lock
from pipelines.paths import LEDGERS_DIR
from pipelines.periods import Period
from pipelines.publish import publish
from pipelines.registry import Registry
from pipelines.settings import Settings
from pipelines.warehouse.build import attach_build, build_warehouse, find_build
from pipelines.warehouse.dbt import DbtProject
from pipelines.warehouse.inputs import create_lake_views, write_run_tables
from pipelines.warehouse.load_set import LoadSet, resolve_load_set
from pipelines.warehouse.manifest import Manifest
from pipelines.warehouse.requirements import Requirements, derive_requirements

Progress = Callable[[str], None]


@dataclass
class CloseResult:
    """What a close did.

    ``is_published`` is false for a preview and for a rebuild as of an earlier knowledge point.
    """

    period: Period
    as_of: int
    build_id: str
    build_dir: Path
    is_published: bool
    lake: LakeVerdict
    slices: dict[str, SliceVerdict] = field(default_factory=dict)
    emissions: list[Emission] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    requirements: Requirements | None = None


def close_month(
    settings: Settings,
    period: Period,
    *,
    as_of: int | None = None,
    preview: bool = False,
    actor: str = "close",
    progress: Progress = lambda _text: None,
    with_outputs: bool = True,
) -> CloseResult:
    """Close one month.

    Args:
        settings: Home and limits.
        period: The month; no earlier month needs to be closed before.
        as_of: Registry sequence number; None means what is known now.
        preview: Allows an unfinished month; it is neither published nor emitted.
        actor: Who closes.
        progress: Called with a line for every step.
        with_outputs: Also emit the outputs that are due.

    Raises:
        UsageError: The month is not over and this is no preview, or nothing was received.
        RefusedError: A gate said no; the published warehouse is as it was.
    """
    if period.end >= bank_today(settings.timezone) and not preview:
        raise UsageError(
            f"{period} 尚未结束；试算请加 --preview（不发布、不出报表）。",
            f"{period} is not over; use --preview to try it (nothing is published or emitted).",
        )
    with writer_lock(settings.home), Registry(settings.home.registry) as registry:
        return _Close(settings, registry, period, as_of, preview, actor, progress).run(with_outputs)


class _Close:
    def __init__(
        self,
        settings: Settings,
        registry: Registry,
        period: Period,
        as_of: int | None,
        preview: bool,
        actor: str,
        progress: Progress,
    ) -> None:
        self.settings, self.registry, self.period = settings, registry, period
        self.preview, self.actor, self.progress = preview, actor, progress
        self.home = settings.home
        latest = registry.latest_seq()
        self.as_of = latest if as_of is None else as_of
        self.is_published = self.as_of >= latest and not preview
        self.contracts: dict[str, Contract] = load_contracts(LEDGERS_DIR)
        self.book = load_rule_book()

    def run(self, with_outputs: bool) -> CloseResult:
        load_set = self._load_set()
        project = DbtProject(self.settings, on_node=self._node)
        self.progress("解析模型 | parsing models")
        manifest = project.manifest()
        needs = derive_requirements(self.settings, manifest, load_set, self.contracts)
        hashes = todays_hashes(load_set)
        build_id = f"{self.period}-{digest_of(hashes)[:12]}"
        self.progress("入湖检查 | lake gate")
        lake = self._lake_gate(load_set, needs, hashes)
        folder = self._build(project, manifest, load_set, needs, build_id)
        result = CloseResult(
            self.period, self.as_of, build_id, folder, self.is_published, lake, requirements=needs
        )
        self._mart_gates(result, needs, hashes)
        if self.is_published:
            publish(self.home, str(self.period), build_id)
            if with_outputs:
                self._outputs(result, needs)
        return result

    def _load_set(self) -> LoadSet:
        loads = self.registry.load_set(self.as_of, str(self.period))
        load_set = resolve_load_set(loads, self.contracts, self.period, self.as_of)
        if not load_set.present():
            raise RefusedError(
                f"{self.period} 及以前没有任何已接受的数据；请先运行 jingtian receive。",
                f"nothing was accepted for {self.period} or before; run jingtian receive first.",
            )
        return load_set

    def _lake_gate(
        self, load_set: LoadSet, needs: Requirements, hashes: dict[str, str]
    ) -> LakeVerdict:
        con = connect(self.settings)
        try:
            create_lake_views(con, self.contracts, load_set, self.home)
            write_run_tables(con, self.contracts, load_set, {})
            verdict = judge_lake(
                con, self.contracts, load_set, self.home, hashes, optional=needs.optional_ledgers
            )
        finally:
            con.close()
        self._register("lake", verdict.decision.status, verdict.folder, verdict.decision.hash)
        for line in verdict.lines(self.book, "zh"):
            self.progress(f"  {line}")
        if verdict.decision.status != "passed":
            zh = "\n".join("  " + t for t in verdict.lines(self.book, "zh"))
            en = "\n".join("  " + t for t in verdict.lines(self.book, "en"))
            failed = "、".join(
                r["code"] for r in verdict.decision.results if r["outcome"] == "failed"
            )
            raise RefusedError(
                f"{self.period} 入湖检查未通过（{failed}），已发布的数据保持不变：\n{zh}",
                f"the lake gate of {self.period} failed ({failed}); "
                f"what was published stays as it was:\n{en}",
            )
        return verdict

    def _build(
        self,
        project: DbtProject,
        manifest: Manifest,
        load_set: LoadSet,
        needs: Requirements,
        build_id: str,
    ) -> Path:
        found = find_build(self.home, build_id)
        if found is not None:
            self.progress(f"数据未变，沿用构建 {build_id} | unchanged, build reused")
            if self.is_published and found.parent != self.home.build(build_id).parent:
                self.home.build(build_id).parent.mkdir(parents=True, exist_ok=True)
                shutil.copytree(found, self.home.build(build_id))
                found = self.home.build(build_id)
            return found
        self.progress("构建数据仓库 | building the warehouse")
        target = self.home.build(build_id) if self.is_published else self.home.rebuilt / build_id
        folder = build_warehouse(
            self.settings, project, self.contracts, load_set, needs.metric_gaps, target
        )
        self.registry.add_build(
            self.actor,
            {
                "build_id": build_id,
                "period": str(self.period),
                "as_of": self.as_of,
                "is_published": int(self.is_published),
            },
        )
        return folder

    def _mart_gates(
        self, result: CloseResult, needs: Requirements, hashes: dict[str, str]
    ) -> None:
        self.progress("集市检查 | mart gates")
        con = attach_build(self.settings, result.build_dir)
        try:
            names = ["marts"]
            if needs.pay_reason is None:
                rows = con.execute("select count(*) from pay.main.pay_month").fetchall()[0][0]
                if rows:
                    names.append("pay")
                else:
                    needs.pay_reason = "no_binding:rcu_salary"
            for name in names:
                verdict = judge_marts(con, name, str(self.period), self.home, hashes)
                result.slices[name] = verdict
                decision = verdict.decision
                if self.is_published:
                    self._register(name, decision.status, verdict.folder, decision.hash)
                if decision.status != "passed":
                    failed = [r for r in decision.results if r["outcome"] == "failed"]
                    zh = "；".join(f"{r['code']} {r['title_zh']}" for r in failed)
                    en = "; ".join(f"{r['code']} {r['title_en']}" for r in failed)
                    raise RefusedError(
                        f"{self.period} 集市检查（{name}）未通过，已发布的数据保持不变：{zh}",
                        f"the {name} gate of {self.period} failed; "
                        f"what was published stays as it was: {en}",
                    )
        finally:
            con.close()

    def _outputs(self, result: CloseResult, needs: Requirements) -> None:
        for output_id in needs.outputs:
            outcome = emit_output(
                self.settings,
                self.registry,
                output_id,
                str(self.period),
                actor=self.actor,
                needs=needs,
            )
            if isinstance(outcome, Emission):
                self.progress(f"出具 {output_id}：{outcome.status} | emitted")
                result.emissions.append(outcome)
            else:
                self.progress(f"不出具 {output_id}：{outcome.text('zh')} | refused")
                result.refusals.append(outcome)

    def _register(self, gate: str, status: str, folder: Path, decision_hash: str) -> None:
        self.registry.add_decision(
            self.actor,
            {
                "gate": gate,
                "period": str(self.period),
                "as_of": self.as_of,
                "status": status,
                "fingerprint": folder.name,
                "decision_hash": decision_hash,
            },
        )

    def _node(self, name: str, status: str) -> None:
        if status not in ("success", "pass"):
            self.progress(f"  {name}: {status}")


def read_load_set(folder: Path) -> dict[str, object]:
    """The load set that a build was made from (``load_set.json``)."""
    values: dict[str, object] = json.loads((folder / "load_set.json").read_text(encoding="utf-8"))
    return values
