"""Waivers: what they cover, what can never be waived, and the reasons an explanation chooses from."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest

from expectations.rule import RuleBook
from expectations.strict_yaml import StrictYamlError
from expectations.waiver import (
    Waiver,
    load_reasons,
    may_be_waived,
    needs_reason,
    waived_codes,
)

CODE = "JT-LOAN-0001"
WAIVER = Waiver(
    "W-1", CODE, "loan_account", "1001", "2025-03", "2025-06", "why", "ann", "bob",
    dt.date(2025, 5, 31),
)  # fmt: skip
MARCH, MAY = dt.date(2025, 3, 31), dt.date(2025, 5, 31)


def test_waiver_covers_its_rule_ledger_organisation_and_months() -> None:
    assert WAIVER.covers(CODE, "loan_account", "1001", MARCH)
    assert not WAIVER.covers("JT-LOAN-0002", "loan_account", "1001", MARCH)
    assert not WAIVER.covers(CODE, "loan_event", "1001", MARCH)
    assert not WAIVER.covers(CODE, "loan_account", "1002", MARCH)
    assert not WAIVER.covers(CODE, "loan_account", None, MARCH)
    assert not WAIVER.covers(CODE, "loan_account", "1001", dt.date(2025, 2, 28))
    assert not WAIVER.covers(CODE, "loan_account", "1001", dt.date(2025, 7, 31))


def test_waiver_covers_the_month_that_ends_on_its_last_day_and_none_after() -> None:
    assert WAIVER.covers(CODE, "loan_account", "1001", MAY)
    assert not WAIVER.covers(CODE, "loan_account", "1001", dt.date(2025, 6, 30))
    assert not replace(WAIVER, expires_on=dt.date(2025, 5, 30)).covers(
        CODE, "loan_account", "1001", MAY
    )


def test_waiver_without_ledger_or_organisation_covers_every_one() -> None:
    wide = replace(WAIVER, ledger=None, org_id=None)
    assert wide.covers(CODE, "anything", "9999", MARCH)
    assert wide.covers(CODE, "anything", None, MARCH)


def test_values_that_are_missing_are_never_waived(book: RuleBook) -> None:
    """Even if such a waiver stood in the registry, it would have no effect."""
    low = [r for r in book.rules.values() if r.level in ("L0", "L1")]
    assert len(low) > 20
    assert not [r.code for r in low if may_be_waived(r)]
    waivers = [replace(WAIVER, code=r.code, ledger=None, org_id=None) for r in low]
    assert waived_codes(waivers, book, "loan_account", "1001", MARCH) == {}


def test_rules_that_do_not_block_are_not_waived(book: RuleBook) -> None:
    mild = [r for r in book.rules.values() if r.severity != "block"]
    assert mild
    assert not [r.code for r in mild if may_be_waived(r)]


def test_of_several_waivers_the_one_that_ends_last_is_named(book: RuleBook) -> None:
    later = replace(WAIVER, waiver_id="W-0", expires_on=dt.date(2025, 12, 31))
    found = waived_codes([later, WAIVER], book, "loan_account", "1001", MARCH)
    assert found == {CODE: "W-0"}


def test_rule_on_trial_asks_for_no_reason(book: RuleBook) -> None:
    asks = next(r for r in book.rules.values() if r.severity == "explain" and r.status == "active")
    assert needs_reason(asks)
    assert not needs_reason(replace(asks, status="beta"))


def test_line_of_a_waiver_names_people_and_expiry_and_no_time(book: RuleBook) -> None:
    line = WAIVER.line(book[CODE], "贷款借据", "Loans")
    assert (line["requested_by"], line["approved_by"]) == ("ann", "bob")
    assert (line["expires_on"], line["title_zh"]) == ("2025-05-31", book[CODE].title_zh)
    assert set(map(type, line.values())) == {str}
    assert not {"seq", "at", "as_of"} & set(line)


def test_reasons_are_listed_with_chinese_labels() -> None:
    reasons = load_reasons()
    assert list(reasons)[-1] == "other"
    assert len(reasons) >= 4
    assert all("一" <= r.label_zh[0] <= "鿿" for r in reasons.values())


def test_reason_given_twice_is_an_error_at_its_line(tmp_path: Path) -> None:
    path = tmp_path / "reasons.yaml"
    entry = "- code: a\n  label_zh: 甲\n  label_en: A\n"
    path.write_text(f"reasons:\n{entry}{entry}", encoding="utf-8")
    with pytest.raises(StrictYamlError, match=r"reasons\.yaml:5"):
        load_reasons(path)
