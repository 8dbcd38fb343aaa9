"""The emitted S71_I pack holds the figures computed from the branches' files, in 万元.

The form is described here a second time, from the official blank form and the checks of the manual
(2024), not from the project's layout.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tests.closed_bank import PERIODS, ClosedBank
from tests.golden.independent.figure import Figure, Key, half_up
from tests.golden.independent.month import Month

ROWS = {
    "1": "small_micro_enterprise",
    "1.1": "small_micro_enterprise_agri",
    "1.1.1": "rural_collective",
    "1.1.2": "farmer_cooperative",
    "1.2": "tech_innovation",
    "1.3": "enterprise_startup_guarantee",
    "2": "other_organisation",
    "3": "individual_business_and_owner",
    "3.1": "individual_business",
    "3.2": "small_micro_owner",
    "3.3": "personal_startup_guarantee",
    "3.3.1": "disabled_startup_guarantee",
    "4": "other_individual_non_farm",
    "5": None,
    "6": None,
    "6.1": "inclusive_small_micro_credit",
    "6.2": "inclusive_small_micro_medium_long_term",
    "6.3": "inclusive_small_micro_renewal_without_repayment",
}
# Column groups in the order of the sheet, with the letters they have.
GROUPS = {
    "": ("credit_le_30m", "ABCDEF"),
    "0": ("credit_le_10m", "ABCDEFG"),
    "5": ("credit_le_10m_no_bill", "ABCDEFG"),
    "1": ("credit_le_1m", "ABCDEF"),
    "2": ("credit_1m_5m", "ABCDEF"),
    "3": ("credit_5m_10m", "ABCDEF"),
    "4": ("credit_10m_30m", "ABCDEF"),
}
METRICS = {
    "A": "inclusive_loan_balance",
    "B": "inclusive_loan_customer_count",
    "C": "inclusive_loan_npl_balance",
    "D": "inclusive_loan_disbursed_amount",
    "E": "inclusive_loan_disbursed_customer_count",
    "F": "inclusive_loan_annualised_interest",
}
WHOLE_ROWS = ("1", "2", "3", "4")
HEADLINE_PARTS = ("6.1", "6.2", "6.3")
FIRST_ROW, FIRST_COLUMN = 8, 3
CELLS, CLOSED_CELLS = 18 * 44, 370
_SUM = re.compile(r"=([A-Z]+\d+(?:\+[A-Z]+\d+)*)")
_RATE = re.compile(r'=IF\(([A-Z]+\d+)=0,"",ROUND\(([A-Z]+\d+)/\1,4\)\)')
Cell = tuple[str, str]


@dataclass(frozen=True)
class Pack:
    """One emitted pack."""

    cells: dict[Cell, dict[str, Any]]
    relations: dict[str, Any]
    workbook: Path


def columns() -> list[str]:
    """The 44 columns from left to right."""
    return [letter + suffix for suffix, (_, letters) in GROUPS.items() for letter in letters]


def is_open(row: str, column: str) -> bool:
    """Whether the blank form leaves a cell open: white, blue (formula) or yellow (new in 2024)."""
    letter, group = column[0], column[1:]
    if row in WHOLE_ROWS:
        return True
    if row == "6":
        return group == "5"
    if row in HEADLINE_PARTS:
        return column in ("A5", "B5", "D5", "E5")
    if row == "1.1":
        return group in ("", "0", "5") or letter in "ABC"
    if row in ("3.1", "3.2") and group == "5":
        return letter in "ABC"
    return group == "" or (letter in "ABC" and group != "5")


class Form:
    """The form computed from exact figures: leaves rounded once, the rest from rounded leaves."""

    def __init__(self, figures: Mapping[Key, Figure], bank: str) -> None:
        self._figures, self._bank = figures, bank

    def value(self, row: str, column: str) -> Decimal | None:
        """A cell; None where it is closed, or a rate where nothing was lent."""
        if not is_open(row, column):
            return None
        letter, group = column[0], column[1:]
        if letter == "G":
            interest, lent = (self._number(row, f"{x}{group}") for x in "FD")
            return half_up(Fraction(interest) / Fraction(lent), 4) if lent else None
        # [1.1] D0 to F0 and the sums of [3] over D1 to F4 are leaves: the blank form's formulas add
        # closed cells there.
        if group == "0" and not (row == "1.1" and letter in "DEF"):
            return self._add((row, f"{letter}{n}") for n in "123")
        if row == "5":
            return self._add((r, column) for r in ("1.3", "3.3"))
        if row == "6":
            return self._add((r, column) for r in ("1", "3"))
        if row == "3" and is_open("3.1", column):
            return self._add((r, column) for r in ("3.1", "3.2"))
        if group == "" and (row in WHOLE_ROWS or letter in "ABC"):
            return self._add((row, f"{letter}{n}") for n in "1234")
        return self._leaf(row, letter, GROUPS[group][0])

    def _leaf(self, row: str, letter: str, band: str) -> Decimal | None:
        exact = self._figures[METRICS[letter], self._bank, f"{ROWS[row]}.{band}"].value
        assert exact is not None
        return half_up(exact, 0) if letter in "BE" else half_up(exact / 10_000, 2)

    def _number(self, row: str, column: str) -> Decimal:
        value = self.value(row, column)
        assert value is not None
        return value

    def _add(self, cells: Any) -> Decimal:
        return sum((self._number(row, column) for row, column in cells), Decimal(0))


def pack_of(bank: ClosedBank, period: str) -> Pack:
    """The one S71_I pack of a period."""
    packs = bank.home / "emitted" / "S71_I" / period
    assert packs.is_dir(), bank.printed[f"close {period}"]
    (folder,) = packs.iterdir()
    content = json.loads((folder / "S71_I.json").read_text(encoding="utf-8"))
    cells = {tuple(c["cell"].rsplit(".", 1)): c for c in content["cells"]}
    assert len(cells) == len(content["cells"]) == CELLS
    return Pack(cells, content["relations"], folder / "S71_I.xlsx")


@pytest.mark.parametrize("period", PERIODS)
def test_every_cell_is_reproduced_from_the_files(
    sample_bank: ClosedBank,
    month_of: Callable[[str], Month],
    figures_of: Callable[[str], Mapping[Key, Figure]],
    period: str,
) -> None:
    form = Form(figures_of(period), month_of(period).bank)
    pack = pack_of(sample_bank, period)
    expected = {(row, column): form.value(row, column) for row in ROWS for column in columns()}
    found = {
        cell: None if entry["value"] is None else Decimal(entry["value"])
        for cell, entry in pack.cells.items()
    }
    assert found == expected
    assert sum(value is not None and value != 0 for value in expected.values()) > 200


@pytest.mark.parametrize("period", PERIODS)
def test_closed_cells_are_those_of_the_blank_form(sample_bank: ClosedBank, period: str) -> None:
    closed = {
        cell for cell, c in pack_of(sample_bank, period).cells.items() if c["kind"] == "closed"
    }
    assert len(closed) == CLOSED_CELLS
    assert closed == {(r, c) for r in ROWS for c in columns() if not is_open(r, c)}


def test_closed_cells_are_grey_on_the_official_sheet(
    sample_bank: ClosedBank, reference_data: Path
) -> None:
    sheet = openpyxl.load_workbook(reference_data / "forms_1104" / "S71_template.xlsx").worksheets[
        0
    ]
    grey = {cell.coordinate for row in sheet["C8:AT25"] for cell in row if _is_grey(cell)}
    cells = pack_of(sample_bank, PERIODS[0]).cells.values()
    assert {c["excel"] for c in cells if c["kind"] == "closed"} == grey


@pytest.mark.parametrize("period", PERIODS)
def test_the_workbook_shows_what_the_json_says(sample_bank: ClosedBank, period: str) -> None:
    pack = pack_of(sample_bank, period)
    shown = openpyxl.load_workbook(pack.workbook, data_only=True)["S71_I"]
    places = {}
    for row_number, row in enumerate(ROWS, start=FIRST_ROW):
        for column_number, column in enumerate(columns(), start=FIRST_COLUMN):
            place = shown.cell(row_number, column_number)
            places[row, column] = place.coordinate
            assert shown.cell(6, column_number).value == column
            text = pack.cells[row, column]["value"]
            value = None if place.value in (None, "") else Decimal(str(place.value))
            assert value == (None if text is None else Decimal(text)), (row, column)
    assert {cell: c["excel"] for cell, c in pack.cells.items()} == places


@pytest.mark.parametrize("period", PERIODS)
def test_formulas_of_the_workbook_give_the_values_shown(
    sample_bank: ClosedBank, period: str
) -> None:
    pack = pack_of(sample_bank, period)
    sheet = openpyxl.load_workbook(pack.workbook)["S71_I"]
    value_at = {c["excel"]: c["value"] for c in pack.cells.values()}
    formulas = 0
    for entry in pack.cells.values():
        content = sheet[entry["excel"]].value
        if entry["kind"] != "formula":
            assert not str(content).startswith("=")
            continue
        formulas += 1
        text = entry["value"]
        assert _evaluate(content, value_at) == (None if text is None else Decimal(text)), entry
    assert formulas == 155


@pytest.mark.parametrize("period", PERIODS)
def test_every_check_of_the_manual_passes_or_says_why_it_was_not_run(
    sample_bank: ClosedBank, period: str
) -> None:
    relations = pack_of(sample_bank, period).relations
    results = relations["results"]
    outcomes = [r["outcome"] for r in results]
    assert set(outcomes) == {"passed", "not_run"}
    assert relations["counts"] == {
        "passed": outcomes.count("passed"),
        "not_run": outcomes.count("not_run"),
        "failed": 0,
    }
    assert all(r["reason_zh"] and r["reason_en"] for r in results if r["outcome"] == "not_run")
    assert {r["relation_id"] for r in results} == set(relations["clauses"])


@pytest.mark.parametrize("period", PERIODS)
def test_the_identities_of_the_manual_hold_between_cells(
    sample_bank: ClosedBank, period: str
) -> None:
    cells = pack_of(sample_bank, period).cells

    def at(row: str, column: str) -> Decimal:
        return Decimal(cells[row, column]["value"])

    # [3] D and F add rows where their parts add bands: six leaves, each off by half a unit at most.
    leaves = {("3", "D"): 6, ("3", "F"): 6}
    for row in WHOLE_ROWS:
        for letter in "ABCDEF":
            parts = [at(row, f"{letter}{n}") for n in "1234"]
            tolerance = leaves.get((row, letter), 0) * Decimal("0.005")
            assert abs(at(row, letter) - sum(parts)) <= tolerance, (row, letter)
            assert at(row, f"{letter}0") == sum(parts[:3]), (row, letter)
    for letter in "ABCDEF":
        assert at("3", letter) == at("3.1", letter) + at("3.2", letter)
        assert at("5", letter) == at("1.3", letter) + at("3.3", letter)
        assert at("6", f"{letter}5") == at("1", f"{letter}5") + at("3", f"{letter}5")
        assert at("1.1", letter) <= at("1", letter)


def _is_grey(cell: Any) -> bool:
    fill = cell.fill
    if fill.fill_type != "solid":
        return False
    colour = fill.fgColor
    if colour.type == "indexed":
        return bool(colour.indexed == 55)
    return bool(colour.type == "theme" and colour.tint < -0.1)


def _evaluate(formula: str, value_at: Mapping[str, str | None]) -> Decimal | None:
    def at(place: str) -> Decimal:
        text = value_at[place]
        assert text is not None, f"{formula} reads the empty cell {place}"
        return Decimal(text)

    if found := _SUM.fullmatch(formula):
        return sum((at(place) for place in found[1].split("+")), Decimal(0))
    rate = _RATE.fullmatch(formula)
    assert rate is not None, formula
    if at(rate[1]) == 0:
        return None
    return half_up(Fraction(at(rate[2])) / Fraction(at(rate[1])), 4)
