"""Judging files without loading them: no registry is written, nothing is landed."""

from __future__ import annotations

from pathlib import Path

import duckdb

from expectations.contract import Contract
from expectations.findings import finding_row
from expectations.judge import refused
from expectations.rule import RuleBook
from expectations.waiver import Waiver, waived_codes
from pipelines.database import connect
from pipelines.landing.export import Export, judge_export
from pipelines.landing.identity import identify_file
from pipelines.landing.judge_file import judge_upload
from pipelines.landing.load_file import difference_from, letters_of, make_load_id
from pipelines.landing.organisations import Organisations, read_organisations
from pipelines.landing.receipt import Receipt
from pipelines.landing.receive import open_codes
from pipelines.landing.sent_file import sent_bytes, shown_name
from pipelines.landing.store import sha256
from pipelines.landing.unreadable import Unreadable
from pipelines.periods import Period
from pipelines.registry import Registry
from pipelines.settings import Settings


def validate_files(
    settings: Settings,
    contracts: dict[str, Contract],
    book: RuleBook,
    paths: list[Path],
    *,
    ledger: str | None = None,
    org_id: str | None = None,
    period: Period | None = None,
) -> list[Receipt]:
    """Judge uploads; the status is passed or refused."""
    con = connect(settings)
    orgs = Organisations({})
    waivers: list[Waiver] = []
    has_registry = settings.home.registry.is_file()
    if has_registry:
        with Registry(settings.home.registry) as registry:
            orgs = read_organisations(settings.home, registry)
            waivers = registry.waivers(registry.latest_seq())
    results = []
    for path in paths:
        identity = identify_file(path, contracts, ledger=ledger, org_id=org_id, period=period)
        name = shown_name(path)
        try:
            data = sent_bytes(path)
        except Unreadable as exc:
            known = contracts[identity.ledger] if identity else None
            results.append(Receipt(name, "refused", refused(exc.findings), identity, known))
            continue
        if identity is None:
            verdict = refused([finding_row("JT-FILE-0001", value=name[:100])])
            results.append(Receipt(name, "refused", verdict))
            continue
        contract = contracts[identity.ledger]
        verdict, raw = judge_upload(
            con,
            data,
            name,
            identity,
            contract,
            book,
            known_orgs=orgs.known,
            root_org=orgs.root,
            waived=waived_codes(
                waivers, book, identity.ledger, identity.org_id, identity.period.end
            ),
        )
        status = "passed" if verdict.is_accepted else "refused"
        result = Receipt(name, status, verdict, identity, contract)
        if raw is not None:
            result.sheet, result.header_row = raw.sheet, raw.header_row
            result.was_read = True
            result.letters = letters_of(raw)
        result.load_id = make_load_id(identity, contract, "", [sha256(data)])
        if has_registry and verdict.is_accepted:
            with Registry(settings.home.registry) as registry:
                _look_ahead(con, settings, contracts, book, registry, result)
        results.append(result)
    return results


def _look_ahead(
    con: duckdb.DuckDBPyConnection,
    settings: Settings,
    contracts: dict[str, Contract],
    book: RuleBook,
    registry: Registry,
    result: Receipt,
) -> None:
    """What receiving the file would mean: how it differs from the one in force, what somebody else
    would have to explain, and what the rules across ledgers say as far as the rest has arrived.
    ``con`` holds its typed rows."""
    identity, contract, load_id = result.identity, result.contract, result.load_id
    if identity is None or contract is None or load_id is None:
        return
    result.open_codes = open_codes(registry, load_id, result.verdict.needs_explanation)
    in_force = registry.load_in_force(identity.ledger, identity.org_id, str(identity.period))
    if in_force == load_id:
        result.is_in_force = True
    elif in_force:
        result.difference = difference_from(
            con, settings, contract, identity, in_force, "typed", load_id
        )
    if registry.latest_seq():
        from pipelines.gates.provisional import judge_provisionally

        result.provisional = judge_provisionally(
            con, contracts, book, settings.home, registry, identity, result.letters, rows="typed"
        )


def validate_export(
    settings: Settings, contracts: dict[str, Contract], book: RuleBook, export: Export
) -> list[Receipt]:
    """Judge a foreign export through its mapping: one result per mapped ledger."""
    con = connect(settings)
    mapping = export.mapping
    if export.refusal:
        label = f"{mapping.title_zh} {mapping.name}"
        return [Receipt(label, "refused", refused(export.refusal))]
    results = []
    for name in export.ledgers():
        verdict = judge_export(con, export, contracts[name], book)
        status = "passed" if verdict.is_accepted else "refused"
        label = export.label(name)
        results.append(Receipt(label, status, verdict, export.identity(name), contracts[name]))
    return results
