"""The stamp of a template: a hidden sheet that says what the workbook was made for.

The writer of templates and the reader of uploads share it. Here belongs its form and what is wrong
with a workbook by its stamp; the template itself belongs to ``pipelines/workbooks``.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from expectations.contract import Contract
from expectations.findings import finding_row
from pipelines.landing.header import SEARCH_ROWS, known_headers, plain_header
from pipelines.landing.workbook_archive import is_panic, open_archive, scan_sheet, sheet_parts

if TYPE_CHECKING:
    from python_calamine import CalamineWorkbook

STAMP_SHEET = "_jingtian"
LISTS_SHEET = "_lists"
GUIDE_SHEET = "填报说明"
RESULT_SHEET = "校验结果"
# Sheets of the house: never taken for a second sheet with data.
HOUSE_SHEETS = frozenset({STAMP_SHEET, LISTS_SHEET, GUIDE_SHEET, RESULT_SHEET})
STAMP_TITLE = "（模板标识）"  # what a message calls the hidden sheet when it was damaged
TEMPLATE_FORMAT = 1
_MARK = "jingtian template"


@dataclass(frozen=True)
class Stamp:
    """What a template was made for; ``headers`` are the column titles in their order."""

    ledger: str
    title: str
    version: str
    org_id: str
    period: str
    headers: tuple[str, ...]
    template_format: int = TEMPLATE_FORMAT

    def rows(self) -> list[tuple[str, str]]:
        """The stamp as two columns of text."""
        return [
            (_MARK, str(self.template_format)),
            ("ledger", self.ledger),
            ("title", self.title),
            ("contract_version", self.version),
            ("branch", self.org_id),
            ("period", self.period),
            *(("header", text) for text in self.headers),
        ]


def parse_stamp(rows: Iterable[Sequence[object]]) -> Stamp | None:
    """Read the two columns back; None when they are no stamp."""
    found: dict[str, str] = {}
    headers: list[str] = []
    for row in rows:
        if len(row) < 2:
            return None
        name, text = str(row[0]), _whole(row[1])
        if name == "header":
            headers.append(text)
        else:
            found[name] = text
    needed = (_MARK, "ledger", "title", "contract_version", "branch", "period")
    if any(not found.get(name) for name in needed) or not headers or not found[_MARK].isdigit():
        return None
    return Stamp(
        found["ledger"],
        found["title"],
        found["contract_version"],
        found["branch"],
        found["period"],
        tuple(headers),
        int(found[_MARK]),
    )


def _whole(cell: object) -> str:
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)


def stamp_of_workbook(book: CalamineWorkbook) -> Stamp | None:
    """The stamp of a workbook that was opened; None when it carries none."""
    if STAMP_SHEET not in book.sheet_names:
        return None
    return parse_stamp(book.get_sheet_by_name(STAMP_SHEET).to_python(nrows=400))


def stamp_of_file(path: Path) -> Stamp | None:
    """The stamp of a file, for one whose name does not say what it is; None when it has none.

    Only a workbook that names the hidden sheet is opened; damage is found later, by the reader.
    """
    if path.suffix.lower() != ".xlsx" or path.stat().st_size > 1 << 28:
        return None
    try:
        with zipfile.ZipFile(path) as names:
            part = names.getinfo("xl/workbook.xml")
            if part.file_size > 1 << 20 or STAMP_SHEET.encode() not in names.read(part):
                return None
        from python_calamine import CalamineWorkbook

        archive, data = open_archive(path.read_bytes())
        scan_sheet(archive, sheet_parts(archive)[STAMP_SHEET])
        return stamp_of_workbook(CalamineWorkbook.from_filelike(io.BytesIO(data)))
    except Exception:
        # Whatever is wrong with the archive, the reader says it in the words of its own rule.
        return None
    except BaseException as exc:
        if is_panic(exc):
            return None
        raise


def wrong_template(
    stamp: Stamp, contract: Contract, org_id: str, period: str
) -> dict[str, object] | None:
    """The one finding on a template that was made for something else, or for other columns.

    Args:
        stamp: What the workbook says it is.
        contract: The ledger that file name or command line say.
        org_id: Organisation by file name or command line.
        period: Month by file name or command line, ``YYYY-MM``.
    """
    if (stamp.ledger, stamp.org_id, stamp.period) != (contract.name, org_id, period):
        return finding_row(
            "JT-FILE-0019",
            value=f"《{stamp.title}》{stamp.org_id} {stamp.period}",
            expected=f"《{contract.title_zh}》{org_id} {period}",
        )
    today = tuple(c.title_zh for c in contract.columns)
    major = stamp.version.split(".")[0]
    is_old = major != str(contract.major_version) or stamp.headers != today
    if is_old or stamp.template_format != TEMPLATE_FORMAT:
        return finding_row("JT-FILE-0020", value=stamp.version, expected=contract.version)
    return None


def mangled_template(
    stamp: Stamp, contract: Contract, sheets: Iterable[Sequence[Sequence[object]]]
) -> dict[str, object] | None:
    """The one finding on a template whose header row was changed.

    Own columns of the sender and columns that no ledger knows are left to the reader of headers.

    Args:
        stamp: The stamp; its headers are today's.
        contract: The ledger.
        sheets: The leading rows of every sheet that may hold the data.
    """
    known = known_headers(contract)
    wanted = [known[plain_header(h)] for h in stamp.headers]
    best: list[str] = []
    for rows in sheets:
        for row in rows[:SEARCH_ROWS]:
            named = [known[plain_header(c)] for c in row if plain_header(c) in known]
            found = list(dict.fromkeys(named))
            if len(found) > len(best):
                best = found
    if best == wanted:
        return None
    titles = {c.name: c.title_zh for c in contract.columns}
    gone = [titles[name] for name in wanted if name not in best]
    touched = gone or [titles[w] for b, w in zip(best, wanted, strict=True) if b != w]
    listed = "、".join(touched[:10]) + (" …" if len(touched) > 10 else "")
    return finding_row("JT-FILE-0021", value=listed)
