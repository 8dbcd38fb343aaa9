"""Receive: land the bytes, judge them, and load what passes. All or nothing per file.

A file with a blocking finding is landed and registered but not loaded; what was accepted before
stays in force. Receiving the file that is already in force changes nothing.

The files of a long delivery are loaded side by side in other processes; they are registered here,
one after the other in the order of their names.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from expectations.contract import Contract, load_contracts
from expectations.judge import Verdict, refused
from expectations.rule import RuleBook, load_rule_book
from expectations.waiver import Waiver, same_person, waived_codes
from pipelines.landing.export import Export, export_of_inputs, judge_export
from pipelines.landing.identity import Identity, identify_file
from pipelines.landing.line_number import file_and_line
from pipelines.landing.load_file import Judged, Loader, Sent, load_aside, make_load_id, write_part
from pipelines.landing.mapping import Mapping as ExportMapping
from pipelines.landing.organisations import Organisations, read_organisations
from pipelines.landing.receipt import Receipt
from pipelines.landing.store import land, sha256, write_once
from pipelines.paths import LEDGERS_DIR
from pipelines.periods import Period
from pipelines.registry import Registry
from pipelines.settings import Settings
from pipelines.side_by_side import Workers

# A file of this size is judged alone: memory, not the number of cores, is what it needs.
_LARGE = 256 << 20
# A delivery of this size keeps other processes busy for longer than they need to start. A small
# file takes as much time as half a megabyte of a long one.
_LONG, _LEAST_WEIGHT = 32 << 20, 512 << 10


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
        self.loader = Loader(self.settings, self.contracts, self.book)
        self.con = self.loader.con
        self._waivers: list[Waiver] = self.registry.waivers(self.registry.latest_seq())

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
        """Load ahead in other processes where that pays, register in order.

        A file waits for those before it when it may depend on them: another file of its slot, or
        one of the organisations.
        """
        sizes = {path: _size(path) for path in paths}
        weight = sum(max(size, _LEAST_WEIGHT) for size in sizes.values())
        count = self.settings.threads
        waiting: deque[tuple[Identity | None, Future[Judged]]] = deque()
        with ExitStack() as stack:
            workers = None
            if self.settings.threads > 1 and weight > _LONG:
                workers = stack.enter_context(Workers(count))
            for path in paths:
                identity = identify_file(
                    path, self.contracts, ledger=ledger, org_id=org_id, period=period
                )
                ahead = [slot for slot, _ in waiting]
                is_here = workers is None or sizes[path] > _LARGE
                is_dependent = identity in ahead or any(
                    slot is not None and slot.ledger == "org_unit" for slot in ahead
                )
                while waiting and (is_here or is_dependent):
                    yield self._conclude(waiting.popleft()[1].result())
                while len(waiting) > 4 * count:
                    yield self._conclude(waiting.popleft()[1].result())
                sent = self._sent(path, identity)
                if workers is None or is_here:
                    yield self._conclude(self.loader.load_file(sent))
                else:
                    settings = self.settings.shared_among(count)
                    future = workers.submit(load_aside, settings=settings, sent=sent)
                    waiting.append((identity, future))
            while waiting:
                yield self._conclude(waiting.popleft()[1].result())

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
        return self._conclude(self.loader.load_file(self._sent(path, identity)))

    def _sent(self, path: Path, identity: Identity | None) -> Sent:
        """A file with what is known of its slot now."""
        return Sent(
            path,
            identity,
            self._in_force(identity),
            self.organisations(),
            self._waived(identity),
        )

    # -- foreign exports ---------------------------------------------------------------------

    def receive_export(self, export: Export) -> list[Receipt]:
        """Receive a foreign export through its mapping: one load per mapped ledger."""
        mapping = export.mapping
        digests = {a: land(self.settings.home, d) for a, d in export.data.items()}
        if export.refusal:
            inputs = [{"name": n, "sha256": digests[a]} for a, n in export.names.items()]
            size = sum(map(len, export.data.values()))
            label = f"{mapping.title_zh} {mapping.name}"
            return [self._conclude(Judged(label, inputs, size, refused(export.refusal)))]
        receipts = []
        for name in export.ledgers():
            contract, identity = self.contracts[name], export.identity(name)
            used = export.inputs(name)
            inputs = [{"name": n, "sha256": digests[a]} for a, n in used.items()]
            load_id = make_load_id(identity, contract, mapping.digest, [digests[a] for a in used])
            judged = Judged(
                export.label(name),
                inputs,
                sum(len(export.data[a]) for a in used),
                refused([]),
                identity,
                load_id,
                is_unchanged=self._in_force(identity) == load_id,
                mapping=mapping.digest,
                absent=mapping.ledgers[name].absent,
            )
            if not judged.is_unchanged:
                judged.verdict = judge_export(
                    self.con, export, contract, self.book, self._waived(identity)
                )
                judged = self.loader.load(judged, self._in_force(identity))
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

    def _conclude(self, judged: Judged) -> Receipt:
        """Register the receipt and, when the file passed, its load."""
        receipt = Receipt(
            judged.label,
            "refused",
            judged.verdict,
            judged.identity,
            self.contracts[judged.identity.ledger] if judged.identity else None,
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

    def _is_answered_by(self, judged: Judged) -> bool:
        """Whether the file in force, sent again, answers a later one that did not come into force:
        its sender stands by what was accepted."""
        identity = judged.identity
        if identity is None:
            return False
        slot = (identity.ledger, identity.org_id, str(identity.period))
        newest = self.registry.receipts(slot=slot)[0]
        return str(newest["load_id"]) != judged.load_id

    def _unexplained(self, judged: Judged) -> tuple[str, ...]:
        """Codes of an accepted file that nobody but its senders has explained yet."""
        codes = judged.verdict.needs_explanation
        if not codes or judged.load_id is None:
            return codes
        return open_codes(self.registry, judged.load_id, codes, {self.actor})

    def _register_load(self, receipt: Receipt, judged: Judged) -> None:
        identity, contract, verdict = judged.identity, receipt.contract, judged.verdict
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

    def _register_in(self, receipt: Receipt, judged: Judged) -> None:
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


def _size(path: Path) -> int:
    """Bytes of a file; 0 where there is none."""
    try:
        return path.stat().st_size if path.is_file() else 0
    except OSError:
        return 0


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


def at_their_lines(findings: pa.Table, files: tuple[str, ...]) -> pa.Table:
    """Findings on rows of a mapped export, at file and line of the export."""
    rows = []
    for row in findings.to_pylist():
        if row["row_no"] is not None:
            file, line = file_and_line(row["row_no"], files)
            row |= {"row_no": line, "cell": f"{file}:{line}" if line else file}
        rows.append(row)
    return pa.Table.from_pylist(rows, schema=findings.schema)
