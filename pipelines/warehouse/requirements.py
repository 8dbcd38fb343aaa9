"""Required inputs follow from outputs: what each output rests on and what is missing for it."""

from __future__ import annotations

import csv
from dataclasses import dataclass, field

from expectations.contract import Contract
from pipelines.errors import UsageError
from pipelines.paths import DBT_DIR
from pipelines.settings import Settings
from pipelines.warehouse.load_set import LoadSet
from pipelines.warehouse.manifest import Manifest

# Parameters, bindings and the calendar name what they lack themselves (missing_parameter:…).
SELF_NAMING = frozenset({"scheme_param", "scheme_binding", "calendar_override"})
PAY_MODELS = ("pay_month", "pay_settlement")


@dataclass
class Requirements:
    """What the outputs in use need, compared with what is there.

    Attributes:
        outputs: Ids of the outputs in use, sorted.
        missing: Output id to the ledgers it needs that have no load at all.
        metric_gaps: Definition of a metric to its reason code, where a source is wholly missing.
        optional_ledgers: Ledgers that no output in use needs.
        pay_reason: Why there are no salary pools; None when they can be computed.
    """

    outputs: tuple[str, ...]
    missing: dict[str, list[str]]
    metric_gaps: dict[str, str]
    optional_ledgers: set[str]
    pay_reason: str | None = None
    titles: dict[str, str] = field(default_factory=dict)


def derive_requirements(
    settings: Settings,
    manifest: Manifest,
    load_set: LoadSet,
    contracts: dict[str, Contract],
) -> Requirements:
    """Walk the dbt manifest from the outputs in use to the ledgers they rest on.

    Raises:
        UsageError: ``jingtian.toml`` names an output that does not exist.
    """
    from reports.outputs import discover_outputs

    known = discover_outputs()
    chosen = settings.outputs if settings.outputs is not None else tuple(known)
    if unknown := sorted(set(chosen) - set(known)):
        raise UsageError(
            f"配置中的输出不存在：{'、'.join(unknown)}；可用：{'、'.join(known)}。",
            f"unknown output(s) in the settings: {', '.join(unknown)}; known: {', '.join(known)}.",
        )
    present = load_set.present() | SELF_NAMING
    missing: dict[str, list[str]] = {}
    needed: set[str] = {"org_unit"}
    for output_id in chosen:
        ledgers = manifest.ledgers_of_all(known[output_id].reads)
        needed |= ledgers
        if absent := sorted(ledgers - present):
            missing[output_id] = absent
    gaps: dict[str, str] = {}
    for metric, definition, own in _definitions():
        if metric in manifest.metrics and (
            absent := sorted((own or manifest.ledgers_of(metric)) - present)
        ):
            gaps[definition] = f"no_source:{absent[0]}"
    pay_absent = sorted(manifest.ledgers_of_all(PAY_MODELS) - present)
    return Requirements(
        outputs=tuple(sorted(chosen)),
        missing=missing,
        metric_gaps=gaps,
        optional_ledgers=set(contracts) - needed,
        pay_reason=f"no_source:{pay_absent[0]}" if pay_absent else None,
        titles={name: c.title_zh for name, c in contracts.items()},
    )


def _definitions() -> list[tuple[str, str, set[str]]]:
    """Metric, definition and the ledgers it rests on where it says so, of every definition."""
    path = DBT_DIR / "seeds" / "metric_definition.csv"
    with path.open(encoding="utf-8", newline="") as stream:
        return [
            (row["metric_id"], row["definition_id"], set(filter(None, row["ledgers"].split("|"))))
            for row in csv.DictReader(stream)
        ]
