"""``jingtian close``: lake gate, warehouse, mart gates, due outputs."""

from __future__ import annotations

import argparse
import sys
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pipelines.close import CloseResult


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of the command."""
    parser.add_argument("period", metavar="PERIOD", help="月份 | YYYY-MM")
    parser.add_argument("--as-of", help="知识时点：登记序号或日期 | sequence number or local date")
    parser.add_argument(
        "--preview", action="store_true", help="试算未结束的月份 | an unfinished month"
    )
    parser.add_argument("--by", default="cli", help="经办人 | who closes")
    parser.add_argument("--format", choices=("text", "json"), default="text")


def run(arguments: argparse.Namespace) -> int:
    """Close and print the headline figures and where each report lies."""
    from pipelines.cli.as_of import resolve_as_of
    from pipelines.close import close_month
    from pipelines.periods import parse_period
    from pipelines.settings import Settings

    settings = Settings.from_env(arguments.home)
    period = parse_period(arguments.period)
    as_of = resolve_as_of(settings, arguments.as_of, arguments.lang) if arguments.as_of else None
    started = time.monotonic()

    def progress(text: str) -> None:
        zh, _, en = text.partition(" | ")
        shown = en if arguments.lang == "en" and en else zh
        print(f"[{time.monotonic() - started:6.1f} s] {shown}", file=sys.stderr, flush=True)

    result = close_month(
        settings,
        period,
        as_of=as_of,
        preview=arguments.preview,
        actor=arguments.by,
        progress=progress,
    )
    if arguments.format == "json":
        from pipelines.cli.verdicts import dump

        print(dump(close_json(result)))
    else:
        print(close_text(settings, result, arguments.lang))
    return 0


def close_json(result: CloseResult) -> dict[str, object]:
    """A close as plain values."""
    return {
        "period": str(result.period),
        "as_of": result.as_of,
        "build_id": result.build_id,
        "is_published": result.is_published,
        "build_dir": str(result.build_dir),
        "gates": {
            "lake": result.lake.decision.status,
            **{n: v.decision.status for n, v in result.slices.items()},
        },
        "not_run": result.lake.decision.not_run,
        "emitted": [
            {
                "output": e.output,
                "status": e.status,
                "pack": str(e.pack_dir),
                "files": e.files,
                "left_out": e.left_out,
            }
            for e in result.emissions
        ],
        "refused": [{"output": r.output, "zh": r.zh, "en": r.en} for r in result.refusals],
    }


def close_text(settings: object, result: CloseResult, lang: str) -> str:
    """A close as text: gates, headline figures, packs, and what cannot be had."""
    from pipelines.headline import headline_text

    zh = lang == "zh"
    lines = [f"{result.period} 月结完成" if zh else f"{result.period} is closed"]
    if not result.is_published:
        lines = [f"{result.period} 试算完成（未发布）" if zh else f"{result.period}: not published"]
    lines.append(
        f"构建 {result.build_id}，知识时点 {result.as_of}"
        if zh
        else f"build {result.build_id}, knowledge point {result.as_of}"
    )
    for item in result.lake.decision.not_run:
        lines.append(
            f"未执行 {item['code']}：{item['reason']}"
            if zh
            else f"not run {item['code']}: {item['reason']}"
        )
    lines.append(headline_text(settings, result.build_dir, lang))  # type: ignore[arg-type]
    for emission in result.emissions:
        title = emission.title_zh if zh else emission.title_en
        lines += [f"{title}: {emission.pack_dir}", *emission.left_out_text(lang)]
    for refusal in result.refusals:
        title = refusal.title_zh if zh else refusal.title_en
        lines.append(
            f"不能出具 {title}（{refusal.output}）：{refusal.zh}"
            if zh
            else f"refused {title} ({refusal.output}): {refusal.en}"
        )
    return "\n".join(lines)
