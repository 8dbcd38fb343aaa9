"""Typing the cells of a file, column by column and distinct value by distinct value.

What a cell means and when it fails is SQL that the caller hands in; here belongs only how few
times it has to be asked. A column of codes, dates or rates holds few distinct values, and most
columns can be shown flawless as a whole (no odd byte, no empty cell, no overlong text), so that
nobody looks at their cells one by one. Where nothing can be shown, every value is asked.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute

# The stubs of pyarrow know fewer signatures than the library has.
_pc: Any = pyarrow.compute
BoolArray = np.ndarray[Any, np.dtype[np.bool_]]

# Blanks that files carry around a cell: tab, line ends, no-break and full-width space, BOM.
BLANKS = "' ' || chr(9) || chr(10) || chr(13) || chr(12288) || chr(160) || chr(65279)"
_WIDE_BLANKS = ("\u3000".encode(), "\u00a0".encode(), "\ufeff".encode())
_REMEMBERED = 50_000  # distinct values remembered per column: dates and rates have hundreds
_HINT = 5_000
_FIRST_YEAR = 1000  # before it, year numbers are written in more than one way
_FEW = 1_000
_TOO_LONG = 10**18  # a whole number has 18 digits at most
_SPACE, _HASH, _DELETE, _ASCII_END = 0x20, 0x23, 0x7F, 0x80
_MARKS = (
    b"=",
    b"'",
    b'"',
    b"`",
)  # an id that begins with one of them was wrapped for a spreadsheet


@dataclass(frozen=True)
class CellTest:
    """How a column is typed, in SQL over ``cell`` (trimmed text, never NULL) and ``typed``.

    Attributes:
        name: Ledger and column; values are remembered under it.
        typed: The typed value; NULL when the cell cannot be typed.
        failed: True when the cell fails.
        arrow_type: Type of ``typed``.
        is_text: ``typed`` is the cell itself.
        may_be_wide: A text that may hold any character but control characters.
        max_length: For a text whose plain cells can only fail by their length; None when there is
            no limit.
        pattern: What a text has to match as a whole; None when anything will do.
        minimum: Least value of a number; None when there is no limit.
        maximum: Greatest value of a number; None when there is no limit.
    """

    name: str
    typed: str
    failed: str
    arrow_type: Any
    is_text: bool = False
    may_be_wide: bool = False
    max_length: int | None = None
    pattern: str | None = None
    minimum: float | None = None
    maximum: float | None = None


@dataclass
class Cells:
    """One column of a file: its distinct values and which of them stands in each row.

    ``indices`` is None where ``values`` holds one value per row. Values are trimmed; an empty cell
    is NULL.
    """

    values: Any
    indices: Any = None

    def rows(self, chosen: Any = None) -> Any:
        """Text per row, or for the chosen row positions only."""
        if self.indices is None:
            return self.values if chosen is None else self.values.take(chosen)
        indices = self.indices if chosen is None else self.indices.take(chosen)
        return self.values.take(indices)

    def spread(self, typed: Any) -> Any:
        """Typed values per row from typed values per value; texts stay a dictionary."""
        if self.indices is None:
            return typed
        if pa.types.is_string(typed.type) and typed.null_count == 0:
            return pa.DictionaryArray.from_arrays(self.indices, typed)
        return typed.take(self.indices)

    def empty(self) -> BoolArray | None:
        """Which rows are empty; None when none is."""
        if self.indices is None:
            return None if self.values.null_count == 0 else _flags(self.values.is_null())
        if self.indices.null_count == 0 and self.values.null_count == 0:
            return None
        return _flags(self.rows().is_null())

    def flags(self, failed: BoolArray) -> BoolArray:
        """Failed flags per row from failed flags per value."""
        if self.indices is None:
            return failed
        return _flags(_pc.fill_null(pa.array(failed).take(self.indices), False))


@dataclass
class CellMemo:
    """Values typed before, by column: the next branch's file holds the same codes and dates.

    What a value types to depends on the contract alone, so a memo may serve any number of files of
    one run, also in several threads: at worst two of them ask for the same value.
    """

    _known: dict[str, dict[str, tuple[Any, bool]]] = field(default_factory=dict)

    def typed(
        self, test: CellTest, values: Any, ask: Callable[[Any], tuple[Any, BoolArray]]
    ) -> tuple[Any, BoolArray]:
        """Typed values and failed flags of distinct ``values``; ``ask`` types unknown ones."""
        known = self._known.setdefault(test.name, {})
        texts = values.to_pylist()
        unknown = [text for text in texts if text is not None and text not in known]
        if unknown:
            typed, failed = ask(pa.array(unknown, pa.string()))
            answers = zip(typed.to_pylist(), failed.tolist(), strict=True)
            known.update(zip(unknown, answers, strict=True))
            if len(known) > _REMEMBERED:  # forgotten, not emptied: another thread may be reading it
                self._known[test.name] = {}
        found = [(None, False) if text is None else known[text] for text in texts]
        flags = np.fromiter((bad for _, bad in found), np.bool_, len(found))
        return pa.array([value for value, _ in found], test.arrow_type), flags


def read_cells(con: duckdb.DuckDBPyConnection, column: Any, has_few_values: bool) -> Cells:
    """A file's column as cells.

    Args:
        con: Connection for trimming where it is needed.
        column: Text or dictionary column.
        has_few_values: Whether its kind (code, date, …) promises few distinct values.
    """
    is_dictionary = pa.types.is_dictionary(column.type)
    if has_few_values and not is_dictionary:
        column, is_dictionary = column.dictionary_encode(), True
    if not is_dictionary:
        return Cells(_trimmed(con, _one(column)))
    encoded = _one(column.unify_dictionaries() if isinstance(column, pa.ChunkedArray) else column)
    values = encoded.dictionary
    if _has_many(encoded):
        return Cells(_trimmed(con, values.take(encoded.indices)))
    return Cells(_trimmed(con, values), encoded.indices)


def type_cells(
    con: duckdb.DuckDBPyConnection, cells: Cells, test: CellTest, memo: CellMemo
) -> tuple[Any, BoolArray | None]:
    """Typed column and failed flags per row, None when no cell fails; empty cells never do here."""
    if test.is_text and _is_flawless_text(cells, test):
        return cells.spread(cells.values), None
    if cells.indices is None:
        cells = _by_value(cells)
    exact = _exact_dates(cells.values, test)
    if exact is None and cells.indices is None:
        exact = _exact_numbers(cells.values, test)
    if exact is not None:
        return cells.spread(exact), None
    if cells.indices is None:
        typed, failed = _ask(con, cells.values, test)
    else:
        typed, failed = memo.typed(test, cells.values, lambda values: _ask(con, values, test))
    return cells.spread(typed), cells.flags(failed) if failed.any() else None


def _by_value(cells: Cells) -> Cells:
    """The cells by their distinct values, where these are few; the first rows give a hint."""
    if _has_many(cells.values.slice(0, _HINT).dictionary_encode()):
        return cells
    encoded = _one(cells.values.dictionary_encode())
    if _has_many(encoded):
        return cells
    return Cells(encoded.dictionary, encoded.indices)


def _has_many(encoded: Any) -> bool:
    """Whether going by distinct values would not pay."""
    return len(encoded.dictionary) > 1000 and 2 * len(encoded.dictionary) > len(encoded)


def _ask(con: duckdb.DuckDBPyConnection, values: Any, test: CellTest) -> tuple[Any, BoolArray]:
    """Type every value: plainly written numbers at once, what else there is by its SQL."""
    exact = _exact_numbers(values, test) if len(values) <= _FEW else None
    if exact is not None:
        return exact, np.zeros(len(values), np.bool_)
    query = f"""
        select typed, coalesce({test.failed}, false) and cell is not null as failed
        from (select *, {test.typed} as typed from """
    if len(values) <= _FEW:  # as a parameter: half the time of a registered table
        source = "(select unnest(cast(? as varchar[])) as cell))"
        answer = con.execute(query + source, [values.to_pylist()]).to_arrow_table()
    else:
        # Numbered, because rows keep no order where DuckDB makes a join of a list of constants.
        places = pa.array(np.arange(len(values)))
        con.register("asked_arrow", pa.table({"cell": values, "place": places}))
        answer = con.execute(f"{query}asked_arrow) order by place").to_arrow_table()
        con.unregister("asked_arrow")
    typed = _one(answer.column("typed")).cast(test.arrow_type)
    return typed, _flags(_one(answer.column("failed")))


def _one(column: Any) -> Any:
    """The column as one array."""
    if not isinstance(column, pa.ChunkedArray):
        return column
    return column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()


def _flags(column: Any) -> BoolArray:
    return np.asarray(_one(column).to_numpy(zero_copy_only=False), dtype=np.bool_)


def _bytes(values: Any) -> np.ndarray[Any, np.dtype[np.uint8]]:
    """The bytes of all values of a string array (of its whole buffer when it is a slice)."""
    buffer = values.buffers()[2]
    return np.frombuffer(buffer if buffer is not None else b"", np.uint8)


def _lengths(values: Any) -> Any:
    """Bytes per value of a string array."""
    return _pc.binary_length(values)


def _trimmed(con: duckdb.DuckDBPyConnection, values: Any) -> Any:
    """Values without blanks around them, NULL where nothing is left."""
    if len(values) == 0:
        return values
    if _pc.min(_lengths(values)).as_py() != 0 and not _may_hold_blanks(_bytes(values)):
        return values
    con.register("blank_arrow", pa.table({"cell": values}))
    trimmed = con.execute(
        f"select nullif(trim(cell, {BLANKS}), '') as cell from blank_arrow"
    ).to_arrow_table()
    con.unregister("blank_arrow")
    return _one(trimmed.column("cell"))


def _may_hold_blanks(content: np.ndarray[Any, np.dtype[np.uint8]]) -> bool:
    """Whether there is a blank anywhere, around a cell or inside."""
    if content.size == 0:
        return False
    if content.min() <= _SPACE:
        return True
    return content.max() >= _ASCII_END and any(b in content.tobytes() for b in _WIDE_BLANKS)


def _is_flawless_text(cells: Cells, test: CellTest) -> bool:
    """Whether no value can fail: no control character, no ``#`` (it begins the error values of a
    spreadsheet), ASCII and no quotation marks where full-width, invisible and wrapping characters
    are refused, not too long, of the pattern.
    """
    content = _bytes(cells.values)
    if content.size == 0:
        return True
    if content.min() < _SPACE or (content == _DELETE).any() or (content == _HASH).any():
        return False
    if not test.may_be_wide:
        if content.max() >= _ASCII_END:
            return False
        memory = content.tobytes()
        if any(mark in memory for mark in _MARKS):
            return False
    longest = _pc.max(_lengths(cells.values)).as_py() or 0
    if test.max_length is not None and longest > test.max_length:
        return False
    if test.pattern is None:
        return True
    matches = _pc.match_substring_regex(cells.values, rf"\A(?:{test.pattern})\z")
    return bool(_pc.all(matches, min_count=0).as_py())


def _exact_dates(values: Any, test: CellTest) -> Any:
    """Dates of a column whose every cell is written ``2025-12-31``; None when one is not."""
    if not pa.types.is_date(test.arrow_type):
        return None
    try:
        typed = _pc.cast(values, test.arrow_type)
    except pa.ArrowInvalid:
        return None
    first = _pc.min(typed).as_py()
    return typed if first is None or first.year >= _FIRST_YEAR else None


def _exact_numbers(values: Any, test: CellTest) -> Any:
    """Numbers of a column whose every cell is written in full (``1234.50``) and within bounds.

    None when one is not: then the SQL says what each of them is.
    """
    if not (pa.types.is_decimal(test.arrow_type) or pa.types.is_integer(test.arrow_type)):
        return None
    try:
        typed = _pc.cast(values, test.arrow_type)
    except pa.ArrowInvalid:
        return None
    if not _pc.all(_pc.equal(_pc.cast(typed, pa.string()), values)).as_py():
        return None
    bounds = _pc.min_max(typed).as_py()
    if bounds["min"] is None:
        return typed
    if max(abs(bounds["min"]), abs(bounds["max"])) >= _TOO_LONG:
        return None
    if test.minimum is not None and bounds["min"] < test.minimum:
        return None
    if test.maximum is not None and bounds["max"] > test.maximum:
        return None
    return typed


def is_ascii(values: Any) -> bool:
    """Whether a string array holds ASCII only."""
    content = _bytes(values)
    return content.size == 0 or int(content.max()) < _ASCII_END
