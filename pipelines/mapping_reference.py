"""The reference page of a mapping: what becomes of every column, and what the source lacks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from collections.abc import Mapping as AnyMapping
from typing import Any

from expectations.contract import Column, Contract
from pipelines.landing.mapping import MappedLedger, Mapping, SourceFile, text_in
from pipelines.markdown import GENERATED, table


def mapping_page(mapping: Mapping, contracts: AnyMapping[str, Contract]) -> str:
    """The page of one mapping, in Markdown."""
    parts = [
        f"{GENERATED}# {mapping.title_zh} `{mapping.name}`\n",
        f"{mapping.title_en}. Source 来源: {mapping.source}\n",
        _facts(mapping),
        f"## Files 文件\n\n{_files(mapping)}",
    ]
    parts += [_ledger(mapping, contracts[name]) for name in mapping.ledger_order()]
    if mapping.code_lists:
        parts.append(f"## Code lists 代码对照\n\n{_code_lists(mapping)}")
    if mapping.views:
        parts.append(f"## Intermediate tables 中间表\n\n{_views(mapping)}")
    return "\n".join(parts)


def mappings_index(mappings: Iterable[Mapping]) -> str:
    """The list of all mappings."""
    rows = [
        (f"[`{m.name}`]({m.name}.md)", m.title_zh, m.title_en, ", ".join(m.ledger_order()))
        for m in mappings
    ]
    return f"{GENERATED}# Mappings 外部导出映射\n\n{table(('mapping', '映射', 'title', 'ledgers'), rows)}"


def _facts(mapping: Mapping) -> str:
    period = mapping.period
    if isinstance(period, str):
        month = f"`{period}` (fixed 固定)"
    elif "column" in period:
        month = (
            f"field 字段 `{period['column']}` of every file that has it; all must agree 各表须一致"
        )
    else:
        month = f"file names 文件名 `{period['file_name']}`"
    sender = mapping.submitting_org
    org = f"`{sender}`" if isinstance(sender, str) else _found_sender(mapping, sender)
    lines = [f"- month 月份: {month}", f"- sender 报送机构: {org}; or 或 `--branch`"]
    lines += [f"- {text_in(n, 'zh')}<br>{text_in(n, 'en')}" for n in mapping.notes]
    return "\n".join(lines) + "\n"


def _found_sender(mapping: Mapping, sender: AnyMapping[str, str]) -> str:
    source = mapping.files[sender["file"]]
    where = f" where `{sender['where']}`" if "where" in sender else ""
    return f"{source.title} {_field(source, sender['column'])}{where}"


def _files(mapping: Mapping) -> str:
    rows = []
    for source in mapping.files.values():
        header = {True: "yes 有", False: "no 无", "auto": "either 有无均可"}[source.header]
        separators = " ".join(f"`{s!r}`".replace("'", "") for s in source.separators)
        needed = "optional 可缺" if source.is_optional else "required 必需"
        none = "; ".join(f"`{p}`: {', '.join(v)}" for p, v in source.empty.items())
        rows.append((source.title, f"`{source.file}`", needed, header, separators, none))
    heads = ("文件", "name", "", "header 表头", "separators 分隔符", "means none 表示没有")
    listed = table(heads, rows)
    ignored = [
        (f"`{p}`", text_in(w, "zh"), text_in(w, "en")) for p, w in mapping.ignored_files.items()
    ]
    return f"{listed}\nIgnored 忽略:\n\n{table(('name', '原因', 'reason'), ignored)}"


def _ledger(mapping: Mapping, contract: Contract) -> str:
    mapped = mapping.ledgers[contract.name]
    text = f"## {contract.title_zh} `{contract.name}`\n"
    if mapped.note:
        text += f"\n{text_in(mapped.note, 'zh')}<br>\n{text_in(mapped.note, 'en')}\n"
    for block in mapped.rows:
        text += f"\n{_origin(mapping, mapped, block)}\n\n"
        rows = [
            (c.title_zh, f"`{c.name}`", *_source(mapping, block["columns"][c.name]))
            for c in contract.columns
            if c.name in block["columns"]
        ]
        text += table(("列", "column", "source 来源", "transform 转换"), rows)
    return text + _lacking(contract, mapped)


def _origin(mapping: Mapping, mapped: MappedLedger, block: AnyMapping[str, Any]) -> str:
    if "from" not in block:
        return "One row of constants 常量一行:"
    lines = [f"One row for each of 每行取自: **{_title(mapping, block['from'])}**"]
    for side in mapped.joined(block):
        kind = "must exist 必有" if side in block.get("join", ()) else "if there is one 可无"
        lines.append(f"- with 关联 {_title(mapping, side['file'])} on `{side['on']}`; {kind}")
    if "where" in block:
        lines.append(f"- only 只取 `{block['where']}`; the rest is ignored 其余忽略")
    for rule in block.get("ignore", ()):
        why = f"{text_in(rule['reason'], 'zh')} {text_in(rule['reason'], 'en')}"
        lines.append(f"- ignored 忽略 `{rule['when']}`: {why}")
    return "\n".join(lines)


def _title(mapping: Mapping, name: str) -> str:
    if name in mapping.files:
        return mapping.files[name].title
    return f"{text_in(mapping.views[name].note, 'zh')} (`{name}`)"


def _source(mapping: Mapping, spec: AnyMapping[str, Any]) -> tuple[str, str]:
    if "constant" in spec:
        return f"constant 常量 `{spec['constant']}`", ""
    steps = list(_steps(spec))
    if "expression" in spec:
        return f"`{spec['expression']}`", "; ".join(steps)
    text = _column(mapping, spec["column"])
    if other := spec.get("if_empty"):
        steps.append(f"if empty 为空时取 {_column(mapping, other['column'])}")
        steps += [f"— {s}" for s in _steps(other)]
    return text, "; ".join(steps)


def _column(mapping: Mapping, named: str) -> str:
    alias, _, field = named.partition(".")
    if alias in mapping.files:
        return f"{mapping.files[alias].title} {_field(mapping.files[alias], field)}"
    return f"`{named}`"


def _field(source: SourceFile, name: str) -> str:
    title = source.fields.get(name, name)
    return f"`{name}`" if title == name else f"{title} `{name}`"


def _steps(spec: AnyMapping[str, Any]) -> Iterator[str]:
    if "code_list" in spec:
        yield f"codes 代码 `{spec['code_list']}`"
    if "codes" in spec:
        yield ", ".join(f"{a} → {b or '—'}" for a, b in spec["codes"].items())
    if "list_separator" in spec:
        yield f"the first listed of several 多个取先列者 (`{spec['list_separator']}`)"
    if "scale" in spec:
        yield f"× {spec['scale']}"
    if "shift_years" in spec:
        yield f"{spec['shift_years']:+d} years 年"


def _lacking(contract: Contract, mapped: MappedLedger) -> str:
    """Columns without a source: those with a reason, and the rest by name."""
    reasons = []
    silent: list[Column] = []
    for column in contract.columns:
        if column.name in mapped.no_source:
            why = mapped.no_source[column.name]
            row = (column.title_zh, f"`{column.name}`", text_in(why, "zh"), text_in(why, "en"))
            reasons.append(row)
        elif column.name in mapped.absent:
            silent.append(column)
    text = ""
    if reasons:
        heads = ("列", "column", "原因", "reason")
        text += f"\nNo source 来源没有（指标注明 `no_source`）:\n\n{table(heads, reasons)}"
    if silent:
        named = "、".join(f"{c.title_zh} `{c.name}`" for c in silent)
        text += f"\nNot mapped 未取: {named}\n"
    return text


def _code_lists(mapping: Mapping) -> str:
    rows = [
        (f"`{name}`", a, "—" if b == "" else "as it is 原值" if b == "=" else f"`{b}`")
        for name, codes in mapping.code_lists.items()
        for a, b in codes.items()
    ]
    return table(("list", "外部取值", "ledger code 台账代码"), rows)


def _views(mapping: Mapping) -> str:
    rows = [
        (f"`{n}`", text_in(v.note, "zh"), text_in(v.note, "en"), f"`{v.sql}`")
        for n, v in mapping.views.items()
    ]
    return table(("table", "说明", "meaning", "SQL"), rows)
