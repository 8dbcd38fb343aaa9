"""Every published figure of the sample bank leads back to ledger rows that make it exactly."""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from itertools import product
from pathlib import Path

import duckdb
import pytest
from python_calamine import CalamineWorkbook

from expectations.contract import Contract, load_contracts
from pipelines.analyst import read_metric
from pipelines.cli.main import main
from pipelines.errors import UsageError
from pipelines.explain.catalogue import load_row_queries
from pipelines.explain.cell import CellExplanation, explain_cell
from pipelines.explain.explain import as_text, explain
from pipelines.explain.figure import branches_of, read_figure
from pipelines.explain.loads import read_loads
from pipelines.explain.metric import MetricExplanation, explain_metric, proofs_of
from pipelines.explain.metric_text import metric_text
from pipelines.explain.pay import PayExplanation, explain_pay
from pipelines.explain.row import RowExplanation
from pipelines.explain.rows import CountedRows, ExplainedRow
from pipelines.paths import LEDGERS_DIR
from pipelines.publish import build_in_force
from pipelines.settings import Settings
from pipelines.warehouse.build import PAY_FILE, WAREHOUSE_FILE, attach_build
from tests.closed_bank import ClosedBank, closed_bank

DECEMBER = "2025-12"
METRICS = sorted(load_row_queries())
NEEDS_THE_YEAR_BEFORE = frozenset(
    {"expense_growth_match", "interest_yoy_change", "svc_complaint_decrease"}
)
# Rates that have reached 100 %: none has in the first year of the plan; managers beyond the quota:
# no branch of the sample has 300 million yuan of inclusive loans.
ZERO_IN_THE_SAMPLE = frozenset(
    {"docking_five_total", "four_hundred_percent", "sme_manager_extra_quota"}
)
NOTHING_IN_JANUARY = frozenset(
    {
        "benchmark_outlets_built", "case_loss_amount", "case_loss_count", "flagship_outlets_built",
        "mobile_3g_terminal_increase",
    }
)  # fmt: skip
NO_NUMBER_BUT_ZERO = (
    {(metric, DECEMBER) for metric in NEEDS_THE_YEAR_BEFORE | ZERO_IN_THE_SAMPLE}
    | {(metric, "2026-01") for metric in NOTHING_IN_JANUARY | ZERO_IN_THE_SAMPLE}
)  # fmt: skip


@pytest.fixture(scope="module")
def bank(tmp_path_factory: pytest.TempPathFactory) -> ClosedBank:
    """The closed sample bank of this run."""
    return closed_bank(tmp_path_factory)


@pytest.fixture(scope="module")
def home(bank: ClosedBank) -> Settings:
    """Settings of its home."""
    return Settings.from_env(bank.home)


class Build:
    """A build of the bank, opened to be read."""

    def __init__(self, settings: Settings, period: str, *, with_pay: bool = False) -> None:
        self.period = period
        self.folder = build_in_force(settings.home, period)[1]
        self.con = attach_build(settings, self.folder, with_pay=with_pay)
        self.loads = read_loads(self.folder)

    def organisations(self) -> list[str]:
        """The bank and two branches: the business department and one that sends workbooks."""
        rows = self.con.execute(
            "select org_id from dim_org where is_active and org_level <> 'county' "
            "order by org_level, org_id"
        ).fetchall()
        return [rows[0][0], rows[1][0], rows[-1][0]]

    def county(self) -> str:
        """The county of all of them."""
        rows = self.con.execute("select org_id from dim_org where org_level = 'county'").fetchall()
        return str(rows[0][0])


@pytest.fixture(scope="module")
def builds(home: Settings) -> Iterator[dict[str, Build]]:
    """December, and the January after it: windows that reach over the turn of the year."""
    opened = {period: Build(home, period) for period in (DECEMBER, "2026-01")}
    yield opened
    for build in opened.values():
        build.con.close()


