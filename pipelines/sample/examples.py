"""The example bank: every ledger's example rows as the files of one branch, and changed copies.

Here belongs turning the examples that contracts and rules carry into files: of one ledger for the
rules of a row or a file, of the whole bank for the rules across ledgers and months. The rules'
tests, the injected faults and the reference pages read the same examples.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

from expectations.contract import Contract
from expectations.rule import Edit, Rule

PERIOD = "2025-12"
BEFORE = "2025-11"
BRANCH, ROOT = "1001", "1000"

Slot = tuple[str, str, str]  # ledger, submitting organisation, period
Row = dict[str, str]


@dataclass(frozen=True)
class Place:
    """Where a finding is due: file, data row (from 1; None: no row) and column."""

    slot: Slot
    row: int | None
    column: str | None


@dataclass
class ExampleBank:
    """Rows as typed by branches, per file."""

    contracts: Mapping[str, Contract]
    files: dict[Slot, list[Row]] = field(default_factory=dict)

    def apply(self, edits: tuple[Edit, ...]) -> Place | None:
        """Change the files; where the last changed or appended row stands."""
        place: Place | None = None
        for edit in edits:
            place = self._apply(edit) or place
        return place

    def _apply(self, edit: Edit) -> Place | None:
        contract = self.contracts[edit.ledger]
        period = PERIOD if edit.month == "current" else BEFORE
        slot = (edit.ledger, edit.org or sender(contract), period)
        rows = self.files.setdefault(slot, [])
        if edit.drop is not None:
            if edit.drop == 0:
                del self.files[slot]
            else:
                del rows[edit.drop - 1]
            return None
        if edit.row is not None:
            rows[edit.row - 1].update(edit.cells)
            return Place(slot, edit.row, None)
        assert edit.copy is not None
        source = contract.example_rows()[edit.copy - 1]
        is_taken = any(all(r[n] == source[n] for n in contract.key) for r in rows)
        key = _other_key(contract, source, len(rows) + 1) if is_taken else {}
        own = (
            {}
            if edit.org is None or not contract.owner_column
            else {contract.owner_column: edit.org}
        )
        rows.append({**source, **key, **own, **edit.cells})
        return Place(slot, len(rows), None)


def sender(contract: Contract) -> str:
    """Who sends the ledger in the example bank."""
    return ROOT if contract.submitted_by == "head_office" else BRANCH


def example_bank(contracts: Mapping[str, Contract]) -> ExampleBank:
    """The bank as it is when nothing is wrong: one file per ledger, December 2025."""
    files = {(n, sender(c), PERIOD): c.example_rows() for n, c in contracts.items()}
    return ExampleBank(contracts, files)


def example_file(
    contract: Contract, rule: Rule, *, passing: bool
) -> tuple[list[Row], Place | None]:
    """One file of the rule's ledger: the example rows and the rule's example.

    Returns:
        The rows, and where the finding is due (None for the passing example).
    """
    assert rule.example is not None
    bank = ExampleBank({contract.name: contract})
    slot = (contract.name, sender(contract), PERIOD)
    bank.files[slot] = contract.example_rows()
    edits = rule.example.passing if passing else rule.example.failing
    place = bank.apply(edits)
    if passing or place is None:
        return bank.files[slot], None
    return bank.files[slot], _due(rule, place)


def failing_bank(contracts: Mapping[str, Contract], rule: Rule) -> tuple[ExampleBank, Place]:
    """The example bank with the rule's failing example, and where the finding is due."""
    assert rule.example is not None
    bank = example_bank(contracts)
    place = bank.apply(rule.example.failing)
    fallback = Place((rule.example.ledger or rule.ledger or "", "", PERIOD), None, None)
    return bank, _due(rule, place or fallback)


def _due(rule: Rule, place: Place) -> Place:
    """The place that the example names; that of its last edit for a rule over rows."""
    example = rule.example
    assert example is not None
    ledger = example.ledger or place.slot[0]
    row = example.row if example.row is not None or rule.violation is None else place.row
    org = example.org or ("" if row is None else place.slot[1])
    return Place((ledger, org, PERIOD), row, example.column if row is not None else None)


def _other_key(contract: Contract, row: Row, number: int) -> Row:
    """Another value for the last key column that can take one, so that rows stay distinct."""
    if contract.kind == "ten_day":
        return {}
    for name in reversed(contract.key):
        column = contract.column(name)
        if column.kind == "id" and column.pattern is None:
            return {name: f"{row[name]}X{number}"}
        if column.kind == "id":
            return {name: str(int(row[name]) + number).zfill(len(row[name]))}
        if column.kind == "int":
            return {name: str(int(row[name]) + number)}
        if column.kind == "code":
            labels = list(column.codes.values())
            return {name: labels[(labels.index(row[name]) + number - 1) % len(labels)]}
        if column.kind == "date":
            day = dt.date.fromisoformat(row[name]) + dt.timedelta(days=number)
            return {name: day.isoformat()}
    return {}
