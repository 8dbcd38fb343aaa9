"""The explanation of a metric as text."""

from __future__ import annotations

from decimal import Decimal

from pipelines.explain.csv_out import SIDE_ZH
from pipelines.explain.figure import Figure, Switch, Target
from pipelines.explain.metric import WITHOUT_DENOMINATOR, MetricExplanation
from pipelines.explain.proof import Proof
from pipelines.explain.rows import Section, Wording
from pipelines.explain.text import LEFT, RIGHT, decimals, facts, number, table, verdict
from pipelines.headline import value_text
from reports.goals import OPERATOR_ZH, phase_zh
from reports.reasons import reason_zh

_LISTED_LOADS = 24  # two ledgers of a year for one branch
_PROVED_ZH = {"numerator": "分子", "denominator": "分母", "value": "值"}
_TERM = {
    "closing": {"growth": ("期末", "period end"), "mean_difference": ("本年", "this year")},
    "opening": {"growth": ("年初", "year start"), "mean_difference": ("上年基数", "base")},
    "part": {"share": ("部分", "part")},
    "whole": {"share": ("总体", "whole")},
}
_HOW = {
    "sum": ("逐行相加", "rows added up"),
    "same": ("等于分子", "the numerator"),
    "quotient": ("分子 ÷ 分母", "numerator ÷ denominator"),
    "difference": ("分子 − 分母", "numerator − denominator"),
    "growth": ("（期末 − 年初）÷ 年初", "(period end − year start) ÷ year start"),
    "share": ("部分 ÷ 总体", "part ÷ whole"),
    "mean_difference": (
        "本年合计 ÷（3 × 月数）− 上年基数合计 ÷ 36",
        "this year ÷ (3 × months) − base ÷ 36",
    ),
}


def metric_text(explanation: MetricExplanation, lang: str) -> str:
    """Figure, definition, targets, loads, rows and proof, in that order."""
    combine = explanation.proofs[0].combine
    lines = [*_figure(explanation, lang), ""]
    lines += [*_loads(explanation, lang), ""]
    for section in explanation.sections:
        lines += [*_section(section, combine, explanation, lang), ""]
    if not explanation.sections:
        lines += ["没有计入的行。" if lang == "zh" else "No row counts.", ""]
    lines += _proof(explanation, lang)
    return "\n".join(lines)


def _figure(explanation: MetricExplanation, lang: str) -> list[str]:
    figure = explanation.figure
    zh = lang == "zh"
    is_ratio = figure.kind not in WITHOUT_DENOMINATOR
    places = decimals([figure.numerator, figure.denominator])
    if figure.unit == "元":
        places = max(places, 2)
    value = value_text(figure.value, figure.unit, figure.kind, figure.reason_code)
    if figure.value is None and zh:
        value = f"—（{reason_zh(figure.reason_code)}）"
    pairs = [
        ("机构" if zh else "organisation", f"{figure.org_id} {figure.org_name}"),
        ("月份" if zh else "period", figure.period),
        ("分组" if zh else "segment", _segment(figure, zh)),
        ("值" if zh else "value", value),
        ("分子" if zh else "numerator", number(figure.numerator, places)),
        ("分母" if zh else "denominator", number(figure.denominator, places if is_ratio else 0)),
        ("口径" if zh else "definition", _definition(figure, zh)),
        ("出处" if zh else "source", _source(figure)),
        ("开关" if zh else "switches", "\n".join(switch_text(s, zh) for s in explanation.switches)),
        ("目标" if zh else "targets", _targets(explanation.targets, zh)),
    ]
    name = figure.name_zh if zh else figure.name_en
    return [
        f"{name}（{figure.metric_id}）" if zh else f"{name} ({figure.metric_id})",
        *facts(pairs),
    ]


def _segment(figure: Figure, zh: bool) -> str:
    title = figure.segment_zh if zh else ""
    return f"{figure.segment}（{title}）" if title else figure.segment


def _definition(figure: Figure, zh: bool) -> str:
    formula = figure.formula_zh if zh else figure.formula_en
    reading = figure.reading_zh if zh else figure.reading_en
    return f"{figure.definition_id}  {formula}" + (f"\n{reading}" if reading else "")


def _source(figure: Figure) -> str:
    parts = [part for part in (figure.document_zh, figure.clause) if part]
    return " ".join(parts) + (f"（{figure.source}）" if parts else figure.source)


