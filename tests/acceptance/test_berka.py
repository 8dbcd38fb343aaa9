"""A real bank's ledgers: the PKDD'99 data set (Guide to the Financial Data Set, Berka and Sochorova).

The figures below were counted from ``loan.csv`` and ``account.csv`` themselves; a test repeats the
count, so that they are known to be the data set's and not the pipeline's.
"""

from __future__ import annotations

import csv
import json
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipelines.analyst import read_metric
from pipelines.paths import Home
from pipelines.settings import Settings
from tests.closed_bank import jingtian
from tests.golden.published import attach, metric_values
from tests.made_once import made_once

PERIOD = "1998-12"
ROOT = "BERKA"
LOANS, AMOUNT = 682, 103_261_740
BY_STATUS = {
    "settled": (203, 18_603_216),
    "expired_unpaid": (31, 4_362_348),
    "active": (403, 69_078_372),
    "in_arrears": (45, 11_217_804),
}
STATUS_OF_LETTER = {"A": "settled", "B": "expired_unpaid", "C": "active", "D": "in_arrears"}
BRANCHES = 77
LARGEST_BRANCH = ("1", 84, 12_932_412)
NO_BALANCE = "no_source:loan_account.balance"
NO_FLAG = {
    "agri_loan_balance": "is_agri",
    "small_micro_loan_balance": "is_small_micro",
    "inclusive_small_micro_balance": "is_inclusive",
}
RETURNS = ("S71_I", "coverage_bulletin", "pay_statement")


@pytest.fixture(scope="module")
def closed(tmp_path_factory: pytest.TempPathFactory, reference_data: Path) -> dict[str, Any]:
    """The bank received and closed by the command line."""
    return bank_closed(tmp_path_factory, "berka", reference_data / "berka_original")


@pytest.fixture(scope="module")
def closed_tsv(tmp_path_factory: pytest.TempPathFactory, reference_data: Path) -> dict[str, Any]:
    """The same bank from its second format."""
    return bank_closed(tmp_path_factory, "berka_tsv", reference_data / "berka")


def bank_closed(
    tmp_path_factory: pytest.TempPathFactory, mapping: str, source: Path
) -> dict[str, Any]:
    """An export received through a mapping and closed."""

    def make(folder: Path) -> dict[str, Any]:
        home = folder / "home"
        words = ("receive", source, "--mapping", mapping, "--format", "json")
        received = jingtian(*words, home=home)
        assert received.returncode == 0, received.stdout + received.stderr
        closed = jingtian("close", PERIOD, "--format", "json", home=home)
        assert closed.returncode == 0, closed.stdout + closed.stderr
        return {
            "home": str(home),
            "receipts": json.loads(received.stdout),
            "close": json.loads(closed.stdout),
        }

    return made_once(tmp_path_factory, mapping, make)


def rows(closed: dict[str, Any], metric: str) -> list[dict[str, Any]]:
    """The published rows of a metric."""
    settings = Settings.from_env(closed["home"])
    return read_metric(settings, metric, period=PERIOD).to_pylist()


def values(closed: dict[str, Any], metric: str) -> dict[tuple[str, str], Any]:
    """Values of a metric by organisation and segment."""
    return {(r["org_id"], r["segment"]): r["value"] for r in rows(closed, metric)}


def source_loans(reference_data: Path) -> list[tuple[str, str, int]]:
    """(district of the account, status, amount) of every loan of the data set."""
    folder = reference_data / "berka_original"
    with (folder / "account.csv").open(encoding="utf-8", newline="") as stream:
        district = {r["account_id"]: r["district_id"] for r in csv.DictReader(stream)}
    with (folder / "loan.csv").open(encoding="utf-8", newline="") as stream:
        return [
            (district[r["account_id"]], STATUS_OF_LETTER[r["status"]], int(r["amount"]))
            for r in csv.DictReader(stream)
        ]


