"""What is asked of a file's rows together: rules of level L3, keys that occur twice, three points.

A rule with window functions is asked of the rows that its ``among`` chooses, where they stand. A
rule with subqueries reads a copy of the few columns it speaks of, because a registered table joined
with itself fails in DuckDB 1.5 where a filter is pushed into its scan. Nothing here may compare
every row with every other: a file may hold a million rows that agree in all but their key.
"""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pyarrow as pa

from expectations.cell_sql import literal
from expectations.identifiers import define_identifiers
from expectations.rule import Rule, spoken_of
from expectations.typed_file import TypedFile

# A value that differs from the first one of its part.
_FIRST = re.compile(
    r"first_value\((\w+) ignore nulls\)\s+over\s*\(\s*partition by (?P<key>.+?)\s+order by _row\s*\)"
    r"\s*<>\s*\1",
    re.DOTALL,
)
_SLOTS = np.uint64(1 << 20)  # a hash with another's slot is only compared once more


def find_register_offences(file: TypedFile, rules: list[Rule]) -> int:
    """Findings of the rules over the file as a whole; their number."""
    if not rules:
        return 0
    define_identifiers(file.con, " ".join(map(_sql, rules)))
    looking_up = [r for r in rules if re.search(r"\btyped\b", _sql(r))]
    found = sum(_compare(file, r) for r in rules if r not in looking_up)
    if looking_up:
        columns = ", ".join(_columns(file, looking_up))
        file.con.execute(
            f"create or replace temp table register_rows as select {columns} from typed"
        )
        found += sum(_look_up(file, rule) for rule in looking_up)
        file.con.execute("drop table register_rows")
    return found


def _compare(file: TypedFile, rule: Rule) -> int:
    """Rows beside each other. A row with a failed cell that the rule uses takes no part."""
    chosen = _chosen(file, rule, "typed")
    if (first := _FIRST.fullmatch(str(rule.violation).strip())) and not file.has_failed:
        # A row that is alone in its part is the first one; few are not.
        alike = _rows_alike(file, first["key"], f"{chosen} as t")
        if alike.num_rows == 0:
            return 0
        clean = pa.array(np.zeros(alike.num_rows, np.int64))
        file.con.register("alike", alike.append_column("_bad", clean))
        chosen = _chosen(file, rule, "alike")
    return file.insert(rule, f"{chosen} as t", _filter(rule))


def _look_up(file: TypedFile, rule: Rule) -> int:
    """Rows against those of the whole file, as ``typed``."""
    source = _chosen(file, rule, "register_rows")
    # Not materialized: every mention would otherwise share one copy of the whole file.
    head = f"with typed as not materialized (select * from {source})"
    return file.insert(rule, "typed as t", _filter(rule, file.is_sound(rule)), head=head)


def _chosen(file: TypedFile, rule: Rule, relation: str) -> str:
    """The rows that the rule compares; all of them where it does not say."""
    columns = "*" if relation == "register_rows" else ", ".join(_columns(file, [rule]))
    among = f"where {file.is_sound(rule)} and ({rule.among})" if rule.among else ""
    return f"(select *, {file.dates} from (select {columns} from {relation}) {among})"


def _filter(rule: Rule, also: str = "true") -> str:
    kind = "qualify" if rule.has_window else "where"
    return f"{kind} {also} and ({rule.violation})"


def _columns(file: TypedFile, rules: list[Rule]) -> list[str]:
    """What the rules speak of and the key, empty where a cell failed."""
    names = spoken_of(
        tuple(c.name for c in file.contract.columns),
        " ".join([*file.contract.key, *map(_sql, rules)]),
    )
    return ["_row", "_bad", *map(file.unless_failed, names)]


def _sql(rule: Rule) -> str:
    parts = (rule.among, rule.violation, rule.expected, rule.difference, *rule.fields)
    return " ".join(part for part in parts if part)


def find_duplicates(file: TypedFile) -> int:
    """Every row whose key occurs more than once; rows with a failed key are left out.

    The few rows that can be meant are compared by their keys.
    """
    key = ", ".join(file.contract.key)
    is_sound = f"(_bad & {file.bits(file.contract.key)}) = 0"
    twins = _rows_alike(file, key, f"typed where {is_sound}")
    if twins.num_rows == 0:
        return 0
    file.con.register("twins", twins.select(["_row", *file.contract.key]))
    first = file.contract.key[0]
    joined = " and ".join(f"t.{n} is not distinct from d.{n}" for n in file.contract.key)
    count: int = file.con.execute(
        f"""
        insert into findings
        select
            'JT-KEY-0001', t._row, {file.cell(first, "t._row")}, {literal(first)},
            {file.key_text("t.")}, {file.key_text("t.")}, cast(d.n as varchar), null
        from twins as t
        join (
            select {key}, count(*) as n from twins group by {key} having count(*) > 1
        ) as d on {joined}
        """
    ).fetchall()[0][0]
    file.con.unregister("twins")
    return count


def _rows_alike(file: TypedFile, key: str, source: str) -> pa.Table:
    """Rows of a source in which a key may occur more than once, among them all in which it does.

    Args:
        file: The file.
        key: Expressions that make up the key.
        source: A relation with ``_row``, and which of its rows.
    """
    hashed: Any = file.con.execute(f"select _row, hash({key}) as h from {source}").to_arrow_table()
    hashes = hashed.column("h").to_numpy()
    ordered = np.sort(hashes)
    twins = ordered[1:][ordered[1:] == ordered[:-1]]
    is_meant = np.zeros(_SLOTS, np.bool_)
    is_meant[twins % _SLOTS] = True
    numbers = hashed.column("_row").to_numpy()[is_meant[hashes % _SLOTS]]
    return file.rows.take(np.searchsorted(file.rows.column("_row").to_numpy(), np.sort(numbers)))


def find_missing_points(file: TypedFile) -> int:
    """Three points a month per organisation; silent where a date already has a finding."""
    owner, date = str(file.contract.owner_column), str(file.contract.date_column)
    count: int = file.con.execute(
        f"""
        insert into findings
        select
            'JT-DEPO-0002', g.first_row, {file.cell(date, "g.first_row")},
            {literal(date)}, g.{owner}, cast(g.points as varchar), '3', null
        from (
            select
                {owner}, min(_row) as first_row, count(distinct {date}) as points,
                bool_or((_bad & {file.bits([owner, date])}) <> 0) as is_doubtful
            from typed
            group by {owner}
        ) as g
        where g.points <> 3
            and not g.is_doubtful
            and not exists (
                select 1
                from findings as f
                join typed as t on t._row = f.row_no
                where t.{owner} = g.{owner}
                    and (f."column" = {literal(date)} or f.code = 'JT-KEY-0001')
            )
        """
    ).fetchall()[0][0]
    return count
