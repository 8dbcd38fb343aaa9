"""Which row query explains which metric: the SQL files of ``sql/`` and their heads.

A file starts with comments ``-- key: value`` (continued on lines indented by four spaces):

* ``metrics``: the metrics it explains; every metric has exactly one file;
* ``loads``: the ledgers it reads, each with the months that matter: ``loan_account@period``;
* ``combine``: how the rows make the published number (see ``proof.py``); default ``sum``;
* ``switches``: readings of the bank that change which rows count;
* ``labels``: ``column=中文|English`` for columns that are in no ledger;
* ``grain``: what a row is.

The query may use the bound parameters ``$metric_id``, ``$org_id``, ``$branches`` (organisations
whose rows count), ``$period``, ``$definition_id`` (which reading is explained) and, where the metric
has figures of grids, ``$grids`` (the grid explained; NULL for an organisation, all of whose rows
count), and returns

* ``segment``, ``ledger``, ``branch_id``, ``load_id``, ``row_no``, ``row_key``;
* ``numerator_part`` and ``denominator_part``: what the row adds to each side, NULL where it is on
  the other side only;
* optionally ``term`` (closing, opening; part, whole);
* the columns that decide; a pair ``<name>_load_id`` and ``<name>_row_no`` points to a further row.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

SQL_DIR = Path(__file__).parent / "sql"
# Months whose loads a query reads: the closed month, December of last year, every month of the
# year, those from December to the month before, or those its rows come from.
WHEN = frozenset({"period", "year_start", "year", "previous_months", "rows"})
COMBINATIONS = frozenset({"sum", "growth", "mean_difference", "share"})
_KEYS = frozenset({"metrics", "loads", "combine", "switches", "labels", "grain"})
_PARAMETER = re.compile(r"\$([a-z_]+)")


class RowQueryError(ValueError):
    """A row query's head is wrong, or two files explain one metric; the message names the files."""


@dataclass(frozen=True)
class RowQuery:
    """One SQL file: the rows of one or more metrics.

    Attributes:
        path: The file.
        metrics: Metrics it explains.
        loads: (ledger, months) pairs, see :data:`WHEN`.
        combine: Name of the rule of ``proof.py``.
        switches: Switches that change which rows count.
        labels: Column to its Chinese and English name.
        sql: The text.
    """

    path: Path
    metrics: tuple[str, ...]
    loads: tuple[tuple[str, str], ...]
    combine: str
    switches: tuple[str, ...]
    labels: dict[str, tuple[str, str]]
    sql: str

    @property
    def ledgers(self) -> tuple[str, ...]:
        """Ledgers it reads, each once, in the order of the head."""
        return tuple(dict.fromkeys(ledger for ledger, _ in self.loads))

    @property
    def parameters(self) -> frozenset[str]:
        """Names of the bound parameters it uses."""
        return frozenset(_PARAMETER.findall(self.sql))


def load_row_queries(folder: Path = SQL_DIR) -> dict[str, RowQuery]:
    """Row queries by metric id.

    Raises:
        RowQueryError: A head is wrong, or two files explain one metric.
    """
    found: dict[str, RowQuery] = {}
    for path in sorted(folder.glob("*.sql")):
        query = _read(path)
        for metric in query.metrics:
            if metric in found:
                raise RowQueryError(
                    f"metric {metric} is explained by {found[metric].path} and by {path}; "
                    "name it in one of them only"
                )
            found[metric] = query
    return found


def _read(path: Path) -> RowQuery:
    text = path.read_text(encoding="utf-8")
    head = _head(path, text)
    loads = tuple(_load(path, item) for item in _list(head["loads"]))
    combine = head.get("combine", "sum")
    if combine not in COMBINATIONS:
        raise RowQueryError(f"{path}: combine must be one of {', '.join(sorted(COMBINATIONS))}")
    return RowQuery(
        path=path,
        metrics=_list(head["metrics"]),
        loads=loads,
        combine=combine,
        switches=_list(head.get("switches", "")),
        labels=dict(_label(path, item) for item in _list(head.get("labels", ""))),
        sql=text,
    )


def _head(path: Path, text: str) -> dict[str, str]:
    head: dict[str, str] = {}
    key = ""
    for line in text.splitlines():
        if not line.startswith("--"):
            break
        if line.startswith("--     ") and key:
            head[key] += " " + line.removeprefix("--").strip()
            continue
        key, mark, value = line.removeprefix("-- ").partition(": ")
        if not mark or key not in _KEYS or key in head:
            raise RowQueryError(f"{path}: not a head line: {line}")
        head[key] = value.strip()
    if next(iter(head), "") != "metrics" or "loads" not in head:
        raise RowQueryError(f"{path}: the first line is '-- metrics: …', and '-- loads: …' follows")
    return head


def _list(value: str) -> tuple[str, ...]:
    return tuple(item.strip() for item in value.split(",") if item.strip())


def _load(path: Path, item: str) -> tuple[str, str]:
    ledger, _, when = item.partition("@")
    if when not in WHEN:
        raise RowQueryError(f"{path}: loads are written ledger@when with when in {sorted(WHEN)}")
    return ledger, when


def _label(path: Path, item: str) -> tuple[str, tuple[str, str]]:
    name, mark, titles = item.partition("=")
    zh, bar, en = titles.partition("|")
    if not mark or not bar:
        raise RowQueryError(f"{path}: labels are written column=中文|English, not {item!r}")
    return name, (zh, en)
