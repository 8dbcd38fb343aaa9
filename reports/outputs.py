"""Which outputs exist: every folder with a ``layout.yml`` or an ``output.yml`` is one.

Here belongs discovering outputs and reading their heads. What an output looks like belongs to
its own folder and its writer.
"""

from __future__ import annotations

import hashlib
import importlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

from expectations.strict_yaml import load_strict
from reports.layout import HEAD_SHAPE, LAYOUT_SHAPE

REPORTS_DIR = Path(__file__).parent
# Room -> (kind of output, file that makes a folder an output).
ROOMS = {
    "atlas": ("atlas", "output.yml"),
    "bulletins": ("bulletin", "output.yml"),
    "returns": ("return", "layout.yml"),
    "statements": ("statement", "output.yml"),
}
_DUE_MONTHS = {
    "all": frozenset(range(1, 13)),
    "quarter_end": frozenset({3, 6, 9, 12}),
    "half_year_end": frozenset({6, 12}),
    "december": frozenset({12}),
}


class OutputError(ValueError):
    """The folders of outputs contradict each other; the message names the files."""


@dataclass(frozen=True)
class Output:
    """The head of one output.

    Attributes:
        id: Name used in commands and paths.
        kind: return, statement, bulletin or atlas.
        slice: The gate whose frozen slice it reads: marts or pay.
        reads: Mart models it is made of (metrics by name); ``pipelines`` derives the required
            ledgers and parameters from their ancestors.
        months: In which months it is due.
        deadline_day: Days after the month end by which a return is filed; None if internal.
        writer: Module that builds its files.
        config: The file that declares it.
    """

    id: str
    kind: str
    title_zh: str
    title_en: str
    frequency: str
    deadline_day: int | None
    slice: str
    reads: tuple[str, ...]
    months: str
    writer: str
    config: Path

    @property
    def folder(self) -> Path:
        """The folder that is this output."""
        return self.config.parent

    def is_due(self, period: str) -> bool:
        """Whether the output is made for the month ``YYYY-MM``."""
        return int(period.split("-")[1]) in _DUE_MONTHS[self.months]

    def definition_hash(self) -> str:
        """Digest of every YAML file of the folder: what the output says about itself."""
        return _digest_of_texts(self.folder, self.folder.glob("*.yml"))

    def load_writer(self) -> ModuleType:
        """Import the writer module.

        Raises:
            OutputError: It does not exist or does not offer what a writer must.
        """
        try:
            module = importlib.import_module(self.writer)
        except ModuleNotFoundError as exc:
            raise OutputError(f"{self.config}: no writer module {self.writer}: {exc}") from exc
        if not hasattr(module, "build"):
            raise OutputError(f"{self.config}: {self.writer} has no function build")
        return module


def discover_outputs(root: Path = REPORTS_DIR) -> dict[str, Output]:
    """All outputs by id, sorted.

    Raises:
        StrictYamlError: A head has an unknown, misspelt or missing key.
        OutputError: Two folders declare the same id, or a folder's name is misleading.
    """
    found: dict[str, Output] = {}
    for room, (kind, file_name) in sorted(ROOMS.items()):
        for config in sorted((root / room).glob(f"*/{file_name}")):
            output = _read(config, kind)
            if output.id in found:
                raise OutputError(
                    f"output id '{output.id}' is declared by {found[output.id].config} "
                    f"and by {config}"
                )
            if kind == "return" and output.id != config.parent.name:
                raise OutputError(f"{config}: return '{output.id}' lies in another folder")
            found[output.id] = output
    return dict(sorted(found.items()))


@cache
def code_digest() -> str:
    """Digest of the code that writes: the modules of this package, its shared texts, its page
    templates and the vendored chart library.

    It is a part of every pack's fingerprint, so that a pack is bound to the code that made it
    and other code never finds "its" pack already there.
    """
    found = [*REPORTS_DIR.glob("*.yml")]
    for pattern in ("*.py", "*.html", "*.js"):
        found.extend(REPORTS_DIR.rglob(pattern))
    return _digest_of_texts(REPORTS_DIR, found)


def _digest_of_texts(root: Path, paths: Iterable[Path]) -> str:
    digest = hashlib.sha256()
    for path in sorted(paths):
        text = path.read_text(encoding="utf-8")  # one newline convention on every platform
        digest.update(f"{path.relative_to(root).as_posix()}\n{len(text)}\n{text}".encode())
    return digest.hexdigest()


def _read(config: Path, kind: str) -> Output:
    shape: dict[str, Any] = LAYOUT_SHAPE if kind == "return" else HEAD_SHAPE
    head = load_strict(config, shape)
    return Output(
        id=head["id"],
        kind=kind,
        title_zh=head["title_zh"],
        title_en=head["title_en"],
        frequency=head["frequency"],
        deadline_day=head.get("deadline_day"),
        slice=head["slice"],
        reads=tuple(head["reads"]),
        months=head["months"],
        writer=head["writer"],
        config=config,
    )
