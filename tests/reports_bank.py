"""A tiny hand-made bank for the tests of reports: slices written with pyarrow, no warehouse."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from expectations.decision import Decision, file_digest, read_decision
from reports.emission import EmitResult, emit
from reports.outputs import discover_outputs

PERIOD = "2025-12"
TODAY = {"load_set": "l" * 64, "rules": "r" * 64, "definitions": "d" * 64, "models": "m" * 64}
NUMBER = pa.decimal128(38, 6)

METRICS = {
    "A": ("inclusive_loan_balance", "元", "amount"),
    "B": ("inclusive_loan_customer_count", "户", "count"),
    "C": ("inclusive_loan_npl_balance", "元", "amount"),
    "D": ("inclusive_loan_disbursed_amount", "元", "amount"),
    "E": ("inclusive_loan_disbursed_customer_count", "户", "count"),
    "F": ("inclusive_loan_annualised_interest", "元", "amount"),
}
SEGMENT_ROWS = (
    "small_micro_enterprise",
    "small_micro_enterprise_agri",
    "rural_collective",
    "farmer_cooperative",
    "tech_innovation",
    "enterprise_startup_guarantee",
    "other_organisation",
    "individual_business_and_owner",
    "individual_business",
    "small_micro_owner",
    "personal_startup_guarantee",
    "disabled_startup_guarantee",
    "other_individual_non_farm",
    "inclusive_small_micro_credit",
    "inclusive_small_micro_medium_long_term",
    "inclusive_small_micro_renewal_without_repayment",
    "inclusive_small_micro",
)
SINGLE_BANDS = ("credit_le_1m", "credit_1m_5m", "credit_5m_10m", "credit_10m_30m")
BANDS = (*SINGLE_BANDS, "credit_le_10m", "credit_le_10m_no_bill", "credit_le_30m")

ORG_SCHEMA = pa.schema(
    [
        ("org_id", pa.string()),
        ("org_name", pa.string()),
        ("parent_org_id", pa.string()),
        ("bank_id", pa.string()),
        ("org_level", pa.string()),
        ("org_type_code", pa.string()),
        ("location_code", pa.string()),
        ("is_urban_union", pa.bool_()),
        ("peer_group_code", pa.string()),
        ("is_strong_county_pilot", pa.bool_()),
        ("opened_date", pa.date32()),
        ("is_active", pa.bool_()),
    ]
)
METRIC_SCHEMA = pa.schema(
    [
        ("metric_id", pa.string()),
        ("definition_id", pa.string()),
        ("period", pa.string()),
        ("org_level", pa.string()),
        ("org_id", pa.string()),
        ("segment", pa.string()),
        ("numerator", NUMBER),
        ("denominator", NUMBER),
        ("value", NUMBER),
        ("unit", pa.string()),
        ("reason_code", pa.string()),
    ]
)
ATTAINMENT_SCHEMA = pa.schema(
    [
        ("period", pa.string()),
        ("org_level", pa.string()),
        ("org_id", pa.string()),
        ("scheme_id", pa.string()),
        ("metric_id", pa.string()),
        ("segment", pa.string()),
        ("phase", pa.string()),
        ("operator", pa.string()),
        ("target", NUMBER),
        ("target_unit", pa.string()),
        ("value", NUMBER),
        ("gap", NUMBER),
        ("is_attained", pa.bool_()),
        ("reason_code", pa.string()),
    ]
)
DIM_METRIC_SCHEMA = pa.schema(
    [
        (name, pa.string())
        for name in (
            "metric_id",
            "family",
            "name_zh",
            "name_en",
            "unit",
            "kind",
            "better",
            "formula_zh",
            "source",
            "definition_id",
        )
    ]
    + [("is_additive", pa.bool_()), ("is_year_to_date", pa.bool_())]
)
DEFINITION_SCHEMA = pa.schema(
    [
        ("definition_id", pa.string()),
        ("metric_id", pa.string()),
        ("regulator", pa.string()),
        ("document_zh", pa.string()),
        ("clause", pa.string()),
        ("thresholds", pa.string()),
        ("effective_from", pa.date32()),
        ("effective_to", pa.date32()),
        ("reading_zh", pa.string()),
    ]
)
SCHEME_SCHEMA = pa.schema([("scheme_id", pa.string()), ("title_zh", pa.string())])
EARLIER_SCHEMA = pa.schema(
    [
        ("period", pa.string()),
        ("org_level", pa.string()),
        ("org_id", pa.string()),
        ("metric_id", pa.string()),
        ("segment", pa.string()),
        ("basis", pa.string()),
        ("earlier_period", pa.string()),
        ("numerator", NUMBER),
        ("denominator", NUMBER),
        ("value", NUMBER),
    ]
)


def organisations() -> list[dict[str, Any]]:
    """One bank with a business department, an urban branch and a township branch."""
    rows = (
        ("B000", "井田示例农村商业银行股份有限公司", None, "bank", "bank", None),
        ("B001", "营业部", "B000", "branch", "business_dept", "urban"),
        ("B002", "城关支行", "B000", "branch", "branch", "urban"),
        ("B003", "河口支行", "B000", "branch", "branch", "township"),
    )
    return [
        {
            "org_id": org_id,
            "org_name": name,
            "parent_org_id": parent,
            "bank_id": "B000",
            "org_level": level,
            "org_type_code": kind,
            "location_code": location,
            "is_urban_union": location == "urban",
            "peer_group_code": None,
            "is_strong_county_pilot": location == "township",
            "opened_date": dt.date(2001, 1, 1),
            "is_active": True,
        }
        for org_id, name, parent, level, kind, location in rows
    ]


def metric_row(
    metric_id: str,
    segment: str,
    value: Decimal | None,
    *,
    org_id: str = "B000",
    unit: str = "元",
    numerator: Decimal | None = None,
    denominator: Decimal | None = Decimal(1),
    reason_code: str | None = None,
    period: str = PERIOD,
) -> dict[str, Any]:
    """One row of ``mart_metric_value``."""
    return {
        "metric_id": metric_id,
        "definition_id": f"{metric_id}@2024",
        "period": period,
        "org_level": "bank" if org_id == "B000" else "branch",
        "org_id": org_id,
        "segment": segment,
        "numerator": value if numerator is None else numerator,
        "denominator": denominator,
        "value": value,
        "unit": unit,
        "reason_code": reason_code,
    }


class Leaves:
    """The S71_I metrics of the bank: zero everywhere until loans are added."""

    def __init__(self) -> None:
        self.values: dict[tuple[str, str], Decimal | None] = {
            (letter, f"{row}.{band}"): Decimal(0)
            for letter in METRICS
            for row in SEGMENT_ROWS
            for band in BANDS
        }

    def add(self, row: str, band: str, *, is_bill: bool = False, **figures: str) -> None:
        """Add yuan and households of one single band; the pooled bands follow."""
        bands = [band, "credit_le_30m"]
        if band != "credit_10m_30m":
            bands.append("credit_le_10m")
            if not is_bill:
                bands.append("credit_le_10m_no_bill")
        for letter, figure in figures.items():
            for name in bands:
                known = self.values[letter, f"{row}.{name}"] or Decimal(0)
                self.values[letter, f"{row}.{name}"] = known + Decimal(figure)

    def rows(self) -> list[dict[str, Any]]:
        """Rows of the metric table, by key."""
        return [
            metric_row(METRICS[letter][0], segment, value, unit=METRICS[letter][1])
            for (letter, segment), value in sorted(self.values.items())
        ]


def sample_leaves() -> Leaves:
    """Loans whose form can be checked by hand (see the golden test)."""
    leaves = Leaves()
    # One small enterprise up to 1m, half of it agricultural; one large bill loan in 5m-10m.
    leaves.add(
        "small_micro_enterprise", "credit_le_1m",
        A="1234567.89", B="3", C="50000.00", D="2000000.00", E="4", F="87000.00",
    )  # fmt: skip
    leaves.add(
        "small_micro_enterprise_agri", "credit_le_1m",
        A="600000.00", B="1", C="0", D="800000.00", E="1", F="34800.00",
    )  # fmt: skip
    leaves.add(
        "small_micro_enterprise", "credit_5m_10m", is_bill=True,
        A="7000000.00", B="1", C="0", D="7000000.00", E="1", F="210000.00",
    )  # fmt: skip
    leaves.add(
        "small_micro_enterprise", "credit_10m_30m",
        A="15000000.55", B="1", C="0", D="0", E="0", F="0",
    )  # fmt: skip
    for row in ("individual_business", "individual_business_and_owner"):
        leaves.add(
            row, "credit_le_1m",
            A="300000.00", B="2", C="10000.00", D="150000.00", E="2", F="9000.00",
        )  # fmt: skip
    for row in ("small_micro_owner", "individual_business_and_owner"):
        leaves.add(
            row, "credit_1m_5m",
            A="2000000.00", B="1", C="0", D="1000000.00", E="1", F="45000.00",
        )  # fmt: skip
    leaves.add(
        "personal_startup_guarantee",
        "credit_le_1m",
        A="100000.00",
        B="1",
        D="100000.00",
        E="1",
        F="5000",
    )
    leaves.add(
        "inclusive_small_micro_credit", "credit_le_1m", A="200000.00", B="2", D="90000.00", E="1"
    )
    return leaves


def dim_metric_rows(
    metric_rows: list[dict[str, Any]], better: Mapping[str, str] | None = None
) -> list[dict[str, Any]]:
    """Descriptions of the metrics of some rows: a ratio where the unit says so, else an amount."""
    units = {str(row["metric_id"]): str(row["unit"]) for row in metric_rows}
    return [
        {
            "metric_id": metric_id,
            "family": "inclusive",
            "name_zh": f"指标{number}",
            "name_en": metric_id.replace("_", " "),
            "unit": unit,
            "kind": "ratio" if unit == "ratio" else "amount",
            "better": (better or {}).get(metric_id, "up"),
            "formula_zh": "见说明",
            "source": "1104 2024版 S71",
            "definition_id": f"{metric_id}@2024",
            "is_additive": True,
            "is_year_to_date": False,
        }
        for number, (metric_id, unit) in enumerate(sorted(units.items()), start=1)
    ]


def definition_rows(metric_rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """A definition per metric; its reading names a switch, as real ones do."""
    return [
        {
            "definition_id": f"{metric_id}@2024",
            "metric_id": metric_id,
            "regulator": None,
            "document_zh": "夷陵区金融服务网格化方案（000 篇1）",
            "clause": "一(一)",
            "thresholds": None,
            "effective_from": None,
            "effective_to": None,
            "reading_zh": "按开关 coverage_mode 计",
        }
        for metric_id in sorted({str(row["metric_id"]) for row in metric_rows})
    ]


def scheme_rows() -> list[dict[str, Any]]:
    """The schemes that the branches follow."""
    return [
        {"scheme_id": "hubei_county_grid", "title_zh": "湖北县域金融服务网格化方案"},
        {"scheme_id": "sanxia_grid", "title_zh": "夷陵区金融服务网格化方案"},
    ]


def earlier_row(
    now: dict[str, Any],
    basis: str,
    value: Decimal | None,
    *,
    numerator: Decimal | None = None,
    denominator: Decimal | None = Decimal(1),
) -> dict[str, Any]:
    """What a row of the metric table was at the end of last month or last year."""
    return {
        **{key: now[key] for key in ("period", "org_level", "org_id", "metric_id", "segment")},
        "basis": basis,
        "earlier_period": {"month": "2025-11", "year": "2024-12"}[basis],
        "numerator": value if numerator is None else numerator,
        "denominator": denominator,
        "value": value,
    }


def write_slice(
    directory: Path,
    tables: dict[str, tuple[pa.Schema, list[dict[str, Any]]]],
    *,
    gate: str = "marts",
    period: str = PERIOD,
    status: str = "passed",
) -> tuple[Path, str]:
    """Write tables and a decision that fits them; returns the directory and decision hash."""
    directory.mkdir(parents=True, exist_ok=True)
    files: dict[str, str] = {}
    for name, (schema, rows) in sorted(tables.items()):
        path = directory / f"{name}.parquet"
        pq.write_table(pa.Table.from_pylist(rows, schema=schema), path)
        files[path.name] = hashlib.sha256(path.read_bytes()).hexdigest()
    decision = {
        "gate": gate,
        "period": period,
        "status": status,
        "hashes": dict(TODAY),
        "files": files,
        "counts": {"block": 0 if status == "passed" else 2, "explain": 0, "warn": 1},
        "results": [],
        "not_run": [],
        "waivers": [],
    }
    return directory, write_decision(directory, decision)


def write_decision(directory: Path, decision: dict[str, Any]) -> str:
    """Write ``decision.json``; returns the hash that the registry would hold."""
    text = json.dumps(decision, sort_keys=True, ensure_ascii=False)
    (directory / "decision.json").write_text(text, encoding="utf-8")
    return read_decision(directory).hash


def edit_decision(directory: Path, **changes: Any) -> str:
    """Change keys of a written decision; returns the new hash."""
    decision = json.loads((directory / "decision.json").read_text(encoding="utf-8"))
    return write_decision(directory, {**decision, **changes})


def plain_judge(
    gate: str,
    period: str,
    tables: Mapping[str, Path],
    hashes: dict[str, str],
    not_run: list[dict[str, str]],
) -> Decision:
    """A hand-written judge of a frozen form: Great Expectations takes seconds to import."""
    outcomes = pq.read_table(tables["relation_result"]).column("outcome").to_pylist()
    cells = pq.read_table(tables["cell"]).to_pylist()
    holes = sum(1 for cell in cells if cell["kind"] == "leaf" and cell["value"] is None)
    failed = outcomes.count("failed") + holes
    return Decision(
        gate=gate,
        period=period,
        status="failed" if failed else "passed",
        hashes=hashes,
        files={path.name: file_digest(path) for path in tables.values()},
        counts={"block": failed, "explain": 0, "warn": 0},
        not_run=not_run,
    )


def emit_from(
    output_id: str,
    source: tuple[Path, str],
    root: Path,
    period: str = PERIOD,
    *,
    wants_pdf: bool = False,
) -> EmitResult:
    """Emit an output from a slice into ``root`` with today's hashes and the plain judge."""
    directory, decision_hash = source
    return emit(
        discover_outputs()[output_id],
        period=period,
        slice_dir=directory,
        expected_decision_hash=decision_hash,
        today_hashes=TODAY,
        out_root=root / "emitted",
        gated_root=root / "gated",
        judge=plain_judge,
        wants_pdf=wants_pdf,
    )


