"""The organisations of the register in force, as the readers of uploads need them."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow.parquet as pq

from pipelines.paths import Home
from pipelines.registry import Load, Registry


@dataclass(frozen=True)
class Organisations:
    """Organisation id to type code; empty before the register was received."""

    types: dict[str, str]

    @property
    def known(self) -> frozenset[str] | None:
        """Ids of all organisations; None before the register was received."""
        return frozenset(self.types) if self.types else None

    @property
    def root(self) -> str | None:
        """The bank's own organisation id."""
        return next((org for org, kind in self.types.items() if kind == "bank"), None)


def read_organisations(home: Home, registry: Registry) -> Organisations:
    """Organisations of the newest accepted ``org_unit`` load of each sender."""
    newest: dict[str, Load] = {}
    for load in registry.load_set(registry.latest_seq(), "9999-12"):
        if load.ledger == "org_unit":
            newest[load.org_id] = load
    types: dict[str, str] = {}
    for load in newest.values():
        path = home.lake_part("org_unit", load.period, load.org_id, load.load_id)
        if path.is_file():
            # pyarrow reads a single file without its data sets, which would import pandas.
            table = pq.ParquetFile(path).read(["org_id", "org_type_code"])
            columns = (table.column(name).to_pylist() for name in ("org_id", "org_type_code"))
            types.update(zip(*columns, strict=True))
    return Organisations(types)
