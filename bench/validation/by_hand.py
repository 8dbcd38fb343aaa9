"""The floor of judging one file: plain DuckDB, as a good engineer would write it for this ledger.

It reads the file once and keeps, per row, its key and whether anything is wrong with it; the cells
of a faulty row only. Then it takes those few apart. The same cells, rules and key as Jingtian's
judge are checked; it knows one ledger, one branch and one month, has no registry and no texts.

Run as ``python -m bench.validation.by_hand FILE OUT``: the whole errand in a process of its own,
with all rules of the ledger, also those over the file as a whole; the findings are written as JSON.
"""

from __future__ import annotations

import sys
from pathlib import Path

import duckdb

from bench.floor import BLANKS, cell_faults, text_faults, typed
from bench.floor_ledgers import LEDGERS
from bench.validation.terms import EMPTY_RULE, KEY_RULE, ORG, RULES

LEDGER = LEDGERS["loan_account"]
CONTESTED = tuple(rule for rule in LEDGER.rules if rule[0] in RULES)
MONTH = f"date '2025-12-01' as period_start, date '2025-12-31' as period_end, '{ORG}' as _org"
TEXTS = ", ".join(f"r_{c.name}" for c in LEDGER.columns if c.kind in ("id", "text"))
IDS = ", ".join(f"r_{c.name}" for c in LEDGER.columns if c.kind == "id")
VALUES = ", ".join(f"{typed(c, f'r_{c.name}')} as {c.name}" for c in LEDGER.columns)
# What the rules over the file compare, kept of every row.
COMPARED = (
    "r_contract_no as contract_no, r_customer_id as customer_id, r_prev_loan_id as prev_loan_id, "
    "disbursement_kind_code in ('renewal_without_repayment', 'refinance') as is_continued, "
    "balance > 0 as is_owed,"
)
# One look at all texts of a row: control characters, error values and blanks around a cell.
SUSPICIOUS = (
    f"regexp_matches(concat_ws('|', '', {TEXTS}, ''), "
    r"'[\x01-\x1f\x7f#]|[\s　\x{a0}\x{feff}]\||\|[\s　\x{a0}\x{feff}]') "
    f"or strlen(concat({IDS})) <> length(concat({IDS}))"
)


def read(path: Path) -> duckdb.DuckDBPyConnection:
    """The file's cells as text, as table ``read``; all columns."""
    con = duckdb.connect(config={"threads": 2})
    con.execute(f"create temp table read as select * from {csv(path)}")
    return con


def judge(con: duckdb.DuckDBPyConnection) -> set[tuple[int, str]]:
    """Type the cells and check the rules: pairs of spreadsheet row and rule."""
    look_through(con, "read", CONTESTED)
    take_apart(con, CONTESTED)
    rows = con.execute("select row_no, code from findings").fetchall()
    return {(row_no, EMPTY_RULE if code == "cell" else code) for row_no, code in rows}


def look_through(
    con: duckdb.DuckDBPyConnection,
    cells: str,
    rules: tuple[tuple[str, str, str], ...],
    also: str = "",
) -> None:
    """First step: ``looked``, a row per row, with the cells of those that are not in order.

    Its rows keep the order of the file, so that their ``rowid`` numbers them; a window would number
    them one by one. DuckDB keeps no order where it makes a join of a long list after ``in``: hence a
    join is refused.

    Args:
        con: The connection.
        cells: A relation with the raw cells ``r_…`` in the order of the file.
        rules: Code, column and violation of the row rules.
        also: Further columns that are kept of every row.
    """
    faults = [test for c in LEDGER.columns for test in cell_faults(c)]
    faults += [f"coalesce({violation}, false)" for _, _, violation in rules]
    raw = ", ".join(f"r_{c.name} := r_{c.name}" for c in LEDGER.columns)
    looked = f"""
        create or replace temp table looked as
        select
            {also} r_loan_id as loan_id,
            case when {SUSPICIOUS} or coalesce({" or ".join(faults)}, false)
                then struct_pack({raw}) end as cells
        from (select *, {VALUES}, {MONTH} from {cells})
        """
    if "JOIN" in con.execute(f"explain {looked}").fetchall()[0][1]:
        raise SystemExit("DuckDB would join, and the rows lose their order")
    con.execute(looked)


