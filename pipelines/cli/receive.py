"""``jingtian receive``: land, judge, load what passes."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from expectations.contract import Contract
    from pipelines.landing.export import Export
    from pipelines.landing.receipt import Receipt

_LOOK_AHEAD = 5  # so many files at most are also judged by the rules across ledgers


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of the command."""
    parser.add_argument(
        "paths",
        nargs="+",
        metavar="PATH",
        help="文件或目录；用映射时为导出目录 | files or folders; with a mapping the export's folder",
    )
    parser.add_argument("--mapping", help="外部导出的映射 | mapping of a foreign export")
    parser.add_argument("--ledger", help="台账名 | ledger, overrides the file name")
    parser.add_argument("--branch", help="机构号 | organisation, overrides the file name")
    parser.add_argument("--period", help="月份 | YYYY-MM, overrides the file name")
    parser.add_argument("--by", default="cli", help="经办人 | who receives")
    parser.add_argument(
        "--yes", action="store_true", help="更正不再询问 | do not ask before a correction"
    )
    parser.add_argument("--format", choices=("text", "json"), default="text")


def run(arguments: argparse.Namespace) -> int:
    """Receive and print the accounting; exit 1 when a file was refused."""
    from pipelines.cli.verdicts import dump, left_out, provisional_lines, verdict_json, verdict_text
    from pipelines.landing.receive import Receiver
    from pipelines.locking import writer_lock
    from pipelines.periods import parse_period
    from pipelines.registry import Registry
    from pipelines.settings import Settings

    settings = Settings.from_env(arguments.home)
    files = upload_paths(arguments.paths) if not arguments.mapping else []
    receipts: list[Receipt] = []
    with writer_lock(settings.home), Registry(settings.home.registry) as registry:
        receiver = Receiver(settings, registry, arguments.by)
        if sys.stdin.isatty() and sys.stderr.isatty() and not arguments.yes:
            receiver.confirm = lambda receipt: _is_confirmed(receipt, arguments.lang)

        def show(receipt: Receipt) -> None:
            receipts.append(receipt)
            is_told = receipt.status not in ("accepted", "unchanged") or len(files) <= 20
            if arguments.format == "text" and is_told:
                print(
                    verdict_text(
                        receipt,
                        receiver.book,
                        arguments.lang,
                        with_difference=receiver.confirm is None,
                    )
                )
            elif sys.stderr.isatty() or len(receipts) % 100 == 0:
                print(f"{len(receipts)}/{len(files)} {receipt.file_name}", file=sys.stderr)

        if arguments.mapping:
            for export in open_exports(arguments, arguments.paths, receiver.contracts):
                for receipt in receiver.receive_export(export):
                    show(receipt)
                if arguments.format == "text":
                    print(left_out(export, receiver.contracts, arguments.lang), end="")
        else:
            receiver.receive_files(
                files,
                ledger=arguments.ledger,
                org_id=arguments.branch,
                period=parse_period(arguments.period) if arguments.period else None,
                on_receipt=show,
            )
        if len(files) <= _LOOK_AHEAD:  # each looks at the whole lake
            for receipt in receipts:
                receiver.look_ahead(receipt)
                lines = provisional_lines(receipt, receiver.book, arguments.lang)
                if lines and arguments.format == "text":
                    print("\n".join([f"{receipt.file_name}:", *lines]))
        if arguments.format == "json":
            print(dump([verdict_json(r, receiver.book) for r in receipts]))
        else:
            print(_summary(receipts, arguments.lang))
    return 1 if any(r.status == "refused" for r in receipts) else 0


def open_exports(
    arguments: argparse.Namespace, folders: list[str], contracts: dict[str, Contract]
) -> Iterator[Export]:
    """The foreign exports in the folders named, opened by the mapping of the command line."""
    from pipelines.landing.export import open_export
    from pipelines.landing.mapping import load_mapping
    from pipelines.periods import parse_period

    mapping = load_mapping(arguments.mapping, contracts)
    period = parse_period(arguments.period) if arguments.period else None
    for folder in folders:
        yield open_export(Path(folder), mapping, org_id=arguments.branch, period=period)


def upload_paths(paths: list[str]) -> list[Path]:
    """Files named, and the files of folders named (what is left aside is said; hidden files are not).

    Raises:
        UsageError: A path does not exist, or there is no file at all.
    """
    from pipelines.errors import UsageError
    from pipelines.landing.sent_file import files_of

    found: list[Path] = []
    for text in paths:
        path = Path(text)
        if path.is_dir():
            files, others = files_of(path)
            found += files
            for name, reason in others.items():
                print(f"未收 left aside：{name}（{reason}）", file=sys.stderr)
        elif path.is_file():
            found.append(path)
        else:
            raise UsageError(f"找不到文件或目录：{path}", f"no such file or folder: {path}")
    if not found:
        raise UsageError("目录中没有文件。", "there is no file in the folder.")
    return found


def _is_confirmed(receipt: Receipt, lang: str) -> bool:
    """Show how a corrected file differs and ask; both on standard error."""
    from pipelines.difference_words import difference_lines

    if receipt.difference is None:
        return True
    print(receipt.file_name, file=sys.stderr)
    for line in difference_lines(receipt.difference, lang):
        print(f"  {line}", file=sys.stderr)
    question = "以此更正取代当前有效的文件？[y/N] " if lang == "zh" else "Replace it? [y/N] "
    print(question, end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip().lower() in ("y", "yes", "是")


def _summary(receipts: list[Receipt], lang: str) -> str:
    by: dict[str, int] = {}
    for receipt in receipts:
        by[receipt.status] = by.get(receipt.status, 0) + 1
    rows = sum(r.verdict.accepted for r in receipts if r.status == "accepted")
    accepted, unchanged, refused = (by.get(s, 0) for s in ("accepted", "unchanged", "refused"))
    waiting, unconfirmed = (by.get(s, 0) for s in ("needs_explanation", "unconfirmed"))
    if lang == "zh":
        return (
            f"共 {len(receipts)} 个文件：接受 {accepted}（{rows} 行），"
            f"未变 {unchanged}，退回 {refused}"
            + (f"，待说明 {waiting}" if waiting else "")
            + (f"，未确认 {unconfirmed}" if unconfirmed else "")
        )
    return (
        f"{len(receipts)} {'file' if len(receipts) == 1 else 'files'}: "
        f"accepted {accepted} ({rows} rows), unchanged {unchanged}, refused {refused}"
        + (f", waiting for explanations {waiting}" if waiting else "")
        + (f", unconfirmed {unconfirmed}" if unconfirmed else "")
    )
