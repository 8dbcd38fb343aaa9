"""The documentation holds together: links lead somewhere, tables agree with what they describe."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest

from pipelines.cli.main import build_parser
from pipelines.paths import DBT_DIR, PROJECT_ROOT

DOCS = PROJECT_ROOT / "docs"
PAGES = sorted(
    [*PROJECT_ROOT.glob("*.md"), *DOCS.rglob("*.md"), *PROJECT_ROOT.glob("reports/returns/*/*.md")]
)
_LINK = re.compile(r"\[[^\]\n]*\]\(([^)\s]+)\)")
_CODE = re.compile(r"^\s*```.*?^\s*```", re.MULTILINE | re.DOTALL)


def _name(page: Path) -> str:
    return page.relative_to(PROJECT_ROOT).as_posix()


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_every_link_leads_somewhere(page: Path) -> None:
    text = _CODE.sub("", page.read_text(encoding="utf-8"))
    for target in _LINK.findall(text):
        if target.startswith(("http://", "https://", "#")):
            continue
        assert (page.parent / target.split("#")[0]).exists(), f"{_name(page)}: {target}"


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_page_names_no_test_that_is_gone(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    for path in re.findall(r"`(tests/[\w/]+\.py)`", text):
        assert (PROJECT_ROOT / path).is_file(), f"{_name(page)}: {path}"


def test_every_page_is_reached_from_the_index() -> None:
    seen: set[Path] = set()
    todo = [PROJECT_ROOT / "README.md", PROJECT_ROOT / "README.zh-CN.md"]
    while todo:
        page = todo.pop().resolve()
        if page in seen or page.suffix != ".md":
            continue
        seen.add(page)
        text = _CODE.sub("", page.read_text(encoding="utf-8"))
        links = [t.split("#")[0] for t in _LINK.findall(text) if "://" not in t]
        todo += [page.parent / link for link in links if link]
    assert {p.resolve() for p in DOCS.rglob("*.md")} <= seen


def test_switches_on_the_page_are_those_of_the_seed() -> None:
    page = (DOCS / "explain" / "figures-and-switches.md").read_text(encoding="utf-8")
    table = page.split("<!-- switches: dbt_project/seeds/switch_default.csv -->")[1]
    found = re.findall(r"^\| `(\w+)` \| `(\w+)` \| (.+?) \| (\S+) \|", table, re.MULTILINE)
    with (DBT_DIR / "seeds" / "switch_default.csv").open(encoding="utf-8") as stream:
        seed = [
            (
                r["switch_name"],
                r["default_value"],
                r["allowed_values"].replace("|", ", "),
                r["amb_no"],
            )
            for r in csv.DictReader(stream)
        ]
    assert found[: len(seed)] == seed


@pytest.mark.parametrize("page", ["README.md", "README.zh-CN.md"])
def test_readme_lists_every_command(page: str) -> None:
    text = (PROJECT_ROOT / page).read_text(encoding="utf-8")
    listed = set(re.findall(r"^\| `jingtian (\w+)", text, re.MULTILINE))
    parser = build_parser()
    (commands,) = [a.choices for a in parser._actions if a.dest == "command"]
    assert commands is not None
    assert listed == set(commands)


@pytest.mark.parametrize("page", ["README", "docs/tour", "docs/how-to/close-a-month"])
def test_page_for_people_of_the_bank_exists_in_chinese(page: str) -> None:
    english = (PROJECT_ROOT / f"{page}.md").read_text(encoding="utf-8")
    chinese = (PROJECT_ROOT / f"{page}.zh-CN.md").read_text(encoding="utf-8")
    assert english.count("\n## ") == chinese.count("\n## ")
    assert english.count("```") == chinese.count("```")


def test_every_ambiguity_is_decided_and_its_switches_exist() -> None:
    page = (DOCS / "reference" / "ambiguities.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (AMB-\d{3}) \|.*\| ([^|]+) \|$", page, re.MULTILINE)
    assert [number for number, _ in rows] == [f"AMB-{n:03d}" for n in range(1, 111)]
    with (DBT_DIR / "seeds" / "switch_default.csv").open(encoding="utf-8") as stream:
        seed = {
            (number, row["switch_name"])
            for row in csv.DictReader(stream)
            for number in re.findall(r"AMB-\d{3}", row["amb_no"])
        }
    listed = {
        (number, name)
        for number, form in rows
        if form.startswith("switch ")
        for name in re.findall(r"`(\w+)`", form)
    }
    assert listed == seed
    assert all(form.startswith(("switch ", "parameter: ", "fixed")) for _, form in rows)
