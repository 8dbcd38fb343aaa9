"""Required inputs follow from outputs: what each output rests on and what is missing for it."""

from __future__ import annotations

from dataclasses import dataclass, field

from expectations.contract import Contract
from pipelines.errors import UsageError
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
        metric_gaps: Metric id to its reason code, for metrics with a wholly missing source.
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
    for metric in manifest.metrics:
        if absent := sorted(manifest.ledgers_of(metric) - present):
            gaps[metric] = f"no_source:{absent[0]}"
    pay_absent = sorted(manifest.ledgers_of_all(PAY_MODELS) - present)
    return Requirements(
        outputs=tuple(sorted(chosen)),
        missing=missing,
        metric_gaps=gaps,
        optional_ledgers=set(contracts) - needed,
        pay_reason=f"no_source:{pay_absent[0]}" if pay_absent else None,
        titles={name: c.title_zh for name, c in contracts.items()},
    )
