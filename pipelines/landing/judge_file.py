"""Reading and judging one upload without loading it: what ``validate`` and ``receive`` share."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePath

import duckdb
import pyarrow as pa

from expectations.cells import CellMemo
from expectations.contract import Contract
from expectations.findings import finding_row
from expectations.judge import RawTable, Verdict, judge, refused
from expectations.rule import RuleBook
from expectations.screen import Screen
from pipelines.landing.identity import Identity
from pipelines.landing.read_csv import read_csv
from pipelines.landing.read_xlsx import read_xlsx
from pipelines.landing.unreadable import Unreadable

NIL_SUFFIX = "_nil"  # of a file name: there was no business, the file has a header and no rows


def read_upload(
    data: bytes, file_name: str, contract: Contract, identity: Identity | None = None
) -> RawTable:
    """Cells of an upload; a workbook's stamp is compared with ``identity`` when that is given.

    Raises:
        Unreadable: The file cannot be read far enough to judge its rows.
    """
    suffix = PurePath(file_name).suffix.lower()
    if not data:
        raise Unreadable(finding_row("JT-FILE-0002"))
    if suffix == ".xlsx":
        return read_xlsx(data, contract, identity=identity)
    if suffix == ".csv":
        if data.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
            raise Unreadable(finding_row("JT-FILE-0015", value="Excel 工作簿（扩展名为 .csv）"))
        return read_csv(data, contract)
    raise Unreadable(finding_row("JT-FILE-0015", value=suffix or "无扩展名"))


def judge_upload(
    con: duckdb.DuckDBPyConnection,
    data: bytes,
    file_name: str,
    identity: Identity,
    contract: Contract,
    book: RuleBook,
    *,
    known_orgs: frozenset[str] | None = None,
    root_org: str | None = None,
    memo: CellMemo | None = None,
    waived: Mapping[str, str] | None = None,
    screen: Screen | None = None,
) -> tuple[Verdict, RawTable | None]:
    """Judge one upload; the typed rows stay as ``typed`` on ``con``.

    Args:
        con: Connection whose temp tables are used.
        data: The file's bytes.
        file_name: Its name; the suffix selects the reader.
        identity: Ledger, organisation and period.
        contract: The ledger's contract.
        book: The rule registry.
        known_orgs: Organisations of the register in force; None when there is none yet.
        root_org: The bank's own organisation id: it may submit rows of any branch.
        memo: Values typed before, of a caller that judges many files.
        waived: Rule code to waiver id for this ledger, organisation and month.
        screen: Rules planned before, of a caller that judges many files.

    Returns:
        The verdict and the raw cells (None when the file could not be read; without rows when no
        more is known than the sheet on which the findings stand).
    """
    try:
        raw = read_upload(data, file_name, contract, identity)
    except Unreadable as exc:
        return refused(exc.findings), _seen(exc)
    if known_orgs is not None and identity.org_id not in known_orgs and contract.name != "org_unit":
        return refused([finding_row("JT-FILE-0018", value=identity.org_id)]), raw
    verdict = judge(
        con,
        contract,
        raw,
        book,
        org_id=identity.org_id,
        period_start=identity.period.start,
        period_end=identity.period.end,
        is_nil=PurePath(file_name).stem.endswith(NIL_SUFFIX),
        is_bank_wide=contract.submitted_by == "head_office" or identity.org_id == root_org,
        memo=memo,
        waived=waived,
        screen=screen,
    )
    return verdict, raw


def _seen(exc: Unreadable) -> RawTable | None:
    """The sheet of a workbook whose rows could not be read but whose findings have places on it."""
    if exc.sheet is None:
        return None
    empty = pa.table({"_row": pa.array([], pa.int64())})
    return RawTable(empty, {}, [], header_row=exc.header_row, sheet=exc.sheet)
