"""``jingtian explain``: the rows and rules behind a figure, or the figures a row feeds."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

_SHOWN_ROWS = 20


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of the command."""
    parser.add_argument(
        "subject",
        metavar="METRIC|RETURN:CELL|pay:BRANCH|row:LEDGER:KEY",
        help="指标、报表单元格、绩效工资或明细行 | e.g. npl_ratio, S71_I:A5@6, pay:090002, "
        "row:loan_account:LOAN, row:FILE:ROW",
    )
    parser.add_argument("--period", help="月份 | YYYY-MM (default: newest closed)")
    parser.add_argument("--org", help="机构号（默认全行） | organisation (default: the bank)")
    parser.add_argument("--segment", help="分组 | segment")
    parser.add_argument(
        "--definition", help="口径（默认指标的第一个） | definition (default: the metric's first)"
    )
    parser.add_argument(
        "--limit", type=int, default=_SHOWN_ROWS, help="列出的行数 | rows shown (default 20)"
    )
    parser.add_argument("--out", help="写出全部行的 CSV | CSV file for every row")
    parser.add_argument("--format", choices=("text", "json"), default="text")


def run(arguments: argparse.Namespace) -> int:
    """Print the explanation; 1 when the rows do not make the published figure."""
    from pipelines.errors import UsageError
    from pipelines.explain.explain import as_text, explain
    from pipelines.settings import Settings

    if arguments.limit < 1:
        raise UsageError("--limit 应为正整数。", "--limit must be positive.")
    settings = Settings.from_env(arguments.home)
    is_json = arguments.format == "json"
    explanation = explain(
        settings,
        arguments.subject,
        period=arguments.period,
        org_id=arguments.org,
        segment=arguments.segment,
        definition_id=arguments.definition,
        limit=None if is_json else arguments.limit,
        lang=arguments.lang,
        out=Path(arguments.out) if arguments.out else None,
    )
    if is_json:
        from pipelines.cli.verdicts import dump

        print(dump(explanation.as_dict()))
    else:
        print(as_text(explanation, arguments.lang))
    if arguments.out:
        print(arguments.out, file=sys.stderr)
    return 0 if explanation.is_consistent else 1
