"""Reason codes and names told in Chinese agree with where they are declared."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from expectations.contract import Contract
from reports.reasons import name_zh, reason_zh

SEEDS = Path(__file__).resolve().parents[2] / "dbt_project/seeds"


@pytest.mark.parametrize(
    ("code", "text"),
    [
        (None, ""),
        ("zero_denominator", "分母为零"),
        ("no_source:loan_account:2024-12", "缺少来源 loan_account（贷款借据）2024-12"),
        (
            "no_source:loan_account.balance",
            "缺少来源 loan_account.balance（贷款借据，列 balance）",
        ),
        ("missing_parameter:other", "缺少参数 other"),
        ("never_seen:x", "never_seen:x"),
        (
            "mixed_schemes;zero_denominator",
            "各机构绑定方案不同，不作全行判定；分母为零",
        ),
    ],
)
def test_reason_codes_are_told_in_chinese(code: str | None, text: str) -> None:
    assert reason_zh(code) == text


def test_ledgers_are_named_as_in_their_contracts(contracts: dict[str, Contract]) -> None:
    # calendar_override shifts deadlines; no figure is ever missing for want of it.
    titles = {name: c.title_zh for name, c in contracts.items() if name != "calendar_override"}
    assert {name: name_zh(name) for name in titles} == titles


def test_schemes_are_named_as_in_their_seed() -> None:
    with (SEEDS / "scheme.csv").open(encoding="utf-8") as stream:
        schemes = {row["scheme_id"]: row["title_zh"] for row in csv.DictReader(stream)}
    assert schemes
    assert {scheme: name_zh(scheme) for scheme in schemes} == schemes
