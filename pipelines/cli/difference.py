"""``jingtian difference``: what a corrected file changed, at any two knowledge points."""

from __future__ import annotations

import argparse
from pathlib import Path

_LISTED = {"text": 20, "json": 1_000, "xlsx": 200_000}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of the command."""
    parser.add_argument("ledger", metavar="LEDGER", help="台账名 | ledger")
    parser.add_argument("--branch", required=True, help="报送机构号 | organisation")
    parser.add_argument("--period", required=True, help="月份 | YYYY-MM")
    parser.add_argument("--from", dest="first", help="知识时点：序号或日期 | number or local date")
    parser.add_argument("--to", dest="last", help="知识时点：序号或日期 | number or local date")
    parser.add_argument("--format", choices=("text", "json", "xlsx"), default="text")
    parser.add_argument("--out", help="结果写入文件 | write the result to a file")


def run(arguments: argparse.Namespace) -> int:
    """Compare and print; the newest change of the slot unless points are given."""
    from expectations.contract import load_contracts
    from pipelines.cli.as_of import resolve_as_of
    from pipelines.cli.verdicts import dump
    from pipelines.corrections import compare_slot
    from pipelines.difference_words import difference_lines, write_difference
    from pipelines.errors import UsageError
    from pipelines.locking import writer_lock
    from pipelines.paths import LEDGERS_DIR
    from pipelines.periods import parse_period
    from pipelines.registry import Registry
    from pipelines.settings import Settings

    settings = Settings.from_env(arguments.home)
    if arguments.format == "xlsx" and not arguments.out:
        raise UsageError("xlsx 需要 --out 文件名。", "xlsx needs --out.")
    first, last = (
        resolve_as_of(settings, text, arguments.lang) if text else None
        for text in (arguments.first, arguments.last)
    )
    with writer_lock(settings.home), Registry(settings.home.registry) as registry:
        difference = compare_slot(
            settings,
            registry,
            load_contracts(LEDGERS_DIR),
            ledger=arguments.ledger,
            org_id=arguments.branch,
            period=parse_period(arguments.period),
            first=first,
            last=last,
            examples=_LISTED[arguments.format],
        )
    slot = f"{arguments.branch} {arguments.period}"
    if arguments.format == "xlsx":
        write_difference(difference, slot, Path(arguments.out))
        print(arguments.out)
        return 0
    if arguments.format == "json":
        text = dump(
            {
                "ledger": difference.contract.name,
                "org_id": arguments.branch,
                "period": arguments.period,
                **difference.as_dict(),
            }
        )
    else:
        contract = difference.contract
        title = contract.title_zh if arguments.lang == "zh" else contract.name
        lines = difference_lines(difference, arguments.lang)
        text = "\n".join([f"{title} {slot}", *lines])
    if arguments.out:
        Path(arguments.out).write_text(text + "\n", encoding="utf-8")
    print(arguments.out or text)
    return 0
