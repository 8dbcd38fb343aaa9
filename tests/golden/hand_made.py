"""Ledger files typed by hand for one small bank, sent through receive and close.

Here belongs how a test writes a few rows and has them closed. What the rows say and what must come
out of them belongs to the tests.
"""

from __future__ import annotations

import calendar
import datetime as dt
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from expectations.contract import Contract, load_contracts
from expectations.rule import load_rule_book
from pipelines.close import close_month
from pipelines.errors import RefusedError
from pipelines.explanations import LAKE, explain_finding, open_findings
from pipelines.landing.receive import Receiver
from pipelines.paths import LEDGERS_DIR, Home
from pipelines.periods import parse_period
from pipelines.publish import build_in_force
from pipelines.registry import Registry
from pipelines.settings import Settings
from pipelines.warehouse.build import attach_build
from tests.uploads import as_csv

ROOT = "1000"
_LOAN = {
    "currency_code": "CNY",
    "annual_rate": "0.05",
    "five_class_code": "正常",
    "contract_status_code": "正常",
    "disbursement_kind_code": "新增",
    "guarantee_type_code": "保证",
    "purpose_code": "经营",
    "is_agri": "否",
    "is_small_micro": "否",
    "is_inclusive": "否",
    "is_bill_finance": "否",
    "is_startup_guarantee": "否",
}
DEFAULTS: dict[str, dict[str, str]] = {
    "customer": {
        "borrower_category_code": "其他个人",
        "is_farm_household": "否",
        "is_rural_collective": "否",
        "is_cooperative": "否",
        "is_tech_innovation": "否",
        "is_disabled": "否",
    },
    "loan_account": _LOAN,
    "loan_event": {"principal_amount": "0.00", "interest_amount": "0.00", "currency_code": "CNY"},
    "deposit_tenday": {"currency_code": "CNY"},
    "credit_line": {
        "credit_kind_code": "经营性",
        "currency_code": "CNY",
        "effective_date": "2024-01-01",
        "status_code": "有效",
    },
    "scheme_param": {"org_id": ROOT, "effective_date": "2025-01-01", "approved_by": "示例批文"},
    "scheme_binding": {"effective_date": "2025-01-01"},
}


def month_end(month: str) -> dt.date:
    """Last day of a month."""
    year, number = map(int, month.split("-"))
    return dt.date(year, number, calendar.monthrange(year, number)[1])


def months(first: str, last: str) -> list[str]:
    """Months from the first to the last, both included."""
    out = [first]
    while out[-1] < last:
        out.append(f"{month_end(out[-1]) + dt.timedelta(days=1):%Y-%m}")
    return out


@dataclass
class HandMadeBank:
    """A bank whose files a test writes; ``folder`` gets an inbox and a home, or has them already."""

    folder: Path
    outputs: tuple[str, ...] = ()
    contracts: dict[str, Contract] = field(default_factory=lambda: load_contracts(LEDGERS_DIR))

    def __post_init__(self) -> None:
        if not self.home.exists():
            self.inbox.mkdir(parents=True)
            self.home.mkdir()
            names = ", ".join(f'"{name}"' for name in self.outputs)
            (self.home / "jingtian.toml").write_text(f"outputs = [{names}]\n", encoding="utf-8")

    @property
    def inbox(self) -> Path:
        """Files in force, one per ledger, organisation and month."""
        return self.folder / "inbox"

    @property
    def home(self) -> Path:
        """Home directory."""
        return self.folder / "home"

    @property
    def settings(self) -> Settings:
        """Settings of the home."""
        return Settings.from_env(self.home)

    def send(self, ledger: str, org: str, month: str, rows: list[dict[str, str]]) -> Path:
        """Write a file into the inbox; it replaces what was sent for the same month."""
        complete = [{**DEFAULTS.get(ledger, {}), **row} for row in rows]
        unknown = {k for row in complete for k in row} - {
            c.name for c in self.contracts[ledger].columns
        }
        assert not unknown, f"{ledger} has no column {unknown}"
        path = self.inbox / f"{ledger}_{org}_{month}.csv"
        path.write_bytes(as_csv(self.contracts[ledger], complete))
        return path

    def send_loans(self, org: str, month: str, rows: list[dict[str, str]]) -> None:
        """A month's loan notes of a branch; date and branch are filled in."""
        common = {"branch_id": org, "data_date": month_end(month).isoformat()}
        self.send("loan_account", org, month, [{**common, **row} for row in rows])

    def send_events(self, org: str, month: str, rows: list[dict[str, str]]) -> None:
        """A month's postings of a branch; identifiers and branch are filled in."""
        self.send(
            "loan_event",
            org,
            month,
            [
                {"branch_id": org, "event_id": f"{org}-{month}-{place}", **row}
                for place, row in enumerate(rows)
            ],
        )

    def send_deposits(self, org: str, month: str, balances: list[int]) -> None:
        """The three ten-day balances of a month, in yuan."""
        days = (f"{month}-10", f"{month}-20", month_end(month).isoformat())
        self.send(
            "deposit_tenday",
            org,
            month,
            [
                {"branch_id": org, "balance_date": day, "deposit_balance": f"{balance}.00"}
                for day, balance in zip(days, balances, strict=True)
            ],
        )

    def receive(self, *paths: Path) -> None:
        """Receive the files named, or the whole inbox; every file must be accepted."""
        settings = self.settings
        with Registry(Home(self.home).registry) as registry:
            receiver = Receiver(settings, registry, "test")
            receipts = receiver.receive_files(paths or sorted(self.inbox.iterdir()))
            for receipt in receipts:
                if receipt.status == "needs_explanation" and receipt.identity:
                    ledger, org = receipt.identity.ledger, receipt.identity.org_id
                    for code in receipt.open_codes:
                        self._explain(registry, code, ledger, org, str(receipt.identity.period))
        refused = {
            r.file_name: [
                (f["row_no"], f["cell"], f["code"]) for f in r.verdict.findings.to_pylist()
            ]
            for r in receipts
            if r.status == "refused"
        }
        assert not refused, refused

    def close(self, month: str) -> dict[str, str]:
        """Close a month; says of every output ``emitted``, ``unchanged`` or why it was refused."""
        try:
            result = close_month(self.settings, parse_period(month), actor="test")
        except RefusedError:
            if not self._explain_lake(month):
                raise
            result = close_month(self.settings, parse_period(month), actor="test")
        return {
            **{e.output: e.status for e in result.emissions},
            **{r.output: r.en for r in result.refusals},
        }

    def _explain_lake(self, month: str) -> bool:
        """Explain what the lake gate asks about these unusual rows; whether it asked anything."""
        with Registry(Home(self.home).registry) as registry:
            found = [
                f
                for f in open_findings(self.settings, registry, load_rule_book(), period=month)
                if f.gate == LAKE and f.state == "explain"
            ]
            for finding in found:
                self._explain(registry, finding.code, finding.ledger, finding.org_id, month)
        return bool(found)

    def _explain(self, registry: Registry, code: str, ledger: str, org: str, month: str) -> None:
        explain_finding(
            self.settings,
            registry,
            load_rule_book(),
            load_contracts(LEDGERS_DIR),
            code=code,
            ledger=ledger,
            org_id=org,
            period=parse_period(month),
            reason_code="business_reason",
            note="rows made by hand for this test",
            by="second person",
        )

    def published(self, month: str) -> duckdb.DuckDBPyConnection:
        """The build in force of a month; salary pools are in the catalog ``pay``."""
        _, folder = build_in_force(Home(self.home), month)
        return attach_build(self.settings, folder)
