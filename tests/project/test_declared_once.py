"""Rule 5: declare once, derive the rest: what was derived is fresh."""

from __future__ import annotations

import json
import re
from pathlib import Path

import jsonschema
import open_data_contract_standard
import pytest
import yaml
from open_data_contract_standard.model import OpenDataContractStandard

from expectations.contract import Contract
from pipelines.generate import METRICS_DIR, render_reference
from pipelines.paths import DBT_DIR, LEDGERS_DIR
from pipelines.warehouse.metric import load_metrics, render_metrics
from pipelines.warehouse.staging import render_metric_union, render_staging

ODCS = json.loads(
    (Path(open_data_contract_standard.__file__).parent / "schema.json").read_text(encoding="utf-8")
)
LEDGERS = sorted(path.name for path in LEDGERS_DIR.glob("*.odcs.yaml"))


def test_staging_models_are_those_the_contracts_give(contracts: dict[str, Contract]) -> None:
    for path, text in render_staging(contracts).items():
        found = (DBT_DIR / path).read_text(encoding="utf-8")
        assert found == text, f"{path} is stale: run make generate"


def test_no_staging_model_is_left_of_a_ledger_that_is_gone(contracts: dict[str, Contract]) -> None:
    rendered = {path.name for path in render_staging(contracts)}
    found = {path.name for path in (DBT_DIR / "models" / "staging").iterdir() if path.is_file()}
    assert found == rendered


def test_union_of_metrics_is_what_the_metric_folder_gives() -> None:
    for path, text in render_metric_union(DBT_DIR).items():
        found = (DBT_DIR / path).read_text(encoding="utf-8")
        assert found == text, f"{path} is stale: run make generate"
    rendered = {path.name for path in render_metric_union(DBT_DIR)} | {"_families.yml"}
    found_files = {p.name for p in (DBT_DIR / "models" / "marts" / "families").iterdir()}
    assert found_files == rendered - {"metric_union.sql"}


def test_catalogue_and_descriptions_are_those_the_declarations_give(
    contracts: dict[str, Contract],
) -> None:
    metrics = load_metrics(METRICS_DIR, contracts)
    for path, text in render_metrics(metrics).items():
        found = (DBT_DIR / path).read_text(encoding="utf-8")
        assert found == text, f"{path} is stale: run make generate"
    for metric in metrics.values():
        texts = (
            metric.name_zh,
            metric.name_en,
            metric.formula_zh,
            metric.formula_en,
            metric.source,
        )
        readings = [t for d in metric.definitions for t in (d.reading_zh, d.reading_en, d.document)]
        assert all(text.strip() for text in (*texts, *readings)), metric.metric_id


def test_reference_pages_are_fresh() -> None:
    for path, text in render_reference().items():
        assert path.read_text(encoding="utf-8") == text, f"{path} is stale: run make generate"


@pytest.mark.parametrize("name", LEDGERS)
def test_contract_is_valid_for_other_tools_of_the_standard(name: str) -> None:
    text = (LEDGERS_DIR / name).read_text(encoding="utf-8")
    document = yaml.safe_load(text)
    validator = jsonschema.Draft201909Validator(ODCS)
    errors = [f"{'/'.join(map(str, e.path))}: {e.message}" for e in validator.iter_errors(document)]
    assert errors == []
    model = OpenDataContractStandard.from_string(text)
    assert model.schema_ is not None
    (table,) = model.schema_
    assert table.name == name.removesuffix(".odcs.yaml")


@pytest.mark.parametrize("name", LEDGERS)
def test_standard_model_reads_the_same_columns_as_the_house(
    name: str, contracts: dict[str, Contract]
) -> None:
    model = OpenDataContractStandard.from_string((LEDGERS_DIR / name).read_text(encoding="utf-8"))
    (table,) = model.schema_ or []
    house = contracts[name.removesuffix(".odcs.yaml")]
    assert [p.name for p in table.properties or []] == [c.name for c in house.columns]
    assert [p.physicalType for p in table.properties or []] == [c.sql_type for c in house.columns]


def test_personal_columns_stop_at_the_lake(contracts: dict[str, Contract]) -> None:
    personal = {
        (n, c.name) for n, contract in contracts.items() for c in contract.columns if c.is_personal
    }
    assert personal, "at least the customer's name and number are personal"
    for path, text in render_staging(contracts).items():
        for ledger, column in personal:
            if path.stem.removesuffix("_history") == ledger:
                words = set(text.replace(",", " ").replace(":", " ").split())
                assert column not in words, f"{column} in {path}"


def test_registers_that_metrics_read_at_their_end_are_the_contracts(
    contracts: dict[str, Contract],
) -> None:
    macro = (DBT_DIR / "macros" / "rolled_up.sql").read_text(encoding="utf-8")
    listed = re.search(r"{% macro registers\(\) -%}(.*?){%- endmacro %}", macro, re.DOTALL)
    assert listed is not None
    registers = [name for name, contract in contracts.items() if contract.kind == "register"]
    assert re.findall(r"'([a-z_]+)'", listed[1]) == sorted(registers)
