"""Asking a small file all its rules at once: may anything offend?

A file of a few hundred rows costs less to read than its rules cost to plan. Many such files follow
each other in one delivery, and nearly all of them are in order. Here the rules of a ledger are
planned once and asked of every file of it; a file that may offend is then judged rule by rule as
any other. Here belongs that question alone: what a finding says is not decided here.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import duckdb
import pyarrow as pa

from expectations.cell_sql import literal
from expectations.contract import Contract
from expectations.database import open_database
from expectations.identifiers import define_identifiers
from expectations.rule import Rule, spoken_of

SENDER = "sending_org"  # the submitting organisation, as a column beside the period

_MOST_ROWS = 5_000  # beyond, the rows cost more than the plan
_CONFIG = {
    "threads": 1,
    "autoinstall_known_extensions": False,  # no way to the network
    "autoload_known_extensions": False,
}
# A plan outlives the rows that it was made for: it may rely on nothing that they have in common.
_SETTINGS = "set disabled_optimizers = 'statistics_propagation,compressed_materialization'"


@dataclass(frozen=True)
class Suspicion:
    """What may offend in a file.

    Attributes:
        rows: Some row may break a rule of its own.
        keys: Some key may occur twice.
        points: Some organisation may not have its three points.
        rules: Codes of the rules over the file that may be broken.
    """

    rows: bool
    keys: bool
    points: bool
    rules: frozenset[str]

    @property
    def is_any(self) -> bool:
        """Whether anything at all may offend."""
        return self.rows or self.keys or self.points or bool(self.rules)


@dataclass(frozen=True)
class _Question:
    """A planned question; ``columns`` are what it reads."""

    name: str
    columns: list[str]


@dataclass
class Screen:
    """The questions of one run, on a database of their own."""

    _questions: dict[tuple[object, ...], _Question] = field(default_factory=dict)
    _con: duckdb.DuckDBPyConnection | None = None

    def ask(
        self,
        rows: pa.Table,
        contract: Contract,
        row_rules: Sequence[Rule],
        file_rules: Sequence[Rule],
        sender: str,
        start: dt.date,
        end: dt.date,
    ) -> Suspicion | None:
        """What may offend in a file none of whose cells failed.

        Args:
            rows: The typed rows, with ``_row`` and without ``_bad``.
            contract: The ledger.
            row_rules: Rules of one row each; they may name ``SENDER`` and the period.
            file_rules: Rules over the file as a whole.
            sender: The submitting organisation.
            start: First day of the period.
            end: Last day of the period.

        Returns:
            None where the question does not pay or cannot be answered: then every rule is asked.
        """
        answer = self._answer(
            rows,
            contract,
            [*row_rules, *file_rules],
            lambda table: _sql(table, contract, row_rules, file_rules),
            sender,
            start,
            end,
        )
        if answer is None:
            return None
        in_rows, in_keys, in_points, *in_file = answer
        suspected = (r.code for r, is_found in zip(file_rules, in_file, strict=True) if is_found)
        return Suspicion(bool(in_rows), bool(in_keys), bool(in_points), frozenset(suspected))

    def broken(
        self,
        rows: pa.Table,
        contract: Contract,
        row_rules: Sequence[Rule],
        sender: str,
        start: dt.date,
        end: dt.date,
    ) -> list[bool] | None:
        """Which rules of one row each are broken by any of the rows.

        Arguments and None as in :meth:`ask`; one flag per rule.
        """
        flags = ", ".join(f"coalesce(bool_or({_offence(rule)}), false)" for rule in row_rules)
        answer = self._answer(
            rows,
            contract,
            row_rules,
            lambda table: f"select {flags} from {table}",
            sender,
            start,
            end,
        )
        return None if answer is None else list(answer)

    def _answer(
        self,
        rows: pa.Table,
        contract: Contract,
        rules: Sequence[Rule],
        sql: Callable[[str], str],
        sender: str,
        start: dt.date,
        end: dt.date,
    ) -> tuple[Any, ...] | None:
        """The one row that ``sql`` gives for a table of the rows; None as in :meth:`ask`."""
        if not 0 < rows.num_rows <= _MOST_ROWS:
            return None
        if self._con is None:
            self._con = open_database(config=_CONFIG)
            self._con.execute(_SETTINGS)
        con = self._con
        key = (contract.name, contract.version, sql("typed"))
        question = self._questions.get(key)
        try:
            is_new = question is None
            if question is None:
                texts = [t for r in rules for t in (r.among, r.violation) if t]
                question = self._make_table(con, rows, contract, " ".join(texts))
            con.register("incoming", rows.select(question.columns))
            con.execute("begin")
            try:
                names = ", ".join(question.columns)
                con.execute(
                    f"insert into {question.name} select {names}, 0, date '{start}', "
                    f"date '{end}', {literal(sender)} from incoming"
                )
                if is_new:
                    con.execute(f"prepare ask_{question.name} as {sql(question.name)}")
                    self._questions[key] = question
                found = con.execute(f"execute ask_{question.name}").fetchall()
            finally:
                con.execute("rollback")
        except duckdb.Error:
            return None  # the rules, asked one by one, say what is wrong
        answer: tuple[Any, ...] = found[0]
        return answer

    def _make_table(
        self, con: duckdb.DuckDBPyConnection, rows: pa.Table, contract: Contract, predicates: str
    ) -> _Question:
        """An empty table of the columns that the predicates and the contract speak of."""
        define_identifiers(con, predicates)
        known = {*contract.key, contract.owner_column, contract.date_column}
        names = tuple(c.name for c in contract.columns)
        columns = [n for n in names if n in known or n in spoken_of(names, predicates)]
        question = _Question(f"{contract.name}_{len(self._questions)}", ["_row", *columns])
        con.register("incoming", rows.select(question.columns))
        con.execute(
            f"create or replace table {question.name} as "
            f"select {', '.join(question.columns)}, cast(0 as bigint) as _bad, "
            "cast(null as date) as period_start, cast(null as date) as period_end, "
            f"cast(null as varchar) as {SENDER} from incoming limit 0"
        )
        return question


def _sql(
    table: str, contract: Contract, row_rules: Sequence[Rule], file_rules: Sequence[Rule]
) -> str:
    """The question: one flag each for the rows, the keys, the points and every rule of the file."""
    tests = " or ".join(_offence(rule) for rule in row_rules) or "false"
    key = ", ".join(contract.key)
    flags = [
        f"exists (select 1 from typed where {tests})",
        f"exists (select 1 from typed group by {key} having count(*) > 1)",
    ]
    if contract.kind == "ten_day":
        flags.append(
            f"exists (select 1 from typed group by {contract.owner_column} "
            f"having count(distinct {contract.date_column}) <> 3)"
        )
    else:
        flags.append("false")
    for rule in file_rules:
        among = f"where {rule.among}" if rule.among else ""
        kind = "qualify" if rule.has_window else "where"
        flags.append(
            f"exists (select 1 from (select * from typed {among}) as t {kind} {_offence(rule)})"
        )
    return f"with typed as not materialized (select * from {table}) select {', '.join(flags)}"


def _offence(rule: Rule) -> str:
    return f"({rule.violation})"
