"""Calling dbt inside this process: one parse and one build per close."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from pipelines.errors import JingtianError
from pipelines.paths import DBT_DIR
from pipelines.settings import Settings
from pipelines.warehouse.manifest import Manifest, models_digest, read_manifest


@dataclass
class DbtProject:
    """The dbt project of the house as seen by one home.

    The working directory of a build is always the same path, because a new path or new vars make
    dbt parse everything again; the finished build is moved away.
    """

    settings: Settings
    on_node: Callable[[str, str], None] | None = None

    @property
    def building(self) -> Path:
        """Where a build grows."""
        return self.settings.home.warehouse / "building"

    @property
    def target(self) -> Path:
        """dbt's own files and what it warned of (``warnings.log``); may be deleted at any time."""
        return self.settings.home.warehouse / "dbt_target"

    def manifest(self) -> Manifest:
        """The manifest, parsed anew only when the project's files changed.

        What dbt remembers of a project that lay elsewhere names files by their old place (a new
        release in a directory of its own), so it is dropped.
        """
        marker, place = self.target / "models.sha256", self.target / "project_dir"
        path = self.target / "manifest.json"
        digest = models_digest(DBT_DIR)
        if not (place.exists() and place.read_text() == str(DBT_DIR)):
            shutil.rmtree(self.target, ignore_errors=True)
        if not (path.exists() and marker.exists() and marker.read_text() == digest):
            _parsed[self.target] = (digest, self._invoke(["parse"]).result)
            marker.write_text(digest)
            place.write_text(str(DBT_DIR))
        return _manifest(path, digest)

    def build(self) -> None:
        """Seeds, models and data tests into the working directory.

        Raises:
            JingtianError: A model or a data test failed; the message names it.
        """
        # Built once: dbt writes into it what it has compiled.
        digest, parsed = _parsed.pop(self.target, ("", None))
        # Overwriting a file makes some file systems wait for the disk; a new one does not.
        for folder in ("compiled", "run"):
            shutil.rmtree(self.target / folder, ignore_errors=True)
        self._invoke(
            [
                "build",
                "--exclude-resource-type",
                "unit_test",
                "--exclude",
                "config.materialized:ephemeral",
            ],
            parsed if digest == models_digest(DBT_DIR) else None,
        )

    def _invoke(self, command: list[str], parsed: Any = None) -> Any:
        from dbt.cli.main import dbtRunner

        failures: list[str] = []
        log = self.target / "warnings.log"

        def listen(event: Any) -> None:
            name = event.info.name
            if event.info.level in ("warn", "error"):
                with log.open("a", encoding="utf-8") as stream:
                    stream.write(f"{event.info.ts.ToJsonString()} {event.info.msg}\n")
            if name in ("LogModelResult", "LogTestResult", "LogSeedResult") and self.on_node:
                info = event.data.node_info
                self.on_node(info.node_name, str(info.node_status))

        with _environment(self._variables()):
            self.target.mkdir(parents=True, exist_ok=True)
            arguments = [
                *command,
                "--project-dir", str(DBT_DIR),
                "--profiles-dir", str(DBT_DIR),
                "--target-path", str(self.target),
                "--log-path", str(self.target / "logs"),
                "--log-level", "none",
                "--log-level-file", "none",  # dbt writes out every event before it looks at the level
                "--no-use-colors",
                "--no-write-json" if command[0] == "build" else "--write-json",
            ]  # fmt: skip
            try:
                result = dbtRunner(parsed, callbacks=[listen]).invoke(arguments)
            finally:
                self._release()
        if not result.success:
            for item in getattr(result.result, "results", None) or []:
                if str(item.status) in ("error", "fail", "runtime error"):
                    failures.append(f"{item.node.name}: {str(item.message or item.status)[:400]}")
            text = "; ".join(failures) or str(result.exception)
            raise JingtianError(f"数据仓库构建失败：{text}", f"the warehouse build failed: {text}")
        return result

    def _release(self) -> None:
        """Let go of the database: else this process could not open it read-only."""
        from dbt.adapters.duckdb.connections import DuckDBConnectionManager

        DuckDBConnectionManager.close_all_connections()

    def _variables(self) -> dict[str, str]:
        return {
            "JINGTIAN_BUILD_DIR": str(self.building),
            "JINGTIAN_MEMORY_LIMIT": self.settings.memory_limit,
            "JINGTIAN_THREADS": str(self.settings.threads),
            "JINGTIAN_TEMP_DIR": str(self.settings.home.scratch / "dbt"),
            "DO_NOT_TRACK": "1",
            "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        }

    def start(self) -> Path:
        """An empty working directory (what an interrupted build left is dropped)."""
        shutil.rmtree(self.building, ignore_errors=True)
        self.building.mkdir(parents=True)
        return self.building


# Projects that this process parsed and has not built yet, by dbt's folder, with the digest of the
# files they were parsed from: read once, not twice, as long as nobody changes the files.
_parsed: dict[Path, tuple[str, Any]] = {}


@lru_cache(maxsize=1)
def _manifest(path: Path, _digest: str) -> Manifest:
    return read_manifest(json.loads(path.read_text(encoding="utf-8")))


@contextmanager
def _environment(values: dict[str, str]) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
