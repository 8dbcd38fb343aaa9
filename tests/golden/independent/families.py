"""Every family of metrics, in one place: what is not here has no second computation."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tests.golden.independent.archive import archive_quality, archives
from tests.golden.independent.cards import social_security_cards
from tests.golden.independent.churn import churn, visits_and_reminders
from tests.golden.independent.contribution import contribution
from tests.golden.independent.docking import dockings
from tests.golden.independent.e_channel import e_channels
from tests.golden.independent.figure import Figure, Figures, Key
from tests.golden.independent.grid import (
    grid_coverage,
    grid_officers,
    grid_people,
    grid_structure,
    service_levels,
)
from tests.golden.independent.lending import (
    inclusive_lending,
    listed_products,
    loans_by_kind,
    since_plan_start,
)
from tests.golden.independent.loan_book import loan_book, loan_shares
from tests.golden.independent.managers import (
    earmarked_expense,
    manager_grades,
    manager_numbers,
    manager_points,
    manager_work,
)
from tests.golden.independent.month import Month
from tests.golden.independent.outlets import outlet_participation, outlet_tiers
from tests.golden.independent.pay import pay_drivers
from tests.golden.independent.plans import department_scorecard, deposits, plan_completion
from tests.golden.independent.profit import expense_growth, loan_profit, outlet_profit
from tests.golden.independent.quality import credit_quality, five_classes
from tests.golden.independent.renewal import recovery, renewal
from tests.golden.independent.risk import class_migration, control_target, losses, vintages
from tests.golden.independent.s71 import inclusive_loans
from tests.golden.independent.service import complaints, service_quality
from tests.golden.independent.service_points import service_points
from tests.golden.independent.village import (
    credit_customers,
    credit_order,
    credit_standing,
    whole_village,
)
from tests.golden.independent.workstation import ITEMS, workstations

Family = Callable[[Month], Figures]
# Figures about villages, households, points and officers are published by grid too.
BY_GRID = frozenset(
    {
        "archive_coverage_rate",
        "archive_quality_credit_grade",
        "archive_update_p8",
        "assisted_withdrawal_point_per_village",
        "basic_service_village_coverage",
        "cooperation_agreement",
        "device_count",
        "docking_business_cooperation_rate",
        "docking_contact_card_rate",
        "docking_info_collection_rate",
        "docking_negotiation_rate",
        "docking_settlement_rate",
        "docking_survey_archive_rate",
        "gold_cards_per_grid_manager",
        "grid_big_small_nesting",
        "grid_customer_satisfaction",
        "grid_officer_per_grid",
        "grid_officer_trained_rate",
        "grid_responsibility_split_p7",
        "grid_second_level_per_person",
        "grid_urban_four_zones",
        "grid_visit_count",
        "ledger_per_grid",
        "mobile_3g_terminal_increase",
        "p8_no_leave_community",
        "parttime_officer_id_card",
        "parttime_officer_role_count",
        "regulation_count",
        "sanxia_responsibility_chain",
        "sanxia_three_seamless",
        "urban_grid_coverage_rate",
        *(f"workstation_{item}_count" for item in (*ITEMS, "item")),
    }
)
FAMILIES: tuple[Family, ...] = (
    grid_coverage,
    grid_structure,
    grid_officers,
    grid_people,
    service_levels,
    archives,
    archive_quality,
    dockings,
    service_points,
    workstations,
    loan_book,
    loan_shares,
    loans_by_kind,
    inclusive_lending,
    credit_quality,
    five_classes,
    class_migration,
    vintages,
    control_target,
    losses,
    renewal,
    recovery,
    pay_drivers,
    inclusive_loans,
    social_security_cards,
    outlet_tiers,
    outlet_participation,
    manager_grades,
    manager_points,
    manager_numbers,
    manager_work,
    earmarked_expense,
    deposits,
    plan_completion,
    department_scorecard,
    contribution,
    complaints,
    service_quality,
    outlet_profit,
    expense_growth,
    loan_profit,
    e_channels,
    since_plan_start,
    listed_products,
    whole_village,
    credit_standing,
    credit_order,
    credit_customers,
    churn,
    visits_and_reminders,
)


def figures(month: Month, families: Sequence[Family] = FAMILIES) -> dict[Key, Figure]:
    """Every figure of a month by metric, organisation and segment."""
    out: dict[Key, Figure] = {}
    grids = set(month.grids)
    for family in families:
        for key, figure in family(month):
            if key[1] in grids and key[0] not in BY_GRID:
                continue
            if key in out:
                raise ValueError(f"{key} twice")
            out[key] = figure
    return out