@pytest.fixture(scope="module")
def pay_build(home: Settings) -> Iterator[Build]:
    """December with its pay file."""
    build = Build(home, DECEMBER, with_pay=True)
    yield build
    build.con.close()


def counted(build: Build, metric: str, org: str, definition: str = "") -> CountedRows:
    """Rows of every segment of a metric by one of its definitions."""
    return CountedRows(
        build.con,
        load_row_queries()[metric],
        build.loads,
        metric_id=metric,
        org_id=org,
        branches=branches_of(build.con, org),
        period=build.period,
        segment=None,
        definition_id=definition,
    )


@pytest.mark.parametrize("period", [DECEMBER, "2026-01"])
@pytest.mark.parametrize("metric", METRICS)
def test_rows_make_every_published_number(
    builds: dict[str, Build], metric: str, period: str
) -> None:
    build = builds[period]
    query = load_row_queries()[metric]
    compared = 0
    definitions = build.con.execute(
        "select distinct definition_id from mart_metric_value where metric_id = ?", [metric]
    ).fetchall()
    bank, _, branch = build.organisations()
    for org, (definition,) in product((bank, branch, build.county()), definitions):
        sums = counted(build, metric, org, definition).sums()
        published = build.con.execute(
            "select segment, numerator, denominator, value from mart_metric_value "
            "where metric_id = ? and org_id = ? and definition_id = ?",
            [metric, org, definition],
        ).fetchall()
        assert {segment for segment, _ in sums} <= {row[0] for row in published}
        one = read_figure(build.con, metric, org, published[0][0], definition)
        for segment, numerator, denominator, value in published:
            figure = replace(
                one, segment=segment, numerator=numerator, denominator=denominator, value=value
            )
            for proof in proofs_of(figure, query.combine, sums):
                assert proof.is_equal is not False, (org, segment, proof)
                compared += bool(proof.is_equal and proof.computed)
    if (metric, period) not in NO_NUMBER_BUT_ZERO:
        assert compared > 0, "no number but zero was compared"


@pytest.mark.parametrize("metric", METRICS)
def test_rows_make_the_figures_of_grids(builds: dict[str, Build], metric: str) -> None:
    build = builds[DECEMBER]
    query = load_row_queries()[metric]
    grids = build.con.execute(
        """
        select org_id from mart_metric_value
        where metric_id = ? and org_level = 'grid'
        group by org_id
        order by org_id like '%:no_grid' desc, org_id
        limit 4
        """,
        [metric],
    ).fetchall()
    assert ("grids" in query.parameters) == bool(grids)
    for (grid,) in grids:
        (segment,) = build.con.execute(
            "select min(segment) from mart_metric_value where metric_id = ? and org_id = ?",
            [metric, grid],
        ).fetchall()[0]
        found = explain_metric(
            build.con, build.loads, metric, org_id=grid, segment=segment, limit=2
        )
        assert found.is_consistent, grid
        assert found.figure.org_name


@pytest.mark.parametrize("metric", METRICS)
def test_explanation_is_whole_and_reads_well(builds: dict[str, Build], metric: str) -> None:
    build = builds["2026-01" if metric in NEEDS_THE_YEAR_BEFORE else DECEMBER]
    segment = build.con.execute(
        """
        select segment from mart_metric_value
        where metric_id = ? and org_level = 'bank' and (value <> 0 or ?)
        order by segment desc limit 1
        """,
        [metric, metric in ZERO_IN_THE_SAMPLE | NEEDS_THE_YEAR_BEFORE],
    ).fetchall()[0][0]
    found = explain_metric(build.con, build.loads, metric, segment=segment, limit=6)
    assert found.is_consistent
    assert found.row_count >= sum(len(s.rows) for s in found.sections) > 0
    assert found.loads, "a figure rests on loads"
    names = {load.file for load in found.loads}
    for section in found.sections:
        for row in section.rows:
            assert row.file in names
            assert row.row > 1, "row 1 is the header"
            # every column that decides has a Chinese title
            assert all(found.wording.title(name) != name for name in row.columns)
    text = metric_text(found, "zh")
    assert "不一致" not in text
    assert text.rpartition("\n核对")[2].count("  一致") == len(found.proofs)
    assert found.figure.formula_zh in text
    for section in found.sections:
        assert (f"共 {section.row_count:,} 行" in text) or len(section.rows) == section.row_count
    assert "equal" in metric_text(
        explain_metric(build.con, build.loads, metric, segment=segment, limit=2, lang="en"), "en"
    )


