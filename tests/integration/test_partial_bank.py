"""A bank that does not send everything: what it can have it gets, the rest is refused by name."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.close import open_close
from pipelines.errors import RefusedError, UsageError
from pipelines.periods import parse_period
from pipelines.settings import Settings
from reports.outputs import discover_outputs
from tests.small_bank import PERIOD, SmallBank, close, packs, pointers, receive

WITHOUT = ("deposit_tenday", "scheme_param", "scheme_binding")


def test_bank_without_parameters_and_deposits_closes_and_is_told_what_it_lacks(
    bank: SmallBank, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = bank.empty(tmp_path / "home")
    receive(settings, [p for p in sorted(bank.inbox.iterdir()) if not p.name.startswith(WITHOUT)])

    result = close(settings)
    assert result.is_published
    assert {e.output for e in result.emissions} == discover_outputs().keys() - {"pay_statement"}
    (refusal,) = result.refusals
    assert refusal.output == "pay_statement"
    assert "no_source:deposit_tenday" in refusal.zh and "no_source:deposit_tenday" in refusal.en
    assert "旬末存款" in refusal.zh
    not_run = {item["code"]: item["reason"] for item in result.lake.decision.not_run}
    assert not_run["JT-LAKE-0008"] == "no_source:deposit_tenday"
    assert "JT-LAKE-0008" not in {
        r["code"] for r in result.lake.decision.results if r["outcome"] == "not_run"
    }

    # The figures that need the missing source say so; no zero is invented.
    from pipelines.cli.close import close_text
    from pipelines.cli.main import main

    for lang, name in (("zh", "未执行 JT-LAKE-0008"), ("en", "not run JT-LAKE-0008")):
        text = close_text(settings, result, lang)
        assert name in text
        assert "pay_statement" in text and "no_source:deposit_tenday" in text
    home = ["--home", str(settings.home.root)]
    assert main(["metric", "deposit_tenday_avg_net_increase", "--period", PERIOD, *home]) == 0
    shown = capsys.readouterr().out
    assert "缺少来源 deposit_tenday" in shown and "0.00" not in shown
    assert main(["report", "emit", "pay_statement", "--period", PERIOD, "--lang", "en", *home]) == 1
    assert "no_source:deposit_tenday" in capsys.readouterr().out

    # Deposits of January only: the bank uses the ledger, so March's are due ...
    january = sorted(bank.inbox.glob("deposit_tenday_*_2025-01.csv"))
    assert january and {r.status for r in receive(settings, january)} == {"accepted"}
    published, emitted = pointers(settings), packs(settings)
    with pytest.raises(RefusedError) as caught:
        close(settings)
    assert "JT-LAKE-0001" in caught.value.zh and "旬末存款" in caught.value.zh
    assert pointers(settings) == published
    assert packs(settings) == emitted

    # ... unless no output in use needs them.
    toml = settings.home.root / "jingtian.toml"
    toml.write_text('outputs = ["S71_I"]\n', encoding="utf-8")
    narrow = Settings.from_env(settings.home.root)
    with open_close(narrow, parse_period(PERIOD)) as steps:
        assert steps.needs.outputs == ("S71_I",)
        assert "deposit_tenday" in steps.needs.optional_ledgers
        assert "loan_account" not in steps.needs.optional_ledgers
        assert steps.lake_gate().decision.status == "passed"


def test_setting_that_names_an_unknown_output_is_an_error(
    bank: SmallBank, closed: Settings
) -> None:
    toml = closed.home.root / "jingtian.toml"
    toml.write_text('outputs = ["S71"]\n', encoding="utf-8")
    with pytest.raises(UsageError, match="S71_I"):
        close(Settings.from_env(closed.home.root))


def test_output_that_is_not_in_use_is_not_emitted(closed: Settings) -> None:
    toml = closed.home.root / "jingtian.toml"
    toml.write_text('outputs = ["coverage_bulletin"]\n', encoding="utf-8")
    result = close(Settings.from_env(closed.home.root))
    assert [e.output for e in result.emissions] == ["coverage_bulletin"]
    assert result.refusals == []
