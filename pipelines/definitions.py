"""Everything Dagster sees, composed in one place."""

from __future__ import annotations

import warnings

import dagster as dg

from expectations.contract import load_contracts
from pipelines.assets.gates import gate_assets
from pipelines.assets.ingest import ingest_assets
from pipelines.assets.partitions import monthly
from pipelines.assets.reports import report_assets
from pipelines.assets.warehouse import warehouse_assets
from pipelines.paths import LEDGERS_DIR
from pipelines.schedules import daily_schedule
from pipelines.sensors import inbox_sensor
from pipelines.settings import Settings
from pipelines.warehouse.dbt import DbtProject
from reports.outputs import discover_outputs

# What emission and people read; the marts gate waits for these.
PUBLISHED = ("mart_metric_value", "mart_target_attainment", "pay_month", "pay_settlement")


def build_definitions(settings: Settings) -> dg.Definitions:
    """Assets, jobs, schedule and sensor of one home. Makes the dbt manifest when it is missing."""
    contracts = load_contracts(LEDGERS_DIR)
    partitions = monthly(settings)
    project = DbtProject(settings)
    project.manifest()
    outputs = {
        name: output
        for name, output in discover_outputs().items()
        if settings.outputs is None or name in settings.outputs
    }
    ingest = dg.AssetSelection.groups("ingest")
    everything = dg.AssetSelection.all()
    ingest_month = dg.define_asset_job("ingest_month", ingest)
    close_month = dg.define_asset_job(
        "close_month",
        everything - ingest,
        description="Lake gate, warehouse, mart gates and due reports of one month.",
    )
    reclose_month = dg.define_asset_job(
        "reclose_month",
        everything,
        description="Receive what changed in the inbox, then close the month again.",
    )
    with warnings.catch_warnings():
        # The limit of one month a run is a beta parameter; the bound on dagster covers it.
        warnings.simplefilter("ignore", dg.BetaWarning)
        assets = [
            *ingest_assets(settings, contracts, partitions),
            warehouse_assets(settings, project.target / "manifest.json", partitions),
            *gate_assets(
                settings,
                list(contracts),
                [dg.AssetKey(["warehouse", name]) for name in PUBLISHED],
                partitions,
            ),
            *report_assets(settings, outputs, partitions),
        ]
    return dg.Definitions(
        assets=assets,
        jobs=[ingest_month, close_month, reclose_month],
        schedules=[daily_schedule(settings, close_month)],
        sensors=[inbox_sensor(settings, contracts, ingest_month)],
        executor=dg.in_process_executor,
    )


defs = build_definitions(Settings.from_env())
