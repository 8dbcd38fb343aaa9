"""What a bulletin shows: its ``bulletin.yml``, read strictly.

Here belongs the declaration of a bulletin: which figures (metric and segment), how they are told,
which of them rank, which are charted, whose movements are explained. Reading the figures belongs to
``figures.py``, arranging them to ``content.py``. No bulletin has code of its own.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from expectations.strict_yaml import OneOf, StrictYamlError, line_of, load_strict

FILE = "bulletin.yml"
ALL, STRONG_COUNTY, TOWNSHIP = "all", "strong_county", "township"
AMONG_ZH = {ALL: "全部机构", STRONG_COUNTY: "强县试点机构", TOWNSHIP: "乡镇机构"}

SHAPE: dict[str, Any] = {
    "title_zh": str,
    "figures": {
        "*": {
            "metric": str,
            "segment": str,
            "title_zh": str,
            "numerator_zh?": str,
            "denominator_zh?": str,
            "parts_unit?": OneOf("元", "户", "个", "家", "人", "张", "笔", "次", "件", "分", "份"),
            "only_with_target?": bool,
        }
    },
    "summary": [str],
    "charts?": [{"title_zh": str, "figures": [str]}],
    "sections": [
        {
            "title_zh": str,
            "rank_by": str,
            "beside?": [str],
            "among?": OneOf(ALL, STRONG_COUNTY, TOWNSHIP),
            "subtotal?": {"*": str},
            "chart?": bool,
        }
    ],
    "movements": [str],
    "notes?": [str],
}
_PLACE = re.compile(r"\{([a-z0-9_]+)\.([a-z_]+)\}")
PLACES = ("value", "numerator", "denominator", "against", "change")


@dataclass(frozen=True)
class FigurePlan:
    """One figure of a bulletin.

    Attributes:
        key: Its name inside the bulletin.
        metric_id: Metric.
        segment: Segment.
        title_zh: How it is called.
        numerator_zh: What its numerator is called; empty when the parts are not shown.
        denominator_zh: What its denominator is called.
        parts_unit: Unit of numerator and denominator.
        only_with_target: Whether it is left out where no scheme sets it a target.
    """

    key: str
    metric_id: str
    segment: str
    title_zh: str
    numerator_zh: str
    denominator_zh: str
    parts_unit: str
    only_with_target: bool

    @property
    def shows_parts(self) -> bool:
        """Whether numerator and denominator stand beside the value."""
        return bool(self.numerator_zh)


@dataclass(frozen=True)
class ChartPlan:
    """A chart of the whole bank over several figures of one unit."""

    title_zh: str
    figures: tuple[str, ...]


@dataclass(frozen=True)
class SectionPlan:
    """A ranked table: the figure that ranks, those beside it, and whom it lists.

    ``subtotal`` names, for a figure of the table, the figure that is its total over those listed.
    """

    title_zh: str
    rank_by: str
    beside: tuple[str, ...]
    among: str
    subtotal: Mapping[str, str]
    has_chart: bool


@dataclass(frozen=True)
class Plan:
    """A whole bulletin as declared."""

    title_zh: str
    figures: Mapping[str, FigurePlan]
    summary: tuple[str, ...]
    charts: tuple[ChartPlan, ...]
    sections: tuple[SectionPlan, ...]
    movements: tuple[str, ...]
    notes: tuple[str, ...]

    @property
    def metric_ids(self) -> tuple[str, ...]:
        """Metrics of the bulletin, sorted."""
        return tuple(sorted({figure.metric_id for figure in self.figures.values()}))


def load_plan(folder: Path, reads: tuple[str, ...]) -> Plan:
    """Read the declaration in a bulletin's folder.

    Args:
        folder: The folder.
        reads: What the head of the output says it reads.

    Raises:
        StrictYamlError: A key is unknown, misspelt or missing, a figure is named that is not
            declared, a declared one is never shown, or the head reads other metrics.
    """
    path = folder / FILE
    raw = load_strict(path, SHAPE)
    plan = Plan(
        title_zh=raw["title_zh"],
        figures={key: _figure(key, figure) for key, figure in raw["figures"].items()},
        summary=tuple(raw["summary"]),
        charts=tuple(
            ChartPlan(chart["title_zh"], tuple(chart["figures"])) for chart in raw.get("charts", [])
        ),
        sections=tuple(
            SectionPlan(
                title_zh=section["title_zh"],
                rank_by=section["rank_by"],
                beside=tuple(section.get("beside", [])),
                among=section.get("among", ALL),
                subtotal=section.get("subtotal", {}),
                has_chart=section.get("chart", True),
            )
            for section in raw["sections"]
        ),
        movements=tuple(raw["movements"]),
        notes=tuple(raw.get("notes", [])),
    )
    _refuse_unknown_figures(plan, path, raw)
    if sorted(reads) != list(plan.metric_ids):
        raise StrictYamlError(
            path,
            line_of(raw, "figures"),
            f"output.yml reads {sorted(reads)}, the figures are of {list(plan.metric_ids)}",
        )
    return plan


def fill(text: str, told: Mapping[tuple[str, str], str]) -> str:
    """A sentence with its places filled, e.g. ``{coverage.value}``."""
    return _PLACE.sub(lambda match: told[match[1], match[2]], text)


def figures_in(text: str) -> set[str]:
    """Figures a sentence names."""
    return {match[1] for match in _PLACE.finditer(text)}


def _figure(key: str, raw: Mapping[str, Any]) -> FigurePlan:
    return FigurePlan(
        key=key,
        metric_id=raw["metric"],
        segment=raw["segment"],
        title_zh=raw["title_zh"],
        numerator_zh=raw.get("numerator_zh", ""),
        denominator_zh=raw.get("denominator_zh", ""),
        parts_unit=raw.get("parts_unit", "个"),
        only_with_target=raw.get("only_with_target", False),
    )


def _refuse_unknown_figures(plan: Plan, path: Path, raw: Mapping[str, Any]) -> None:
    named: list[tuple[str, str]] = []
    for text in plan.summary:
        for match in _PLACE.finditer(text):
            named.append(("summary", match[1]))
            if match[2] not in PLACES:
                raise StrictYamlError(
                    path,
                    line_of(raw, "summary"),
                    f"unknown place {match[0]}; known: {', '.join(PLACES)}",
                )
    named += [("charts", key) for chart in plan.charts for key in chart.figures]
    named += [
        ("sections", key)
        for section in plan.sections
        for key in (
            section.rank_by,
            *section.beside,
            *section.subtotal,
            *section.subtotal.values(),
        )
    ]
    named += [("movements", key) for key in plan.movements]
    for part, key in named:
        if key not in plan.figures:
            raise StrictYamlError(path, line_of(raw, part), f"{part} name no figure '{key}'")
    for section in plan.sections:
        if section.subtotal and section.rank_by not in section.subtotal:
            raise StrictYamlError(
                path,
                line_of(raw, "sections"),
                f"section “{section.title_zh}” has a subtotal, but none of {section.rank_by}",
            )
    shown = {key for _, key in named}
    for key in plan.figures:
        if key not in shown:
            raise StrictYamlError(
                path, line_of(raw["figures"], key), f"figure '{key}' is declared and never shown"
            )
