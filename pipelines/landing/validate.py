"""Judging files without loading them: no registry is written, nothing is landed."""

from __future__ import annotations

from pathlib import Path

from expectations.contract import Contract
from expectations.findings import finding_row
from expectations.judge import refused
from expectations.rule import RuleBook
from pipelines.landing.export import Export, judge_export
from pipelines.landing.identity import identify_file
from pipelines.landing.judge_file import judge_upload
from pipelines.landing.organisations import Organisations, read_organisations
from pipelines.landing.receive import Receipt, connect
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
    if settings.home.registry.is_file():
        with Registry(settings.home.registry) as registry:
            orgs = read_organisations(settings.home, registry)
    results = []
    for path in paths:
        identity = identify_file(path, contracts, ledger=ledger, org_id=org_id, period=period)
        if identity is None:
            verdict = refused([finding_row("JT-FILE-0001", value=path.name[:100])])
            results.append(Receipt(path.name, "refused", verdict))
            continue
        contract = contracts[identity.ledger]
        verdict, raw = judge_upload(
            con,
            path.read_bytes(),
            path.name,
            identity,
            contract,
            book,
            known_orgs=orgs.known,
            root_org=orgs.root,
        )
        status = "passed" if verdict.is_accepted else "refused"
        receipt = Receipt(path.name, status, verdict, identity, contract)
        if raw is not None:
            receipt.sheet, receipt.header_row = raw.sheet, raw.header_row
        results.append(receipt)
    return results


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
        label = "+".join(export.inputs(name).values())
        results.append(Receipt(label, status, verdict, export.identity(name), contracts[name]))
    return results