def test_the_expected_figures_are_those_of_the_data_set(reference_data: Path) -> None:
    loans = source_loans(reference_data)
    assert (len(loans), sum(a for _, _, a in loans)) == (LOANS, AMOUNT)
    assert {
        status: (
            sum(s == status for _, s, _ in loans),
            sum(a for _, s, a in loans if s == status),
        )
        for status in BY_STATUS
    } == BY_STATUS
    district, count = Counter(d for d, _, _ in loans).most_common(1)[0]
    assert (district, count, sum(a for d, _, a in loans if d == district)) == LARGEST_BRANCH


def test_every_loan_is_received(closed: dict[str, Any]) -> None:
    statuses = {r["status"] for r in closed["receipts"]}
    assert statuses == {"accepted"}
    counts = values(closed, "loan_count")
    assert counts[ROOT, "all"] == LOANS
    assert values(closed, "loan_amount")[ROOT, "all"] == AMOUNT


def test_loans_by_status_agree_with_the_data_set(closed: dict[str, Any]) -> None:
    counts, amounts = values(closed, "loan_count"), values(closed, "loan_amount")
    found = {s: (counts[ROOT, s], amounts[ROOT, s]) for s in BY_STATUS}
    assert found == BY_STATUS
    assert counts[ROOT, "written_off"] == 0


def test_every_district_is_a_branch_and_every_branch_agrees(
    closed: dict[str, Any], reference_data: Path
) -> None:
    counts, amounts = values(closed, "loan_count"), values(closed, "loan_amount")
    expected: dict[tuple[str, str], list[int]] = {}
    for district, status, amount in source_loans(reference_data):
        for segment in ("all", status):
            entry = expected.setdefault((district, segment), [0, 0])
            entry[0] += 1
            entry[1] += amount
    branches = {org for org, _ in counts} - {ROOT}
    assert len(branches) == BRANCHES
    assert {d for d, _ in expected} <= branches
    for branch in branches:
        for segment in ("all", *BY_STATUS, "written_off"):
            found = [counts[branch, segment], amounts[branch, segment]]
            assert found == expected.get((branch, segment), [0, 0]), (branch, segment)


def test_the_largest_branch_is_prague(closed: dict[str, Any]) -> None:
    counts = values(closed, "loan_count")
    of_branches = {org: n for (org, segment), n in counts.items() if segment == "all"}
    del of_branches[ROOT]
    largest = max(of_branches, key=lambda org: of_branches[org])
    amount = values(closed, "loan_amount")[largest, "all"]
    assert (largest, of_branches[largest], amount) == LARGEST_BRANCH


@pytest.mark.parametrize("metric", ["loan_balance", "npl_balance", "npl_ratio", "agri_sme_share"])
def test_balances_are_empty_and_say_that_the_source_has_none(
    closed: dict[str, Any], metric: str
) -> None:
    found = rows(closed, metric)
    assert found
    with_loans = [r for r in found if r["org_id"] in (ROOT, LARGEST_BRANCH[0])]
    assert with_loans
    for row in with_loans:
        assert row["value"] is None
        assert row["reason_code"] == NO_BALANCE, row


@pytest.mark.parametrize("metric", sorted(NO_FLAG))
def test_flags_that_the_source_lacks_are_never_read_as_no(
    closed: dict[str, Any], metric: str
) -> None:
    every = [r for r in rows(closed, metric) if r["org_id"] == ROOT]
    assert {r["value"] for r in every} == {None}
    (row,) = (r for r in every if r["is_first_definition"] and r["segment"] == "all")
    assert row["value"] is None
    assert row["reason_code"] in (NO_BALANCE, f"no_source:loan_account.{NO_FLAG[metric]}")


