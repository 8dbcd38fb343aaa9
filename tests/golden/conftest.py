"""Fixtures of the golden tests: the closed sample bank and its figures computed a second time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache

import pytest

from pipelines.paths import Home
from tests.closed_bank import ClosedBank, closed_bank
from tests.golden import published
from tests.golden.independent.families import figures
from tests.golden.independent.figure import Figure, Key
from tests.golden.independent.files import Inbox
from tests.golden.independent.month import Month


@pytest.fixture(scope="session")
def sample_bank(tmp_path_factory: pytest.TempPathFactory) -> ClosedBank:
    """The sample bank after its closes."""
    return closed_bank(tmp_path_factory)


@pytest.fixture(scope="session")
def month_of(sample_bank: ClosedBank) -> Callable[[str], Month]:
    """A month of the sample bank, from its files."""
    inbox = Inbox(sample_bank.inbox)
    return cache(lambda period: Month(inbox, period))


@pytest.fixture(scope="session")
def figures_of(
    sample_bank: ClosedBank, month_of: Callable[[str], Month]
) -> Callable[[str], Mapping[Key, Figure]]:
    """Every figure of the published metrics in a month, computed from the branches' files."""

    @cache
    def computed(period: str) -> Mapping[Key, Figure]:
        with published.attach(Home(sample_bank.home), period) as con:
            metrics = {metric for metric, _, _ in published.metric_values(con)}
        return {k: f for k, f in figures(month_of(period)).items() if k[0] in metrics}

    return computed
