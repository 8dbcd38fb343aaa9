"""The layout of S71_I against the official blank form, and layouts that contradict themselves."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl
import pytest

from expectations.strict_yaml import StrictYamlError
from reports.address import Address, AddressError, expand_rows, parse_address, parse_expression
from reports.layout import (
    CLOSED,
    FORMULA,
    LEAF,
    Layout,
    LayoutError,
    column_letters,
    column_number,
    load_layout,
)

REPOSITORY = Path(__file__).resolve().parents[2]
LAYOUT = REPOSITORY / "reports/returns/S71_I/layout.yml"

# Cells where the official blank has a formula over grey cells; see the return's README.
DEFECTIVE = {
    *(f"1.1.{letter}0" for letter in "DEF"),
    *(f"3.{letter}{band}" for letter in "DEF" for band in "1234"),
}


@pytest.fixture(scope="module")
def official_blank(reference_data: Path) -> Any:
    """The regulator's blank form, part of the optional reference data."""
    return openpyxl.load_workbook(reference_data / "forms_1104/S71_template.xlsx")["S71_I"]


@pytest.fixture(scope="module")
def layout() -> Layout:
    return load_layout(LAYOUT, "2025-12")


def test_the_form_has_18_rows_and_44_columns(layout: Layout) -> None:
    assert len(layout.rows) == 18
    assert len(layout.columns) == 44
    assert len(layout.cells) == 18 * 44
    assert layout.row_codes[0] == "1"
    assert layout.row_codes[-1] == "6.3"


def test_corner_cells_lie_where_the_official_sheet_has_them(layout: Layout) -> None:
    assert layout.cells[Address("1", "A")].excel == "C8"
    assert layout.cells[Address("1.1", "A2")].excel == "AC9"
    assert layout.cells[Address("6.3", "F4")].excel == "AT25"


def test_every_cell_is_as_in_the_official_blank_but_for_the_declared_defects(
    layout: Layout, official_blank: Any
) -> None:
    sheet = official_blank
    assert [sheet.cell(6, 3 + n).value for n in range(44)] == list(layout.columns)
    differing = set()
    for address, cell in layout.cells.items():
        official = sheet[cell.excel]
        kind = CLOSED if _is_grey(official) else FORMULA if official.value else LEAF
        if kind != cell.kind:
            differing.add(str(address))
        elif cell.expression:
            names = [layout.cells[operand].excel for operand in cell.expression.operands]
            assert official.value == f"={cell.expression.operator.join(names)}", address
    assert differing == DEFECTIVE


def test_labels_are_those_of_the_official_blank(layout: Layout, official_blank: Any) -> None:
    sheet = official_blank
    for row in layout.rows:
        assert sheet.cell(7 + row.sequence, 1).value == row.sequence
        assert sheet.cell(7 + row.sequence, 2).value.strip() == row.label_zh
    for group in layout.groups:
        first = layout.cells[Address("1", group.columns[0])].excel.rstrip("8")
        assert sheet[f"{first}5"].value == group.title_zh
        for column in group.columns:
            position = layout.cells[Address("1", column)].excel.rstrip("8")
            assert sheet[f"{position}7"].value == layout.measures[column[0]].title_zh


def _is_grey(cell: Any) -> bool:
    """Grey is palette colour 55, or white darkened by 35 %; plain white fills stay open."""
    fill = cell.fill
    if not fill.fill_type:
        return False
    color = fill.fgColor
    if color.type == "indexed":
        return bool(color.indexed == 55)
    return bool(color.type == "theme" and color.tint < -0.1)


def test_leaves_read_row_segment_and_band(layout: Layout) -> None:
    leaf = layout.cells[Address("1.1", "D0")]
    assert (leaf.kind, leaf.measure.metric_id, leaf.segments) == (
        LEAF,
        "inclusive_loan_disbursed_amount",
        ("small_micro_enterprise_agri.credit_le_10m",),
    )
    assert layout.cells[Address("3", "F5")].segments == (
        "individual_business_and_owner.credit_le_10m_no_bill",
    )


def test_households_of_row_3_count_a_customer_once_per_band(layout: Layout) -> None:
    assert layout.cells[Address("3.1", "E")].segments == (
        "individual_business.credit_le_1m",
        "individual_business.credit_1m_5m",
        "individual_business.credit_5m_10m",
        "individual_business.credit_10m_30m",
    )
    assert layout.cells[Address("3", "E2")].segments == (
        "individual_business.credit_1m_5m",
        "small_micro_owner.credit_1m_5m",
    )


