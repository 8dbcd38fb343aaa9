"""Explaining the pay of one branch: every month and, in December, the settlement line by line.

Here belongs recomputing each step from the line before it and from the bank's parameters. Only rows
of the branch that is asked for are read from the pay tables. Formulas and clauses are those the
statement prints (``reports/statements/pay/notes.yml``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

import duckdb

from pipelines.errors import UsageError
from pipelines.explain.figure import Switch, read_switches
from pipelines.explain.loads import LoadLine
from pipelines.explain.parameters import Parameter, parameters_in_force
from reports.notes import load_notes
from reports.outputs import REPORTS_DIR
from reports.reasons import reason_zh
from reports.rounding import CONTEXT, half_up

SCHEME = "rcu_salary"
# driver of a component -> (metric that explains it, parameter, note of the statement)
DRIVERS = {
    "deposit": ("deposit_tenday_avg_net_increase", "deposit_net_increase_yuan"),
    "interest": ("interest_income", "interest_income_yuan"),
    "npl": ("npl_recovery_amount", "npl_recovery_yuan"),
}
_SWITCHES = ("deposit_base", "deposit_floor", "approved_scope", "adjust_order")
_APPROVED = "provincial_approved_total"
_WAGES = ("establishment_headcount", "base_wage_per_head_month")
_FEN = Decimal("0.01")
# The printed adjustment factor has nine decimals: half a unit of the last, per yuan of the pool.
_FACTOR_STEP = Decimal("0.0000000005")

Row = dict[str, Any]


@dataclass(frozen=True)
class Step:
    """One line: its rule, the numbers put in, the published value and the value recomputed.

    ``recomputed`` is None where the line is an input (a driver, the approved factor); ``tolerance``
    is zero but for the allocation, whose parts are whole fen.
    """

    name_zh: str
    name_en: str
    formula_zh: str
    decision_zh: str
    clause: str
    working_zh: str
    working_en: str
    value: Decimal | None
    recomputed: Decimal | None
    tolerance: Decimal = Decimal(0)
    unit: str = "元"

    @property
    def is_equal(self) -> bool | None:
        """None for an input, and where nothing is published."""
        if self.value is None or self.recomputed is None:
            return None
        return abs(self.value - self.recomputed) <= self.tolerance

    def as_dict(self) -> dict[str, object]:
        """Plain values for JSON."""
        return {**vars(self), "is_equal": self.is_equal}


@dataclass(frozen=True)
class PayExplanation:
    """The pay of one branch up to a month.

    ``months`` are the rows of ``pay_month``; ``wrong_months`` those whose numbers do not follow
    from each other. ``settlement`` is empty outside December.
    """

    org_id: str
    org_name: str
    period: str
    months: tuple[Row, ...]
    wrong_months: tuple[str, ...]
    steps: tuple[Step, ...]
    settlement: tuple[Step, ...]
    settlement_reason: str | None
    parameters: tuple[Parameter, ...]
    constants: tuple[Row, ...]
    switches: tuple[Switch, ...]

    @property
    def is_consistent(self) -> bool:
        """Every line follows from the lines before it."""
        lines = (*self.steps, *self.settlement)
        return not self.wrong_months and all(line.is_equal is not False for line in lines)

    def as_dict(self) -> dict[str, object]:
        """Plain values for JSON."""
        return {
            **vars(self),
            "steps": [step.as_dict() for step in self.steps],
            "settlement": [step.as_dict() for step in self.settlement],
            "parameters": [parameter.as_dict() for parameter in self.parameters],
            "switches": [asdict(switch) for switch in self.switches],
            "is_consistent": self.is_consistent,
        }


@dataclass(frozen=True)
class _Rules:
    """What the steps put in: rates in yuan per 10,000 yuan, printed shares, readings."""

    rates: dict[str, Decimal | None]
    constants: dict[tuple[str, str], Decimal]
    switches: dict[str, str]
    notes: dict[str, tuple[str, str, str]]

    def constant(self, metric: str, segment: str) -> Decimal:
        return self.constants[metric, segment]


def explain_pay(
    con: duckdb.DuckDBPyConnection, loads: dict[str, LoadLine], org_id: str
) -> PayExplanation:
    """Explain the pay of one branch.

    Args:
        con: A connection to a build with its pay file attached.
        loads: The build's loads.
        org_id: The branch.

    Raises:
        UsageError: The organisation does not exist or is not under the scheme.
    """
    found = con.execute(
        """
        select
            organisation.org_name, organisation.org_type_code, organisation.bank_id,
            context.period
        from dim_org as organisation
        cross join run.run_context as context
        where organisation.org_id = ?
        """,
        [org_id],
    ).fetchone()
    if found is None:
        raise UsageError(f"没有机构“{org_id}”。", f'no organisation "{org_id}".')
    name, org_type, bank, period = found
    months = _rows(con, "pay_month", org_id, "month")
    if not months:
        raise UsageError(
            f"机构 {org_id} {name} 在 {period} 未绑定绩效工资方案（{SCHEME}），没有绩效工资数据。",
            f"organisation {org_id} is not bound to {SCHEME} in {period}: no pay.",
        )
    interest_rate = (
        "content_rate_interest_business_dept"
        if org_type == "business_dept"
        else "content_rate_interest"
    )
    names = ("content_rate_deposit", interest_rate, "content_rate_npl_recovery")
    parameters = parameters_in_force(con, loads, org_id, [*names, *_WAGES], SCHEME)
    approved = parameters_in_force(con, loads, bank, [_APPROVED], SCHEME)
    switches = read_switches(con, loads, org_id, _SWITCHES[:2])
    # how the approved total is shared is read for the bank, not for a branch
    switches += read_switches(con, loads, bank, _SWITCHES[2:])
    chosen = {switch.name: switch.value for switch in switches}
    if chosen["approved_scope"] != "total":
        parameters = [p for p in parameters if p.name not in _WAGES]
    values = {p.name: _rate(p) for p in parameters}
    rules = _Rules(
        rates=dict(zip(DRIVERS, (values.get(n) for n in names), strict=True)),
        constants={(r["metric_id"], r["segment"]): r["share"] for r in _constants(con)},
        switches=chosen,
        notes=_notes(),
    )
    current = months[-1]
    settlement: tuple[Step, ...] = ()
    reason = None
    if period.endswith("-12"):
        rows = _rows(con, "pay_settlement", org_id, "period")
        if rows:
            settlement = _settlement(rows[0], current, rules, approved)
            reason = rows[0]["reason_code"]
    return PayExplanation(
        org_id=org_id,
        org_name=name,
        period=period,
        months=tuple(months),
        wrong_months=_wrong(months, rules),
        steps=_month_steps(months, rules),
        settlement=settlement,
        settlement_reason=reason,
        parameters=(*parameters, *approved) if settlement else tuple(parameters),
        constants=tuple(_constants(con)),
        switches=switches if settlement else switches[:2],
    )


def _rate(parameter: Parameter) -> Decimal | None:
    """A rate in yuan per 10,000 yuan; None when the row holds none, as the pay mart reads it."""
    if parameter.unit not in (None, "元/万元"):
        return None
    try:
        return Decimal(parameter.value)
    except InvalidOperation:
        return None


def _rows(con: duckdb.DuckDBPyConnection, table: str, org_id: str, order: str) -> list[Row]:
    cursor = con.execute(f"select * from pay.{table} where org_id = ? order by {order}", [org_id])
    names = [column[0] for column in cursor.description or ()]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _constants(con: duckdb.DuckDBPyConnection) -> list[Row]:
    cursor = con.execute(
        """
        select metric_id, segment, operator, target * 0.01 as share, source_ref
        from scheme_target
        where
            scheme_id = ?
            and (metric_id, segment) in (
                ('monthly_payout_ratio', 'interest_income'),
                ('monthly_payout_ratio', 'other_items'),
                ('due_loan_recovery_rate', 'branch.pool_deduction'),
                ('recovery_shortfall_deduction_rate', 'branch')
            )
        order by metric_id, segment
        """,
        [SCHEME],
    )
    names = [column[0] for column in cursor.description or ()]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _notes() -> dict[str, tuple[str, str, str]]:
    notes = load_notes(REPORTS_DIR / "statements" / "pay")
    return {note.topic: (note.formula, note.decision, note.clause) for note in notes}


# -- months ------------------------------------------------------------------------------------


def _month_values(month: Row, paid_before: Decimal, rules: _Rules) -> dict[str, Decimal] | None:
    """What a month's drivers make; None when a driver or a rate is missing."""
    drivers = {name: month[column] for name, (_, column) in DRIVERS.items()}
    if None in drivers.values() or None in rules.rates.values():
        return None
    pay = {}
    for name, driver in drivers.items():
        is_floored = name == "deposit" and driver < 0 and rules.switches["deposit_floor"] == "zero"
        exact = CONTEXT.multiply(driver, rules.rates[name] or Decimal(0)) * Decimal("0.0001")
        pay[f"{name}_pay"] = Decimal(0) if is_floored else half_up(exact, 2)
    others = pay["deposit_pay"] + pay["npl_pay"]
    payable = half_up(
        rules.constant("monthly_payout_ratio", "interest_income") * pay["interest_pay"]
        + rules.constant("monthly_payout_ratio", "other_items") * others,
        2,
    )
    paid = max(paid_before, payable)
    return {
        **pay,
        "gross_pool": sum(pay.values(), Decimal(0)),
        "cumulative_payable": payable,
        "paid_to_date": paid,
        "month_pay": paid - paid_before,
    }


