"""Cell addresses and expressions as the regulator writes them: ``[1.1A0]``, ``[6 A5]``, ``[3]``.

Here belongs reading and printing addresses and the two kinds of expression that official forms
use, sums and one quotient. What a cell holds belongs to ``layout.py``.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

_ROW = r"\d+(?:\.\d+)*"
_COLUMN = r"[A-Z]\d*"
_ADDRESS = re.compile(rf"\[?\s*(?P<row>{_ROW})\.?\s*(?P<column>{_COLUMN})\s*\]?")
_RANGE = re.compile(r"(?P<first>[A-Z])(?P<suffix>\d*)-(?P<last>[A-Z])(?P=suffix)")


class AddressError(ValueError):
    """A text is not an address, a column range or an expression of a form."""


@dataclass(frozen=True, order=True)
class Address:
    """One cell: row number and column code of the form, printed ``1.1.A0``."""

    row: str
    column: str

    def __str__(self) -> str:
        return f"{self.row}.{self.column}"

    @property
    def printed(self) -> str:
        """As the filling instructions print it, e.g. ``[1.1A0]``."""
        return f"[{self.row}{self.column}]"


@dataclass(frozen=True)
class Expression:
    """A sum of cells, or the quotient of two cells."""

    operator: str  # '+' or '/'
    operands: tuple[Address, ...]

    @property
    def printed(self) -> str:
        """As text, e.g. ``[3.1A]+[3.2A]``."""
        return self.operator.join(operand.printed for operand in self.operands)


def parse_address(text: str) -> Address:
    """Read an address in any of the spellings of the manuals (full width, spaces, extra dot).

    Raises:
        AddressError: The text is not one address.
    """
    match = _ADDRESS.fullmatch(normalise(text))
    if not match:
        raise AddressError(f"not a cell address: {text!r} (expected e.g. 1.1.A0)")
    return Address(match["row"], match["column"])


def parse_expression(text: str) -> Expression:
    """Read ``[1.A1] + [1.A2]`` or ``[1.F0] / [1.D0]``.

    Raises:
        AddressError: Another operator, or both operators, or not addresses.
    """
    operator, parts = split_terms(text)
    return Expression(operator, tuple(parse_address(part) for part in parts))


def split_terms(text: str) -> tuple[str, tuple[str, ...]]:
    """Split one side of a formula into its operator and operands; one operand counts as a sum."""
    clean = normalise(text)
    if "/" in clean:
        parts = clean.split("/")
        if len(parts) != 2 or "+" in clean:
            raise AddressError(f"a quotient has exactly two operands and no sum: {text!r}")
        operator = "/"
    else:
        operator, parts = "+", clean.split("+")
    stripped = tuple(part.strip() for part in parts)
    if not all(stripped):
        raise AddressError(f"an operand is missing: {text!r}")
    return operator, stripped


def normalise(text: str) -> str:
    """Full-width letters, digits and operators to half width; ≤ and ≥ to ASCII."""
    plain = unicodedata.normalize("NFKC", text)
    return plain.replace("≤", "<=").replace("≥", ">=").replace("—", "-").replace("–", "-")


def expand_columns(text: str, columns: tuple[str, ...]) -> tuple[str, ...]:
    """Columns named by ``A5`` or by a range inside one column group, ``A5-F5``.

    Raises:
        AddressError: A column of the range does not exist in the form.
    """
    clean = normalise(text)
    match = _RANGE.fullmatch(clean)
    if match:
        letters = range(ord(match["first"]), ord(match["last"]) + 1)
        names = tuple(f"{chr(letter)}{match['suffix']}" for letter in letters)
    else:
        names = (clean,)
    unknown = [name for name in names if name not in columns]
    if unknown or not names:
        raise AddressError(f"no such column in the form: {text!r}")
    return names


def expand_rows(text: str, rows: tuple[str, ...]) -> tuple[str, ...]:
    """Rows named by ``1.1`` or by a range of main rows with their sub-rows, ``1-4``.

    Raises:
        AddressError: A row of the range does not exist in the form.
    """
    clean = normalise(text)
    match = re.fullmatch(r"(\d+)-(\d+)", clean)
    if not match:
        if clean not in rows:
            raise AddressError(f"no such row in the form: {text!r}")
        return (clean,)
    main = {str(number) for number in range(int(match[1]), int(match[2]) + 1)}
    if not main or not main <= set(rows):
        raise AddressError(f"no such rows in the form: {text!r}")
    return tuple(row for row in rows if row.split(".")[0] in main)
