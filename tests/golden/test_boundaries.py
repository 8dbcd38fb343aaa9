"""Figures on the edge: dates on their limit, amounts at the top of a band, numbers that round to
their target. The files are in ``boundary_bank``; every expected figure was worked out by hand."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from pipelines.paths import DBT_DIR
from tests.golden import published
from tests.golden.boundary_bank import EAST, WEST, write_boundary_bank
from tests.golden.hand_made import ROOT, HandMadeBank
from tests.golden.independent.archive import archives
from tests.golden.independent.families import figures
from tests.golden.independent.figure import Figure, Key
from tests.golden.independent.files import Inbox
from tests.golden.independent.grid import grid_coverage
from tests.golden.independent.loan_book import loan_book, loan_shares
from tests.golden.independent.month import Month
from tests.golden.independent.pay import pay_drivers
from tests.golden.independent.quality import credit_quality, five_classes
from tests.golden.independent.renewal import recovery, renewal
from tests.golden.independent.s71 import inclusive_loans
from tests.golden.independent.targets import Verdict, attainment, read_targets
from tests.golden.published import Published
from tests.made_once import made_once

PERIOD = "2025-12"
# The bank sends the ledgers of these families alone.
FAMILIES = (
    grid_coverage,
    archives,
    loan_book,
    loan_shares,
    credit_quality,
    five_classes,
    renewal,
    recovery,
    pay_drivers,
    inclusive_loans,
)


def _make(folder: Path) -> dict[str, Any]:
    bank = write_boundary_bank(folder / "bank")
    bank.receive()
    bank.close(PERIOD)
    return {"folder": str(bank.folder)}


@pytest.fixture(scope="module")
def bank(tmp_path_factory: pytest.TempPathFactory) -> HandMadeBank:
    """The boundary bank, closed."""
    made = made_once(tmp_path_factory, "boundary_bank", _make)
    return HandMadeBank(Path(made["folder"]))


@pytest.fixture(scope="module")
def values(bank: HandMadeBank) -> dict[Key, Published]:
    """Every published figure."""
    with bank.published(PERIOD) as con:
        return published.metric_values(con)


@pytest.fixture(scope="module")
def verdicts(bank: HandMadeBank) -> dict[tuple[str, str, str, str], Verdict]:
    """Every published verdict by organisation, scheme, metric and segment."""
    with bank.published(PERIOD) as con:
        return {place[:4]: verdict for place, verdict in published.verdicts(con).items()}


def parts(values: dict[Key, Published], metric: str, org: str, segment: str) -> tuple[Any, Any]:
    """Numerator and denominator of a figure."""
    numerator, denominator, _, _ = values[metric, org, segment]
    return numerator, denominator


def bands(values: dict[Key, Published], measure: str, row: str) -> list[int]:
    """A measure of the bank in the four bands and their total."""
    names = ("credit_le_1m", "credit_1m_5m", "credit_5m_10m", "credit_10m_30m", "credit_le_30m")
    found = (values[f"inclusive_loan_{measure}", ROOT, f"{row}.{band}"][2] for band in names)
    return [int(value or 0) for value in found]


def computed(month: Month, values: dict[Key, Published]) -> dict[Key, Figure]:
    """The metrics of the families whose ledgers were sent, computed a second time."""
    sent = {f"no_source:{ledger}" for ledger in month.inbox.ledgers}
    unsent = {
        metric
        for (metric, _, _), (_, _, _, reason) in values.items()
        if (reason or "").startswith("no_source:") and reason not in sent
    }
    metrics = {metric for metric, _, _ in values} - unsent
    return {k: f for k, f in figures(month, FAMILIES).items() if k[0] in metrics}


def test_every_published_figure_is_reproduced_from_the_files(
    bank: HandMadeBank, values: dict[Key, Published]
) -> None:
    month = Month(Inbox(bank.inbox), PERIOD)
    mine = computed(month, values)
    metrics = {metric for metric, _, _ in mine}
    compared = {key: figure for key, figure in values.items() if key[0] in metrics}
    assert published.differences(mine, compared, set(month.grids)) == []


def test_every_published_verdict_is_reproduced(
    bank: HandMadeBank,
    values: dict[Key, Published],
    verdicts: dict[tuple[str, str, str, str], Verdict],
) -> None:
    month = Month(Inbox(bank.inbox), PERIOD)
    mine = computed(month, values)
    verdict_of = attainment(month, mine, read_targets(DBT_DIR / "seeds"))
    metrics = {metric for metric, _, _ in mine}
    compared = {place: verdict for place, verdict in verdicts.items() if place[2] in metrics}
    assert len(compared) >= 21
    assert compared == {place[:4]: verdict for place, verdict in verdict_of.items()}


def test_a_share_that_rounds_up_to_its_target_misses_it(
    values: dict[Key, Published], verdicts: dict[tuple[str, str, str, str], Verdict]
) -> None:
    key: Key = ("agri_sme_share", EAST, "agri_union_small_micro")
    assert parts(values, *key) == (187_499_900, 250_000_000)
    assert values[key][2] == Decimal("0.75")
    verdict = verdicts[EAST, "sanxia_grid", "agri_sme_share", "agri_union_small_micro"]
    assert verdict.is_attained is False


def test_a_growth_gap_too_small_to_print_is_still_negative(
    values: dict[Key, Published], verdicts: dict[tuple[str, str, str, str], Verdict]
) -> None:
    figure = values["agri_sme_growth_gap", EAST, "agri_union_small_micro"]
    assert figure[:2] == (Decimal("0.25"), Decimal("0.25"))
    assert figure[2] is not None
    assert figure[2] < 0
    verdict = verdicts[EAST, "sanxia_grid", "agri_sme_growth_gap", "agri_union_small_micro"]
    assert verdict.is_attained is False


def test_two_pilots_of_seven_units_meet_thirty_percent_and_none_of_two_does_not(
    verdicts: dict[tuple[str, str, str, str], Verdict],
) -> None:
    met = {
        org: verdicts[org, "sanxia_grid", "pilot_unit_coverage_rate", "village_and_community"]
        for org in (ROOT, EAST, WEST)
    }
    assert met[ROOT].value == Decimal("0.285714")
    assert {org: v.is_attained for org, v in met.items()} == {ROOT: True, EAST: True, WEST: False}


def test_a_grid_counts_from_its_first_day_and_not_on_the_day_it_is_closed(
    values: dict[Key, Published],
) -> None:
    assert parts(values, "grid_coverage_rate_cumulative", EAST, "all_units") == (3, 5)
    assert parts(values, "grid_no_overlap_no_gap", EAST, "gap")[0] == 2


def test_a_grid_that_replaces_a_closed_one_does_not_make_its_unit_new(
    values: dict[Key, Published],
) -> None:
    assert parts(values, "grid_coverage_rate_annual", EAST, "all_units") == (2, 5)


def test_a_unit_with_two_running_leaf_grids_overlaps(values: dict[Key, Published]) -> None:
    assert parts(values, "grid_no_overlap_no_gap", WEST, "overlap")[0] == 1
    assert parts(values, "grid_no_overlap_no_gap", EAST, "overlap")[0] == 0


def test_archives_count_once_per_subject_while_valid_and_in_pilot_units(
    values: dict[Key, Published],
) -> None:
    metric = "archive_coverage_rate"
    # H1 expires on the last day, H3 was opened on it, H4 has two archives.
    assert parts(values, metric, EAST, "community_resident") == (3, 10)
    assert parts(values, metric, EAST, "rural_household") == (3, 20)
    assert parts(values, metric, EAST, "small_micro_enterprise") == (3, 5)
    # M1 is a merchant and a small enterprise: one subject, two places in the population.
    assert parts(values, metric, EAST, "community_merchant_and_small_micro") == (1, 6)
    assert parts(values, metric, EAST, "merchant_park_small_micro") == (2, 8)


def test_loans_renew_within_thirty_days_of_their_due_date_and_no_further(
    values: dict[Key, Published],
) -> None:
    # R1 on the 30th day before, R2 on the 30th after, R6 a short loan, R7 two loans by one; R3, R4
    # one day too far, R5 not at all, R9 by a loan that is not inclusive; R8 extended, R10 prepaid.
    assert parts(values, "renewal_rate", ROOT, "household") == (4, 8)
    assert parts(values, "renewal_rate", ROOT, "amount") == (
        60_000 + 80_000 + 25_000 + 80_000,
        100_000 + 80_000 + 50_000 + 40_000 + 70_000 + 30_000 + 110_000 + 10_000,
    )


def test_a_customer_of_two_branches_is_renewed_at_each_and_once_for_the_bank(
    values: dict[Key, Published],
) -> None:
    assert parts(values, "renewal_rate", WEST, "household") == (1, 1)
    assert parts(values, "renewal_rate", WEST, "amount") == (60_000, 60_000)
    assert parts(values, "renewal_rate", EAST, "household") == (4, 8)
    assert parts(values, "renewal_rate", EAST, "amount")[0] == 60_000 + 80_000 + 25_000 + 50_000


def test_a_loan_due_this_month_is_provisional(values: dict[Key, Published]) -> None:
    assert parts(values, "renewal_rate_provisional", ROOT, "household") == (1, 1)
    assert parts(values, "renewal_rate_provisional", ROOT, "amount") == (80_000, 80_000)


def test_loans_fall_due_by_their_original_date_and_only_cash_is_collected(
    values: dict[Key, Published],
) -> None:
    # Due: Q1 on 1 January, Q2 on 31 December, Q5 extended, Q6 written off, Q7 refinanced, R7.
    due = 100_000 + 200_000 + 40_000 + 15_000 + 5_000 + 60_000
    assert parts(values, "due_loan_recovery_rate", WEST, "all") == (100_000 + 50_000 + 60_000, due)


def test_recovery_counts_loans_that_were_bad_at_the_month_end_before(
    values: dict[Key, Published],
) -> None:
    # N2 was bad in November; N3 was repaid and partly reversed; N1 turned bad only in December.
    assert values["npl_recovery_amount", WEST, "all"][2] == 2_000 + 3_000 - 500


def test_customers_are_banded_by_limits_in_force_or_else_by_their_open_loans(
    values: dict[Key, Published],
) -> None:
    # T1 at 1 000 000.00 on its last day, T2 at 1 000 000.01, T3 at 30 000 000.00; T4 a fen above is left out; T5 lost
    # its limit the day before, T6 never had an operating one: both by their open loans.
    row = "tech_innovation"
    assert bands(values, "balance", row) == [600_000, 800_000, 500_000, 900_000, 2_800_000]
    assert bands(values, "customer_count", row) == [1, 2, 1, 1, 5]


def test_lending_stays_in_the_band_it_was_lent_in(values: dict[Key, Published]) -> None:
    row = "other_organisation"
    assert bands(values, "disbursed_amount", row) == [110_000, 300_000, 0, 0, 410_000]
    assert bands(values, "disbursed_customer_count", row) == [1, 1, 0, 0, 2]
    assert bands(values, "balance", row) == [0, 410_000, 0, 0, 410_000]
    assert bands(values, "customer_count", row) == [0, 1, 0, 0, 1]


def test_lending_stays_with_the_category_the_customer_had(values: dict[Key, Published]) -> None:
    assert bands(values, "disbursed_amount", "individual_business")[0] == 100_000
    assert bands(values, "disbursed_customer_count", "individual_business")[0] == 1
    assert bands(values, "balance", "individual_business")[0] == 0
    assert bands(values, "balance", "small_micro_owner")[0] == 200_000
    # KC is in both categories: the row of both adds up.
    assert bands(values, "disbursed_customer_count", "small_micro_owner")[0] == 1
    assert bands(values, "disbursed_customer_count", "individual_business_and_owner")[0] == 2


def test_a_loan_repaid_within_its_month_is_banded_by_what_was_granted(
    values: dict[Key, Published],
) -> None:
    # KZ had nothing else; KY and KX had 500 000 and 600 000 open beside 4.8 and 9.9 million.
    assert bands(values, "disbursed_amount", "small_micro_owner")[1] == 3_000_000
    row = "other_individual_non_farm"
    assert bands(values, "disbursed_amount", row) == [0, 0, 4_800_000, 9_900_000, 14_700_000]
    assert bands(values, "balance", row) == [1_100_000, 0, 0, 0, 1_100_000]


def test_lending_to_an_enterprise_that_became_medium_stays(values: dict[Key, Published]) -> None:
    row = "farmer_cooperative"
    assert bands(values, "disbursed_amount", row)[0] == 150_000
    assert bands(values, "balance", row)[0] == 0


def test_interest_is_annualised_at_the_rate_of_the_posting(values: dict[Key, Published]) -> None:
    figure = values["inclusive_loan_annualised_interest", ROOT, "farmer_cooperative.credit_le_1m"]
    assert figure[2] == Decimal("150000") * Decimal("0.0601")
