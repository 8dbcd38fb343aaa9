"""What the rules across ledgers say about one file before the month is closed."""

from __future__ import annotations

from pathlib import Path

import pytest

from expectations.contract import Contract
from expectations.rule import load_rule_book
from pipelines.gates.provisional import Provisional
from pipelines.landing.receive import Receiver
from pipelines.landing.validate import validate_files
from pipelines.registry import Registry
from pipelines.sample.examples import example_bank
from pipelines.settings import Settings
from tests.example_home import send
from tests.uploads import as_csv

BOOK = load_rule_book()


@pytest.fixture
def settings(tmp_path: Path, contracts: dict[str, Contract]) -> Settings:
    """A home that holds the example bank."""
    settings = Settings.from_env(tmp_path / "home")
    send(settings, contracts, example_bank(contracts), tmp_path / "inbox", "经办甲")
    return settings


def _changed(
    settings: Settings, contracts: dict[str, Contract], folder: Path, ledger: str, **cells: str
) -> Path:
    row = {**contracts[ledger].example_rows()[0], **cells}
    path = folder / f"{ledger}_1001_2025-12.csv"
    path.write_bytes(as_csv(contracts[ledger], [row]))
    return path


def _validated(settings: Settings, contracts: dict[str, Contract], path: Path) -> Provisional:
    (result,) = validate_files(settings, contracts, BOOK, [path])
    assert result.status == "passed"
    assert result.provisional is not None
    return result.provisional


def test_a_file_is_judged_as_if_it_stood_in_the_lake_in_place_of_the_one_before(
    settings: Settings, contracts: dict[str, Contract], tmp_path: Path
) -> None:
    path = _changed(settings, contracts, tmp_path, "loan_account", customer_id="C9")
    found = _validated(settings, contracts, path).findings.to_pylist()
    assert ("JT-LAKE-0004", 2, "B2", "N1", "C9") in [
        (f["code"], f["row_no"], f["cell"], f["key"], f["value"]) for f in found
    ]
    good = _changed(settings, contracts, tmp_path, "loan_account")
    again = _validated(settings, contracts, good)
    assert again.findings.num_rows == 0 and again.elsewhere == {}


def test_a_file_is_told_what_it_does_to_other_ledgers(
    settings: Settings, contracts: dict[str, Contract], tmp_path: Path
) -> None:
    path = _changed(settings, contracts, tmp_path, "customer", customer_id="C7")
    assert ("loan_account", "JT-LAKE-0004") in _validated(settings, contracts, path).elsewhere


def test_receiving_looks_ahead_and_leaves_the_decision_to_the_lake_gate(
    settings: Settings, contracts: dict[str, Contract], tmp_path: Path
) -> None:
    path = _changed(settings, contracts, tmp_path, "loan_account", balance="79999.99")
    with Registry(settings.home.registry) as registry:
        receiver = Receiver(settings, registry, "经办甲")
        receipt = receiver.receive_file(path)
        assert receipt.status == "accepted"
        receiver.look_ahead(receipt)
    assert receipt.provisional is not None
    found = receipt.provisional.findings.to_pylist()
    assert ("JT-LAKE-0002", "-0.01") in [(f["code"], f["difference"]) for f in found]
    assert "JT-LAKE-0007" in receipt.provisional.not_run