def test_two_regulators_definitions_stand_side_by_side(home: Settings) -> None:
    metric = "inclusive_small_micro_balance"
    figures = read_metric(home, metric, period=DECEMBER, segment="all").to_pylist()
    banks = {
        row["definition_id"].partition("@")[2]: row for row in figures if row["org_level"] == "bank"
    }
    # limits of other years are declared and have no figure now
    assert list(banks) == ["1", "nfra_10m", "pboc_20m"]
    assert [row["is_first_definition"] for row in banks.values()] == [True, False, False]
    assert banks["pboc_20m"]["thresholds"] == "单户授信总额 <= 20000000 元"
    assert banks["nfra_10m"]["value"] < banks["pboc_20m"]["value"]
    # the regulator's definition is that of the headline row of S71
    s71 = read_metric(
        home,
        "inclusive_loan_balance",
        period=DECEMBER,
        org_id=banks["1"]["org_id"],
        segment="inclusive_small_micro.credit_le_10m",
    ).to_pylist()
    assert [row["value"] for row in s71] == [banks["nfra_10m"]["value"]]
    chosen = read_metric(home, metric, period=DECEMBER, definition_id="pboc_20m").to_pylist()
    assert {row["definition_id"] for row in chosen} == {f"{metric}@pboc_20m"}
    with pytest.raises(UsageError, match="pboc_10m"):
        read_metric(home, metric, period=DECEMBER, definition_id="pboc_10m")


def cells_of(inbox: Path, row: ExplainedRow, contract: Contract) -> dict[str, str]:
    """The row of the file as sent, by column name."""
    paths = list(inbox.rglob(row.file))
    assert len(paths) == 1
    if paths[0].suffix == ".csv":
        text = paths[0].read_bytes()
        try:
            decoded = text.decode("utf-8-sig")
        except UnicodeDecodeError:
            decoded = text.decode("gb18030")
        lines = list(csv.reader(decoded.splitlines()))
    else:
        sheet = CalamineWorkbook.from_path(paths[0]).get_sheet_by_index(0)
        lines = [[str(cell) for cell in line] for line in sheet.to_python(skip_empty_area=False)]
    names = {title: c.name for c in contract.columns for title in c.headers}
    heads = [names[title] for title in lines[0]]
    return dict(zip(heads, lines[row.row - 1], strict=True))


@pytest.mark.parametrize("metric", ["loan_balance", "interest_income", "archive_coverage_rate"])
@pytest.mark.parametrize("which", [1, 2])
def test_file_and_row_number_point_to_the_very_row(
    bank: ClosedBank, builds: dict[str, Build], metric: str, which: int
) -> None:
    build = builds[DECEMBER]
    contracts = load_contracts(LEDGERS_DIR)
    org = build.organisations()[which]
    segment = build.con.execute(
        "select segment from mart_metric_value where metric_id = ? and org_id = ? "
        "order by numerator desc limit 1",
        [metric, org],
    ).fetchall()[0][0]
    found = explain_metric(build.con, build.loads, metric, org_id=org, segment=segment, limit=3)
    checked = 0
    for row in (row for section in found.sections for row in section.rows):
        contract = contracts[row.ledger]
        sent = cells_of(bank.inbox, row, contract)
        assert " ".join(sent[name] for name in contract.key if name in sent)
        amount = {
            "loan_account": "balance",
            "loan_event": "interest_amount",
            "segment_population": "subject_count",
        }.get(row.ledger)
        if amount:
            part = row.numerator_part if row.denominator_part is None else row.denominator_part
            assert part is not None
            assert Decimal(sent[amount]) == abs(part)
        if len(contract.key) == 1:
            assert sent[contract.key[0]] == row.key
        checked += 1
    assert checked


