"""Who sent what for which month: the file name, or what the command line says instead."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePath

from expectations.contract import Contract
from pipelines.errors import UsageError
from pipelines.landing.stamp import stamp_of_file
from pipelines.periods import Period, parse_period

SUFFIXES = (".csv", ".xlsx")
_ORG = re.compile(r"[A-Za-z0-9]{1,30}")


@dataclass(frozen=True)
class Identity:
    """Ledger, submitting organisation and period of one upload."""

    ledger: str
    org_id: str
    period: Period


def ledger_names(contracts: Mapping[str, Contract]) -> dict[str, str]:
    """How a ledger may be called: by its name or by its Chinese title, to its name."""
    titles = {contract.title_zh: name for name, contract in contracts.items()}
    return titles | {name: name for name in contracts}


def find_ledger(text: str, contracts: Mapping[str, Contract]) -> str:
    """Name of the ledger that somebody called by name or Chinese title.

    Raises:
        UsageError: There is no such ledger.
    """
    names = ledger_names(contracts)
    if text not in names:
        titles = "、".join(c.title_zh for c in contracts.values())
        raise UsageError(
            f"没有台账“{text}”；可用：{titles}。",
            f'no ledger "{text}"; known: {", ".join(contracts)}.',
        )
    return names[text]


def identify(
    file_name: str,
    contracts: Mapping[str, Contract],
    *,
    ledger: str | None = None,
    org_id: str | None = None,
    period: Period | None = None,
) -> Identity | None:
    """Identity from the name ``<ledger>_<org_id>_<YYYY-MM>[_anything].csv|xlsx``.

    The ledger may be written by its Chinese title (``贷款借据_1001_2025-12.xlsx``). What is given
    explicitly wins over the name. None when something is still unknown.

    Raises:
        UsageError: The ledger given explicitly does not exist.
    """
    names = ledger_names(contracts)
    ledger = None if ledger is None else find_ledger(ledger, contracts)
    stem = PurePath(file_name).stem
    known = "|".join(sorted(map(re.escape, names), key=len, reverse=True))
    match = re.fullmatch(rf"({known})_([A-Za-z0-9]{{1,30}})_(\d{{4}}-\d{{2}})(?:_.*)?", stem)
    if match:
        ledger = ledger or names[match[1]]
        org_id = org_id or match[2]
        if period is None and re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", match[3]):
            period = parse_period(match[3])
    if ledger is None or org_id is None or period is None or not _ORG.fullmatch(org_id):
        return None
    return Identity(ledger, org_id, period)


def identify_file(
    path: Path,
    contracts: Mapping[str, Contract],
    *,
    ledger: str | None = None,
    org_id: str | None = None,
    period: Period | None = None,
) -> Identity | None:
    """Like :func:`identify`; what the name leaves open is taken from the stamp of a template."""
    identity = identify(path.name, contracts, ledger=ledger, org_id=org_id, period=period)
    if identity is not None or not path.is_file():
        return identity
    stamp = stamp_of_file(path)
    if stamp is None or stamp.ledger not in contracts:
        return None
    if period is None:
        if not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", stamp.period):
            return None
        period = parse_period(stamp.period)
    return identify(
        path.name,
        contracts,
        ledger=ledger or stamp.ledger,
        org_id=org_id or stamp.org_id,
        period=period,
    )
