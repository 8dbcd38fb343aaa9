"""The parsed dbt project is kept for one build, and only while its files are as they were."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pipelines.paths import Home
from pipelines.settings import Settings
from pipelines.warehouse import dbt
from pipelines.warehouse.manifest import models_digest


@pytest.mark.parametrize("is_changed", [False, True])
def test_what_was_parsed_serves_one_build_of_the_same_files(
    is_changed: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[Any] = []
    monkeypatch.setattr(dbt.DbtProject, "_invoke", lambda _, command, parsed: given.append(parsed))
    project, parsed = dbt.DbtProject(Settings(Home(tmp_path))), object()
    digest = "of other files" if is_changed else models_digest()
    monkeypatch.setitem(dbt._parsed, project.target, (digest, parsed))
    project.build()
    project.build()
    assert given == [None if is_changed else parsed, None]