def test_every_row_is_written_as_csv_for_a_spreadsheet(home: Settings, tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    found = explain(home, "npl_ratio", period=DECEMBER, limit=1, out=path)
    assert isinstance(found, MetricExplanation)
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(path.read_text(encoding="utf-8-sig").splitlines()))
    assert len(rows) == found.row_count > 1
    assert sum(Decimal(r["分子贡献"] or 0) for r in rows) == found.figure.numerator
    assert sum(Decimal(r["分母贡献"] or 0) for r in rows) == found.figure.denominator
    assert {r["五级分类"] for r in rows if r["分子贡献"]} <= {"次级", "可疑", "损失"}
    personal = {c.title_zh for k in load_contracts(LEDGERS_DIR).values() for c in k.columns
                if c.is_personal}  # fmt: skip
    assert not personal & set(rows[0])


def test_command_prints_every_row_as_json(
    home: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    root = str(home.home.root)
    words = ["explain", "npl_balance", "--period", DECEMBER, "--home", root, "--format", "json"]
    assert main(words) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["is_consistent"] is True
    rows = [row for section in document["sections"] for row in section["rows"]]
    assert len(rows) == document["row_count"]
    total = sum(Decimal(row["numerator_part"]) for row in rows)
    assert total == Decimal(document["figure"]["numerator"])


# -- from a row to the figures it feeds ------------------------------------------------------------

# One metric per ledger that rows of figures come from.
FEEDS = {ledger: m for m, q in sorted(load_row_queries().items()) for ledger in q.ledgers[:1]}


@pytest.mark.parametrize("ledger", sorted(FEEDS))
def test_row_names_every_figure_it_feeds_with_what_it_adds(
    ledger: str, home: Settings, builds: dict[str, Build]
) -> None:
    build, metric = builds[DECEMBER], FEEDS[ledger]
    org = build.organisations()[0]
    rows = [r for r in counted(build, metric, org).every_row() if r.ledger == ledger]
    row = max(rows, key=lambda r: (abs(r.numerator_part or 0), r.file, r.row))
    same = [r for r in rows if r.key == row.key and r.segment == row.segment]
    found = explain(home, f"row:{row.file}:{row.row}", period=DECEMBER)
    assert isinstance(found, RowExplanation)
    assert found.ledger == ledger
    assert (row.file, row.row) in {(file, line) for _, file, line in found.occurrences}
    fed = [
        f for f in found.figures if (f.metric_id, f.org_id, f.segment) == (metric, org, row.segment)
    ]
    assert len(fed) == 1
    for side in ("numerator_part", "denominator_part"):
        parts = [getattr(r, side) for r in same if getattr(r, side) is not None]
        assert getattr(fed[0], side) == (sum(parts) if parts else None)
    text = as_text(found, "zh")
    assert fed[0].name_zh in text and row.file in text


def test_unknown_row_is_answered_with_the_way_to_name_one(home: Settings) -> None:
    for subject in ("row:loan_account:NONE", "row:no_such.csv:3", "row:x", "row:"):
        with pytest.raises(UsageError, match="row:"):
            explain(home, subject, period=DECEMBER)


# -- a wrong figure is found -----------------------------------------------------------------------


@pytest.fixture
def altered(home: Settings, builds: dict[str, Build], tmp_path: Path) -> Iterator[Build]:
    """A copy of the December build in which one figure and one salary were changed by a fen."""
    source = builds[DECEMBER].folder
    folder = tmp_path / source.name
    folder.mkdir()
    for name in (WAREHOUSE_FILE, PAY_FILE, "load_set.json"):
        shutil.copy(source / name, folder / name)
    with duckdb.connect(str(folder / WAREHOUSE_FILE)) as con:
        con.execute(
            "update mart_metric_value set numerator = numerator + 0.01 "
            "where metric_id = 'npl_ratio' and org_level = 'bank'"
        )
    with duckdb.connect(str(folder / PAY_FILE)) as con:
        con.execute("update pay_month set month_pay = month_pay + 0.01 where month = '2025-06'")
        con.execute("update pay_settlement set net_pool = net_pool + 0.01")
    build = Build(home, DECEMBER)
    build.con.close()
    build.con = attach_build(home, folder)
    yield build
    build.con.close()


def test_figure_that_its_rows_do_not_make_is_called_different(altered: Build) -> None:
    found = explain_metric(altered.con, altered.loads, "npl_ratio", limit=1)
    assert not found.is_consistent
    assert "不一致" in metric_text(found, "zh")
    assert explain_metric(altered.con, altered.loads, "npl_balance", limit=1).is_consistent


def test_salary_that_does_not_follow_is_called_different(altered: Build) -> None:
    found = explain_pay(altered.con, altered.loads, altered.organisations()[1])
    assert found.wrong_months == ("2025-06",)
    assert "net pool" in {s.name_en for s in found.settlement if s.is_equal is False}
    assert not found.is_consistent
    assert "不一致" in as_text(found, "zh")


def test_command_ends_with_1_when_figures_differ(
    home: Settings, altered: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = Path(
        altered.con.execute(
            "select path from duckdb_databases() where path like '%jingtian.duckdb'"
        ).fetchall()[0][0]
    ).parent
    monkeypatch.setattr(
        "pipelines.explain.explain.build_in_force", lambda *_: (folder.name, folder)
    )
    words = ["explain", "npl_ratio", "--period", DECEMBER, "--home", str(home.home.root)]
    assert main(words) == 1


# -- cells of a return -------------------------------------------------------------------------------


def cell(home: Settings, build: Build, address: str) -> CellExplanation:
    """A cell of S71_I."""
    return explain_cell(home, build.con, build.loads, return_id="S71_I", cell=address, limit=3)


@pytest.mark.parametrize("address", ["A5@1", "1.A5", "1A5", "[1A5]", "1 A5"])
def test_leaf_is_found_by_any_spelling_and_is_the_rounded_metric(
    home: Settings, builds: dict[str, Build], address: str
) -> None:
    found = cell(home, builds[DECEMBER], address)
    (metric,) = found.metrics
    assert metric.figure.metric_id == "inclusive_loan_balance"
    assert metric.figure.segment == "small_micro_enterprise.credit_le_10m_no_bill"
    assert metric.figure.value is not None
    assert found.node.value == found.node.emitted
    assert found.node.value == (metric.figure.value / 10000).quantize(Decimal("0.01"))
    assert found.is_consistent
    text = as_text(found, "zh")
    assert "取数格" in text
    assert "不一致" not in text


def test_leaf_of_two_segments_adds_both(home: Settings, builds: dict[str, Build]) -> None:
    found = cell(home, builds[DECEMBER], "3.E1")
    assert len(found.metrics) == 2
    assert found.node.value == sum(m.figure.value or 0 for m in found.metrics)
    assert found.is_consistent


@pytest.mark.parametrize(
    ("address", "operands"),
    [("6.A5", ["[1A5]", "[3A5]"]), ("1.A", ["[1A1]", "[1A2]", "[1A3]", "[1A4]"])],
)
def test_formula_shows_its_rounded_operands(
    home: Settings, builds: dict[str, Build], address: str, operands: list[str]
) -> None:
    found = cell(home, builds[DECEMBER], address)
    assert [node.address.printed for node in found.node.operands] == operands
    assert found.node.value == sum(node.value or 0 for node in found.node.operands)
    assert found.is_as_emitted is True
    assert not found.metrics
    assert all(name in as_text(found, "zh") for name in operands)


def test_rate_is_shown_in_percent(home: Settings, builds: dict[str, Build]) -> None:
    found = cell(home, builds[DECEMBER], "G5@1")
    assert found.node.value is not None
    assert f"{found.node.value * 100:.2f} %" in as_text(found, "zh")
    assert found.is_as_emitted is True


def test_closed_cell_says_so(home: Settings, builds: dict[str, Build]) -> None:
    found = cell(home, builds[DECEMBER], "6.A4")
    assert found.node.kind == "closed"
    assert found.node.value is None
    assert "无须填写" in as_text(found, "zh")
    assert "closed" in as_text(found, "en")


# -- pay --------------------------------------------------------------------------------------------


def test_pay_is_recomputed_line_by_line_with_the_parameters_used(pay_build: Build) -> None:
    for org in pay_build.organisations()[1:]:
        found = explain_pay(pay_build.con, pay_build.loads, org)
        assert found.is_consistent
        assert [month["month"] for month in found.months] == [
            f"2025-{number:02d}" for number in range(1, 13)
        ]
        assert {month["org_id"] for month in found.months} == {org}
        assert found.settlement[-1].value is not None
        # all but the two inputs (case deduction, approved factor) are recomputed
        assert [s.name_en for s in found.settlement if s.is_equal is None] == [
            "case deduction",
            "adjustment factor",
        ]
        assert {p.name for p in found.parameters} >= {
            "content_rate_deposit",
            "content_rate_npl_recovery",
            "provincial_approved_total",
        }
        text = as_text(found, "zh")
        assert all(f"{p.file}" in text and str(p.effective_date) in text for p in found.parameters)
        assert "一致" in text
        assert "不一致" not in text


def test_business_department_is_paid_at_its_own_rate(pay_build: Build) -> None:
    department, outlet = pay_build.organisations()[1:]
    own = explain_pay(pay_build.con, pay_build.loads, department)
    other = explain_pay(pay_build.con, pay_build.loads, outlet)
    assert "content_rate_interest_business_dept" in {p.name for p in own.parameters}
    assert "content_rate_interest" in {p.name for p in other.parameters}


def test_pay_of_a_month_has_no_settlement(home: Settings) -> None:
    org = Build(home, "2026-01").organisations()[1]
    found = explain(home, f"pay:{org}", period="2026-01")
    assert isinstance(found, PayExplanation)
    assert len(found.months) == 1
    assert not found.settlement
    assert found.is_consistent
    assert "非年末" in as_text(found, "zh")


# -- what cannot be explained ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("subject", "options", "message"),
    [
        ("no_such_metric", {}, "没有指标"),
        ("agri_sme_share", {}, "--segment"),
        ("agri_sme_share", {"segment": "none"}, "没有分组"),
        ("inclusive_loan_balance", {}, "行次"),
        ("npl_ratio", {"org_id": "nobody"}, "nobody"),
        ("S71_I:Z9@1", {}, "没有单元格"),
        ("S71_I:five", {}, "不是单元格地址"),
        ("S99:A1@1", {}, "不是有单元格的报表"),
        ("S71_I:A5@1", {"segment": "all"}, "--segment"),
        ("S71_I:A5@1", {"org_id": "nobody"}, "全行"),
        ("S71_I:A5@6", {"out": Path("never.csv")}, "取数格"),
        ("pay:nobody", {}, "没有机构"),
        ("pay:1", {"org_id": "2"}, "只需机构号"),
    ],
)
def test_mistakes_are_named_with_a_cure(
    home: Settings, subject: str, options: dict[str, object], message: str
) -> None:
    with pytest.raises(UsageError) as caught:
        explain(home, subject, period=DECEMBER, **options)  # type: ignore[arg-type]
    assert message in caught.value.zh
    assert caught.value.en
    assert not Path("never.csv").exists()


def test_the_bank_itself_has_no_pay(home: Settings, builds: dict[str, Build]) -> None:
    with pytest.raises(UsageError, match="not bound"):
        explain(home, f"pay:{builds[DECEMBER].organisations()[0]}", period=DECEMBER)
