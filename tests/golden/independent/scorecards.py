"""Theme Q: hundred-point cards of directors and deputies of credit unions, and dismissal."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from tests.golden.independent.figure import Figure, Key, half_up, total
from tests.golden.independent.month import Month

SCHEME = "rcu_salary"
MOST = Fraction(13, 10)
THRESHOLD, STEP = Fraction(99, 100), Fraction(5, 1000)
PLAN_OF = {
    "deposit_year_end_net_increase": "存款年末净增",
    "deposit_tenday_avg_net_increase": "存款旬均净增",
    "interest_income": "利息收入",
    "npl_recovery_amount": "不良贷款清收",
    "credit_disbursement": "信贷投放",
}
RECOVERY = "due_loan_recovery_rate"
SCORED = {
    "safety_and_other_work": ("safety", "compliance", "service"),
    "credit_management_quality": ("credit_management",),
}
# Weights as printed; those of urban directors without NPL recovery (AMB-036).
CARDS: dict[str, dict[str, int]] = {
    "director.standard": {
        "deposit_year_end_net_increase": 25,
        "interest_income": 30,
        "npl_recovery_amount": 25,
        RECOVERY: 10,
        "safety_and_other_work": 10,
    },
    "director.urban": {
        "deposit_year_end_net_increase": 35,
        "interest_income": 45,
        RECOVERY: 10,
        "safety_and_other_work": 10,
    },
    "deputy_credit.standard": {
        "interest_income": 35,
        "npl_recovery_amount": 35,
        RECOVERY: 20,
        "credit_management_quality": 10,
    },
    "deputy_credit.urban": {
        "credit_disbursement": 50,
        RECOVERY: 40,
        "credit_management_quality": 10,
    },
    "deputy_deposit.all": {
        "deposit_year_end_net_increase": 40,
        "deposit_tenday_avg_net_increase": 40,
        "safety_and_other_work": 20,
    },
}
BASES = {"director": Fraction(18, 10), "deputy_credit": Fraction(15, 10)}
BASES["deputy_deposit"] = BASES["deputy_credit"]
TRIGGERS = {
    "dismiss_deposit": ("deposit_plan_completion", "<", Fraction(1, 2)),
    "dismiss_interest_plan": ("interest_plan_completion", "<", Fraction(8, 10)),
    "dismiss_interest_yoy": ("interest_yoy_change", "<", Fraction(0)),
    "dismiss_npl_increase": ("npl_balance_change", ">", Fraction(0)),
    "dismiss_recovery": (RECOVERY, "<", Fraction(9, 10)),
}
Figures = Mapping[Key, Figure]


@dataclass(frozen=True)
class Item:
    """One item of a card."""

    weight: int
    completion: Fraction
    bonus: Fraction
    deduction: Fraction
    score: Fraction

    def published(self) -> tuple[Decimal | None, ...]:
        """Weight, completion, bonus, deduction and score, six decimals."""
        parts = (self.completion, self.bonus, self.deduction, self.score)
        return Decimal(self.weight), *(half_up(part, 6) for part in parts)


def cards(month: Month, figures: Figures) -> dict[tuple[str, str], dict[str, Item]]:
    """Items by card and organisation; a union is urban when the register says so (AMB-039)."""
    urban = {o["org"] for o in month.orgs if o["is_urban_union"]}
    points = _points(month)
    out: dict[tuple[str, str], dict[str, Item]] = {}
    for org in month.bound(SCHEME):
        for card, weights in CARDS.items():
            kind = card.split(".")[1]
            if kind == "all" or (kind == "urban") == (org in urban):
                out[card, org] = {
                    item: _item(month, figures, points, org, item, weight)
                    for item, weight in weights.items()
                }
    return out


def _points(month: Month) -> dict[tuple[str, str], list[tuple[Fraction, Fraction]]]:
    """Points given and possible in the year by organisation and kind of check."""
    out: dict[tuple[str, str], list[tuple[Fraction, Fraction]]] = defaultdict(list)
    for row in month.of_year("qualitative_score"):
        if row["scheme"] == SCHEME and row["subject_kind"] == "机构":
            out[row["subject"], row["item"]].append((row["score"], row["max_score"]))
    return out


def _item(
    month: Month,
    figures: Figures,
    points: Mapping[tuple[str, str], list[tuple[Fraction, Fraction]]],
    org: str,
    item: str,
    weight: int,
) -> Item:
    nothing = Fraction(0)
    if item in SCORED:
        given = [pair for check in SCORED[item] for pair in points[org, check]]
        completion = total(score for score, _ in given) / total(most for _, most in given)
        return Item(weight, completion, nothing, nothing, weight * completion)
    if item == RECOVERY:
        rate = figures[item, org, "all"].value
        assert rate is not None
        off = max(Fraction((THRESHOLD - rate) // STEP), nothing)
        off = min(off, Fraction(weight))
        return Item(weight, rate, nothing, off, weight - off)
    actual = figures[item, org, "all"].value
    assert actual is not None
    completion = actual / month.plans(PLAN_OF[item])[org]
    score = max(min(completion, MOST), nothing) * weight
    return Item(weight, completion, max(score - weight, nothing), nothing, score)


def sum_of(items: Mapping[str, Item]) -> Fraction:
    """Score of a card: its items as published, so that the card adds up."""
    return total(Fraction(half_up(item.score, 6) or 0) for item in items.values())


def coefficient(card: str, items: Mapping[str, Item]) -> Fraction:
    """Salary coefficient: base times score over 100; the interval is blank, nothing is clamped."""
    return BASES[card.split(".")[0]] * sum_of(items) / 100


def dismissals(month: Month, figures: Figures) -> Iterator[tuple[tuple[str, str], bool | None]]:
    """Triggers by rule and organisation; exactly on the limit is none (theme U)."""
    for rule, (metric, operator, limit) in TRIGGERS.items():
        for org in month.bound(SCHEME):
            value = figures[metric, org, "all"].value
            if value is None:
                yield (rule, org), None
            else:
                yield (rule, org), value < limit if operator == "<" else value > limit
