"""Rule 1: data moves right only; nothing reads from its right."""

from __future__ import annotations

import pytest

from expectations.contract import Contract
from tests.project.sources import called, imported, models, modules, seeds, texts

CODES = "ledger_code"  # what the contracts list, not rows of a ledger


@pytest.mark.parametrize("package", ["reports", "expectations"])
def test_package_opens_no_registry_and_no_warehouse(package: str) -> None:
    for path, tree in modules(package):
        names = imported(tree)
        assert not {n for n in names if n.split(".")[0] in ("sqlite3", "pipelines")}, path
        assert not {n for n in names if n.split(".")[0] in ("sqlalchemy", "dbt")}, path
        for text in texts(tree):
            assert "registry.sqlite" not in text, path
            assert "jingtian.duckdb" not in text, path
            assert "pay.duckdb" not in text, path


def test_reports_open_no_database_at_all() -> None:
    for path, tree in modules("reports"):
        assert not {n for n in imported(tree) if n.split(".")[0] == "duckdb"}, path


def test_expectations_connect_to_frozen_slices_only() -> None:
    """The runner makes a throw-away database of views, the screen keeps its plans in one of its own;
    the others are handed a connection."""
    calls = {path: called(tree) for path, tree in modules("expectations")}
    assert {p for p, names in calls.items() if "duckdb.connect" in names} == {
        "expectations/database.py"
    }
    assert {p for p, names in calls.items() if "open_database" in names} == {
        "expectations/runner.py",
        "expectations/screen.py",
    }


def test_only_the_registry_package_touches_sqlite() -> None:
    using = {
        path
        for path, tree in modules("pipelines", "reports", "expectations")
        if any(n.split(".")[0] == "sqlite3" for n in imported(tree))
    }
    assert using == {"pipelines/registry/store.py"}


def test_the_registry_is_never_updated_or_deleted_from() -> None:
    """What is in force is read from the events; history is not rewritten."""
    ((_, tree),) = [m for m in modules("pipelines") if m[0] == "pipelines/registry/store.py"]
    statements = " ".join(texts(tree)).lower()
    for verb in ("update ", "delete from", "drop table"):
        assert verb not in statements


def test_reports_and_expectations_write_below_the_folders_they_are_given() -> None:
    """No module of the two lower packages finds the bank's data directory by itself."""
    for path, tree in modules("reports", "expectations"):
        assert not {n for n in imported(tree) if n in ("os.environ", "tomllib")}, path
        assert "JINGTIAN_HOME" not in texts(tree), path


def test_staging_reads_sources_only() -> None:
    staging = [m for m in models().values() if m.folder == ("staging",)]
    for model in staging:
        assert not model.refs, model.name
        if model.name != CODES:
            assert model.sources, model.name
            ledger = model.name.removesuffix("_history")
            assert {t for s, t in model.sources if s == "lake"} == {model.name}
            assert model.sources <= {("lake", model.name), ("run", "run_load")}, ledger


def test_only_staging_reads_the_lake() -> None:
    for model in models().values():
        if model.folder != ("staging",):
            assert not {s for s, _ in model.sources if s != "run"}, model.name


def test_metrics_read_aggregates_and_never_a_ledger() -> None:
    known = models()
    metrics = [m for m in known.values() if m.folder[:2] == ("marts", "metrics")]
    assert metrics
    for model in metrics:
        assert any(r.startswith("int_") for r in model.refs), model.name
        for ref in model.refs - {CODES} - seeds():
            assert known[ref].folder == ("intermediate",), f"{model.name} reads {ref}"


def test_marts_read_no_ledger(contracts: dict[str, Contract]) -> None:
    rows = {n for name in contracts for n in (name, f"{name}_history")}
    for model in models().values():
        if model.folder[0] == "marts":
            assert not model.refs & rows, model.name


def test_nothing_reads_from_its_right() -> None:
    order = {"staging": 0, "intermediate": 1, "marts": 2}
    known = models()
    for model in known.values():
        for ref in model.refs - seeds():
            assert order[known[ref].folder[0]] <= order[model.folder[0]], f"{model.name} < {ref}"


def test_every_reference_exists() -> None:
    known, published = models(), seeds()
    for model in known.values():
        assert model.refs <= set(known) | published, model.name


def test_what_outputs_read_is_a_mart() -> None:
    from reports.outputs import discover_outputs

    known = models()
    outputs = discover_outputs()
    assert outputs
    for output in outputs.values():
        for name in output.reads:
            assert known[name].folder[0] == "marts", f"{output.id} reads {name}"