def marts_slice(
    directory: Path,
    metric_rows: list[dict[str, Any]],
    attainment_rows: list[dict[str, Any]] | None = None,
    earlier_rows: list[dict[str, Any]] | None = None,
    better: Mapping[str, str] | None = None,
    orgs: list[dict[str, Any]] | None = None,
    **decision: str,
) -> tuple[Path, str]:
    """A frozen marts slice; without ``earlier_rows`` it holds no table of earlier figures."""
    tables = {
        "metric_value": (METRIC_SCHEMA, metric_rows),
        "target_attainment": (ATTAINMENT_SCHEMA, attainment_rows or []),
        "dim_org": (ORG_SCHEMA, orgs or organisations()),
        "dim_metric": (DIM_METRIC_SCHEMA, dim_metric_rows(metric_rows, better)),
        "metric_definition": (DEFINITION_SCHEMA, definition_rows(metric_rows)),
        "scheme": (SCHEME_SCHEMA, scheme_rows()),
    }
    if earlier_rows is not None:
        tables["metric_earlier"] = (EARLIER_SCHEMA, earlier_rows)
    return write_slice(directory, tables, **decision)


# ---- coverage -----------------------------------------------------------------------------------

# organisation -> (units, covered, new this year, pilot, without grid, with several)
GRID = {
    "B001": (10, 10, 3, 7, 0, 0),
    "B002": (20, 13, 7, 14, 7, 1),
    "B003": (30, 12, 6, 18, 18, 0),
}
# segment -> organisation -> (subjects, archived)
ARCHIVE = {
    "community_resident": {"B001": (1000, 820), "B002": (2000, 1400), "B003": (0, 0)},
    "rural_household": {"B001": (0, 0), "B002": (500, 470), "B003": (3000, 2010)},
    "small_micro_enterprise": {"B001": (100, 70), "B002": (80, 40), "B003": (50, 20)},
    "community_merchant": {"B001": (300, 240), "B002": (200, 150), "B003": (0, 0)},
    "park_enterprise": {"B001": (40, 10), "B002": (0, 0), "B003": (0, 0)},
    "community_merchant_and_small_micro": {
        "B001": (400, 310), "B002": (280, 190), "B003": (50, 20),
    },
    "merchant_and_small_micro": {"B001": (400, 310), "B002": (280, 190), "B003": (50, 20)},
    "merchant_park_small_micro": {"B001": (440, 320), "B002": (280, 190), "B003": (50, 20)},
}  # fmt: skip
ARCHIVE_TARGETS = {
    "community_resident": "0.70",
    "rural_household": "0.90",
    "community_merchant_and_small_micro": "0.80",
}


