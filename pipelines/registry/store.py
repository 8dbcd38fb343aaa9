"""SQLite store of everything that happened, in order.

Every fact is an event with a sequence number; the sequence number is the knowledge time of the
house. Nothing is updated: what is in force is read from the events. The tables beside ``event``
hold the same facts in columns.
"""

from __future__ import annotations

import datetime as dt
import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipelines.clock import stamp

_SCHEMA = """
create table if not exists event (
    seq integer primary key autoincrement,
    at text not null,
    kind text not null,
    actor text not null,
    subject text not null,
    detail text not null
);
create table if not exists receipt (
    seq integer primary key references event (seq),
    file_name text not null,
    sha256 text not null,
    byte_size integer not null,
    ledger text,
    org_id text,
    period text,
    load_id text,
    status text not null,
    received integer not null,
    accepted integer not null,
    rejected integer not null,
    held integer not null,
    ignored text not null,
    counts text not null,
    control_totals text not null
);
create table if not exists load (
    load_id text primary key,
    ledger text not null,
    org_id text not null,
    period text not null,
    contract_version text not null,
    mapping text not null,
    inputs text not null,
    row_count integer not null,
    control_totals text not null,
    absent_columns text not null,
    part_sha256 text not null
);
create table if not exists load_event (
    seq integer primary key references event (seq),
    load_id text not null references load (load_id),
    ledger text not null,
    org_id text not null,
    period text not null,
    state text not null check (state in ('accepted', 'superseded', 'withdrawn'))
);
create index if not exists load_event_slot on load_event (ledger, org_id, period, seq);
create table if not exists gate_decision (
    seq integer primary key references event (seq),
    gate text not null,
    period text not null,
    as_of integer not null,
    status text not null,
    fingerprint text not null,
    decision_hash text not null
);
create table if not exists build (
    seq integer primary key references event (seq),
    build_id text not null,
    period text not null,
    as_of integer not null,
    is_published integer not null
);
create table if not exists emission (
    seq integer primary key references event (seq),
    output text not null,
    period text not null,
    fingerprint text not null,
    manifest_hash text not null,
    decision_hash text not null
);
"""


@dataclass(frozen=True)
class Load:
    """One accepted file (or mapped export) of one ledger, organisation and period."""

    load_id: str
    ledger: str
    org_id: str
    period: str
    row_count: int
    absent_columns: tuple[str, ...]
    part_sha256: str
    inputs: tuple[dict[str, str], ...]
    contract_version: str
    seq: int


