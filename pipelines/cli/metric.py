"""``jingtian metric``: figures with numerator, denominator, target and definition."""

from __future__ import annotations

import argparse
import csv
import io
import sys
from pathlib import Path


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of the command."""
    parser.add_argument("metric", metavar="METRIC")
    parser.add_argument("--period", help="月份 | YYYY-MM (default: newest closed)")
    parser.add_argument("--org", help="机构号 | organisation")
    parser.add_argument("--segment", help="分组 | segment")
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
        definition_id=arguments.definition,
        build_dir=build_dir,
    )
    rows = figures.to_pylist()
    if arguments.format == "xlsx":
        if not arguments.out:
            raise UsageError("xlsx 需要 --out 文件名。", "xlsx needs --out.")
        _write_xlsx(rows, Path(arguments.out))
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
            row["segment"],
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


def _target(row: dict, zh: bool) -> str:  # type: ignore[type-arg]
    if not row["is_first_definition"]:
        return "目标按默认口径" if zh else "targets follow the default definition"
    if row["scheme_id"] is None:
        return "无目标" if zh else "no target"
    if row["target"] is None:
        return f"{row['scheme_id']} {_reason(row['target_reason'], zh)}"
    shown = f"{row['target'] * 100:.2f} %" if row["kind"] == "ratio" else f"{row['target']:,.2f}"
    if row["is_attained"] is None:
        verdict = _reason(row["target_reason"], zh)
    elif zh:
        verdict = "达标" if row["is_attained"] else "未达标"
    else:
        verdict = "attained" if row["is_attained"] else "missed"
    return f"{row['scheme_id']} {row['phase'] or ''} {row['operator']} {shown} {verdict}"


def _write_xlsx(rows: list[dict], path: Path) -> None:  # type: ignore[type-arg]
    import datetime as dt

    import xlsxwriter

    book = xlsxwriter.Workbook(str(path))
    book.set_properties({"created": dt.datetime(2000, 1, 1)})
    sheet = book.add_worksheet("指标")
    bold = book.add_format({"bold": True})
    for column, name in enumerate(rows[0]):
        sheet.write_string(0, column, name, bold)
    for line, row in enumerate(rows, start=1):
        for column, value in enumerate(row.values()):
            if isinstance(value, bool):
                sheet.write_boolean(line, column, value)
            elif isinstance(value, str):
                sheet.write_string(line, column, value)
            elif value is not None:
                sheet.write_number(line, column, value)
    sheet.freeze_panes(1, 0)
    sheet.autofit()
    book.close()
