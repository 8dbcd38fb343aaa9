"""Receive: land the bytes, judge them, and load what passes. All or nothing per file.

A file with a blocking finding is landed and registered but not loaded; what was accepted before
stays in force. Receiving the file that is already in force changes nothing.

Several files are read and judged at once, because one branch's file is too small to occupy a
machine; they are registered one after the other in the order of their names.
"""

from __future__ import annotations

import hashlib
import json
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from expectations.cells import CellMemo
from expectations.contract import Contract, load_contracts
from expectations.findings import finding_row
from expectations.judge import RawTable, Verdict, refused
from expectations.rule import RuleBook, load_rule_book
from expectations.screen import Screen
from expectations.waiver import Waiver, same_person, waived_codes
from pipelines.database import connect
from pipelines.landing.difference import Difference, compare, parquet
from pipelines.landing.export import Export, export_of_inputs, judge_export
from pipelines.landing.identity import Identity, identify_file
from pipelines.landing.judge_file import judge_upload
from pipelines.landing.line_number import file_and_line
from pipelines.landing.mapping import Mapping as ExportMapping
from pipelines.landing.organisations import Organisations, read_organisations
from pipelines.landing.receipt import Receipt
from pipelines.landing.sent_file import sent_bytes, shown_name
from pipelines.landing.store import land, sha256, sha256_file, write_once
from pipelines.landing.unreadable import Unreadable
from pipelines.paths import LEDGERS_DIR
from pipelines.periods import Period
from pipelines.registry import Registry
from pipelines.settings import Settings


@dataclass
class _Judged:
    """One file that was landed and judged, and whose part is written if it passed."""

    label: str
    inputs: list[dict[str, str]]
    size: int
    verdict: Verdict
    identity: Identity | None = None
    contract: Contract | None = None
    load_id: str | None = None
    part_hash: str = ""
    is_unchanged: bool = False
    mapping: str = ""
    absent: frozenset[str] = frozenset()
    sheet: str | None = None
    header_row: int = 1
    letters: dict[str, str] = field(default_factory=dict)
    difference: Difference | None = None


# A file of this size is judged alone: memory, not the number of cores, is what it needs.
_LARGE = 256 << 20