def _wrong(months: list[Row], rules: _Rules) -> tuple[str, ...]:
    wrong = []
    paid = Decimal(0)
    for month in months:
        made = _month_values(month, paid, rules)
        if month["reason_code"] is not None or made is None:
            if month["month_pay"] is not None:
                wrong.append(str(month["month"]))
            continue
        if any(month[column] != value for column, value in made.items()):
            wrong.append(str(month["month"]))
        paid = month["paid_to_date"]
    return tuple(wrong)


def _month_steps(months: list[Row], rules: _Rules) -> tuple[Step, ...]:
    month = months[-1]
    before = months[-2]["paid_to_date"] if len(months) > 1 else Decimal(0)
    made: Mapping[str, Decimal] = (
        (_month_values(month, before, rules) or {}) if before is not None else {}
    )
    interest = _percent(rules.constant("monthly_payout_ratio", "interest_income"))
    others = _percent(rules.constant("monthly_payout_ratio", "other_items"))

    def component(name: str) -> str:
        driver, rate = month[DRIVERS[name][1]], rules.rates[name]
        return f"{_money(driver)} × {_plain(rate)} 元/万元 ÷ 10000"

    lines = (
        ("deposit_pay", "存款绩效", "deposit pay", "含量标准", component("deposit")),
        ("interest_pay", "利息绩效", "interest pay", "含量标准", component("interest")),
        ("npl_pay", "清收绩效", "NPL recovery pay", "含量标准", component("npl")),
        (
            "gross_pool",
            "应得绩效工资",
            "gross pool",
            "应得绩效工资",
            " + ".join(_money(month[f"{name}_pay"]) for name in DRIVERS),
        ),
        (
            "cumulative_payable",
            "累计应付",
            "cumulative payable",
            "累计应付",
            f"{interest} × {_money(month['interest_pay'])} + {others} × "
            f"({_money(month['deposit_pay'])} + {_money(month['npl_pay'])})",
        ),
        (
            "paid_to_date",
            "累计预发",
            "paid to date",
            "累计预发与本月计发",
            f"max(0, {_money(before)}, {_money(month['cumulative_payable'])})",
        ),
        (
            "month_pay",
            "本月计发",
            "pay of the month",
            "累计预发与本月计发",
            f"{_money(month['paid_to_date'])} − {_money(before)}",
        ),
    )
    return tuple(
        _step(zh, en, topic, working, month[column], made.get(column), rules)
        for column, zh, en, topic, working in lines
    )


