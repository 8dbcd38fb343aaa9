"""A seeded run of mutated files through one receiving session: ``python -m tests.fuzz_files``.

Valid files of every ledger (the contracts' example rows, as CSV in three encodings and as XLSX) are
changed in one way each and received. Whatever comes: no exception, no long wait, every row accounted
for, a finding for every file that is not accepted, the bytes kept as they were sent. Where the change
is known to destroy something (a required cell, a type, a key), the file must be refused; where it is
known to be harmless, it must be accepted.
"""

from __future__ import annotations

import argparse
import csv
import io
import random
import sys
import tempfile
import time
import zipfile
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from expectations.contract import Column, Contract, load_contracts
from expectations.findings import render
from pipelines.landing.receipt import Receipt
from pipelines.landing.receive import Receiver
from pipelines.landing.store import sha256
from pipelines.paths import LEDGERS_DIR
from pipelines.registry import Registry
from pipelines.settings import Settings
from tests.uploads import as_csv, as_xlsx

SECONDS = 20.0  # one file of a few rows; a busy machine included
ENCODINGS = ("utf-8", "utf-8-sig", "gb18030")
_STATUSES = {"accepted", "refused", "needs_explanation", "unchanged"}
_SPOILT = {
    "money": ("五万", "1e5", "12,345.00", "１２", "1.2.3", "NaN", "9" * 30, "--1", "0x1F"),
    "rate": ("4.35%", "abc", "Infinity", "1.2.3", "０.１"),
    "int": ("1.5", "abc", "9" * 25, "1e3", "一"),
    "date": ("2025-02-30", "0000-00-00", "31/12/2025", "昨天", "2025-13-01", "20251301", "-"),
    "bool": ("也许", "2", "是否", "yes?"),
    "code": ("没有这个代码", "\x7f", "=1+1"),
    "id": (
        '="00123"',
        "'00123",
        "00\u200b123",
        "\u202e00123",
        "１２３",
        "a\nb",
        "#REF!",
        "x" * 300,
    ),
    "text": ("a\x07b", "#N/A", "甲" * 5_000, "两\n行"),
}


@dataclass(frozen=True)
class Made:
    """One mutated file.

    Attributes:
        how: What was done to it.
        name: File name.
        data: Its bytes.
        must: ``refused`` or ``accepted`` where that is certain. The very bytes of the load in force
            change nothing, whatever they are called: ``unchanged``.
        rows: Rows below the header where that is certain.
    """

    how: str
    name: str
    data: bytes
    must: str | None = None
    rows: int | None = None


@dataclass
class Tally:
    """What became of the files; ``broken`` says which file broke which promise."""

    statuses: Counter[str] = field(default_factory=Counter)
    ways: Counter[str] = field(default_factory=Counter)
    codes: Counter[str] = field(default_factory=Counter)
    broken: list[str] = field(default_factory=list)
    slowest: float = 0.0
    seconds: float = 0.0


