"""The difference of two files: counts against a plain comparison, totals to the cent, masking."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import duckdb
import pyarrow as pa
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from expectations.contract import Contract, load_contracts
from expectations.findings import MASKED
from pipelines.landing.difference import ADDED, CHANGED, REMOVED, Difference, compare
from pipelines.paths import LEDGERS_DIR

CONTRACTS = load_contracts(LEDGERS_DIR)
GL, CUSTOMER = CONTRACTS["gl_balance"], CONTRACTS["customer"]
_CON = duckdb.connect()


def _table(contract: Contract, rows: list[dict[str, object]]) -> pa.Table:
    types = {"VARCHAR": pa.string(), "DATE": pa.date32(), "BIGINT": pa.int64(),
             "BOOLEAN": pa.bool_(), "DECIMAL(18,2)": pa.decimal128(18, 2),
             "DECIMAL(18,9)": pa.decimal128(18, 9)}  # fmt: skip
    fields = [pa.field(c.name, types[c.sql_type]) for c in contract.columns]
    schema = pa.schema([*fields, pa.field("_row", pa.int64())])
    numbered = [{**row, "_row": n} for n, row in enumerate(rows, start=2)]
    return pa.Table.from_pylist(numbered, schema=schema)


def _compare(
    contract: Contract, old: list[dict[str, object]], new: list[dict[str, object]], limit: int = 20
) -> Difference:
    _CON.register("old_file", _table(contract, old))
    _CON.register("new_file", _table(contract, new))
    return compare(_CON, contract, "old_file", "new_file", before_load="a", examples=limit)


def _gl(subject: str, balance: str, name: str = "贷款") -> dict[str, object]:
    return {
        "branch_id": "1001",
        "subject_code": subject,
        "subject_name": name,
        "data_date": dt.date(2025, 12, 31),
        "currency_code": "CNY",
        "closing_balance": Decimal(balance),
    }


def test_rows_added_removed_and_changed_are_counted_and_shown() -> None:
    old = [_gl("1", "10.00"), _gl("2", "20.00"), _gl("3", "30.00")]
    new = [_gl("1", "10.01"), _gl("3", "30.00", "存款"), _gl("4", "0.99")]
    d = _compare(GL, old, new)
    assert (d.rows_before, d.rows_after, d.added, d.removed, d.changed) == (3, 3, 1, 1, 2)
    assert d.columns == {"closing_balance": 1, "subject_name": 1}
    assert d.totals == {"closing_balance": (Decimal("60.00"), Decimal("41.00"), Decimal("-19.00"))}
    kinds = [(x.kind, dict(x.key)["subject_code"], x.row_before, x.row_after) for x in d.examples]
    assert kinds == [(CHANGED, "1", 2, 2), (CHANGED, "3", 4, 3), (ADDED, "4", None, 4),
                     (REMOVED, "2", 3, None)]  # fmt: skip
    assert d.examples[0].cells == (("closing_balance", "10.00", "10.01"),)


def test_same_rows_in_another_order_are_no_difference() -> None:
    rows = [_gl(str(n), "1.00") for n in range(50)]
    d = _compare(GL, rows, rows[::-1])
    assert d.is_empty
    assert (d.added, d.removed, d.changed, d.columns, d.examples) == (0, 0, 0, {}, ())


def test_counts_are_never_cut_when_examples_are() -> None:
    old = [_gl(str(n), "1.00") for n in range(100)]
    new = [_gl(str(n), "2.00") for n in range(100)]
    d = _compare(GL, old, new, limit=3)
    assert (d.changed, len(d.examples)) == (100, 3)
    assert d.totals["closing_balance"][2] == Decimal("100.00")


def test_totals_keep_every_cent_of_numbers_no_double_holds() -> None:
    old = [_gl("1", "9999999999999999.99"), _gl("2", "0.01")]
    new = [_gl("1", "9999999999999999.98"), _gl("2", "0.01")]
    was, now, change = _compare(GL, old, new).totals["closing_balance"]
    assert (str(was), str(now), str(change)) == (
        "10000000000000000.00",
        "9999999999999999.99",
        "-0.01",
    )


def test_empty_cell_that_was_filled_is_a_change() -> None:
    old, new = [_gl("1", "1.00")], [{**_gl("1", "1.00"), "subject_name": None}]
    d = _compare(GL, old, new)
    assert d.columns == {"subject_name": 1}
    assert d.examples[0].cells == (("subject_name", "贷款", ""),)


def test_personal_values_are_masked_and_their_change_is_counted() -> None:
    old: list[dict[str, object]] = [
        {"customer_id": "C1", "customer_name": "欧阳示例", "id_no": "11010519491231002X"}
    ]
    new = [{**old[0], "customer_name": "司马示例"}]
    d = _compare(CUSTOMER, old, new)
    assert d.columns == {"customer_name": 1}
    assert d.examples[0].cells == (("customer_name", MASKED, MASKED),)
    text = str(d.as_dict())
    assert "示例" not in text and "1949" not in text


def test_summary_holds_no_cell_value() -> None:
    d = _compare(GL, [_gl("1", "1.00", "秘密甲")], [_gl("1", "1.00", "秘密乙")])
    assert d.changed == 1
    assert "秘密" not in str(d.summary())


def test_key_that_occurs_twice_under_a_waiver_is_compared_in_file_order() -> None:
    old = [_gl("1", "1.00"), _gl("1", "2.00")]
    new = [_gl("1", "1.00"), _gl("1", "5.00"), _gl("1", "7.00")]
    d = _compare(GL, old, new)
    assert (d.added, d.removed, d.changed) == (1, 0, 1)


def test_column_that_the_old_file_did_not_have_counts_as_empty() -> None:
    _CON.register("old_file", _table(GL, [_gl("1", "1.00")]).drop_columns(["subject_name"]))
    _CON.register("new_file", _table(GL, [_gl("1", "1.00")]))
    d = compare(_CON, GL, "old_file", "new_file", before_load="a")
    assert d.columns == {"subject_name": 1}


_cents = st.integers(-(10**6), 10**6).map(lambda n: Decimal(n) / 100)
_files = st.dictionaries(st.sampled_from([str(n) for n in range(12)]), _cents, max_size=12)


@hypothesis_settings(max_examples=20, deadline=None)
@given(_files, _files)
def test_counts_are_those_of_a_plain_comparison(
    old: dict[str, Decimal], new: dict[str, Decimal]
) -> None:
    d = _compare(
        GL,
        [_gl(k, str(v)) for k, v in old.items()],
        [_gl(k, str(v)) for k, v in new.items()],
    )
    both = old.keys() & new.keys()
    assert d.added == len(new.keys() - old.keys())
    assert d.removed == len(old.keys() - new.keys())
    assert d.changed == sum(old[k] != new[k] for k in both)
    was, now, change = d.totals["closing_balance"]
    assert (was, now, change) == (
        sum(old.values()), sum(new.values()), sum(new.values()) - sum(old.values())
    )  # fmt: skip
