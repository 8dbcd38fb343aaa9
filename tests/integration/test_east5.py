"""EAST 5.0: the sample bank written as an export, mapped back, and closed to the same figures."""

from __future__ import annotations

import csv
import random
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import pytest

from expectations.contract import Contract
from expectations.findings import Finding, render
from expectations.rule import RuleBook
from pipelines.database import connect
from pipelines.errors import UsageError
from pipelines.landing.export import judge_export, open_export
from pipelines.landing.mapping import load_mapping
from pipelines.landing.receipt import Receipt
from pipelines.landing.receive import Receiver
from pipelines.landing.restore import missing_parts, restore_parts
from pipelines.landing.validate import validate_export
from pipelines.paths import Home
from pipelines.periods import parse_period
from pipelines.registry import Registry
from pipelines.settings import Settings
from tests.closed_bank import jingtian
from tests.east5_files import BANK_CODE, MAPPED, ledger_rows, write_export
from tests.east5_tables import TITLES
from tests.golden.published import attach, metric_values, table, verdicts
from tests.made_once import made_once
from tests.small_bank import CONTRACTS, PERIOD, ROOT, SmallBank, close, small_bank

MONTHS = ("2025-01", "2025-02", PERIOD)
LACKING = {
    "tech_innovation": "no_source:customer.is_tech_innovation",
    "enterprise_startup_guarantee": "no_source:loan_account.is_startup_guarantee",
    "personal_startup_guarantee": "no_source:loan_account.is_startup_guarantee",
    "disabled_startup_guarantee": "no_source:customer.is_disabled",
}
# The export has accounts of its own: what customers hold is not what their ledger says.
OF_THE_ACCOUNTS = {
    "corporate_deposit",
    "deposit_no_loan_customers",
    "main_bank_p8",
    "savings_deposit",
}
MAPPING = load_mapping("east5", CONTRACTS)


@dataclass(frozen=True)
class RoundTrip:
    """The exports of three months, and a home that received and closed them."""

    bank: SmallBank
    exports: Path
    home: Path
    statuses: list[str]


@pytest.fixture(scope="module")
def trip(tmp_path_factory: pytest.TempPathFactory) -> RoundTrip:
    bank = small_bank(tmp_path_factory)

    def make(folder: Path) -> dict[str, object]:
        for month in MONTHS:
            write_export(bank.received, folder / "exports" / month, month)
        settings = bank.empty(folder / "home")
        with Registry(settings.home.registry) as registry:
            receiver = Receiver(settings, registry, "test")
            receipts = [
                receipt
                for month in MONTHS
                for receipt in receiver.receive_export(
                    open_export(folder / "exports" / month, MAPPING)
                )
            ]
            receipts += receiver.receive_files(_sent_apart(bank))
        close(settings)
        return {"folder": str(folder), "statuses": [r.status for r in receipts]}

    made = made_once(tmp_path_factory, "east5", make)
    folder = Path(made["folder"])
    return RoundTrip(bank, folder / "exports", folder / "home", made["statuses"])


def _sent_apart(bank: SmallBank) -> list[Path]:
    """Files of the ledgers that EAST has no table for, and of the month before its first."""
    files = []
    for path in sorted(bank.inbox.iterdir()):
        ledger, _, period = path.stem.rsplit("_", 2)
        if ledger not in MAPPING.ledgers or period < MONTHS[0]:
            files.append(path)
    return files


# ---- the round trip ------------------------------------------------------------------------------


def test_every_file_of_the_export_and_beside_it_is_accepted(trip: RoundTrip) -> None:
    assert len(trip.statuses) > 3 * len(MAPPING.ledgers)
    assert set(trip.statuses) == {"accepted"}


