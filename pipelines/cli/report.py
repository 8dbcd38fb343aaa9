"""``jingtian report``: what can be emitted, and emitting it."""

from __future__ import annotations

import argparse
from typing import Any


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of the command."""
    parser.add_argument("action", choices=("list", "emit"), help="list 列出 | emit 出具")
    parser.add_argument("output", nargs="?", help="输出名 | output id (emit; default all due)")
    parser.add_argument("--period", help="月份 | YYYY-MM")
    parser.add_argument("--by", default="cli", help="经办人 | who emits")
    parser.add_argument("--format", choices=("text", "json"), default="text")


def run(arguments: argparse.Namespace) -> int:
    """List the outputs or emit one; exit 1 when an output is refused."""
    from pipelines.registry import Registry
    from pipelines.settings import Settings

    settings = Settings.from_env(arguments.home)
    with Registry(settings.home.registry) as registry:
        if arguments.action == "list":
            return _list(arguments, registry)
        return _emit(arguments, settings, registry)


def _list(arguments: argparse.Namespace, registry: object) -> int:
    from pipelines.cli.verdicts import dump
    from pipelines.headline import pad
    from reports.outputs import discover_outputs

    emitted = registry.emissions(arguments.period)  # type: ignore[attr-defined]
    rows: list[dict[str, Any]] = [
        {
            "output": o.id,
            "title_zh": o.title_zh,
            "title_en": o.title_en,
            "frequency": o.frequency,
            "deadline_day": o.deadline_day,
            "emitted": sorted({e["period"] for e in emitted if e["output"] == o.id}),
        }
        for o in discover_outputs().values()
    ]
    if arguments.format == "json":
        print(dump(rows))
        return 0
    for row in rows:
        title = row["title_zh"] if arguments.lang == "zh" else row["title_en"]
        label = "已出具" if arguments.lang == "zh" else "emitted"
        periods = "、".join(row["emitted"]) or "—"
        print(f"{pad(str(row['output']), 22)}{pad(str(title), 40)}{label} {periods}")
    return 0


def _emit(arguments: argparse.Namespace, settings: object, registry: object) -> int:
    from pipelines.cli.verdicts import dump
    from pipelines.emit import Refusal, emit_outputs
    from pipelines.locking import writer_lock
    from pipelines.publish import closed_periods
    from reports.outputs import discover_outputs

    period = arguments.period
    if period is None:
        from pipelines.errors import UsageError

        closed = closed_periods(settings.home)  # type: ignore[attr-defined]
        if not closed:
            raise UsageError("还没有月结的期间。", "no period is closed yet.")
        period = closed[-1]
    in_use = settings.outputs  # type: ignore[attr-defined]
    chosen = [arguments.output] if arguments.output else list(in_use or discover_outputs())
    refused = 0
    rows: list[dict[str, object]] = []
    with writer_lock(settings.home):  # type: ignore[attr-defined]
        outcomes = emit_outputs(
            settings,  # type: ignore[arg-type]
            registry,  # type: ignore[arg-type]
            chosen,
            period,
            actor=arguments.by,
        )
        for outcome in outcomes:
            output_id = outcome.output
            if isinstance(outcome, Refusal):
                refused += 1
                rows.append(
                    {"output": output_id, "status": "refused", "zh": outcome.zh, "en": outcome.en}
                )
                if arguments.format == "text":
                    head = "不能出具" if arguments.lang == "zh" else "refused"
                    print(f"{head} {output_id} {period}: {outcome.text(arguments.lang)}")
            else:
                rows.append(
                    {
                        "output": output_id,
                        "status": outcome.status,
                        "pack": str(outcome.pack_dir),
                        "files": outcome.files,
                        "left_out": outcome.left_out,
                    }
                )
                if arguments.format == "text":
                    words = {"emitted": "已出具", "unchanged": "未变"}
                    word = words[outcome.status] if arguments.lang == "zh" else outcome.status
                    print(f"{word} {output_id} {period}: {outcome.pack_dir}")
                    for line in outcome.left_out_text(arguments.lang):
                        print(line)
    if arguments.format == "json":
        print(dump(rows))
    return 1 if refused else 0
