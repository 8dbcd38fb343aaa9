"""Faults that only the whole lake shows, and the truth about them.

Here belongs writing the failing examples of the rules across ledgers and months as files over the
example bank; faults of one file belong to ``faults.py``.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from pathlib import Path

from expectations.contract import Contract
from expectations.rule import load_rule_book
from pipelines.landing.header import column_letter
from pipelines.sample.examples import Row, Slot, example_bank, failing_bank


def write_lake_faults(out: Path, contracts: Mapping[str, Contract]) -> int:
    """Write the faults; returns the number of findings due.

    ``bank/`` holds the example bank, in which nothing is wrong; ``<code>/`` the few files that
    make one rule find something, to be sent over the bank's. A file that the bank has and the rule's
    example lacks is named in ``absent.txt``. ``truth.csv`` lists the finding of each rule; a finding
    of an organisation has neither row nor cell.
    """
    base = example_bank(contracts)
    _write_bank(out / "bank", contracts, base.files)
    truth = []
    for rule in load_rule_book().rules.values():
        if rule.level not in ("L4", "L5") or rule.example is None or rule.status == "retired":
            continue
        changed, place = failing_bank(contracts, rule)
        files = {s: rows for s, rows in changed.files.items() if rows != base.files.get(s)}
        _write_bank(out / rule.code, contracts, files)
        absent = sorted(_file_name(s) for s in base.files.keys() - changed.files.keys())
        if absent:
            (out / rule.code / "absent.txt").write_text("\n".join(absent) + "\n", "utf-8")
        for row in sorted({place.row, *rule.example.more_rows}, key=lambda r: r or 0):
            cell = ""
            if row is not None and place.column:
                names = [c.name for c in contracts[place.slot[0]].columns]
                cell = f"{column_letter(names.index(place.column))}{row + 1}"
            file = _file_name(place.slot) if row is not None else ""
            truth.append((rule.code, file, "" if row is None else row + 1, cell))
    (out / "truth.csv").write_bytes(_csv([("code", "file", "row", "cell"), *truth]))
    return len(truth)


def _write_bank(
    folder: Path, contracts: Mapping[str, Contract], files: Mapping[Slot, list[Row]]
) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for slot, rows in files.items():
        columns = contracts[slot[0]].columns
        cells = [[row.get(c.name, "") for c in columns] for row in rows]
        (folder / _file_name(slot)).write_bytes(_csv([[c.title_zh for c in columns], *cells]))


def _csv(rows: Iterable[Iterable[object]]) -> bytes:
    stream = io.StringIO()
    csv.writer(stream, lineterminator="\n").writerows(rows)
    return stream.getvalue().encode()


def _file_name(slot: Slot) -> str:
    return "_".join(slot) + ".csv"