def test_figures_are_those_of_the_ledgers_or_name_what_east_lacks(trip: RoundTrip) -> None:
    direct = metric_values(attach(Home(trip.bank.closed), PERIOD))
    mapped = metric_values(attach(Home(trip.home), PERIOD))
    assert direct.keys() == mapped.keys()
    lacked = {f"no_source:{n}.{c}" for n, m in MAPPING.ledgers.items() for c in m.absent}
    other = {key for key in mapped if mapped[key] != direct[key]}
    assert len(mapped) - len(other) > 3_000
    silent = {
        key: (mapped[key], direct[key])
        for key in other
        if key[0] not in OF_THE_ACCOUNTS
        and (mapped[key][:3] != (None, None, None) or mapped[key][3] not in lacked)
    }
    assert silent == {}
    assert {key[0] for key in other} >= OF_THE_ACCOUNTS
    for key, figure in mapped.items():
        reason = LACKING.get(key[2].split(".")[0])
        assert reason is None or figure == (None, None, None, reason)


def test_verdicts_and_salary_pools_are_the_same(trip: RoundTrip) -> None:
    """A verdict on a figure that EAST cannot give says so; every other is the same."""
    direct, mapped = attach(Home(trip.bank.closed), PERIOD), attach(Home(trip.home), PERIOD)
    ours, theirs = verdicts(direct), verdicts(mapped)
    assert ours.keys() == theirs.keys()
    figures, exported = metric_values(direct), metric_values(mapped)
    same = {key for key in ours if ours[key] == theirs[key]}
    assert len(same) > 50
    for key in ours.keys() - same:
        org_id, _, metric_id, segment, _ = key
        figure = exported[metric_id, org_id, segment]
        assert figure != figures[metric_id, org_id, segment], key
        assert theirs[key].value == figure[2], key
        if figure[2] is None:
            assert (theirs[key].is_attained, theirs[key].reason) == (None, figure[3]), key
    assert table(direct, "pay.pay_month") == table(mapped, "pay.pay_month")
    assert table(direct, "pay.pay_month")


@pytest.mark.parametrize("ledger", ["loan_account", "credit_line", "gl_balance", "customer"])
def test_rows_come_back_but_for_the_columns_that_east_tells_otherwise(
    trip: RoundTrip, ledger: str
) -> None:
    told_otherwise = {
        "loan_account": {"product_name", "industry_code", "overdue_days"},
        "credit_line": {"status_code"},  # frozen and closed are both 无效
        "gl_balance": set(),
        "customer": {"customer_name", "id_no", "id_type_code", "industry_code", "staff_count"},
    }[ledger]
    absent = MAPPING.ledgers[ledger].absent
    key = CONTRACTS[ledger].key
    names = [c.name for c in CONTRACTS[ledger].columns]
    kept = [n for n in names if n not in absent | told_otherwise]
    assert len(kept) >= len(names) // 3

    def rows(home: Path) -> dict[tuple[str, ...], tuple[object, ...]]:
        found = ledger_rows(home, ledger, PERIOD)
        return {tuple(r[k] for k in key): tuple(r[n] for n in kept) for r in found}

    assert rows(trip.home) == rows(trip.bank.received)


def test_deposit_accounts_are_added_up_by_customer(trip: RoundTrip) -> None:
    rows = ledger_rows(trip.home, "customer_deposit", PERIOD)
    customers = ledger_rows(trip.bank.received, "customer", PERIOD)
    assert {r["customer_id"]: r["deposit_balance"] for r in rows} == {
        c["customer_id"]: 2 * int(c["customer_id"][-6:]) + Decimal("0.03") for c in customers
    }


def test_officers_of_the_loans_are_staff(trip: RoundTrip) -> None:
    staff = {(r["staff_id"], r["branch_id"]) for r in ledger_rows(trip.home, "staff", PERIOD)}
    loans = ledger_rows(trip.home, "loan_account", PERIOD)
    assert {(r["manager_id"], r["branch_id"]) for r in loans} <= staff
    names = ("staff_id", "branch_id", "status_code", "is_on_establishment")
    homes = (trip.home, trip.bank.received)
    mapped, sent = (
        {tuple(r[n] for n in names) for r in ledger_rows(h, "staff", PERIOD)} for h in homes
    )
    assert mapped == sent


