"""A new release in a directory of its own closes months in the same home."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from pipelines.paths import DBT_DIR
from pipelines.settings import Settings
from pipelines.warehouse.dbt import DbtProject


def test_what_dbt_remembers_of_another_place_is_dropped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings.from_env(tmp_path / "home")
    moved = tmp_path / "release" / "dbt_project"
    shutil.copytree(DBT_DIR, moved, ignore=shutil.ignore_patterns("target", "logs"))

    def seeds() -> set[str]:
        project = DbtProject(settings)
        project.manifest()
        document = json.loads((project.target / "manifest.json").read_text(encoding="utf-8"))
        nodes = document["nodes"].values()
        return {node["root_path"] for node in nodes if node["resource_type"] == "seed"}

    assert seeds() == {str(DBT_DIR)}
    monkeypatch.setattr("pipelines.warehouse.dbt.DBT_DIR", moved)
    assert seeds() == {str(moved)}
