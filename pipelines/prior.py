"""Earlier months beside a build: which builds hold the figures that a month is compared with.

Here belongs finding, for a month and a knowledge point, the builds of last month, of the last
quarter's end and of the years' ends. What the differences are belongs to the models.

A build is named by what it is made of. Its figures are made of loads, rules, definitions and models
alone, its *contents*; the differences also of the figures of earlier builds. So two builds may have
the same contents and different earlier months beside them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from expectations.contract import Contract
from expectations.decision import digest_of
from pipelines.gates.hashes import build_digest
from pipelines.paths import Home
from pipelines.periods import Period
from pipelines.publish import was_shown
from pipelines.registry import Registry
from pipelines.warehouse.build import complete_builds
from pipelines.warehouse.load_set import read_load_set


@dataclass(frozen=True)
class PriorBuild:
    """A build of an earlier month: its period, its contents and where it lies."""

    period: str
    contents_id: str
    folder: Path


def contents_id(period: str, hashes: Mapping[str, str]) -> str:
    """Name of what the figures of a build are made of."""
    return f"{period}-{build_digest(dict(hashes))[:12]}"


def build_id(period: str, hashes: Mapping[str, str], priors: tuple[PriorBuild, ...]) -> str:
    """Name of a build: its contents and the earlier months beside it."""
    if not priors:
        return contents_id(period, hashes)
    beside = [prior.contents_id for prior in priors]
    return f"{period}-{digest_of([build_digest(dict(hashes)), beside])[:12]}"


def find_build_of(home: Home, wanted: str, *, shown: bool = False) -> Path | None:
    """A complete build of those contents: the one in force, or the last by name; None without any.

    ``shown`` asks for one that was published or rebuilt on purpose: a gate that said no leaves a
    build behind that nobody was shown.
    """
    period = wanted[:7]
    pointer = home.period_pointer(period)
    in_force = pointer.read_text(encoding="utf-8").strip() if pointer.is_file() else ""
    found = [
        folder
        for folder in complete_builds(home, period)
        if _contents_of(folder) == wanted
        and (not shown or folder.name == in_force or was_shown(home, folder))
    ]
    return max(found, key=lambda folder: (folder.name == in_force, folder.name), default=None)


def find_priors(
    home: Home,
    registry: Registry,
    contracts: dict[str, Contract],
    hashes: Mapping[str, str],
    period: Period,
    as_of: int,
) -> tuple[PriorBuild, ...]:
    """Builds of the months that a month is compared with, as known at the same knowledge point.

    A month that was corrected since it was closed, or never closed, is left out: what would be
    compared with it has no value until it is closed (again).
    """
    priors = []
    for earlier in sorted(set(period.compared().values())):
        load_set = read_load_set(home, registry, contracts, earlier, as_of)
        if not load_set.present():
            continue
        wanted = contents_id(str(earlier), {**hashes, "load_set": load_set.digest})
        folder = find_build_of(home, wanted, shown=True)
        if folder is not None:
            priors.append(PriorBuild(str(earlier), wanted, folder))
    return tuple(priors)


def _contents_of(folder: Path) -> str:
    described = json.loads((folder / "load_set.json").read_text(encoding="utf-8"))
    return str(described.get("contents", folder.name))
