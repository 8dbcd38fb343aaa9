"""Theme K: electronic channels."""

from __future__ import annotations

import calendar
import datetime as dt
from decimal import Decimal

from tests.golden.independent.figure import Figure, Figures, amount, ratio, total
from tests.golden.independent.month import Month

CORPORATE = {"企业法人", "其它组织"}
SELF_SERVICE = {"手机银行", "网上银行", "自助终端"}
SMALL_LOAN = 300_000


def months_before(day: dt.date, count: int) -> dt.date:
    """The same day some months before, or the last of that month."""
    year, month = divmod(day.year * 12 + day.month - 1 - count, 12)
    return dt.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def e_channels(month: Month) -> Figures:
    """Substitution by count (AMB-086), effective customers (AMB-095), small loans (AMB-096)."""
    category = {c["customer"]: c["category"] for c in month.register("customer")}
    accounts = month.of_month("customer_deposit")
    traffic = month.of_year("channel_activity")
    small = [e for _, e in month.events if e["type"] == "发放" and e["principal"] <= SMALL_LOAN]
    for org, belongs in month.scopes():
        counts = [a for a in traffic if belongs(a)]
        whole = total(a["transaction_count"] for a in counts)
        counter = total(a["transaction_count"] for a in counts if a["channel"] == "柜面")
        yield ("ebank_substitution_rate", org, "all"), ratio(whole - counter, whole)
        lent = [e for e in small if belongs(e)]
        alone = [e for e in lent if e["channel"] in SELF_SERVICE]
        yield ("self_service_small_loan_ratio", org, "all"), ratio(len(alone), len(lent))
        mine = [a for a in accounts if belongs(a)]
        firms = {
            a["customer"]
            for a in mine
            if a["has_settlement_account"] and category.get(a["customer"]) in CORPORATE
        }
        months = month.parameter("lanxi_five_year", "effective_customer_months", org)
        for metric, column in (
            ("mobile_bank_effective_customers", "mobile_last"),
            ("fengshou_epay_effective_customers", "e_pay_last"),
            ("corp_ebank_effective_coverage", "corporate_bank_last"),
        ):
            if months is None:
                reason = "missing_parameter:effective_customer_months"
                yield (metric, org, "all"), Figure(None, None, None, reason)
                continue
            since = months_before(month.end, int(Decimal(months)))
            active = {a["customer"] for a in mine if a[column] and since < a[column] <= month.end}
            if column == "corporate_bank_last":
                yield (metric, org, "all"), ratio(len(active & firms), len(firms))
            else:
                yield (metric, org, "all"), amount(len(active))