def test_a_figure_leads_back_to_file_and_line_of_the_export(trip: RoundTrip) -> None:
    words = ("explain", "loan_balance", "--period", PERIOD, "--format", "json")
    done = jingtian(*words, home=trip.home)
    assert done.returncode == 0, done.stderr
    name, line = f"{BANK_CODE}-DGXDYWJJB-20250331.txt", 1
    first = _records(trip.exports / PERIOD / name)[0]
    loan = dict(zip(TITLES["DGXDYWJJB"], first, strict=True))
    assert f'"file": "{name}"' in done.stdout
    import json

    def walk(value: object) -> list[dict[str, object]]:
        if isinstance(value, dict):
            own = [value] if "file" in value and "row" in value else []
            return own + [x for v in value.values() for x in walk(v)]
        return [x for v in value for x in walk(v)] if isinstance(value, list) else []

    hits = [r for r in walk(json.loads(done.stdout)) if (r["file"], r["row"]) == (name, line)]
    assert [r["key"] for r in hits] == [loan["XDJJH"]]


def test_lost_parts_are_made_again_from_the_landed_export(trip: RoundTrip, tmp_path: Path) -> None:
    settings = trip.bank.copy(trip.home, tmp_path / "home")
    with Registry(settings.home.registry) as registry:
        receiver = Receiver(settings, registry, "test")
        loads = [x for x in registry.load_set(registry.latest_seq(), PERIOD) if x.org_id == ROOT]
        mapped = [x for x in loads if x.ledger in MAPPING.ledgers]
        assert {x.ledger for x in mapped} == set(MAPPING.ledgers)
        for ledger in MAPPING.ledgers:
            shutil.rmtree(settings.home.root / "lake" / ledger)
        lost = missing_parts(settings.home, mapped)
        assert restore_parts(receiver, mapped, lambda _: None) == len(lost) == len(mapped)


# ---- how the files are built ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("separator", "header", "encoding"),
    [
        ("|", False, "utf-8"),
        ("\x01", True, "gb18030"),
        ("\t", True, "utf-8"),
        (",", False, "gb18030"),
    ],
    ids=["pipe", "header-gb18030", "tab-header", "comma-gb18030"],
)
def test_another_build_of_the_files_gives_the_same_verdict(
    trip: RoundTrip,
    book: RuleBook,
    settings: Settings,
    tmp_path: Path,
    separator: str,
    header: bool,
    encoding: str,
) -> None:
    write_export(
        trip.bank.received,
        tmp_path / "export",
        PERIOD,
        separator=separator,
        header=header,
        encoding=encoding,
    )
    results = {r.identity.ledger: r for r in _judged(tmp_path / "export", settings, book)}
    first = {r.identity.ledger: r for r in _judged(trip.exports / PERIOD, settings, book)}
    for ledger, result in results.items():
        assert result.status == "passed", list(_findings(result, book))
        assert result.verdict.control_totals == first[ledger].verdict.control_totals
        assert result.verdict.accepted == first[ledger].verdict.accepted


def test_fields_and_their_order_are_those_published(reference_data: Path) -> None:
    published: dict[str, dict[str, str]] = {}
    with (reference_data / "east5_fields.csv").open(encoding="utf-8-sig", newline="") as stream:
        for row in csv.DictReader(stream):
            published.setdefault(row["file_code"], {})[row["field_code"]] = row["field_name"]
    for source in MAPPING.files.values():
        code = source.file.strip("*-").split("-")[0]
        assert list(source.fields.items()) == list(published[code].items()), code
        assert list(TITLES[code].items()) == list(published[code].items()), code


# ---- faults are found where they stand -----------------------------------------------------------


def _records(path: Path) -> list[list[str]]:
    return [line.split("\x01") for line in path.read_text(encoding="utf-8").splitlines()]


def _write(path: Path, records: list[list[str]]) -> None:
    path.write_text("".join("\x01".join(r) + "\n" for r in records), encoding="utf-8")


def _judged(folder: Path, settings: Settings, book: RuleBook) -> list[Receipt]:
    return validate_export(settings, CONTRACTS, book, open_export(folder, MAPPING))


