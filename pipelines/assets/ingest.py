"""One asset per ledger: receives the inbox files of that ledger and month."""

from collections.abc import Iterator
from typing import Any

import dagster as dg

from expectations.contract import Contract
from pipelines.assets.partitions import ONE_MONTH_A_RUN
from pipelines.landing.identity import identify_file
from pipelines.landing.receive import Receiver
from pipelines.landing.sent_file import files_of
from pipelines.locking import writer_lock
from pipelines.registry import Registry
from pipelines.settings import Settings


def ingest_assets(
    settings: Settings, contracts: dict[str, Contract], partitions: dg.PartitionsDefinition
) -> list[dg.AssetsDefinition]:
    """Assets ``lake/<ledger>``, in the order in which ledgers need each other."""
    return [_ingest_asset(settings, contracts, c, partitions) for c in contracts.values()]


def _ingest_asset(
    settings: Settings,
    contracts: dict[str, Contract],
    contract: Contract,
    partitions: dg.PartitionsDefinition,
) -> dg.AssetsDefinition:
    deps = [] if contract.name == "org_unit" else [dg.AssetKey(["lake", "org_unit"])]

    @dg.asset(
        key=dg.AssetKey(["lake", contract.name]),
        group_name="ingest",
        partitions_def=partitions,
        backfill_policy=ONE_MONTH_A_RUN,
        deps=deps,
        description=f"{contract.title_zh}: {contract.grain}",
        kinds={"parquet"},
    )
    def ledger(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult[Any]]:
        period = context.partition_key
        paths = []
        if settings.home.inbox.is_dir():
            for path in files_of(settings.home.inbox)[0]:
                identity = identify_file(path, contracts)
                if identity and identity.ledger == contract.name and str(identity.period) == period:
                    paths.append(path)
        with writer_lock(settings.home), Registry(settings.home.registry) as registry:
            receipts = Receiver(settings, registry, "dagster").receive_files(paths)
        refused = [r for r in receipts if r.status == "refused"]
        for receipt in refused:
            context.log.warning(f"refused {receipt.file_name}: {receipt.verdict.counts}")
        yield dg.MaterializeResult(
            metadata={
                "files": len(receipts),
                "rows_accepted": sum(
                    r.verdict.accepted for r in receipts if r.status == "accepted"
                ),
                "refused": [r.file_name for r in refused],
                "waiting": [r.file_name for r in receipts if r.status == "needs_explanation"],
            }
        )

    return ledger
