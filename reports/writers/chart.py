"""Charts: one specification, the same on screen and in print.

Here belongs turning a :class:`Chart` into an ECharts option and drawing that option as SVG, by the
vendored ECharts inside QuickJS: no browser, no network. What is charted belongs to the output; the
native charts of workbooks are drawn from the same :class:`Chart` by the workbook writers.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from reports.rounding import half_up

ECHARTS = Path(__file__).parent.parent / "vendor/echarts/echarts.min.js"
# The faces of the PDF first; a screen that lacks them takes what its system calls black type.
FONT = "'Noto Sans CJK SC','Source Han Sans SC','Microsoft YaHei','PingFang SC',SimHei,sans-serif"
BARS, COLUMNS = "bars", "columns"
PLAIN, GOOD, BAD = "plain", "good", "bad"
TONES = {PLAIN: "#2F6F8F", GOOD: "#4E7F52", BAD: "#B4553F"}
TARGET_COLOUR, AVERAGE_COLOUR, INK, GRID = "#1F1F1F", "#7A5C99", "#333333", "#DDDDDD"
_WIDTH = 720
_NAME_SIZE = 11
# Of standing columns, in pixels: the plot, and a label of two lines.
_PLOT_HEIGHT, _LABEL_HEIGHT = 230, 36


@dataclass(frozen=True)
class Point:
    """One bar: whose it is, how long it is and how it is told.

    Attributes:
        name: Name on the category axis.
        value: Length in the chart's unit; None leaves the place empty.
        target: Where its target lies, in the chart's unit; None when it has none.
        tone: plain, good (attained) or bad (missed).
        mark: Word after the figure; colour alone does not survive a black-and-white print.
    """

    name: str
    value: Decimal | None
    target: Decimal | None = None
    tone: str = PLAIN
    mark: str = ""


@dataclass(frozen=True)
class Chart:
    """A chart as it is meant, before anybody draws it.

    Attributes:
        title: Stands above the chart.
        kind: ``bars`` lie and carry long names, ``columns`` stand.
        points: One per bar, in the order shown.
        unit: Unit of every figure of the chart, e.g. ``%`` or ``万元``.
        decimals: Decimals of the printed figures.
        series: What the bars measure.
        average: Name and value of a reference line, or None.
    """

    title: str
    kind: str
    points: tuple[Point, ...]
    unit: str
    decimals: int
    series: str
    average: tuple[str, Decimal] | None = None

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        return (_WIDTH, 76 + 24 * len(self.points)) if self.kind == BARS else (_WIDTH, 300)

    @property
    def measured(self) -> str:
        """What the bars measure, with the unit where the figures do not carry it."""
        return self.series if self.unit == "%" else f"{self.series}（{self.unit}）"

    def label(self, value: Decimal) -> str:
        """A figure as the chart prints it."""
        text = f"{half_up(value, self.decimals):,f}"
        return f"{text}%" if self.unit == "%" else text


def option_of(chart: Chart) -> dict[str, Any]:
    """The ECharts option: plain JSON, no functions, so that it can be kept and looked at."""
    lies = chart.kind == BARS
    names = {
        "type": "category",
        "data": [point.name for point in chart.points],
        "inverse": lies,
        "axisTick": {"show": False},
        "axisLine": {"lineStyle": {"color": "#888888"}},
        "axisLabel": {
            "color": INK,
            "fontSize": _NAME_SIZE,
            "fontFamily": FONT,
            "interval": 0,
            **({} if lies else {"width": 84, "overflow": "break"}),
        },
    }
    values = {
        "type": "value",
        "max": _axis_end(chart),
        "min": _axis_start(chart),
        "splitLine": {"lineStyle": {"color": GRID}},
        "axisLabel": {
            "color": "#666666",
            "fontSize": 10,
            "fontFamily": FONT,
            "formatter": "{value}%" if chart.unit == "%" else "{value}",
        },
    }
    return {
        "animation": False,
        "textStyle": {"fontFamily": FONT},
        "grid": {
            "left": 8,
            "right": 90 if lies else 24,
            "top": 34,
            "bottom": 6,
            "containLabel": True,
        },
        "legend": {
            "top": 0,
            "right": 0,
            "itemWidth": 14,
            "itemHeight": 9,
            "textStyle": {"color": INK, "fontSize": 11, "fontFamily": FONT},
            "data": [name for name, is_there in _legend(chart) if is_there],
        },
        ("yAxis" if lies else "xAxis"): names,
        ("xAxis" if lies else "yAxis"): values,
        "series": _series(chart, lies=lies),
    }


def draw(charts: Sequence[Chart]) -> list[str]:
    """Each chart as a standalone ``<svg>``; names inside differ, so that all fit into one page.

    Raises:
        RuntimeError: ECharts could not draw; the message is its own.
    """
    if not charts:
        return []
    import quickjs

    context = quickjs.Context()
    context.eval(_ENVIRONMENT)
    context.eval(_source())
    context.eval(_DRAW)
    paint = context.get("draw")
    drawn = []
    for chart in charts:
        width, height = chart.size
        option = json.dumps(option_of(chart), ensure_ascii=False, sort_keys=True)
        try:
            svg = json.loads(paint(option, width, height))
        except quickjs.JSException as exc:
            raise RuntimeError(f"ECharts could not draw “{chart.title}”: {exc}") from exc
        drawn.append(str(svg))
    return drawn


def drawn_with() -> dict[str, str]:
    """Versions of what draws: the vendored ECharts is part of the code, QuickJS is not."""
    return {"quickjs_ng": version("quickjs-ng")}


# ECharts sets timers that a picture never waits for. Texts go in and out as JSON: QuickJS hands long
# strings over as ropes, which its Python side does not flatten.
_ENVIRONMENT = "function setTimeout(){return 0} function clearTimeout(){}"
_DRAW = """
function draw(option, width, height) {
    var chart = echarts.init(null, null, {renderer: 'svg', ssr: true, width: width, height: height});
    chart.setOption(JSON.parse(option));
    var svg = chart.renderToSVGString({useViewBox: true});
    chart.dispose();
    return JSON.stringify(svg);
}
"""


@cache
def _source() -> str:
    return ECHARTS.read_text(encoding="utf-8")


def _legend(chart: Chart) -> list[tuple[str, bool]]:
    return [
        (chart.measured, True),
        ("目标", any(point.target is not None for point in chart.points)),
        (chart.average[0] if chart.average else "", chart.average is not None),
    ]


def _series(chart: Chart, *, lies: bool) -> list[dict[str, Any]]:
    bars: dict[str, Any] = {
        "name": chart.measured,
        "type": "bar",
        "barMaxWidth": 15 if lies else 52,
        "itemStyle": {"color": TONES[PLAIN]},
        "data": [_bar(chart, point, lies=lies) for point in chart.points],
    }
    series = [bars]
    if any(point.target is not None for point in chart.points):
        series.append(
            {
                "name": "目标",
                "type": "scatter",
                "symbol": "rect",
                "symbolSize": [3, 19] if lies else [64, 3],
                "itemStyle": {"color": TARGET_COLOUR, "opacity": 1},
                "z": 3,
                "data": [
                    [_number(point.target), position] if lies else [position, _number(point.target)]
                    for position, point in enumerate(chart.points)
                    if point.target is not None
                ],
            }
        )
    if chart.average is not None:
        name, value = chart.average
        series.append(
            {
                "name": name,
                "type": "line",
                "data": [],
                "symbol": "none",
                "lineStyle": {"color": AVERAGE_COLOUR, "type": "dashed", "width": 1.2},
                "itemStyle": {"color": AVERAGE_COLOUR},
                "z": 1,
                "markLine": {
                    "symbol": "none",
                    "z": 1,
                    "silent": True,
                    "label": {"show": False},
                    "lineStyle": {"color": AVERAGE_COLOUR, "type": "dashed", "width": 1.2},
                    "data": [{("xAxis" if lies else "yAxis"): _number(value)}],
                },
            }
        )
    if lies:
        series.append(_labels_of_bars(chart))
    return series


def _bar(chart: Chart, point: Point, *, lies: bool) -> dict[str, Any]:
    if point.value is None:
        return {"value": None}
    bar: dict[str, Any] = {
        "value": _number(point.value),
        "itemStyle": {"color": TONES[point.tone]},
    }
    if not lies:
        # above a column stands its target, where there is one; the figure then keeps inside, or
        # stands clear of the target where the column is too low to hold it
        has_targets = any(other.target is not None for other in chart.points)
        height = _height(chart, point.value)
        is_inside = has_targets and height > _LABEL_HEIGHT
        bar["label"] = {
            **_label(chart, point, "\n"),
            "position": "insideBottom" if is_inside else "top",
            "color": "#FFFFFF" if is_inside else INK,
        }
        if not is_inside and point.target is not None:
            above = _height(chart, point.target) - height
            if 0 < above <= _LABEL_HEIGHT:
                bar["label"]["distance"] = round(above) + 6
    return bar


def _height(chart: Chart, value: Decimal) -> Decimal:
    """How high a column stands, in pixels at most: the axis ends at or above the highest value."""
    known = [v for p in chart.points for v in (p.value, p.target) if v is not None]
    highest = max(Decimal(_axis_end(chart) or 0), *known)
    return value / highest * _PLOT_HEIGHT if highest > 0 else Decimal(0)


def _label(chart: Chart, point: Point, space: str) -> dict[str, Any]:
    assert point.value is not None
    return {
        "show": True,
        "distance": 4,
        "formatter": chart.label(point.value) + (f"{space}{point.mark}" if point.mark else ""),
        "color": INK,
        "fontSize": 10.5,
        "fontFamily": FONT,
    }


def _labels_of_bars(chart: Chart) -> dict[str, Any]:
    """Figures beside lying bars, above everything: no target or average line strikes them out."""
    return {
        "type": "scatter",
        "symbolSize": 1,
        "itemStyle": {"color": "transparent", "opacity": 1},
        "silent": True,
        "z": 4,
        "data": [
            {
                "value": [max(_number(point.value) or 0.0, 0.0), position],
                "label": {
                    **_label(chart, point, " "),
                    "position": "right",
                    "backgroundColor": "#FFFFFF",
                    "padding": [1, 3],
                },
            }
            for position, point in enumerate(chart.points)
            if point.value is not None
        ],
    }


def _axis_end(chart: Chart) -> float | None:
    """A share is shown up to 100 %, so that a long bar means much."""
    known = [v for p in chart.points for v in (p.value, p.target) if v is not None]
    if chart.unit == "%" and known and 20 < max(known) <= 100 and min(known) >= 0:
        return 100.0
    return None


def _axis_start(chart: Chart) -> float | None:
    """Bars begin at zero; below it only where a figure lies below it."""
    known = [v for p in chart.points for v in (p.value, p.target) if v is not None]
    return 0.0 if not known or min(known) >= 0 else None


def _number(value: Decimal | None) -> float | None:
    """A position on the picture, where a double is exact enough."""
    return None if value is None else float(value)