def _step(
    zh: str,
    en: str,
    topic: str,
    working: str | tuple[str, str],
    value: Decimal | None,
    recomputed: Decimal | None,
    rules: _Rules,
    tolerance: Decimal = Decimal(0),
    unit: str = "元",
) -> Step:
    formula, decision, clause = rules.notes[topic]
    in_zh, in_en = (working, working) if isinstance(working, str) else working
    return Step(zh, en, formula, decision, clause, in_zh, in_en, value, recomputed, tolerance, unit)


# -- settlement --------------------------------------------------------------------------------


def _settlement(
    row: Row, december: Row, rules: _Rules, approved: list[Parameter]
) -> tuple[Step, ...]:
    standard = rules.constant("due_loan_recovery_rate", "branch.pool_deduction")
    share = rules.constant("recovery_shortfall_deduction_rate", "branch")
    due, collected = row["recovery_due_principal"], row["recovery_collected_principal"]
    gross, deduction, case = row["gross_pool"], row["recovery_deduction"], row["case_deduction"]
    factor, adjusted, paid = row["adjustment_factor"], row["adjusted_pool"], row["paid_to_date"]
    is_first = rules.switches["adjust_order"] == "adjust_first"
    shared = gross if is_first else row["net_pool"]
    steps = [
        _step(
            "应得绩效工资",
            "gross pool",
            "应得绩效工资",
            ("12 月累计应得", "gross pool of December"),
            gross,
            december["gross_pool"],
            rules,
        ),
        _step(
            "到期贷款回笼率",
            "due-loan recovery rate",
            "回笼扣减",
            f"{_money(collected)} ÷ {_money(due)}",
            row["recovery_rate"],
            _quotient(collected, due),
            rules,
            unit="ratio",
        ),
        _step(
            "回笼扣减",
            "recovery deduction",
            "回笼扣减",
            _deduction_working(collected, due, standard, share),
            deduction,
            _deduction(collected, due, standard, share),
            rules,
        ),
        _step(
            "案件扣减",
            "case deduction",
            "案件扣减",
            (reason_zh(row["case_deduction_reason"]), str(row["case_deduction_reason"] or "")),
            case,
            None,
            rules,
        ),
        _step(
            "净额",
            "net pool",
            "净额",
            f"max(0, {_money(gross)} − {_money(deduction)} − {_money(case)})",
            row["net_pool"],
            None if None in (gross, deduction, case) else max(Decimal(0), gross - deduction - case),
            rules,
        ),
        _step(
            "调整系数",
            "adjustment factor",
            "调整系数与调整后",
            _factor_working(approved, is_first),
            factor,
            None,
            rules,
            unit="",
        ),
        _adjusted(shared, factor, adjusted, deduction, case, is_first, rules),
        _step(
            "全年累计预发",
            "paid to date",
            "累计预发与本月计发",
            ("12 月累计预发", "paid to date in December"),
            paid,
            december["paid_to_date"],
            rules,
        ),
        _step(
            "结算额",
            "settlement",
            "结算额",
            f"{_money(adjusted)} − {_money(paid)}",
            row["settlement"],
            None if None in (adjusted, paid) else adjusted - paid,
            rules,
        ),
    ]
    return tuple(steps)