def _judged_alone(folder: Path, ledger: str, settings: Settings, book: RuleBook) -> Receipt:
    """The verdict on one ledger of an export."""
    export = open_export(folder, MAPPING)
    verdict = judge_export(connect(settings), export, CONTRACTS[ledger], book)
    status = "passed" if verdict.is_accepted else "refused"
    return Receipt("", status, verdict, export.identity(ledger), CONTRACTS[ledger])


def _findings(receipt: Receipt, book: RuleBook) -> list[Finding]:
    return list(render(receipt.verdict.findings, book, receipt.contract))


@pytest.fixture
def export(trip: RoundTrip, tmp_path: Path) -> Path:
    """A copy of one month's export to spoil."""
    return Path(shutil.copytree(trip.exports / PERIOD, tmp_path / "export"))


FAULTS = [
    # table, field, value, ledger, code, field that the finding names
    ("GRXDYWJJB", "DKWJFL", "正常类", "loan_account", "JT-MAP-0001", "贷款五级分类(DKWJFL)"),
    ("DGXDYWJJB", "DKZT", "其他-诉讼", "loan_account", "JT-MAP-0001", "贷款状态(DKZT)"),
    ("GRXDYWJJB", "DKYE", "1,234.50", "loan_account", "JT-CELL-0004", "贷款余额(DKYE)"),
    ("DGXDYWJJB", "DKJE", "", "loan_account", "JT-CELL-0001", "贷款金额(DKJE)"),
    ("GRXDYWJJB", "SJLL", "四点三", "loan_account", "JT-CELL-0002", "实际利率(SJLL)"),
    ("GRXDYWJJB", "DKFFRQ", "20250230", "loan_account", "JT-CELL-0006", "贷款发放日期(DKFFRQ)"),
    ("GRXDYWJJB", "DKFFRQ", "99991231", "loan_account", "JT-CELL-0001", "贷款发放日期(DKFFRQ)"),
    ("GRXDYWJJB", "SFSNDK", "Ｙ", "loan_account", "JT-CELL-0003", "是否涉农贷款(SFSNDK)"),
    ("GRXDYWJJB", "QBRQ", "2025-3-1", "loan_account", "JT-MAP-0002", "欠本日期(QBRQ)"),
    ("DGXDYWJJB", "BZ", "USD", "loan_account", "JT-CELL-0001", "贷款金额(DKJE)"),
    ("GRXDYWJJB", "KHTYBH", "nobody", "loan_account", "JT-MAP-0003", "客户统一编号(KHTYBH)"),
    ("DGXDYWJJB", "KHTYBH", "nobody", "loan_account", "JT-MAP-0003", "客户统一编号(KHTYBH)"),
    ("GRJCXXB", "BXYGBZ", "个体户", "customer", "JT-MAP-0001", "客户类型(BXYGBZ)"),
    ("DGKHXXB", "QYFL", "小微企业", "customer", "JT-MAP-0001", "企业分类(QYFL)"),
    ("SXXXB", "SXZT", "冻结", "credit_line", "JT-MAP-0001", "授信状态(SXZT)"),
    ("SXXXB", "KHTYBH", "nobody", "credit_line", "JT-CELL-0001", "客户统一编号(KHTYBH)"),
    ("ZZKJQKMB", "KJKMBH", "9999", "gl_balance", "JT-MAP-0003", "期末借方余额(QMJFYE)"),
    ("JGXXB", "JGLB", "营业网点", "org_unit", "JT-CELL-0001", "机构类别(JGLB)"),
    ("YGB", "YGZT", "其他-返聘", "staff", "JT-MAP-0001", "员工状态(YGZT)"),
    ("GRCKFHZ", "CKYE", "一百", "customer_deposit", "JT-CELL-0001", "存款余额(CKYE)"),
]


