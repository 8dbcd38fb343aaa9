"""``jingtian metric``: figures with numerator, denominator, target and definition."""

from __future__ import annotations

import argparse
import csv
import io
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pipelines.settings import Settings


# Units as Chinese readers say them; the others are Chinese already.
_UNIT_ZH = {"ratio": "比率", "pp": "百分点"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of the command."""
    parser.add_argument(
        "metric", metavar="METRIC", nargs="?", help="指标（不写则列出全部） | none: list them all"
    )
    parser.add_argument("--period", help="月份 | YYYY-MM (default: newest closed)")
    parser.add_argument("--org", help="机构号 | organisation")
    parser.add_argument("--segment", help="分组 | segment")
    parser.add_argument(
        "--level",
        choices=("bank", "county", "branch", "grid"),
        help="机构层级 | level (default: all but grids)",
    )
    parser.add_argument(
        "--definition", help="口径 | definition, as inclusive_small_micro_balance@1"
    )
    parser.add_argument("--as-of", help="知识时点 | sequence number or local date")
    parser.add_argument("--format", choices=("text", "json", "csv", "xlsx"), default="text")
    parser.add_argument("--out", help="输出文件 | output file (needed for xlsx)")


def run(arguments: argparse.Namespace) -> int:
    """Print or write the figures."""
    from pipelines.analyst import read_metric
    from pipelines.errors import UsageError
    from pipelines.settings import Settings

    settings = Settings.from_env(arguments.home)
    if arguments.metric is None:
        print(_list(settings, arguments))
        return 0
    build_dir = None
    if arguments.as_of:
        from pipelines.cli.as_of import resolve_as_of
        from pipelines.rebuilt import build_as_of

        if not arguments.period:
            raise UsageError("--as-of 需要同时给出 --period。", "--as-of needs --period.")
        seq = resolve_as_of(settings, arguments.as_of, arguments.lang)
        build_dir = build_as_of(settings, arguments.period, seq)
    figures = read_metric(
        settings,
        arguments.metric,
        period=arguments.period,
        org_id=arguments.org,
        segment=arguments.segment,
        level=arguments.level,
        definition_id=arguments.definition,
        build_dir=build_dir,
    )
    rows = figures.to_pylist()
    if arguments.format == "xlsx":
        if not arguments.out:
            raise UsageError("xlsx 需要 --out 文件名。", "xlsx needs --out.")
        _write_xlsx(rows, Path(arguments.out), arguments.lang)
        print(arguments.out)
        return 0
    if arguments.format == "json":
        from pipelines.cli.verdicts import dump

        text = dump(rows)
    elif arguments.format == "csv":
        stream = io.StringIO()
        writer = csv.DictWriter(stream, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
        text = stream.getvalue().rstrip("\n")
    else:
        text = _text(rows, arguments.lang)
    if arguments.out:
        Path(arguments.out).write_text(text + "\n", encoding="utf-8")
        print(arguments.out, file=sys.stderr)
    else:
        print(text)
    return 0


def _unit(unit: str, zh: bool) -> str:
    return _UNIT_ZH.get(unit, unit) if zh else unit


def _list(settings: Settings, arguments: argparse.Namespace) -> str:
    """Every metric by family: name, id and unit."""
    from pipelines.analyst import list_metrics
    from pipelines.explain.text import LEFT, table

    zh = arguments.lang == "zh"
    metrics = list_metrics(settings, period=arguments.period).to_pylist()
    if arguments.format == "json":
        from pipelines.cli.verdicts import dump

        return dump(metrics)
    heads = ("指标", "代码", "单位", "公式") if zh else ("metric", "id", "unit", "formula")
    suffix = "zh" if zh else "en"
    lines = []
    for family in dict.fromkeys(m["family"] for m in metrics):
        cells = [
            (m[f"name_{suffix}"], m["metric_id"], _unit(m["unit"], zh), m[f"formula_{suffix}"])
            for m in metrics
            if m["family"] == family
        ]
        title = next(m for m in metrics if m["family"] == family)[f"family_{suffix}"]
        lines += [title, *table(heads, cells, (LEFT, LEFT, LEFT, LEFT)), ""]
    count = f"共 {len(metrics)} 个指标" if zh else f"{len(metrics)} metrics"
    return "\n".join([*lines, count])


def _text(rows: list[dict], lang: str) -> str:  # type: ignore[type-arg]
    zh = lang == "zh"
    first = rows[0]
    lines = [
        f"{first['name_zh']}（{first['metric_id']}） {first['period']}"
        if zh
        else f"{first['name_en']} ({first['metric_id']}) {first['period']}",
        f"{'公式' if zh else 'formula'}: {first['formula_zh' if zh else 'formula_en']}",
        f"{'来源' if zh else 'source'}: {first['source']}",
    ]
    for definition_id in dict.fromkeys(row["definition_id"] for row in rows):
        chosen = [row for row in rows if row["definition_id"] == definition_id]
        lines += [*_definition(chosen[0], zh), *_table(chosen, zh)]
    return "\n".join(lines)


def _definition(row: dict, zh: bool) -> list[str]:  # type: ignore[type-arg]
    """What the figures below it follow: id, document, limits, dates and reading."""
    document = " ".join(part for part in (row["document_zh"], row["clause"]) if part)
    about = [part for part in (row["regulator"], document, row["thresholds"]) if part]
    if row["effective_from"] or row["effective_to"]:
        about.append(f"{row['effective_from'] or '…'} – {row['effective_to'] or '…'}")
    first = ("（默认口径）" if zh else " (default)") if row["is_first_definition"] else ""
    return [
        f"{'口径' if zh else 'definition'} {row['definition_id']}{first}: {'；'.join(about)}",
        f"  {row['reading_zh'] if zh else row['reading_en']}",
    ]


def _table(rows: list[dict], zh: bool) -> list[str]:  # type: ignore[type-arg]
    from pipelines.explain.text import LEFT, RIGHT, money, table
    from pipelines.headline import value_text

    heads = ("机构", "分组", "值", "分子", "分母", "目标") if zh else (
        "organisation", "segment", "value", "numerator", "denominator", "target"
    )  # fmt: skip
    cells = [
        (
            f"{row['org_id']} {row['org_name']}",
            row["segment_zh" if zh else "segment_en"],
            value_text(row["value"], row["unit"], row["kind"], _reason(row["reason_code"], zh)),
            money(row["numerator"]),
            money(row["denominator"]),
            _target(row, zh),
        )
        for row in rows
    ]
    return table(heads, cells, (LEFT, LEFT, RIGHT, RIGHT, RIGHT, LEFT))


def _reason(code: str | None, zh: bool) -> str:
    """A reason code as people read it: its Chinese text, or the code itself."""
    if code is None:
        return ""
    from reports.reasons import reason_zh

    return reason_zh(code) if zh else code


def _verdict(row: dict, zh: bool) -> str:  # type: ignore[type-arg]
    """达标 or 未达标; why there is none, or nothing where no scheme sets a target."""
    if row["scheme_id"] is None:
        return ""
    if row["is_attained"] is None:
        return _reason(row["target_reason"], zh)
    if zh:
        return "达标" if row["is_attained"] else "未达标"
    return "attained" if row["is_attained"] else "missed"


def _target(row: dict, zh: bool) -> str:  # type: ignore[type-arg]
    if not row["is_first_definition"]:
        return "目标按默认口径" if zh else "targets follow the default definition"
    if row["scheme_id"] is None:
        return "无目标" if zh else "no target"
    if row["target"] is None:
        return f"{row['scheme_zh' if zh else 'scheme_en']} {_reason(row['target_reason'], zh)}"
    hundredfold = {"ratio": "%", "pp": "pp"}.get(row["unit"])
    shown = f"{row['target'] * 100:.2f} {hundredfold}" if hundredfold else f"{row['target']:,.2f}"
    verdict = _verdict(row, zh)
    scheme = row["scheme_zh" if zh else "scheme_en"]
    operator = row["operator"]
    if zh:
        from reports.goals import OPERATOR_ZH

        operator = OPERATOR_ZH[operator]
    return f"{scheme} {_phase(row, zh)} {operator} {shown} {verdict}"


def _phase(row: dict, zh: bool) -> str:  # type: ignore[type-arg]
    from reports.goals import phase_zh

    return phase_zh(row["phase"]) if zh else row["phase"] or ""


_COLUMNS = (
    # column, Chinese head, width
    ("org_id", "机构号", 12),
    ("org_name", "机构", 30),
    ("segment", "分组", 24),
    ("value", "值", 18),
    ("numerator", "分子", 20),
    ("denominator", "分母", 20),
    ("unit", "单位", 8),
    ("reason", "缺数原因", 24),
    ("scheme", "方案", 28),
    ("phase", "阶段", 8),
    ("operator", "比较", 6),
    ("target", "目标", 14),
    ("gap", "差距", 14),
    ("verdict", "判定", 10),
    ("definition_id", "口径", 26),
)


def _write_xlsx(rows: list[dict], path: Path, lang: str) -> None:  # type: ignore[type-arg]
    """A sheet with the figures under their title, definition and source, ready to be printed."""
    import datetime as dt

    import xlsxwriter

    zh = lang == "zh"
    first = rows[0]
    name = first["name_zh" if zh else "name_en"]
    book = xlsxwriter.Workbook(str(path))
    book.set_properties({"title": name, "created": dt.datetime(2000, 1, 1)})
    sheet = book.add_worksheet("指标" if zh else "metric")
    title = book.add_format({"bold": True, "font_size": 14})
    head = book.add_format({"bold": True, "bg_color": "#DDEBF7", "border": 1})
    formats = {
        kind: book.add_format({"num_format": code})
        for kind, code in (
            ("ratio", "0.00%"),
            ("pp", "0.0000"),
            ("元", "#,##0.00"),
            ("", "#,##0.##"),
        )
    }
    sheet.write_string(
        0, 0, f"{name}（{first['period']}）" if zh else f"{name} ({first['period']})", title
    )
    sheet.write_string(
        1, 0, f"{'公式' if zh else 'formula'}: {first['formula_zh' if zh else 'formula_en']}"
    )
    reading = first["reading_zh" if zh else "reading_en"]
    sheet.write_string(
        2,
        0,
        f"{'口径' if zh else 'definition'}: {first['document_zh']} {first['clause'] or ''} {reading}",
    )
    top = 4
    for column, (key, label, width) in enumerate(_COLUMNS):
        sheet.set_column(column, column, width)
        sheet.write_string(top, column, label if zh else key, head)
    for line, row in enumerate(rows, start=top + 1):
        shown = {
            **row,
            "segment": row["segment_zh" if zh else "segment_en"],
            "reason": _reason(row["reason_code"], zh),
            "scheme": row["scheme_zh" if zh else "scheme_en"],
            "unit": _unit(row["unit"], zh),
            "phase": _phase(row, zh),
            "verdict": _verdict(row, zh),
        }
        for column, (key, _, _) in enumerate(_COLUMNS):
            value = shown[key]
            if value is None or value == "":
                continue
            if isinstance(value, str):
                sheet.write_string(line, column, value)
                continue
            unit = row["unit"] if key in ("value", "target", "gap") else ""
            style = formats.get(unit, formats["元" if row["unit"] == "元" else ""])
            sheet.write_number(line, column, value, style)
    sheet.freeze_panes(top + 1, 2)
    sheet.autofilter(top, 0, top + len(rows), len(_COLUMNS) - 1)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(top)
    book.close()
