"""Landing, judging and loading one file. The registry is left alone, so that files can be loaded
side by side and in any order; what comes into force, and when, is decided by who registers them.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import duckdb

from expectations.cells import CellMemo
from expectations.contract import Contract, load_contracts
from expectations.findings import finding_row
from expectations.judge import RawTable, Verdict, refused
from expectations.rule import RuleBook, load_rule_book
from expectations.screen import Screen
from pipelines.database import connect
from pipelines.landing.difference import Difference, compare, parquet
from pipelines.landing.identity import Identity
from pipelines.landing.judge_file import judge_upload
from pipelines.landing.organisations import Organisations
from pipelines.landing.sent_file import sent_bytes, shown_name
from pipelines.landing.store import land, sha256_file, write_once
from pipelines.landing.unreadable import Unreadable
from pipelines.paths import LEDGERS_DIR
from pipelines.settings import Settings


@dataclass(frozen=True)
class Sent:
    """One file as it was sent, and what is known when its turn comes.

    Attributes:
        path: The file.
        identity: What its name or its sender says it is; None where nothing does.
        in_force: Load in force for its slot.
        orgs: The organisations known now.
        waived: Rule code to waiver id for its slot.
    """

    path: Path
    identity: Identity | None
    in_force: str | None
    orgs: Organisations
    waived: Mapping[str, str]


@dataclass
class Judged:
    """One file that was landed and judged, and whose part is written if it passed."""

    label: str
    inputs: list[dict[str, str]]
    size: int
    verdict: Verdict
    identity: Identity | None = None
    load_id: str | None = None
    part_hash: str = ""
    is_unchanged: bool = False
    mapping: str = ""
    absent: frozenset[str] = frozenset()
    sheet: str | None = None
    header_row: int = 1
    letters: dict[str, str] = field(default_factory=dict)
    difference: Difference | None = None


class Loader:
    """Contracts, rules and a connection, for many files one after the other.

    ``con`` holds the typed rows of the file judged last, as ``typed``.
    """

    def __init__(self, settings: Settings, contracts: dict[str, Contract], book: RuleBook) -> None:
        self.settings, self.contracts, self.book = settings, contracts, book
        self.con = connect(settings)
        self._memo, self._screen = CellMemo(), Screen()

    def load_file(self, sent: Sent) -> Judged:
        """Land and judge one file and write its part."""
        identity, name = sent.identity, shown_name(sent.path)
        try:
            data = sent_bytes(sent.path)
        except Unreadable as exc:
            inputs = [{"name": name, "sha256": ""}]
            return Judged(name, inputs, 0, refused(exc.findings), identity)
        digest = land(self.settings.home, data)
        inputs = [{"name": name, "sha256": digest}]
        if identity is None:
            verdict = refused([finding_row("JT-FILE-0001", value=name[:100])])
            return Judged(name, inputs, len(data), verdict)
        contract = self.contracts[identity.ledger]
        load_id = make_load_id(identity, contract, "", [digest])
        judged = Judged(
            name, inputs, len(data), refused([]), identity, load_id,
            is_unchanged=sent.in_force == load_id,
        )  # fmt: skip
        if judged.is_unchanged:
            return judged
        judged.verdict, raw = judge_upload(
            self.con,
            data,
            name,
            identity,
            contract,
            self.book,
            known_orgs=sent.orgs.known,
            root_org=sent.orgs.root,
            memo=self._memo,
            waived=sent.waived,
            screen=self._screen,
        )
        if raw is not None:
            judged.sheet, judged.header_row = raw.sheet, raw.header_row
            judged.letters = letters_of(raw)
        return self.load(judged, sent.in_force)

    def load(self, judged: Judged, in_force: str | None) -> Judged:
        """Write the part of a file that passed, and compare it with the one in force; the file was
        judged last."""
        identity = judged.identity
        if judged.verdict.is_accepted and identity and judged.load_id:
            contract = self.contracts[identity.ledger]
            part = self.settings.home.lake_part(
                identity.ledger, str(identity.period), identity.org_id, judged.load_id
            )
            order = judged.verdict.is_in_key_order
            write_once(
                part, lambda path: write_part(self.con, contract, path, is_in_key_order=order)
            )
            judged.part_hash = sha256_file(part)
            if in_force:
                judged.difference = difference_from(
                    self.con, self.settings, contract, identity, in_force, "typed", judged.load_id
                )
        return judged


def load_aside(settings: Settings, sent: Sent) -> Judged:
    """:meth:`Loader.load_file` in a process that does nothing else."""
    return _loader(settings).load_file(sent)


@cache
def _loader(settings: Settings) -> Loader:
    return Loader(settings, load_contracts(LEDGERS_DIR), load_rule_book())


def difference_from(
    con: duckdb.DuckDBPyConnection,
    settings: Settings,
    contract: Contract,
    identity: Identity,
    before: str,
    rows: str,
    load_id: str | None = None,
) -> Difference | None:
    """How rows (a SQL relation) differ from those of the load in force; None when its part is gone,
    which the next close makes again."""
    part = settings.home.lake_part(identity.ledger, str(identity.period), identity.org_id, before)
    if not part.is_file():
        return None
    return compare(con, contract, parquet(part), rows, before_load=before, after_load=load_id)


def letters_of(raw: RawTable) -> dict[str, str]:
    """Ledger column to the spreadsheet letters of the file's column."""
    return {name: raw.letters[position] for name, position in raw.positions.items()}


def write_part(
    con: duckdb.DuckDBPyConnection, contract: Contract, path: Path, *, is_in_key_order: bool = False
) -> None:
    """Write the typed rows that ``judge`` left on a connection, in key order.

    Rows that stand in that order already need no sorting; the bytes are the same.
    """
    columns = ", ".join(c.name for c in contract.columns)
    order = "" if is_in_key_order else f" order by {', '.join(contract.key)}, _row"
    con.execute(
        f"copy (select {columns}, _row from typed{order}) "
        f"to '{path}' (format parquet, compression zstd)"
    )


def make_load_id(identity: Identity, contract: Contract, mapping: str, digests: list[str]) -> str:
    """Identity of a load: the same bytes under the same contract for the same slot."""
    parts = [
        identity.ledger,
        identity.org_id,
        str(identity.period),
        contract.version,
        mapping,
        *sorted(digests),
    ]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:32]
