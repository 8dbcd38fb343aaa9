"""From figures to what a bulletin says: sentences, ranked tables, charts, reasons, definitions.

Here belong the order of the parts and their words, the same for every bulletin. How a part looks
belongs to the writers, how a change is taken apart to ``movements.py``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from reports.bulletins.content import (
    BAD,
    CENTRE,
    DOUBTFUL,
    FAINT,
    GOOD,
    NUMBER,
    TEXT,
    Cell,
    Column,
    Content,
    Line,
    Section,
    Source,
    Table,
)
from reports.bulletins.figures import (
    ATTAINED,
    MISSED,
    NO_DATA,
    NO_TARGET,
    UNDECIDED,
    VERDICT_ZH,
    Figure,
    Figures,
    Standing,
)
from reports.bulletins.movements import BASIS_ZH, bank_sentence, branch_sentence
from reports.bulletins.plan import (
    ALL,
    AMONG_ZH,
    PLACES,
    STRONG_COUNTY,
    TOWNSHIP,
    ChartPlan,
    Plan,
    SectionPlan,
    figures_in,
    fill,
)
from reports.draft import Order, date_zh, period_zh
from reports.reasons import reason_plain_zh
from reports.slices import Row
from reports.waivers import HEADS_ZH as WAIVER_HEADS
from reports.waivers import TITLE_ZH as WAIVER_TITLE
from reports.waivers import touched_zh, waiver_rows
from reports.writers import chart as charts
from reports.writers.chart import Chart, Point

TONES = {ATTAINED: GOOD, MISSED: BAD, NO_TARGET: FAINT, UNDECIDED: DOUBTFUL}
DEFINITIONS, WORST = "口径说明", "差距最大的机构"
# A chart of more branches cannot be read; the table has them all.
_CHARTED = 30
_WORST_SHOWN = 10
_NUMERALS = "零一二三四五六七八九十"
_SHORT = {"month": "较上月末", "year": "较年初"}
_TARGET_COLUMNS = (
    Column("目标", CENTRE, 15),
    Column("差距", NUMBER, 10),
    Column("判定", CENTRE, 8),
)
_COMMON_NOTES = (
    "名次按未四舍五入的数排列，相同者并列；没有数的机构不排名。组内名次在同一分组（机构台账的分组PK组别，未填的按城区、城关、乡镇）内排列。",
    "差距＝实际－目标，变动＝本期－比较期，均用未四舍五入的数计算后再取位；比率的差距和变动以百分点表示。",
    "变动分解：分子影响＝（本期分子－上期分子）÷上期分母，其余为分母影响；机构对全行比率变动的影响＝"
    "（分子变动－全行上期比率×分母变动）÷全行本期分母，各机构之和等于全行变动。",
)


def compose(order: Order, plan: Plan, found: Figures, definitions: Sequence[Row]) -> Content:
    """Arrange the figures of a period as a bulletin.

    Args:
        order: Output and period.
        plan: The bulletin's declaration.
        found: The figures.
        definitions: Rows of ``metric_definition`` with the metric's name and formula.
    """
    shown = found.figures
    parts = [
        Section(
            "总体情况",
            tuple(_summary(plan, found)),
            tuple(c for c in (_bank_chart(chart, shown) for chart in plan.charts) if c),
        ),
        Section("达标情况", tables=(_overview(found),)),
        _movements(plan, found),
        *(_ranked(section, found) for section in plan.sections if section.rank_by in shown),
        Section(f"{WORST}（前{_WORST_SHOWN}项）", tables=(_worst(found),), sheet=WORST),
    ]
    if gaps := _missing(found):
        parts.append(Section("缺数说明", tuple(gaps)))
    parts.append(_definitions(plan, found, definitions))
    if order.waivers:
        parts.append(_waivers(order))
    return Content(
        title=plan.title_zh,
        period=order.period,
        period_zh=period_zh(order.period),
        date_zh=date_zh(order.period_end),
        institution=found.bank_name,
        sections=tuple(parts),
    )


def numbered(position: int) -> str:
    """Chinese number of a part counted from 1, e.g. 十一."""
    if position <= 10:
        return _NUMERALS[position]
    tens, ones = divmod(position, 10)
    return f"{'' if tens == 1 else _NUMERALS[tens]}十{_NUMERALS[ones] if ones else ''}"


# ---- 总体情况 -----------------------------------------------------------------------------------


def _summary(plan: Plan, found: Figures) -> list[str]:
    told = {
        (key, place): _place(figure, place)
        for key, figure in found.figures.items()
        for place in PLACES
    }
    return [fill(text, told) for text in plan.summary if figures_in(text) <= set(found.figures)]


def _place(figure: Figure, place: str) -> str:
    bank = figure.bank
    if place == "against":
        return against(figure, bank)
    if place == "change":
        return "".join(
            f"，比{BASIS_ZH[basis]}{figure.difference.told(change, sign=True)}"
            if figure.difference.rounded(change)
            else f"，与{BASIS_ZH[basis]}持平"
            for basis in ("month", "year")
            if (change := bank.change(basis)) is not None
        )
    value = {"value": bank.value, "numerator": bank.numerator, "denominator": bank.denominator}
    number = value[place]
    if number is None:
        return f"（缺：{bank.remark or NO_DATA}）" if place == "value" else "（缺）"
    return (figure.measure if place == "value" else figure.parts).told(number)


def against(figure: Figure, standing: Standing) -> str:
    """Target, distance and verdict in a sentence, e.g. ``，目标第二年≥70%，低于目标5.00百分点``."""
    if standing.verdict in (ATTAINED, MISSED) and standing.gap is not None:
        gap = figure.difference.told(abs(standing.gap))
        side = "低于" if standing.gap < 0 else "高于"
        distance = f"{side}目标{gap}" if figure.difference.rounded(standing.gap) else "与目标持平"
        return f"，目标{figure.target_told(standing)}，{distance}，{VERDICT_ZH[standing.verdict]}"
    if standing.verdict == NO_TARGET:
        return ""  # the table says so once for each figure
    reason = f"（{standing.undecided_zh}）" if standing.undecided_zh else ""
    return f"，{VERDICT_ZH[standing.verdict]}{reason}"


def _bank_chart(plan: ChartPlan, shown: Mapping[str, Figure]) -> Chart | None:
    """The whole bank over several figures; None when none of them is shown."""
    figures = [shown[key] for key in plan.figures if key in shown]
    if not figures:
        return None
    measure = figures[0].measure
    return Chart(
        title=plan.title_zh,
        kind=charts.COLUMNS,
        points=tuple(
            _point(figure, figure.bank, figure.plan.title_zh.removesuffix("建档面"))
            for figure in figures
        ),
        unit=measure.unit,
        decimals=measure.decimals,
        series="全行",
    )


def _point(figure: Figure, standing: Standing, name: str) -> Point:
    measure = figure.measure
    is_judged = standing.verdict in (ATTAINED, MISSED)
    return Point(
        name=name,
        value=None if standing.value is None else measure.rounded(standing.value),
        target=(
            measure.rounded(standing.target) if is_judged and standing.target is not None else None
        ),
        tone={ATTAINED: charts.GOOD, MISSED: charts.BAD}.get(standing.verdict, charts.PLAIN),
        mark=VERDICT_ZH[MISSED] if standing.verdict == MISSED else "",
    )


# ---- 达标情况 -----------------------------------------------------------------------------------


def _overview(found: Figures) -> Table:
    columns = [
        Column("指标", TEXT, 24),
        Column("全行", NUMBER, 12),
        *_TARGET_COLUMNS,
        *(Column(_SHORT[basis], NUMBER, 10) for basis in found.bases),
        *(Column(f"{VERDICT_ZH[v]}\n机构", NUMBER, 7.5) for v in TONES),
    ]
    lines = []
    notes: dict[str, list[str]] = {}
    for figure in found.figures.values():
        bank = figure.bank
        counts = [sum(1 for b in figure.branches if b.verdict == verdict) for verdict in TONES]
        lines.append(
            Line(
                (
                    Cell(figure.title),
                    _value(figure, bank),
                    *_target_cells(figure, bank),
                    *(_change(figure, bank, basis) for basis in found.bases),
                    *(Cell(str(count)) for count in counts),
                )
            )
        )
        if bank.remark:
            notes.setdefault(bank.remark, []).append(figure.plan.title_zh)
    return Table(tuple(columns), tuple(lines), tuple(_notes(notes)))


def _notes(notes: dict[str, list[str]]) -> list[str]:
    """Remarks below a table; whom one remark concerns is named together."""
    return [f"{'、'.join(names)}：{remark}。" for remark, names in notes.items()]


def _value(figure: Figure, standing: Standing) -> Cell:
    if standing.value is None:
        return Cell("缺", tone=DOUBTFUL)
    source = Source(
        f"{standing.org_name} {figure.plan.title_zh}",
        standing.metric_id,
        standing.segment,
        standing.definition_id,
        standing.org_id,
        standing.value,
        "比率" if figure.unit in ("ratio", "pp") else figure.unit,
    )
    return Cell(value=standing.value, measure=figure.measure, source=source)


def _gap(figure: Figure, standing: Standing) -> Cell:
    if standing.gap is None:
        return Cell()
    return Cell(value=standing.gap, measure=figure.difference, sign=True)


def _target_cells(figure: Figure, standing: Standing) -> tuple[Cell, Cell, Cell]:
    return Cell(figure.target_zh(standing)), _gap(figure, standing), _verdict(standing)


def _change(figure: Figure, standing: Standing, basis: str) -> Cell:
    change = standing.change(basis)
    if change is None:
        return Cell("－", tone=FAINT)
    return Cell(value=change, measure=figure.difference, sign=True)


def _verdict(standing: Standing) -> Cell:
    return Cell(VERDICT_ZH[standing.verdict], tone=TONES[standing.verdict])


# ---- 变动及原因 ---------------------------------------------------------------------------------


def _movements(plan: Plan, found: Figures) -> Section:
    paragraphs = []
    for basis, period in found.bases.items():
        told = []
        for key in plan.movements:
            if key not in found.figures:
                continue
            figure = found.figures[key]
            if bank := bank_sentence(figure, basis):
                told.append(f"{bank}{branch_sentence(figure, basis)}")
        if told:
            paragraphs.append(f"与{BASIS_ZH[basis]}（{period_zh(period)}）相比：")
            paragraphs += told
    if not paragraphs:
        paragraphs = ["上月末和年初的数不在本期冻结的数据中，本期不列变动。"]
    return Section("变动及原因", tuple(paragraphs))


# ---- ranked tables ------------------------------------------------------------------------------


def _ranked(plan: SectionPlan, found: Figures) -> Section:
    figure = found.figures[plan.rank_by]
    beside = [found.figures[key] for key in plan.beside if key in found.figures]
    listed = [s for s in figure.branches if _belongs(found.organisations[s.org_id], plan.among)]
    if not listed:
        return Section(plan.title_zh, (f"本行机构台账中没有{AMONG_ZH[plan.among]}。",))
    is_ranked = figure.better != "none"
    has_groups = is_ranked and plan.among == ALL and len({s.peer_zh for s in listed}) > 1
    judged = [*listed, figure.bank]
    if plan.subtotal:
        judged.append(found.figures[plan.subtotal[plan.rank_by]].bank)
    has_target = any(s.verdict != NO_TARGET for s in judged)
    columns = [
        *([Column("名次", CENTRE, 6)] if is_ranked else []),
        Column("机构", TEXT, 21),
        *([Column("分组", CENTRE, 7), Column("组内\n名次", CENTRE, 6)] if has_groups else []),
        *_parts_columns(figure),
        Column(figure.title, NUMBER, 12),
        *(_TARGET_COLUMNS if has_target else ()),
        *(Column(_SHORT[basis], NUMBER, 9) for basis in found.bases),
        *(Column(other.title, NUMBER, 11) for other in beside),
    ]
    others = [{s.org_id: s for s in (other.bank, *other.branches)} for other in beside]
    shape = _Shape(is_ranked, has_groups, has_target, tuple(found.bases))
    lines = []
    notes: dict[str, list[str]] = {}
    for standing in (*listed, figure.bank):
        besides = [
            _value(other, by_org[standing.org_id])
            for other, by_org in zip(beside, others, strict=True)
        ]
        place = _place_among(standing, listed)
        lines.append(
            Line(
                (*_cells(shape, figure, standing, place, standing.org_name), *besides),
                is_total=standing is figure.bank,
            )
        )
        if standing.remark:
            notes.setdefault(standing.remark, []).append(standing.org_name)
    if plan.subtotal:
        lines.insert(-1, _subtotal(plan, found, shape))
    told = _notes(notes) if has_target else ["各方案没有规定这一指标的目标。", *_notes(notes)]
    title = plan.title_zh
    drawn = (_branch_chart(figure, listed, title),) if plan.has_chart else ()
    return Section(
        title,
        charts=tuple(chart for chart in drawn if chart),
        tables=(Table(tuple(columns), tuple(lines), tuple(told), is_ranked=True),),
        sheet=title,
    )


@dataclass(frozen=True)
class _Shape:
    """Which columns a ranked table has."""

    is_ranked: bool
    has_groups: bool
    has_target: bool
    bases: tuple[str, ...]


def _cells(
    shape: _Shape, figure: Figure, standing: Standing, place: str, name: str
) -> tuple[Cell, ...]:
    """One line of a ranked table up to the figures beside."""
    return (
        *([Cell(place)] if shape.is_ranked else []),
        Cell(name),
        *(_group_cells(standing) if shape.has_groups else []),
        *_parts_cells(figure, standing),
        _value(figure, standing),
        *(_target_cells(figure, standing) if shape.has_target else ()),
        *(_change(figure, standing, basis) for basis in shape.bases),
    )


def _subtotal(plan: SectionPlan, found: Figures, shape: _Shape) -> Line:
    """What those listed make together, as the marts computed it: of the whole bank's segment."""
    figure = found.figures[plan.subtotal[plan.rank_by]]
    besides = []
    for key in plan.beside:
        if key in found.figures:
            other = found.figures.get(plan.subtotal.get(key, ""))
            besides.append(_value(other, other.bank) if other else Cell("－", tone=FAINT))
    name = f"{AMONG_ZH[plan.among]}合计"
    return Line((*_cells(shape, figure, figure.bank, "", name), *besides), is_total=True)


