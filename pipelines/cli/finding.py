"""``jingtian finding``: open findings, and the explanations that let them pass."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from expectations.contract import Contract
    from expectations.rule import RuleBook
    from pipelines.explanations import OpenFinding

_STATE_ZH = {"block": "待更正", "explain": "待说明", "explained": "已说明", "waived": "已豁免"}
_GATE_ZH = {"receipt": "接收", "lake": "入湖检查"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of the command."""
    parser.add_argument("action", choices=("list", "explain"))
    parser.add_argument("--code", help="规则编号 | rule")
    parser.add_argument("--ledger", help="台账名 | ledger")
    parser.add_argument("--branch", help="机构号 | organisation")
    parser.add_argument("--period", help="月份 | YYYY-MM")
    parser.add_argument(
        "--severity", choices=("block", "explain"), help="只列该级别 | only this severity"
    )
    parser.add_argument("--reason", help="说明理由的代码 | reason from the list")
    parser.add_argument("--note", help="说明内容 | what happened")
    parser.add_argument("--by", help="说明人（不能是报送人） | who explains, not the sender")
    parser.add_argument("--format", choices=("text", "json"), default="text")


def run(arguments: argparse.Namespace) -> int:
    """List open findings, or explain those of one rule in one file; exit 1 when refused."""
    return _list(arguments) if arguments.action == "list" else _explain(arguments)


def _list(arguments: argparse.Namespace) -> int:
    from expectations.contract import load_contracts
    from expectations.rule import load_rule_book
    from pipelines.cli.verdicts import dump
    from pipelines.explanations import open_findings
    from pipelines.paths import LEDGERS_DIR
    from pipelines.periods import parse_period
    from pipelines.registry import Registry
    from pipelines.settings import Settings
    from pipelines.waivers import known_ledger

    settings = Settings.from_env(arguments.home)
    book, contracts = load_rule_book(), load_contracts(LEDGERS_DIR)
    ledger = known_ledger(contracts, arguments.ledger).name if arguments.ledger else None
    period = str(parse_period(arguments.period)) if arguments.period else None
    with Registry(settings.home.registry) as registry:
        found = open_findings(
            settings,
            registry,
            book,
            period=period,
            org_id=arguments.branch,
            ledger=ledger,
        )
    found = [f for f in found if arguments.severity in (None, f.severity)]
    found = [f for f in found if arguments.code in (None, f.code)]
    if arguments.format == "json":
        print(dump([f.as_dict() for f in found]))
    else:
        print(_text(found, book, contracts, arguments.lang))
    return 0


def _text(
    found: list[OpenFinding], book: RuleBook, contracts: Mapping[str, Contract], lang: str
) -> str:
    zh = lang == "zh"
    if not found:
        return "没有待更正或待说明的问题" if zh else "nothing is open"
    lines = []
    place = None
    for f in found:
        here = (f.gate, f.period, f.org_id, f.ledger)
        if here != place:
            place = here
            title = contracts[f.ledger].title_zh if zh and f.ledger in contracts else f.ledger
            sender = (f"，报送人 {f.by}" if zh else f", sent by {f.by}") if f.by else ""
            file = f" {f.file_name}" if f.file_name else ""
            gate = _GATE_ZH[f.gate] if zh else f.gate
            lines.append(f"{f.period} {f.org_id} {title}（{gate}）{file}{sender}" if zh else
                         f"{f.period} {f.org_id} {title} ({gate}){file}{sender}")  # fmt: skip
        rule = book[f.code]
        state = _STATE_ZH[f.state] if zh else f.state
        waiver = f" {f.waiver_id}" if f.waiver_id else ""
        lines.append(
            f"  {f.code} [{state}{waiver}] {rule.title_zh if zh else rule.title_en}: {f.count}"
        )
    needs = sum(f.state == "explain" for f in found)
    blocks = sum(f.state == "block" for f in found)
    lines.append(
        f"共 {len(found)} 项：待更正 {blocks}，待说明 {needs}"
        if zh
        else f"{len(found)} in all: {blocks} to fix, {needs} to explain"
    )
    return "\n".join(lines)


def _explain(arguments: argparse.Namespace) -> int:
    from expectations.contract import load_contracts
    from expectations.rule import load_rule_book
    from expectations.waiver import load_reasons
    from pipelines.cli.verdicts import dump
    from pipelines.errors import UsageError
    from pipelines.explanations import explain_finding
    from pipelines.locking import writer_lock
    from pipelines.paths import LEDGERS_DIR
    from pipelines.periods import parse_period
    from pipelines.registry import Registry
    from pipelines.settings import Settings

    zh = arguments.lang == "zh"
    needed = ("code", "ledger", "branch", "period", "reason", "note", "by")
    missing = [f"--{n}" for n in needed if getattr(arguments, n) is None]
    if missing:
        reasons = load_reasons().values()
        listed_zh = "、".join(f"{r.code}（{r.label_zh}）" for r in reasons)
        raise UsageError(
            f"说明需要参数 {' '.join(missing)}；--reason 可用：{listed_zh}。",
            f"explaining needs {' '.join(missing)}; reasons: {', '.join(r.code for r in reasons)}.",
        )
    settings = Settings.from_env(arguments.home)
    with writer_lock(settings.home), Registry(settings.home.registry) as registry:
        done = explain_finding(
            settings,
            registry,
            load_rule_book(),
            load_contracts(LEDGERS_DIR),
            code=arguments.code,
            ledger=arguments.ledger,
            org_id=arguments.branch,
            period=parse_period(arguments.period),
            reason_code=arguments.reason,
            note=arguments.note,
            by=arguments.by,
        )
    if arguments.format == "json":
        print(dump(dict(vars(done))))
        return 0
    print(f"已说明 {done.explanation_id}" if zh else f"explained {done.explanation_id}")
    if done.is_accepted:
        print("全部说明完毕，文件已接受并生效" if zh else "the file is accepted and in force")
    elif done.open_codes:
        separator = "、" if zh else ", "
        print(("还须说明：" if zh else "still to explain: ") + separator.join(done.open_codes))
    return 0
