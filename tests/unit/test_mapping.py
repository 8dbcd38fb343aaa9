"""The mapping engine on a small export: transforms, findings, accounting, faults of the YAML."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import pipelines.landing.mapping
from expectations.contract import Contract
from expectations.findings import Finding, finding_row, finding_table, render
from expectations.rule import RuleBook
from expectations.strict_yaml import StrictYamlError
from pipelines.database import connect
from pipelines.errors import UsageError
from pipelines.landing.export import Export, judge_export, open_export
from pipelines.landing.line_number import LINES, file_and_line, row_words
from pipelines.landing.mapping import Mapping, load_mapping
from pipelines.landing.receive import at_their_lines
from pipelines.paths import PROJECT_ROOT
from pipelines.settings import Settings

BRANCHES = "code,name\nH,示例农商行\n001,东街支行\n002,西街支行\n"
CLIENTS = "cust_no|type|br\nC1|1|001\nC2|2|002\nT1|9|001\n"
LOANS = "9001,C1,12.50,8.00,20250301,20260301,4.35,1,Y\n9002,C2,3,0.5,20250401,20260401,5.125,3,N\n"
HOW_TO = PROJECT_ROOT / "docs" / "how-to" / "add-a-mapping.md"


def example() -> str:
    """The mapping of the how-to page."""
    block = re.search(r"   ```yaml\n(.*?)   ```\n", HOW_TO.read_text(encoding="utf-8"), re.DOTALL)
    assert block is not None
    return re.sub(r"^   ", "", block[1], flags=re.MULTILINE)


@pytest.fixture
def mapping_of(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, contracts: dict[str, Contract]
) -> Callable[..., Mapping]:
    """Read the example with some of its text replaced."""
    folder = tmp_path / "mappings"
    folder.mkdir()
    monkeypatch.setattr(pipelines.landing.mapping, "MAPPINGS_DIR", folder)

    def read(*changes: tuple[str, str]) -> Mapping:
        text = example()
        for old, new in changes:
            assert old in text, old
            text = text.replace(old, new, 1)
        (folder / "core_export.yaml").write_text(text, encoding="utf-8")
        return load_mapping("core_export", contracts)

    return read


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The example's export."""
    export = tmp_path / "export"
    export.mkdir()
    (export / "branches.csv").write_text(BRANCHES, encoding="utf-8")
    (export / "clients_2512.txt").write_text(CLIENTS, encoding="gb18030")
    (export / "loans_2512.csv").write_text(LOANS, encoding="utf-8")
    (export / "readme.txt").write_text("notes", encoding="utf-8")
    return export


@pytest.fixture
def judged(
    settings: Settings, book: RuleBook, contracts: dict[str, Contract]
) -> Callable[[Export, str], tuple[list[dict[str, Any]], list[Finding], Any]]:
    """Typed rows, findings and verdict of one ledger."""

    def run(export: Export, ledger: str) -> tuple[list[dict[str, Any]], list[Finding], Any]:
        con = connect(settings)
        verdict = judge_export(con, export, contracts[ledger], book)
        rows: list[dict[str, Any]] = []
        if verdict.received:
            rows = con.execute("select * from typed order by _row").to_arrow_table().to_pylist()
        return rows, list(render(verdict.findings, book, contracts[ledger])), verdict

    return run


def test_example_of_the_page_is_a_mapping_that_works(
    mapping_of: Any, folder: Path, judged: Any
) -> None:
    export = open_export(folder, mapping_of())
    assert (export.org_id, str(export.period)) == ("H", "2025-12")
    orgs, findings, _ = judged(export, "org_unit")
    assert findings == []
    assert [(o["org_id"], o["parent_org_id"], o["org_type_code"]) for o in orgs] == [
        ("H", None, "bank"),
        ("001", "H", "branch"),
        ("002", "H", "branch"),
    ]
    loans, findings, verdict = judged(export, "loan_account")
    assert findings == []
    assert verdict.is_accepted
    first = loans[0]
    assert str(first["loan_amount"]) == "125000.00"
    assert str(first["balance"]) == "80000.00"
    assert str(first["annual_rate"]) == "0.043500000"
    assert str(first["data_date"]) == "2025-12-31"
    assert (first["branch_id"], first["five_class_code"], first["is_agri"]) == (
        "001",
        "normal",
        True,
    )
    customers, findings, verdict = judged(export, "customer")
    assert [c["customer_id"] for c in customers] == ["C1", "C2"]
    assert verdict.ignored == {"测试客户 | test customers": 1}
    assert export.ignored == {"readme.txt": "厂商说明 | notes of the vendor"}