def _belongs(org: Row, among: str) -> bool:
    if among == STRONG_COUNTY:
        return bool(org["is_strong_county_pilot"])
    if among == TOWNSHIP:
        return bool(org["location_code"] == "township")
    return True


def _place_among(standing: Standing, listed: Iterable[Standing]) -> str:
    """Rank among those listed: the order of exact values does not change when some are left out."""
    if standing.rank is None:
        return ""
    return str(1 + sum(1 for s in listed if s.rank is not None and s.rank < standing.rank))


def _group_cells(standing: Standing) -> list[Cell]:
    rank = "" if standing.peer_rank is None else str(standing.peer_rank)
    return [Cell(standing.peer_zh), Cell(rank)]


def _parts_columns(figure: Figure) -> list[Column]:
    if not figure.plan.shows_parts:
        return []
    unit = f"\n（{figure.parts.unit}）" if figure.parts.unit != "个" else ""
    names = (figure.plan.numerator_zh, figure.plan.denominator_zh)
    return [Column(f"{name}{unit}", NUMBER, 10) for name in names]


def _parts_cells(figure: Figure, standing: Standing) -> list[Cell]:
    if not figure.plan.shows_parts:
        return []
    return [
        Cell("缺", tone=DOUBTFUL) if part is None else Cell(value=part, measure=figure.parts)
        for part in (standing.numerator, standing.denominator)
    ]


