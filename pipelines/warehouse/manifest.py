"""The dbt manifest: which ledgers a model rests on. Required inputs follow from outputs."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipelines.paths import DBT_DIR

_MODEL_SUFFIXES = {".sql", ".yml", ".yaml", ".csv", ".md"}


@dataclass(frozen=True)
class Relation:
    """A described table or view of the warehouse: model, seed or source.

    ``database`` is the catalog (jingtian, pay), ``columns`` the described columns.
    """

    database: str
    schema: str
    name: str
    description: str
    columns: dict[str, str]


@dataclass(frozen=True)
class Manifest:
    """What the house needs of dbt's manifest: models, their parents, the metrics' models."""

    parents: dict[str, tuple[str, ...]]
    models: dict[str, str]
    metrics: tuple[str, ...]
    relations: tuple[Relation, ...]

    def ledgers_of(self, model: str) -> set[str]:
        """Ledgers a model rests on, directly or not.

        Raises:
            KeyError: There is no such model.
        """
        found: set[str] = set()
        seen: set[str] = set()
        todo = [self.models[model]]
        while todo:
            node = todo.pop()
            if node in seen:
                continue
            seen.add(node)
            parts = node.split(".")
            if parts[0] == "source":
                if parts[2] == "lake":
                    found.add(parts[3].removesuffix("_history"))
                continue
            todo.extend(self.parents.get(node, ()))
        return found

    def ledgers_of_all(self, models: Iterable[str]) -> set[str]:
        """Ledgers that any of the models rests on."""
        found: set[str] = set()
        for model in models:
            found |= self.ledgers_of(model)
        return found


def read_manifest(raw: Any) -> Manifest:
    """From dbt's manifest (the object of a parse or the decoded ``manifest.json``)."""
    if not isinstance(raw, dict):
        raw = raw.to_dict() if hasattr(raw, "to_dict") else vars(raw)
    models: dict[str, str] = {}
    metrics: list[str] = []
    for unique_id, node in raw["nodes"].items():
        if node["resource_type"] != "model":
            continue
        models[node["name"]] = unique_id
        path = node["original_file_path"].replace("\\", "/")
        if "/marts/metrics/" in path:
            metrics.append(node["name"])
    parents = {k: tuple(v) for k, v in raw["parent_map"].items()}
    described = [
        node
        for node in [*raw["nodes"].values(), *raw["sources"].values()]
        if node["resource_type"] in ("model", "seed", "source")
    ]
    relations = tuple(
        Relation(
            database=node["database"],
            schema=node["schema"],
            name=node.get("alias") or node.get("identifier") or node["name"],
            description=node.get("description", ""),
            columns={name: c.get("description", "") for name, c in node["columns"].items()},
        )
        for node in described
    )
    return Manifest(parents, models, tuple(sorted(metrics)), relations)


def models_digest(folder: Path = DBT_DIR) -> str:
    """Digest of everything that says what a figure means: models, macros, seeds, tests."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder)
        if inside.parts[0] in ("target", "logs", "dbt_packages") or not path.is_file():
            continue
        if path.suffix in _MODEL_SUFFIXES:
            text = path.read_bytes()
            digest.update(f"{inside.as_posix()}\n{len(text)}\n".encode())
            digest.update(text)
    return digest.hexdigest()


def seeds_digest(folder: Path = DBT_DIR) -> str:
    """Digest of the published definitions, schemes and targets."""
    digest = hashlib.sha256()
    for path in sorted((folder / "seeds").glob("*.csv")):
        digest.update(path.name.encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()
