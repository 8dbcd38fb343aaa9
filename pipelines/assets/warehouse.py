"""The dbt models as assets: one build makes them all."""

from collections.abc import Iterator, Mapping
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, DagsterDbtTranslatorSettings, dbt_assets

from pipelines.assets.partitions import ONE_MONTH_A_RUN
from pipelines.close import open_close
from pipelines.periods import parse_period
from pipelines.registry import Registry
from pipelines.settings import Settings

LAKE_GATE = dg.AssetKey("lake_gate")


class HouseTranslator(DagsterDbtTranslator):  # type: ignore[misc]
    """Model names as asset keys; what reads the lake waits for the lake gate."""

    def __init__(self) -> None:
        super().__init__(
            DagsterDbtTranslatorSettings(
                enable_asset_checks=False,
                # a ledger and its history are two views of one lake folder
                enable_duplicate_source_asset_keys=True,
            )
        )

    def get_asset_spec(
        self, manifest: Mapping[str, Any], unique_id: str, project: Any
    ) -> dg.AssetSpec:
        """The spec of a model; staging models get the lake gate as an extra parent."""
        spec: dg.AssetSpec = super().get_asset_spec(manifest, unique_id, project)
        parents = manifest.get("parent_map", {}).get(unique_id, [])
        if any(p.startswith("source.") for p in parents):
            spec = spec.merge_attributes(deps=[LAKE_GATE])
        return spec

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str:
        """Layer of the warehouse: staging, intermediate, marts or seeds."""
        if dbt_resource_props["resource_type"] == "seed":
            return "seeds"
        return str(dbt_resource_props["fqn"][1])

    def get_asset_key(self, dbt_resource_props: Mapping[str, Any]) -> dg.AssetKey:
        """``lake/<ledger>`` and ``run/<table>`` for sources, the model's own name otherwise."""
        name = dbt_resource_props["name"]
        if dbt_resource_props["resource_type"] == "source":
            source = dbt_resource_props["source_name"]
            return dg.AssetKey([source, name.removesuffix("_history")])
        return dg.AssetKey(["warehouse", name])


def warehouse_assets(
    settings: Settings, manifest: Path, partitions: dg.PartitionsDefinition
) -> dg.AssetsDefinition:
    """All models and seeds; materialising them runs the build of a close."""

    @dbt_assets(
        manifest=manifest,
        name="warehouse",
        partitions_def=partitions,
        backfill_policy=ONE_MONTH_A_RUN,
        dagster_dbt_translator=HouseTranslator(),
    )  # type: ignore[untyped-decorator]
    def warehouse(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult[Any]]:
        as_of = judged_as_of(settings, context.partition_key)
        with open_close(
            settings,
            parse_period(context.partition_key),
            as_of=as_of,
            actor="dagster",
            progress=context.log.info,
        ) as close:
            folder = close.build()
            build_id = close.build_id
        selected = context.selected_asset_keys
        parents = {
            spec.key: sorted(d.asset_key for d in spec.deps if d.asset_key in selected)
            for spec in sorted(context.assets_def.specs, key=lambda s: s.key)
            if spec.key in selected
        }
        for key in TopologicalSorter(parents).static_order():
            yield dg.MaterializeResult(
                asset_key=key, metadata={"build_id": build_id, "build_dir": str(folder)}
            )

    assets: dg.AssetsDefinition = warehouse
    return assets


def judged_as_of(settings: Settings, period: str) -> int:
    """Knowledge point of the latest passed lake gate of a period.

    Raises:
        dagster.Failure: The lake gate was never judged or did not pass.
    """
    with Registry(settings.home.registry) as registry:
        decision = registry.latest_decision("lake", period)
    if decision is None or decision["status"] != "passed":
        raise dg.Failure(f"the lake gate of {period} has not passed; materialise lake_gate first")
    return int(decision["as_of"])
