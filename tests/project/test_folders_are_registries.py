"""Rule 4: folders are the registries; misspelt keys are errors that name file and line."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

import expectations.contract
import expectations.rule
import expectations.suite
import pipelines.landing.mapping
import reports.bulletins.plan
import reports.layout
import reports.notes
import reports.reasons
import reports.relations
from expectations.contract import Contract, load_contract, load_contracts
from expectations.rule import load_rule_book
from expectations.strict_yaml import StrictYamlError, load_strict
from expectations.suite import load_suite
from pipelines.landing.mapping import load_mapping
from pipelines.paths import DBT_DIR, LEDGERS_DIR, MAPPINGS_DIR, PROJECT_ROOT
from pipelines.settings import Settings
from reports.outputs import OutputError, discover_outputs

REPORTS_DIR = PROJECT_ROOT / "reports"
EXPECTATIONS_DIR = PROJECT_ROOT / "expectations"
Load = Callable[[Path], object]


@dataclass(frozen=True)
class Kind:
    """A kind of YAML file: an example, its declared shape and how the product reads it."""

    name: str
    example: Path
    shape: Any
    load: Load


def _suite(path: Path) -> object:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(expectations.suite, "SUITES_DIR", path.parent.parent)
        return load_suite(path.parent.name, path.stem)


def _mapping(path: Path) -> object:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pipelines.landing.mapping, "MAPPINGS_DIR", path.parent)
        return load_mapping(path.stem, load_contracts(LEDGERS_DIR))


def _output(path: Path) -> object:
    return discover_outputs(path.parent.parent.parent)


def _layout(path: Path) -> object:
    return reports.layout.load_layout(path, "2025-12")


def _relations(path: Path) -> object:
    layout = reports.layout.load_layout(REPORTS_DIR / "returns/S71_I/layout.yml", "2025-12")
    return reports.relations.load_relations(path, layout)


def _bulletin(path: Path) -> object:
    reads = discover_outputs()["inclusive_bulletin"].reads
    return reports.bulletins.plan.load_plan(path.parent, reads)


def _notes(path: Path) -> object:
    return reports.notes.load_notes(path.parent)


def _reasons(path: Path) -> object:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reports.reasons, "_FILE", path)
        reports.reasons._texts.cache_clear()
        try:
            return reports.reasons._texts()
        finally:
            reports.reasons._texts.cache_clear()


KINDS = [
    Kind(
        "contract",
        LEDGERS_DIR / "loan_account.odcs.yaml",
        expectations.contract._SHAPE,
        load_contract,
    ),
    Kind(
        "rule",
        EXPECTATIONS_DIR / "rules/loan_account.yaml",
        expectations.rule._SHAPE,
        lambda path: load_rule_book(path.parent),
    ),
    Kind("suite", EXPECTATIONS_DIR / "marts/marts.yaml", expectations.suite._SHAPE, _suite),
    Kind("mapping", MAPPINGS_DIR / "berka.yaml", pipelines.landing.mapping._SHAPE, _mapping),
    Kind(
        "output",
        REPORTS_DIR / "bulletins/coverage/output.yml",
        reports.layout.HEAD_SHAPE,
        _output,
    ),
    Kind("layout", REPORTS_DIR / "returns/S71_I/layout.yml", reports.layout.LAYOUT_SHAPE, _layout),
    Kind(
        "relations",
        REPORTS_DIR / "returns/S71_I/relations.yml",
        reports.relations.RELATIONS_SHAPE,
        _relations,
    ),
    Kind(
        "bulletin",
        REPORTS_DIR / "bulletins/inclusive/bulletin.yml",
        reports.bulletins.plan.SHAPE,
        _bulletin,
    ),
    Kind("notes", REPORTS_DIR / "statements/pay/notes.yml", reports.notes._SHAPE, _notes),
    Kind("reasons", REPORTS_DIR / "reasons.yml", reports.reasons._SHAPE, _reasons),
]


def _keys(node: yaml.Node, shape: Any, where: str = "") -> Iterator[tuple[str, str, int]]:
    """Place in the shape, key and line of every declared key of a file (free keys left out)."""
    if isinstance(node, yaml.MappingNode) and isinstance(shape, dict):
        declared = {key.rstrip("?"): sub for key, sub in shape.items()}
        for key_node, value in node.value:
            key, line = str(key_node.value), key_node.start_mark.line + 1
            sub = declared.get(key, declared.get("*"))
            if "*" not in declared:
                yield f"{where}.{key}", key, line
            yield from _keys(value, sub, f"{where}.{key if key in declared else '*'}")
    elif isinstance(node, yaml.SequenceNode) and isinstance(shape, list):
        for item in node.value:
            yield from _keys(item, shape[0], f"{where}[]")


def _cases() -> list[Any]:
    cases = []
    for kind in KINDS:
        root = yaml.compose(kind.example.read_text(encoding="utf-8"), yaml.SafeLoader)
        seen: set[str] = set()
        for place, key, line in _keys(root, kind.shape):
            if place not in seen:
                seen.add(place)
                cases.append(pytest.param(kind, key, line, id=f"{kind.name}{place}"))
    return cases


def _copy(example: Path, folder: Path) -> Path:
    """The file in a copy of its surroundings: two folders up, without other outputs."""
    target = folder / example.parent.parent.name / example.parent.name
    shutil.copytree(example.parent, target, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    return target / example.name


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_copy_of_the_file_is_read(kind: Kind, tmp_path: Path) -> None:
    assert kind.load(_copy(kind.example, tmp_path))


@pytest.mark.parametrize(("kind", "key", "line"), _cases())
def test_misspelt_key_is_an_error_at_its_line(
    kind: Kind, key: str, line: int, tmp_path: Path
) -> None:
    path = _copy(kind.example, tmp_path)
    lines = path.read_text(encoding="utf-8").splitlines()
    misspelt = f"{key[:-2]}{key[-1]}{key[-2]}" if key[-1:] != key[-2:-1] else f"{key}x"
    changed, count = re.subn(
        rf"(^|[\s{{\[,-])(['\"]?){re.escape(key)}\2:",
        rf"\g<1>{misspelt}:",
        lines[line - 1],
        count=1,
    )
    assert count == 1, lines[line - 1]
    lines[line - 1] = changed
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    with pytest.raises(StrictYamlError) as caught:
        kind.load(path)
    assert caught.value.path == path
    assert caught.value.line == line
    assert misspelt in str(caught.value)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_key_given_twice_is_an_error_at_its_line(kind: Kind, tmp_path: Path) -> None:
    path = _copy(kind.example, tmp_path)
    text = path.read_text(encoding="utf-8")
    root = yaml.compose(text, yaml.SafeLoader)
    first = root.value[0][0].value
    again = len(text.splitlines()) + 1
    path.write_text(f"{text.rstrip()}\n{first}: again\n", encoding="utf-8")
    with pytest.raises(StrictYamlError, match="twice") as caught:
        kind.load(path)
    assert caught.value.line in (again, again - 1)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
@pytest.mark.parametrize("content", ["", "# nothing\n", "just words\n", "a: [\n"])
def test_file_that_is_no_mapping_is_an_error(kind: Kind, content: str, tmp_path: Path) -> None:
    path = _copy(kind.example, tmp_path)
    path.write_text(content, encoding="utf-8")
    with pytest.raises(StrictYamlError):
        kind.load(path)


# ---- duplicates and strangers -------------------------------------------------------------------


def test_unknown_custom_property_is_an_error_at_its_line(tmp_path: Path) -> None:
    path = _copy(LEDGERS_DIR / "loan_account.odcs.yaml", tmp_path)
    lines = path.read_text(encoding="utf-8").splitlines()
    (at,) = [n for n, text in enumerate(lines) if text.strip() == "- property: ledger_kind"]
    lines[at] = lines[at].replace("ledger_kind", "ledger_knid")
    path.write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(StrictYamlError, match="ledger_knid") as caught:
        load_contract(path)
    assert caught.value.line == at + 1


def test_contract_under_another_file_name_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "loans.odcs.yaml"
    shutil.copy(LEDGERS_DIR / "loan_account.odcs.yaml", path)
    with pytest.raises(StrictYamlError, match="file name"):
        load_contract(path)


def test_folder_without_contracts_or_rules_is_an_error(tmp_path: Path) -> None:
    for load in (load_contracts, load_rule_book):
        with pytest.raises(StrictYamlError):
            load(tmp_path)


def test_contracts_and_rules_come_in_sorted_order(contracts: dict[str, Contract]) -> None:
    assert list(contracts) == sorted(contracts)
    assert list(load_rule_book().rules) == sorted(load_rule_book().rules)
    assert list(discover_outputs()) == sorted(discover_outputs())


def test_rule_code_used_twice_is_refused_with_file_and_line(tmp_path: Path) -> None:
    folder = tmp_path / "rules"
    shutil.copytree(EXPECTATIONS_DIR / "rules", folder)
    path = folder / "org_unit.yaml"
    lines = path.read_text(encoding="utf-8").replace("JT-ORG-0001", "JT-LOAN-0001").splitlines()
    (at,) = [n for n, text in enumerate(lines, start=1) if "JT-LOAN-0001" in text]
    path.write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(StrictYamlError, match="JT-LOAN-0001 occurs twice") as caught:
        load_rule_book(folder)
    assert (caught.value.path.name, caught.value.line) == ("org_unit.yaml", at)


def test_suite_code_used_twice_is_refused(tmp_path: Path) -> None:
    path = _copy(EXPECTATIONS_DIR / "marts/marts.yaml", tmp_path)
    text = path.read_text(encoding="utf-8").replace("JT-MART-0002", "JT-MART-0001")
    path.write_text(text, encoding="utf-8")
    with pytest.raises(StrictYamlError, match="distinct"):
        _suite(path)


def test_mapping_onto_an_unknown_ledger_or_column_is_refused_at_its_line(tmp_path: Path) -> None:
    text = (MAPPINGS_DIR / "berka.yaml").read_text(encoding="utf-8")
    for right, wrong in (("  loan_account:", "  loan_acount:"), ("branch_id:", "brnach_id:")):
        path = tmp_path / "berka.yaml"
        path.write_text(text.replace(right, wrong, 1), encoding="utf-8")
        lines = path.read_text(encoding="utf-8").splitlines()
        at = next(n for n, line in enumerate(lines, start=1) if wrong.strip() in line)
        with pytest.raises(StrictYamlError, match=wrong.strip(" :")) as caught:
            _mapping(path)
        assert caught.value.line == at


def test_output_id_used_by_two_folders_is_refused(tmp_path: Path) -> None:
    root = tmp_path / "reports"
    for name in ("first", "second"):
        (root / "bulletins" / name).mkdir(parents=True)
        shutil.copy(REPORTS_DIR / "bulletins/coverage/output.yml", root / "bulletins" / name)
    with pytest.raises(OutputError, match="coverage_bulletin"):
        discover_outputs(root)


def test_unknown_setting_is_named_with_its_file(tmp_path: Path) -> None:
    from pipelines.errors import UsageError

    (tmp_path / "jingtian.toml").write_text('ouputs = ["S71_I"]\n', encoding="utf-8")
    with pytest.raises(UsageError, match=r"jingtian\.toml.*ouputs"):
        Settings.from_env(tmp_path)


# ---- dbt: its parser is silent about misspelt keys ----------------------------------------------

_META = {
    "meta?": {
        "unit?": str,
        "source?": str,
        "ledger?": str,
        "ledger_kind?": str,
        "submitted_by?": str,
    }
}
_COLUMN = {
    "name": str,
    "data_type?": str,
    "description?": str,
    "data_tests?": [Any],
    "constraints?": [{"type": str}],
    "config?": _META,
}
_MODEL = {
    "name": str,
    "description": str,
    "columns?": [_COLUMN],
    "data_tests?": [Any],
    "config?": {
        **_META,
        "column_types?": {"*": str},
        "contract?": {"enforced": bool},
        "materialized?": str,
    },
}
_GIVEN = {"input": str, "rows?": Any, "format?": str, "fixture?": str}  # rows: a list or SQL
_PROPERTIES = {
    "version": int,
    "models?": [_MODEL],
    "seeds?": [_MODEL],
    "sources?": [
        {
            "name": str,
            "schema": str,
            "description?": str,
            "tables": [{"name": str, "description": str, "columns?": [_COLUMN], "config?": _META}],
        }
    ],
    "unit_tests?": [
        {
            "name": str,
            "model": str,
            "description?": str,
            "given": [_GIVEN],
            "expect": {"rows?": Any, "format?": str, "fixture?": str},
            "overrides?": {"macros?": {"*": Any}, "vars?": {"*": Any}, "env_vars?": {"*": Any}},
            "config?": _META,
        }
    ],
}
_DATA_TESTS = {
    "unique": {},
    "not_null": {},
    "accepted_values": {"values", "quote"},
    "relationships": {"to", "field"},
}
PROPERTY_FILES = sorted((DBT_DIR / "models").rglob("*.yml")) + sorted(
    (DBT_DIR / "seeds").glob("*.yml")
)


def _data_tests(properties: dict[str, Any]) -> Iterator[Any]:
    for item in [*properties.get("models", []), *properties.get("seeds", [])]:
        yield from item.get("data_tests", [])
        for column in item.get("columns", []):
            yield from column.get("data_tests", [])


@pytest.mark.parametrize("path", PROPERTY_FILES, ids=lambda p: p.relative_to(DBT_DIR).as_posix())
def test_dbt_properties_have_known_keys_only(path: Path) -> None:
    properties = load_strict(path, _PROPERTIES)
    for test in _data_tests(properties):
        name, body = (test, {}) if isinstance(test, str) else next(iter(test.items()))
        assert name in _DATA_TESTS, f"{path}: {name}"
        assert isinstance(test, str) or len(test) == 1, f"{path}: {test}"
        assert set(body or {}) <= {"arguments", "config", "name", "description"}, f"{path}: {test}"
        assert set((body or {}).get("arguments", {})) <= set(_DATA_TESTS[name]), f"{path}: {test}"


def test_whitelist_of_dbt_keys_catches_a_misspelt_one(tmp_path: Path) -> None:
    path = tmp_path / "models.yml"
    path.write_text("version: 2\nmodels:\n  - name: a\n    descrpition: lost\n", encoding="utf-8")
    with pytest.raises(StrictYamlError, match="descrpition") as caught:
        load_strict(path, _PROPERTIES)
    assert caught.value.line == 4


def test_every_model_and_seed_is_described_once() -> None:
    described: list[str] = []
    for path in PROPERTY_FILES:
        properties = load_strict(path, _PROPERTIES)
        for item in [*properties.get("models", []), *properties.get("seeds", [])]:
            described.append(item["name"])
    files = [p.stem for p in (DBT_DIR / "models").rglob("*.sql")]
    files += [p.stem for p in (DBT_DIR / "seeds").glob("*.csv")]
    assert sorted(described) == sorted(files)


def test_described_columns_of_a_mart_are_typed() -> None:
    """The enforced contract of a mart is its columns' types; a typed column keeps money exact."""
    for path in (DBT_DIR / "models" / "marts").rglob("*.yml"):
        for model in load_strict(path, _PROPERTIES).get("models", []):
            assert model.get("columns"), model["name"]
            for column in model["columns"]:
                kind = str(column.get("data_type", "")).lower()
                assert kind, f"{model['name']}.{column['name']}"
                assert not re.match(r"double|float|real", kind), f"{model['name']}.{column['name']}"
