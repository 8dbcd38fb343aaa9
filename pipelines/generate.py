"""``make generate``: everything that is derived from contracts, rules and declared metrics.

Staging models and reference pages are files so that people can read them; a test fails when they
are stale.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from expectations.contract import Contract, load_contracts
from expectations.rule import load_rule_book
from pipelines.landing.mapping import load_mapping, mapping_files
from pipelines.mapping_reference import mapping_page, mappings_index
from pipelines.markdown import GENERATED, table
from pipelines.paths import DBT_DIR, LEDGERS_DIR, PROJECT_ROOT
from pipelines.rule_reference import rule_pages
from pipelines.warehouse.metric import Metric, load_metrics, render_metrics
from pipelines.warehouse.staging import write_dbt_files

METRICS_DIR = DBT_DIR / "metrics"
REFERENCE_DIR = PROJECT_ROOT / "docs" / "reference"
_KIND_ZH = {
    "id": "编号",
    "text": "文本",
    "code": "代码",
    "money": "金额（元）",
    "rate": "比率",
    "int": "整数",
    "date": "日期",
    "bool": "是/否",
}
_LEDGER_KIND = {
    "register": "register 名册（沿用最近一份）",
    "snapshot": "snapshot 月末快照",
    "flow": "flow 当月流水",
    "ten_day": "ten-day 旬末",
}


def render_reference() -> dict[Path, str]:
    """Reference pages by path: one per ledger and per mapping, the rules, the metrics."""
    contracts = load_contracts(LEDGERS_DIR)
    pages = {REFERENCE_DIR / "ledgers" / f"{n}.md": _ledger(c) for n, c in contracts.items()}
    pages[REFERENCE_DIR / "ledgers" / "README.md"] = _ledgers(contracts.values())
    mappings = [load_mapping(path.stem, contracts) for path in mapping_files()]
    folder = REFERENCE_DIR / "mappings"
    pages |= {folder / f"{m.name}.md": mapping_page(m, contracts) for m in mappings}
    pages[folder / "README.md"] = mappings_index(mappings)
    for name, text in rule_pages(load_rule_book(), contracts).items():
        pages[REFERENCE_DIR / name] = GENERATED + text
    pages[REFERENCE_DIR / "metrics.md"] = _metrics(load_metrics(METRICS_DIR, contracts).values())
    return pages


def _ledgers(contracts: Iterable[Contract]) -> str:
    rows = [
        (f"[`{c.name}`]({c.name}.md)", c.title_zh, _LEDGER_KIND[c.kind], c.grain, c.owner)
        for c in contracts
    ]
    heads = ("ledger", "台账", "kind", "grain", "责任部门")
    return f"{GENERATED}# Ledgers 台账\n\n{table(heads, rows)}"


def _ledger(contract: Contract) -> str:
    rows = []
    for c in contract.columns:
        limits = []
        if c.codes:
            limits.append("、".join(f"{label}（`{code}`）" for code, label in c.codes.items()))
        if c.max_length:
            limits.append(f"≤ {c.max_length} 字符")
        if c.pattern:
            limits.append(f"`{c.pattern}`")
        if c.minimum is not None:
            limits.append(f"≥ {c.minimum:g}")
        if c.maximum is not None:
            limits.append(f"≤ {c.maximum:g}")
        marks = ("键 " if c.key_position else "") + ("必填" if c.required else "")
        marks += " 个人信息" if c.is_personal else ""
        aliases = "、".join(c.aliases)
        rows.append(
            (
                c.title_zh,
                f"`{c.name}`",
                _KIND_ZH[c.kind],
                marks.strip(),
                "；".join(limits),
                aliases,
                c.east5,
                c.description,
            )
        )
    heads = ("列", "column", "类型", "", "允许值", "表头别名", "EAST 5.0", "description")
    facts = [
        f"- grain: {contract.grain}",
        f"- kind: {_LEDGER_KIND[contract.kind]}",
        f"- key: {', '.join(f'`{k}`' for k in contract.key)}",
        f"- 报送: {'总行' if contract.submitted_by == 'head_office' else '各机构'}；"
        f"责任部门 {contract.owner}",
        f"- file: `{contract.name}_<org_id>_<YYYY-MM>.csv` or `.xlsx`",
        f"- source: {contract.source_clause}",
        f"- contract version: {contract.version}",
    ]
    if contract.max_age_months:
        facts.append(f"- a load older than {contract.max_age_months} months is a finding")
    if contract.control_totals:
        facts.append(f"- control totals: {', '.join(f'`{t}`' for t in contract.control_totals)}")
    title = f"# {contract.title_zh} `{contract.name}`"
    return f"{GENERATED}{title}\n\n" + "\n".join(facts) + f"\n\n{table(heads, rows)}"


def _metrics(metrics: Iterable[Metric]) -> str:
    listed = list(metrics)
    parts = [f"{GENERATED}# Metrics 指标\n\n{len(listed)} metrics.\n"]
    for family in dict.fromkeys(m.family for m in listed):
        rows = [
            (
                f"{m.name_zh} / {m.name_en} `{m.metric_id}`",
                m.unit,
                f"{m.formula_zh}<br>{m.formula_en}",
                "、".join(f"{zh}（`{code}`）" for code, (zh, _) in m.segments.items()),
                "<br>".join(
                    f"`{d.definition_id}` {d.document} {d.clause}：{d.reading_zh} / {d.reading_en}"
                    for d in m.definitions
                ),
                m.source,
            )
            for m in listed
            if m.family == family
        ]
        heads = (
            "指标 metric",
            "unit",
            "公式 formula",
            "分组 segments",
            "口径 definitions",
            "source",
        )
        parts.append(f"\n## {family}\n\n{table(heads, rows)}")
    return "".join(parts)


def main() -> None:
    """Write the staging models and the reference pages."""
    contracts = load_contracts(LEDGERS_DIR)
    metrics = load_metrics(METRICS_DIR, contracts)
    write_dbt_files(contracts, render_metrics(metrics), DBT_DIR)
    for path, text in render_reference().items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
