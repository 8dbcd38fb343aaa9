"""Fixtures of the integration tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.settings import Settings
from tests.small_bank import SmallBank, corrected_home, small_bank


@pytest.fixture(scope="session")
def bank(tmp_path_factory: pytest.TempPathFactory) -> SmallBank:
    """The small bank; read only."""
    return small_bank(tmp_path_factory)


@pytest.fixture(scope="session")
def corrected(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small bank's home after a correction was closed; read only."""
    return corrected_home(tmp_path_factory)


@pytest.fixture
def received(bank: SmallBank, tmp_path: Path) -> Settings:
    """An own home that has received everything and closed nothing."""
    return bank.copy(bank.received, tmp_path / "received")


@pytest.fixture
def closed(bank: SmallBank, tmp_path: Path) -> Settings:
    """An own home whose month is closed and emitted."""
    return bank.copy(bank.closed, tmp_path / "closed")
