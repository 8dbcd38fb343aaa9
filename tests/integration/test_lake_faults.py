"""Faults that only the whole lake shows: sent over the example bank, each is found at its cell."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from expectations.contract import Contract
from expectations.reconcile import find_in_lake
from expectations.rule import RuleBook, load_rule_book
from pipelines.database import connect
from pipelines.gates.lake import lake_scope
from pipelines.landing.receive import Receiver
from pipelines.periods import parse_period
from pipelines.registry import Registry
from pipelines.sample.lake_faults import write_lake_faults
from pipelines.settings import Settings
from pipelines.warehouse.inputs import create_lake_views, write_run_tables
from pipelines.warehouse.load_set import read_load_set

Mark = tuple[str, str, str]  # file, row, cell

BOOK = load_rule_book()
LAKE_RULES = sorted(
    r.code for r in BOOK.rules.values() if r.level in ("L4", "L5") and r.example is not None
)
# Every rule is held to its example in memory (tests/unit/test_lake_rules.py); a part of them is also
# sent as files, received and read back from the lake.
SENT = LAKE_RULES[::8]
# A fault between organisations is one finding in each of their files; the truth names one.
IN_GROUPS = {"JT-LAKE-0001", "JT-LAKE-0003", "JT-PART-0206"}


@pytest.fixture(scope="module")
def faults(tmp_path_factory: pytest.TempPathFactory, contracts: dict[str, Contract]) -> Path:
    folder = tmp_path_factory.mktemp("lake_faults")
    due = write_lake_faults(folder, contracts)
    assert due >= len(LAKE_RULES)
    return folder


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, faults: Path) -> Settings:
    """A home that holds the example bank."""
    settings = Settings.from_env(tmp_path_factory.mktemp("home"))
    assert {s for _, s in _receive(settings, sorted((faults / "bank").iterdir()))} == {"accepted"}
    return settings


def _receive(settings: Settings, paths: list[Path]) -> list[tuple[str, str]]:
    with Registry(settings.home.registry) as registry:
        receipts = Receiver(settings, registry, "经办甲").receive_files(paths)
    return [(r.file_name, r.status) for r in receipts]


def _withdraw(settings: Settings, names: list[str]) -> None:
    with Registry(settings.home.registry) as registry, registry.transaction():
        for name in names:
            ledger, org, period = Path(name).stem.rsplit("_", 2)
            load_id = registry.load_in_force(ledger, org, period)
            assert load_id is not None
            slot = {"load_id": load_id, "ledger": ledger, "org_id": org, "period": period}
            registry.add_load_event("经办甲", slot, "withdrawn")


@contextmanager
def _sent(settings: Settings, faults: Path, code: str) -> Iterator[None]:
    """The rule's files in force in place of the bank's; afterwards the bank as it was."""
    folder, bank = faults / code, faults / "bank"
    files = sorted(folder.glob("*.csv"))
    absent = folder / "absent.txt"
    names = absent.read_text("utf-8").split() if absent.is_file() else []
    statuses = {s for _, s in _receive(settings, files)} if files else set()
    _withdraw(settings, names)
    assert statuses <= {"accepted"}
    yield
    added = [f.name for f in files if not (bank / f.name).is_file()]
    _withdraw(settings, added)
    again = [bank / f.name for f in files if f.name not in added] + [bank / n for n in names]
    if again:
        _receive(settings, again)


def _found(
    settings: Settings, contracts: dict[str, Contract], book: RuleBook
) -> list[tuple[str, Mark]]:
    """Rule code and place of every finding of the lake, with file and cell."""
    con = connect(settings)
    with Registry(settings.home.registry) as registry:
        load_set = read_load_set(
            settings.home, registry, contracts, parse_period("2025-12"), registry.latest_seq()
        )
        create_lake_views(con, contracts, load_set, settings.home)
        write_run_tables(con, contracts, load_set, {})
        table = find_in_lake(con, contracts, book, lake_scope(load_set, set())).table()
        loads = {x.load_id: x for ls in load_set.history.values() for x in ls}
        places = registry.load_places(loads)
    found = []
    for row in table.to_pylist():
        if row["row_no"] is None:
            found.append((row["code"], ("", "", "")))
            continue
        letter = places[row["load_id"]][1][row["column"]]
        name = loads[row["load_id"]].inputs[0]["name"]
        found.append((row["code"], (name, str(row["row_no"]), f"{letter}{row['row_no']}")))
    return found


def _truth(faults: Path) -> dict[str, list[Mark]]:
    truth: dict[str, list[Mark]] = {}
    with (faults / "truth.csv").open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            truth.setdefault(row["code"], []).append((row["file"], row["row"], row["cell"]))
    return truth


def test_truth_names_every_rule_of_the_lake(faults: Path) -> None:
    assert set(_truth(faults)) == set(LAKE_RULES)


@pytest.mark.parametrize("code", SENT)
def test_fault_is_found_in_the_files_that_were_sent(
    code: str, faults: Path, home: Settings, contracts: dict[str, Contract], book: RuleBook
) -> None:
    with _sent(home, faults, code):
        found = _found(home, contracts, book)
    example = book[code].example
    assert example is not None
    assert {c for c, _ in found} - example.also == {code}
    places = sorted(place for c, place in found if c == code)
    due = sorted(_truth(faults)[code])
    if code in IN_GROUPS:
        assert set(due) <= set(places)
    else:
        assert places == due


def test_the_bank_is_as_it_was_when_every_fault_is_taken_back(
    home: Settings, contracts: dict[str, Contract], book: RuleBook
) -> None:
    assert _found(home, contracts, book) == []
