"""The gates as assets with blocking checks. The decision in the registry is what really blocks:
a Dagster check holds only inside one run."""

from collections.abc import Iterator
from typing import Any

import dagster as dg

from pipelines.assets.partitions import ONE_MONTH_A_RUN
from pipelines.assets.warehouse import LAKE_GATE, judged_as_of
from pipelines.close import open_close
from pipelines.errors import JingtianError
from pipelines.periods import parse_period
from pipelines.settings import Settings

MARTS_GATE = dg.AssetKey("marts_gate")
_CHECK = "decision"
_Results = Iterator[dg.MaterializeResult[Any] | dg.AssetCheckResult]


def gate_assets(
    settings: Settings,
    ledgers: list[str],
    mart_keys: list[dg.AssetKey],
    partitions: dg.PartitionsDefinition,
) -> list[dg.AssetsDefinition]:
    """``lake_gate`` and ``marts_gate``."""

    @dg.asset(
        key=LAKE_GATE,
        group_name="gates",
        partitions_def=partitions,
        backfill_policy=ONE_MONTH_A_RUN,
        deps=[dg.AssetKey(["lake", name]) for name in ledgers],
        check_specs=[dg.AssetCheckSpec(_CHECK, asset=LAKE_GATE, blocking=True)],
        description="入湖检查: is the load set complete, unaltered and consistent?",
    )
    def lake_gate(context: dg.AssetExecutionContext) -> _Results:
        try:
            with open_close(
                settings,
                parse_period(context.partition_key),
                actor="dagster",
                progress=context.log.info,
            ) as close:
                verdict = close.lake_gate()
                as_of = close.as_of
        except JingtianError as exc:
            yield _refused(LAKE_GATE, exc)
            raise dg.Failure(exc.en) from exc
        yield dg.MaterializeResult(
            metadata={"as_of": as_of, "decision": verdict.decision.hash},
            check_results=[dg.AssetCheckResult(passed=True, check_name=_CHECK)],
        )

    @dg.asset(
        key=MARTS_GATE,
        group_name="gates",
        partitions_def=partitions,
        backfill_policy=ONE_MONTH_A_RUN,
        deps=mart_keys,
        check_specs=[dg.AssetCheckSpec(_CHECK, asset=MARTS_GATE, blocking=True)],
        description="集市检查: freeze what outputs read, judge it, publish the build",
    )
    def marts_gate(context: dg.AssetExecutionContext) -> _Results:
        period = context.partition_key
        try:
            with open_close(
                settings,
                parse_period(period),
                as_of=judged_as_of(settings, period),
                actor="dagster",
                progress=context.log.info,
            ) as close:
                verdicts = close.mart_gates()
                if close.is_published:
                    close.publish()
                is_published, build_id = close.is_published, close.build_id
        except JingtianError as exc:
            yield _refused(MARTS_GATE, exc)
            raise dg.Failure(exc.en) from exc
        decisions = {name: v.decision.hash for name, v in verdicts.items()}
        yield dg.MaterializeResult(
            metadata={"build_id": build_id, "is_published": is_published, **decisions},
            check_results=[dg.AssetCheckResult(passed=True, check_name=_CHECK)],
        )

    return [lake_gate, marts_gate]


def _refused(asset: dg.AssetKey, error: JingtianError) -> dg.AssetCheckResult:
    return dg.AssetCheckResult(
        passed=False, asset_key=asset, check_name=_CHECK, metadata={"reason": error.en}
    )
