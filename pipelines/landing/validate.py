"""Judging files without loading them: no registry is written, nothing is landed."""

from __future__ import annotations

from pathlib import Path

from expectations.contract import Contract
from expectations.findings import finding_row
from expectations.judge import judge, refused
from expectations.rule import RuleBook
from pipelines.landing.identity import Identity, identify
from pipelines.landing.judge_file import judge_upload
from pipelines.landing.mapping import apply_mapping, load_mapping
from pipelines.landing.organisations import Organisations, read_organisations
from pipelines.landing.receive import Receipt, connect
from pipelines.landing.unreadable import Unreadable
from pipelines.periods import Period, parse_period
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
        identity = identify(path.name, contracts, ledger=ledger, org_id=org_id, period=period)
        if identity is None:
            verdict = refused([finding_row("JT-FILE-0001", value=path.name[:100])])
            results.append(Receipt(path.name, "refused", verdict))
            continue
        contract = contracts[identity.ledger]
        verdict, _ = judge_upload(
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
        results.append(Receipt(path.name, status, verdict, identity, contract))
    return results


def validate_export(
    settings: Settings,
    contracts: dict[str, Contract],
    book: RuleBook,
    folders: list[Path],
    mapping_name: str,
) -> list[Receipt]:
    """Judge foreign exports through a mapping."""
    con = connect(settings)
    mapping = load_mapping(mapping_name, contracts)
    results = []
    for folder in folders:
        for name in mapping.ledger_order():
            contract, mapped = contracts[name], mapping.ledgers[name]
            data = {a: (folder / mapping.files[a].file).read_bytes() for a in mapped.used_files()}
            period = parse_period(mapping.period)
            identity = Identity(name, mapping.submitting_org, period)
            label = "+".join(mapping.files[a].file for a in sorted(mapped.used_files()))
            try:
                raw = apply_mapping(con, contract, mapped, mapping, data)
                verdict = judge(
                    con,
                    contract,
                    raw,
                    book,
                    org_id=mapping.submitting_org,
                    period_start=period.start,
                    period_end=period.end,
                    is_bank_wide=True,
                    absent=frozenset(mapped.no_source),
                )
            except Unreadable as exc:
                verdict = refused(exc.findings)
            status = "passed" if verdict.is_accepted else "refused"
            results.append(Receipt(label, status, verdict, identity, contract))
    return results
