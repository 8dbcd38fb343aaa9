"""``jingtian validate``: judge files without loading them."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pipelines.landing.export import Export


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of the command."""
    parser.add_argument("files", nargs="+", metavar="FILE")
    parser.add_argument("--ledger", help="台账名 | ledger, overrides the file name")
    parser.add_argument("--branch", help="机构号 | organisation, overrides the file name")
    parser.add_argument("--period", help="月份 | YYYY-MM, overrides the file name")
    parser.add_argument("--mapping", help="外部导出的映射 | mapping of a foreign export")
    parser.add_argument("--format", choices=("text", "json", "xlsx"), default="text")
    parser.add_argument("--out", help="结果写入文件 | write the result to a file")


def run(arguments: argparse.Namespace) -> int:
    """Judge and print; exit 1 when a file would be refused."""
    from expectations.contract import load_contracts
    from expectations.rule import load_rule_book
    from pipelines.cli.receive import open_exports, upload_paths
    from pipelines.cli.verdicts import dump, left_out, verdict_json, verdict_text
    from pipelines.errors import UsageError
    from pipelines.landing.validate import validate_export, validate_files
    from pipelines.paths import LEDGERS_DIR
    from pipelines.periods import parse_period
    from pipelines.settings import Settings

    settings = Settings.from_env(arguments.home)
    contracts = load_contracts(LEDGERS_DIR)
    book = load_rule_book()
    exports: list[Export] = []
    if arguments.mapping:
        exports = list(open_exports(arguments, arguments.files, contracts))
        results = [r for e in exports for r in validate_export(settings, contracts, book, e)]
    else:
        results = validate_files(
            settings,
            contracts,
            book,
            upload_paths(arguments.files),
            ledger=arguments.ledger,
            org_id=arguments.branch,
            period=parse_period(arguments.period) if arguments.period else None,
        )
    if arguments.format == "xlsx":
        from pipelines.cli.findings_workbook import write_findings

        if not arguments.out:
            raise UsageError("xlsx 需要 --out 文件名。", "xlsx needs --out.")
        write_findings(results, book, Path(arguments.out))
        print(arguments.out)
        return 1 if any(r.status == "refused" for r in results) else 0
    if arguments.format == "json":
        text = dump([verdict_json(r, book) for r in results])
    else:
        text = "\n".join(verdict_text(r, book, arguments.lang, 200) for r in results)
        for export in exports:
            text += "\n" + left_out(export, contracts, arguments.lang).rstrip()
    if arguments.out:
        Path(arguments.out).write_text(text + "\n", encoding="utf-8")
        print(arguments.out, file=sys.stderr)
    else:
        print(text)
    return 1 if any(r.status == "refused" for r in results) else 0