@dataclass
class Receiver:
    """One receiving session: contracts, rules, a DuckDB connection and the registry."""

    settings: Settings
    registry: Registry
    actor: str
    contracts: dict[str, Contract] = field(default_factory=lambda: load_contracts(LEDGERS_DIR))
    book: RuleBook = field(default_factory=load_rule_book)
    confirm: Callable[[Receipt], bool] | None = None  # asked before a correction comes into force
    _orgs: Organisations | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        self.con = connect(self.settings)
        self._memo, self._screen = CellMemo(), Screen()
        self._waivers: list[Waiver] = self.registry.waivers(self.registry.latest_seq())
        self._own = threading.local()  # a worker's connection: temp tables are not shared

    # -- files named by the convention -------------------------------------------------------

    def receive_files(
        self,
        paths: Iterable[Path],
        *,
        ledger: str | None = None,
        org_id: str | None = None,
        period: Period | None = None,
        on_receipt: Callable[[Receipt], None] | None = None,
    ) -> list[Receipt]:
        """Receive files; organisations first, so that the others find theirs."""
        receipts = []
        for receipt in self._receive_in_order(
            sorted(paths, key=self._order), ledger, org_id, period
        ):
            receipts.append(receipt)
            if on_receipt:
                on_receipt(receipt)
        return receipts

    def _receive_in_order(
        self, paths: list[Path], ledger: str | None, org_id: str | None, period: Period | None
    ) -> Iterator[Receipt]:
        """Judge ahead in threads, register in order.

        A file waits for those before it when it may depend on them: another file of its slot, or
        one of the organisations.
        """
        waiting: deque[tuple[Identity | None, Future[_Judged]]] = deque()
        # Two more than there are cores: a small file spends its time waiting for the disk.
        workers = self.settings.threads + 2
        with ThreadPoolExecutor(workers, thread_name_prefix="judge") as pool:
            self._use_threads(1)  # a second thread inside a query would take the next file's core
            try:
                for path in paths:
                    identity = identify_file(
                        path, self.contracts, ledger=ledger, org_id=org_id, period=period
                    )
                    ahead = [slot for slot, _ in waiting]
                    is_alone = path.is_file() and path.stat().st_size > _LARGE
                    is_dependent = identity in ahead or any(
                        slot is not None and slot.ledger == "org_unit" for slot in ahead
                    )
                    while waiting and (is_alone or is_dependent):
                        yield self._conclude(waiting.popleft()[1].result())
                    while len(waiting) > workers:
                        yield self._conclude(waiting.popleft()[1].result())
                    arguments = (
                        path,
                        identity,
                        self._in_force(identity),
                        self.organisations(),
                        self._waived(identity),
                    )
                    if is_alone:
                        self._use_threads(self.settings.threads)
                        yield self._conclude(self._judge_file(self.con, *arguments))
                        self._use_threads(1)
                    else:
                        waiting.append((identity, pool.submit(self._judge_aside, *arguments)))
                while waiting:
                    yield self._conclude(waiting.popleft()[1].result())
            finally:
                for _, future in waiting:
                    future.cancel()
                self._use_threads(self.settings.threads)

    def _use_threads(self, count: int) -> None:
        """Threads inside a query, for this connection and those that workers derive from it."""
        self.con.execute(f"set threads = {count}")

    def _order(self, path: Path) -> tuple[str, bool, str]:
        identity = identify_file(path, self.contracts)
        if identity is None:
            return ("", False, path.name)
        return (str(identity.period), identity.ledger != "org_unit", path.name)

    def receive_file(
        self,
        path: Path,
        *,
        ledger: str | None = None,
        org_id: str | None = None,
        period: Period | None = None,
    ) -> Receipt:
        """Land, judge and (when nothing blocks) load one file."""
        identity = identify_file(path, self.contracts, ledger=ledger, org_id=org_id, period=period)
        return self._conclude(
            self._judge_file(
                self.con,
                path,
                identity,
                self._in_force(identity),
                self.organisations(),
                self._waived(identity),
            )
        )

    def _judge_aside(
        self,
        path: Path,
        identity: Identity | None,
        in_force: str | None,
        orgs: Organisations,
        waived: Mapping[str, str],
    ) -> _Judged:
        """Judge a file in a worker's thread, on that thread's own connection."""
        con = getattr(self._own, "con", None)
        if con is None:
            con = self._own.con = self.con.cursor()
        return self._judge_file(con, path, identity, in_force, orgs, waived)

    def _judge_file(
        self,
        con: duckdb.DuckDBPyConnection,
        path: Path,
        identity: Identity | None,
        in_force: str | None,
        orgs: Organisations,
        waived: Mapping[str, str],
    ) -> _Judged:
        """Land and judge one file and write its part; the registry is left alone."""
        name = shown_name(path)
        try:
            data = sent_bytes(path)
        except Unreadable as exc:
            contract = self.contracts[identity.ledger] if identity else None
            inputs = [{"name": name, "sha256": ""}]
            return _Judged(name, inputs, 0, refused(exc.findings), identity, contract)
        digest = land(self.settings.home, data)
        inputs = [{"name": name, "sha256": digest}]
        if identity is None:
            verdict = refused([finding_row("JT-FILE-0001", value=name[:100])])
            return _Judged(name, inputs, len(data), verdict)
        contract = self.contracts[identity.ledger]
        load_id = make_load_id(identity, contract, "", [digest])
        judged = _Judged(
            name, inputs, len(data), refused([]), identity, contract, load_id,
            is_unchanged=in_force == load_id,
        )  # fmt: skip
        if judged.is_unchanged:
            return judged
        judged.verdict, raw = judge_upload(
            con,
            data,
            name,
            identity,
            contract,
            self.book,
            known_orgs=orgs.known,
            root_org=orgs.root,
            memo=self._memo,
            waived=waived,
            screen=self._screen,
        )
        if raw is not None:
            judged.sheet, judged.header_row = raw.sheet, raw.header_row
            judged.letters = letters_of(raw)
        return self._load(con, judged, in_force)

    def _load(
        self, con: duckdb.DuckDBPyConnection, judged: _Judged, in_force: str | None
    ) -> _Judged:
        """Write the part of a file that passed, and compare it with the one in force; ``con`` holds
        its typed rows."""
        identity, contract = judged.identity, judged.contract
        if judged.verdict.is_accepted and identity and contract and judged.load_id:
            part = self.settings.home.lake_part(
                identity.ledger, str(identity.period), identity.org_id, judged.load_id
            )
            order = judged.verdict.is_in_key_order
            write_once(part, lambda path: write_part(con, contract, path, is_in_key_order=order))
            judged.part_hash = sha256_file(part)
            if in_force:
                judged.difference = difference_from(
                    con, self.settings, contract, identity, in_force, "typed", judged.load_id
                )
        return judged

    # -- foreign exports ---------------------------------------------------------------------

    def receive_export(self, export: Export) -> list[Receipt]:
        """Receive a foreign export through its mapping: one load per mapped ledger."""
        mapping = export.mapping
        digests = {a: land(self.settings.home, d) for a, d in export.data.items()}
        if export.refusal:
            inputs = [{"name": n, "sha256": digests[a]} for a, n in export.names.items()]
            size = sum(map(len, export.data.values()))
            label = f"{mapping.title_zh} {mapping.name}"
            return [self._conclude(_Judged(label, inputs, size, refused(export.refusal)))]
        receipts = []
        for name in export.ledgers():
            contract, identity = self.contracts[name], export.identity(name)
            used = export.inputs(name)
            inputs = [{"name": n, "sha256": digests[a]} for a, n in used.items()]
            load_id = make_load_id(identity, contract, mapping.digest, [digests[a] for a in used])
            judged = _Judged(
                export.label(name),
                inputs,
                sum(len(export.data[a]) for a in used),
                refused([]),
                identity,
                contract,
                load_id,
                is_unchanged=self._in_force(identity) == load_id,
                mapping=mapping.digest,
                absent=mapping.ledgers[name].absent,
            )
            if not judged.is_unchanged:
                judged.verdict = judge_export(
                    self.con, export, contract, self.book, self._waived(identity)
                )
                judged = self._load(self.con, judged, self._in_force(identity))
            receipt = self._conclude(judged)
            receipt.files = tuple(used.values())
            receipts.append(receipt)
        return receipts

    def judge_mapped(
        self,
        contract: Contract,
        mapping: ExportMapping,
        named: dict[str, bytes],
        identity: Identity,
    ) -> Verdict:
        """Judge one ledger of a foreign export; ``named`` holds the bytes by file name."""
        export = export_of_inputs(mapping, named, identity)
        return judge_export(self.con, export, contract, self.book)

    # -- what both share ---------------------------------------------------------------------

    def _in_force(self, identity: Identity | None) -> str | None:
        """Load in force for the slot."""
        if identity is None:
            return None
        return self.registry.load_in_force(identity.ledger, identity.org_id, str(identity.period))

    def _waived(self, identity: Identity | None) -> dict[str, str]:
        """Rule code to waiver id for the slot."""
        if identity is None or not self._waivers:
            return {}
        return waived_codes(
            self._waivers, self.book, identity.ledger, identity.org_id, identity.period.end
        )

    def _conclude(self, judged: _Judged) -> Receipt:
        """Register the receipt and, when the file passed, its load."""
        receipt = Receipt(
            judged.label,
            "refused",
            judged.verdict,
            judged.identity,
            judged.contract,
            load_id=judged.load_id,
            sheet=judged.sheet,
            header_row=judged.header_row,
            letters=judged.letters,
            difference=judged.difference,
        )
        if judged.is_unchanged:
            receipt.status = "unchanged"
            if self._is_answered_by(judged):
                with self.registry.transaction():
                    self._register_in(receipt, judged)
            return receipt
        if judged.verdict.is_accepted:
            receipt.open_codes = self._unexplained(judged)
            is_confirmed = not (receipt.difference and self.confirm) or self.confirm(receipt)
            receipt.status = (
                "unconfirmed"
                if not is_confirmed
                else "needs_explanation"
                if receipt.open_codes
                else "accepted"
            )
        with self.registry.transaction():
            self._register_in(receipt, judged)
            if judged.verdict.is_accepted:
                self._register_load(receipt, judged)
        if (
            receipt.status == "accepted"
            and judged.identity
            and judged.identity.ledger == "org_unit"
        ):
            self._orgs = None
        self._keep_findings(receipt)
        return receipt

    def _is_answered_by(self, judged: _Judged) -> bool:
        """Whether the file in force, sent again, answers a later one that did not come into force:
        its sender stands by what was accepted."""
        identity = judged.identity
        if identity is None:
            return False
        slot = (identity.ledger, identity.org_id, str(identity.period))
        newest = self.registry.receipts(slot=slot)[0]
        return str(newest["load_id"]) != judged.load_id

    def _unexplained(self, judged: _Judged) -> tuple[str, ...]:
        """Codes of an accepted file that nobody but its senders has explained yet."""
        codes = judged.verdict.needs_explanation
        if not codes or judged.load_id is None:
            return codes
        return open_codes(self.registry, judged.load_id, codes, {self.actor})

    def _register_load(self, receipt: Receipt, judged: _Judged) -> None:
        identity, contract, verdict = judged.identity, judged.contract, judged.verdict
        if identity is None or contract is None or judged.load_id is None:
            return
        slot = {
            "load_id": judged.load_id,
            "ledger": identity.ledger,
            "org_id": identity.org_id,
            "period": str(identity.period),
        }
        self.registry.add_load(
            {
                **slot,
                "contract_version": contract.version,
                "mapping": judged.mapping,
                "inputs": judged.inputs,
                "row_count": verdict.accepted,
                "control_totals": verdict.control_totals,
                "absent_columns": sorted(judged.absent),
                "part_sha256": judged.part_hash,
            }
        )
        if judged.letters:
            self.registry.add_load_place(judged.load_id, judged.sheet, judged.letters)
        if receipt.status == "accepted":
            self.registry.accept_load(self.actor, slot)

    def look_ahead(self, receipt: Receipt) -> None:
        """What the lake gate would say of a file that came into force: ``provisional``."""
        from pipelines.gates.provisional import judge_provisionally

        if receipt.status == "accepted" and receipt.identity:
            receipt.provisional = judge_provisionally(
                self.con,
                self.contracts,
                self.book,
                self.settings.home,
                self.registry,
                receipt.identity,
                receipt.letters,
            )
            if receipt.files:
                found = receipt.provisional.findings
                receipt.provisional.findings = at_their_lines(found, receipt.files)

    def has_rows(self) -> bool:
        """Whether the file judged last on this receiver's own connection left its typed rows."""
        found = self.con.execute(
            "select count(*) from duckdb_views() where view_name = 'typed' and not internal"
        ).fetchall()
        return int(found[0][0]) > 0

    def write_part(self, contract: Contract, path: Path) -> None:
        """Write the typed rows of the file judged last on this receiver's own connection."""
        write_part(self.con, contract, path)

    def _register_in(self, receipt: Receipt, judged: _Judged) -> None:
        identity, verdict, inputs = receipt.identity, receipt.verdict, judged.inputs
        digest = inputs[0]["sha256"]
        if len(inputs) > 1:
            digest = sha256("".join(i["sha256"] for i in inputs).encode())
        receipt.seq = self.registry.add_receipt(
            self.actor,
            {
                "file_name": receipt.file_name,
                "sha256": digest,
                "byte_size": judged.size,
                "ledger": identity.ledger if identity else None,
                "org_id": identity.org_id if identity else None,
                "period": str(identity.period) if identity else None,
                "load_id": receipt.load_id,
                "status": receipt.status,
                "received": verdict.received,
                "accepted": verdict.accepted,
                "rejected": verdict.rejected,
                "held": verdict.held,
                "ignored": verdict.ignored,
                "counts": verdict.counts,
                "control_totals": verdict.control_totals,
            },
        )
        self.registry.add_receipt_outcome(
            receipt.seq,
            verdict.waived,
            verdict.needs_explanation,
            receipt.difference.summary() if receipt.difference else None,
        )

    def _keep_findings(self, receipt: Receipt) -> None:
        """Row-level findings of the receipt as Parquet; values of personal columns are left out."""
        table = receipt.verdict.findings
        if table.num_rows == 0 or receipt.seq is None:
            return
        personal = (
            {c.name for c in receipt.contract.columns if c.is_personal}
            if (receipt.contract)
            else set()
        )
        if personal:
            columns = table.column("column").to_pylist()
            values = [
                None if c in personal else v
                for c, v in zip(columns, table.column("value").to_pylist(), strict=True)
            ]
            position = table.schema.get_field_index("value")
            table = table.set_column(position, "value", pa.array(values, pa.string()))
        folder = self.settings.home.findings / f"receipt={receipt.seq}"
        write_once(folder / "findings.parquet", lambda path: pq.write_table(table, path))

    def organisations(self) -> Organisations:
        """Organisations of the register in force; read again after a new one was accepted."""
        if self._orgs is None:
            self._orgs = read_organisations(self.settings.home, self.registry)
        return self._orgs


def open_codes(
    registry: Registry, load_id: str, codes: Iterable[str], senders: Iterable[str] = ()
) -> tuple[str, ...]:
    """Codes that need an explanation of a load and have none by anybody but its senders.

    Args:
        registry: The registry.
        load_id: The load.
        codes: Codes that need an explanation.
        senders: Who sends it now, besides those whose receipts are registered.
    """
    people = {same_person(x) for x in senders}
    people |= {same_person(str(r["actor"])) for r in registry.receipts(load_id=load_id)}
    given = {
        e.code
        for e in registry.explanations(registry.latest_seq())
        if e.load_id == load_id and same_person(e.by) not in people
    }
    return tuple(sorted(set(codes) - given))


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


def at_their_lines(findings: pa.Table, files: tuple[str, ...]) -> pa.Table:
    """Findings on rows of a mapped export, at file and line of the export."""
    rows = []
    for row in findings.to_pylist():
        if row["row_no"] is not None:
            file, line = file_and_line(row["row_no"], files)
            row |= {"row_no": line, "cell": f"{file}:{line}" if line else file}
        rows.append(row)
    return pa.Table.from_pylist(rows, schema=findings.schema)


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