class Registry:
    """The registry of one home. Only ``pipelines`` opens it."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._db = sqlite3.connect(path, timeout=60, isolation_level=None)
        self._db.row_factory = sqlite3.Row
        self._db.execute("pragma journal_mode = wal")
        self._db.execute("pragma synchronous = full")
        self._db.execute("pragma foreign_keys = on")
        self._db.executescript(_SCHEMA)

    def close(self) -> None:
        """Close the database."""
        self._db.close()

    def __enter__(self) -> Registry:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing; takes the write lock at once."""
        self._db.execute("begin immediate")
        try:
            yield
        except BaseException:
            self._db.execute("rollback")
            raise
        self._db.execute("commit")

    def _event(self, kind: str, actor: str, subject: str, detail: dict[str, Any]) -> int:
        cursor = self._db.execute(
            "insert into event (at, kind, actor, subject, detail) values (?, ?, ?, ?, ?)",
            (stamp(), kind, actor, subject, json.dumps(detail, ensure_ascii=False, sort_keys=True)),
        )
        return int(cursor.lastrowid or 0)

    # -- receipts and loads ------------------------------------------------------------------

    def add_receipt(self, actor: str, values: dict[str, Any]) -> int:
        """Record what was received and how it was judged; returns the sequence number."""
        seq = self._event("receipt", actor, values["file_name"], {"status": values["status"]})
        columns = ["seq", *values]
        encoded = [
            json.dumps(v, ensure_ascii=False, sort_keys=True) if isinstance(v, dict) else v
            for v in values.values()
        ]
        marks = ", ".join("?" * len(columns))
        self._db.execute(
            f"insert into receipt ({', '.join(columns)}) values ({marks})", [seq, *encoded]
        )
        return seq

    def add_load(self, values: dict[str, Any]) -> None:
        """Record a load's identity; a load seen before is the same load."""
        encoded = {
            k: json.dumps(v, ensure_ascii=False, sort_keys=True)
            if isinstance(v, (dict, list))
            else v
            for k, v in values.items()
        }
        marks = ", ".join("?" * len(encoded))
        self._db.execute(
            f"insert or replace into load ({', '.join(encoded)}) values ({marks})",
            list(encoded.values()),
        )

    def add_load_event(self, actor: str, load: dict[str, str], state: str) -> int:
        """Record that a load is accepted, superseded or withdrawn."""
        seq = self._event("load", actor, load["load_id"], {"state": state})
        self._db.execute(
            "insert into load_event (seq, load_id, ledger, org_id, period, state) "
            "values (?, ?, ?, ?, ?, ?)",
            (seq, load["load_id"], load["ledger"], load["org_id"], load["period"], state),
        )
        return seq

    def load_in_force(self, ledger: str, org_id: str, period: str) -> str | None:
        """Load id in force for one slot, None when there is none."""
        row = self._db.execute(
            "select load_id, state from load_event where ledger = ? and org_id = ? and period = ? "
            "order by seq desc limit 1",
            (ledger, org_id, period),
        ).fetchone()
        return str(row["load_id"]) if row and row["state"] == "accepted" else None

    def load_set(self, as_of: int, last_period: str) -> list[Load]:
        """Loads in force at a knowledge point: per ledger, organisation and period up to
        ``last_period`` the latest accepted one with sequence at most ``as_of``."""
        rows = self._db.execute(
            """
            with ranked as (
                select
                    *,
                    row_number() over (
                        partition by ledger, org_id, period order by seq desc
                    ) as rank
                from load_event
                where seq <= ? and period <= ?
            )
            select
                l.load_id, l.ledger, l.org_id, l.period, l.row_count, l.absent_columns,
                l.part_sha256, l.inputs, l.contract_version, r.seq
            from ranked as r
            join load as l on l.load_id = r.load_id
            where r.rank = 1 and r.state = 'accepted'
            order by l.ledger, l.period, l.org_id
            """,
            (as_of, last_period),
        ).fetchall()
        return [
            Load(
                load_id=r["load_id"],
                ledger=r["ledger"],
                org_id=r["org_id"],
                period=r["period"],
                row_count=r["row_count"],
                absent_columns=tuple(json.loads(r["absent_columns"])),
                part_sha256=r["part_sha256"],
                inputs=tuple(json.loads(r["inputs"])),
                contract_version=r["contract_version"],
                seq=r["seq"],
            )
            for r in rows
        ]

    def load_by_id(self, load_id: str) -> dict[str, Any] | None:
        """Columns of one load, with its input files decoded."""
        row = self._db.execute("select * from load where load_id = ?", (load_id,)).fetchone()
        return None if row is None else {**dict(row), "inputs": json.loads(row["inputs"])}

    def receipts(self, period: str | None = None) -> list[dict[str, Any]]:
        """Receipts, newest first, of one period or of all."""
        where = "where r.period = ?" if period else ""
        rows = self._db.execute(
            f"select r.*, e.at, e.actor from receipt as r join event as e using (seq) {where} "
            "order by r.seq desc",
            (period,) if period else (),
        ).fetchall()
        return [
            {
                **dict(r),
                "ignored": json.loads(r["ignored"]),
                "counts": json.loads(r["counts"]),
                "control_totals": json.loads(r["control_totals"]),
            }
            for r in rows
        ]

    # -- knowledge points --------------------------------------------------------------------

    def latest_seq(self) -> int:
        """The latest sequence number of a load event: what is known now about the data."""
        row = self._db.execute("select coalesce(max(seq), 0) from load_event").fetchone()
        return int(row[0])

    def seq_at(self, instant: dt.datetime) -> int:
        """The latest load event before an instant (UTC)."""
        row = self._db.execute(
            "select coalesce(max(l.seq), 0) from load_event as l join event as e using (seq) "
            "where e.at < ?",
            (instant.astimezone(dt.UTC).isoformat(timespec="microseconds"),),
        ).fetchone()
        return int(row[0])

    # -- gates, builds, emissions ------------------------------------------------------------

    def add_decision(self, actor: str, values: dict[str, Any]) -> int:
        """Record a gate's decision."""
        seq = self._event("gate", actor, values["gate"], {"status": values["status"]})
        return self._insert("gate_decision", seq, values)

    def latest_decision(self, gate: str, period: str) -> dict[str, Any] | None:
        """The latest decision of a gate for a period, None when it was never judged."""
        row = self._db.execute(
            "select * from gate_decision where gate = ? and period = ? order by seq desc limit 1",
            (gate, period),
        ).fetchone()
        return None if row is None else dict(row)

    def add_build(self, actor: str, values: dict[str, Any]) -> int:
        """Record a warehouse build."""
        seq = self._event("build", actor, values["build_id"], {"period": values["period"]})
        return self._insert("build", seq, values)

    def add_emission(self, actor: str, values: dict[str, Any]) -> int:
        """Record an emitted pack."""
        seq = self._event("emission", actor, values["output"], {"period": values["period"]})
        return self._insert("emission", seq, values)

    def emissions(self, period: str | None = None) -> list[dict[str, Any]]:
        """Emitted packs, newest first."""
        where = "where m.period = ?" if period else ""
        rows = self._db.execute(
            f"select m.*, e.at, e.actor from emission as m join event as e using (seq) {where} "
            "order by m.seq desc",
            (period,) if period else (),
        ).fetchall()
        return [dict(r) for r in rows]

    def _insert(self, table: str, seq: int, values: dict[str, Any]) -> int:
        columns: Sequence[str] = ["seq", *values]
        marks = ", ".join("?" * len(columns))
        self._db.execute(
            f"insert into {table} ({', '.join(columns)}) values ({marks})",
            [seq, *values.values()],
        )
        return seq
