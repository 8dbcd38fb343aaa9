"""``jingtian waiver``: ask for, approve, list and revoke waivers of blocking rules."""

from __future__ import annotations

import argparse
import datetime as dt
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from expectations.contract import Contract
    from expectations.rule import RuleBook

_STATE_ZH = {"requested": "待批准", "approved": "已批准", "revoked": "已撤销"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of the command."""
    parser.add_argument("action", choices=("request", "approve", "revoke", "list"))
    parser.add_argument("waiver_id", nargs="?", metavar="ID", help="豁免编号 | approve, revoke")
    parser.add_argument("--code", help="规则编号 | rule")
    parser.add_argument("--ledger", help="台账名，缺省为全部 | ledger, default every one")
    parser.add_argument("--branch", help="机构号，缺省为全部 | organisation, default every one")
    parser.add_argument("--from", dest="first", help="起始月份 | first month YYYY-MM")
    parser.add_argument("--to", dest="last", help="截止月份 | last month YYYY-MM")
    parser.add_argument("--expires", help="失效日期 | YYYY-MM-DD")
    parser.add_argument("--reason", help="理由 | why")
    parser.add_argument("--by", help="经办人；批准人不能是申请人 | who; approver is not requester")
    parser.add_argument("--format", choices=("text", "json"), default="text")


def run(arguments: argparse.Namespace) -> int:
    """One step in the life of a waiver; exit 1 when refused."""
    if arguments.action == "list":
        return _list(arguments)
    return _request(arguments) if arguments.action == "request" else _decide(arguments)


def _request(arguments: argparse.Namespace) -> int:
    from expectations.contract import load_contracts
    from expectations.rule import load_rule_book
    from pipelines.cli.verdicts import dump
    from pipelines.errors import UsageError
    from pipelines.landing.organisations import read_organisations
    from pipelines.locking import writer_lock
    from pipelines.paths import LEDGERS_DIR
    from pipelines.periods import parse_period
    from pipelines.registry import Registry
    from pipelines.settings import Settings
    from pipelines.waivers import request_waiver

    _need(arguments, ("code", "first", "last", "expires", "reason", "by"))
    try:
        expires_on = dt.date.fromisoformat(arguments.expires)
    except ValueError as exc:
        raise UsageError(
            f"“{arguments.expires}”不是日期；请写成 2026-12-31 的形式。",
            f'"{arguments.expires}" is not a date; write it like 2026-12-31.',
        ) from exc
    settings = Settings.from_env(arguments.home)
    with writer_lock(settings.home), Registry(settings.home.registry) as registry:
        waiver_id = request_waiver(
            registry,
            load_rule_book(),
            load_contracts(LEDGERS_DIR),
            code=arguments.code,
            ledger=arguments.ledger,
            org_id=arguments.branch,
            first=parse_period(arguments.first),
            last=parse_period(arguments.last),
            expires_on=expires_on,
            reason=arguments.reason,
            by=arguments.by,
            known_orgs=read_organisations(settings.home, registry).known,
        )
    if arguments.format == "json":
        print(dump({"waiver_id": waiver_id, "state": "requested"}))
    else:
        print(
            f"已申请豁免 {waiver_id}；须由另一人批准：jingtian waiver approve {waiver_id} --by 批准人"
            if arguments.lang == "zh"
            else f"{waiver_id} is requested; another person approves it: "
            f"jingtian waiver approve {waiver_id} --by WHO"
        )
    return 0


def _decide(arguments: argparse.Namespace) -> int:
    from pipelines.cli.verdicts import dump
    from pipelines.locking import writer_lock
    from pipelines.registry import Registry
    from pipelines.settings import Settings
    from pipelines.waivers import approve_waiver, revoke_waiver

    _need(arguments, ("waiver_id", "by"))
    settings = Settings.from_env(arguments.home)
    is_approval = arguments.action == "approve"
    with writer_lock(settings.home), Registry(settings.home.registry) as registry:
        if is_approval:
            approve_waiver(registry, arguments.waiver_id, by=arguments.by)
        else:
            revoke_waiver(registry, arguments.waiver_id, by=arguments.by)
    state = "approved" if is_approval else "revoked"
    if arguments.format == "json":
        print(dump({"waiver_id": arguments.waiver_id, "state": state}))
    elif arguments.lang == "zh":
        print(
            f"豁免 {arguments.waiver_id} 已批准；被退回的文件请重新接收"
            if is_approval
            else f"豁免 {arguments.waiver_id} 已撤销；此前据此接受的文件仍然有效"
        )
    else:
        print(
            f"{arguments.waiver_id} is approved; receive refused files again"
            if is_approval
            else f"{arguments.waiver_id} is revoked; files accepted under it stay accepted"
        )
    return 0


def _list(arguments: argparse.Namespace) -> int:
    from expectations.contract import load_contracts
    from expectations.rule import load_rule_book
    from pipelines.cli.verdicts import dump
    from pipelines.paths import LEDGERS_DIR
    from pipelines.registry import Registry
    from pipelines.settings import Settings
    from pipelines.waivers import known_ledger

    settings = Settings.from_env(arguments.home)
    contracts = load_contracts(LEDGERS_DIR)
    ledger = known_ledger(contracts, arguments.ledger).name if arguments.ledger else None
    with Registry(settings.home.registry) as registry:
        history = registry.waiver_history()
    history = [
        w
        for w in history
        if arguments.code in (None, w["code"])
        and ledger in (None, w["ledger"])
        and arguments.branch in (None, w["org_id"])
    ]
    if arguments.format == "json":
        print(dump(history))
        return 0
    zh = arguments.lang == "zh"
    if not history:
        print("没有豁免" if zh else "there are no waivers")
        return 0
    book = load_rule_book()
    print("\n".join(_text(w, book, contracts, zh) for w in history))
    return 0


def _text(w: dict[str, Any], book: RuleBook, contracts: Mapping[str, Contract], zh: bool) -> str:
    rule = book.rules.get(w["code"])
    ledger = w["ledger"]
    months = f"{w['first_period']} – {w['last_period']}"
    if zh:
        scope = f"《{contracts[ledger].title_zh}》" if ledger in contracts else "全部台账"
        title = rule.title_zh if rule else ""
        lines = [
            f"{w['waiver_id']} [{_STATE_ZH[w['state']]}] {w['code']} {title}",
            f"  范围 {scope}，{w['org_id'] or '全部机构'}，{months}；{w['expires_on']} 失效",
            f"  理由 {w['reason']}；申请人 {w['requested_by']}"
            + (f"，批准人 {w['approved_by']}" if w["approved_by"] else "")
            + (f"，撤销人 {w['revoked_by']}" if w["revoked_by"] else ""),
        ]
    else:
        title = rule.title_en if rule else ""
        lines = [
            f"{w['waiver_id']} [{w['state']}] {w['code']} {title}",
            f"  scope {ledger or 'every ledger'}, {w['org_id'] or 'every organisation'}, {months}; "
            f"expires {w['expires_on']}",
            f"  reason {w['reason']}; requested by {w['requested_by']}"
            + (f", approved by {w['approved_by']}" if w["approved_by"] else "")
            + (f", revoked by {w['revoked_by']}" if w["revoked_by"] else ""),
        ]
    return "\n".join(lines)


def _need(arguments: argparse.Namespace, names: tuple[str, ...]) -> None:
    from pipelines.errors import UsageError

    words = {"first": "--from", "last": "--to", "waiver_id": "ID"}
    missing = [words.get(n, f"--{n}") for n in names if getattr(arguments, n) is None]
    if missing:
        raise UsageError(
            f"jingtian waiver {arguments.action} 缺少参数 {' '.join(missing)}。",
            f"jingtian waiver {arguments.action} needs {' '.join(missing)}.",
        )
