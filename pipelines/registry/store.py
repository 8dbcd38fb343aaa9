"""SQLite store of everything that happened, in order.

Every fact is an event with a sequence number; the sequence number is the knowledge time of the
house. Nothing is updated: what is in force is read from the events. The tables beside ``event``
hold the same facts in columns.
"""

from __future__ import annotations

import datetime as dt
import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from expectations.decision import digest_of
from expectations.waiver import Explanation, Waiver
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
create table if not exists load_place (
    load_id text primary key references load (load_id),
    sheet text,
    letters text not null
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
create index if not exists receipt_slot on receipt (ledger, org_id, period, seq);
create index if not exists receipt_load on receipt (load_id);
create table if not exists receipt_outcome (
    seq integer primary key references receipt (seq),
    waived text not null,
    needs_explanation text not null,
    difference text
);
create table if not exists waiver (
    seq integer primary key references event (seq),
    waiver_id text not null unique,
    code text not null,
    ledger text,
    org_id text,
    first_period text not null,
    last_period text not null,
    expires_on text not null,
    reason text not null,
    requested_by text not null
);
create table if not exists waiver_event (
    seq integer primary key references event (seq),
    waiver_id text not null references waiver (waiver_id),
    state text not null check (state in ('approved', 'revoked')),
    actor text not null
);
create table if not exists explanation (
    seq integer primary key references event (seq),
    explanation_id text not null unique,
    code text not null,
    ledger text not null,
    org_id text not null,
    period text not null,
    load_id text not null references load (load_id),
    reason_code text not null,
    note text not null,
    given_by text not null
);
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


# A request for a waiver decides nothing yet; its approval does.
_KNOWLEDGE = (
    "select seq from load_event union all select seq from waiver_event "
    "union all select seq from explanation"
)


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

    def add_load_place(self, load_id: str, sheet: str | None, letters: Mapping[str, str]) -> None:
        """Record where in the file the columns of a load stand: column to spreadsheet letters."""
        self._db.execute(
            "insert or replace into load_place values (?, ?, ?)",
            (load_id, sheet, json.dumps(dict(letters), sort_keys=True)),
        )

    def load_places(self, load_ids: Iterable[str]) -> dict[str, tuple[str | None, dict[str, str]]]:
        """Load id to worksheet and letters of the columns, where they were recorded."""
        wanted = set(load_ids)
        rows = self._db.execute("select * from load_place").fetchall() if wanted else []
        return {
            r["load_id"]: (r["sheet"], json.loads(r["letters"]))
            for r in rows
            if r["load_id"] in wanted
        }

    def add_load_event(
        self, actor: str, load: dict[str, str], state: str, reason: str | None = None
    ) -> int:
        """Record that a load is accepted, superseded or withdrawn (with the reason)."""
        detail = {"state": state} if reason is None else {"state": state, "reason": reason}
        seq = self._event("load", actor, load["load_id"], detail)
        self._db.execute(
            "insert into load_event (seq, load_id, ledger, org_id, period, state) "
            "values (?, ?, ?, ?, ?, ?)",
            (seq, load["load_id"], load["ledger"], load["org_id"], load["period"], state),
        )
        return seq

    def accept_load(self, actor: str, load: dict[str, str]) -> int:
        """Put a load in force in its slot; the one before is superseded."""
        before = self.load_in_force(load["ledger"], load["org_id"], load["period"])
        if before:
            self.add_load_event(actor, {**load, "load_id": before}, "superseded")
        return self.add_load_event(actor, load, "accepted")

    def load_events(
        self, *, period: str | None = None, slot: tuple[str, str, str] | None = None
    ) -> list[dict[str, Any]]:
        """Load events in order, with time, actor and reason, of a month or a slot (ledger,
        organisation, period), or all."""
        where, values = "", tuple[str, ...]()
        if slot:
            where, values = "where l.ledger = ? and l.org_id = ? and l.period = ?", slot
        elif period:
            where, values = "where l.period = ?", (period,)
        rows = self._db.execute(
            f"select l.*, e.at, e.actor, e.detail from load_event as l join event as e using (seq) "
            f"{where} order by l.seq",
            values,
        ).fetchall()
        return [{**dict(r), "reason": json.loads(r["detail"]).get("reason", "")} for r in rows]

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
        return [_load_of(r, r["seq"]) for r in rows]

    def load(self, load_id: str) -> Load:
        """One load, whether it is in force or not (``seq`` 0).

        Raises:
            KeyError: There is none of that id.
        """
        row = self._db.execute("select * from load where load_id = ?", (load_id,)).fetchone()
        if row is None:
            raise KeyError(load_id)
        return _load_of(row, 0)

    def load_by_id(self, load_id: str) -> dict[str, Any] | None:
        """Columns of one load, with its input files decoded."""
        row = self._db.execute("select * from load where load_id = ?", (load_id,)).fetchone()
        return None if row is None else {**dict(row), "inputs": json.loads(row["inputs"])}

    def receipts(
        self,
        period: str | None = None,
        *,
        slot: tuple[str, str, str] | None = None,
        load_id: str | None = None,
    ) -> list[dict[str, Any]]:
        """Receipts, newest first, of one period, slot (ledger, organisation, period) or load, or
        of all."""
        where, values = "", tuple[str, ...]()
        if slot:
            where, values = "where r.ledger = ? and r.org_id = ? and r.period = ?", slot
        elif load_id:
            where, values = "where r.load_id = ?", (load_id,)
        elif period:
            where, values = "where r.period = ?", (period,)
        rows = self._db.execute(
            "select r.*, e.at, e.actor, o.waived, o.needs_explanation, o.difference "
            "from receipt as r join event as e using (seq) left join receipt_outcome as o "
            f"on o.seq = r.seq {where} order by r.seq desc",
            values,
        ).fetchall()
        return [
            {
                **dict(r),
                "ignored": json.loads(r["ignored"]),
                "counts": json.loads(r["counts"]),
                "control_totals": json.loads(r["control_totals"]),
                "waived": json.loads(r["waived"] or "{}"),
                "needs_explanation": json.loads(r["needs_explanation"] or "[]"),
                "difference": json.loads(r["difference"]) if r["difference"] else None,
            }
            for r in rows
        ]

    def add_receipt_outcome(
        self,
        seq: int,
        waived: dict[str, str],
        needs_explanation: Sequence[str],
        difference: dict[str, Any] | None,
    ) -> None:
        """Record with a receipt which rules were waived, which need an explanation, and how the
        file differs from the load in force."""
        texts = [
            None if v is None else json.dumps(v, ensure_ascii=False, sort_keys=True)
            for v in (waived, list(needs_explanation), difference)
        ]
        self._db.execute("insert into receipt_outcome values (?, ?, ?, ?)", [seq, *texts])

    # -- waivers and explanations --------------------------------------------------------------

    def add_waiver(self, actor: str, values: dict[str, Any]) -> str:
        """Record the request for a waiver (columns of the table ``waiver``); returns its id.

        The id is made of what is asked for, so that it is the same in every home; asking for the
        same again (after a revocation) gives another.
        """
        values = {**values, "requested_by": actor}
        same = [w for w in self.waiver_history() if {k: w[k] for k in values} == {**values}]
        waiver_id = f"W-{digest_of([values, len(same)])[:8]}"
        seq = self._event("waiver", actor, waiver_id, {"state": "requested"})
        self._insert("waiver", seq, {"waiver_id": waiver_id, **values})
        return waiver_id

    def add_waiver_event(self, actor: str, waiver_id: str, state: str) -> int:
        """Record that a waiver is approved or revoked."""
        seq = self._event("waiver", actor, waiver_id, {"state": state})
        return self._insert(
            "waiver_event", seq, {"waiver_id": waiver_id, "state": state, "actor": actor}
        )

    def waiver_history(self, as_of: int | None = None) -> list[dict[str, Any]]:
        """Every waiver asked for up to a knowledge point (None: now), oldest first, with
        ``state`` (requested, approved, revoked), ``approved_by`` and ``revoked_by``."""
        known = 1 << 62 if as_of is None else as_of
        rows = self._db.execute(
            "select w.*, e.at from waiver as w join event as e using (seq) where w.seq <= ? "
            "order by w.seq",
            (known,),
        ).fetchall()
        events = self._db.execute(
            "select * from waiver_event where seq <= ? order by seq", (known,)
        ).fetchall()
        history = {
            r["waiver_id"]: {**dict(r), "state": "requested", "approved_by": "", "revoked_by": ""}
            for r in rows
        }
        for event in events:
            entry = history[event["waiver_id"]]
            entry["state"] = event["state"]
            entry["approved_by" if event["state"] == "approved" else "revoked_by"] = event["actor"]
        return list(history.values())

    def waivers(self, as_of: int) -> list[Waiver]:
        """Waivers in force at a knowledge point: approved and not revoked."""
        history = self.waiver_history(as_of)
        return [as_waiver(entry) for entry in history if entry["state"] == "approved"]

    def waived_in(self, loads: Sequence[Load]) -> dict[str, dict[str, str]]:
        """Load id to the waivers (rule code to waiver id) under which the load was accepted; loads
        that needed none are left out."""
        if not self._db.execute(
            "select 1 from receipt_outcome where waived <> '{}' limit 1"
        ).fetchone():
            return {}
        rows = self._db.execute(
            "select r.seq, r.load_id, o.waived from receipt as r "
            "join receipt_outcome as o using (seq) "
            "where r.status in ('accepted', 'needs_explanation') order by r.seq"
        ).fetchall()
        by_load: dict[str, list[tuple[int, dict[str, str]]]] = {}
        for row in rows:
            by_load.setdefault(row["load_id"], []).append((row["seq"], json.loads(row["waived"])))
        found = {}
        for load in loads:
            then = [waived for seq, waived in by_load.get(load.load_id, []) if seq < load.seq]
            if then and then[-1]:
                found[load.load_id] = then[-1]
        return found

    def add_explanation(self, actor: str, values: dict[str, str]) -> str:
        """Record an explanation (columns of the table ``explanation``); returns its id."""
        values = {**values, "given_by": actor}
        same = self._db.execute(
            "select count(*) from explanation where code = ? and load_id = ?",
            (values["code"], values["load_id"]),
        ).fetchone()[0]
        explanation_id = f"E-{digest_of([values, same])[:8]}"
        seq = self._event("explanation", actor, values["load_id"], {"code": values["code"]})
        self._insert("explanation", seq, {"explanation_id": explanation_id, **values})
        return explanation_id

    def explanations(self, as_of: int) -> list[Explanation]:
        """Explanations given up to a knowledge point, in order."""
        rows = self._db.execute(
            "select * from explanation where seq <= ? order by seq", (as_of,)
        ).fetchall()
        names = ("explanation_id", "code", "ledger", "org_id", "period", "load_id", "reason_code")
        return [
            Explanation(**{n: r[n] for n in names}, note=r["note"], by=r["given_by"]) for r in rows
        ]

    # -- knowledge points --------------------------------------------------------------------

    def latest_seq(self) -> int:
        """The latest sequence number of what decides figures and gates: loads, waivers and
        explanations. What is known now."""
        row = self._db.execute(f"select coalesce(max(seq), 0) from ({_KNOWLEDGE})").fetchone()
        return int(row[0])

    def seq_at(self, instant: dt.datetime) -> int:
        """The latest such event before an instant (UTC)."""
        row = self._db.execute(
            f"select coalesce(max(k.seq), 0) from ({_KNOWLEDGE}) as k join event as e using (seq) "
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

    def judged_periods(self, gate: str) -> list[str]:
        """Periods that a gate has judged, in order."""
        rows = self._db.execute(
            "select distinct period from gate_decision where gate = ? order by period", (gate,)
        ).fetchall()
        return [str(r[0]) for r in rows]

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


def _load_of(row: sqlite3.Row, seq: int) -> Load:
    return Load(
        load_id=row["load_id"],
        ledger=row["ledger"],
        org_id=row["org_id"],
        period=row["period"],
        row_count=row["row_count"],
        absent_columns=tuple(json.loads(row["absent_columns"])),
        part_sha256=row["part_sha256"],
        inputs=tuple(json.loads(row["inputs"])),
        contract_version=row["contract_version"],
        seq=seq,
    )


def as_waiver(entry: dict[str, Any]) -> Waiver:
    """A waiver from an entry of :meth:`Registry.waiver_history`."""
    names = ("waiver_id", "code", "ledger", "org_id", "first_period", "last_period", "reason")
    return Waiver(
        **{n: entry[n] for n in names},
        requested_by=entry["requested_by"],
        approved_by=entry["approved_by"],
        expires_on=dt.date.fromisoformat(entry["expires_on"]),
    )
