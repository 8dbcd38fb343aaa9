"""Finding the build of a period at an earlier knowledge point."""

from __future__ import annotations

from pathlib import Path

from expectations.contract import load_contracts
from pipelines.errors import RefusedError
from pipelines.gates.hashes import todays_hashes
from pipelines.paths import LEDGERS_DIR
from pipelines.periods import parse_period
from pipelines.prior import contents_id, find_build_of
from pipelines.registry import Registry
from pipelines.settings import Settings
from pipelines.warehouse.load_set import read_load_set


def build_as_of(settings: Settings, period: str, as_of: int) -> Path:
    """Directory of the build of a period at a knowledge point.

    Raises:
        RefusedError: It was not built yet; the message gives the command.
    """
    contracts = load_contracts(LEDGERS_DIR)
    month = parse_period(period)
    with Registry(settings.home.registry) as registry:
        load_set = read_load_set(settings.home, registry, contracts, month, as_of)
    folder = find_build_of(settings.home, contents_id(period, todays_hashes(load_set)))
    if folder is None:
        raise RefusedError(
            f"{period} 在知识时点 {as_of} 还没有构建；请先运行 jingtian close {period} --as-of {as_of}。",
            f"{period} was not built as of {as_of}; run jingtian close {period} --as-of {as_of}.",
        )
    return folder
