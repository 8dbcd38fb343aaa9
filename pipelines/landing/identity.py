"""Who sent what for which month: the file name, or what the command line says instead."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePath

from pipelines.errors import UsageError
from pipelines.periods import Period, parse_period

SUFFIXES = (".csv", ".xlsx")
_ORG = re.compile(r"[A-Za-z0-9]{1,30}")


@dataclass(frozen=True)
class Identity:
    """Ledger, submitting organisation and period of one upload."""

    ledger: str
    org_id: str
    period: Period


def identify(
    file_name: str,
    ledgers: Iterable[str],
    *,
    ledger: str | None = None,
    org_id: str | None = None,
    period: Period | None = None,
) -> Identity | None:
    """Identity from the name ``<ledger>_<org_id>_<YYYY-MM>[_anything].csv|xlsx``.

    What is given explicitly wins over the name. None when something is still unknown.

    Raises:
        UsageError: The ledger given explicitly does not exist.
    """
    known = sorted(ledgers)
    if ledger is not None and ledger not in known:
        raise UsageError(
            f"没有台账“{ledger}”；可用：{'、'.join(known)}。",
            f'no ledger "{ledger}"; known: {", ".join(known)}.',
        )
    stem = PurePath(file_name).stem
    names = "|".join(sorted(map(re.escape, known), key=len, reverse=True))
    match = re.fullmatch(rf"({names})_([A-Za-z0-9]{{1,30}})_(\d{{4}}-\d{{2}})(?:_.*)?", stem)
    if match:
        ledger = ledger or match[1]
        org_id = org_id or match[2]
        if period is None and re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", match[3]):
            period = parse_period(match[3])
    if ledger is None or org_id is None or period is None or not _ORG.fullmatch(org_id):
        return None
    return Identity(ledger, org_id, period)
