"""Typed columns of a ledger, made from numpy arrays without a loop over rows.

Here belongs how a number of fen, a day number or a sequence number becomes an Arrow column.
How a column is printed in a file is ``write.py``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from pipelines.sample.days import NEVER, IntArray

BoolArray = NDArray[np.bool_]
FloatArray = NDArray[np.float64]

# The stubs of pyarrow know fewer signatures than the library has.
ArrowColumn: TypeAlias = Any
_pa: Any = pa
_pc: Any = pc


def money(fen: IntArray) -> ArrowColumn:
    """Yuan with two decimals from whole fen."""
    return _decimal(fen, 2)


def rate(ten_thousandths: IntArray, known: BoolArray | None = None) -> ArrowColumn:
    """A ratio with four decimals; empty where not known."""
    column = _decimal(ten_thousandths, 4)
    return column if known is None else _blank(column, ~known)


def numbers(values: IntArray, empty: BoolArray | None = None) -> ArrowColumn:
    """Whole numbers."""
    return _pa.array(values, mask=empty)


def scaled(values: IntArray, scale: int, empty: BoolArray | None = None) -> ArrowColumn:
    """Decimals from whole numbers of their last place; empty where said."""
    column = _decimal(values, scale)
    return column if empty is None else _blank(column, empty)


def dates(days: IntArray, empty: BoolArray | None = None) -> ArrowColumn:
    """Dates from day numbers; ``NEVER`` and ``empty`` rows are left empty."""
    mask = days >= NEVER if empty is None else (days >= NEVER) | empty
    return _pa.array(np.where(mask, 0, days).astype(np.int32), mask=mask).cast(_pa.date32())


def codes(values: Sequence[str], index: IntArray) -> ArrowColumn:
    """Codes by their place in ``values``; -1 is empty."""
    mask = index < 0
    return _pa.DictionaryArray.from_arrays(
        _pa.array(np.where(mask, 0, index).astype(np.int32), mask=mask),
        _pa.array(list(values), _pa.string()),
    )


def flags(values: BoolArray, empty: BoolArray | None = None) -> ArrowColumn:
    """Yes or no; empty where said."""
    return _pa.array(values, mask=empty)


def ids(prefix: str, numbers: IntArray, width: int, empty: BoolArray | None = None) -> ArrowColumn:
    """Identifiers: a prefix and a number padded with zeros."""
    digits = _pc.utf8_lpad(_pc.cast(_pa.array(numbers), _pa.string()), width, "0")
    column = _pc.binary_join_element_wise(_pa.scalar(prefix), digits, "")
    return column if empty is None else _blank(column, empty)


def picks(values: Sequence[str | None], index: IntArray) -> ArrowColumn:
    """Texts by their place in ``values``; -1 is empty."""
    mask = index < 0
    return _pa.array(list(values), _pa.string()).take(
        _pa.array(np.where(mask, 0, index), mask=mask)
    )


def constant(value: str | None, count: int) -> ArrowColumn:
    """The same text in every row."""
    return _pa.repeat(_pa.scalar(value, _pa.string()), count)


def day(value: int, count: int) -> ArrowColumn:
    """The same date in every row."""
    return dates(np.full(count, value, dtype=np.int64))


def joined(*parts: ArrowColumn | str) -> ArrowColumn:
    """Texts put together row by row."""
    pieces = [_pa.scalar(p) if isinstance(p, str) else p for p in parts]
    return _pc.binary_join_element_wise(*pieces, "")


def stacked(upper: ArrowColumn, lower: ArrowColumn) -> ArrowColumn:
    """One column under another of the same kind."""
    return _pa.concat_arrays([upper, lower])


def _decimal(scaled: IntArray, scale: int) -> ArrowColumn:
    words = np.empty((len(scaled), 2), dtype=np.int64)
    words[:, 0] = scaled
    words[:, 1] = np.asarray(scaled) >> 63
    return _pa.Array.from_buffers(
        _pa.decimal128(18, scale), len(scaled), [None, _pa.py_buffer(words)]
    )


def _blank(column: ArrowColumn, empty: BoolArray) -> ArrowColumn:
    return _pc.if_else(_pa.array(empty), _pa.scalar(None, column.type), column)
