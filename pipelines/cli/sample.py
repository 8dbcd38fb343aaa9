"""``jingtian sample``: the seeded sample bank."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of the command."""
    parser.add_argument("--out", required=True, help="输出目录 | output directory")
    parser.add_argument("--branches", type=int, default=8)
    parser.add_argument("--customers", type=int, default=4000)
    parser.add_argument("--months", type=int, default=14)
    parser.add_argument("--seed", type=int, default=20250101)
    parser.add_argument(
        "--faults", action="store_true", help="另附错误样本及其真值 | inject faults"
    )


def run(arguments: argparse.Namespace) -> int:
    """Make the files and print what was made."""
    from pipelines.errors import UsageError
    from pipelines.sample import make_sample

    try:
        summary = make_sample(
            Path(arguments.out),
            branches=arguments.branches,
            customers=arguments.customers,
            months=arguments.months,
            seed=arguments.seed,
            faults=arguments.faults,
            progress=lambda text: print(text, file=sys.stderr),
        )
    except ValueError as exc:
        raise UsageError(f"无法按这些参数生成示例银行：{exc}。", f"{exc}.") from exc
    if arguments.lang == "zh":
        print(
            f"示例银行已生成：{summary.files} 个文件，{summary.loans} 笔借据，目录 {arguments.out}"
        )
        print(f"报送文件在 {arguments.out}/inbox")
        if arguments.faults:
            print(f"错误样本 {summary.faults} 处，真值在 {arguments.out}/faults/truth.csv")
    else:
        print(f"sample bank: {summary.files} files, {summary.loans} loans in {arguments.out}")
        print(f"uploads are in {arguments.out}/inbox")
        if arguments.faults:
            print(f"{summary.faults} faults, truth in {arguments.out}/faults/truth.csv")
    return 0