def _ratio_row(metric_id: str, segment: str, org_id: str, top: int, bottom: int) -> dict[str, Any]:
    if bottom == 0:
        value, reason = None, "zero_denominator"
    else:
        value, reason = (Decimal(top) / Decimal(bottom)).quantize(Decimal("0.000001")), None
    return metric_row(
        metric_id,
        segment,
        value,
        org_id=org_id,
        unit="ratio",
        numerator=Decimal(top),
        denominator=Decimal(bottom),
        reason_code=reason,
    )


def _totals(by_org: dict[str, tuple[int, ...]]) -> tuple[int, ...]:
    return tuple(sum(column) for column in zip(*by_org.values(), strict=True))


def coverage_metric_rows() -> list[dict[str, Any]]:
    """Grid and archive metrics of three branches and the bank."""
    rows: list[dict[str, Any]] = []
    for org_id, figures in {**GRID, "B000": _totals(GRID)}.items():
        units, covered, new, pilot, gap, overlap = figures
        rows += [
            _ratio_row("grid_coverage_rate_cumulative", "all_units", org_id, covered, units),
            _ratio_row("grid_coverage_rate_annual", "all_units", org_id, new, units),
            _ratio_row("pilot_unit_coverage_rate", "village_and_community", org_id, pilot, units),
        ]
        rows += [
            metric_row("grid_no_overlap_no_gap", kind, Decimal(count), org_id=org_id, unit="个")
            for kind, count in (("gap", gap), ("overlap", overlap))
        ]
    for segment, by_org in ARCHIVE.items():
        for org_id, (subjects, archived) in {**by_org, "B000": _totals(by_org)}.items():
            rows.append(_ratio_row("archive_coverage_rate", segment, org_id, archived, subjects))
    return rows


