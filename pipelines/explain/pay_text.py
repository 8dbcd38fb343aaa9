"""The explanation of a branch's pay as text."""

from __future__ import annotations

from collections.abc import Sequence

from pipelines.explain.metric_text import switch_text
from pipelines.explain.pay import DRIVERS, SCHEME, PayExplanation, Step
from pipelines.explain.text import LEFT, RIGHT, money, table, verdict
from reports.reasons import name_zh, reason_zh

_MONTH_COLUMNS = (
    ("deposit_net_increase_yuan", "存款旬均净增额", "deposit increase"),
    ("interest_income_yuan", "利息收入", "interest"),
    ("npl_recovery_yuan", "不良清收", "NPL recovery"),
    ("deposit_pay", "存款绩效", "deposit pay"),
    ("interest_pay", "利息绩效", "interest pay"),
    ("npl_pay", "清收绩效", "NPL pay"),
    ("gross_pool", "应得", "gross"),
    ("cumulative_payable", "累计应付", "payable"),
    ("paid_to_date", "累计预发", "paid"),
    ("month_pay", "本月计发", "month pay"),
)


def pay_text(explanation: PayExplanation, lang: str) -> str:
    """Months, the closing month step by step, the settlement in December, what was put in."""
    zh = lang == "zh"
    org = f"{explanation.org_id} {explanation.org_name}"
    lines = [
        f"绩效工资（{SCHEME}）　{org}　{explanation.period}"
        if zh
        else f"Performance pay ({SCHEME})  {org}  {explanation.period}",
        "",
        "各月（当年累计，元）" if zh else "Months (year to date, yuan)",
        *_months(explanation, zh),
        "",
        f"{explanation.period} 逐步" if zh else f"{explanation.period} step by step",
        *_steps(explanation.steps, lang),
    ]
    if explanation.settlement:
        lines += ["", "年终结算" if zh else "Settlement", *_steps(explanation.settlement, lang)]
        if explanation.settlement_reason:
            reason = explanation.settlement_reason
            lines.append(f"  不作结算：{reason_zh(reason)}" if zh else f"  no settlement: {reason}")
    elif not explanation.period.endswith("-12"):
        lines += ["", "非年末，不作结算。" if zh else "No settlement: not the end of a year."]
    lines += ["", *_parameters(explanation, zh), "", *_constants(explanation, zh)]
    lines += ["", "开关" if zh else "Switches"]
    lines += [f"  {switch_text(switch, zh)}" for switch in explanation.switches]
    lines += ["", "三项指标的逐行依据" if zh else "Rows behind the three drivers"]
    for metric, _ in DRIVERS.values():
        lines.append(
            f"  jingtian explain {metric} --org {explanation.org_id} --period {explanation.period}"
        )
    lines += ["", _conclusion(explanation, zh)]
    return "\n".join(lines)


def _months(explanation: PayExplanation, zh: bool) -> list[str]:
    heads = ["月份" if zh else "month", *(c[1 if zh else 2] for c in _MONTH_COLUMNS)]
    heads.append("说明" if zh else "note")
    rows = []
    for month in explanation.months:
        reason = month["reason_code"]
        note = reason_zh(reason) if zh else (reason or "")
        if month["month"] in explanation.wrong_months:
            note = "不一致" if zh else "DIFFERENT"
        values = (None if month[c[0]] is None else round(month[c[0]], 2) for c in _MONTH_COLUMNS)
        rows.append((month["month"], *(money(value) for value in values), note))
    return table(heads, rows, (LEFT, *(RIGHT for _ in _MONTH_COLUMNS), LEFT))


def _steps(steps: Sequence[Step], lang: str) -> list[str]:
    """Lines of calculation; a rule that several lines share is told once."""
    zh = lang == "zh"
    lines: list[str] = []
    told: set[str] = set()
    for number, step in enumerate(steps, start=1):
        name, working = (step.name_zh, step.working_zh) if zh else (step.name_en, step.working_en)
        found = "" if step.is_equal is None else f"  {verdict(step.is_equal, lang)}"
        clause = f"（{step.clause}）" if zh else f" ({step.clause})"
        lines.append(f"  {number}. {name} ＝ {working} ＝ {_value(step)}{found}{clause}")
        if zh and step.formula_zh not in told:
            told.add(step.formula_zh)
            lines.append(f"     规则：{step.formula_zh}")
            if step.decision_zh:
                lines.append(f"     口径：{step.decision_zh}")
    return lines


def _value(step: Step) -> str:
    if step.value is None:
        return "—"
    if step.unit == "ratio":
        return f"{step.value * 100:.4f} %"
    if step.unit == "":
        return f"{step.value.normalize():f}"
    return f"{money(step.value)} {step.unit}"


def _parameters(explanation: PayExplanation, zh: bool) -> list[str]:
    title = "所用方案参数" if zh else "Parameters used"
    heads = ("参数", "值", "单位", "机构", "生效", "批准", "文件", "行号") if zh else (
        "parameter", "value", "unit", "organisation", "from", "approved by", "file", "row"
    )  # fmt: skip
    rows = [
        (
            f"{p.name}（{name_zh(p.name)}）" if zh else p.name,
            p.value,
            p.unit or "",
            p.org_id,
            p.effective_date.isoformat(),
            p.approved_by or "",
            p.file,
            str(p.row),
        )
        for p in explanation.parameters
    ]
    if not rows:
        return [title, "  （没有）" if zh else "  (none)"]
    return [title, *table(heads, rows, (LEFT, RIGHT, LEFT, LEFT, LEFT, LEFT, LEFT, RIGHT))]


def _constants(explanation: PayExplanation, zh: bool) -> list[str]:
    title = "制度原文印明的比例" if zh else "Shares printed in the source"
    heads = ("项目", "比例", "出处") if zh else ("item", "share", "source")
    rows = [
        (f"{c['metric_id']}[{c['segment']}]", f"{c['share'] * 100:.0f} %", c["source_ref"])
        for c in explanation.constants
    ]
    return [title, *table(heads, rows, (LEFT, RIGHT, LEFT))]


def _conclusion(explanation: PayExplanation, zh: bool) -> str:
    if explanation.is_consistent:
        return (
            "核对：各月与各步逐一重算，一致。"
            if zh
            else "Proof: every month and step recomputed: equal."
        )
    wrong = [
        *explanation.wrong_months,
        *(
            step.name_zh if zh else step.name_en
            for step in (*explanation.steps, *explanation.settlement)
            if step.is_equal is False
        ),
    ]
    listed = "、".join(wrong) if zh else ", ".join(wrong)
    return f"核对：不一致（{listed}）。" if zh else f"Proof: DIFFERENT ({listed})."
