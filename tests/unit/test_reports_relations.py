"""The regulator's checks: both sides, difference, tolerance, and what could not be run."""

from __future__ import annotations

import random
from decimal import Decimal
from pathlib import Path

import pytest

from reports.fill import FilledForm, fill_form
from reports.layout import LayoutError, load_layout
from reports.relations import (
    FAILED,
    NOT_RUN,
    PASSED,
    RelationResult,
    count_outcomes,
    evaluate,
    load_relations,
)
from tests import reports_bank as bank

FOLDER = Path(__file__).resolve().parents[2] / "reports/returns/S71_I"
LAYOUT = load_layout(FOLDER / "layout.yml", bank.PERIOD)
RELATIONS = load_relations(FOLDER / "relations.yml", LAYOUT)


def fill(leaves: bank.Leaves) -> FilledForm:
    return fill_form(LAYOUT, leaves.rows(), period=bank.PERIOD, org_id="B000", org_name="示例")


def results_of(leaves: bank.Leaves) -> list[RelationResult]:
    return evaluate(RELATIONS, fill(leaves))


def one(results: list[RelationResult], statement: str) -> RelationResult:
    found = [result for result in results if result.statement == statement]
    assert len(found) == 1, (statement, len(found))
    return found[0]


def test_a_form_of_consistent_loans_passes() -> None:
    counts = count_outcomes(results_of(bank.sample_leaves()))
    assert counts[FAILED] == 0
    assert counts[PASSED] > 400


def test_clauses_are_expanded_over_the_columns_and_rows_they_name() -> None:
    results = results_of(bank.sample_leaves())
    first = [r for r in results if r.relation_id == "S71_I-R01"]
    assert len(first) == 3 * 18  # three checks, A-F and A1-C1 to A4-C4
    assert {r.instance for r in first} >= {"A", "F", "C4"}
    bands = [r for r in results if r.relation_id == "S71_I-C04"]
    assert {r.instance for r in bands} == {
        "1", "1.1", "1.1.1", "1.1.2", "1.2", "1.3", "2", "3", "3.1", "3.2", "3.3", "3.3.1", "4",
    }  # fmt: skip


def test_a_chain_is_two_comparisons() -> None:
    results = results_of(bank.sample_leaves())
    assert one(results, "[3.3.1A]<=[3.3A]").outcome == PASSED
    assert one(results, "[3.3A]<=[3A]").right == Decimal("230.00")


def test_a_failed_check_shows_both_sides_and_the_difference() -> None:
    leaves = bank.sample_leaves()
    # An agricultural part larger than the whole: 60.00 + 100.00 of 123.46.
    leaves.add("small_micro_enterprise_agri", "credit_le_1m", A="1000000")
    result = one(results_of(leaves), "[1.1A1]<=[1A1]")
    assert result.outcome == FAILED
    assert (result.left, result.right) == (Decimal("160.00"), Decimal("123.46"))
    assert result.difference == Decimal("36.54")
    assert result.tolerance == Decimal("0.010")
    assert result.reason_zh == "左右两边不符"


def test_a_check_on_a_closed_cell_is_not_run() -> None:
    result = one(results_of(bank.sample_leaves()), "[1.1D]=[1.1D1]+[1.1D2]+[1.1D3]+[1.1D4]")
    assert result.outcome == NOT_RUN
    assert result.reason_en.startswith("not run: cell not in the form")
    assert "[1.1D1]" in result.reason_zh
    assert result.left is None


def test_statements_no_cell_can_prove_are_not_run() -> None:
    noted = {r.relation_id: r for r in results_of(bank.sample_leaves()) if not r.operator}
    assert set(noted) == {
        "S71_I-N01", "S71_I-N02", "S71_I-N03", "S71_I-X01", "S71_I-X02", "S71_I-X03",
    }  # fmt: skip
    assert all(result.outcome == NOT_RUN and result.reason_zh for result in noted.values())


def test_rounding_alone_never_fails_a_check() -> None:
    # A5 and A0 are the same loans when there are no bills, rounded in one and in three pieces.
    leaves = bank.Leaves()
    for band in bank.SINGLE_BANDS[:3]:
        leaves.add("other_organisation", band, A="40.00")  # 0.004 万元 each, 0.012 together
    result = one(results_of(leaves), "[2A5]<=[2A0]")
    assert (result.left, result.right) == (Decimal("0.01"), Decimal("0.00"))
    assert result.tolerance == Decimal("0.020")  # four rounded leaves
    assert result.outcome == PASSED


def test_a_difference_rounding_cannot_explain_fails() -> None:
    leaves = bank.Leaves()
    leaves.values["A", "other_organisation.credit_le_10m_no_bill"] = Decimal("300.00")
    result = one(results_of(leaves), "[2A5]<=[2A0]")
    assert (result.difference, result.outcome) == (Decimal("0.03"), FAILED)


def test_a_formula_that_repeats_its_own_cells_has_no_tolerance() -> None:
    result = one(results_of(bank.sample_leaves()), "[1A]=[1A1]+[1A2]+[1A3]+[1A4]")
    assert result.tolerance == 0
    assert result.difference == 0


