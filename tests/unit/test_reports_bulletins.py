"""Bulletins: ranks, gaps, verdicts, movements, reasons in words; workbook, page and paper agree."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
import subprocess
import zipfile
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from expectations.strict_yaml import StrictYamlError
from reports.bulletins.compose import numbered
from reports.bulletins.content import NUMBER, TEXT, Cell, Column, Line, Table
from reports.bulletins.figures import comparable, ranks
from reports.bulletins.measure import measure_of
from reports.bulletins.plan import load_plan
from reports.gate import EmissionRefused
from reports.outputs import REPORTS_DIR, discover_outputs
from reports.reasons import reason_plain_zh, without_identifiers
from reports.writers import chart as charts
from reports.writers import pdf
from reports.writers.chart import Chart, Point, draw, option_of
from tests import reports_bank as bank

Rows = list[dict[str, Any]]
Document = dict[str, Any]
COVERED = "grid_coverage_rate_cumulative"


def _figure(document: Document, key: str) -> Rows:
    rows: Rows = document["figures"][key]["organisations"]
    return rows


def standing(document: Document, key: str, org_id: str) -> dict[str, Any]:
    return next(row for row in _figure(document, key) if row["org_id"] == org_id)


def paragraphs(document: Document, title: str) -> str:
    found = next(s for s in document["sections"] if s["title_zh"].startswith(title))
    return "\n".join(found["paragraphs"])


def earlier_rows() -> Rows:
    """Last month B001 covered 8 of 10 units, B002 14 of 20, B003 12 of 32; the bank 34 of 62."""
    then = {"B001": (8, 10), "B002": (14, 20), "B003": (12, 32), "B000": (34, 62)}
    return [
        bank.earlier_row(
            row,
            "month",
            Decimal(then[row["org_id"]][0]) / Decimal(then[row["org_id"]][1]),
            numerator=Decimal(then[row["org_id"]][0]),
            denominator=Decimal(then[row["org_id"]][1]),
        )
        for row in bank.coverage_metric_rows()
        if row["metric_id"] == COVERED
    ]


def _quantized(rows: Rows) -> Rows:
    return [{**row, "value": row["value"].quantize(Decimal("0.000001"))} for row in rows]


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("coverage")
    source = bank.marts_slice(
        folder / "s",
        bank.coverage_metric_rows(),
        bank.coverage_attainment_rows(),
        earlier_rows=_quantized(earlier_rows()),
    )
    return bank.emit_from("coverage_bulletin", source, folder, wants_pdf=True).pack_dir


@pytest.fixture(scope="module")
def document(pack: Path) -> Document:
    content: Document = json.loads((pack / "coverage_bulletin.json").read_text("utf-8"))
    return content


@pytest.fixture(scope="module")
def book(pack: Path) -> Any:
    content = (pack / "coverage_bulletin.xlsx").read_bytes()
    return openpyxl.load_workbook(io.BytesIO(content), data_only=True)


@pytest.fixture(scope="module")
def page(pack: Path) -> str:
    return (pack / "coverage_bulletin.html").read_text("utf-8")


@pytest.fixture
def emitted(tmp_path: Path) -> Callable[[Rows, Rows], Document]:
    def run(metrics: Rows, attainment: Rows) -> Document:
        source = bank.marts_slice(tmp_path / "s", metrics, attainment)
        folder = bank.emit_from("coverage_bulletin", source, tmp_path).pack_dir
        content: Document = json.loads((folder / "coverage_bulletin.json").read_text("utf-8"))
        return content

    return run


# ---- ranks, gaps, verdicts ----------------------------------------------------------------------


def test_branches_are_ranked_from_the_best(document: Document) -> None:
    assert [(row["org_id"], row["rank"]) for row in _figure(document, "covered")] == [
        ("B000", None), ("B001", 1), ("B002", 2), ("B003", 3),
    ]  # fmt: skip


def test_branches_are_ranked_within_their_group(document: Document) -> None:
    # B001 and B002 stand in town; B003 is the only township branch and the first of its kind.
    found = {
        row["org_id"]: (row["peer_zh"], row["peer_rank"]) for row in _figure(document, "covered")
    }
    assert found["B002"] == ("城区", 2)
    assert found["B003"] == ("乡镇", 1)


def test_ranks_are_of_unrounded_numbers() -> None:
    # Both print as 33.33 %; equal ones share a rank, unknown ones have none.
    third = Fraction(1, 3)
    found = ranks({"a": third - Fraction(1, 10**9), "b": third, "c": third, "d": None})
    assert found == {"b": 1, "c": 1, "a": 3}


def test_rates_equal_in_the_sixth_decimal_rank_by_their_parts(
    emitted: Callable[[Rows, Rows], Document],
) -> None:
    metrics = bank.coverage_metric_rows()
    parts = {"B001": (3333333, 10000000), "B002": (33333333, 100000000)}
    for row in metrics:
        if row["metric_id"] == COVERED and row["org_id"] in parts:
            top, bottom = parts[row["org_id"]]
            row |= {
                "numerator": Decimal(top),
                "denominator": Decimal(bottom),
                "value": Decimal("0.333333"),
            }
    found = {r["org_id"]: r["rank"] for r in _figure(emitted(metrics, []), "covered")}
    assert (found["B003"], found["B002"], found["B001"]) == (1, 2, 3)


def test_where_less_is_better_the_least_is_first(tmp_path: Path) -> None:
    source = bank.marts_slice(
        tmp_path / "s", bank.coverage_metric_rows(), [], better={"grid_no_overlap_no_gap": "down"}
    )
    folder = bank.emit_from("coverage_bulletin", source, tmp_path).pack_dir
    document = json.loads((folder / "coverage_bulletin.json").read_text("utf-8"))
    assert [(r["org_id"], r["rank"]) for r in _figure(document, "gap")[1:]] == [
        ("B001", 1), ("B002", 2), ("B003", 3),
    ]  # fmt: skip


def test_bank_totals_are_the_banks_own_figures(document: Document) -> None:
    total = _figure(document, "covered")[0]
    assert (total["numerator"], total["denominator"]) == ("35.000000", "60.000000")
    assert total["printed"] == "58.33%"


def test_gaps_are_in_percentage_points_with_a_verdict(document: Document) -> None:
    missed = standing(document, "rural", "B003")
    assert (missed["target_zh"], missed["printed_gap"]) == ("第二年 ≥90%", "-23.00百分点")
    assert missed["verdict_zh"] == "未达标"
    met = standing(document, "resident", "B002")
    assert (met["printed_gap"], met["verdict_zh"]) == ("0.00百分点", "达标")


def test_a_segment_without_target_says_so(document: Document) -> None:
    row = standing(document, "small_micro", "B001")
    assert (row["verdict_zh"], row["target"], row["gap"]) == ("无目标", None, None)


def test_an_empty_population_is_neither_ranked_nor_judged(document: Document) -> None:
    row = standing(document, "rural", "B001")
    assert (row["rank"], row["value"], row["verdict_zh"]) == (None, None, "未判定")
    assert row["remark"] == "分母为零"
    order = [r["org_id"] for r in _figure(document, "rural")]
    assert order == ["B000", "B002", "B003", "B001"]  # without a figure comes last


def test_pooled_segments_are_shown_where_a_target_binds(document: Document) -> None:
    assert "community_merchant_and_small_micro" in document["figures"]
    assert "merchant_and_small_micro" not in document["figures"]


def test_the_headline_tells_the_state_of_the_bank(document: Document) -> None:
    text = paragraphs(document, "总体情况")
    assert "全行村（社区）60个，已有网格覆盖35个，累计覆盖面58.33%" in text
    assert "尚未划网格25个，重复划分1个" in text
    assert "试点覆盖面65.00%，目标第二年=70%，低于目标5.00百分点，未达标" in text
    assert "高于目标4.00百分点，达标" in text


def test_a_branch_without_any_row_is_listed_as_without_data(
    emitted: Callable[[Rows, Rows], Document],
) -> None:
    metrics = [row for row in bank.coverage_metric_rows() if row["org_id"] != "B003"]
    document = emitted(metrics, [])
    last = _figure(document, "pilot")[-1]
    assert (last["org_id"], last["remark"], last["value"]) == ("B003", "无数据", None)
    assert "试点单位覆盖面：河口支行，无数据。" in paragraphs(document, "缺数说明")


def test_an_unknown_phase_gives_no_verdict_and_names_the_goals(
    emitted: Callable[[Rows, Rows], Document],
) -> None:
    # Without plan_start_year the marts list the goal of every phase, undecided.
    metrics = bank.coverage_metric_rows()
    attainment = [
        bank.attainment_row(row, ">=", target, phase, "missing_parameter:plan_start_year")
        for row in metrics
        if (row["metric_id"], row["segment"]) == ("archive_coverage_rate", "community_resident")
        for phase, target in (("Y1", "0.40"), ("Y2", "0.70"), ("Y3", "1"))
    ]
    document = emitted(metrics, attainment)
    row = standing(document, "resident", "B001")
    assert (row["verdict_zh"], row["target_zh"], row["gap"]) == ("未判定", "", None)
    assert "缺少参数“方案起始年”" in row["remark"]
    goals = [
        f"夷陵区金融服务网格化方案 {phase} ≥{target}%"
        for phase, target in (("第一年", 40), ("第二年", 70), ("第三年", 100))
    ]
    assert "、".join(goals) in row["remark"]
    assert "低于目标" not in paragraphs(document, "总体情况")


def test_an_approximate_goal_of_a_late_year_is_told_in_words(
    emitted: Callable[[Rows, Rows], Document],
) -> None:
    metrics = bank.coverage_metric_rows()
    bank_row = next(
        row for row in metrics
        if row["metric_id"] == "pilot_unit_coverage_rate" and row["org_id"] == "B000"
    )  # fmt: skip
    document = emitted(metrics, [bank.attainment_row(bank_row, "~", "0.70", "Y5")])
    assert _figure(document, "pilot")[0]["target_zh"] == "第五年 约70%"
    assert "目标第五年约70%，低于目标5.00百分点" in paragraphs(document, "总体情况")


def test_mixed_schemes_leave_the_bank_undecided(
    emitted: Callable[[Rows, Rows], Document],
) -> None:
    metrics = bank.coverage_metric_rows()
    bank_row = next(
        row for row in metrics
        if row["metric_id"] == "pilot_unit_coverage_rate" and row["org_id"] == "B000"
    )  # fmt: skip
    attainment = [
        {
            **bank.attainment_row(bank_row, ">=", target, "Y1", "mixed_schemes"),
            "scheme_id": scheme,
        }
        for scheme, target in (("sanxia_grid", "0.30"), ("hubei_county_grid", "0.40"))
    ]
    total = _figure(emitted(metrics, attainment), "pilot")[0]
    assert total["verdict_zh"] == "未判定"
    assert total["remark"] == (
        "各机构绑定方案不同，不作全行判定；涉及目标：湖北县域金融服务网格化方案 第一年 ≥40%、夷陵区金融服务网格化方案 第一年 ≥30%"
    )


def test_a_goal_that_binds_only_some_branches_is_not_held_against_the_bank(
    emitted: Callable[[Rows, Rows], Document],
) -> None:
    metrics = bank.coverage_metric_rows()
    bank_row = next(
        row for row in metrics
        if row["metric_id"] == "grid_coverage_rate_annual" and row["org_id"] == "B000"
    )  # fmt: skip
    goal = bank.attainment_row(bank_row, ">=", "0.30", "Y1", "mixed_schemes")
    total = _figure(emitted(metrics, [goal]), "covered_this_year")[0]
    assert (total["verdict_zh"], total["target_zh"], total["gap"]) == ("未判定", "", None)


def test_a_share_met_in_whole_units_says_why(
    emitted: Callable[[Rows, Rows], Document],
) -> None:
    # 30 % of 18 villages are 5.4, so 5 are enough: 27.78 %.
    row = bank.metric_row(
        "pilot_unit_coverage_rate",
        "village_and_community",
        Decimal("0.277778"),
        org_id="B003",
        unit="ratio",
        numerator=Decimal(5),
        denominator=Decimal(18),
    )
    metrics = [
        row if (m["metric_id"], m["org_id"]) == ("pilot_unit_coverage_rate", "B003") else m
        for m in bank.coverage_metric_rows()
    ]
    document = emitted(metrics, [bank.attainment_row(row, "=", "0.30", "Y1")])
    branch = standing(document, "pilot", "B003")
    assert (branch["verdict_zh"], branch["printed_gap"]) == ("达标", "-2.22百分点")
    assert branch["remark"] == "目标折合5个（四舍五入），实有5个"


def test_a_missing_figure_of_the_bank_is_refused_by_name(tmp_path: Path) -> None:
    metrics = [
        row for row in bank.coverage_metric_rows()
        if (row["metric_id"], row["org_id"]) != ("grid_coverage_rate_annual", "B000")
    ]  # fmt: skip
    source = bank.marts_slice(tmp_path / "s", metrics, [])
    with pytest.raises(EmissionRefused, match=r"grid_coverage_rate_annual\[all_units\]"):
        bank.emit_from("coverage_bulletin", source, tmp_path)


# ---- what changed and why -----------------------------------------------------------------------


def test_a_change_is_told_with_what_numerator_and_denominator_did(document: Document) -> None:
    # 34/62 = 54.84 % to 35/60 = 58.33 %: +3.49 points. One more covered unit alone makes
    # 1/62 = 1.61 points; two units fewer make 35/60 - 35/62 = 1.88.
    text = paragraphs(document, "变动及原因")
    assert "与上月末（2025年11月）相比：" in text
    assert (
        "网格覆盖面（累计）：全行58.33%，比上月末（2025年11月）上升3.49百分点：已覆盖由34个变为35个，"
        "拉高1.61百分点；村（社区）数由62个变为60个，拉高1.88百分点。"
    ) in text


def test_the_branches_that_moved_most_are_named_with_their_part(document: Document) -> None:
    # B001 80 % to 100 %: 2 more of 10; of the bank's change that is 2/60 = 3.33 points.
    # B002 70 % to 65 %: 1 fewer of 20, -1/60 = -1.67. B003: the rest, 34/62 x 2/60 = 1.83.
    text = paragraphs(document, "变动及原因")
    assert (
        "上升最多：营业部+20.00百分点（已覆盖由8个变为10个，拉高20.00百分点；村（社区）数10个未变，"
        "对全行变动的影响+3.33百分点）；河口支行+2.50百分点"
    ) in text
    assert "下降最多：城关支行-5.00百分点" in text
    assert "对全行变动的影响-1.67百分点" in text
    assert "对全行变动的影响+1.83百分点" in text


def test_without_earlier_figures_the_bulletin_says_that_it_lists_no_change(
    emitted: Callable[[Rows, Rows], Document],
) -> None:
    document = emitted(bank.coverage_metric_rows(), [])
    assert "本期不列变动" in paragraphs(document, "变动及原因")
    assert document["compared_with"] == {}


# ---- workbook -----------------------------------------------------------------------------------


def test_the_workbook_has_native_charts(pack: Path) -> None:
    with zipfile.ZipFile(pack / "coverage_bulletin.xlsx") as archive:
        found = [name for name in archive.namelist() if name.startswith("xl/charts/chart")]
        text = archive.read(found[0]).decode()
    drawn = json.loads((pack / "coverage_bulletin.json").read_text("utf-8"))["charts"]
    assert len(found) == len(drawn) == 4
    assert "barChart" in text


def test_the_front_page_counts_verdicts_of_branches(book: Any) -> None:
    rows = list(book["通报"].iter_rows(values_only=True))
    line = next(row for row in rows if row[0] == "农户建档面")
    # 判定, 较上月末, 达标, 未达标, 无目标, 未判定
    assert line[4:10] == ("未达标", "－", 1, 1, 0, 1)


def test_a_ranked_sheet_ends_with_the_bank(book: Any) -> None:
    rows = [r for r in book["网格覆盖"].iter_rows(values_only=True) if r[1] == "全行"]
    # 名次, 机构, 分组, 组内名次, 已覆盖, 村（社区）数, 覆盖面, 较上月末, 未划网格, 重复划分
    assert rows == [(None, "全行", None, None, 35, 60, 0.5833, 3.49, 25, 1)]


def test_lineage_positions_point_at_the_printed_figures(book: Any) -> None:
    heads = 3
    checked = 0
    for line in book["数据来源"].iter_rows(min_row=heads + 1, values_only=True):
        sheet = book[line[0].split(" ")[0]]
        assert sheet[line[1]].value == line[9], line
        checked += 1
    assert checked > 50


# ---- page and paper -----------------------------------------------------------------------------


def test_the_page_needs_nothing_beside_itself(page: str) -> None:
    addresses = set(re.findall(r"https?://[^\"' )>]+", page))
    assert addresses <= {"http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"}
    assert "<script" not in page and "<link" not in page
    assert page.count("<svg") == 4


def test_names_inside_the_pictures_of_a_page_do_not_meet(page: str) -> None:
    pictures = page.split("<svg")[1:]
    names = [set(re.findall(r'(?:class|id)="(zr\d+-[^"]+)"', picture)) for picture in pictures]
    assert all(names)
    assert len(set.union(*names)) == sum(map(len, names))


def test_no_internal_name_is_shown_to_a_reader(page: str, book: Any) -> None:
    visible = re.sub(r"<style>.*?</style>|<[^>]+>", " ", page, flags=re.DOTALL)
    assert re.findall(r"[a-z]+_[a-z_]+", visible) == []
    for name in book.sheetnames:
        if name != "数据来源":  # the trace is for those who look things up
            cells = " ".join(
                str(c) for row in book[name].iter_rows(values_only=True) for c in row if c
            )
            assert re.findall(r"[a-z]+_[a-z_]+", cells) == [], name


def test_every_printed_figure_of_a_ranked_table_is_on_the_page(page: str, book: Any) -> None:
    rows = list(book["试点单位"].iter_rows(values_only=True))
    head = next(i for i, row in enumerate(rows) if row[0] == "名次")
    rates = [row[6] for row in rows[head + 1 :] if isinstance(row[6], float)]
    assert len(rates) == 4
    for rate in rates:
        assert f">{rate * 100:.2f}%<" in page


def _paper(pack: Path) -> Path:
    path = pack / "coverage_bulletin.pdf"
    if not path.is_file():
        reason = json.loads((pack / "manifest.json").read_text("utf-8"))["left_out"][path.name]
        pytest.skip(f"no PDF on this machine: {reason['reason_en']}")
    return path


def test_the_paper_carries_the_figures_and_numbered_pages(pack: Path) -> None:
    path = _paper(pack)
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext (poppler-utils) is not installed")
    text = subprocess.run(
        ["pdftotext", "-layout", str(path), "-"], capture_output=True, text=True, check=True
    ).stdout
    flat = re.sub(r"\s", "", text)
    assert "58.33%" in text and "-23.00" in text
    pages = text.count("\f")
    assert f"第{pages}页共{pages}页" in flat
    assert "缺数说明" in flat and "分母为零" in flat


def test_a_machine_without_fonts_leaves_the_paper_out_and_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pdf.typesetter.cache_clear()
    monkeypatch.setattr(pdf, "_face_version", lambda face: "")
    monkeypatch.setattr(pdf, "find_library", lambda name: f"lib{name}.so")
    source = bank.marts_slice(tmp_path / "s", bank.coverage_metric_rows(), [])
    result = bank.emit_from("coverage_bulletin", source, tmp_path, wants_pdf=True)
    pdf.typesetter.cache_clear()
    assert "coverage_bulletin.html" in result.files
    assert "coverage_bulletin.pdf" not in result.files
    manifest = json.loads((result.pack_dir / "manifest.json").read_text("utf-8"))
    said = manifest["left_out"]["coverage_bulletin.pdf"]
    assert "Noto Serif CJK SC" in said["reason_zh"] and "apt-get install" in said["reason_en"]
    assert result.left_out == manifest["left_out"]


def test_the_same_figures_give_the_same_bytes(pack: Path, tmp_path: Path) -> None:
    source = bank.marts_slice(
        tmp_path / "s",
        bank.coverage_metric_rows(),
        bank.coverage_attainment_rows(),
        earlier_rows=_quantized(earlier_rows()),
    )
    again = bank.emit_from("coverage_bulletin", source, tmp_path, wants_pdf=True).pack_dir
    names = sorted(path.name for path in pack.iterdir())
    assert names == sorted(path.name for path in again.iterdir())
    for name in names:
        assert (pack / name).read_bytes() == (again / name).read_bytes(), name


def test_a_bank_that_wants_no_paper_finds_that_in_the_manifest(tmp_path: Path) -> None:
    source = bank.marts_slice(tmp_path / "s", bank.coverage_metric_rows(), [])
    result = bank.emit_from("coverage_bulletin", source, tmp_path, wants_pdf=False)
    assert "JINGTIAN_PDF" in result.left_out["coverage_bulletin.pdf"]["reason_zh"]


# ---- declarations -------------------------------------------------------------------------------


def _bulletins() -> list[str]:
    return [o.id for o in discover_outputs().values() if o.kind == "bulletin"]


@pytest.mark.parametrize("output_id", _bulletins())
def test_every_bulletin_is_declared_without_contradiction(output_id: str) -> None:
    output = discover_outputs()[output_id]
    plan = load_plan(output.folder, output.reads)
    assert plan.sections and plan.summary and plan.movements


@pytest.fixture
def declared(tmp_path: Path) -> Path:
    return Path(shutil.copytree(REPORTS_DIR / "bulletins/coverage", tmp_path / "coverage"))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("rank_by: covered,", "rank_by: coverd,", "sections name no figure 'coverd'"),
        ("{gap.value}", "{gap.valu}", r"unknown place \{gap\.valu\}"),
        (", beside: [gap, overlap]", "", "figure 'overlap' is declared and never shown"),
        ("metric: pilot_unit_coverage_rate", "metric: pilot_rate", "output.yml reads"),
        ("title_zh: 未划网格", "titel_zh: 未划网格", "titel_zh"),
    ],
)
def test_a_slip_in_a_declaration_is_refused_with_file_and_line(
    declared: Path, old: str, new: str, message: str
) -> None:
    path = declared / "bulletin.yml"
    text = path.read_text("utf-8")
    assert old in text
    text = text.replace(old, new)
    if "never shown" in message:
        text = text.replace("，重复划分{overlap.value}", "")
    path.write_text(text, "utf-8")
    reads = discover_outputs()["coverage_bulletin"].reads
    with pytest.raises(StrictYamlError, match=message) as refused:
        load_plan(declared, reads)
    assert refused.value.path == path and refused.value.line > 0


# ---- words and pictures -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("zero_denominator", "分母为零"),
        ("no_source:loan_account.balance", "缺少来源《贷款借据》的“贷款余额”"),
        ("no_source:loan_account:2024-12", "缺少来源《贷款借据》2024-12"),
        ("missing_parameter:plan_start_year", "缺少参数“方案起始年”"),
        ("no_source:card;zero_denominator", "缺少来源《卡》；分母为零"),
    ],
)
def test_a_reason_is_told_without_identifiers(code: str, text: str) -> None:
    assert reason_plain_zh(code) == text


def test_identifiers_in_a_reading_are_told_by_name() -> None:
    names = {"inclusive_loan_balance": "普惠贷款余额"}
    assert without_identifiers("口径见 inclusive_loan_balance", names) == "口径见“普惠贷款余额”"


def test_every_definition_that_a_bulletin_prints_is_told_in_words() -> None:
    told = {m for o in discover_outputs().values() if o.kind == "bulletin" for m in o.reads}
    seeds = REPORTS_DIR.parent / "dbt_project/seeds"
    with (seeds / "metric_catalogue.csv").open(encoding="utf-8", newline="") as stream:
        catalogue = {row["metric_id"]: row for row in csv.DictReader(stream)}
    with (seeds / "metric_definition.csv").open(encoding="utf-8", newline="") as stream:
        rows = [row for row in csv.DictReader(stream) if row["metric_id"] in told]
    names = {metric_id: row["name_zh"] for metric_id, row in catalogue.items()}
    assert told <= names.keys() and rows
    for row in rows:
        texts = (row["reading_zh"], row["clause"], catalogue[row["metric_id"]]["formula_zh"])
        for text in texts:
            plain = without_identifiers(text, names)
            assert "未具名项" not in plain, (
                f"{row['definition_id']}: give the identifier in “{text}” a name in reports/reasons.yml"
            )
            assert not re.search(r"[a-z]+_[a-z]+", plain), (row["definition_id"], plain)


def test_numbers_of_parts_are_chinese() -> None:
    assert [numbered(n) for n in (1, 10, 11, 20, 21)] == ["一", "十", "十一", "二十", "二十一"]


def test_a_chart_keeps_to_one_specification_on_screen_and_in_print() -> None:
    chart = Chart(
        title="覆盖面",
        kind=charts.BARS,
        points=(
            Point("营业部", Decimal("82.5"), Decimal(70), charts.GOOD),
            Point("河口支行", None),
            Point("城关支行", Decimal(40), Decimal(70), charts.BAD, "未达标"),
        ),
        unit="%",
        decimals=2,
        series="覆盖面",
        average=("全行 58.33%", Decimal("58.33")),
    )
    option = option_of(chart)
    json.dumps(option)  # plain values only: no function can differ between screen and print
    picture = draw([chart])[0]
    for text in ("营业部", "82.50%", "40.00% 未达标", "全行 58.33%", "目标"):
        assert f">{text}</text>" in picture
    assert option["xAxis"]["max"] == 100.0
    assert draw([chart])[0] == picture


def test_a_low_column_carries_its_label_above_itself_and_clear_of_its_target() -> None:
    points = (
        Point("高", Decimal(90), Decimal(100)),
        Point("低", Decimal(2), Decimal(100)),
        Point("近", Decimal(2), Decimal(10)),
    )
    chart = Chart("图", charts.COLUMNS, points, "万元", 2, "全行")
    high, low, near = (bar["label"] for bar in option_of(chart)["series"][0]["data"])
    assert (high["position"], low["position"], near["position"]) == ("insideBottom", "top", "top")
    assert low["color"] != "#FFFFFF"
    assert near["distance"] > low["distance"]  # 8 of 100: the target would cross the label


def test_a_column_is_as_wide_as_its_widest_number() -> None:
    columns = (Column("指标", TEXT, 24), Column("差距", NUMBER, 9))
    wan = measure_of("元")
    gap = Cell(value=Decimal("-11913296044.28"), measure=wan, sign=True)
    table = Table(columns, (Line((Cell("净增"), gap)),))
    assert gap.printed == "-1,191,329.60"
    assert table.widths == [24, 15]
    assert Table(columns, ()).widths == [24, 9]


@pytest.mark.parametrize(
    ("kind", "counts_from_january", "period", "then", "expected"),
    [
        ("count", False, "2026-02", "2025-12", (10, 2)),  # a stock
        ("count", True, "2026-02", "2026-01", (10, 2)),  # the same year
        ("count", True, "2026-02", "2025-12", None),  # two months beside twelve
        ("count", True, "2025-12", "2024-12", (10, 2)),  # twelve beside twelve
        ("ratio", True, "2026-02", "2025-12", (None, None)),  # a rate, without its parts
        ("ratio", False, "2026-02", "2025-12", (10, 2)),
    ],
)
def test_what_counts_from_january_is_held_against_its_own_year(
    kind: str,
    counts_from_january: bool,
    period: str,
    then: str,
    expected: tuple[int | None, int | None] | None,
) -> None:
    about = {"kind": kind, "is_year_to_date": counts_from_january}
    row = {"basis": "year", "earlier_period": then, "numerator": 10, "denominator": 2, "value": 5}
    found = comparable(about, period, [row])
    if expected is None:
        assert found == {}
    else:
        assert (found["year"].numerator, found["year"].denominator) == expected
        assert (found["year"].period, found["year"].value) == (then, 5)
