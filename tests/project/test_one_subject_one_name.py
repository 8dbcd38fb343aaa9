"""Rule 3: one subject, one name."""

from __future__ import annotations

import re
from pathlib import Path

import dagster as dg
import pytest

from expectations.contract import Contract
from expectations.strict_yaml import load_strict
from pipelines.assets.ingest import ingest_assets
from pipelines.assets.partitions import monthly
from pipelines.landing.identity import Identity, identify
from pipelines.paths import DBT_DIR, LEDGERS_DIR, PROJECT_ROOT
from pipelines.periods import parse_period
from pipelines.settings import Settings
from tests.project.sources import PACKAGES, models
from tests.uploads import VALID

VAGUE = {"utils", "util", "helpers", "helper", "common", "misc", "lib", "shared", "stuff", "base"}


def test_contract_file_is_named_as_its_ledger(contracts: dict[str, Contract]) -> None:
    files = {
        path.name.removesuffix(".odcs.yaml") for path in LEDGERS_DIR.iterdir() if path.is_file()
    }
    assert files - {"__init__.py"} == set(contracts)
    for name, contract in contracts.items():
        assert contract.name == name
        assert re.fullmatch(r"[a-z]+(_[a-z]+)*", name)


def test_staging_models_are_named_as_the_ledgers(contracts: dict[str, Contract]) -> None:
    staging = {m.name for m in models().values() if m.folder == ("staging",)}
    expected = {n for name in contracts for n in (name, f"{name}_history")}
    assert staging == expected | {"ledger_code"}


def test_dbt_sources_are_named_as_the_ledgers(contracts: dict[str, Contract]) -> None:
    found: set[str] = set()
    for path in sorted((DBT_DIR / "models" / "staging").glob("*.yml")):
        for source in load_strict(path, {"*": object}).get("sources", []):
            if source["name"] == "lake":
                found |= {table["name"] for table in source["tables"]}
    assert found == {n for name in contracts for n in (name, f"{name}_history")}


def test_lake_folder_is_named_as_the_ledger(
    contracts: dict[str, Contract], settings: Settings
) -> None:
    for name in contracts:
        part = settings.home.lake_part(name, "2025-12", "1001", "abc")
        assert part.relative_to(settings.home.root).parts[:2] == ("lake", name)


@pytest.mark.filterwarnings("ignore:.*backfill_policy")
def test_dagster_asset_is_named_as_the_ledger(
    contracts: dict[str, Contract], settings: Settings
) -> None:
    assets = ingest_assets(settings, contracts, monthly(settings))
    keys = {key for asset in assets for key in asset.keys}
    assert keys == {dg.AssetKey(["lake", name]) for name in contracts}


def test_file_name_reference_page_and_fixture_are_named_as_the_ledger(
    contracts: dict[str, Contract],
) -> None:
    for name in contracts:
        december = Identity(name, "1001", parse_period("2025-12"))
        assert identify(f"{name}_1001_2025-12.csv", contracts) == december
        assert (PROJECT_ROOT / "docs" / "reference" / "ledgers" / f"{name}.md").is_file()
    assert set(VALID) == set(contracts)


def test_no_ledger_name_hides_another_in_a_file_name(contracts: dict[str, Contract]) -> None:
    """``customer`` and ``customer_archive`` are told apart by the organisation between them."""
    for name in contracts:
        assert not name.endswith("_history"), "the staging view of the months has that ending"
        for other in contracts:
            found = identify(f"{other}_{name}9_2025-12.csv", contracts)
            longest = max((n for n in contracts if f"{other}_{name}9".startswith(f"{n}_")), key=len)
            assert found is None or found.ledger == longest


def test_metric_is_named_as_its_file_in_catalogue_and_union() -> None:
    import csv

    known = models()
    files = {m.name for m in known.values() if m.folder[:2] == ("marts", "metrics")}
    with (DBT_DIR / "seeds" / "metric_catalogue.csv").open(encoding="utf-8") as stream:
        catalogue = [row["metric_id"] for row in csv.DictReader(stream)]
    assert sorted(catalogue) == sorted(files)
    families = known["metric_union"].refs
    assert {m for family in families for m in known[family].refs} == files
    assert families == {f"family_{known[m].folder[2]}" for m in files}
    assert "metric_union" in known["mart_metric_value"].refs


def test_return_is_named_as_its_folder() -> None:
    from reports.outputs import discover_outputs

    for output in discover_outputs().values():
        if output.kind == "return":
            assert output.folder.name == output.id


def test_no_module_has_a_vague_name() -> None:
    for package in (*PACKAGES, "tests", "bench"):
        for path in (PROJECT_ROOT / package).rglob("*"):
            if path.is_dir() or path.suffix in (".py", ".sql"):
                assert Path(path).stem.lower() not in VAGUE, path
