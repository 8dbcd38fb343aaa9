"""What is asked of each of a file's rows alone: rules of level L2, in one scan.

The scan only says which rows break any rule; these few are then taken apart. What the rows together
are asked belongs to ``register_rules.py``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from expectations.identifiers import define_identifiers
from expectations.rule import Rule, spoken_of
from expectations.screen import Screen
from expectations.typed_file import TypedFile, in_pieces


def find_row_offences(
    file: TypedFile,
    rules: list[Rule],
    rules_of_any: list[Rule],
    bad: Any,
    sender: str,
    screen: Screen | None,
) -> int:
    """Findings of the rules of one row each.

    Args:
        file: The file; its rows stand on the connection as ``typed``.
        rules: The rules, with the submitting organisation written into them.
        rules_of_any: The same rules, in the same order, with ``SENDER`` in its place.
        bad: ``_bad`` of the rows; None when no cell failed.
        sender: The submitting organisation.
        screen: Rules planned before; None where every file is planned by itself.

    Returns:
        Their number.
    """
    if not rules:
        return 0
    tests = [file.offends(rule) for rule in rules]
    define_identifiers(file.con, " ".join(tests))
    chosen = _suspects(file, tests, rules_of_any, bad)
    if len(chosen) == 0:
        return 0
    suspects = file.rows.take(chosen)
    found: Sequence[bool] | None = None
    if screen is not None and bad is None:
        found = screen.broken(suspects, file.contract, rules_of_any, sender, file.start, file.end)
    if bad is not None:
        suspects = suspects.append_column("_bad", pa.array(bad).take(chosen))
    file.con.register("suspect_rows", suspects)
    file.con.execute(
        f"create or replace temp table suspects as select *, {file.dates} from suspect_rows"
    )
    file.con.unregister("suspect_rows")
    if found is None:
        flags = ", ".join(f"bool_or({test})" for test in tests)
        found = file.con.execute(f"select {flags} from suspects").fetchall()[0]
    broken = [(r, t) for r, t, is_found in zip(rules, tests, found, strict=True) if is_found]
    return sum(file.insert(rule, "suspects", f"where {test}") for rule, test in broken)


def _suspects(file: TypedFile, tests: list[str], rules_of_any: list[Rule], bad: Any) -> Any:
    """Places of the rows that break any rule, in order; only the columns that the rules speak of
    are scanned."""
    words = " ".join(str(rule.violation) for rule in rules_of_any)
    asked = file.rows.select(list(spoken_of(tuple(file.rows.column_names), words)))
    if bad is not None:
        asked = asked.append_column("_bad", pa.array(bad))
    place = pa.array(np.arange(file.rows.num_rows))
    file.con.register("spoken_of", in_pieces(asked.append_column("_place", place)))
    places: Any = file.con.execute(
        f"select _place from (select *, {file.dates} from spoken_of) where {' or '.join(tests)}"
    ).to_arrow_table()
    file.con.unregister("spoken_of")
    return places.column("_place").combine_chunks().sort()