@pytest.mark.parametrize(
    ("code", "field", "value", "ledger", "rule", "place"),
    FAULTS,
    ids=[f"{f[0]}-{f[1]}-{f[4]}" for f in FAULTS],
)
def test_fault_is_found_at_its_line_and_field_in_its_file(
    export: Path,
    settings: Settings,
    book: RuleBook,
    code: str,
    field: str,
    value: str,
    ledger: str,
    rule: str,
    place: str,
) -> None:
    path = export / f"{BANK_CODE}-{code}-20250331.txt"
    records = _records(path)
    at = list(TITLES[code]).index(field)
    line = next(n for n, r in enumerate(records, start=1) if n > 1 and r[1] != ROOT)
    records[line - 1][at] = value
    if code == "SXXXB":  # only the borrower tells the kind of this line
        records[line - 1][list(TITLES[code]).index("SXZL")] = "综合额度授信"
    _write(path, records)
    result = _judged_alone(export, ledger, settings, book)
    assert result.status == "refused"
    findings = _findings(result, book)
    found = [(f.code, f.row_no, f.cell) for f in findings]
    assert (rule, line, f"{path.name}:{line} {place}") in found, found
    text = "".join(f.message_zh for f in findings)
    assert ledger not in text


def test_unknown_code_says_what_the_mapping_knows(
    export: Path, settings: Settings, book: RuleBook
) -> None:
    path = export / f"{BANK_CODE}-SXXXB-20250331.txt"
    records = _records(path)
    records[0][list(TITLES["SXXXB"]).index("SXZT")] = "冻结"
    _write(path, records)
    result = _judged_alone(export, "credit_line", settings, book)
    (finding,) = _findings(result, book)
    assert "冻结" in finding.message_zh
    assert "有效、无效" in finding.message_zh
    assert finding.place("zh").startswith(f"{path.name}:1 授信状态(SXZT)")


def test_two_related_records_are_found_and_do_not_double_the_loan(
    export: Path, settings: Settings, book: RuleBook
) -> None:
    path = export / f"{BANK_CODE}-XDHTB-20250331.txt"
    records = _records(path)
    _write(path, [*records, records[0]])
    result = _judged_alone(export, "loan_account", settings, book)
    assert "JT-MAP-0004" in result.verdict.counts
    v = result.verdict
    assert v.received == v.accepted + v.rejected + sum(v.ignored.values())


def test_cut_line_is_found_and_the_other_faults_of_the_file_too(
    export: Path, settings: Settings, book: RuleBook
) -> None:
    path = export / f"{BANK_CODE}-GRXDYWJJB-20250331.txt"
    records = _records(path)
    records[2] = records[2][:-1]
    records[4][list(TITLES["GRXDYWJJB"]).index("DKWJFL")] = "?"
    _write(path, records)
    result = _judged_alone(export, "loan_account", settings, book)
    found = [(f.code, f.row_no, f.cell) for f in _findings(result, book)]
    assert ("JT-FILE-0014", 3, f"{path.name}:3") in found
    assert ("JT-MAP-0001", 5, f"{path.name}:5 贷款五级分类(DKWJFL)") in found


def test_row_of_another_month_refuses_the_whole_export(
    export: Path, settings: Settings, book: RuleBook
) -> None:
    path = export / f"{BANK_CODE}-SXXXB-20250331.txt"
    records = _records(path)
    records[3][-1] = "20250228"
    _write(path, records)
    (result,) = _judged(export, settings, book)
    (finding,) = _findings(result, book)
    assert result.status == "refused"
    assert (finding.code, finding.row_no) == ("JT-MAP-0006", 4)
    assert finding.cell == f"{path.name}:4 采集日期(CJRQ)"
    assert PERIOD in finding.message_zh


def test_file_with_another_number_of_fields_is_named(
    export: Path, settings: Settings, book: RuleBook
) -> None:
    path = export / f"{BANK_CODE}-SXXXB-20250331.txt"
    _write(path, [r[:10] for r in _records(path)])
    results = {r.identity.ledger: r for r in _judged(export, settings, book)}
    (finding,) = _findings(results["credit_line"], book)
    assert finding.code == "JT-MAP-0005"
    assert finding.place("zh").startswith(f"{path.name}:1")
    assert "10" in finding.message_zh
    assert "23" in finding.message_zh
    assert results["gl_balance"].status == "passed"


