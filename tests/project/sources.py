"""Reading the project's own files: Python modules as syntax trees, models as what they select from."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

from pipelines.paths import DBT_DIR, PROJECT_ROOT

PACKAGES = ("pipelines", "reports", "expectations")
MODELS_DIR = DBT_DIR / "models"
_COMMENT = re.compile(r"--[^\n]*|/\*.*?\*/|\{#.*?#\}", re.DOTALL)
_REF = re.compile(r"""\bref\(\s*['"](\w+)['"]\s*\)""")
_SOURCE = re.compile(r"""\bsource\(\s*['"](\w+)['"]\s*,\s*['"](\w+)['"]\s*\)""")


@dataclass(frozen=True)
class Model:
    """One dbt model: its place below ``models`` and what it reads."""

    name: str
    folder: tuple[str, ...]
    refs: frozenset[str]
    sources: frozenset[tuple[str, str]]


def modules(*packages: str) -> Iterator[tuple[str, ast.Module]]:
    """Path below the project and syntax tree of every module of some packages."""
    for package in packages:
        paths = sorted((PROJECT_ROOT / package).rglob("*.py"))
        assert paths, f"package {package} has no module"
        for path in paths:
            tree = ast.parse(path.read_text(encoding="utf-8"), str(path))
            yield path.relative_to(PROJECT_ROOT).as_posix(), tree


def imported(tree: ast.Module) -> set[str]:
    """Dotted names of everything a module imports, wherever the import stands."""
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return names


def called(tree: ast.Module) -> set[str]:
    """Dotted names of everything a module calls, as written."""
    return {ast.unparse(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}


def texts(tree: ast.Module) -> set[str]:
    """Every string of a module except its docstrings."""
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
        and isinstance(node.body[0].value, ast.Constant)
    }
    return {
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and id(node) not in docstrings
    }


def models() -> dict[str, Model]:
    """Every dbt model by name, from the SQL itself, comments left out."""
    found: dict[str, Model] = {}
    for path in sorted(MODELS_DIR.rglob("*.sql")):
        sql = _COMMENT.sub(" ", path.read_text(encoding="utf-8"))
        assert path.stem not in found, f"two models are named {path.stem}"
        found[path.stem] = Model(
            path.stem,
            path.parent.relative_to(MODELS_DIR).parts,
            frozenset(_REF.findall(sql)),
            frozenset(_SOURCE.findall(sql)),
        )
    assert found, "there is no model"
    return found


def seeds() -> set[str]:
    """Names of the seeds."""
    return {path.stem for path in (DBT_DIR / "seeds").glob("*.csv")}
