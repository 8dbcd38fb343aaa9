"""What no file of the project may hold: places of one machine, who typed it, an index to fetch from."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from pipelines.paths import PROJECT_ROOT

# Written so that this file does not hold the words itself.
MACHINE_PATHS = re.compile(
    r"(?<![\w.])/(?:" + "|".join(("work", "root", "tmp/w", "home/[a-z]+")) + r")/"
)
ASSISTANTS = re.compile(
    r"\b(?:" + "|".join(("chat" + "gpt", "clau" + "de", "anthro" + "pic", "open" + "ai", "co" + "pilot",
                         "l" + "lm", "a" + "i[ -]generated", "gem" + "ini")) + r")\b",
    re.IGNORECASE,
)  # fmt: skip
TEXT = {".py", ".sql", ".yml", ".yaml", ".md", ".toml", ".txt", ".csv", ".cfg", ".sh", ".html", ""}
LOCK = PROJECT_ROOT / "requirements.lock"


def _tracked() -> list[Path]:
    """Files of the project: those git knows, or all of them outside a work tree."""
    done = subprocess.run(
        ["git", "ls-files", "-z"], cwd=PROJECT_ROOT, capture_output=True, check=False
    )
    if done.returncode == 0 and done.stdout:
        names = done.stdout.decode("utf-8").split("\0")
        return [PROJECT_ROOT / n for n in names if n and (PROJECT_ROOT / n).is_file()]
    hidden = {".venv", ".git", "data", "target", "logs", "build", "__pycache__"}
    return [
        p for p in PROJECT_ROOT.rglob("*") if p.is_file() and not hidden & set(p.relative_to(PROJECT_ROOT).parts)
    ]  # fmt: skip


@pytest.fixture(scope="module")
def files() -> dict[str, str]:
    """Text of every text file by its path below the project; the lock file is looked at apart."""
    found = {
        path.relative_to(PROJECT_ROOT).as_posix(): path.read_text(
            encoding="utf-8", errors="replace"
        )
        for path in _tracked()
        if path.suffix in TEXT and path != LOCK
    }
    assert "pyproject.toml" in found
    return found


def _hits(files: dict[str, str], pattern: re.Pattern[str]) -> list[str]:
    return [
        f"{path}:{number}: {line.strip()[:120]}"
        for path, text in files.items()
        for number, line in enumerate(text.splitlines(), start=1)
        if pattern.search(line)
    ]


def test_no_file_names_a_path_of_one_machine(files: dict[str, str]) -> None:
    assert _hits(files, MACHINE_PATHS) == []


def test_no_file_names_who_or_what_typed_it(files: dict[str, str]) -> None:
    assert _hits(files, ASSISTANTS) == []


def test_patterns_find_what_they_look_for() -> None:
    assert MACHINE_PATHS.search("see /" + "work/main/x") and MACHINE_PATHS.search("'/" + "root/x'")
    assert not MACHINE_PATHS.search("frame/" + "work/x")
    assert not MACHINE_PATHS.search("data/" + "root/x")
    assert ASSISTANTS.search("made with Chat" + "GPT")


def test_no_todo_stands_in_the_code(files: dict[str, str]) -> None:
    word = re.compile(r"\b(?:TO" + r"DO|FIX" + r"ME|XX" + r"X)\b")
    code = {p: t for p, t in files.items() if p.endswith((".py", ".sql"))}
    assert _hits(code, word) == []


def test_lock_file_pins_everything_with_hashes_and_names_no_index() -> None:
    text = LOCK.read_text(encoding="utf-8")
    assert "://" not in text and "--index" not in text and "--find-links" not in text
    entries = re.split(r"\n(?=[A-Za-z0-9])", "\n" + text)[1:]
    assert len(entries) > 50
    for entry in entries:
        first = entry.splitlines()[0]
        assert re.match(r"[A-Za-z0-9._-]+(?:\[[a-z,]+\])?==[^\s;]+", first), first
        assert "--hash=sha256:" in entry, first
        assert " @ " not in first, first


def test_lock_file_holds_every_declared_dependency() -> None:
    import tomllib

    project = tomllib.loads((PROJECT_ROOT / "pyproject.toml").read_text(encoding="utf-8"))[
        "project"
    ]
    declared = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    names = {re.split(r"[<>=!~\[; ]", d)[0].lower().replace("_", "-") for d in declared}
    locked = set(
        re.findall(
            r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==", LOCK.read_text(encoding="utf-8"), re.MULTILINE
        )
    )
    assert names <= {name.lower().replace("_", "-") for name in locked}


def test_third_party_imports_are_declared() -> None:
    """What the product imports itself must not come along by accident."""
    import sys
    import tomllib

    from tests.project.sources import PACKAGES, imported, modules

    project = tomllib.loads((PROJECT_ROOT / "pyproject.toml").read_text(encoding="utf-8"))[
        "project"
    ]
    declared = {
        re.split(r"[<>=!~\[; ]", d)[0].lower().replace("_", "-") for d in project["dependencies"]
    }
    packages = {
        "yaml": "pyyaml", "dbt": "dbt-core", "great_expectations": "great-expectations",
        "chinese_calendar": "chinesecalendar",
        "quickjs": "quickjs-ng", "python_calamine": "python-calamine", "dagster_dbt": "dagster-dbt",
    }  # fmt: skip
    for path, tree in modules(*PACKAGES):
        for name in imported(tree):
            top = name.split(".")[0]
            if top in sys.stdlib_module_names or top in PACKAGES or top == "__future__":
                continue
            assert packages.get(top, top).lower() in declared, f"{path} imports {name}"
