"""Where everything lies under the home directory. The paths marked fixed in the design stand here."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

PROJECT_ROOT = Path(__file__).resolve().parent.parent
LEDGERS_DIR = Path(__file__).resolve().parent / "ledgers"
MAPPINGS_DIR = Path(__file__).resolve().parent / "mappings"
DBT_DIR = PROJECT_ROOT / "dbt_project"


@dataclass(frozen=True)
class Home:
    """The data directory of one bank (``$JINGTIAN_HOME``, default ``./data``)."""

    root: Path

    @property
    def inbox(self) -> Path:
        """Where branches' files arrive; the sensor watches it."""
        return self.root / "inbox"

    @property
    def registry(self) -> Path:
        """The SQLite registry; with landing, what must be backed up."""
        return self.root / "registry.sqlite"

    @property
    def findings(self) -> Path:
        """Finding tables of judged files."""
        return self.root / "lake" / "_findings"

    @property
    def warehouse(self) -> Path:
        """Builds and the pointers to those in force."""
        return self.root / "warehouse"

    @property
    def gated(self) -> Path:
        """Frozen slices with their decisions."""
        return self.root / "gated"

    @property
    def emitted(self) -> Path:
        """Packs."""
        return self.root / "emitted"

    @property
    def rebuilt(self) -> Path:
        """Builds as of an earlier knowledge point; never published."""
        return self.root / "rebuilt"

    @property
    def scratch(self) -> Path:
        """Spill files of DuckDB and other temporary files; may be deleted at any time."""
        return self.root / "scratch"

    def landing(self, sha256: str) -> Path:
        """The immutable bytes of a received file."""
        return self.root / "landing" / sha256[:2] / sha256

    def lake_part(self, ledger: str, period: str, org: str, load_id: str) -> Path:
        """The Parquet file of one load."""
        folder = self.root / "lake" / ledger / f"period={period}" / f"org={org}"
        return folder / f"load={load_id}" / "part.parquet"

    def build(self, build_id: str) -> Path:
        """Directory of one warehouse build."""
        return self.warehouse / "builds" / build_id

    def period_pointer(self, period: str) -> Path:
        """One line: the build in force for that period."""
        return self.warehouse / "periods" / period

    @property
    def current_pointer(self) -> Path:
        """One line: the build of the newest closed period."""
        return self.warehouse / "CURRENT"
