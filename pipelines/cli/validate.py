"""``jingtian validate``: judge files without loading them."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from expectations.rule import RuleBook
    from pipelines.landing.export import Export
    from pipelines.landing.receipt import Receipt


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of the command."""
    parser.add_argument("files", nargs="+", metavar="FILE")
    parser.add_argument("--ledger", help="台账名 | ledger, overrides the file name")
    parser.add_argument("--branch", help="机构号 | organisation, overrides the file name")
    parser.add_argument("--period", help="月份 | YYYY-MM, overrides the file name")
    parser.add_argument("--mapping", help="外部导出的映射 | mapping of a foreign export")
    parser.add_argument("--format", choices=("text", "json", "xlsx"), default="text")
    parser.add_argument("--out", help="结果写入文件或目录 | file or folder for the result")


def run(arguments: argparse.Namespace) -> int:
    """Judge and print; exit 1 when a file would be refused."""
    from expectations.contract import load_contracts
    from expectations.rule import load_rule_book
    from pipelines.cli.receive import open_exports, upload_paths
    from pipelines.cli.verdicts import dump, left_out, verdict_json, verdict_text
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
        uploads = [] if arguments.mapping else upload_paths(arguments.files)
        for path in _write_workbooks(results, uploads, book, arguments.out, arguments.lang):
            print(path)
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


def _write_workbooks(
    results: list[Receipt], uploads: list[Path], book: RuleBook, out: str | None, lang: str
) -> Iterator[Path]:
    """One workbook per file: ``out`` names it, or the folder when there are several files."""
    from pipelines.errors import UsageError
    from pipelines.workbooks.annotated import write_annotated

    if not out:
        raise UsageError(
            "--format xlsx 需要 --out：一个文件给出 .xlsx 文件名，多个文件给出目录。",
            "--format xlsx needs --out: an .xlsx file for one file, a folder for several.",
        )
    target = Path(out)
    is_folder = len(results) > 1 or target.is_dir() or target.suffix.lower() != ".xlsx"
    (target if is_folder else target.parent).mkdir(parents=True, exist_ok=True)
    sources = {path.resolve() for path in uploads}
    used: set[str] = set()
    for number, receipt in enumerate(results):
        path = target / _result_name(receipt, used) if is_folder else target
        if path.resolve() in sources:
            raise UsageError(
                f"--out 不能是报送文件本身：{path}", f"--out must not be the upload itself: {path}"
            )
        data = uploads[number].read_bytes() if uploads else None
        write_annotated(receipt, data, book, path, lang)
        yield path


def _result_name(receipt: Receipt, used: set[str]) -> str:
    """A name of its own for each file: two may differ only in their ending."""
    name = Path(receipt.file_name).name
    if receipt.was_read is False and receipt.contract and "+" in name:
        name = receipt.contract.title_zh
    for stem in (Path(name).stem, name.replace(".", "_"), f"{name}_{len(used) + 1}"):
        found = f"{stem}_校验结果.xlsx"
        if found.lower() not in used:
            break
    used.add(found.lower())
    return found
