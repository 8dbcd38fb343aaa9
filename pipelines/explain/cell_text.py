"""The explanation of a cell as text."""

from __future__ import annotations

from decimal import Decimal

from pipelines.explain.cell import CellExplanation, Node, Source
from pipelines.explain.metric_text import metric_text
from pipelines.explain.text import LEFT, RIGHT, decimals, facts, number, table, verdict
from reports.layout import CLOSED, LEAF
from reports.reasons import reason_zh


def cell_text(explanation: CellExplanation, lang: str) -> str:
    """The cell, what it is made of, the emitted value, and for a leaf the metric behind it."""
    zh = lang == "zh"
    node = explanation.node
    title = explanation.title_zh if zh else f"{explanation.return_id}: {explanation.title_en}"
    lines = [f"{title} {node.address.printed}"]
    lines += facts(
        [
            ("机构" if zh else "organisation", f"{explanation.org_id} {explanation.org_name}"),
            ("月份" if zh else "period", explanation.period),
            (
                "位置" if zh else "position",
                f"{explanation.edition} 版官方表 {explanation.excel}"
                if zh
                else f"{explanation.excel} of the official sheet, edition {explanation.edition}",
            ),
            ("行" if zh else "row", explanation.row_label),
            ("列" if zh else "column", explanation.column_label),
            ("含义" if zh else "meaning", explanation.meaning_zh),
            ("填报值" if zh else "printed", _printed(node, zh)),
        ]
    )
    if node.kind != CLOSED:
        lines += ["", *_made_of(node, zh)]
    lines += ["", *_emitted(explanation, lang)]
    for metric in explanation.metrics:
        lines += ["", "─" * 60, metric_text(metric, lang)]
    return "\n".join(lines)


def _printed(node: Node, zh: bool) -> str:
    if node.kind == CLOSED:
        return (
            "灰格：本表此处无须填写，没有来源" if zh else "closed: the form asks for nothing here"
        )
    if node.value is None:
        return "—（分母为零或来源为空）" if zh else "— (zero denominator or no source)"
    return f"{_figure(node, node.value)} {node.unit}"


def _figure(node: Node, value: Decimal | None) -> str:
    """A value as the form shows it: rates are kept as ratios and printed in percent."""
    if value is not None and node.unit == "%":
        return number(value * 100, node.decimals - 2)
    return number(value, node.decimals)


def _made_of(node: Node, zh: bool) -> list[str]:
    if node.kind == LEAF:
        title = "取数格：由指标取整" if zh else "Leaf: rounded from the metric"
    else:
        title = f"公式格：＝{node.expression}" if zh else f"Formula: ={node.expression}"
    rows: list[tuple[str, str, str]] = []
    for part in (node,) if node.kind == LEAF else node.operands:
        _add(part, 0, rows, zh)
    heads = ("单元格", "填报值", "来源") if zh else ("cell", "printed", "made of")
    return [title, *table(heads, rows, (LEFT, RIGHT, LEFT))]


def _add(node: Node, depth: int, rows: list[tuple[str, str, str]], zh: bool) -> None:
    name = "  " * depth + node.address.printed
    value = _figure(node, node.value)
    if node.kind != LEAF:
        rows.append((name, value, f"＝{node.expression}"))
        for operand in node.operands:
            _add(operand, depth + 1, rows, zh)
        return
    for index, source in enumerate(node.sources):
        text = _source(source, zh)
        if index == len(node.sources) - 1:
            text += _rounding(node, zh)
        rows.append((name if index == 0 else "", value if index == 0 else "", text))


def _source(source: Source, zh: bool) -> str:
    name = f"{source.metric_id}[{source.segment}]"
    if source.value is None:
        return f"{name} — {reason_zh(source.reason_code) if zh else source.reason_code}"
    return f"{name} {number(source.value, decimals([source.value]))} {source.unit}"


def _rounding(node: Node, zh: bool) -> str:
    divided = f" ÷ {node.divisor:,}" if node.divisor != 1 else ""
    how = f"四舍五入到 {node.decimals} 位小数" if zh else f"half up to {node.decimals} decimals"
    summed = ("，合计" if zh else ", summed") if len(node.sources) > 1 else ""
    return f"{summed}{divided}，{how}" if zh else f"{summed}{divided}, {how}"


def _emitted(explanation: CellExplanation, lang: str) -> list[str]:
    zh = lang == "zh"
    if explanation.pack is None:
        return [
            f"核对：{explanation.return_id} {explanation.period} 尚未出具，没有可核对的报表文件。"
            if zh
            else f"Proof: {explanation.return_id} of {explanation.period} was not emitted."
        ]
    if explanation.node.kind == CLOSED:
        found = "空" if explanation.node.emitted is None else str(explanation.node.emitted)
        text = f"报表文件中此格为{found}" if zh else f"in the emitted pack: {found or 'empty'}"
        return [f"核对：{text}（{explanation.pack}）" if zh else f"Proof: {text}"]
    rows = [
        (
            node.address.printed,
            _figure(node, node.value),
            _figure(node, node.emitted),
            verdict(node.value == node.emitted, lang),
        )
        for node in {n.address: n for n in explanation.node.every()}.values()
    ]
    heads = ("单元格", "由指标取整或公式", "报表文件", "结论") if zh else (
        "cell", "from metric or formula", "emitted", "verdict"
    )  # fmt: skip
    title = "核对：重算值与已出具的报表文件" if zh else "Proof: recomputed against the emitted pack"
    return [
        title,
        *table(heads, rows, (LEFT, RIGHT, RIGHT, LEFT)),
        f"  {explanation.pack}",
    ]
