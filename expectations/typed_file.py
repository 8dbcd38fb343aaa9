"""One file's typed rows as its rules see them, and the table of what they find.

The rows stand on the connection as ``typed``: ``_row``, a column per column of the ledger, and
``_bad`` with one bit per column whose cell failed. Findings stand in the temp table ``findings``.
Here belongs writing a rule's findings; which rules are asked of which rows belongs to the callers.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import duckdb
import pyarrow as pa

from expectations.cell_sql import literal
from expectations.contract import Contract
from expectations.rule import Rule

PIECE = 122_880  # rows that DuckDB scans at a time

EMPTY_FINDINGS = """
create or replace temp table findings (
    code varchar, row_no bigint, cell varchar, "column" varchar, key varchar,
    value varchar, expected varchar, difference varchar
)
"""


@dataclass(frozen=True)
class TypedFile:
    """A file whose cells are typed.

    Attributes:
        con: Connection with ``typed`` and ``findings``.
        rows: The typed rows without ``_bad``, in the order of the file.
        contract: The ledger.
        letters: Spreadsheet letter per column of the ledger that the file has.
        start: First day of the period.
        end: Last day of the period.
        has_failed: Whether any cell failed; if not, ``_bad`` is 0 everywhere.
    """

    con: duckdb.DuckDBPyConnection
    rows: pa.Table
    contract: Contract
    letters: Mapping[str, str]
    start: dt.date
    end: dt.date
    has_failed: bool

    @property
    def dates(self) -> str:
        """The period as columns."""
        return f"date '{self.start}' as period_start, date '{self.end}' as period_end"

    def bits(self, columns: Iterable[str]) -> int:
        """The bits of columns in ``_bad``."""
        places = {c.name: i for i, c in enumerate(self.contract.columns)}
        return sum(1 << places[name] for name in columns)

    def unless_failed(self, column: str) -> str:
        """A column that is NULL where its cell failed, so that no other row is held to it."""
        if not self.has_failed:
            return column
        return f"case when _bad & {self.bits([column])} = 0 then {column} end as {column}"

    def offends(self, rule: Rule) -> str:
        """True for a row that breaks the rule and whose cells the rule may rely on.

        NULL is no offence. It is left to ``where``, which asks what stands behind an ``and`` only
        of the rows that are left.
        """
        return (
            f"({self.is_sound(rule)} and ({rule.violation}))"
            if self.has_failed
            else f"({rule.violation})"
        )

    def is_sound(self, rule: Rule) -> str:
        """True for a row in which no cell failed that the rule uses."""
        return f"(_bad & {self.bits(rule.fields)}) = 0"

    def cell(self, column: str, row: str = "_row") -> str:
        """The spreadsheet address of a cell; NULL where the file lacks the column."""
        letter = self.letters.get(column)
        return "cast(null as varchar)" if letter is None else f"{literal(letter)} || {row}"

    def key_text(self, prefix: str = "") -> str:
        """The key of a row as text."""
        parts = [f"cast({prefix}{name} as varchar)" for name in self.contract.key]
        return f"concat_ws('|', {', '.join(parts)})"

    def insert(self, rule: Rule, rows: str, test: str, *, head: str = "") -> int:
        """One finding per row that offends.

        Args:
            rule: The rule.
            rows: A relation or subquery with an alias.
            test: ``where`` or ``qualify`` and what is true for an offending row.
            head: A CTE that the rule reads.

        Returns:
            The number of findings.
        """
        column = rule.fields[0]
        expected = f"cast({rule.expected} as varchar)" if rule.expected else "null"
        difference = f"cast({rule.difference} as varchar)" if rule.difference else "null"
        what = f"{self.key_text()}, cast({column} as varchar)"
        if rule.is_personal:
            what = "null, null"
        count: int = self.con.execute(
            f"""
            insert into findings
            {head}
            select
                {literal(rule.code)}, _row, {self.cell(column)}, {literal(column)},
                {what}, {expected}, {difference}
            from {rows}
            {test}
            """
        ).fetchall()[0][0]
        return count


def in_pieces(table: pa.Table) -> pa.Table:
    """The same rows in pieces: DuckDB scans as many pieces at a time as it has threads."""
    return pa.Table.from_batches(table.to_batches(max_chunksize=PIECE), schema=table.schema)
