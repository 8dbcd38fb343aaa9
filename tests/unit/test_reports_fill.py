"""Filling S71_I: figures computed by hand, and what must never be filed."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from reports.address import parse_address
from reports.fill import FilledForm, fill_form
from reports.gate import EmissionRefused
from reports.layout import CLOSED, load_layout
from reports.lineage import lineage_of_form
from tests import reports_bank as bank

LAYOUT = load_layout(
    Path(__file__).resolve().parents[2] / "reports/returns/S71_I/layout.yml", bank.PERIOD
)


def fill(rows: list[dict[str, object]]) -> FilledForm:
    return fill_form(LAYOUT, rows, period=bank.PERIOD, org_id="B000", org_name="示例")


def value(form: FilledForm, address: str) -> Decimal | None:
    return form.value(parse_address(address))


def test_hand_computed_cells() -> None:
    form = fill(bank.sample_leaves().rows())
    expected = {
        "1.A1": "123.46",  # 1 234 567.89 yuan
        "1.A3": "700.00",
        "1.A4": "1500.00",  # 15 000 000.55 yuan
        "1.A": "2323.46",  # of rounded leaves: 123.46 + 0 + 700.00 + 1500.00
        "1.A0": "823.46",
        "1.A5": "123.46",  # the bill loan is left out
        "1.B": "5",
        "1.D0": "900.00",
        "1.F0": "29.70",  # 8.70 + 21.00
        "1.G0": "0.0330",  # 29.70 / 900.00
        "1.G5": "0.0435",  # 8.70 / 200.00
        "1.1.D0": "80.00",
        "1.1.G0": "0.0435",
        "3.A": "230.00",
        "3.D1": "15.00",
        "3.D": "115.00",
        "3.E": "3",
        "3.F0": "5.40",
        "3.G0": "0.0470",  # 5.40 / 115.00 = 0.046957
        "5.A": "10.00",  # 1.3 + 3.3
        "6.A5": "353.46",  # 123.46 + 230.00
        "6.F5": "14.10",
        "6.G5": "0.0448",  # 14.10 / 315.00 = 0.044762
        "6.1.D5": "9.00",
    }
    assert {name: value(form, name) for name in expected} == {
        name: Decimal(figure) for name, figure in expected.items()
    }


def test_a_rate_is_empty_where_nothing_was_disbursed() -> None:
    form = fill(bank.sample_leaves().rows())
    assert value(form, "2.D0") == 0
    assert value(form, "2.G0") is None


def test_closed_cells_stay_empty() -> None:
    form = fill(bank.sample_leaves().rows())
    closed = [filled for filled in form.cells.values() if filled.cell.kind == CLOSED]
    assert len(closed) == 370
    assert all(filled.value is None and not filled.sources for filled in closed)


def test_formulas_use_rounded_leaves() -> None:
    leaves = bank.Leaves()
    for band in bank.SINGLE_BANDS:
        leaves.add("other_organisation", band, A="49.99")  # 0.00 万元 each, 0.02 together
    assert value(fill(leaves.rows()), "2.A") == Decimal("0.00")
    for band in bank.SINGLE_BANDS:
        leaves.add("other_organisation", band, A="0.01")  # now 0.01 each
    assert value(fill(leaves.rows()), "2.A") == Decimal("0.04")


def test_a_missing_metric_row_is_refused_by_cell_and_segment() -> None:
    rows = [
        row
        for row in bank.sample_leaves().rows()
        if (row["metric_id"], row["segment"])
        != ("inclusive_loan_balance", "other_organisation.credit_le_1m")
    ]
    with pytest.raises(EmissionRefused) as refusal:
        fill(rows)
    assert refusal.value.code == "incomplete"
    assert "[2A1]" in refusal.value.message_zh
    assert "other_organisation.credit_le_1m" in refusal.value.message_en


def test_an_empty_figure_is_refused_with_its_reason() -> None:
    rows = bank.sample_leaves().rows()
    rows[0] = {**rows[0], "value": None, "reason_code": "no_source:loan_account.balance"}
    with pytest.raises(EmissionRefused, match=r"no_source:loan_account\.balance"):
        fill(rows)


@pytest.mark.parametrize(("column", "wrong"), [("unit", "万元"), ("period", "2025-11")])
def test_a_figure_of_another_unit_or_period_is_refused(column: str, wrong: str) -> None:
    rows = bank.sample_leaves().rows()
    used = next(i for i, row in enumerate(rows) if row["segment"].endswith("credit_le_1m"))
    rows[used] = {**rows[used], column: wrong}
    with pytest.raises(EmissionRefused, match=wrong):
        fill(rows)


def test_a_metric_row_that_appears_twice_is_refused() -> None:
    rows = bank.sample_leaves().rows()
    with pytest.raises(EmissionRefused, match="more than once"):
        fill([*rows, rows[0]])


def test_figures_of_branches_are_not_taken() -> None:
    rows = bank.sample_leaves().rows()
    branch = [{**row, "org_id": "B001", "org_level": "branch"} for row in rows]
    assert value(fill([*branch, *rows]), "1.A") == Decimal("2323.46")


def test_lineage_leads_from_a_cell_to_metric_segment_definition_and_unrounded_value() -> None:
    form = fill(bank.sample_leaves().rows())
    rows = {row.figure: row for row in lineage_of_form(form)}
    leaf = rows["[1A1]"]
    assert (leaf.position, leaf.metric_id, leaf.segment, leaf.definition_id, leaf.org_id) == (
        "W8",
        "inclusive_loan_balance",
        "small_micro_enterprise.credit_le_1m",
        "inclusive_loan_balance@2024",
        "B000",
    )
    assert leaf.unrounded == Decimal("1234567.89")
    assert (leaf.base_unit, leaf.printed, leaf.unit) == ("元", Decimal("123.46"), "万元")
    assert rows["[1A]"].source == "=[1A1]+[1A2]+[1A3]+[1A4]"


def test_every_open_cell_has_lineage_and_no_closed_one() -> None:
    form = fill(bank.sample_leaves().rows())
    open_cells = {a.printed for a, f in form.cells.items() if f.cell.kind != CLOSED}
    assert {row.figure for row in lineage_of_form(form)} == open_cells