def switch_text(switch: Switch, zh: bool) -> str:
    """One switch with its value and where it comes from."""
    meaning = switch.meaning_zh if zh else switch.meaning_en
    chosen = switch.parameter
    if chosen is None:
        origin = "默认值" if zh else "default"
    elif zh:
        origin = f"方案参数 {chosen.file} 第 {chosen.row} 行，{chosen.effective_date} 起"
    else:
        origin = f"{chosen.file} row {chosen.row}, from {chosen.effective_date}"
    return f"{switch.name} = {switch.value}（{origin}；{meaning}；{switch.decision}）"


def _targets(targets: tuple[Target, ...], zh: bool) -> str:
    if not targets:
        return "没有适用的方案目标" if zh else "no scheme sets a target here"
    return "\n".join(_target(target, zh) for target in targets)


def _target(target: Target, zh: bool) -> str:
    goal = f"{OPERATOR_ZH.get(target.operator, target.operator)} {_goal(target)}"
    if target.is_attained is not None:
        found = ("达标" if target.is_attained else "未达标") if zh else (
            "attained" if target.is_attained else "missed"
        )  # fmt: skip
    else:
        reason = reason_zh(target.reason_code) if zh else str(target.reason_code)
        found = f"不判定：{reason}" if zh else f"no verdict: {reason}"
    gap = ""
    if target.gap is not None:
        size = f"{target.gap * 100:+.2f} pp" if _is_ratio(target) else _number(target, target.gap)
        gap = f"差距 {size}，" if zh else f"gap {size}, "
    name = (
        f"{target.scheme_zh} {phase_zh(target.phase)}"
        if zh
        else f"{target.scheme_id} {target.phase}"
    )
    clause = f"（{target.clause}）" if target.clause else ""
    return f"{name} {goal}，{gap}{found}{clause}" if zh else f"{name} {goal}, {gap}{found} {clause}"


def _is_ratio(target: Target) -> bool:
    return target.target_unit in ("ratio", "pp")


def _goal(target: Target) -> str:
    if _is_ratio(target):
        unit = "%" if target.target_unit == "ratio" else "pp"
        return f"{target.target * 100:.2f} {unit}"
    return f"{_number(target, target.target).removeprefix('+')} {target.target_unit}"


def _number(target: Target, number: Decimal) -> str:
    """Money to the fen, a count as it is."""
    return f"{number:+,.2f}" if target.target_unit == "元" else f"{number.normalize():+,f}"


def _loads(explanation: MetricExplanation, lang: str) -> list[str]:
    zh = lang == "zh"
    wording, loads = explanation.wording, explanation.loads
    title = f"报送批次（{len(loads)} 个）" if zh else f"Loads ({len(loads)})"
    if not loads:
        return [title]
    if len(loads) > _LISTED_LOADS:
        return [title, *_loads_by_ledger(explanation, zh)]
    heads = ("台账", "机构", "月份", "文件", "行数") if zh else (
        "ledger", "organisation", "period", "file", "rows"
    )  # fmt: skip
    rows = [(wording.ledger(x.ledger), x.org_id, x.period, x.file, f"{x.rows:,}") for x in loads]
    return [title, *table(heads, rows, (LEFT, LEFT, LEFT, LEFT, RIGHT))]


def _loads_by_ledger(explanation: MetricExplanation, zh: bool) -> list[str]:
    """One line a ledger where a list of files would fill the screen."""
    heads = ("台账", "批次", "机构数", "月份", "行数") if zh else (
        "ledger", "loads", "organisations", "periods", "rows"
    )  # fmt: skip
    rows = []
    for ledger in dict.fromkeys(load.ledger for load in explanation.loads):
        loads = [load for load in explanation.loads if load.ledger == ledger]
        periods = sorted({load.period for load in loads})
        span = periods[0] if len(periods) == 1 else f"{periods[0]} … {periods[-1]}"
        rows.append(
            (
                explanation.wording.ledger(ledger),
                f"{len(loads):,}",
                str(len({load.org_id for load in loads})),
                span,
                f"{sum(load.rows for load in loads):,}",
            )
        )
    return [
        *table(heads, rows, (LEFT, RIGHT, RIGHT, LEFT, RIGHT)),
        "  （--format json 列出每个文件）" if zh else "  (--format json lists every file)",
    ]


def _term(term: str, combine: str, zh: bool) -> str:
    return _TERM[term][combine][0 if zh else 1] if term else ""