def test_households_have_no_tolerance() -> None:
    leaves = bank.sample_leaves()
    leaves.values["B", "small_micro_enterprise_agri.credit_le_1m"] = Decimal(4)
    result = one(results_of(leaves), "[1.1B1]<=[1B1]")
    assert (result.tolerance, result.difference, result.outcome) == (0, 1, FAILED)


def test_the_rate_is_compared_with_the_quotient_of_the_cells() -> None:
    result = one(results_of(bank.sample_leaves()), "[1G0]=[1F0]/[1D0]")
    assert (result.left, result.right) == (Decimal("0.0330"), Decimal("0.03300000"))
    assert (result.tolerance, result.outcome) == (Decimal("0.00005"), PASSED)


def test_without_disbursement_the_rate_is_not_run() -> None:
    result = one(results_of(bank.sample_leaves()), "[2G0]=[2F0]/[2D0]")
    assert (result.outcome, result.reason_zh) == (NOT_RUN, "累放额为零，无利率可核")


def test_interest_without_disbursement_fails() -> None:
    leaves = bank.sample_leaves()
    leaves.add("other_organisation", "credit_le_1m", F="100.00")
    result = one(results_of(leaves), "[2G0]=[2F0]/[2D0]")
    assert result.outcome == FAILED


def test_a_customer_who_changed_band_does_not_break_row_3() -> None:
    leaves = bank.sample_leaves()
    # One owner drew twice, before and after the limit was raised: one customer in the pooled
    # band, one in each single band.
    for row in ("small_micro_owner", "individual_business_and_owner"):
        for band in ("credit_1m_5m", "credit_5m_10m"):
            leaves.add(row, band, A="0", B="0", C="0", D="500000", E="1", F="20000")
        for pooled in ("credit_le_30m", "credit_le_10m", "credit_le_10m_no_bill"):
            leaves.values["E", f"{row}.{pooled}"] -= 1
    results = results_of(leaves)
    result = one(results, "[3E]=[3E1]+[3E2]+[3E3]+[3E4]")
    assert (result.left, result.right, result.outcome) == (5, 5, PASSED)
    assert count_outcomes(results)[FAILED] == 0


@pytest.mark.parametrize("seed", range(12))
def test_any_consistent_set_of_loans_passes(seed: int) -> None:
    dice = random.Random(seed)
    leaves = bank.Leaves()

    def amount(limit: int) -> str:
        return f"{dice.randrange(limit)}.{dice.randrange(100):02d}"

    for _ in range(200):
        rows = dice.choice(
            [
                ["small_micro_enterprise"],
                ["small_micro_enterprise", "small_micro_enterprise_agri"],
                ["small_micro_enterprise", "small_micro_enterprise_agri", "farmer_cooperative"],
                ["other_organisation"],
                ["individual_business", "individual_business_and_owner"],
                ["small_micro_owner", "individual_business_and_owner"],
                ["other_individual_non_farm"],
            ]
        )
        band = dice.choice(bank.SINGLE_BANDS)
        is_bill = dice.random() < 0.2
        balance, drawn = amount(2_000_000), amount(900_000)
        npl = balance if dice.random() < 0.1 else "0"
        rate = Decimal(dice.randrange(300, 900)) / 10000
        interest = str((Decimal(drawn) * rate).quantize(Decimal("0.000001")))
        figures = {"A": balance, "B": "1", "C": npl, "D": drawn, "E": "1", "F": interest}
        for row in rows:
            leaves.add(row, band, is_bill=is_bill, **figures)
        in_row_6 = rows[-1] not in ("other_organisation", "other_individual_non_farm")
        if in_row_6 and not is_bill and band != "credit_10m_30m" and dice.random() < 0.5:
            leaves.add("inclusive_small_micro_credit", band, **figures)
    failed = [result for result in results_of(leaves) if result.outcome == FAILED]
    assert failed == []


def test_checks_of_an_unknown_edition_are_refused(tmp_path: Path) -> None:
    text = (FOLDER / "relations.yml").read_text(encoding="utf-8")
    path = tmp_path / "relations.yml"
    path.write_text(text.replace('"2024":', '"2022":'), encoding="utf-8")
    with pytest.raises(LayoutError, match="no checks for edition 2024"):
        load_relations(path, LAYOUT)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('"[6.1] <= [6]"', '"[6.9] <= [6]"', "no cell 6.9.A5"),
        ('"[6.1] <= [6]"', '"[6.1] [6]"', "not a check"),
        ('"[6.1] <= [6]"', '"[6.1] < [6]"', "not a check"),
        ("[A5, B5, D5, E5]", "[A5, B5, D5, E9]", "no such column"),
        ('["1-5"]', '["1-9"]', "no such rows"),
        ("id: S71_I-R08", "id: S71_I-R07", "appears more than once"),
    ],
)
def test_a_faulty_check_is_refused_by_name(
    tmp_path: Path, old: str, new: str, message: str
) -> None:
    text = (FOLDER / "relations.yml").read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / "relations.yml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(LayoutError, match=message):
        load_relations(path, LAYOUT)