def _branch_chart(figure: Figure, listed: Sequence[Standing], title: str) -> Chart | None:
    ranked = [s for s in listed if s.value is not None]
    if not ranked:
        return None
    measure, bank = figure.measure, figure.bank
    head = f"（前{_CHARTED}名）" if len(ranked) > _CHARTED else ""
    has_average = measure.unit == "%" and bank.value is not None
    return Chart(
        title=f"{title}：{figure.plan.title_zh}{head}",
        kind=charts.BARS,
        points=tuple(_point(figure, s, s.org_name) for s in ranked[:_CHARTED]),
        unit=measure.unit,
        decimals=measure.decimals,
        series=figure.plan.title_zh,
        average=(
            (f"全行 {measure.told(bank.value)}", measure.rounded(bank.value))
            if has_average and bank.value is not None
            else None
        ),
    )


# ---- 差距最大 -----------------------------------------------------------------------------------


def _worst(found: Figures) -> Table:
    columns = (
        Column("机构", TEXT, 21),
        Column("指标", TEXT, 28),
        Column("实际", NUMBER, 12),
        Column("目标", CENTRE, 17),
        Column("差距", NUMBER, 11),
        Column("方案", TEXT, 32),
    )
    missed = [
        (figure, standing)
        for figure in found.figures.values()
        for standing in figure.branches
        if standing.verdict == MISSED and standing.gap is not None
    ]
    missed.sort(key=lambda item: (-_shortfall(item[1]), item[1].org_id, item[0].plan.key))
    lines = tuple(
        Line(
            (
                Cell(standing.org_name),
                Cell(figure.title),
                _value(figure, standing),
                Cell(figure.target_zh(standing)),
                _gap(figure, standing),
                Cell(standing.scheme_zh),
            )
        )
        for figure, standing in missed[:_WORST_SHOWN]
    )
    note = "按差距占目标的比例排列。" if lines else "没有未达标的机构。"
    return Table(columns, lines, (note,))


