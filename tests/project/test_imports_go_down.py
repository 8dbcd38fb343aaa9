"""Rule 2: imports go down only."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

from pipelines.paths import PROJECT_ROOT
from tests.project.sources import PACKAGES, imported, modules

LAYERS = ["pipelines", "reports", "expectations"]  # top to bottom; the portal comes above them


def _contract() -> dict:
    text = (PROJECT_ROOT / "pyproject.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)["tool"]["importlinter"]


def test_import_linter_keeps_the_contract() -> None:
    done = subprocess.run(
        [Path(sys.executable).parent / "lint-imports", "--no-cache"],
        cwd=PROJECT_ROOT,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 kept, 0 broken" in done.stdout


def test_contract_covers_every_package_of_the_project() -> None:
    packages = {
        path.parent.name
        for path in PROJECT_ROOT.glob("*/__init__.py")
        if path.parent.name not in ("tests", "bench")
    }
    linted = _contract()
    (contract,) = linted["contracts"]
    assert packages == set(linted["root_packages"])
    assert contract["type"] == "layers"
    assert [p for p in contract["layers"] if p in LAYERS] == LAYERS
    assert set(contract["layers"]) == packages
    assert not {"ignore_imports", "unmatched_ignore_imports_alerting"} & set(contract)


def test_no_lower_package_imports_a_higher_one_even_inside_a_function() -> None:
    for level, package in enumerate(LAYERS):
        higher = set(LAYERS[:level]) | {"tests", "bench", "portal"}
        for path, tree in modules(package):
            tops = {name.split(".")[0] for name in imported(tree)}
            assert not tops & higher, path


def test_product_imports_no_tests_and_no_benchmark() -> None:
    for path, tree in modules(*PACKAGES):
        assert not {n for n in imported(tree) if n.split(".")[0] in ("tests", "bench")}, path