def take_apart(con: duckdb.DuckDBPyConnection, rules: tuple[tuple[str, str, str], ...]) -> None:
    """Second step: ``findings`` (row_no, code, col, cell), one per offence."""
    trimmed = ", ".join(
        f"nullif(trim(cells.r_{c.name}, {BLANKS}), '') as r_{c.name}" for c in LEDGER.columns
    )
    con.execute(
        f"""
        create or replace temp table faulty as
        select *, {VALUES}, {MONTH}
        from (select rowid + 2 as row_no, {trimmed} from looked where cells is not null)
        """
    )
    tests = [
        ("cell", c.name, " or ".join(tests))
        for c in LEDGER.columns
        if (tests := cell_faults(c) + (text_faults(c) if c.kind in ("id", "text") else []))
    ]
    found = [
        f"select row_no, '{code}' as code, '{column}' as col, r_{column} as cell "
        f"from faulty where {test}"
        for code, column, test in [*tests, *rules]
    ]
    # A key with blanks around it is the key without them: only suspicious rows can have any.
    con.execute(
        f"""
        create or replace temp table findings as
        {" union all ".join(found)}
        union all
        select rowid + 2, '{KEY_RULE}', 'loan_id', loan_id
        from looked
        where loan_id in (
            select key
            from (select coalesce(trim(cells.r_loan_id, {BLANKS}), loan_id) as key from looked)
            group by key having count(*) > 1
        )
        """
    )


def compare(con: duckdb.DuckDBPyConnection) -> None:
    """Third step, of the whole errand only: the rules over the file, added to ``findings``."""
    con.execute(
        """
        create or replace temp view loan as
        select
            rowid + 2 as row_no, loan_id, contract_no, customer_id, prev_loan_id, is_continued, is_owed
        from looked
        where cells is null
        union all
        select
            row_no, r_loan_id, r_contract_no, r_customer_id, r_prev_loan_id,
            disbursement_kind_code in ('renewal_without_repayment', 'refinance'), balance > 0
        from faulty
        """
    )
    con.execute(
        """
        insert into findings
        select row_no, 'JT-LOAN-0101', 'contract_no', contract_no
        from loan
        where contract_no is not null
        qualify first_value(customer_id ignore nulls) over (partition by contract_no order by row_no)
            <> customer_id
        union all
        select row_no, 'JT-LOAN-0102', 'prev_loan_id', prev_loan_id
        from loan
        where prev_loan_id is not null
        qualify first_value(loan_id ignore nulls) over (partition by prev_loan_id order by row_no)
            <> loan_id
        union all
        select row_no, 'JT-LOAN-0103', 'prev_loan_id', prev_loan_id
        from loan
        where is_continued and prev_loan_id <> loan_id
            and prev_loan_id in (select loan_id from loan where is_owed)
        """
    )


def csv(path: Path) -> str:
    """A CSV file of the ledger with its cells as text."""
    cells = ", ".join(f'"{c.title_zh}" as r_{c.name}' for c in LEDGER.columns)
    return (
        f"(select {cells} from read_csv('{path}', header = true, all_varchar = true, "
        "delim = ',', quote = '\"', escape = '\"', nullstr = '', max_line_size = 4000000))"
    )


def main() -> None:
    """Judge one file."""
    path, out = Path(sys.argv[1]), Path(sys.argv[2])
    con = duckdb.connect(config={"threads": 2})
    con.execute((Path(__file__).parents[1] / "floor_macros.sql").read_text(encoding="utf-8"))
    look_through(con, csv(path), LEDGER.rules, COMPARED)
    take_apart(con, LEDGER.rules)
    compare(con)
    con.execute(f"copy (select * from findings order by row_no, col) to '{out}' (array true)")


if __name__ == "__main__":
    main()
