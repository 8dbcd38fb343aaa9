"""What a bulletin says, in order, before anybody lays it out.

Here belong the values that the writers share: headings, sentences, tables, charts, definitions. The
workbook, the page on screen and the page on paper are three views of one :class:`Content`. Nothing
here knows how it will look; ``compose.py`` fills it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from reports.bulletins.measure import Measure
from reports.writers.chart import Chart

TEXT, CENTRE, NUMBER = "text", "centre", "number"
GOOD, BAD, FAINT, DOUBTFUL = "good", "bad", "faint", "doubtful"


@dataclass(frozen=True)
class Source:
    """Where the figure of a cell stands in the frozen slice."""

    figure: str
    metric_id: str
    segment: str
    definition_id: str | None
    org_id: str
    value: Decimal
    base_unit: str


@dataclass(frozen=True)
class Cell:
    """One cell of a table: a text, or a number with the measure it is printed in.

    ``sign`` prints a plus before a rise.
    """

    text: str = ""
    value: Decimal | None = None
    measure: Measure | None = None
    sign: bool = False
    tone: str = ""
    source: Source | None = None

    @property
    def printed(self) -> str:
        """What stands in the cell on a page."""
        if self.value is None or self.measure is None:
            return self.text
        number = self.measure.number(self.value, sign=self.sign)
        return f"{number}%" if self.measure.unit == "%" else number


@dataclass(frozen=True)
class Column:
    """Head, kind (text, centre, number) and width in characters of a column."""

    head: str
    kind: str
    width: float


@dataclass(frozen=True)
class Line:
    """One row of a table; a total stands out."""

    cells: tuple[Cell, ...]
    is_total: bool = False


@dataclass(frozen=True)
class Table:
    """A table; ``notes`` stand below it.

    On paper a long table shows its first and last lines only, and says so.
    """

    columns: tuple[Column, ...]
    lines: tuple[Line, ...]
    notes: tuple[str, ...] = ()
    is_ranked: bool = False

    @property
    def widths(self) -> list[float]:
        """Width of every column in characters: a number is not broken, so its column is as wide."""
        return [
            max(
                column.width,
                *(
                    len(line.cells[place].printed) + 2
                    for line in self.lines
                    if column.kind == NUMBER and line.cells[place].value is not None
                ),
                0,
            )
            for place, column in enumerate(self.columns)
        ]


@dataclass(frozen=True)
class Section:
    """A numbered part: heading, sentences, charts and tables, in this order.

    ``sheet`` is the name of its sheet in the workbook; parts without one share the first sheet.
    """

    title: str
    paragraphs: tuple[str, ...] = ()
    charts: tuple[Chart, ...] = ()
    tables: tuple[Table, ...] = ()
    sheet: str = ""


@dataclass(frozen=True)
class Content:
    """A whole bulletin."""

    title: str
    period: str
    period_zh: str
    date_zh: str
    institution: str
    sections: tuple[Section, ...] = field(default_factory=tuple)

    @property
    def charts(self) -> tuple[Chart, ...]:
        """Every chart in order."""
        return tuple(chart for section in self.sections for chart in section.charts)
