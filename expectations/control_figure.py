"""Control figures: what a file says of itself above its header, compared with its rows.

A line above the header may state ``笔数：123`` or ``贷款余额合计：456.00``, in one cell or with the
figure in the next one. Here belongs recognising them; the judge compares, exactly.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from expectations.contract import Contract

_ROWS = frozenset(
    f"{before}{word}{after}"
    for word in ("笔数", "行数", "条数", "记录数", "户数")
    for before in ("", "总", "合计", "数据")
    for after in ("", "合计")
)
_SUMMED = ("money", "int")
_UNIT = re.compile(r"[（(]元[）)]")
_PART = re.compile(r"[;；\s　]+")
_PAIR = re.compile(r"([^:：]+)[:：](.*)")
_FIGURE = re.compile(r"(-?[0-9]+(?:\.[0-9]+)?)(?:元|笔|行|条|户|人)?")


@dataclass(frozen=True)
class ControlFigure:
    """One stated figure.

    ``what`` is ``rows``, ``customers`` (户数 of a ledger that has several rows of a customer) or the
    name of the column that is summed; ``label`` and ``text`` are as they were written.
    """

    what: str
    label: str
    text: str
    row_no: int
    position: int

    @property
    def value(self) -> Decimal | None:
        """The figure; None when it cannot be read as a number."""
        plain = re.sub(r"[,，\s　￥¥]", "", self.text)
        match = _FIGURE.fullmatch(plain)
        return Decimal(match[1]) if match else None


def control_figures(rows: Sequence[Sequence[str]], contract: Contract) -> list[ControlFigure]:
    """Figures stated in the rows above the header.

    Args:
        rows: Those rows as text, from the file's first row on.
        contract: The ledger; its columns' titles and aliases name totals.
    """
    labels = _labels(contract)
    found: list[ControlFigure] = []
    for number, cells in enumerate(rows, start=1):
        for position, cell in enumerate(cells):
            text = re.sub(r"\s*([:：])\s*", r"\1", cell.strip())
            for part in filter(None, _PART.split(text)):
                pair = _PAIR.fullmatch(part)
                label, figure = (pair[1], pair[2]) if pair else (part, "")
                what = labels.get(_UNIT.sub("", label))
                if what is None:
                    continue
                at = position
                if not figure:
                    at, figure = next(
                        ((n, c) for n, c in enumerate(cells) if n > position and c.strip()),
                        (position, ""),
                    )
                if figure:
                    found.append(ControlFigure(what, label, figure.strip(), number, at))
    return found


def _labels(contract: Contract) -> dict[str, str]:
    """Every label that states a figure, to what it states."""
    names = {c.name for c in contract.columns}
    by_customer = "customer_id" in names and contract.key != ("customer_id",)
    labels = {label: "customers" if "户数" in label and by_customer else "rows" for label in _ROWS}
    for column in contract.columns:
        if column.kind in _SUMMED:
            for title in (column.title_zh, *column.aliases):
                for label in (f"{title}合计", f"合计{title}", f"{title}总计", f"{title}总额"):
                    labels.setdefault(label, column.name)
    return labels
