"""``jingtian template``: the upload template of a ledger, made from its contract."""

from __future__ import annotations

import argparse
from pathlib import Path


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of the command."""
    parser.add_argument("ledger", metavar="LEDGER", help="台账（中文名或代码） | ledger")
    parser.add_argument("--branch", required=True, help="机构号 | organisation")
    parser.add_argument("--period", required=True, help="月份 | YYYY-MM")
    parser.add_argument("--out", required=True, help="输出文件 | the workbook to write (.xlsx)")


def run(arguments: argparse.Namespace) -> int:
    """Write the template and print where it is."""
    import re

    from expectations.contract import load_contracts
    from expectations.rule import load_rule_book
    from pipelines.errors import UsageError
    from pipelines.landing.identity import Identity, find_ledger
    from pipelines.paths import LEDGERS_DIR
    from pipelines.periods import parse_period
    from pipelines.workbooks.template import write_template

    contracts = load_contracts(LEDGERS_DIR)
    ledger = find_ledger(arguments.ledger, contracts)
    if not re.fullmatch(r"[A-Za-z0-9]{1,30}", arguments.branch):
        raise UsageError(
            f"机构号“{arguments.branch}”只能是字母和数字，不超过 30 位。",
            f'organisation "{arguments.branch}" must be letters and digits, at most 30.',
        )
    path = Path(arguments.out)
    if path.suffix.lower() != ".xlsx":
        raise UsageError("--out 应为 .xlsx 文件。", "--out must name an .xlsx file.")
    path.parent.mkdir(parents=True, exist_ok=True)
    identity = Identity(ledger, arguments.branch, parse_period(arguments.period))
    write_template(contracts[ledger], identity, load_rule_book(), path, arguments.lang)
    print(path)
    return 0
