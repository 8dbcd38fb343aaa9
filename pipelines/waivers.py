"""Asking for, approving and revoking waivers, and what a waiver touches.

Here belong the refusals and the registry events; what a waiver covers belongs to
``expectations.waiver``.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from expectations.contract import Contract
from expectations.decision import digest_of
from expectations.rule import Rule, RuleBook
from expectations.waiver import NEVER_WAIVED, Waiver, same_person
from pipelines.errors import RefusedError
from pipelines.periods import Period
from pipelines.registry import Registry
from pipelines.registry.store import as_waiver
from pipelines.warehouse.load_set import LoadSet

_LAKE_LEVELS = ("L4", "L5")


def request_waiver(
    registry: Registry,
    book: RuleBook,
    contracts: Mapping[str, Contract],
    *,
    code: str,
    ledger: str | None,
    org_id: str | None,
    first: Period,
    last: Period,
    expires_on: dt.date,
    reason: str,
    by: str,
    known_orgs: frozenset[str] | None = None,
) -> str:
    """Ask for a waiver; it has no effect until another person approves it. Returns its id.

    Raises:
        RefusedError: The rule or the scope cannot be waived, or reason or person are missing.
    """
    rule = known_rule(book, code)
    _refuse_rule(rule)
    if ledger is not None:
        ledger = known_ledger(contracts, ledger).name
        if rule.ledger not in (None, ledger):
            own = contracts[str(rule.ledger)]
            raise RefusedError(
                f"规则 {code} 只适用于《{own.title_zh}》，不能为《{contracts[ledger].title_zh}》豁免。",
                f"rule {code} is one of {rule.ledger}; it cannot be waived for {ledger}.",
            )
    if org_id is not None and known_orgs is not None and org_id not in known_orgs:
        raise RefusedError(
            f"机构台账中没有机构 {org_id}。", f"organisation {org_id} is not in the register."
        )
    if first > last:
        raise RefusedError(
            f"起始月份 {first} 晚于截止月份 {last}。", f"{first} is later than {last}."
        )
    if expires_on < first.end:
        raise RefusedError(
            f"豁免 {expires_on} 失效，早于起始月份 {first} 的月末，不会生效。",
            f"the waiver expires on {expires_on}, before {first} ends: it would cover nothing.",
        )
    with registry.transaction():
        return registry.add_waiver(
            named_person(by),
            {
                "code": code,
                "ledger": ledger,
                "org_id": org_id,
                "first_period": str(first),
                "last_period": str(last),
                "expires_on": expires_on.isoformat(),
                "reason": required_text(reason, "豁免理由", "the reason"),
            },
        )


def approve_waiver(registry: Registry, waiver_id: str, *, by: str) -> Waiver:
    """Approve a waiver that another person asked for.

    Raises:
        RefusedError: There is no such request, it is decided already, or the approver asked for it.
    """
    entry = _entry(registry, waiver_id)
    person = named_person(by)
    if entry["state"] != "requested":
        raise _decided(entry)
    if same_person(person) == same_person(entry["requested_by"]):
        raise RefusedError(
            f"豁免 {waiver_id} 由 {person} 申请，须由另一人批准。",
            f"{waiver_id} was requested by {person}; another person must approve it.",
        )
    with registry.transaction():
        registry.add_waiver_event(person, waiver_id, "approved")
    return as_waiver(_entry(registry, waiver_id))


def revoke_waiver(registry: Registry, waiver_id: str, *, by: str) -> None:
    """End a waiver (or turn a request down). Files accepted under it stay accepted; from now on
    nothing more is waived.

    Raises:
        RefusedError: There is no such waiver, or it is revoked already.
    """
    entry = _entry(registry, waiver_id)
    person = named_person(by)
    if entry["state"] == "revoked":
        raise _decided(entry)
    with registry.transaction():
        registry.add_waiver_event(person, waiver_id, "revoked")


def waiver_lines(
    registry: Registry,
    waiver_ids: Iterable[str],
    book: RuleBook,
    contracts: Mapping[str, Contract],
) -> list[dict[str, str]]:
    """Waivers as they are printed on what they touch, by id; revoked ones as well, because what was
    accepted under them is still in force."""
    wanted = set(waiver_ids)
    lines = []
    for entry in registry.waiver_history():
        if entry["waiver_id"] in wanted:
            waiver = as_waiver(entry)
            contract = contracts.get(waiver.ledger or book[waiver.code].ledger or "")
            lines.append(
                waiver.line(
                    book[waiver.code],
                    contract.title_zh if contract else None,
                    contract.title_en if contract else None,
                )
            )
    return sorted(lines, key=lambda line: line["waiver_id"])


def waivers_of_loads(registry: Registry, load_set: LoadSet) -> set[str]:
    """Ids of the waivers under which loads of a load set were accepted: they touch every report
    made of it."""
    loads = [load for loads in load_set.history.values() for load in loads]
    return {x for waived in registry.waived_in(loads).values() for x in waived.values()}


def exceptions_digest(
    registry: Registry, load_set: LoadSet, book: RuleBook, contracts: Mapping[str, Contract]
) -> str | None:
    """Digest of the waivers and explanations that decisions on a load set may rest on; None when
    there are none. Independent of sequence numbers.

    They are those of the loads, and those of lake rules (L4, L5) known at the knowledge point.
    """
    used = waivers_of_loads(registry, load_set)
    touched: list[Any] = list(waiver_lines(registry, used, book, contracts))
    end = load_set.period.end
    for waiver in registry.waivers(load_set.as_of):
        rule = book.rules.get(waiver.code)
        is_current = waiver.covers(waiver.code, waiver.ledger or "", waiver.org_id, end)
        if rule and rule.level in _LAKE_LEVELS and is_current:
            touched.append(waiver.line(rule, None, None))
    loads = {x.load_id for loads in load_set.current.values() for x in loads}
    for item in registry.explanations(load_set.as_of):
        rule = book.rules.get(item.code)
        if rule and rule.level in _LAKE_LEVELS and item.load_id in loads:
            touched.append(dict(vars(item)))
    return digest_of(touched) if touched else None


# -- what refusals share ------------------------------------------------------------------------


def known_rule(book: RuleBook, code: str) -> Rule:
    """The rule of that code.

    Raises:
        RefusedError: There is none.
    """
    if code not in book.rules:
        raise RefusedError(
            f"没有编号为“{code}”的规则；规则编号见校验结果。",
            f'there is no rule "{code}"; verdicts name the codes.',
        )
    return book[code]


def known_ledger(contracts: Mapping[str, Contract], ledger: str) -> Contract:
    """The contract of a ledger, by its name or its Chinese title.

    Raises:
        RefusedError: There is none.
    """
    for contract in contracts.values():
        if ledger in (contract.name, contract.title_zh):
            return contract
    titles = "、".join(c.title_zh for c in contracts.values())
    raise RefusedError(
        f"没有名为“{ledger}”的台账；可用：{titles}。",
        f'there is no ledger "{ledger}"; known: {", ".join(contracts)}.',
    )


def named_person(by: str) -> str:
    """Who acts, without spaces around.

    Raises:
        RefusedError: Nobody is named.
    """
    return required_text(by, "经办人（--by）", "the person (--by)")


def required_text(text: str, name_zh: str, name_en: str) -> str:
    """A text without spaces around.

    Raises:
        RefusedError: It is empty.
    """
    if not text.strip():
        raise RefusedError(f"{name_zh}不能为空。", f"{name_en} must not be empty.")
    return text.strip()


def _refuse_rule(rule: Rule) -> None:
    if rule.severity == "explain":
        raise RefusedError(
            f"规则 {rule.code}（{rule.title_zh}）为需说明级，请用 jingtian finding explain 说明，不需豁免。",
            f"rule {rule.code} ({rule.title_en}) asks for an explanation "
            "(jingtian finding explain), not for a waiver.",
        )
    if rule.severity != "block":
        raise RefusedError(
            f"规则 {rule.code}（{rule.title_zh}）为提示级，不阻断，不需豁免。",
            f"rule {rule.code} ({rule.title_en}) only warns; it needs no waiver.",
        )
    if rule.level in NEVER_WAIVED:
        raise RefusedError(
            f"规则 {rule.code}（{rule.title_zh}）不能豁免：文件读不出或单元格没有有效值，请更正后重报。",
            f"rule {rule.code} ({rule.title_en}) cannot be waived: there is no value to accept; "
            "correct the file and send it again.",
        )


def _entry(registry: Registry, waiver_id: str) -> dict[str, Any]:
    for entry in registry.waiver_history():
        if entry["waiver_id"] == waiver_id:
            return entry
    raise RefusedError(
        f"没有编号为“{waiver_id}”的豁免；请用 jingtian waiver list 查看。",
        f'there is no waiver "{waiver_id}"; see jingtian waiver list.',
    )


def _decided(entry: dict[str, Any]) -> RefusedError:
    if entry["state"] == "revoked":
        return RefusedError(
            f"豁免 {entry['waiver_id']} 已由 {entry['revoked_by']} 撤销。",
            f"{entry['waiver_id']} was revoked by {entry['revoked_by']}.",
        )
    return RefusedError(
        f"豁免 {entry['waiver_id']} 已由 {entry['approved_by']} 批准。",
        f"{entry['waiver_id']} was approved by {entry['approved_by']} already.",
    )