def attainment_row(
    metric: dict[str, Any], operator: str, target: str | None, phase: str, reason: str | None = None
) -> dict[str, Any]:
    """One row of ``mart_target_attainment`` for a row of the metric table."""
    value = metric["value"]
    goal = None if target is None else Decimal(target)
    gap = None if value is None or goal is None else value - goal
    attained = None if gap is None or reason else gap >= 0
    if operator == "=" and attained is not None:
        selected = (goal * metric["denominator"]).quantize(Decimal(1), rounding="ROUND_HALF_UP")
        attained = metric["numerator"] >= selected
    return {
        "period": metric["period"],
        "org_level": metric["org_level"],
        "org_id": metric["org_id"],
        "scheme_id": "sanxia_grid",
        "metric_id": metric["metric_id"],
        "segment": metric["segment"],
        "phase": phase,
        "operator": operator,
        "target": goal,
        "target_unit": "ratio",
        "value": value,
        "gap": gap,
        "is_attained": attained,
        "reason_code": reason or metric["reason_code"],
    }


def coverage_attainment_rows() -> list[dict[str, Any]]:
    """Targets of the second year of sanxia_grid for every organisation."""
    rows = []
    for metric in coverage_metric_rows():
        metric_id, segment = metric["metric_id"], metric["segment"]
        if metric_id == "grid_coverage_rate_annual":
            rows.append(attainment_row(metric, ">=", "0.30", "Y2"))
        elif metric_id == "pilot_unit_coverage_rate":
            rows.append(attainment_row(metric, "=", "0.70", "Y2"))
        elif metric_id == "archive_coverage_rate" and segment in ARCHIVE_TARGETS:
            rows.append(attainment_row(metric, ">=", ARCHIVE_TARGETS[segment], "Y2"))
    return rows


