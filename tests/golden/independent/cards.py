"""Theme L: social-security cards."""

from __future__ import annotations

from tests.golden.independent.figure import Figures, amount, ratio
from tests.golden.independent.month import Month


def social_security_cards(month: Month) -> Figures:
    """Issued / issued / activated as denominators (AMB-092); a closed card is not issued."""
    issued = [
        c
        for c in month.inbox.of_month("card", month.month)
        if c["kind"] == "社保卡" and c["status"] != "销卡"
    ]
    replacing = [
        c
        for c in month.of_month("card")
        if c["is_passbook_replaced"] and c["status"] != "销卡" and c["issued"] <= month.end
    ]
    for org, belongs in month.scopes():
        mine = [c for c in issued if belongs(c)]
        active = [c for c in mine if c["activated"] is not None]
        signed = [c for c in mine if c["signed"] is not None]
        used = [c for c in active if c["month_transaction_count"] > 0]
        yield ("social_card_activation_rate", org, "all"), ratio(len(active), len(mine))
        yield ("social_card_signing_rate", org, "all"), ratio(len(signed), len(mine))
        yield ("social_card_monthly_usage_rate", org, "all"), ratio(len(used), len(active))
        replaced = [c for c in replacing if belongs(c)]
        yield ("passbook_replaced_card_count", org, "all"), amount(len(replaced))