def test_a_period_before_the_first_edition_is_refused() -> None:
    with pytest.raises(LayoutError, match="no edition for 2023-12"):
        load_layout(LAYOUT, "2023-12")


def _changed(tmp_path: Path, old: str, new: str) -> Path:
    text = LAYOUT.read_text(encoding="utf-8")
    assert text.count(old) >= 1
    path = tmp_path / "layout.yml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return path


def test_a_misspelt_key_is_refused_with_file_and_line(tmp_path: Path) -> None:
    path = _changed(tmp_path, "    form_number: S71_I", "    form_numbr: S71_I")
    with pytest.raises(StrictYamlError, match=r"layout\.yml:\d+: .*form_numbr"):
        load_layout(path, "2025-12")


def test_a_formula_over_a_closed_cell_is_refused(tmp_path: Path) -> None:
    # What the official blank does in row 3.
    path = _changed(
        tmp_path,
        "A-F, A5-C5, A1-C1, A2-C2, A3-C3, A4-C4], fill: rows_3",
        "A-F, A5-C5, A1-C1, A2-C2, A3-C3, A4-C4, D1], fill: rows_3",
    )
    path.write_text(
        path.read_text(encoding="utf-8").replace("[D5-F5, D1, F1,", "[D5-F5, F1,"),
        encoding="utf-8",
    )
    with pytest.raises(LayoutError, match=r"3\.D1 uses 3\.1\.D1, which is closed"):
        load_layout(path, "2025-12")


def test_a_column_that_no_pattern_speaks_of_is_refused(tmp_path: Path) -> None:
    path = _changed(
        tmp_path, "{columns: [G0, G5], fill: annual_rate}", "{columns: [G0], fill: annual_rate}"
    )
    with pytest.raises(LayoutError, match=r"nothing said about column\(s\) G5"):
        load_layout(path, "2025-12")


def test_a_column_filled_twice_is_refused(tmp_path: Path) -> None:
    path = _changed(
        tmp_path, "{columns: [A0-F0], fill: three_bands}", "{columns: [A0-G0], fill: three_bands}"
    )
    with pytest.raises(LayoutError, match="column G0 is filled twice"):
        load_layout(path, "2025-12")


def test_a_formula_that_depends_on_itself_is_refused(tmp_path: Path) -> None:
    path = _changed(tmp_path, '"[{r}.{m}1] + [{r}.{m}2] + [{r}.{m}3]"', '"[{r}.{m}] + [{r}.{m}2]"')
    path.write_text(
        path.read_text(encoding="utf-8").replace(
            'four_bands: "[{r}.{m}1] + [{r}.{m}2]', 'four_bands: "[{r}.{m}0] + [{r}.{m}2]'
        ),
        encoding="utf-8",
    )
    with pytest.raises(LayoutError, match="depends on itself"):
        load_layout(path, "2025-12")


@pytest.mark.parametrize("text", ["[1.1A0]", "1.1.A0", "[1.1 A0]", "［1.1Ａ0］", "[1.1.A0]"])
def test_addresses_are_read_as_the_manuals_spell_them(text: str) -> None:
    assert parse_address(text) == Address("1.1", "A0")


def test_an_address_without_column_is_refused() -> None:
    with pytest.raises(AddressError, match="not a cell address"):
        parse_address("[1.1]")


def test_a_quotient_has_two_operands() -> None:
    assert parse_expression("[1F0]/[1D0]").operator == "/"
    with pytest.raises(AddressError):
        parse_expression("[1F0]/[1D0]/[1A0]")
    with pytest.raises(AddressError):
        parse_expression("[1F0]+[1D0]/[1A0]")


def test_a_row_range_holds_the_sub_rows(layout: Layout) -> None:
    assert expand_rows("1-2", layout.row_codes) == ("1", "1.1", "1.1.1", "1.1.2", "1.2", "1.3", "2")


@pytest.mark.parametrize(("number", "letters"), [(1, "A"), (26, "Z"), (27, "AA"), (46, "AT")])
def test_column_letters_and_numbers_are_inverse(number: int, letters: str) -> None:
    assert column_letters(number) == letters
    assert column_number(letters) == number
