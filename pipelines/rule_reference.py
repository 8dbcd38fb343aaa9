"""The rule reference: an index and a page per ledger, from the registry.

Here belongs how a rule is shown to somebody who looks up its code; what it is stands in
``expectations/rules``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from expectations.contract import Contract
from expectations.rule import SCOPES, SEVERITY_ZH, Edit, Rule, RuleBook

SCOPE_ZH = {
    "file": "文件",
    "cell": "单元格",
    "row": "行",
    "register": "整份文件",
    "cross_ledger": "跨台账",
    "history": "与上月比较",
}
_STATUS_ZH = {"active": "启用", "beta": "试运行", "retired": "停用"}
_GENERAL = "general"


def rule_pages(book: RuleBook, contracts: Mapping[str, Contract]) -> dict[str, str]:
    """File name below ``docs/reference`` to Markdown: ``rules.md`` and ``rules/<ledger>.md``."""
    groups: dict[str, list[Rule]] = {_GENERAL: []}
    groups |= {name: [] for name in contracts}
    for rule in book.rules.values():
        groups[rule.ledger or _GENERAL].append(rule)
    pages = {
        f"rules/{name}.md": _page(name, rules, contracts) for name, rules in groups.items() if rules
    }
    pages["rules.md"] = _index(book, groups, contracts)
    return pages


def _index(
    book: RuleBook, groups: Mapping[str, list[Rule]], contracts: Mapping[str, Contract]
) -> str:
    levels = list(SCOPES)
    lines = [
        "# Rules 校验规则",
        "",
        f"{len(book.rules)} rules. A code in a verdict leads to the page of its ledger; codes of files, cells, mappings and",
        "organisations are on the [general page](rules/general.md).",
        "",
        "| level 层级 | looks at 对象 | rules |",
        "|---|---|---|",
    ]
    for level in levels:
        count = sum(r.level == level for r in book.rules.values())
        lines.append(f"| {level} | {SCOPES[level]} {SCOPE_ZH[SCOPES[level]]} | {count} |")
    lines += [
        "",
        f"| ledger 台账 | {' | '.join(levels)} | 阻断 block | 需说明 explain | 提示 warn |",
    ]
    lines.append(f"|{'---|' * (len(levels) + 4)}")
    for name, rules in groups.items():
        if not rules:
            continue
        title = contracts[name].title_zh if name in contracts else "文件、单元格、映射与机构"
        counts = [sum(r.level == level for r in rules) or "" for level in levels]
        counts += [sum(r.severity == s for r in rules) or "" for s in SEVERITY_ZH]
        lines.append(f"| [{title}](rules/{name}.md) | {' | '.join(map(str, counts))} |")
    return "\n".join(lines) + "\n"


def _page(name: str, rules: Iterable[Rule], contracts: Mapping[str, Contract]) -> str:
    if name in contracts:
        title = f"{contracts[name].title_zh} `{name}`"
        link = f"[Columns 列](../ledgers/{name}.md) · "
    else:
        title, link = "Files, cells, mappings, organisations 文件、单元格、映射与机构", ""
    lines = [f"# Rules 校验规则: {title}", "", f"{link}[all rules 全部规则](../rules.md)", ""]
    for rule in sorted(rules, key=lambda r: (r.level, r.code)):
        lines += _entry(rule, contracts)
    return "\n".join(lines)


def _entry(rule: Rule, contracts: Mapping[str, Contract]) -> list[str]:
    contract = contracts.get(rule.ledger or "")
    severity = f"{SEVERITY_ZH[rule.severity]} {rule.severity}"
    facts = [
        f"{rule.level} {SCOPE_ZH[rule.scope]}",
        severity,
        f"{_STATUS_ZH[rule.status]} {rule.status}",
    ]
    if rule.fields and contract:
        facts.append("、".join(contract.column(f).title_zh for f in rule.fields))
    if rule.effective_from or rule.effective_to:
        facts.append(f"{rule.effective_from or ''} – {rule.effective_to or ''}")
    lines = [
        f"## {rule.code} {rule.title_zh}",
        "",
        f"*{rule.title_en}* — {' · '.join(facts)}",
        "",
        f"- {_plain(rule.message_zh)}",
        f"- {_plain(rule.message_en)}",
        f"- 依据 clause: {_plain(rule.clause)}；负责 owner: {rule.owner}",
    ]
    if rule.needs or rule.before:
        read = [*(_ledger_zh(n, contracts) for n in rule.needs)]
        read += [f"{_ledger_zh(n, contracts)}（上月）" for n in rule.before]
        lines.append(f"- 还要读 also reads: {'、'.join(read)}")
    if rule.example:
        lines.append(f"- 反例 fails when: {_edits(rule.example.failing, rule, contracts)}")
    sql = rule.violation or rule.query
    if sql:
        among = [f"-- 只比较 among: {rule.among.strip()}"] if rule.among else []
        lines += ["", "```sql", *among, *sql.strip().splitlines(), "```"]
    return [*lines, ""]


def _ledger_zh(need: str, contracts: Mapping[str, Contract]) -> str:
    name, _, column = need.partition(".")
    contract = contracts[name]
    return f"《{contract.title_zh}》{contract.column(column).title_zh if column else ''}"


def _edits(edits: Iterable[Edit], rule: Rule, contracts: Mapping[str, Contract]) -> str:
    """The failing example in words: what is changed in the example rows."""
    parts = []
    for edit in edits:
        contract = contracts[edit.ledger]
        cells = "，".join(
            f"{contract.column(n).title_zh}填“{v}”" if v else f"{contract.column(n).title_zh}留空"
            for n, v in edit.cells.items()
        )
        where = "" if edit.ledger == rule.ledger else f"《{contract.title_zh}》"
        where += "上月" if edit.month == "before" else ""
        where += f"（机构 {edit.org}）" if edit.org else ""
        if edit.drop is not None:
            parts.append(f"{where}{'未报' if edit.drop == 0 else f'缺第 {edit.drop} 行'}")
        elif edit.row is not None:
            parts.append(f"{where}第 {edit.row} 行{cells}")
        else:
            parts.append(f"{where}另有一行{'，' + cells if cells else '相同'}")
    return _plain("；".join(parts))


def _plain(text: str) -> str:
    """Text that Markdown takes as it is."""
    return " ".join(text.split()).replace("<", "&lt;").replace("|", "\\|").replace("*", "\\*")
