"""Every row of an explanation as CSV, for a spreadsheet: UTF-8 with BOM, titles in the first row."""

from __future__ import annotations

import csv
from decimal import Decimal
from pathlib import Path
from types import TracebackType
from typing import TextIO

from pipelines.explain.rows import CountedRows, ExplainedRow, Wording, plain

HEADS_ZH = ("分组", "侧", "时点", "台账", "机构", "文件", "行号", "键", "分子贡献", "分母贡献")
HEADS_EN = (
    "segment",
    "side",
    "point",
    "ledger",
    "organisation",
    "file",
    "row",
    "key",
    "numerator_contribution",
    "denominator_contribution",
)
SIDE_ZH = {"both": "分子和分母", "numerator": "分子", "denominator": "分母"}
TERM_ZH = {"": "", "closing": "本期", "opening": "年初或基数"}
# A text that a spreadsheet would take for a formula is written with an apostrophe before it.
_FORMULA_MARKS = ("=", "+", "-", "@", "\t", "\r")


class RowFile:
    """A CSV file that takes the rows of one or several explanations of the same metric."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.row_count = 0
        self._stream: TextIO | None = None

    def __enter__(self) -> RowFile:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._stream is not None:
            self._stream.close()

    def write(self, rows: CountedRows, wording: Wording) -> None:
        """Append every row; the file is made by the first call."""
        is_new = self._stream is None
        if self._stream is None:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._stream = self.path.open("w", encoding="utf-8-sig", newline="")
        writer = csv.writer(self._stream)
        if is_new:
            heads = HEADS_ZH if wording.lang == "zh" else HEADS_EN
            writer.writerow([*heads, *(wording.title(name) for name in rows.columns)])
        for row in rows.every_row():
            writer.writerow(_cells(row, wording))
            self.row_count += 1


def _cells(row: ExplainedRow, wording: Wording) -> list[str | int]:
    zh = wording.lang == "zh"
    return [
        row.segment,
        SIDE_ZH[row.side] if zh else row.side,
        TERM_ZH[row.term] if zh else row.term,
        wording.ledger(row.ledger) if zh else row.ledger,
        row.org_id,
        _safe(row.file),
        row.row,
        _safe(row.key),
        _number(row.numerator_part),
        _number(row.denominator_part),
        *(
            wording.value(name, value)
            if isinstance(value, Decimal)
            else _safe(wording.value(name, value))
            for name, value in row.columns.items()
        ),
    ]


def _number(value: Decimal | None) -> str:
    return "" if value is None else plain(value)


def _safe(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA_MARKS) else text
