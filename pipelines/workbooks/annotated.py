"""The verdict as a workbook: the branch's own file back, or as near to it as can be.

A workbook of ordinary size keeps its layout; a CSV file or a larger workbook is written anew; a file
that could not be read gives the sheet 校验结果 alone.
"""

from __future__ import annotations

import io
import zipfile
from pathlib import Path, PurePath

from expectations.rule import RuleBook
from pipelines.landing.receipt import Receipt
from pipelines.landing.unreadable import Unreadable
from pipelines.workbooks.own import write_own
from pipelines.workbooks.rewritten import csv_rows, workbook_rows, write_rewritten
from pipelines.workbooks.style import MAX_ROWS

# Of worksheets, unpacked. Measured with 30 columns and as many findings as rows: 4.6 MB (5,000 rows)
# took 6 s and 310 MB, 18.6 MB took 19 s and 630 MB; written anew the latter takes 10 s and 380 MB.
MAX_KEPT_BYTES = 8 << 20
_LOST_PARTS = ("xl/charts/", "xl/media/", "xl/diagrams/", "xl/embeddings/")


def write_annotated(
    receipt: Receipt, data: bytes | None, book: RuleBook, path: Path, lang: str
) -> None:
    """Write the verdict on one file beside its rows.

    Args:
        receipt: The judged file.
        data: Its bytes; None when the verdict is on something made from several files.
        book: The rule registry.
        path: The workbook to write.
        lang: Language of the reader.
    """
    suffix = PurePath(receipt.file_name).suffix.lower()
    was_read = data is not None and receipt.contract is not None and receipt.was_read
    if not was_read or data is None or receipt.contract is None:
        write_rewritten(receipt, book, path, lang, None, [])
    elif suffix == ".csv":
        notes = []
        if receipt.verdict.received + receipt.header_row > MAX_ROWS:
            notes.append(_too_long(lang))
        rows = csv_rows(data, receipt.contract)
        try:
            write_rewritten(receipt, book, path, lang, rows, notes)
        except Unreadable:
            write_rewritten(receipt, book, path, lang, None, [])
    else:
        _write_workbook(receipt, data, book, path, lang)


def _write_workbook(receipt: Receipt, data: bytes, book: RuleBook, path: Path, lang: str) -> None:
    why = _too_large(lang)
    if _worksheet_bytes(data) <= MAX_KEPT_BYTES:
        try:
            write_own(receipt, book, data, path, lang, _lost(data, lang))
            return
        except Exception:
            # The library is stricter than the reader; the verdict must reach the branch anyway.
            why = _not_kept(lang)
    rows = workbook_rows(data, str(receipt.sheet))
    write_rewritten(receipt, book, path, lang, rows, [why])


def _worksheet_bytes(data: bytes) -> int:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return sum(
            i.file_size for i in archive.infolist() if i.filename.startswith("xl/worksheets/")
        )


def _lost(data: bytes, lang: str) -> list[str]:
    """What of the workbook does not survive: pictures and charts are not cells."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        if not any(name.startswith(_LOST_PARTS) for name in archive.namelist()):
            return []
    if lang == "zh":
        return ["原文件中的图片、图表等对象不在本文件中；单元格内容和格式保留。"]
    return ["Pictures and charts of the file are not kept here; cells and their formats are."]


def _too_large(lang: str) -> str:
    if lang == "zh":
        return "原工作簿较大，此处按单元格内容重写：格式、公式和其他工作表未保留。"
    return "The workbook is large: rows are written anew, formats, formulas and other sheets are not kept."


def _not_kept(lang: str) -> str:
    if lang == "zh":
        return "原工作簿的格式无法保留，此处按单元格内容重写：格式、公式和其他工作表未保留。"
    return "The workbook's layout could not be kept: rows are written anew, without formats and formulas."


def _too_long(lang: str) -> str:
    if lang == "zh":
        return f"工作表最多 {MAX_ROWS} 行，其后的数据行不在本文件中；问题数不受影响。"
    return f"A worksheet holds {MAX_ROWS} rows; later rows are not shown here, counts are complete."