def test_missing_and_doubled_files_are_told_in_one_message(export: Path) -> None:
    (export / f"{BANK_CODE}-JGXXB-20250331.txt").unlink()
    loans = export / f"{BANK_CODE}-GRXDYWJJB-20250331.txt"
    shutil.copy(loans, export / "old-GRXDYWJJB-20250228.txt")
    with pytest.raises(UsageError) as caught:
        open_export(export, MAPPING)
    assert "机构信息表（*-JGXXB-*.txt）" in caught.value.zh
    assert "old-GRXDYWJJB-20250228.txt" in caught.value.zh
    assert "JGXXB" in caught.value.en


def test_bank_is_the_organisation_without_a_parent_or_the_one_named(export: Path) -> None:
    assert open_export(export, MAPPING).org_id == ROOT
    assert open_export(export, MAPPING, org_id="8888").org_id == "8888"
    path = export / f"{BANK_CODE}-JGGXB-20250331.txt"
    records = _records(path)
    for record in records:
        record[list(TITLES["JGGXB"]).index("SJGLNBJGH")] = "X"
    _write(path, records)
    with pytest.raises(UsageError, match="--branch"):
        open_export(export, MAPPING)


def test_month_asked_for_must_be_that_of_the_export(
    export: Path, settings: Settings, book: RuleBook
) -> None:
    asked = open_export(export, MAPPING, period=parse_period("2025-02"))
    assert asked.refusal
    assert asked.period is None
    (result,) = validate_export(settings, CONTRACTS, book, asked)
    assert set(result.verdict.counts) == {"JT-MAP-0006"}


def test_files_that_become_nothing_are_listed_with_the_reason(export: Path) -> None:
    (export / "readme.doc").write_text("x")
    ignored = open_export(export, MAPPING).ignored
    assert "柜员表" in ignored[f"{BANK_CODE}-GYB-20250331.txt"]
    assert set(ignored) == {"readme.doc", f"{BANK_CODE}-GYB-20250331.txt"}


# ---- nothing is lost -----------------------------------------------------------------------------


def _spoil(records: list[list[str]], rng: random.Random) -> None:
    """Change, drop or double something."""
    row = rng.choice(records)
    what: Callable[[], object] = rng.choice(
        [
            lambda: row.__setitem__(
                rng.randrange(len(row)), rng.choice(["", "0", "坏", "-1", "99991231"])
            ),
            lambda: records.append(list(row)),
            lambda: records.remove(row),
            lambda: row.pop(),
            lambda: records.append([""]),
        ]
    )
    what()


def test_every_line_of_a_spoilt_export_is_accounted_for(
    trip: RoundTrip, settings: Settings, book: RuleBook, tmp_path: Path
) -> None:
    rng = random.Random(20250331)
    judged = 0
    for attempt in range(12):
        folder = Path(shutil.copytree(trip.exports / PERIOD, tmp_path / str(attempt)))
        path = rng.choice([p for p in sorted(folder.iterdir()) if p.stat().st_size])
        records = _records(path)
        for _ in range(3):
            _spoil(records, rng)
        _write(path, records)
        try:
            results = _judged(folder, settings, book)
        except UsageError:
            assert "JGGXB" in path.name  # the bank itself can no longer be told
            continue
        for result in results:
            v = result.verdict
            assert v.received == v.accepted + v.rejected + sum(v.ignored.values()), path
            if result.identity and v.received:
                sources = MAPPING.from_files(result.identity.ledger)
                names = [folder / open_export(folder, MAPPING).names[a] for a in sources]
                lines = sum(len(n.read_text(encoding="utf-8").splitlines()) for n in names)
                assert v.received == lines, path
                judged += 1
    assert judged > 50


def test_contracts_of_the_mapped_ledgers_are_known(contracts: dict[str, Contract]) -> None:
    assert set(MAPPED) <= set(MAPPING.ledgers) <= set(contracts)