def test_loan_without_its_customer_is_found_and_not_lost(
    mapping_of: Any, folder: Path, judged: Any
) -> None:
    path = folder / "loans_2512.csv"
    path.write_text(LOANS.replace("9002,C2", "9002,C9"), encoding="utf-8")
    _, findings, verdict = judged(open_export(folder, mapping_of()), "loan_account")
    assert [(f.code, f.cell, f.column) for f in findings] == [
        ("JT-MAP-0003", "loans_2512.csv:2 clients_*.txt.br", "branch_id")
    ]
    assert verdict.received == verdict.rejected == 2


def test_customer_found_twice_does_not_double_its_loan(
    mapping_of: Any, folder: Path, judged: Any
) -> None:
    (folder / "clients_2512.txt").write_text(f"{CLIENTS}C2|1|001\n", encoding="utf-8")
    rows, findings, verdict = judged(open_export(folder, mapping_of()), "loan_account")
    assert [(f.code, f.row_no, f.cell) for f in findings] == [
        ("JT-MAP-0004", 2, "loans_2512.csv:2")
    ]
    assert verdict.received == len(rows) == 2


@pytest.mark.parametrize(
    ("old", "new", "code", "field"),
    [
        ("4.35,1,Y", "4.35,6,Y", "JT-MAP-0001", "分类(class)"),
        ("4.35,1,Y", "4.35,1,?", "JT-MAP-0001", "涉农(agri)"),
        ("12.50", "十二", "JT-CELL-0002", "金额(amount)"),
        ("12.50", "1e3", "JT-CELL-0002", "金额(amount)"),
        ("20250301", "20251301", "JT-CELL-0006", "发放日(start)"),
        ("20250301", "", "JT-CELL-0001", "发放日(start)"),
        ("20260301", "99991231", "JT-CELL-0001", "到期日(due)"),
    ],
)
def test_fault_of_a_cell_is_named_by_the_field_of_the_export(
    mapping_of: Any, folder: Path, judged: Any, old: str, new: str, code: str, field: str
) -> None:
    (folder / "loans_2512.csv").write_text(LOANS.replace(old, new, 1), encoding="utf-8")
    _, findings, verdict = judged(open_export(folder, mapping_of()), "loan_account")
    assert not verdict.is_accepted
    assert (code, f"loans_2512.csv:1 {field}") in [(f.code, f.cell) for f in findings]


def test_expression_that_fails_at_a_row_is_a_finding_there_only(
    mapping_of: Any, folder: Path, judged: Any
) -> None:
    mapping = mapping_of(
        (
            "{column: loan.start}",
            "{expression: \"cast(strptime(loan.start, '%Y%m%d') as date)\"}",
        )
    )
    (folder / "loans_2512.csv").write_text(LOANS.replace("20250401", "April"), encoding="utf-8")
    rows, findings, _ = judged(open_export(folder, mapping), "loan_account")
    assert [(f.code, f.cell) for f in findings] == [
        ("JT-MAP-0002", "loans_2512.csv:2 发放日(start)")
    ]
    assert str(rows[0]["disbursement_date"]) == "2025-03-01"


def test_several_identities_are_decided_by_the_order_of_the_code_list(
    mapping_of: Any, folder: Path, judged: Any
) -> None:
    mapping = mapping_of(
        (
            'codes: {"1": other_individual, "2": individual_business}',
            'list_separator: ";", codes: {"2": individual_business, "1": other_individual}',
        )
    )
    text = CLIENTS.replace("C1|1", "C1|1; 2").replace("C2|2", "C2|2;7")
    (folder / "clients_2512.txt").write_text(text, encoding="utf-8")
    rows, findings, _ = judged(open_export(folder, mapping), "customer")
    assert rows[0]["borrower_category_code"] == "individual_business"
    assert [(f.code, f.row_no, f.value) for f in findings] == [("JT-MAP-0001", 3, "2;7")]