# ---- pay ----------------------------------------------------------------------------------------

PAY_MONTH_SCHEMA = pa.schema(
    [
        ("org_id", pa.string()),
        ("month", pa.string()),
        *(
            (name, NUMBER)
            for name in (
                "deposit_net_increase_yuan",
                "interest_income_yuan",
                "npl_recovery_yuan",
                "deposit_pay",
                "interest_pay",
                "npl_pay",
                "gross_pool",
                "cumulative_payable",
                "paid_to_date",
                "month_pay",
            )
        ),
        ("reason_code", pa.string()),
    ]
)
PAY_SETTLEMENT_SCHEMA = pa.schema(
    [
        ("org_id", pa.string()),
        ("period", pa.string()),
        *(
            (name, NUMBER)
            for name in (
                "gross_pool",
                "recovery_due_principal",
                "recovery_collected_principal",
                "recovery_rate",
                "recovery_deduction",
                "case_deduction",
            )
        ),
        ("case_deduction_reason", pa.string()),
        *(
            (name, NUMBER)
            for name in (
                "net_pool",
                "adjustment_factor",
                "adjusted_pool",
                "paid_to_date",
                "settlement",
            )
        ),
        ("reason_code", pa.string()),
    ]
)


def pay_month_rows(months: int = 12) -> list[dict[str, Any]]:
    """The worked example: branch B002 is 甲 of the rule book, B001 the business department 丙.

    B003 lacks its deposit rate: its deposit component and everything after it are empty.
    """
    rates = {"B001": ("30", "150", "300"), "B002": ("30", "200", "300")}
    # December figures in 万元; the months before grow evenly.
    drivers = {"B001": ("5000", "1500", "100"), "B002": ("4400", "945", "240")}
    rows: list[dict[str, Any]] = []
    for org_id, year in drivers.items():
        paid = Decimal(0)
        for number in range(1, months + 1):
            share = Decimal(number) / 12
            deposit, interest, recovery = (
                (Decimal(figure) * 10000 * share).quantize(Decimal("0.01")) for figure in year
            )
            pays = [
                (driver / 10000 * Decimal(rate)).quantize(Decimal("0.01"), rounding="ROUND_HALF_UP")
                for driver, rate in zip((deposit, interest, recovery), rates[org_id], strict=True)
            ]
            cumulative = pays[1] + Decimal("0.70") * (pays[0] + pays[2])
            rows.append(
                {
                    "org_id": org_id,
                    "month": f"2025-{number:02d}",
                    "deposit_net_increase_yuan": deposit,
                    "interest_income_yuan": interest,
                    "npl_recovery_yuan": recovery,
                    "deposit_pay": pays[0],
                    "interest_pay": pays[1],
                    "npl_pay": pays[2],
                    "gross_pool": sum(pays),
                    "cumulative_payable": cumulative,
                    "paid_to_date": cumulative,
                    "month_pay": cumulative - paid,
                    "reason_code": None,
                }
            )
            paid = cumulative
    for number in range(1, months + 1):
        rows.append(
            {
                "org_id": "B003",
                "month": f"2025-{number:02d}",
                "deposit_net_increase_yuan": Decimal("1234567.891"),
                "interest_income_yuan": Decimal(100000 * number),
                "npl_recovery_yuan": Decimal(0),
                "deposit_pay": None,
                "interest_pay": Decimal(2000 * number),
                "npl_pay": Decimal(0),
                "gross_pool": None,
                "cumulative_payable": None,
                "paid_to_date": None,
                "month_pay": None,
                "reason_code": "missing_parameter:content_rate_deposit",
            }
        )
    return rows