def _adjusted(
    shared: Decimal | None,
    factor: Decimal | None,
    adjusted: Decimal | None,
    deduction: Decimal | None,
    case: Decimal | None,
    is_first: bool,
    rules: _Rules,
) -> Step:
    made, tolerance = None, Decimal(0)
    working = f"{_money(shared)} × {_plain(factor)}"
    if is_first:
        working += f" − {_money(deduction)} − {_money(case)}"
    if shared is not None and factor is not None and deduction is not None and case is not None:
        exact = shared * factor
        if is_first:
            exact = max(Decimal(0), exact - deduction - case)
        made = half_up(exact, 2)
        # largest remainder moves a part by less than a fen, the factor is rounded, and so is made
        tolerance = half_up(_FEN + shared * _FACTOR_STEP, 2) + _FEN
    return _step(
        "调整后", "adjusted pool", "调整系数与调整后", working, adjusted, made, rules, tolerance
    )


def _deduction(
    collected: Decimal | None, due: Decimal | None, standard: Decimal, share: Decimal
) -> Decimal | None:
    if collected is None or due is None:
        return None
    missing = standard * due - collected
    return half_up(share * missing, 2) if missing > 0 else Decimal(0)


def _deduction_working(
    collected: Decimal | None, due: Decimal | None, standard: Decimal, share: Decimal
) -> str | tuple[str, str]:
    if collected is not None and due is not None and collected >= standard * due:
        return (
            f"回笼率不低于 {_percent(standard)}，不扣",
            f"not below {_percent(standard)}: nothing deducted",
        )
    return f"{_percent(share)} × ({_percent(standard)} × {_money(due)} − {_money(collected)})"


def _factor_working(approved: list[Parameter], is_first: bool) -> tuple[str, str]:
    if not approved:
        return "没有核定总额", "no approved total"
    total = f"{approved[0].value} {approved[0].unit or '元'}"
    return (
        f"省联社核定总额 {total} ÷ 各机构{'应得' if is_first else '净额'}之和",
        f"approved total {total} ÷ sum of all {'gross' if is_first else 'net'} pools",
    )


def _quotient(numerator: Decimal | None, denominator: Decimal | None) -> Decimal | None:
    if numerator is None or not denominator:
        return None
    return half_up(CONTEXT.divide(numerator, denominator), 9)


def _money(value: Decimal | None) -> str:
    return "—" if value is None else f"{half_up(value, 2):,.2f}"


def _plain(value: Decimal | None) -> str:
    return "—" if value is None else f"{value.normalize():f}"


def _percent(share: Decimal) -> str:
    return f"{_plain(share * 100)}%"
