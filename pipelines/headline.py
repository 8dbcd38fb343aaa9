"""The headline figures of a build, as printed after a close."""

from __future__ import annotations

import unicodedata
from pathlib import Path

from pipelines.settings import Settings
from pipelines.warehouse.build import attach_build

# (metric, segment) in print order; the bank's figures.
HEADLINES = (
    ("loan_balance", "all"),
    ("agri_sme_share", "agri_union_small_micro"),
    ("agri_sme_share", "agri"),
    ("agri_sme_share", "small_micro"),
    ("agri_sme_share", "naive_sum"),
    ("agri_sme_growth_gap", "agri_union_small_micro"),
    ("inclusive_small_micro_balance", "all"),
    ("npl_balance", "all"),
    ("npl_ratio", "all"),
    ("grid_coverage_rate_cumulative", "all_units"),
    ("grid_no_overlap_no_gap", "gap"),
    ("pilot_unit_coverage_rate", "village_and_community"),
    ("archive_coverage_rate", "community_resident"),
    ("archive_coverage_rate", "rural_household"),
    ("archive_coverage_rate", "small_micro_enterprise"),
    ("archive_coverage_rate", "community_merchant_and_small_micro"),
    ("renewal_rate", "household"),
    ("renewal_rate", "amount"),
    ("renewal_rate_provisional", "household"),
    ("due_loan_recovery_rate", "all"),
    ("interest_income", "all"),
    ("deposit_tenday_avg_net_increase", "all"),
)
# Segments that are the whole: their name says nothing in a headline.
WHOLE = frozenset({"all", "all_units", "village_and_community"})


def headline_text(settings: Settings, build_dir: Path, lang: str) -> str:
    """The bank's headline figures as aligned text; a missing one shows its reason."""
    con = attach_build(settings, build_dir, with_pay=False)
    try:
        rows = con.execute(
            """
            select
                m.metric_id, m.segment, m.numerator, m.denominator, m.value, m.unit,
                m.reason_code, d.name_zh, d.name_en, d.kind, s.name_zh, s.name_en
            from mart_metric_value as m
            join dim_metric as d
                on d.metric_id = m.metric_id and d.definition_id = m.definition_id
            left join metric_segment as s
                on s.metric_id = m.metric_id and s.segment = m.segment
            where m.org_level = 'bank'
            """
        ).fetchall()
    finally:
        con.close()
    found = {(r[0], r[1]): r for r in rows}
    lines = []
    for key in HEADLINES:
        if key not in found:
            continue
        row = found[key]
        name = row[7] if lang == "zh" else row[8]
        segment = (row[10] if lang == "zh" else row[11]) or key[1]
        if key[1] not in WHOLE:
            name = f"{name}·{segment}" if lang == "zh" else f"{name} [{segment}]"
        lines.append(f"  {pad(name, 44)}{value_text(row[4], row[5], row[9], row[6])}")
    return "\n".join(lines)


def value_text(value: object, unit: str, kind: str, reason: str | None) -> str:
    """A figure as people read it: ratios in percent, money with separators, or the reason."""
    if value is None:
        return f"—（{reason}）"
    if unit == "ratio":
        return f"{value * 100:.2f} %"  # type: ignore[operator]
    if unit == "pp":
        return f"{value * 100:+.2f} pp"  # type: ignore[operator]
    if unit == "元" or kind == "ratio":
        return f"{value:,.2f} {unit}"
    return f"{value:,.0f} {unit}"


def pad(text: str, width: int) -> str:
    """Pad to a display width; full-width characters take two columns."""
    wide = sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)
    return text + " " * max(width - wide, 1)
