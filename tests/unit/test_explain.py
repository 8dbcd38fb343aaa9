"""Heads of row queries, the arithmetic of the proof, and tables for people."""

from __future__ import annotations

import csv
from decimal import Decimal
from pathlib import Path

import pytest

from expectations.contract import Contract
from pipelines.explain.catalogue import RowQueryError, load_row_queries
from pipelines.explain.proof import prove, prove_value
from pipelines.explain.text import LEFT, RIGHT, decimals, display_width, number, table
from pipelines.paths import DBT_DIR

_HEAD = "-- metrics: {metrics}\n-- loads: loan_account@period\nselect 1\n"


def _metrics() -> set[str]:
    with (DBT_DIR / "seeds" / "metric_catalogue.csv").open(encoding="utf-8") as stream:
        return {row["metric_id"] for row in csv.DictReader(stream)}


def test_every_metric_has_exactly_one_row_query() -> None:
    assert set(load_row_queries()) == _metrics()


def test_row_queries_read_ledgers_and_switches_that_exist(
    contracts: dict[str, Contract],
) -> None:
    with (DBT_DIR / "seeds" / "switch_default.csv").open(encoding="utf-8") as stream:
        switches = {row["switch_name"] for row in csv.DictReader(stream)}
    for query in load_row_queries().values():
        assert set(query.ledgers) <= set(contracts), query.path
        assert set(query.switches) <= switches, query.path
        assert all("int_switch" in query.sql and s in query.sql for s in query.switches)


def test_no_row_query_reads_a_personal_column(contracts: dict[str, Contract]) -> None:
    personal = {c.name for k in contracts.values() for c in k.columns if c.is_personal}
    assert personal
    for query in load_row_queries().values():
        words = set(query.sql.replace(".", " ").replace(",", " ").split())
        assert not words & personal, query.path


def test_two_files_for_one_metric_are_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "one.sql").write_text(_HEAD.format(metrics="npl_ratio, loan_count"))
    (tmp_path / "two.sql").write_text(_HEAD.format(metrics="loan_count"))
    with pytest.raises(RowQueryError, match=r"loan_count.*one\.sql.*two\.sql"):
        load_row_queries(tmp_path)


@pytest.mark.parametrize(
    "text",
    [
        "select 1\n",
        "-- loads: loan_account@period\n-- metrics: a\nselect 1\n",
        "-- metrics: a\nselect 1\n",
        "-- metrics: a\n-- loads: loan_account@yesterday\nselect 1\n",
        "-- metrics: a\n-- loads: loan_account@period\n-- lables: x=一|one\nselect 1\n",
        "-- metrics: a\n-- loads: loan_account@period\n-- labels: x=一\nselect 1\n",
        "-- metrics: a\n-- loads: loan_account@period\n-- combine: average\nselect 1\n",
    ],
)
def test_head_with_a_mistake_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "wrong.sql").write_text(text, encoding="utf-8")
    with pytest.raises(RowQueryError, match=r"wrong\.sql"):
        load_row_queries(tmp_path)


def test_growth_is_rounded_half_up_away_from_zero() -> None:
    terms = {"closing": Decimal("1000000.50"), "opening": Decimal("1000000")}
    assert prove("numerator", "growth", terms, Decimal("0.000001"), "2025-12").is_equal
    fall = {"closing": Decimal("999999.50"), "opening": Decimal("1000000")}
    assert prove("numerator", "growth", fall, Decimal("-0.000001"), "2025-12").is_equal


def test_growth_from_nothing_has_no_number() -> None:
    proof = prove("numerator", "growth", {"closing": Decimal(5)}, None, "2025-12")
    assert proof.computed is None
    assert proof.is_equal is None


def test_mean_difference_takes_three_points_a_month_and_thirty_six_a_year() -> None:
    terms = {"closing": Decimal("600.00"), "opening": Decimal("3600.00")}
    proof = prove("numerator", "mean_difference", terms, Decimal(0), "2026-02")
    assert proof.is_equal  # 600 / 6 − 3600 / 36


def test_a_fen_of_difference_is_found() -> None:
    proof = prove("numerator", "sum", {"": Decimal("10.00")}, Decimal("10.01"), "2025-12")
    assert proof.is_equal is False


def test_a_gap_too_small_for_six_decimals_keeps_its_sign() -> None:
    part = {"closing": Decimal("1000000000.01"), "opening": Decimal("1000000000")}
    whole = {"closing": Decimal("1000000000.02"), "opening": Decimal("1000000000")}
    sides = [prove("numerator", "growth", t, Decimal(0), "2025-12") for t in (part, whole)]
    assert prove_value("gap", *sides, Decimal("-0.000001")).is_equal
    assert prove_value("gap", sides[1], sides[0], Decimal("0.000001")).is_equal


def test_ratio_over_zero_has_no_value() -> None:
    sides = [prove("numerator", "sum", {}, Decimal(0), "2025-12") for _ in range(2)]
    assert prove_value("ratio", *sides, None).computed is None


def test_columns_align_with_full_width_characters() -> None:
    lines = table(("机构", "n"), [("营业部", "1"), ("ab", "12,345")], (LEFT, RIGHT))
    assert len({display_width(line) for line in lines}) == 1
    assert lines[1].endswith("     1")


def test_numbers_keep_every_digit() -> None:
    values = [Decimal("1.50"), Decimal("2.125000")]
    assert decimals(values) == 3
    assert decimals([Decimal("100"), Decimal("1E+3")]) == 0
    assert number(Decimal("1234567.5"), decimals([Decimal("0.1")])) == "1,234,567.50"
