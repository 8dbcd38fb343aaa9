"""Theme E: balances, shares and growth; EAST counts of loan notes."""

from __future__ import annotations

from collections.abc import Callable

from tests.golden.independent.figure import Figures, amount, gap, ratio, share, total
from tests.golden.independent.files import Row
from tests.golden.independent.month import Month

CONTRACT_STATUS_CODES = {
    "正常": "active",
    "逾期": "in_arrears",
    "到期未还": "expired_unpaid",
    "结清": "settled",
    "核销": "written_off",
}


def loan_book(month: Month) -> Figures:
    for org, belongs in month.scopes():
        for segment in ("all", *CONTRACT_STATUS_CODES.values()):
            rows = [
                r
                for r in month.loans
                if belongs(r) and segment in ("all", CONTRACT_STATUS_CODES[r["status"]])
            ]
            yield ("loan_count", org, segment), amount(len({r["loan"] for r in rows}))
            yield ("loan_amount", org, segment), amount(total(r["amount"] for r in rows))
        rows = [r for r in month.loans if belongs(r)]
        for metric, flag in (
            ("loan_balance", None),
            ("agri_loan_balance", "is_agri"),
            ("small_micro_loan_balance", "is_small_micro"),
        ):
            held = total(r["balance"] for r in rows if flag is None or r[flag])
            yield (metric, org, "all"), amount(held)


def loan_shares(month: Month) -> Figures:
    """Theme E: union with each loan once (AMB-018), growth of the total (AMB-019)."""
    tests: dict[str, Callable[[Row], bool]] = {
        "agri_union_small_micro": lambda r: r["is_agri"] or r["is_small_micro"],
        "agri": lambda r: r["is_agri"],
        "small_micro": lambda r: r["is_small_micro"],
    }
    for org, belongs in month.scopes():
        now = [r for r in month.loans if belongs(r)]
        then = [r for r in month.opening_loans if belongs(r)]
        whole, opening = (total(r["balance"] for r in rows) for rows in (now, then))
        parts = {name: total(r["balance"] for r in now if t(r)) for name, t in tests.items()}
        for name, part in parts.items():
            yield ("agri_sme_share", org, name), ratio(part, whole)
            before = total(r["balance"] for r in then if tests[name](r))
            key = ("agri_sme_growth_gap", org, name)
            growth = share(part - before, before)
            growth_all = share(whole - opening, opening)
            yield key, gap(growth, growth_all)
        naive = parts["agri"] + parts["small_micro"]
        yield ("agri_sme_share", org, "naive_sum"), ratio(naive, whole)
