"""Theme V: complaints and quality of service."""

from __future__ import annotations

import datetime as dt

from tests.golden.independent.dates import year_to
from tests.golden.independent.figure import Figure, Figures, amount, ratio, total
from tests.golden.independent.files import Row
from tests.golden.independent.month import Month

KINDS = {"opinion": "意见", "suggestion": "建议", "complaint": "投诉"}
CHANNELS = {
    "customer_aid": "客户援助电话",
    "service_line": "客服热线",
    "supervision_line": "服务监督电话",
    "on_site": "现场",
    "online": "线上",
    "regulator": "监管转办",
}
HOTLINES = {"客户援助电话", "客服热线", "服务监督电话"}
MARKETING_POSTS = {"小微客户经理", "信贷客户经理", "存款客户经理", "普惠营销专员"}


def complaints(month: Month) -> Figures:
    """Received, closed, within the limit of days (AMB-100), revisited, against last year."""
    received = [c for c in month.of_year("complaint") if month.is_of_year(c["received"])]
    last_year = year_to(f"{month.end.year - 1}{month.month[4:]}")
    before = {m: month.inbox.of_month("complaint", m) for m in last_year}
    absent = [m for m, rows in before.items() if not rows]
    for org, belongs in month.scopes():
        mine = [c for c in received if belongs(c)]
        closed = [c for c in mine if c["closed"] and c["closed"] <= month.end]
        revisited = [c for c in closed if c["revisited"] and c["revisited"] <= month.end]
        yield ("complaint_closed_rate", org, "all"), ratio(len(closed), len(mine))
        yield ("complaint_revisit", org, "all"), ratio(len(revisited), len(closed))
        limit = month.parameter("complaint_mgmt", "complaint_limit_days", org)
        key = ("complaint_within_limit_rate", org, "all")
        if limit is None:
            yield key, Figure(None, None, None, "missing_parameter:complaint_limit_days")
        else:
            days = dt.timedelta(days=int(limit))
            timely = [c for c in mine if c["closed"] and c["closed"] <= c["received"] + days]
            yield key, ratio(len(timely), len(mine))
        yield ("complaint_count", org, "all"), amount(len(mine))
        yield ("complaint_count_by_channel", org, "all"), amount(len(mine))
        for segment, kind in KINDS.items():
            count = sum(c["kind"] == kind for c in mine)
            yield ("complaint_count", org, segment), amount(count)
        for segment, channel in CHANNELS.items():
            count = sum(c["channel"] == channel for c in mine)
            yield ("complaint_count_by_channel", org, segment), amount(count)
        lines = {c["channel"] for c in mine} & HOTLINES
        yield ("complaint_hotline_levels", org, "hotlines"), amount(len(lines))
        key = ("svc_complaint_decrease", org, "all")
        if absent:
            yield key, Figure(None, None, None, f"no_source:complaint:{absent[0]}")
        else:
            then = [c for rows in before.values() for c in rows if belongs(c)]
            yield key, amount(_complained(mine) - _complained(then))


def _complained(rows: list[Row]) -> int:
    return sum(c["kind"] == "投诉" for c in rows)


def service_quality(month: Month) -> Figures:
    """Mystery visits, surveys, queues, training, transformation (AMB-099)."""
    checks = [c for c in month.of_year("service_check") if month.is_of_year(c["day"])]
    outlets = [o for o in month.orgs if o["org"] in month.branches]
    sellers = {s["staff"] for s in month.register("staff") if s["post"] in MARKETING_POSTS}
    trained = [t for t in month.of_year("training") if t["person"] in sellers]
    for org, belongs in month.scopes():
        visits = [c for c in checks if belongs(c) and c["kind"] == "神秘人检查"]
        surveys = [c for c in checks if belongs(c) and c["kind"] == "满意度调查"]
        queues = [c for c in checks if belongs(c) and c["kind"] == "排队叫号"]
        yield (
            ("mystery_shopper_score", org, "outlets"),
            ratio(total(c["score"] for c in visits), len(visits)),
        )
        yield (
            ("customer_satisfaction_rate", org, "outlets"),
            ratio(
                total(c["satisfied_count"] for c in surveys),
                total(c["respondent_count"] for c in surveys),
            ),
        )
        yield (
            ("svc_queue_time", org, "all"),
            ratio(total(c["average_wait_minutes"] for c in queues), len(queues)),
        )
        attended = sum(map(belongs, trained))
        yield ("marketing_staff_training", org, "outlet_marketing_staff"), amount(attended)
        mine = [o for o in outlets if belongs(o)]
        posted = [o for o in mine if o["is_hotline_posted"]]
        yield ("complaint_phone_published", org, "all"), ratio(len(posted), len(mine))
        changed = [o for o in mine if o["transformed"] and o["transformed"] <= month.end]
        new = [o for o in changed if o["transformed"] >= month.year_start]
        tidy = [o for o in changed if o["six_s"] and o["six_s"] <= month.end]
        yield ("svc_6s", org, "all"), ratio(len(tidy), len(changed))
        for segment, group in (("outlets", new), ("cumulative", changed)):
            yield ("transformation_import_rate", org, segment), ratio(len(group), len(mine))