def _shortfall(standing: Standing) -> Decimal:
    """Gap as a part of the target, comparable over figures of different units."""
    assert standing.gap is not None and standing.target is not None
    return abs(standing.gap) / abs(standing.target) if standing.target else Decimal("Infinity")


# ---- 缺数、口径、豁免 ----------------------------------------------------------------------------


def _missing(found: Figures) -> list[str]:
    """Figures that are empty, with the reason and whom it concerns."""
    told = []
    for figure in found.figures.values():
        reasons: dict[str, list[str]] = {}
        for standing in (figure.bank, *figure.branches):
            if standing.value is None:
                reason = (
                    NO_DATA
                    if standing.reason_code == "no_data"
                    else reason_plain_zh(standing.reason_code)
                )
                reasons.setdefault(reason, []).append(standing.org_name)
        everybody = 1 + len(figure.branches)
        for reason, names in reasons.items():
            whom = "全行和全部机构" if len(names) == everybody else "、".join(names)
            told.append(f"{figure.plan.title_zh}：{whom}，{reason}。")
    return told


def _definitions(plan: Plan, found: Figures, definitions: Sequence[Row]) -> Section:
    columns = (
        Column("指标", TEXT, 20),
        Column("算法", TEXT, 44),
        Column("依据", TEXT, 30),
        Column("口径（来源未写明之处的理解）", TEXT, 44),
    )
    used = {
        standing.definition_id
        for figure in found.figures.values()
        for standing in (figure.bank, *figure.branches)
    }
    lines = tuple(
        Line(
            (
                Cell(str(row["name_zh"])),
                Cell(str(row["formula_zh"])),
                Cell(_clause(row)),
                Cell(str(row["reading_zh"] or "")),
            )
        )
        for row in definitions
        if row["definition_id"] in used
    )
    notes = (*plan.notes, *_COMMON_NOTES)
    return Section(DEFINITIONS, tables=(Table(columns, lines, notes),), sheet=DEFINITIONS)


def _clause(row: Row) -> str:
    parts = [row["regulator"], row["document_zh"], row["clause"], row["thresholds"]]
    text = " ".join(str(part) for part in parts if part)
    return f"{text}（{row['effective_from']}起）" if row["effective_from"] else text


def _waivers(order: Order) -> Section:
    columns = tuple(
        Column(head, TEXT, width)
        for head, width in zip(WAIVER_HEADS, (14, 44, 36, 32), strict=True)
    )
    lines = tuple(
        Line(tuple(Cell(str(text)) for text in row)) for row in waiver_rows(order.waivers)
    )
    touched = touched_zh(order.waivers, WAIVER_TITLE)
    return Section(
        WAIVER_TITLE, (f"{touched}。",), tables=(Table(columns, lines),), sheet=WAIVER_TITLE
    )
