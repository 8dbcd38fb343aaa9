"""Dagster wraps the same functions: what it closes is what the command closes."""

from __future__ import annotations

import datetime as dt
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest

from expectations.contract import Contract
from pipelines.paths import PROJECT_ROOT
from pipelines.settings import Settings
from tests.small_bank import (
    BRANCH,
    PERIOD,
    SmallBank,
    changed,
    lower_a_balance,
    packs,
    pointers,
    sent,
    write_correction,
)


@pytest.fixture(scope="module", autouse=True)
def no_home_of_the_user(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """``pipelines.definitions`` reads the settings when it is imported."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("JINGTIAN_HOME", str(tmp_path_factory.mktemp("imported")))
        yield


def _definitions(settings: Settings) -> dg.Definitions:
    from pipelines.definitions import build_definitions

    return build_definitions(settings)


@pytest.fixture(scope="module")
def definitions(bank: SmallBank) -> dg.Definitions:
    """Definitions of the closed home."""
    return _definitions(Settings.from_env(bank.closed))


def test_definitions_hold_every_ledger_gate_and_report(
    definitions: dg.Definitions, contracts: dict[str, Contract]
) -> None:
    from reports.outputs import discover_outputs

    keys = {tuple(k.path) for k in definitions.resolve_asset_graph().get_all_asset_keys()}
    assert {("lake", name) for name in contracts} <= keys
    assert {("report", name) for name in discover_outputs()} <= keys
    assert {("lake_gate",), ("marts_gate",)} <= keys
    assert {("warehouse", n) for n in ("loan_account", "mart_metric_value", "pay_month")} <= keys
    assert {job.name for job in definitions.jobs or []} >= {"ingest_month", "close_month"}


def test_assets_are_partitioned_by_month_in_bank_time(definitions: dg.Definitions) -> None:
    graph = definitions.resolve_asset_graph()
    for key in graph.materializable_asset_keys:
        partitions = graph.get(key).partitions_def
        assert isinstance(partitions, dg.MonthlyPartitionsDefinition), key
        assert partitions.fmt == "%Y-%m"
        assert partitions.timezone == "Asia/Shanghai"
        assert partitions.end_offset == 1
        assert graph.get(key).backfill_policy == dg.BackfillPolicy.multi_run(
            max_partitions_per_run=1
        )
    names = partitions.get_partition_keys(current_time=dt.datetime(2025, 3, 31, 17, tzinfo=dt.UTC))
    assert names[0] == "2024-01"
    assert names[-1] == "2025-04", "17:00 UTC is already April in bank time"


def test_lineage_runs_from_ledger_to_report(definitions: dg.Definitions) -> None:
    graph = definitions.resolve_asset_graph()
    report = dg.AssetKey(["report", "S71_I"])
    assert graph.get(report).parent_keys == {dg.AssetKey("marts_gate")}
    assert (
        dg.AssetKey(["warehouse", "mart_metric_value"])
        in graph.get(dg.AssetKey("marts_gate")).parent_keys
    )
    staging = graph.get(dg.AssetKey(["warehouse", "loan_account"])).parent_keys
    assert staging == {dg.AssetKey(["lake", "loan_account"]), dg.AssetKey("lake_gate")}
    assert dg.AssetKey(["lake", "loan_account"]) in graph.get(dg.AssetKey("lake_gate")).parent_keys
    for gate in ("lake_gate", "marts_gate"):
        checks = [c for c in graph.asset_check_keys if c.asset_key == dg.AssetKey(gate)]
        assert checks


def test_outputs_the_bank_does_not_use_are_no_assets(closed: Settings) -> None:
    (closed.home.root / "jingtian.toml").write_text('outputs = ["S71_I"]\n', encoding="utf-8")
    made = _definitions(Settings.from_env(closed.home.root))
    keys = {tuple(k.path) for k in made.resolve_asset_graph().get_all_asset_keys()}
    assert {k for k in keys if k[0] == "report"} == {("report", "S71_I")}


def _run(settings: Settings, job: str, **options: object) -> dg.ExecuteInProcessResult:
    made = _definitions(settings).resolve_job_def(job)
    return made.execute_in_process(
        partition_key=PERIOD,
        instance=dg.DagsterInstance.ephemeral(),
        raise_on_error=False,
        **options,  # type: ignore[arg-type]
    )


def _failed_steps(result: dg.ExecuteInProcessResult) -> list[str]:
    return [e.step_key for e in result.all_node_events if e.is_step_failure and e.step_key]


def test_month_closed_by_dagster_gives_the_packs_of_the_command(
    bank: SmallBank, corrected: Path, closed: Settings
) -> None:
    """Corrected files in the inbox, received and closed by the job; then a report run alone."""
    write_correction(bank, closed.home.inbox)
    result = _run(closed, "reclose_month")
    assert result.success, _failed_steps(result)
    by_command = Settings.from_env(corrected)
    assert packs(closed) == packs(by_command)
    assert pointers(closed) == pointers(by_command)
    made = {tuple(e.asset_key.path) for e in result.get_asset_materialization_events()}
    assert {("lake", "loan_account"), ("marts_gate",), ("report", "S71_I")} <= made

    report = [dg.AssetKey(["report", "S71_I"])]
    again = _run(closed, "close_month", asset_selection=report)
    assert again.success
    assert packs(closed) == packs(by_command)

    # The blocking check of another run does not help here: the asset itself must refuse.
    for slice_file in (closed.home.gated / "marts").rglob("metric_value.parquet"):
        slice_file.write_bytes(slice_file.read_bytes() + b"\0")
    alone = _run(closed, "close_month", asset_selection=report)
    assert not alone.success
    assert _failed_steps(alone) == ["report__S71_I"]
    assert packs(closed) == packs(by_command)


def test_gate_that_says_no_stops_the_run_and_publishes_nothing(
    bank: SmallBank, closed: Settings
) -> None:
    before, emitted = pointers(closed), packs(closed)
    closed.home.inbox.mkdir(parents=True)
    data = changed(sent(bank, "loan_account", BRANCH), lower_a_balance)
    (closed.home.inbox / f"loan_account_{BRANCH}_{PERIOD}.csv").write_bytes(data)
    result = _run(closed, "reclose_month")
    assert not result.success
    assert _failed_steps(result) == ["lake_gate"]
    checks = result.get_asset_check_evaluations()
    assert [(c.asset_key.path, c.passed) for c in checks] == [(["lake_gate"], False)]
    made = {e.asset_key.path[0] for e in result.get_asset_materialization_events()}
    assert made == {"lake"}, "nothing right of the gate was made"
    assert pointers(closed) == before
    assert packs(closed) == emitted


def test_warehouse_run_alone_wants_a_passed_lake_gate(received: Settings) -> None:
    selection = [dg.AssetKey(["warehouse", "dim_org"])]
    result = _run(received, "close_month", asset_selection=selection)
    assert not result.success
    assert not (received.home.warehouse / "builds").exists()


# ---- sensor and schedule ------------------------------------------------------------------------


def test_inbox_sensor_asks_for_one_run_per_changed_month(bank: SmallBank, closed: Settings) -> None:
    made = _definitions(closed)
    sensor = made.get_repository_def().get_sensor_def("inbox")
    assert isinstance(sensor(dg.build_sensor_context()), dg.SkipReason), "there is no inbox yet"

    inbox = closed.home.inbox
    inbox.mkdir(parents=True)
    for path in bank.inbox.glob("*_2025-0[23]*"):
        (inbox / path.name).write_bytes(path.read_bytes())
    (inbox / "readme.txt").write_text("not a ledger", encoding="utf-8")
    first = sensor(dg.build_sensor_context())
    assert isinstance(first, dg.SensorResult)
    assert [r.partition_key for r in first.run_requests or []] == ["2025-02", "2025-03"]
    assert len({r.run_key for r in first.run_requests or []}) == 2

    again = sensor(dg.build_sensor_context(cursor=first.cursor))
    assert isinstance(again, dg.SkipReason), "nothing changed since"

    late = next(inbox.glob(f"gl_balance_{BRANCH}_2025-03*"))
    late.write_bytes(late.read_bytes() + b"\n")
    third = sensor(dg.build_sensor_context(cursor=first.cursor))
    assert isinstance(third, dg.SensorResult)
    assert [r.partition_key for r in third.run_requests or []] == ["2025-03"]
    assert {r.run_key for r in third.run_requests or []} & {
        r.run_key for r in first.run_requests or []
    } == set()


def test_schedule_asks_for_the_month_that_is_due_or_skips(
    closed: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    import pipelines.schedules

    schedule = _definitions(closed).get_repository_def().get_schedule_def("close_when_due")
    assert schedule.cron_schedule == "0 6 * * *"
    assert schedule.execution_timezone == "Asia/Shanghai"

    def ask(day: dt.date) -> object:
        monkeypatch.setattr(pipelines.schedules, "bank_today", lambda _zone: day)
        moment = dt.datetime.combine(day, dt.time(6))
        return schedule(dg.build_schedule_context(scheduled_execution_time=moment))

    (due,) = ask(dt.date(2025, 5, 2))  # type: ignore[misc]
    assert due.partition_key == "2025-04"
    assert isinstance(ask(dt.date(2025, 4, 2)), dg.SkipReason), f"{PERIOD} is closed"
    (next_day,) = ask(dt.date(2025, 5, 3))  # type: ignore[misc]
    assert next_day.run_key != due.run_key, "a failed close is tried again the next morning"


def test_workspace_file_loads_in_a_clean_home(tmp_path: Path) -> None:
    """What ``make dev`` starts, in a process of its own and with nothing made before."""
    (tmp_path / "dagster").mkdir()
    environment = {
        **os.environ,
        "JINGTIAN_HOME": str(tmp_path / "home"),
        "DAGSTER_HOME": str(tmp_path / "dagster"),
        "DAGSTER_DISABLE_TELEMETRY": "1",
        "PYTHONPATH": str(PROJECT_ROOT),
    }
    done = subprocess.run(
        [
            Path(sys.executable).parent / "dagster",
            "definitions",
            "validate",
            "-w",
            "workspace.yaml",
        ],
        cwd=PROJECT_ROOT,
        env=environment,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "pipelines.definitions" in done.stdout + done.stderr