@pytest.mark.parametrize(
    ("metric", "ledger"),
    [
        ("interest_income", "loan_event"),
        ("npl_recovery_amount", "loan_event"),
        ("due_loan_recovery_rate", "loan_event"),
        ("deposit_tenday_avg_net_increase", "deposit_tenday"),
        ("grid_coverage_rate_cumulative", ("admin_unit", "grid")),
        ("archive_coverage_rate", ("admin_unit", "customer_archive", "segment_population")),
        ("inclusive_loan_balance", "credit_line"),
    ],
)
def test_a_metric_without_its_ledger_names_it(
    closed: dict[str, Any], metric: str, ledger: str | tuple[str, ...]
) -> None:
    names = (ledger,) if isinstance(ledger, str) else ledger
    found = rows(closed, metric)
    assert found
    assert all(r["value"] is None for r in found)
    assert {r["reason_code"] for r in found} <= {f"no_source:{name}" for name in names}


def test_every_output_is_refused_by_name(closed: dict[str, Any]) -> None:
    close = closed["close"]
    assert close["emitted"] == []
    refused = {r["output"]: r for r in close["refused"]}
    assert set(RETURNS) <= refused.keys()
    assert "no_source:credit_line" in refused["S71_I"]["en"]
    assert "no_source:grid" in refused["coverage_bulletin"]["en"]
    assert "no_source:" in refused["pay_statement"]["en"]
    assert all(r["zh"] for r in refused.values())


def test_a_refused_return_stays_refused_when_asked_for_alone(closed: dict[str, Any]) -> None:
    asked = jingtian("report", "emit", "S71_I", "--period", PERIOD, home=Path(closed["home"]))
    assert asked.returncode == 1
    assert "no_source:credit_line" in asked.stdout
    assert not (Path(closed["home"]) / "emitted" / "S71_I").exists()


# ---- the second format: tab-separated, no header, amounts a tenth, dates twenty years later --------


def published(closed: dict[str, Any]) -> dict[Any, Any]:
    """Every published figure of a closed home."""
    con = attach(Home(Path(closed["home"])), PERIOD)
    try:
        return metric_values(con)
    finally:
        con.close()


def lake_rows(closed: dict[str, Any], ledger: str) -> pa.Table:
    """Rows of a ledger in the lake, without their line numbers."""
    (part,) = (Path(closed["home"]) / "lake" / ledger).rglob("part.parquet")
    table = pq.ParquetFile(part).read()
    return table.drop_columns(["_row"]).sort_by(table.column_names[0])


def test_second_format_is_really_another_one(reference_data: Path) -> None:
    with (reference_data / "berka" / "fin_loan.tsv").open(encoding="utf-8", newline="") as stream:
        loans = {row[0]: row for row in csv.reader(stream, delimiter="\t")}
    with (reference_data / "berka_original" / "loan.csv").open(encoding="utf-8") as stream:
        first = {row["loan_id"]: row for row in csv.DictReader(stream)}
    assert loans.keys() == first.keys()
    for loan_id, row in loans.items():
        year, rest = first[loan_id]["date"].split("-", 1)
        assert Decimal(row[3]) * 10 == Decimal(first[loan_id]["amount"])
        assert row[2] == f"{int(year) + 20}-{rest}"


def test_both_formats_give_the_same_loans_and_customers(
    closed: dict[str, Any], closed_tsv: dict[str, Any]
) -> None:
    for ledger in ("loan_account", "customer", "org_unit"):
        first, second = lake_rows(closed, ledger), lake_rows(closed_tsv, ledger)
        assert first.num_rows == second.num_rows > 0
        assert first.equals(second), ledger


def test_both_formats_give_every_figure_alike(
    closed: dict[str, Any], closed_tsv: dict[str, Any]
) -> None:
    first, second = published(closed), published(closed_tsv)
    assert sum(figure[2] is not None for figure in first.values()) > BRANCHES
    assert second == first
    assert second["loan_amount", ROOT, "all"][2] == AMOUNT
    assert second["loan_count", ROOT, "all"][2] == LOANS


def test_what_the_second_format_leaves_out_is_counted_and_listed(
    closed_tsv: dict[str, Any],
) -> None:
    receipts = {r["ledger"]: r for r in closed_tsv["receipts"]}
    assert receipts["customer"]["received"] == 5_369
    assert receipts["customer"]["accepted"] == 4_500
    assert receipts["customer"]["ignored"] == {"not_selected": 869}
