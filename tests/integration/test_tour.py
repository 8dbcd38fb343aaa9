"""Pages that show outputs are run: their commands against the closed sample bank.

A block after ``<!-- run -->`` is executed (``console``: each ``$`` line in bash; ``python``: the next
block is its output). ``<!-- receive -->`` and ``<!-- close -->`` are the steps that made the bank: they
are not run again, their figures are looked up. ``…`` on the page stands for anything.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import shlex
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from pipelines.headline import headline_text
from pipelines.paths import PROJECT_ROOT
from pipelines.publish import build_in_force
from pipelines.settings import Settings
from tests.closed_bank import ClosedBank, closed_bank

DOCS = PROJECT_ROOT / "docs"
TOURS = {"en": DOCS / "tour.md", "zh": DOCS / "tour.zh-CN.md"}
FIGURES = DOCS / "how-to" / "read-figures.md"
PAGES = {**TOURS, "figures": FIGURES, "figures_zh": FIGURES.with_suffix(".zh-CN.md")}
_BLOCK = re.compile(
    r"^<!-- (?P<mark>\w+) -->\n```(?P<kind>\w+)\n(?P<body>.*?)^```\n"
    r"(?:\n```text\n(?P<output>.*?)^```\n)?",
    re.MULTILINE | re.DOTALL,
)
_FIGURE = re.compile(r"^ {2}\S.* (元|%|pp|个)$")


@dataclass(frozen=True)
class Block:
    """One marked block of the page."""

    mark: str
    kind: str
    body: str
    output: str | None


@dataclass(frozen=True)
class Desk:
    """A folder laid out as the reader's: ``data`` and ``sample`` stand where the page says."""

    folder: Path
    bank: ClosedBank


@pytest.fixture(scope="session")
def bank(tmp_path_factory: pytest.TempPathFactory) -> ClosedBank:
    """The closed sample bank of this run; read only."""
    return closed_bank(tmp_path_factory)


@pytest.fixture
def desk(bank: ClosedBank, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """The reader's folder; the process stands in it."""
    (tmp_path / "data").symlink_to(bank.home)
    (tmp_path / "sample").symlink_to(bank.inbox.parent)
    monkeypatch.chdir(tmp_path)
    return Desk(tmp_path, bank)


def _blocks(page: Path, mark: str) -> list[Block]:
    text = page.read_text(encoding="utf-8")
    found = [Block(m["mark"], m["kind"], m["body"], m["output"]) for m in _BLOCK.finditer(text)]
    chosen = [block for block in found if block.mark == mark]
    assert text.count(f"<!-- {mark} -->") == len(chosen) > 0, f"a mark without its block in {page}"
    return chosen


@pytest.mark.parametrize("name", sorted(PAGES))
def test_every_command_of_the_page_prints_what_the_page_says(name: str, desk: Desk) -> None:
    names: dict[str, Any] = {}
    for block in _blocks(PAGES[name], "run"):
        if block.kind == "python":
            assert block.output is not None, f"no output after\n{block.body}"
            printed = io.StringIO()
            with contextlib.redirect_stdout(printed):
                exec(block.body, names)
            _compare(block.output, printed.getvalue(), block.body)
            continue
        for command, expected in _commands(block.body):
            _compare(expected, _bash(command, desk, name), command)


@pytest.mark.parametrize("lang", sorted(TOURS))
def test_figures_of_the_close_are_those_of_the_bank(lang: str, desk: Desk) -> None:
    (block,) = _blocks(TOURS[lang], "close")
    settings = Settings.from_env(desk.bank.home)
    _, build = build_in_force(settings.home, "2025-12")
    known = headline_text(settings, build, lang).splitlines()
    quoted = [line for line in block.body.splitlines() if _FIGURE.match(line)]
    assert len(quoted) >= 2
    for line in quoted:
        assert line in known


@pytest.mark.parametrize("lang", sorted(TOURS))
def test_receipts_add_up_to_what_the_tour_says(lang: str, desk: Desk) -> None:
    (block,) = _blocks(TOURS[lang], "receive")
    registry = sqlite3.connect(f"file:{desk.bank.home / 'registry.sqlite'}?mode=ro", uri=True)
    files, rows = registry.execute(
        "select count(*), sum(accepted) from receipt where status = 'accepted'"
    ).fetchone()
    registry.close()
    said = [int(n) for n in re.findall(r"\d+", block.body.splitlines()[-1])]
    assert said == [files, files, rows, 0, 0]


def _commands(body: str) -> Iterator[tuple[str, str]]:
    for part in re.split(r"^\$ ", body, flags=re.MULTILINE)[1:]:
        command, _, expected = part.partition("\n")
        yield command, expected


def _bash(command: str, desk: Desk, lang: str) -> str:
    run = f"{shlex.quote(sys.executable)} -m pipelines.cli.main"
    environment = {k: v for k, v in os.environ.items() if not k.startswith("JINGTIAN_")}
    environment |= {
        "PYTHONPATH": str(PROJECT_ROOT),
        "JINGTIAN_HOME": "data",
        "JINGTIAN_LANG": lang,
        "LC_ALL": "C.UTF-8",
    }
    done = subprocess.run(
        ["bash", "-c", f'jingtian() {{ {run} "$@"; }}; {command}'],
        cwd=desk.folder,
        env=environment,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, f"{command}\n{done.stderr}"
    return done.stdout


def _compare(expected: str, actual: str, what: str) -> None:
    """Line by line; a line of ``…`` skips any number of lines, elsewhere it stands for any text."""
    pattern = ""
    for line in expected.strip("\n").splitlines():
        if line.strip() == "…":
            pattern += r"(?:.*\n)*?"
        else:
            pattern += "".join(".*?" if p == "…" else re.escape(p) for p in _split(line)) + " *\n"
    text = "\n".join(line.rstrip() for line in actual.strip("\n").splitlines()) + "\n"
    assert re.fullmatch(pattern, text), f"{what}\n--- page\n{expected}\n--- now\n{text}"


def _split(line: str) -> list[str]:
    return [part for part in re.split("(…)", line.rstrip()) if part]