def pay_settlement_rows() -> list[dict[str, Any]]:
    """Settlement of the worked example, factor 1.05 on the two branches that have a pool."""

    def row(org_id: str, reason: str | None, *figures: str | None) -> dict[str, Any]:
        names = (
            "gross_pool", "recovery_due_principal", "recovery_collected_principal",
            "recovery_rate", "recovery_deduction", "case_deduction", "net_pool",
            "adjustment_factor", "adjusted_pool", "paid_to_date", "settlement",
        )  # fmt: skip
        numbers = [None if figure is None else Decimal(figure) for figure in figures]
        return {
            "org_id": org_id,
            "period": PERIOD,
            **dict(zip(names, numbers, strict=True)),
            "case_deduction_reason": "no_source:incident",
            "reason_code": reason,
        }

    return [
        row("B001", None, "405000", "120000000", "118800000", "0.99", "0", "0", "405000", "1.05",
            "425250", "351000", "74250"),
        row("B002", None, "393000", "100000000", "98500000", "0.985", "50000", "0", "343000",
            "1.05", "360150", "331800", "28350"),
        row("B003", "missing_parameter:content_rate_deposit", None, "8000000", "7960000", "0.995",
            None, "0", None, None, None, None, None),
    ]  # fmt: skip


def pay_slice(
    directory: Path,
    months: list[dict[str, Any]] | None = None,
    settlements: list[dict[str, Any]] | None = None,
    period: str = PERIOD,
) -> tuple[Path, str]:
    """A frozen pay slice."""
    settled = pay_settlement_rows() if settlements is None else settlements
    tables = {
        "pay_month": (PAY_MONTH_SCHEMA, pay_month_rows() if months is None else months),
        "pay_settlement": (PAY_SETTLEMENT_SCHEMA, settled),
        "dim_org": (ORG_SCHEMA, organisations()),
    }
    return write_slice(directory, tables, gate="pay", period=period)