class Mutator:
    """Makes mutated files, the same for the same seed."""

    def __init__(self, contracts: dict[str, Contract], seed: int) -> None:
        self.rng = random.Random(seed)
        self.contracts = contracts
        self.names = sorted(contracts)
        self.ways: list[Callable[[Contract], Made]] = [
            self.bytes_changed,
            self.bytes_changed,
            self.cell_spoilt,
            self.cell_spoilt,
            self.cell_emptied,
            self.row_twice,
            self.columns_shuffled,
            self.rows_between,
            self.header_changed,
            self.row_ragged,
            self.member_changed,
            self.member_changed,
            self.other_name,
            self.other_suffix,
        ]

    def make(self) -> Made:
        """The next file."""
        contract = self.contracts[self.rng.choice(self.names)]
        return self.rng.choice(self.ways)(contract)

    # -- ways ----------------------------------------------------------------------------------

    def bytes_changed(self, contract: Contract) -> Made:
        """Flip, insert, delete, swap, repeat or cut bytes anywhere."""
        suffix = self.rng.choice(("csv", "xlsx"))
        data = bytearray(self._file(contract, contract.example_rows(), suffix))
        rng = self.rng
        for _ in range(rng.choice((1, 1, 1, 2, 5, 30))):
            at, size = rng.randrange(len(data) + 1), rng.choice((1, 2, 10, 100))
            deed = rng.randrange(6)
            if deed == 0 and at < len(data):
                data[at] ^= 1 << rng.randrange(8)
            elif deed == 1:
                data[at:at] = rng.randbytes(size)
            elif deed == 2:
                del data[at : at + size]
            elif deed == 3:
                other = rng.randrange(len(data) + 1)
                block = data[at : at + size]
                data[at : at + size] = data[other : other + size]
                data[other : other + size] = block
            elif deed == 4:
                data[at:at] = data[max(0, at - size) : at]
            else:
                data = data[: max(at, 1)]
        return Made("bytes", self._name(contract, suffix), bytes(data))

    def cell_spoilt(self, contract: Contract) -> Made:
        """One cell gets a value that its column cannot hold."""
        rows = contract.example_rows()
        row = self.rng.randrange(len(rows))
        column = self.rng.choice(contract.columns)
        value = self.rng.choice(_SPOILT[column.kind])
        if _may_hold(column, value):
            return Made("cell kept", *self._written(contract, rows))
        rows[row][column.name] = value
        name, data = self._written(contract, rows, spoilt=True)
        return Made(f"{column.kind} spoilt", name, data, "refused", len(rows))

    def cell_emptied(self, contract: Contract) -> Made:
        """A required cell is empty, or holds blanks only."""
        rows = contract.example_rows()
        column = self.rng.choice([c for c in contract.columns if c.required])
        # The first row of several: a row whose every cell is empty would be no row.
        rows[0][column.name] = self.rng.choice(("", " ", "\u3000", "\t"))
        is_blank = not any(v.strip() for v in rows[0].values())
        name, data = self._written(contract, rows, spoilt=True)
        return Made("required emptied", name, data, None if is_blank else "refused", len(rows))

    def row_twice(self, contract: Contract) -> Made:
        """The same row again: its key is there twice."""
        rows = contract.example_rows()
        rows.insert(self.rng.randrange(len(rows) + 1), dict(self.rng.choice(rows)))
        return Made("row twice", *self._written(contract, rows), "refused", len(rows))

    def columns_shuffled(self, contract: Contract) -> Made:
        """The columns in another order, which is allowed."""
        order = list(contract.columns)
        self.rng.shuffle(order)
        rows = contract.example_rows()
        lines = [[c.title_zh for c in order], *([r[c.name] for c in order] for r in rows)]
        data = _lines(lines).encode(self.rng.choice(ENCODINGS))
        return Made("columns shuffled", self._name(contract, "csv"), data, "accepted", len(rows))

    def rows_between(self, contract: Contract) -> Made:
        """Titles above, blank lines between and notes below, which are ignored and counted."""
        rows = contract.example_rows()
        lines: list[list[str]] = [[c.title_zh for c in contract.columns]]
        width, added = len(contract.columns), 0
        for row in rows:
            for _ in range(self.rng.choice((0, 0, 1, 3))):
                lines.append([""] * width)
                added += 1
            lines.append([row[c.name] for c in contract.columns])
        for note in self.rng.sample(("合计", "注：本表由柜面系统导出", "制表人：甲"), 2):
            lines.append([note, *[""] * (width - 1)])
            added += 1
        for _ in range(self.rng.choice((0, 1, 4))):
            lines.insert(0, ["报表标题"])
            added += 1
        data = _lines(lines).encode(self.rng.choice(ENCODINGS))
        return Made(
            "rows between", self._name(contract, "csv"), data, "accepted", len(rows) + added
        )

    def header_changed(self, contract: Contract) -> Made:
        """A required column is gone, renamed, or there twice."""
        titles = [c.title_zh for c in contract.columns]
        rows = [[r[c.name] for c in contract.columns] for r in contract.example_rows()]
        at = self.rng.choice([i for i, c in enumerate(contract.columns) if c.required])
        deed = self.rng.randrange(3)
        if deed == 0:
            lines = [[*line[:at], *line[at + 1 :]] for line in (titles, *rows)]
        elif deed == 1:
            lines = [[*titles[:at], "另一列", *titles[at + 1 :]], *rows]
        else:
            lines = [[*line, line[at]] for line in (titles, *rows)]
        data = _lines(lines).encode(self.rng.choice(ENCODINGS))
        return Made("header changed", self._name(contract, "csv"), data, "refused")

    def row_ragged(self, contract: Contract) -> Made:
        """A row with a cell too many or too few."""
        rows = [[r[c.name] for c in contract.columns] for r in contract.example_rows()]
        row = self.rng.choice(rows)
        if self.rng.random() < 0.5 and len(row) > 2:
            row.pop()
        else:
            row.append("多")
        data = _lines([[c.title_zh for c in contract.columns], *rows])
        name = self._name(contract, "csv")
        return Made(
            "row ragged", name, data.encode(self.rng.choice(ENCODINGS)), "refused", len(rows)
        )

    def member_changed(self, contract: Contract) -> Made:
        """One part of a workbook changed, cut or left out; the archive itself stays sound."""
        book = self._file(contract, contract.example_rows(), "xlsx")
        target = io.BytesIO()
        with (
            zipfile.ZipFile(io.BytesIO(book)) as source,
            zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as copy,
        ):
            victim = self.rng.choice(source.namelist())
            deed = self.rng.randrange(4)
            for name in source.namelist():
                part = bytearray(source.read(name))
                at = self.rng.randrange(len(part))
                if name == victim and deed == 0:
                    part[at] ^= 1 << self.rng.randrange(8)
                elif name == victim and deed == 1:
                    del part[at : at + self.rng.choice((1, 5, 50))]
                elif name == victim and deed == 2:
                    part = part[:at]
                elif name == victim:
                    continue
                copy.writestr(name, bytes(part))
        return Made("member changed", self._name(contract, "xlsx"), target.getvalue())

    def other_name(self, contract: Contract) -> Made:
        """A good file under a name that is none."""
        name, data = self._written(contract, contract.example_rows())
        stem, _, suffix = name.rpartition(".")
        ledger, org = contract.name, self._org(contract)
        wrong = self.rng.choice(
            (
                f"x{stem}", f"{ledger}_{org}_2025-13", f"{ledger}_{org}", f"{ledger}_2025-12",
                f"{ledger}_{org}_2025-12 \n", "报表", f"{ledger}_{org}_2025_12", "\u202e" + stem,
                f"{ledger}_{org}_0000-12", "a" * 200,
            )
        )  # fmt: skip
        number = self.rng.randrange(10**9)
        return Made(
            "other name", f"{wrong}{'' if _is_long(wrong) else number}.{suffix}", data, "refused"
        )

    def other_suffix(self, contract: Contract) -> Made:
        """A good file under another suffix."""
        is_book = self.rng.random() < 0.5
        data = self._file(contract, contract.example_rows(), "xlsx" if is_book else "csv")
        suffix = self.rng.choice(
            ("csv" if is_book else "xlsx", "xls", "txt", "pdf", "zip", "xlsb", "ods", "csv.bak")
        )
        return Made("other suffix", self._name(contract, suffix), data, "refused")

    # -- files ---------------------------------------------------------------------------------

    def _org(self, contract: Contract) -> str:
        return "1000" if contract.submitted_by == "head_office" else "1001"

    def _name(self, contract: Contract, suffix: str) -> str:
        number = self.rng.randrange(10**9)
        period = "2025-12"
        return f"{contract.name}_{self._org(contract)}_{period}_{number}.{suffix}"

    def _written(
        self, contract: Contract, rows: list[dict[str, str]], *, spoilt: bool = False
    ) -> tuple[str, bytes]:
        """Name and bytes; a spoilt cell goes into a CSV, where a cell is what was typed."""
        suffix = "csv" if spoilt else self.rng.choice(("csv", "csv", "xlsx"))
        return self._name(contract, suffix), self._file(contract, rows, suffix)

    def _file(self, contract: Contract, rows: list[dict[str, str]], suffix: str) -> bytes:
        if suffix == "xlsx":
            return as_xlsx(contract, rows)  # type: ignore[arg-type]
        return as_csv(contract, rows).decode().encode(self.rng.choice(ENCODINGS))