def test_dates_are_shifted_and_leap_days_fall_back(
    mapping_of: Any, folder: Path, judged: Any
) -> None:
    mapping = mapping_of(("{column: loan.start}", "{column: loan.start, shift_years: -1}"))
    text = LOANS.replace("20250301", "20240229").replace("20250401", "2025-04-01")
    (folder / "loans_2512.csv").write_text(text, encoding="utf-8")
    rows, _, _ = judged(open_export(folder, mapping), "loan_account")
    assert [str(r["disbursement_date"]) for r in rows] == ["2023-02-28", "2024-04-01"]


def test_blank_and_ragged_lines_are_counted(mapping_of: Any, folder: Path, judged: Any) -> None:
    (folder / "loans_2512.csv").write_text(LOANS + "\n9003,C1\n", encoding="utf-8")
    _, findings, verdict = judged(open_export(folder, mapping_of()), "loan_account")
    assert [(f.code, f.cell) for f in findings] == [("JT-FILE-0014", "loans_2512.csv:4")]
    assert verdict.ignored == {"blank": 1}
    assert verdict.received == 4
    assert verdict.received == verdict.rejected + 1


def test_months_of_the_file_names_must_agree(mapping_of: Any, folder: Path) -> None:
    (folder / "loans_2512.csv").rename(folder / "loans_2511.csv")
    with pytest.raises(UsageError) as caught:
        open_export(folder, mapping_of())
    assert "loans_2511.csv（2025-11）" in caught.value.zh


def test_line_of_a_second_file_is_told_from_its_row_number() -> None:
    assert file_and_line(17, ("a.csv",)) == ("a.csv", 17)
    assert file_and_line(LINES + 17, ("a.csv", "b.csv")) == ("b.csv", 17)
    assert (row_words(17, "zh"), row_words(17, "en")) == ("第17行", "row 17")
    assert row_words(LINES + 17, "zh") == "第2个文件第17行"
    assert row_words(LINES + 17, "en") == "row 17 of file 2"


def test_findings_across_ledgers_stand_at_file_and_line_of_the_export() -> None:
    rows = [finding_row("JT-LAKE-0001", row_no=LINES + 5), finding_row("JT-LAKE-0002")]
    led = at_their_lines(finding_table(rows), ("a.txt", "b.txt")).to_pylist()
    assert [(r["row_no"], r["cell"]) for r in led] == [(5, "b.txt:5"), (None, None)]


# ---- faults of the mapping itself ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("column: loan.rate", "column: loan.interest", "no field 'interest'"),
        ("column: loan.rate", "column: client.rate_of_nobody, code_list: x", "unknown code_list"),
        ("column: branch.name", "column: loan.name", "is not <file>.<field>"),
        ("code_list: class", "code_list: klass", "unknown code_list 'klass'"),
        ("constant: CNY", "constant: CNY, scale: 2", "takes no transform"),
        ("column: loan.start", "column: loan.start, constant: x", "give one of"),
        ("column: loan.rate, scale: 0.01", "column: loan.rate, sclae: 0.01", "sclae"),
        ("(?P<year>", "(?P<yaer>", "(?P<year>)"),
        ('separator: "|"', 'separator: "||"', "one ASCII character"),
        ("submitting_org: {file: branch", "submitting_org: {file: brnch", "undeclared file"),
        ("purpose_code: 导出没有用途", "industry_code: 导出没有用途", "['purpose_code']"),
        ("is_small_micro: 导出", "loan_id: 导出", "mapped and without source"),
    ],
)
def test_fault_of_the_mapping_is_named_with_its_line(
    mapping_of: Any, tmp_path: Path, old: str, new: str, said: str
) -> None:
    with pytest.raises(StrictYamlError) as caught:
        mapping_of((old, new))
    assert said in str(caught.value)
    assert caught.value.path.name == "core_export.yaml"
    lines = caught.value.path.read_text(encoding="utf-8").splitlines()
    at = next(n for n, line in enumerate(lines, start=1) if new.split(",")[0] in line)
    if said not in ("['purpose_code']",):
        assert caught.value.line == at
