"""Shared fixtures: homes, contracts, judging, and the optional reference data."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from expectations.contract import Contract, load_contracts
from expectations.rule import RuleBook, load_rule_book
from pipelines.landing.identity import Identity
from pipelines.landing.judge_file import judge_upload
from pipelines.paths import LEDGERS_DIR, PROJECT_ROOT
from pipelines.periods import parse_period
from pipelines.settings import Settings

# A PDF takes a second and a close makes several: the tests that are about paper ask for it.
os.environ["JINGTIAN_PDF"] = "false"
REFERENCE_DATA = PROJECT_ROOT.parent / "shared" / "data"


@pytest.fixture(scope="session")
def contracts() -> dict[str, Contract]:
    """All ledger contracts."""
    return load_contracts(LEDGERS_DIR)


@pytest.fixture(scope="session")
def book() -> RuleBook:
    """The rule registry."""
    return load_rule_book()


@pytest.fixture
def con() -> duckdb.DuckDBPyConnection:
    """A fresh in-memory DuckDB."""
    return duckdb.connect()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings of an empty home."""
    return Settings.from_env(tmp_path / "home")


@pytest.fixture(scope="session")
def reference_data() -> Path:
    """The optional reference data; tests that need it skip where it is absent."""
    if not REFERENCE_DATA.is_dir():
        pytest.skip("reference data folder ../shared/data is absent")
    return REFERENCE_DATA


@pytest.fixture
def judged(
    con: duckdb.DuckDBPyConnection, contracts: dict[str, Contract], book: RuleBook
) -> Callable:
    """Judge bytes as an upload of organisation 1001 (1000 for head-office ledgers), 2025-12."""

    def run(ledger: str, data: bytes, suffix: str = "csv", period: str = "2025-12"):
        contract = contracts[ledger]
        org = "1000" if contract.submitted_by == "head_office" else "1001"
        name = f"{ledger}_{org}_{period}.{suffix}"
        identity = Identity(ledger, org, parse_period(period))
        verdict, _ = judge_upload(con, data, name, identity, contract, book)
        return verdict

    return run
