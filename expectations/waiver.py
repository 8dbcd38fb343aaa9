"""Waivers and explanations: how a finding may pass, by whose word and for how long.

A waiver lets a ``block`` rule pass for a scope and a range of months; a second person approved it
and it ends. An explanation lets an ``explain`` finding pass for one load; a second person gave it.
Here belong their values and what they cover; who asks and who approves is kept by the registry.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from expectations.rule import Rule, RuleBook
from expectations.strict_yaml import StrictYamlError, line_of, load_strict

REASONS_FILE = Path(__file__).parent / "explanation_reasons.yaml"
# A file that cannot be read and a cell that cannot be typed hold no value that could pass.
NEVER_WAIVED = ("L0", "L1")

_SHAPE = {"reasons": [{"code": str, "label_zh": str, "label_en": str}]}


@dataclass(frozen=True)
class Waiver:
    """An approved exception from one rule.

    ``ledger`` and ``org_id`` None mean every one; the months are inclusive, ``YYYY-MM``.
    """

    waiver_id: str
    code: str
    ledger: str | None
    org_id: str | None
    first_period: str
    last_period: str
    reason: str
    requested_by: str
    approved_by: str
    expires_on: dt.date

    def covers(self, code: str, ledger: str, org_id: str | None, period_end: dt.date) -> bool:
        """Whether a finding of that rule, ledger, organisation and month is waived."""
        month = f"{period_end:%Y-%m}"
        return (
            self.code == code
            and self.ledger in (None, ledger)
            and self.org_id in (None, org_id)
            and self.first_period <= month <= self.last_period
            and period_end <= self.expires_on
        )

    def line(self, rule: Rule, ledger_zh: str | None, ledger_en: str | None) -> dict[str, str]:
        """The waiver as it is printed on what it touches: no time and no sequence number."""
        return {
            "waiver_id": self.waiver_id,
            "code": self.code,
            "title_zh": rule.title_zh,
            "title_en": rule.title_en,
            "ledger": self.ledger or "",
            "ledger_zh": ledger_zh or "",
            "ledger_en": ledger_en or "",
            "org_id": self.org_id or "",
            "first_period": self.first_period,
            "last_period": self.last_period,
            "reason": self.reason,
            "requested_by": self.requested_by,
            "approved_by": self.approved_by,
            "expires_on": self.expires_on.isoformat(),
        }


@dataclass(frozen=True)
class Explanation:
    """Why the findings of one ``explain`` rule in one load are as they should be."""

    explanation_id: str
    code: str
    ledger: str
    org_id: str
    period: str
    load_id: str
    reason_code: str
    note: str
    by: str


@dataclass(frozen=True)
class Reason:
    """An entry of the list of reasons that an explanation chooses from."""

    code: str
    label_zh: str
    label_en: str


@cache
def load_reasons(path: Path = REASONS_FILE) -> dict[str, Reason]:
    """The reasons an explanation may give, by code, in the order of the file.

    Raises:
        StrictYamlError: The file is not of its shape, or a code occurs twice.
    """
    raw = load_strict(path, _SHAPE)
    reasons: dict[str, Reason] = {}
    for item in raw["reasons"]:
        if item["code"] in reasons:
            raise StrictYamlError(path, line_of(item, "code"), f"reason {item['code']} twice")
        reasons[item["code"]] = Reason(**item)
    return reasons


def may_be_waived(rule: Rule) -> bool:
    """Whether a rule blocks and is not about values that are missing altogether."""
    return rule.severity == "block" and rule.level not in NEVER_WAIVED


def waived_codes(
    waivers: Iterable[Waiver],
    book: RuleBook,
    ledger: str,
    org_id: str | None,
    period_end: dt.date,
) -> dict[str, str]:
    """Rule code to the id of the waiver that covers it in one ledger, organisation and month.

    Of several waivers the one that ends last is named.
    """
    found: dict[str, str] = {}
    for waiver in sorted(waivers, key=lambda w: (w.expires_on, w.waiver_id)):
        rule = book.rules.get(waiver.code)
        if rule and may_be_waived(rule) and waiver.covers(waiver.code, ledger, org_id, period_end):
            found[waiver.code] = waiver.waiver_id
    return dict(sorted(found.items()))


def needs_reason(rule: Rule) -> bool:
    """Whether findings of a rule pass only with an explanation."""
    return rule.severity == "explain" and rule.status == "active"


def same_person(name: str) -> str:
    """A name as it is compared: who differs only in case or spaces is the same person."""
    return "".join(name.split()).casefold()
