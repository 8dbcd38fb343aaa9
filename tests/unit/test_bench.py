"""The benchmark's floor does the same job: same findings, same figures to the last digit."""

from __future__ import annotations

import datetime as dt
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import duckdb
import pytest

from bench.compare import compare, unanswered
from bench.floor import Floor, Stop
from bench.validation.contestant import NEEDS, missing, run
from bench.validation.injected import write_files
from bench.validation.run import Files, whole_command
from bench.validation.terms import RULES
from expectations.contract import Contract
from expectations.judge import judge
from expectations.rule import RuleBook
from pipelines.landing.judge_file import read_upload
from pipelines.paths import PROJECT_ROOT
from pipelines.sample.make import make_month
from tests.uploads import VALID, as_csv

PERIOD = "2025-12"
FAULTS = [
    {"loan_id": ""},
    {"balance": "1,000.00"},
    {"balance": "1000.001"},
    {"balance": "-1.00"},
    {"disbursement_date": "2025-02-30"},
    {"currency_code": "cny"},
    {"five_class_code": "优"},
    {"is_agri": "有"},
    {"customer_id": "Ａ1"},
    {"product_name": "甲\x07乙"},
    {"product_name": "#N/A"},
    {"annual_rate": "1.5"},
    {"manager_id": "9" * 31},
    {"data_date": "2025-11-30"},
    {"branch_id": "1002"},
    {"balance": "999999999.00"},
    {"due_date": "2020-01-01"},
    {"contract_status_code": "结清"},
    {"annual_rate": "0.5"},
    {},
    {"balance": "  ", "customer_id": " C1 "},
]


@pytest.fixture(scope="module")
def year(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bank of 2,000 loans that sends a whole year, so that no figure lacks its sources."""
    folder = tmp_path_factory.mktemp("bench")
    make_month(folder, loans=2_000, branches=2, period=PERIOD, whole_year=True)
    return folder


def _child(module: str, *arguments: str) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", module, *arguments],
        capture_output=True, text=True, check=False, cwd=PROJECT_ROOT,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    result: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return result


@pytest.mark.slow
def test_floor_has_every_published_figure_to_the_last_digit(year: Path) -> None:
    inbox, floor, home = year / "inbox", year / "floor", year / "home"
    by_hand = _child("bench.floor", str(inbox), PERIOD, str(floor))
    ours = _child("bench.pipeline", str(inbox), PERIOD, str(home))
    assert by_hand["rows"] == ours["rows"] > 0
    families = compare(floor, home / "figures")
    assert {f.name: f.example for f in families if f.differing} == {}
    assert {f.name for f in families if f.with_value == 0} == set()
    assert unanswered(floor, home / "figures") == []
    # What the year's files do not give (it takes the year before), neither of them claims to know.
    published, answered = (
        set(
            duckdb.sql(
                f"select metric_id from read_parquet('{file}') where value is not null"
            ).fetchall()
        )
        for file in (f"{home}/figures/metric_value.parquet", f"{floor}/figure.result")
    )
    known = duckdb.sql(f"select metric_id from '{home}/figures/dim_metric.parquet'").fetchall()
    assert len(known) == len(set(known)) > 200
    assert set(known) - published == set(known) - answered
    assert len(published) > 200
    assert duckdb.sql(
        f"select count(settlement) from '{home}/figures/pay_settlement.parquet'"
    ).fetchall() == [(2,)]


def test_floor_finds_the_same_faulty_cells_and_rows(
    tmp_path: Path, contracts: dict[str, Contract], book: RuleBook
) -> None:
    contract = contracts["loan_account"]
    rows = [
        {**VALID["loan_account"], "loan_id": f"F{n:03}", **fault} for n, fault in enumerate(FAULTS)
    ]
    rows.append({**rows[-2]})  # the same key twice
    data = as_csv(contract, rows)
    path = tmp_path / "loan_account_1001_2025-12.csv"
    path.write_bytes(data)
    con = duckdb.connect()
    verdict = judge(
        con, contract, read_upload(data, path.name, contract), book,
        org_id="1001", period_start=dt.date(2025, 12, 1), period_end=dt.date(2025, 12, 31),
    )  # fmt: skip
    expected = {
        ("cell" if f["code"].startswith("JT-CELL") else f["code"], f["row_no"], f["column"])
        for f in verdict.findings.to_pylist()
    }
    floor = Floor(tmp_path, PERIOD, tmp_path / "floor", threads=1, memory="1GB")
    with pytest.raises(Stop):
        floor.read_all()
    found = {(code, int(row), column) for code, _, _, row, column, _ in floor.findings}
    # A failed cell suppresses the rules that use it; the floor names both.
    failed = {(n, column) for code, n, column in expected if code == "cell"}
    assert {f for f in found if f[0] == "cell" or (f[1], f[2]) not in failed} >= expected
    assert {f for f in found if f[0] == "cell"} == {f for f in expected if f[0] == "cell"}
    assert len(expected) > len(FAULTS)


@pytest.fixture(scope="module")
def injected(
    year: Path, tmp_path_factory: pytest.TempPathFactory, contracts: dict[str, Contract]
) -> Files:
    folder = tmp_path_factory.mktemp("injected")
    made = write_files(year / "inbox", folder, contracts["loan_account"])
    made["truth"] = frozenset(made["truth"])
    return Files(columns=0, workbook="", register="", files=(), **made)


@pytest.mark.parametrize("name", NEEDS)
def test_contestants_find_exactly_what_was_injected(name: str, injected: Files) -> None:
    if lacking := missing(name):
        pytest.skip(f"not installed: {', '.join(lacking)} (requirements-bench.lock)")
    _, found = run(name, Path(injected.faulty), repeats=1)
    assert found == injected.truth
    assert {code for _, code in found} == set(RULES)
    _, found = run(name, Path(injected.clean), repeats=1)
    assert found == set()


@pytest.mark.slow
def test_whole_command_finds_what_the_script_by_hand_finds(injected: Files, tmp_path: Path) -> None:
    results = whole_command(injected, tmp_path, rounds=1)
    assert {kind: result["exact"] for kind, result in results.items()} == {
        "clean": True,
        "faulty": True,
    }


def test_both_locks_pin_the_same_versions() -> None:
    def pins(name: str) -> dict[str, str]:
        text = (PROJECT_ROOT / name).read_text(encoding="utf-8")
        return dict(re.findall(r"^([a-z0-9-]+)(?:\[[^]]*\])?==(\S+)", text, re.MULTILINE))

    main, bench = pins("requirements.lock"), pins("requirements-bench.lock")
    assert {"pandera", "polars"} <= bench.keys()
    shared = main.keys() & bench.keys()
    assert shared
    assert {n: bench[n] for n in shared} == {n: main[n] for n in shared}
