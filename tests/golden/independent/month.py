"""One closed month of a bank: its organisations, its loan book, its parameters.

What several families of metrics need stands here; a family's own formulas stand in its module.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cache, cached_property, partial

from tests.golden.independent.dates import month_before, month_end, year_to
from tests.golden.independent.files import Inbox, Row

HEAD_OFFICE = "法人机构"
NPL_CLASSES = {"次级", "可疑", "损失"}


@dataclass(eq=False)
class Month:
    """What the branches sent for one closed month, and what was in force at its end."""

    inbox: Inbox
    month: str

    @property
    def end(self) -> dt.date:
        """Last day of the month."""
        return month_end(self.month)

    @property
    def year_start(self) -> dt.date:
        """First of January."""
        return dt.date(self.end.year, 1, 1)

    @property
    def last_december(self) -> str:
        """December of last year."""
        return f"{self.end.year - 1}-12"

    @cached_property
    def bank(self) -> str:
        """Id of the root."""
        (root,) = (o["org"] for o in self.orgs if o["type"] == HEAD_OFFICE)
        return str(root)

    @cached_property
    def branches(self) -> list[str]:
        """Ids of the organisations that are open and report for themselves."""
        return sorted(
            o["org"]
            for o in self.orgs
            if o["type"] != HEAD_OFFICE
            and (o["opened"] is None or o["opened"] <= self.end)
            and (o["closed"] is None or o["closed"] > self.end)
        )

    @cached_property
    def counties(self) -> dict[str, set[str]]:
        """Organisations by the division they stand in, closed ones too; a county needs an open one."""
        out: dict[str, set[str]] = defaultdict(set)
        for org in self.orgs:
            if org["type"] != HEAD_OFFICE and org["division"]:
                out[org["division"]].add(org["org"])
        return {name: orgs for name, orgs in sorted(out.items()) if orgs & set(self.branches)}

    @cached_property
    def orgs(self) -> list[Row]:
        """Register of organisations."""
        return self.inbox.in_force("org_unit", self.month)

    def scopes(self) -> Iterator[tuple[str, Callable[[Row], bool]]]:
        """The bank, every county and every branch, with the test whether a row belongs to it."""
        yield self.bank, lambda row: True
        for county, orgs in self.counties.items():
            yield county, partial(_is_of, orgs)
        for branch in self.branches:
            yield branch, partial(_is_of, {branch})

    @cached_property
    def grid_of_unit(self) -> dict[tuple[str, str], str]:
        """Big grid in force of a village or community, by branch and unit."""
        return {
            (g["org"], g["unit"]): g["grid"]
            for g in self.register("grid")
            if g["level"] == "大网格"
            and g["live"] is not None
            and g["live"] <= self.end
            and (g["closed"] is None or g["closed"] > self.end)
        }

    @cached_property
    def _unit_of_grid(self) -> dict[str, str]:
        return {g["grid"]: g["unit"] for g in self.register("grid")}

    @cached_property
    def grids(self) -> list[str]:
        """Grids, and for each branch what lies outside of them, as published."""
        return [*sorted(self.grid_of_unit.values()), *map(outside, self.branches)]

    def grid_of(self, row: Row) -> str:
        """The grid of a row: that of its unit, or of the unit of the grid it names."""
        unit = row.get("unit") or self._unit_of_grid.get(row.get("grid") or "")
        return self.grid_of_unit.get((row["org"], unit or ""), outside(row["org"]))

    def split(self, rows: Iterable[Row]) -> dict[str, list[Row]]:
        """Rows by bank, county, branch and grid."""
        county_of = {org: name for name, orgs in self.counties.items() for org in orgs}
        names = [self.bank, *self.counties, *self.branches, *self.grids]
        out: dict[str, list[Row]] = {name: [] for name in names}
        for row in rows:
            places = {self.bank, county_of.get(row["org"]), row["org"], self.grid_of(row)}
            for name in places & out.keys():
                out[name].append(row)
        return out

    def rolled_up(self, of_org: Mapping[str, Fraction]) -> dict[str, Fraction]:
        """What adds up: amounts by organisation as amounts of bank, counties and branches."""
        rows = [{"org": org, "amount": amount} for org, amount in of_org.items()]
        return {
            org: sum((r["amount"] for r in rows if belongs(r)), Fraction(0))
            for org, belongs in self.scopes()
        }

    # -- rows --

    def of_month(self, ledger: str) -> list[Row]:
        """Rows of the month of a ledger that is sent every month."""
        return self.inbox.of_month(ledger, self.month)

    def of_year(self, ledger: str) -> list[Row]:
        """Rows of the year to date."""
        return [r for m in year_to(self.month) for r in self.inbox.of_month(ledger, m)]

    def register(self, ledger: str) -> list[Row]:
        """Rows of a register as it is in force at the month end."""
        return self.inbox.in_force(ledger, self.month)

    @cached_property
    def loans(self) -> list[Row]:
        """Loan notes at the month end."""
        return self.inbox.of_month("loan_account", self.month)

    @cached_property
    def opening_loans(self) -> list[Row]:
        """Loan notes at last year's end."""
        return self.inbox.of_month("loan_account", self.last_december)

    @cached_property
    def events(self) -> list[tuple[str, Row]]:
        """Postings of the year to date, each with its month."""
        return [(m, e) for m in year_to(self.month) for e in self.inbox.of_month("loan_event", m)]

    @cached_property
    def latest_rows(self) -> dict[str, Row]:
        """Of every loan its latest row since January of last year."""
        months = [*year_to(self.last_december), *year_to(self.month)]
        return {r["loan"]: r for m in months for r in self.inbox.of_month("loan_account", m)}

    @cached_property
    def npl_recoveries(self) -> list[tuple[str, str, Fraction]]:
        """(month, branch, principal) of every repayment on a loan that was bad the month before."""
        bad: dict[str, set[str]] = {}
        out = []
        for month, event in self.events:
            if month not in bad:
                before = self.inbox.of_month("loan_account", month_before(month))
                bad[month] = {r["loan"] for r in before if r["five_class"] in NPL_CLASSES}
            if event["loan"] in bad[month]:
                out.append((month, event["org"], collected(event, "principal")))
        return out

    @cached_property
    def due_and_collected(self) -> dict[str, tuple[Fraction, Fraction]]:
        """``due_loan_recovery_rate``: principal of loans that fell due this year, and collected.

        Due is the balance at the start of the year and what was lent since; only cash counts as
        collected (AMB-030).
        """
        fell_due = {
            r["loan"]: r["org"]
            for r in self.latest_rows.values()
            if self.year_start <= r["original_due"] <= self.end
        }
        due: dict[str, Fraction] = defaultdict(Fraction)
        collected_of: dict[str, Fraction] = defaultdict(Fraction)
        for row in self.opening_loans:
            if row["loan"] in fell_due:
                due[fell_due[row["loan"]]] += row["balance"]
        for _, event in self.events:
            if event["loan"] in fell_due:
                org = fell_due[event["loan"]]
                collected_of[org] += collected(event, "principal")
                if event["type"] == "发放":
                    due[org] += event["principal"]
        dues, cash = self.rolled_up(due), self.rolled_up(collected_of)
        return {org: (dues[org], cash[org]) for org in dues}

    # -- parameters and bindings --

    @cache  # noqa: B019
    def parameter(self, scheme: str, name: str, org: str) -> str | None:
        """Value of a parameter at the month end; an organisation's own row beats the bank's."""
        rows = {
            p["org"]: p["value"]
            for p in self.inbox.in_force("scheme_param", self.month)
            if (p["scheme"], p["name"]) == (scheme, name) and self.is_valid(p)
        }
        return rows.get(org, rows.get(self.bank))

    def switch(self, name: str, default: str, org: str) -> str:
        """Reading of an open point: an organisation's own choice, the bank's, or the default.

        A choice made under a scheme speaks to those it binds; one under a scheme that binds nobody
        speaks to all, after the others.
        """
        rows = [
            p
            for p in self.register("scheme_param")
            if p["name"] == name and p["org"] in (org, self.bank) and self.is_valid(p)
        ]
        under = {p["scheme"]: self._is_under(p["scheme"], org) for p in rows}
        heard = [p for p in rows if under[p["scheme"]] or not self._binds_anybody(p["scheme"])]
        heard.sort(key=lambda p: (not under[p["scheme"]], p["org"] != org, p["scheme"]))
        return str(heard[0]["value"]) if heard else default

    def _is_under(self, scheme: str, org: str) -> bool:
        """Whether a scheme binds an organisation; the bank as soon as it binds one of its own."""
        if org == self.bank:
            return self._binds_anybody(scheme)
        return org in self.bound(scheme)

    def _binds_anybody(self, scheme: str) -> bool:
        return bool(self.bound(scheme)) or self.is_bank_bound(scheme)

    def is_of_year(self, day: dt.date) -> bool:
        """Whether a day lies between 1 January and the month end."""
        return self.year_start <= day <= self.end

    def plans(self, item: str) -> dict[str, Fraction]:
        """Plan of the year by organisation: of the versions in force the latest."""
        latest: dict[str, Row] = {}
        for row in self.register("branch_plan"):
            if (row["plan_year"], row["plan_item"]) != (self.end.year, item):
                continue
            if row["effective"] is not None and row["effective"] > self.end:
                continue
            known = latest.get(row["org"])
            if known is None or _version(known) < _version(row):
                latest[row["org"]] = row
        return {org: row["plan_value"] for org, row in latest.items()}

    def is_valid(self, row: Row) -> bool:
        """A row with a validity that covers the month end."""
        return row["effective"] <= self.end and (row["expiry"] is None or row["expiry"] >= self.end)

    def bound(self, scheme: str) -> list[str]:
        """Open branches bound to a scheme at the month end."""
        bindings = self.inbox.in_force("scheme_binding", self.month)
        orgs = {b["org"] for b in bindings if b["scheme"] == scheme and self.is_valid(b)}
        return [b for b in self.branches if b in orgs]

    def is_bank_bound(self, scheme: str) -> bool:
        """Whether the bank itself follows a scheme at the month end."""
        return any(
            b["scheme"] == scheme and b["org"] == self.bank and self.is_valid(b)
            for b in self.register("scheme_binding")
        )

    def is_pilot(self, unit: Row) -> bool:
        """A village or community that is a pilot at the month end."""
        return bool(unit["is_pilot"]) and unit["pilot_from"] <= self.end


def outside(branch: str) -> str:
    """What of a branch lies in no grid."""
    return f"{branch}:no_grid"


def _version(plan: Row) -> tuple[dt.date, Fraction]:
    return plan["effective"] or dt.date.min, plan["version_no"] or Fraction(0)


def _is_of(orgs: set[str], row: Row) -> bool:
    return row["org"] in orgs


def collected(event: Row, part: str) -> Fraction:
    """Cash of a posting: repayments, less those reversed."""
    sign = {"归还": 1, "还款冲正": -1}.get(event["type"], 0)
    return Fraction(sign * event[part])
