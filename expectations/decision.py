"""A gate's decision: what was judged, under which hashes, and the outcome. Fail closed.

``decision.json`` lies beside the frozen slice. Its hash is what emission is given: a decision that
is missing, failed, stale (any of its hashes differs from today's) or whose slice was altered is
refused wherever it is used.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

NAME = "decision.json"


def canonical(values: Any) -> bytes:
    """JSON with sorted keys and no spaces: the bytes that are hashed."""
    text = json.dumps(values, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text.encode("utf-8")


def digest_of(values: Any) -> str:
    """Hex SHA-256 of the canonical JSON of plain values."""
    return hashlib.sha256(canonical(values)).hexdigest()


def file_digest(path: Path) -> str:
    """Hex SHA-256 of a file."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


@dataclass
class Decision:
    """The outcome of one gate on one slice.

    Attributes:
        gate: ``lake``, ``marts``, ``pay`` or ``report:<id>``.
        period: ``YYYY-MM``.
        status: ``passed`` or ``failed``.
        hashes: Digests of load set, rules, definitions and models at judging time.
        files: File name to SHA-256 of the frozen slice.
        counts: Number of failed expectations by severity.
        results: One entry per expectation: code, severity, outcome, offending rows.
        not_run: What could not run, with the reason.
        waivers: Waivers that were applied.
    """

    gate: str
    period: str
    status: str
    hashes: dict[str, str]
    files: dict[str, str]
    counts: dict[str, int]
    results: list[dict[str, Any]] = field(default_factory=list)
    not_run: list[dict[str, str]] = field(default_factory=list)
    waivers: list[dict[str, str]] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        """Plain values, the content of ``decision.json``."""
        return dict(self.__dict__)

    @property
    def hash(self) -> str:
        """The decision's own digest."""
        return digest_of(self.as_dict())

    @property
    def fingerprint(self) -> str:
        """Digest of what was judged (not of the outcome): names the folder of the slice."""
        return slice_fingerprint(self.gate, self.period, self.hashes, self.files)

    def write(self, folder: Path) -> Path:
        """Write ``decision.json`` into a folder."""
        path = folder / NAME
        text = json.dumps(self.as_dict(), ensure_ascii=False, sort_keys=True, indent=2)
        path.write_text(text + "\n", encoding="utf-8")
        return path


def slice_fingerprint(gate: str, period: str, hashes: dict[str, str], files: dict[str, str]) -> str:
    """Digest that names a slice: same content judged under the same hashes, same name."""
    return digest_of({"gate": gate, "period": period, "hashes": hashes, "files": files})[:32]


def read_decision(folder: Path) -> Decision:
    """Read ``decision.json`` of a folder.

    Raises:
        FileNotFoundError: There is none.
        ValueError: It is not a decision.
    """
    raw = json.loads((folder / NAME).read_text(encoding="utf-8"))
    try:
        return Decision(**raw)
    except TypeError as exc:
        raise ValueError(f"{folder / NAME} is not a gate decision: {exc}") from exc
