"""The unit tests of the models run on a copy of a build: zero, null, boundary and ordinary rows."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from pipelines.paths import DBT_DIR
from pipelines.publish import build_in_force
from pipelines.settings import Settings
from tests.closed_bank import closed_bank


def test_every_unit_test_of_the_models_passes(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    bank = closed_bank(tmp_path_factory)
    _, build = build_in_force(Settings.from_env(bank.home).home, "2025-12")
    for name in ("jingtian.duckdb", "pay.duckdb"):
        shutil.copy(build / name, tmp_path / name)
    command = [
        str(Path(sys.executable).with_name("dbt")), "test", "--select", "test_type:unit",
        "--project-dir", str(DBT_DIR), "--profiles-dir", str(DBT_DIR),
        "--target-path", str(tmp_path / "target"), "--log-path", str(tmp_path / "logs"),
        "--no-use-colors", "--log-format", "json",
    ]  # fmt: skip
    environment = {**os.environ, "JINGTIAN_BUILD_DIR": str(tmp_path), "DO_NOT_TRACK": "1"}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    results = json.loads((tmp_path / "target" / "run_results.json").read_text())["results"]
    failed = {r["unique_id"]: r["message"] for r in results if r["status"] != "pass"}
    assert not failed
    assert done.returncode == 0, done.stdout[-2000:]
    assert len(results) > 50
