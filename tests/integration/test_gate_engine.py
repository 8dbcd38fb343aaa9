"""Great Expectations on DuckDB: every kind of expectation decides, and whatever cannot run fails."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from expectations.decision import Decision
from expectations.runner import judge_slice
from expectations.suite import Suite, SuiteExpectation

MONEY = pa.decimal128(18, 2)
SCHEMA = pa.schema([("org_id", pa.string()), ("kind", pa.string()), ("amount", MONEY)])
ROWS = [
    {"org_id": "1001", "kind": "a", "amount": Decimal("0.10")},
    {"org_id": "1002", "kind": "b", "amount": Decimal("0.20")},
    {"org_id": "1003", "kind": "a", "amount": Decimal("9007199254740993.01")},
]


def _item(
    kind: str,
    *,
    code: str = "JT-TEST-0001",
    table: str = "figure",
    severity: str = "block",
    columns: tuple[str, ...] = (),
    values: tuple[str | int, ...] = (),
    query: str | None = None,
) -> SuiteExpectation:
    return SuiteExpectation(code, table, kind, severity, columns, values, query, "题", "title", "-")


def _judge(folder: Path, rows: list[dict] | None, *items: SuiteExpectation, **options) -> Decision:
    tables: dict[str, Path] = {}
    if rows is not None:
        tables["figure"] = folder / "figure.parquet"
        pq.write_table(pa.Table.from_pylist(rows, schema=SCHEMA), tables["figure"])
    suite = Suite("test", "题", "title", items, "digest")
    return judge_slice(suite, gate="test", period="2025-12", tables=tables, hashes={}, **options)


NULL_ORG = [*ROWS, {"org_id": None, "kind": "a", "amount": Decimal(1)}]
SAME_ORG = [*ROWS, ROWS[0]]
PASSING = [
    _item("not_empty"),
    _item("unique", columns=("org_id",)),
    _item("unique", columns=("org_id", "kind")),
    _item("not_null", columns=("org_id",)),
    _item("in_set", columns=("kind",), values=("a", "b")),
    _item("no_rows", query="select org_id from {batch} where amount < 0"),
]
FAILING = [
    (_item("not_empty"), []),
    (_item("unique", columns=("org_id",)), SAME_ORG),
    (_item("unique", columns=("org_id", "kind")), SAME_ORG),
    (_item("not_null", columns=("org_id",)), NULL_ORG),
    (_item("in_set", columns=("kind",), values=("a", "c")), ROWS),
    (_item("no_rows", query="select org_id from {batch} where amount > 1"), ROWS),
]


@pytest.mark.parametrize("item", PASSING, ids=lambda i: f"{i.kind}{len(i.columns) or ''}")
def test_expectation_passes_on_good_rows(item: SuiteExpectation, tmp_path: Path) -> None:
    decision = _judge(tmp_path, ROWS, item)
    assert decision.status == "passed", decision.results
    assert [r["outcome"] for r in decision.results] == ["passed"]
    assert decision.counts == {"block": 0, "explain": 0, "warn": 0}


@pytest.mark.parametrize(("item", "rows"), FAILING, ids=lambda v: getattr(v, "kind", "rows"))
def test_expectation_fails_on_bad_rows(
    item: SuiteExpectation, rows: list[dict], tmp_path: Path
) -> None:
    decision = _judge(tmp_path, rows, item)
    assert decision.status == "failed"
    assert [r["outcome"] for r in decision.results] == ["failed"]
    assert "error" not in decision.results[0]
    assert decision.counts["block"] == 1


def test_all_kinds_run_in_one_suite_and_each_has_its_own_outcome(tmp_path: Path) -> None:
    items = [
        _item("not_empty", code="JT-TEST-0001"),
        _item("unique", code="JT-TEST-0002", columns=("org_id",)),
        _item("no_rows", code="JT-TEST-0003", query="select * from {batch} where kind = 'b'"),
        _item("in_set", code="JT-TEST-0004", columns=("kind",), values=("a", "b")),
        _item("no_rows", code="JT-TEST-0005", query="select nothing from {batch}"),
        _item("not_null", code="JT-TEST-0006", columns=("amount",)),
    ]
    decision = _judge(tmp_path, ROWS, *items)
    assert {r["code"]: r["outcome"] for r in decision.results} == {
        "JT-TEST-0001": "passed",
        "JT-TEST-0002": "passed",
        "JT-TEST-0003": "failed",
        "JT-TEST-0004": "passed",
        "JT-TEST-0005": "failed",
        "JT-TEST-0006": "passed",
    }
    assert decision.status == "failed"


def test_money_is_compared_exactly_beyond_what_floats_can_hold(tmp_path: Path) -> None:
    exact = "select 1 from {batch} having sum(amount) <> 9007199254740993.31"
    off = "select 1 from {batch} having sum(amount) <> 9007199254740993.30"
    assert _judge(tmp_path, ROWS, _item("no_rows", query=exact)).status == "passed"
    assert _judge(tmp_path, ROWS, _item("no_rows", query=off)).status == "failed"


def test_query_may_join_the_tables_of_the_slice(tmp_path: Path) -> None:
    other = tmp_path / "other.parquet"
    pq.write_table(pa.table({"org_id": ["1001", "1002"]}), other)
    figure = tmp_path / "figure.parquet"
    pq.write_table(pa.Table.from_pylist(ROWS, schema=SCHEMA), figure)
    query = "select f.org_id from {batch} as f anti join other as o on o.org_id = f.org_id"
    suite = Suite("test", "题", "title", (_item("no_rows", query=query),), "digest")
    decision = judge_slice(
        suite,
        gate="test",
        period="2025-12",
        tables={"figure": figure, "other": other},
        hashes={},
    )
    assert decision.results[0]["offending_rows"] == 1


# ---- fail closed --------------------------------------------------------------------------------


def test_suite_without_expectations_fails(tmp_path: Path) -> None:
    decision = _judge(tmp_path, ROWS)
    assert decision.status == "failed"


def test_missing_table_fails_whatever_the_severity(tmp_path: Path) -> None:
    decision = _judge(tmp_path, None, _item("not_empty", severity="warn"))
    assert decision.status == "failed"
    assert decision.results[0]["severity"] == "block"
    assert "missing" in decision.results[0]["error"]


@pytest.mark.parametrize(
    "item",
    [
        _item("unique", columns=("org_id",)),
        _item("not_null", columns=("org_id",)),
        _item("in_set", columns=("kind",), values=("a",)),
        _item("no_rows", query="select org_id from {batch} where amount < 0"),
    ],
    ids=lambda i: i.kind,
)
def test_empty_table_is_caught_by_the_expectation_made_for_it(
    item: SuiteExpectation, tmp_path: Path
) -> None:
    """Other expectations hold on nothing; that is why every suite asks for rows of each table."""
    decision = _judge(tmp_path, [], item, _item("not_empty", code="JT-TEST-0002"))
    assert decision.status == "failed"


def test_every_suite_asks_for_rows_of_its_main_table() -> None:
    from expectations.suite import SUITES_DIR, load_suite

    names = [
        (s, p.stem) for s in ("lake", "marts", "reports") for p in (SUITES_DIR / s).glob("*.yaml")
    ]
    assert len(names) >= 4
    for stage, name in names:
        suite = load_suite(stage, name)
        assert any(e.kind == "not_empty" and e.severity == "block" for e in suite.expectations)


@pytest.mark.parametrize(
    "query",
    [
        "select no_such_column from {batch}",
        "select * from no_such_table, {batch}",
        "selec * from {batch}",
        "select cast('x' as integer) from {batch}",
    ],
)
@pytest.mark.parametrize("severity", ["block", "warn"])
def test_query_that_crashes_fails_whatever_the_severity(
    query: str, severity: str, tmp_path: Path
) -> None:
    decision = _judge(tmp_path, ROWS, _item("no_rows", query=query, severity=severity))
    assert decision.status == "failed"
    (result,) = decision.results
    assert (result["outcome"], result["severity"]) == ("failed", "block")
    assert result["error"]


@pytest.mark.parametrize("kind", ["unique", "not_null", "in_set"])
def test_expectation_on_an_unknown_column_fails(kind: str, tmp_path: Path) -> None:
    values = ("a",) if kind == "in_set" else ()
    item = _item(kind, columns=("no_such_column",), values=values, severity="warn")
    decision = _judge(tmp_path, ROWS, item)
    assert decision.status == "failed"


def test_null_is_not_in_any_set_and_not_unnoticed(tmp_path: Path) -> None:
    rows = [*ROWS, {"org_id": "1004", "kind": None, "amount": None}]
    assert _judge(tmp_path, rows, _item("not_null", columns=("kind",))).status == "failed"
    tie_out = "select org_id from {batch} where amount is distinct from coalesce(amount, 0)"
    assert _judge(tmp_path, rows, _item("no_rows", query=tie_out)).status == "failed"


@pytest.mark.parametrize(
    ("severity", "status"), [("block", "failed"), ("explain", "failed"), ("warn", "passed")]
)
def test_severity_decides_what_an_offence_means(severity: str, status: str, tmp_path: Path) -> None:
    item = _item("no_rows", severity=severity, query="select * from {batch}")
    decision = _judge(tmp_path, ROWS, item)
    assert decision.status == status
    assert decision.counts[severity] == 1


def test_check_whose_source_is_absent_is_not_run_and_never_passed(tmp_path: Path) -> None:
    items = (
        _item("not_empty", code="JT-TEST-0001"),
        _item("not_empty", code="JT-TEST-0002", table="pay_month"),
    )
    decision = _judge(tmp_path, ROWS, *items, absent={"pay_month": "no_source:deposit_tenday"})
    assert decision.status == "passed"
    assert [r["code"] for r in decision.results] == ["JT-TEST-0001"]
    assert decision.not_run == [{"code": "JT-TEST-0002", "reason": "no_source:deposit_tenday"}]


def test_suite_of_which_nothing_could_run_fails(tmp_path: Path) -> None:
    decision = _judge(tmp_path, None, _item("not_empty"), absent={"figure": "no_source:x"})
    assert decision.status == "failed"


def test_slice_that_is_no_parquet_fails_or_stops(tmp_path: Path) -> None:
    path = tmp_path / "figure.parquet"
    path.write_bytes(b"PAR1 not really")
    suite = Suite("test", "题", "title", (_item("not_empty"),), "digest")
    try:
        decision = judge_slice(
            suite, gate="t", period="2025-12", tables={"figure": path}, hashes={}
        )
    except Exception:
        return
    assert decision.status == "failed"


def test_engine_keeps_one_connection_and_goes_on_after_a_failed_statement(tmp_path: Path) -> None:
    import duckdb
    import sqlalchemy as sa

    from expectations.engine import HeldConnectionEngine

    database = tmp_path / "x.duckdb"
    with duckdb.connect(str(database)) as con:
        con.execute("create table t as select 1 as a")
    engine = HeldConnectionEngine(connection_string=f"duckdb:///{database}")
    with engine.get_connection() as first:
        assert first.execute(sa.text("select a from t")).scalar() == 1
    with pytest.raises(sa.exc.DBAPIError), engine.get_connection() as connection:
        connection.execute(sa.text("select b from t"))
    with engine.get_connection() as second:
        assert second is first
        assert second.execute(sa.text("select a from t")).scalar() == 1
    engine.close()


def test_decision_is_the_same_whenever_it_is_made(tmp_path: Path) -> None:
    items = [_item(i.kind, code=f"JT-TEST-{n:04}", columns=i.columns, values=i.values, query=i.query)
             for n, i in enumerate(PASSING)]  # fmt: skip
    first, second = (_judge(tmp_path, ROWS, *items) for _ in range(2))
    assert first.hash == second.hash
    assert first.fingerprint == second.fingerprint