def _is_long(stem: str) -> bool:
    return len(stem.encode()) > 180


def _may_hold(column: Column, value: str) -> bool:
    """Whether the value is none of a fault there: a text short enough for the column."""
    if column.kind not in ("id", "text"):
        return False
    is_short = column.max_length is None or len(value) <= column.max_length
    return is_short and value in ("x" * 300, "甲" * 5_000)


def _lines(lines: list[list[str]]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\r\n").writerows(lines)
    return buffer.getvalue()


def run(folder: Path, files: int, seed: int, say: Callable[[str], None] | None = None) -> Tally:
    """Receive mutated files one after the other in one session; ``folder`` is empty."""
    contracts = load_contracts(LEDGERS_DIR)
    mutator, tally = Mutator(contracts, seed), Tally()
    settings = Settings.from_env(folder / "home")
    inbox = folder / "inbox"
    inbox.mkdir()
    began = time.monotonic()
    with Registry(settings.home.registry) as registry:
        receiver = Receiver(settings, registry, "fuzz")
        for number in range(files):
            made = mutator.make()
            path = inbox / made.name
            path.write_bytes(made.data)
            started = time.monotonic()
            try:
                receipt = receiver.receive_file(path)
            except Exception as exc:
                tally.broken.append(f"{number} {made.how} {made.name!r}: {exc!r}")
                tally.statuses["exception"] += 1
                continue
            seconds = time.monotonic() - started
            tally.slowest = max(tally.slowest, seconds)
            tally.statuses[receipt.status] += 1
            tally.ways[f"{made.how}: {receipt.status}"] += 1
            tally.codes.update(receipt.verdict.counts)
            for promise in _broken(made, receipt, settings, receiver, seconds):
                tally.broken.append(f"{number} {made.how} {made.name!r}: {promise}")
            if path.read_bytes() != made.data:
                tally.broken.append(f"{number} {made.name!r}: the sent file was changed")
            path.unlink()
            if say and (number + 1) % 1_000 == 0:
                say(f"{number + 1} files, {time.monotonic() - began:.0f} s")
    tally.seconds = time.monotonic() - began
    return tally


def _broken(
    made: Made, receipt: Receipt, settings: Settings, receiver: Receiver, seconds: float
) -> list[str]:
    """Promises that this receipt breaks."""
    verdict, found = receipt.verdict, []
    ignored = sum(verdict.ignored.values())
    is_in = receipt.status in ("accepted", "needs_explanation")
    checks = {
        "unknown status": receipt.status in _STATUSES,
        "rows not accounted for": verdict.received == verdict.accepted + verdict.rejected + ignored,
        "refused without a finding": receipt.status != "refused" or verdict.findings.num_rows > 0,
        "refused, yet rows accepted": receipt.status != "refused" or verdict.accepted == 0,
        "counts and findings differ": sum(verdict.counts.values()) == verdict.findings.num_rows,
        f"took {seconds:.1f} s": seconds < SECONDS,
        f"{receipt.status}, must be {made.must}": made.must is None
        or (receipt.status == "refused") == (made.must == "refused")
        or receipt.status == "unchanged",
        f"received {verdict.received}, sent {made.rows}": made.rows is None
        or receipt.status == "unchanged"
        or verdict.received == made.rows,
        "bytes not kept as sent": _kept(settings, made.data),
        "accepted with other rows than a spreadsheet shows": not is_in
        or not made.name.endswith(".csv")
        or verdict.received == _records_below_header(made.data),
    }
    found += [promise for promise, holds in checks.items() if not holds]
    for finding in render(verdict.findings.slice(0, 50), receiver.book, receipt.contract):
        if not finding.message_zh.strip() or not finding.message_en.strip():
            found.append(f"{finding.code} says nothing")
    return found


def _kept(settings: Settings, data: bytes) -> bool:
    path = settings.home.landing(sha256(data))
    return path.is_file() and path.read_bytes() == data


def _records_below_header(data: bytes) -> int:
    """Records of a CSV as Python's own reader counts them, without the header."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("gb18030")
    return sum(1 for _ in csv.reader(io.StringIO(text, newline=""))) - 1


def report(tally: Tally, files: int, seed: int) -> str:
    """The outcome as text."""
    lines = [
        f"{files} files, seed {seed}: {tally.seconds:.0f} s, slowest {tally.slowest:.2f} s",
        "statuses: " + ", ".join(f"{s} {n}" for s, n in tally.statuses.most_common()),
        "codes: " + ", ".join(f"{c} {n}" for c, n in sorted(tally.codes.items())),
        *(f"  {way} {n}" for way, n in sorted(tally.ways.items())),
        f"broken promises: {len(tally.broken)}",
        *tally.broken[:50],
    ]
    return "\n".join(lines)


def main() -> int:
    """Command line; exit 1 when a promise was broken."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        tally = run(
            Path(folder), arguments.files, arguments.seed, lambda text: print(text, file=sys.stderr)
        )
    print(report(tally, arguments.files, arguments.seed))
    return 1 if tally.broken else 0


if __name__ == "__main__":
    sys.exit(main())
