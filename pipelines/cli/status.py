"""``jingtian status``: what was received, closed and emitted."""

from __future__ import annotations

import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of the command."""
    parser.add_argument("--period", help="月份 | YYYY-MM (default: newest received)")
    parser.add_argument("--format", choices=("text", "json"), default="text")


def run(arguments: argparse.Namespace) -> int:
    """Per organisation and ledger what was sent, what is due and what is open; close and packs."""
    from pipelines.cli.verdicts import dump
    from pipelines.errors import UsageError
    from pipelines.periods import parse_period
    from pipelines.readiness import readiness
    from pipelines.registry import Registry
    from pipelines.settings import Settings

    settings = Settings.from_env(arguments.home)
    if arguments.period:
        parse_period(arguments.period)
    if not settings.home.registry.is_file():
        raise UsageError(
            f"{settings.home.root} 还没有接收过任何文件；请核对 --home，或先运行 jingtian receive。",
            f"nothing was received in {settings.home.root}; check --home or run jingtian receive.",
        )
    with Registry(settings.home.registry) as registry:
        result = readiness(settings, registry, arguments.period)
    if arguments.format == "json":
        print(dump(result.as_dict()))
    else:
        from pipelines.cli.readiness_text import readiness_text

        print(readiness_text(result, arguments.lang))
    return 0
