"""The one writer of all bulletins: from a declaration to xlsx, HTML, PDF and JSON.

Here belongs the order of the steps. What is declared belongs to ``plan.py``, what the slice holds to
``figures.py``, what is said to ``compose.py``, how it looks to ``workbook.py`` and ``page.py``.
"""

from __future__ import annotations

from typing import Any

from reports.bulletins.compose import compose
from reports.bulletins.content import Content
from reports.bulletins.figures import VERDICT_ZH, Figure, Figures, Standing, read_figures
from reports.bulletins.page import html_of
from reports.bulletins.plan import Plan, load_plan
from reports.bulletins.workbook import workbook_of
from reports.draft import Draft, Order
from reports.reasons import without_identifiers
from reports.slices import Row, read_rows
from reports.writers.chart import draw, drawn_with, option_of
from reports.writers.json import json_bytes
from reports.writers.pdf import PdfUnavailableError, typesetter, write_pdf


def build(order: Order) -> Draft:
    """Write the bulletin of a period.

    A machine that cannot set the PDF leaves it out and says why in the manifest; everything else is
    the same.

    Raises:
        EmissionRefused: A figure of the whole bank is not in the slice at all (an empty figure
            with its reason is printed as such).
        StrictYamlError: The bulletin's declaration contradicts itself.
    """
    plan = load_plan(order.output.folder, order.output.reads)
    found = read_figures(order, plan)
    definitions = _definitions(order, plan)
    content = compose(order, plan, found, definitions)
    pictures = draw(content.charts)
    name = order.output.id
    page = html_of(content, pictures)
    files = {
        f"{name}.xlsx": workbook_of(content, order),
        f"{name}.json": json_bytes(_document(order, content, found)),
        f"{name}.html": page.encode(),
    }
    made_with, left_out = dict(drawn_with()), {}
    try:
        if not order.wants_pdf:
            raise PdfUnavailableError(
                "本行设置不出 PDF（jingtian.toml 的 pdf 或环境变量 JINGTIAN_PDF）",
                "the bank's settings ask for no PDF (pdf in jingtian.toml or JINGTIAN_PDF)",
            )
        made_with |= typesetter()
        identifier = f"{name} {order.period}"
        files[f"{name}.pdf"] = write_pdf(page, identifier, order.period_end)
    except PdfUnavailableError as exc:
        made_with["pdf"] = "none"
        left_out[f"{name}.pdf"] = {"reason_zh": exc.zh, "reason_en": exc.en}
    return Draft(files=files, made_with=made_with, left_out=left_out)


def _definitions(order: Order, plan: Plan) -> list[Row]:
    """Definitions of the bulletin's metrics with names and formulas, in the order of its figures."""
    wanted = [("metric_id", "in", list(plan.metric_ids))]
    about = {str(row["metric_id"]): row for row in read_rows(order.source, "dim_metric")}
    names = {metric_id: str(row["name_zh"]) for metric_id, row in about.items()}
    rows = read_rows(order.source, "metric_definition", wanted)
    metric_order = list(dict.fromkeys(f.metric_id for f in plan.figures.values()))
    told = [
        {
            **row,
            "name_zh": names[str(row["metric_id"])],
            "formula_zh": without_identifiers(
                str(about[str(row["metric_id"])]["formula_zh"] or ""), names
            ),
            "reading_zh": without_identifiers(str(row["reading_zh"] or ""), names),
            "clause": without_identifiers(str(row["clause"] or ""), names),
            "thresholds": without_identifiers(str(row["thresholds"] or ""), names),
        }
        for row in rows
    ]
    told.sort(key=lambda row: (metric_order.index(row["metric_id"]), row["definition_id"]))
    return told


def _document(order: Order, content: Content, found: Figures) -> dict[str, Any]:
    """Everything the bulletin says, for programs: exact numbers as text, codes as they are."""
    return {
        "output": order.output.id,
        "title_zh": content.title,
        "title_en": order.output.title_en,
        "period": order.period,
        "institution": {"org_id": found.bank_id, "org_name": found.bank_name},
        "compared_with": dict(found.bases),
        "sections": [
            {"title_zh": section.title, "paragraphs": list(section.paragraphs)}
            for section in content.sections
        ],
        "figures": {key: _figure(figure) for key, figure in found.figures.items()},
        "charts": [
            {"title_zh": chart.title, "option": _without_floats(option_of(chart))}
            for chart in content.charts
        ],
        "waivers": order.waivers,
    }


def _figure(figure: Figure) -> dict[str, Any]:
    return {
        "metric_id": figure.plan.metric_id,
        "segment": figure.plan.segment,
        "title_zh": figure.plan.title_zh,
        "unit": figure.unit,
        "better": figure.better,
        "organisations": [_standing(figure, s) for s in (figure.bank, *figure.branches)],
    }


def _standing(figure: Figure, standing: Standing) -> dict[str, Any]:
    entry: dict[str, Any] = dict(vars(standing))
    entry["earlier"] = {basis: dict(vars(then)) for basis, then in standing.earlier.items()}
    entry["verdict_zh"] = VERDICT_ZH[standing.verdict]
    entry["printed"] = None if standing.value is None else figure.measure.told(standing.value)
    entry["printed_gap"] = None if standing.gap is None else figure.difference.told(standing.gap)
    entry["target_zh"] = figure.target_zh(standing)
    return entry


def _without_floats(value: Any) -> Any:
    """A chart's positions are doubles; JSON files of a pack hold none, so they stand as text."""
    if isinstance(value, float):
        return repr(value)
    if isinstance(value, dict):
        return {key: _without_floats(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_without_floats(item) for item in value]
    return value
