"""A small bank for tests that write: two branches, three months, closed in seconds.

The shared bank of ``closed_bank.py`` is large enough for figures to mean something and is read only.
Here the files are few, so that a test may copy the home and break, correct or close it again.
"""

from __future__ import annotations

import csv
import io
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import pytest

from expectations.contract import Contract, load_contracts
from pipelines.close import CloseResult, close_month
from pipelines.landing.receipt import Receipt
from pipelines.landing.receive import Receiver
from pipelines.paths import LEDGERS_DIR
from pipelines.periods import parse_period
from pipelines.registry import Registry
from pipelines.sample import make_sample
from pipelines.settings import Settings
from tests.made_once import made_once

PERIOD = "2025-03"
EARLIER = "2025-02"
ROOT, BRANCH, OTHER = "090000", "090001", "090002"
CONTRACTS: dict[str, Contract] = load_contracts(LEDGERS_DIR)


@dataclass(frozen=True)
class SmallBank:
    """Files, a home that has received them, and one that has also closed ``PERIOD``.

    Nobody writes to these; :meth:`copy` gives a test its own.
    """

    inbox: Path
    received: Path
    closed: Path

    def copy(self, home: Path, target: Path) -> Settings:
        """A home of one's own with the same content."""
        # Another test may be reading: SQLite itself copies the registry.
        shutil.copytree(home, target, ignore=shutil.ignore_patterns("registry.sqlite*"))
        source, copy = (sqlite3.connect(f / "registry.sqlite") for f in (home, target))
        with closing(source), closing(copy):
            source.backup(copy)
        return Settings.from_env(target)

    def empty(self, target: Path) -> Settings:
        """A home that has received nothing, with the parsed models."""
        shutil.copytree(
            self.closed / "warehouse" / "dbt_target", target / "warehouse" / "dbt_target"
        )
        return Settings.from_env(target)


def small_bank(tmp_path_factory: pytest.TempPathFactory) -> SmallBank:
    """The small bank of this test run; the first caller makes it, the others wait."""
    made = made_once(tmp_path_factory, "small_bank", _make)
    return SmallBank(Path(made["inbox"]), Path(made["received"]), Path(made["closed"]))


def _make(folder: Path) -> dict[str, str]:
    received, shut = folder / "received", folder / "closed"
    make_sample(folder / "out", branches=2, customers=80, months=3)
    inbox = folder / "out" / "inbox"
    receipts = receive(Settings.from_env(received), sorted(inbox.iterdir()))
    refused = [r.file_name for r in receipts if r.status != "accepted"]
    if refused:
        raise RuntimeError(f"files of the small bank were refused: {refused}")
    shutil.copytree(received, shut)
    close(Settings.from_env(shut))
    # The parsed models come along, which saves every test that closes a copy some seconds.
    shutil.copytree(shut / "warehouse" / "dbt_target", received / "warehouse" / "dbt_target")
    return {"inbox": str(inbox), "received": str(received), "closed": str(shut)}


def corrected_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The closed home after a correction was received and closed; read only."""
    bank = small_bank(tmp_path_factory)

    def make(folder: Path) -> dict[str, str]:
        settings = bank.copy(bank.closed, folder / "home")
        correct_by_a_hundred(bank, settings, folder / "up")
        close(settings)
        return {"home": str(folder / "home")}

    return Path(made_once(tmp_path_factory, "corrected_home", make)["home"])


def correct_by_a_hundred(bank: SmallBank, settings: Settings, folder: Path) -> None:
    """The first branch sends loans and general ledger again, both a hundred yuan lower."""
    receipts = receive(settings, write_correction(bank, folder))
    assert {r.status for r in receipts} == {"accepted"}


def write_correction(bank: SmallBank, folder: Path) -> list[Path]:
    """The corrected files of loans and general ledger."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for ledger, change in (("loan_account", lower_a_balance), ("gl_balance", _lower_the_ledger)):
        paths.append(folder / f"{ledger}_{BRANCH}_{PERIOD}.csv")
        paths[-1].write_bytes(changed(sent(bank, ledger, BRANCH), change))
    return paths


def lower_a_balance(rows: list[dict[str, str]]) -> None:
    """Take a hundred yuan off the largest loan."""
    row = max(rows, key=lambda r: Decimal(r["balance"]))
    row["balance"] = str(Decimal(row["balance"]) - 100)


def _lower_the_ledger(rows: list[dict[str, str]]) -> None:
    accounts = [r for r in rows if r["control_item_code"] == "各项贷款余额"]
    row = max(accounts, key=lambda r: Decimal(r["closing_balance"]))
    row["closing_balance"] = str(Decimal(row["closing_balance"]) - 100)


def receive(settings: Settings, paths: list[Path]) -> list[Receipt]:
    """Receive files as the command does."""
    with Registry(settings.home.registry) as registry:
        return Receiver(settings, registry, "test").receive_files(paths)


def receive_bytes(settings: Settings, folder: Path, name: str, data: bytes) -> Receipt:
    """Receive one file of that name and content."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_bytes(data)
    return receive(settings, [path])[0]


def close(settings: Settings, period: str = PERIOD, **options: object) -> CloseResult:
    """Close a month as the command does."""
    return close_month(settings, parse_period(period), actor="test", **options)  # type: ignore[arg-type]


def sent(bank: SmallBank, ledger: str, org: str, period: str = PERIOD) -> Path:
    """The file a branch sent (registers: the last one up to the period)."""
    names = sorted(p for p in bank.inbox.glob(f"{ledger}_{org}_*") if p.stem[-7:] <= period)
    assert names, f"{org} sent no {ledger} up to {period}"
    return names[-1]


def rows_of(path: Path) -> list[dict[str, str]]:
    """Rows of a CSV file by English column name."""
    assert path.suffix == ".csv", path.name
    data = path.read_bytes()
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("gb18030")
    contract = CONTRACTS[path.name.rsplit("_", 2)[0]]
    names = {c.title_zh: c.name for c in contract.columns}
    return [
        {names[k]: v for k, v in row.items()}
        for row in csv.DictReader(io.StringIO(text, newline=""))
    ]


def as_file(ledger: str, rows: list[dict[str, str]]) -> bytes:
    """A CSV file of a ledger."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    columns = CONTRACTS[ledger].columns
    writer.writerow([c.title_zh for c in columns])
    writer.writerows([[row.get(c.name, "") for c in columns] for row in rows])
    return stream.getvalue().encode("utf-8")


def changed(path: Path, change: Callable[[list[dict[str, str]]], None]) -> bytes:
    """The file with some of its cells changed."""
    rows = rows_of(path)
    change(rows)
    return as_file(path.name.rsplit("_", 2)[0], rows)


def pointers(settings: Settings) -> dict[str, str]:
    """What is published: every pointer and the build it names."""
    home = settings.home
    found = {
        "CURRENT": home.current_pointer,
        **{p.name: p for p in home.period_pointer("x").parent.glob("*")},
    }
    return {name: path.read_text() for name, path in found.items() if path.is_file()}


def bytes_below(folder: Path) -> dict[str, bytes]:
    """Content of every file below a folder by its path."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def packs(settings: Settings) -> dict[str, bytes]:
    """Every emitted file; temporary folders are hidden and not packs."""
    return {k: v for k, v in bytes_below(settings.home.emitted).items() if "/." not in f"/{k}"}
