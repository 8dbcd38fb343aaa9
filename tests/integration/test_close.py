"""Closing a month: what the gates refuse, what a close leaves alone, and what comes out the same."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb
import pytest

import pipelines.close
from expectations.decision import read_decision
from pipelines.close import CloseResult
from pipelines.errors import RefusedError, UsageError
from pipelines.registry import Registry
from pipelines.settings import Settings
from reports.outputs import discover_outputs
from tests.small_bank import (
    BRANCH,
    OTHER,
    PERIOD,
    SmallBank,
    bytes_below,
    changed,
    close,
    correct_by_a_hundred,
    lower_a_balance,
    packs,
    pointers,
    receive,
    receive_bytes,
    sent,
)

LOANS = f"loan_account_{BRANCH}_{PERIOD}.csv"


def _figure(result: CloseResult, metric: str, org: str) -> Decimal:
    with duckdb.connect(str(result.build_dir / "jingtian.duckdb"), read_only=True) as con:
        rows = con.execute(
            "select value from mart_metric_value where metric_id = ? and org_id = ? and segment = 'all'",
            [metric, org],
        ).fetchall()
    assert len(rows) == 1
    return Decimal(rows[0][0])


# ---- the lake gate ------------------------------------------------------------------------------


def test_gate_names_the_branch_and_the_ledger_that_are_missing(
    bank: SmallBank, tmp_path: Path
) -> None:
    settings = bank.empty(tmp_path / "home")
    missing = sent(bank, "loan_account", OTHER)
    receive(settings, [p for p in sorted(bank.inbox.iterdir()) if p != missing])
    with pytest.raises(RefusedError) as caught:
        close(settings)
    for text in (caught.value.zh, caught.value.en):
        assert "JT-LAKE-0001" in text and OTHER in text
        assert "贷款借据" in text
    assert BRANCH not in caught.value.zh
    assert pointers(settings) == {}
    assert packs(settings) == {}
    with Registry(settings.home.registry) as registry:
        assert registry.latest_decision("lake", PERIOD)["status"] == "failed"
        assert registry.latest_decision("marts", PERIOD) is None


def test_difference_from_the_general_ledger_blocks_and_leaves_what_is_published(
    bank: SmallBank, closed: Settings, tmp_path: Path
) -> None:
    before, emitted, frozen = (
        pointers(closed),
        packs(closed),
        bytes_below(closed.home.gated / "marts"),
    )
    data = changed(sent(bank, "loan_account", BRANCH), lower_a_balance)
    assert receive_bytes(closed, tmp_path / "up", LOANS, data).status == "accepted"
    with pytest.raises(RefusedError) as caught:
        close(closed)
    assert "JT-LAKE-0002" in caught.value.zh and BRANCH in caught.value.zh
    assert "-100.00" in caught.value.zh
    assert pointers(closed) == before
    assert packs(closed) == emitted
    assert bytes_below(closed.home.gated / "marts") == frozen


def test_altered_part_of_the_lake_blocks(bank: SmallBank, received: Settings) -> None:
    with Registry(received.home.registry) as registry:
        loads = registry.load_set(registry.latest_seq(), PERIOD)
    (load,) = [x for x in loads if (x.ledger, x.org_id, x.period) == ("gl_balance", BRANCH, PERIOD)]
    part = received.home.lake_part(load.ledger, load.period, load.org_id, load.load_id)
    with duckdb.connect() as con:
        altered = part.with_name("altered.parquet")
        con.execute(
            f"copy (select * replace (closing_balance + 0 as closing_balance) from '{part}') "
            f"to '{altered}' (format parquet, compression snappy)"
        )
    altered.replace(part)
    with pytest.raises(RefusedError, match="JT-LAKE-1003"):
        close(received)
    assert pointers(received) == {}


def test_month_without_any_data_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RefusedError, match="nothing was accepted"):
        close(Settings.from_env(tmp_path / "home"))


def test_month_that_is_not_over_is_refused(
    received: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    for today in (dt.date(2025, 3, 1), dt.date(2025, 3, 31)):
        monkeypatch.setattr(pipelines.close, "bank_today", lambda _zone, d=today: d)
        with pytest.raises(UsageError, match="not over"):
            close(received)
    assert pointers(received) == {}


# ---- what a close makes -------------------------------------------------------------------------


def test_close_needs_no_closed_predecessor_and_emits_every_output(bank: SmallBank) -> None:
    from reports.outputs import discover_outputs

    settings = Settings.from_env(bank.closed)
    assert set(pointers(settings)) == {"CURRENT", PERIOD}
    assert len(set(pointers(settings).values())) == 1
    assert {name.split("/")[0] for name in packs(settings)} == set(discover_outputs())
    with Registry(settings.home.registry) as registry:
        for gate in ("lake", "marts", "pay"):
            assert registry.latest_decision(gate, PERIOD)["status"] == "passed"


def test_build_keeps_its_load_set_beside_it(bank: SmallBank) -> None:
    settings = Settings.from_env(bank.closed)
    build = settings.home.build(pointers(settings)["CURRENT"].strip())
    recorded = json.loads((build / "load_set.json").read_text(encoding="utf-8"))
    with Registry(settings.home.registry) as registry:
        loads = {x.load_id for x in registry.load_set(registry.latest_seq(), PERIOD)}
        assert recorded["as_of"] == registry.latest_seq()
    assert {x["load_id"] for x in recorded["loads"]} == loads
    assert all(x["period"] <= PERIOD for x in recorded["loads"])
    assert (build / "pay.duckdb").stat().st_mode & 0o077 == 0, "salaries have rights of their own"


def test_second_close_of_unchanged_data_reuses_the_build_and_the_packs(closed: Settings) -> None:
    before, emitted = pointers(closed), packs(closed)
    frozen = {n: bytes_below(closed.home.gated / n) for n in ("lake", "marts", "pay", "report")}
    lines: list[str] = []
    result = close(closed, progress=lines.append)
    assert any("reused" in line for line in lines)
    assert {e.status for e in result.emissions} == {"unchanged"}
    assert result.refusals == []
    assert pointers(closed) == before
    assert packs(closed) == emitted
    assert {n: bytes_below(closed.home.gated / n) for n in frozen} == frozen


def test_no_money_is_a_floating_point_number_in_any_relation(bank: SmallBank) -> None:
    settings = Settings.from_env(bank.closed)
    build = settings.home.build(pointers(settings)["CURRENT"].strip())
    seen = 0
    for file in ("jingtian.duckdb", "pay.duckdb"):
        with duckdb.connect(str(build / file), read_only=True) as con:
            columns = con.execute(
                "select table_name, column_name, data_type from information_schema.columns"
            ).fetchall()
        seen += len(columns)
        floats = [c for c in columns if c[2].upper() in ("DOUBLE", "FLOAT", "REAL")]
        assert floats == []
    assert seen > 300
    with duckdb.connect() as con:
        for path in sorted(settings.home.gated.rglob("*.parquet")):
            types = con.execute(
                f"select column_name, column_type from (describe from '{path}')"
            ).fetchall()
            assert not [t for t in types if t[1] in ("DOUBLE", "FLOAT")], path


def test_frozen_slice_is_what_its_decision_judged(bank: SmallBank) -> None:
    import hashlib

    settings = Settings.from_env(bank.closed)
    for gate in ("marts", "pay"):
        (folder,) = (settings.home.gated / gate).iterdir()
        decision = read_decision(folder)
        assert (decision.status, decision.period, decision.gate) == ("passed", PERIOD, gate)
        assert decision.fingerprint == folder.name
        found = {
            p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in folder.glob("*.parquet")
        }
        assert decision.files == found
        assert len(decision.results) >= 8
        assert {r["outcome"] for r in decision.results} == {"passed"}


def test_manifest_names_every_file_with_its_digest_and_no_time(bank: SmallBank) -> None:
    import hashlib
    import re

    found = packs(Settings.from_env(bank.closed))
    manifests = [name for name in found if name.endswith("/manifest.json")]
    assert len(manifests) == len(discover_outputs())
    for name in manifests:
        folder = name.rsplit("/", 1)[0]
        manifest = json.loads(found[name])
        files = {n.rsplit("/", 1)[1]: b for n, b in found.items() if n.startswith(f"{folder}/")}
        files.pop("manifest.json")
        assert {n: e["sha256"] for n, e in manifest["files"].items()} == {
            n: hashlib.sha256(b).hexdigest() for n, b in files.items()
        }
        text = found[name].decode()
        assert not re.search(r"\d{4}-\d\d-\d\dT\d\d:", text), "no wall time"
        assert '"seq"' not in text and '"as_of"' not in text, "no sequence number"


# ---- knowledge points ---------------------------------------------------------------------------


def test_correction_is_closed_anew_and_the_earlier_knowledge_stays_to_be_had(
    bank: SmallBank, corrected: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with Registry(bank.closed / "registry.sqlite") as registry:
        then = registry.latest_seq()
    first = Settings.from_env(bank.closed)
    settings = bank.copy(corrected, tmp_path / "home")
    assert pointers(settings)[PERIOD] != pointers(first)[PERIOD]
    assert packs(first).items() < packs(settings).items(), "a pack is never changed or removed"

    before, emitted = pointers(settings), packs(settings)
    earlier = close(settings, as_of=then)
    assert not earlier.is_published
    assert earlier.emissions == []
    assert earlier.build_id == pointers(first)[PERIOD].strip()
    assert pointers(settings) == before
    assert packs(settings) == emitted

    # The command reads both, and takes a sequence number or a date for what was known.
    from pipelines.cli.main import main

    def figure(org: str, *extra: str) -> Decimal:
        words = ["metric", "loan_balance", "--period", PERIOD, "--org", org, "--format", "json"]
        assert main([*words, *extra, "--home", str(settings.home.root)]) == 0
        return Decimal(str(json.loads(capsys.readouterr().out)[0]["value"]))

    was, now = figure(BRANCH, "--as-of", str(then)), figure(BRANCH)
    assert was == _figure(earlier, "loan_balance", BRANCH)
    assert was - now == Decimal("100")
    assert figure(OTHER, "--as-of", str(then)) == figure(OTHER)
    assert figure(
        BRANCH, "--as-of", dt.datetime.now(ZoneInfo("Asia/Shanghai")).date().isoformat()
    ) in (now, was)


def test_earlier_knowledge_is_built_apart_and_never_published(
    bank: SmallBank, received: Settings, tmp_path: Path
) -> None:
    with Registry(received.home.registry) as registry:
        then = registry.latest_seq()
    correct_by_a_hundred(bank, received, tmp_path / "up")
    result = close(received, as_of=then)
    assert not result.is_published
    assert result.build_dir.parent == received.home.rebuilt
    assert pointers(received) == {}
    assert packs(received) == {}
    assert not (received.home.warehouse / "builds").exists()
    with Registry(received.home.registry) as registry:
        for gate in ("lake", "marts", "pay"):
            assert registry.latest_decision(gate, PERIOD) is None, "nothing may go on from it"
    # The same knowledge gave the same frozen figures in the home that published it.
    published = bytes_below(bank.closed / "gated" / "marts")
    assert bytes_below(received.home.gated / "marts") == published


def test_unfinished_month_is_tried_out_and_nothing_is_published(
    bank: SmallBank, closed: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    for pointer in (closed.home.current_pointer, closed.home.period_pointer(PERIOD)):
        pointer.unlink()
    import shutil

    shutil.rmtree(closed.home.emitted)
    with Registry(closed.home.registry) as registry:
        decided = registry.latest_decision("marts", PERIOD)
    monkeypatch.setattr(pipelines.close, "bank_today", lambda _zone: dt.date(2025, 3, 20))
    result = close(closed, preview=True)
    assert not result.is_published
    assert result.emissions == []
    assert _figure(result, "loan_balance", BRANCH) > 0
    assert pointers(closed) == {}
    assert packs(closed) == {}
    with Registry(closed.home.registry) as registry:
        assert registry.latest_decision("marts", PERIOD) == decided


def test_knowledge_point_of_the_future_is_what_is_known_now(closed: Settings) -> None:
    with Registry(closed.home.registry) as registry:
        latest = registry.latest_seq()
    before = pointers(closed)
    result = close(closed, as_of=latest + 1_000_000)
    assert (result.as_of, result.is_published) == (latest, True)
    assert pointers(closed) == before
