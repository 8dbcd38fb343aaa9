"""One asset per output. Run alone, later or from the user interface, it meets the same refusals."""

from typing import Any

import dagster as dg

from pipelines.assets.gates import MARTS_GATE
from pipelines.assets.partitions import ONE_MONTH_A_RUN
from pipelines.emit import emit_or_raise
from pipelines.errors import JingtianError
from pipelines.locking import writer_lock
from pipelines.registry import Registry
from pipelines.settings import Settings
from reports.outputs import Output


def report_assets(
    settings: Settings, outputs: dict[str, Output], partitions: dg.PartitionsDefinition
) -> list[dg.AssetsDefinition]:
    """Assets ``report/<output>``."""
    return [_report_asset(settings, output, partitions) for output in outputs.values()]


def _report_asset(
    settings: Settings, output: Output, partitions: dg.PartitionsDefinition
) -> dg.AssetsDefinition:
    @dg.asset(
        key=dg.AssetKey(["report", output.id]),
        group_name="reports",
        partitions_def=partitions,
        backfill_policy=ONE_MONTH_A_RUN,
        deps=[MARTS_GATE],
        description=f"{output.title_zh} | {output.title_en}",
        kinds={"excel"},
    )
    def report(context: dg.AssetExecutionContext) -> dg.MaterializeResult[Any]:
        try:
            with writer_lock(settings.home), Registry(settings.home.registry) as registry:
                emission = emit_or_raise(
                    settings, registry, output.id, context.partition_key, actor="dagster"
                )
        except JingtianError as exc:
            raise dg.Failure(exc.en) from exc
        return dg.MaterializeResult(
            metadata={"status": emission.status, "pack": str(emission.pack_dir)}
        )

    return report
