"""One build: inputs, dbt, and the finished directory moved into place."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from pathlib import Path

import duckdb

from expectations.contract import Contract
from pipelines.database import connect
from pipelines.paths import Home
from pipelines.settings import Settings
from pipelines.warehouse.comments import write_comments
from pipelines.warehouse.dbt import DbtProject
from pipelines.warehouse.inputs import write_inputs, write_prior_values
from pipelines.warehouse.load_set import LoadSet

WAREHOUSE_FILE = "jingtian.duckdb"
PAY_FILE = "pay.duckdb"
_COMPLETE = "COMPLETE"


def build_warehouse(
    settings: Settings,
    project: DbtProject,
    contracts: dict[str, Contract],
    load_set: LoadSet,
    gaps: dict[str, str],
    target: Path,
    *,
    contents: str,
    priors: Sequence[tuple[str, Path]] = (),
) -> Path:
    """Build the warehouse of one load set into ``target``.

    The build grows in a working directory and is renamed when it is whole, so a directory under
    ``builds`` is always complete.

    Args:
        settings: Home and limits.
        project: The dbt project.
        contracts: All ledgers.
        load_set: The loads in force.
        gaps: Metric id to the reason why it has no source at all.
        target: Directory of the build.
        contents: Name of what its figures are made of.
        priors: Earlier months and the builds whose figures this one is compared with.
    """
    folder = project.start()
    con = connect(settings, str(folder / WAREHOUSE_FILE))
    try:
        write_inputs(con, contracts, load_set, settings.home, gaps)
        write_prior_values(
            con, [(period, prior.name, prior / WAREHOUSE_FILE) for period, prior in priors]
        )
    finally:
        con.close()
    project.build()
    _comment(settings, project, folder)
    described = {"contents": contents, **load_set.as_dict()}
    text = json.dumps(described, ensure_ascii=False, indent=1)
    (folder / "load_set.json").write_text(text + "\n", encoding="utf-8")
    (folder / _COMPLETE).write_text("", encoding="utf-8")
    (folder / PAY_FILE).chmod(0o600)
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.rmtree(target, ignore_errors=True)
    folder.replace(target)
    return target


def _comment(settings: Settings, project: DbtProject, folder: Path) -> None:
    con = connect(settings)
    try:
        con.execute(f"attach '{folder / WAREHOUSE_FILE}' as jingtian")
        if (folder / PAY_FILE).exists():
            con.execute(f"attach '{folder / PAY_FILE}' as pay")
        relations = project.manifest().relations
        for database in ("jingtian", "pay"):  # a transaction writes to one file only
            con.execute("begin")
            write_comments(con, [r for r in relations if r.database == database])
            con.execute("commit")
    finally:
        con.close()


def find_build(home: Home, build_id: str) -> Path | None:
    """The complete build of that id, published or rebuilt; None when there is none."""
    for folder in (home.build(build_id), home.rebuilt / build_id):
        if (folder / _COMPLETE).is_file():
            return folder
    return None


def complete_builds(home: Home, period: str) -> list[Path]:
    """Every complete build of a period, published or rebuilt, by name."""
    folders = [
        folder
        for place in (home.build(period).parent, home.rebuilt)
        if place.is_dir()
        for folder in place.glob(f"{period}-*")
    ]
    return sorted(folder for folder in folders if (folder / _COMPLETE).is_file())


def attach_build(
    settings: Settings, folder: Path, *, with_pay: bool = True
) -> duckdb.DuckDBPyConnection:
    """A connection that reads a build; the catalog names are those the build was made with."""
    con = connect(settings)
    con.execute(f"attach '{folder / WAREHOUSE_FILE}' as jingtian (read_only)")
    if with_pay and (folder / PAY_FILE).exists():
        con.execute(f"attach '{folder / PAY_FILE}' as pay (read_only)")
    con.execute("use jingtian")
    return con
