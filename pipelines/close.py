"""Closing a month: lake gate, warehouse, mart gates, pointers, due outputs.

The knowledge point is resolved once and written to ``load_set.json``; every later step reads it.
A close that is killed at any step leaves the published warehouse as it was, because the pointers
move last; running it again finishes with the same packs, because nothing in a build depends on
when or how often it ran.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import duckdb

from expectations.contract import Contract, load_contracts
from expectations.decision import read_decision
from expectations.garbage import without_collection
from expectations.rule import load_rule_book
from pipelines.clock import bank_today
from pipelines.database import connect
from pipelines.emit import Emission, Refusal, emit_outputs
from pipelines.errors import RefusedError, UsageError
from pipelines.gates.hashes import todays_hashes
from pipelines.gates.lake import LakeVerdict, judge_lake
from pipelines.gates.marts import SliceVerdict, judge_marts
from pipelines.landing.receive import Receiver
from pipelines.landing.restore import missing_parts, restore_parts
from pipelines.locking import writer_lock
from pipelines.paths import LEDGERS_DIR
from pipelines.periods import Period
from pipelines.prior import PriorBuild, build_id, contents_id, find_build_of, find_priors
from pipelines.publish import publish
from pipelines.registry import Load, Registry
from pipelines.settings import Settings
from pipelines.side_by_side import Workers
from pipelines.waivers import exceptions_digest
from pipelines.warehouse.build import attach_build, build_warehouse, find_build
from pipelines.warehouse.dbt import DbtProject
from pipelines.warehouse.inputs import create_lake_views, write_run_tables
from pipelines.warehouse.load_set import LoadSet, read_load_set
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


@contextmanager
def open_close(
    settings: Settings,
    period: Period,
    *,
    as_of: int | None = None,
    preview: bool = False,
    actor: str = "close",
    progress: Progress = lambda _text: None,
) -> Iterator[MonthClose]:
    """A close of one month whose steps can be called one by one, under the writer's lock.

    Args:
        settings: Home and limits.
        period: The month; no earlier month needs to be closed before.
        as_of: Registry sequence number; None means what is known now.
        preview: Allows an unfinished month; it is neither published nor emitted.
        actor: Who closes.
        progress: Called with a line for every step.

    Raises:
        UsageError: The month is not over and this is no preview, or another process is writing.
    """
    if period.end >= bank_today(settings.timezone) and not preview:
        raise UsageError(
            f"{period} 尚未结束；试算请加 --preview（不发布、不出报表）。",
            f"{period} is not over; use --preview to try it (nothing is published or emitted).",
        )
    with (
        writer_lock(settings.home),
        Registry(settings.home.registry) as registry,
        Workers(settings.threads) as workers,
        without_collection(),
    ):
        yield MonthClose(settings, registry, period, as_of, preview, actor, progress, workers)


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
    """Close one month: every step of :class:`MonthClose` in order. Arguments as in
    :func:`open_close`; ``with_outputs`` also emits the outputs that are due.

    Raises:
        UsageError: The month is not over and this is no preview, or another process is writing.
        RefusedError: Nothing was received or a gate said no; what was published is as it was.
    """
    with open_close(
        settings, period, as_of=as_of, preview=preview, actor=actor, progress=progress
    ) as close:
        lake = close.lake_gate()
        if with_outputs:
            close.prepare_outputs()
        folder = close.build()
        slices = close.mart_gates()
        result = CloseResult(
            period, close.as_of, close.build_id, folder, close.is_published, lake, slices
        )
        if close.is_published:
            close.publish()
            if with_outputs:
                result.emissions, result.refusals = close.outputs()
        return result


class MonthClose:
    """One close of one month at one knowledge point. The steps are called in the order
    ``lake_gate``, ``build``, ``mart_gates``, ``publish``, ``outputs``; ``prepare_outputs`` may be
    called before ``build`` where the outputs follow."""

    def __init__(
        self,
        settings: Settings,
        registry: Registry,
        period: Period,
        as_of: int | None,
        preview: bool,
        actor: str,
        progress: Progress,
        workers: Workers,
    ) -> None:
        self.settings, self.registry, self.period = settings, registry, period
        self.workers = workers
        self.actor, self.progress, self.home = actor, progress, settings.home
        latest = registry.latest_seq()
        self.as_of = latest if as_of is None else min(as_of, latest)
        self.is_latest = self.as_of == latest
        self.is_published = self.is_latest and not preview
        self.contracts: dict[str, Contract] = load_contracts(LEDGERS_DIR)
        self.book = load_rule_book()
        self.project = DbtProject(settings, on_node=self._node)
        self._verdicts: dict[str, SliceVerdict] = {}
        self._lake_waivers: list[dict[str, str]] | None = None

    @cached_property
    def load_set(self) -> LoadSet:
        """The loads of this close.

        Raises:
            RefusedError: Nothing was accepted up to this month.
        """
        load_set = read_load_set(
            self.home,
            self.registry,
            self.contracts,
            self.period,
            self.as_of,
            restore=self._restore,
        )
        if not load_set.present():
            raise RefusedError(
                f"{self.period} 及以前没有任何已接受的数据；请先运行 jingtian receive。",
                f"nothing was accepted for {self.period} or before; run jingtian receive first.",
            )
        return load_set

    @cached_property
    def needs(self) -> Requirements:
        """What the outputs in use need and lack."""
        load_set = self.load_set  # refuses an empty month before anything is parsed
        self.progress("解析模型 | parsing models")
        manifest = self.project.manifest()
        return derive_requirements(self.settings, manifest, load_set, self.contracts)

    @cached_property
    def hashes(self) -> dict[str, str]:
        """Today's digests for this load set."""
        exceptions = exceptions_digest(self.registry, self.load_set, self.book, self.contracts)
        return todays_hashes(self.load_set, exceptions)

    @property
    def build_id(self) -> str:
        """Names the build: same loads, rules, definitions, models and earlier months, same build."""
        return build_id(str(self.period), self.hashes, self.priors)

    @cached_property
    def priors(self) -> tuple[PriorBuild, ...]:
        """Builds of earlier months, as known at the same point, that this one is compared with."""
        return find_priors(
            self.home, self.registry, self.contracts, self.hashes, self.period, self.as_of
        )

    def lake_gate(self) -> LakeVerdict:
        """Judge the load set.

        Raises:
            RefusedError: It did not pass; the message lists the offences.
        """
        needs = self.needs
        self._restore([x for loads in self.load_set.history.values() for x in loads])
        self.progress("入湖检查 | lake gate")
        con = connect(self.settings)
        try:
            create_lake_views(con, self.contracts, self.load_set, self.home)
            write_run_tables(con, self.contracts, self.load_set, {})
            verdict = judge_lake(
                con,
                self.contracts,
                self.book,
                self.load_set,
                self.home,
                self.hashes,
                self.registry,
                optional=needs.optional_ledgers,
                is_latest=self.is_latest,
            )
        finally:
            con.close()
        self._lake_waivers = verdict.decision.waivers
        if self.is_latest:
            # What an earlier knowledge point looked like is no news about the month.
            self._register("lake", verdict.decision.status, verdict.folder, verdict.decision.hash)
        zh, en = verdict.lines(self.book, "zh"), verdict.lines(self.book, "en")
        if verdict.decision.status != "passed":
            failed = [
                r["code"]
                for r in verdict.decision.results
                if r["outcome"] == "failed" and r["severity"] != "warn"
            ]
            raise RefusedError(
                f"{self.period} 入湖检查未通过（{'、'.join(failed)}），已发布的数据保持不变：\n  "
                + "\n  ".join(zh),
                f"the lake gate of {self.period} failed ({', '.join(failed)}); "
                "what was published stays as it was:\n  " + "\n  ".join(en),
            )
        for line_zh, line_en in zip(zh, en, strict=True):
            self.progress(f"  {line_zh} |   {line_en}")
        return verdict

    def _restore(self, loads: list[Load]) -> None:
        """Make parts of the lake again that are gone; landing holds what is needed."""
        if missing_parts(self.home, loads):
            receiver = Receiver(self.settings, self.registry, self.actor)
            restore_parts(receiver, loads, self.progress)

    def build(self) -> Path:
        """Build the warehouse, or find the build of the same content."""
        found = find_build(self.home, self.build_id)
        target = self.home.rebuilt / self.build_id
        if self.is_published:
            target = self.home.build(self.build_id)
        if found is not None:
            self.progress(f"数据未变，沿用构建 {self.build_id} | unchanged, {self.build_id} reused")
            if self.is_published and found != target:
                staged = target.with_name(f".{target.name}.tmp")
                shutil.rmtree(staged, ignore_errors=True)
                shutil.copytree(found, staged)
                staged.replace(target)
                return target
            return found
        needs = self.needs
        self.progress("构建数据仓库 | building the warehouse")
        folder = build_warehouse(
            self.settings,
            self.project,
            self.contracts,
            self.load_set,
            needs.metric_gaps,
            target,
            contents=contents_id(str(self.period), self.hashes),
            priors=[(prior.period, prior.folder) for prior in self.priors],
        )
        self.registry.add_build(
            self.actor,
            {
                "build_id": self.build_id,
                "period": str(self.period),
                "as_of": self.as_of,
                "is_published": int(self.is_published),
            },
        )
        return folder

    def build_dir(self) -> Path:
        """Directory of this close's build.

        Raises:
            RefusedError: It was not built yet.
        """
        folder = find_build(self.home, self.build_id)
        if folder is None:
            # a step of its own (the orchestrator's): another month may have been closed since
            folder = find_build_of(self.home, contents_id(str(self.period), self.hashes))
        if folder is None:
            raise RefusedError(
                f"{self.period} 的构建 {self.build_id} 不存在；请先构建数据仓库。",
                f"build {self.build_id} of {self.period} does not exist; build it first.",
            )
        return folder

    def mart_gates(self) -> dict[str, SliceVerdict]:
        """Freeze and judge the slices that outputs read.

        A failure is registered at once; what passed is registered by :meth:`publish`, so that
        nothing can be emitted from figures that another gate, or a killed close, kept back.

        Raises:
            RefusedError: A slice did not pass; the pointers stay where they are.
        """
        self.progress("集市检查 | mart gates")
        verdicts = self._verdicts = {}
        con = attach_build(self.settings, self.build_dir())
        try:
            for name in self._slices(con):
                verdict = judge_marts(
                    con, name, str(self.period), self.home, self.hashes, waivers=self.waivers()
                )
                verdicts[name] = verdict
                decision = verdict.decision
                if decision.status != "passed":
                    if self.is_published:
                        self._register(name, decision.status, verdict.folder, decision.hash)
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
        return verdicts

    def waivers(self) -> list[dict[str, str]]:
        """Waivers that the lake gate let pass for this load set: they touch every output of it.

        Raises:
            RefusedError: The lake gate has not judged this load set.
        """
        if self._lake_waivers is None:
            row = self.registry.latest_decision("lake", str(self.period))
            folder = self.home.gated / "lake" / row["fingerprint"] if row else None
            if folder is None or read_decision(folder).hashes != self.hashes:
                raise RefusedError(
                    f"{self.period} 的入湖检查没有判过这批数据；请先运行入湖检查。",
                    f"the lake gate has not judged this load set of {self.period}; run it first.",
                )
            self._lake_waivers = read_decision(folder).waivers
        return self._lake_waivers

    def _slices(self, con: duckdb.DuckDBPyConnection) -> list[str]:
        if self.needs.pay_reason is None:
            rows = con.execute("select count(*) from pay.main.pay_month").fetchall()[0][0]
            if rows:
                return ["marts", "pay"]
            self.needs.pay_reason = "no_binding:rcu_salary"
        return ["marts"]

    def publish(self) -> None:
        """Point the period (and CURRENT) to this build and register its decisions."""
        publish(self.home, str(self.period), self.build_dir().name)
        for name, verdict in self._verdicts.items():
            self._register(name, verdict.decision.status, verdict.folder, verdict.decision.hash)

    def prepare_outputs(self) -> None:
        """Start the processes that :meth:`outputs` will ask, while something else is done."""
        if self.is_published and self.settings.pdf and self.settings.threads > 1:
            from reports.emission import ready

            self.workers.warm(ready)

    def outputs(self) -> tuple[list[Emission], list[Refusal]]:
        """Emit every output in use that is due; the others are refused by name."""
        emissions: list[Emission] = []
        refusals: list[Refusal] = []
        outcomes = emit_outputs(
            self.settings,
            self.registry,
            list(self.needs.outputs),
            str(self.period),
            actor=self.actor,
            needs=self.needs,
            workers=self.workers,
        )
        for outcome in outcomes:
            name = outcome.output
            if isinstance(outcome, Emission):
                self.progress(f"出具 {name}：{outcome.status} | {name} {outcome.status}")
                emissions.append(outcome)
            else:
                self.progress(f"不出具 {name} | {name} refused")
                refusals.append(outcome)
        return emissions, refusals

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
            self.progress(f"  {name}: {status} |   {name}: {status}")