def _section(
    section: Section, combine: str, explanation: MetricExplanation, lang: str
) -> list[str]:
    zh = lang == "zh"
    wording = explanation.wording
    same = section.is_alike
    parts = [
        (side, name, [getattr(row, f"{side}_part") for row in section.rows])
        for side, name in _contribution_heads(section, same, zh)
    ]
    names = [
        name
        for name in (section.rows[0].columns if section.rows else ())
        if any(row.columns[name] is not None for row in section.rows)
    ]
    heads = [
        *(("文件", "行号", "键") if zh else ("file", "row", "key")),
        *(name for _, name, _ in parts),
        *(wording.title(name) for name in names),
    ]
    aligns = [LEFT, RIGHT, LEFT, *(RIGHT for _ in parts)]
    aligns += [
        RIGHT if any(_is_number(r.columns[n]) for r in section.rows) else LEFT for n in names
    ]
    shown = []
    for number_of_row, row in enumerate(section.rows):
        amounts = [
            number(part[number_of_row], decimals([*part, getattr(section, side)]))
            for side, _, part in parts
        ]
        values = [_value(wording, name, row.columns[name]) for name in names]
        shown.append((row.file, str(row.row), row.key, *amounts, *values))
    lines = [_section_title(section, combine, same, wording, zh)]
    lines += table(heads, shown, aligns) if shown else []
    if section.row_count > len(section.rows):
        lines.append(
            f"  …… 共 {section.row_count:,} 行，此处列出贡献最大的 {len(section.rows)} 行；"
            "--out 文件.csv 写出全部"
            if zh
            else f"  … {section.row_count:,} rows in all, the {len(section.rows)} largest shown; "
            "--out FILE.csv writes them all"
        )
    return lines


def _is_number(value: object) -> bool:
    return isinstance(value, (int, Decimal)) and not isinstance(value, bool)


def _value(wording: Wording, name: str, value: object) -> str:
    if isinstance(value, Decimal):
        return number(value, decimals([value]))
    return wording.value(name, value)


def _contribution_heads(section: Section, same: bool, zh: bool) -> list[tuple[str, str]]:
    if section.side != "both" or same:
        side = "denominator" if section.side == "denominator" else "numerator"
        return [(side, "贡献" if zh else "contribution")]
    if zh:
        return [("numerator", "分子贡献"), ("denominator", "分母贡献")]
    return [("numerator", "to numerator"), ("denominator", "to denominator")]


def _section_title(section: Section, combine: str, same: bool, wording: Wording, zh: bool) -> str:
    side = SIDE_ZH[section.side] if zh else section.side
    term = _term(section.term, combine, zh)
    sums = [section.numerator] if same else [section.numerator, section.denominator]
    known = [value for value in sums if value is not None]
    total = " / ".join(number(value, decimals(known)) for value in known)
    name = "·".join(part for part in (side, term, wording.ledger(section.ledger)) if part)
    if zh:
        return f"计入{name}（{section.ledger}）：{section.row_count:,} 行，贡献合计 {total}"
    return f"{name} ({section.ledger}): {section.row_count:,} rows, contributions {total}"


def _proof(explanation: MetricExplanation, lang: str) -> list[str]:
    zh = lang == "zh"
    lines = ["核对：逐行重算与公布数" if zh else "Proof: rows against the published figure"]
    rows = []
    for proof in explanation.proofs:
        side = _PROVED_ZH[proof.side] if zh else proof.side
        places = decimals([proof.computed, proof.published])
        rows.append(
            (
                side,
                number(proof.computed, places),
                number(proof.published, places),
                verdict(proof.is_equal, lang),
                _working(proof, zh),
            )
        )
    heads = ("项", "逐行重算", "公布", "结论", "算法") if zh else (
        "number", "from rows", "published", "verdict", "how"
    )  # fmt: skip
    lines += table(heads, rows, (LEFT, RIGHT, RIGHT, LEFT, LEFT))
    if explanation.figure.kind in WITHOUT_DENOMINATOR:
        lines.append("  （总量指标，分母恒为 1）" if zh else "  (a total: its denominator is 1)")
    reason = explanation.figure.reason_code
    if reason and all(proof.published is None for proof in explanation.proofs):
        lines.append(
            f"  公布值为空：{reason_zh(reason)}；没有可核对的数。"
            if zh
            else f"  No figure is published: {reason}."
        )
    return lines


def _working(proof: Proof, zh: bool) -> str:
    how = _HOW[proof.combine][0 if zh else 1]
    if not any(proof.terms):
        return how
    places = decimals(proof.terms.values())
    sums = "，".join(
        f"{_term(term, proof.combine, zh)} {number(value, places)}"
        for term, value in sorted(proof.terms.items())
    )
    return f"{how}：{sums}"
