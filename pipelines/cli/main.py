"""``jingtian``: parsing of the command line and the exit codes.

Exit 0 done, 1 refused or blocked, 2 could not run. Results go to standard output, progress and
logs to standard error.
"""

from __future__ import annotations

import argparse
import importlib
import os
import sys
import traceback

from expectations.strict_yaml import StrictYamlError
from pipelines.cli.without_pandas import leave_pandas_out
from pipelines.errors import JingtianError

_COMMANDS = {
    "sample": "生成示例银行 | make the seeded sample bank",
    "receive": "接收报送文件 | receive uploads: land, judge, load what passes",
    "validate": "只校验不入库 | judge files without loading them",
    "template": "填报模板 | the upload template of a ledger",
    "difference": "更正前后的差异 | what a corrected file changed",
    "finding": "待更正与待说明的问题；说明 | open findings; explain them",
    "waiver": "豁免：申请、批准、撤销、查询 | waivers of blocking rules",
    "withdraw": "撤回已报文件 | take back what was sent for a ledger and month",
    "close": "月结 | close a month: lake gate, warehouse, mart gate, due reports",
    "metric": "查询指标 | figures with numerator, denominator, target, definition",
    "explain": "解释数字 | the rows and rules behind a figure",
    "report": "报表 | list or emit outputs",
    "status": "报送与月结状态 | who has sent what, what is closed and emitted",
}


_WITHOUT_PANDAS = ("validate", "receive")


class _Version(argparse.Action):
    """Prints the version; it is looked up only when asked for."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        print(f"jingtian {version()}")
        parser.exit()


def version() -> str:
    """Version of the installed package, or of the working copy it runs from."""
    import tomllib
    from importlib.metadata import PackageNotFoundError
    from importlib.metadata import version as installed

    from pipelines.paths import PROJECT_ROOT

    path = PROJECT_ROOT / "pyproject.toml"
    if path.is_file():
        return str(tomllib.loads(path.read_text(encoding="utf-8"))["project"]["version"])
    try:
        return installed("jingtian")
    except PackageNotFoundError:
        return "0"


def build_parser() -> argparse.ArgumentParser:
    """The parser with all commands; a command's own arguments are added by its module."""
    parser = argparse.ArgumentParser(
        prog="jingtian",
        description="井田 Jingtian：农村银行普惠金融数据管道 | inclusive-finance reporting",
    )
    parser.add_argument("--version", action=_Version, nargs=0, help="版本 | version")
    shared = argparse.ArgumentParser(add_help=False)
    shared.add_argument(
        "--home", help="数据目录 | data directory (default $JINGTIAN_HOME or ./data)"
    )
    shared.add_argument(
        "--lang", choices=("zh", "en"), default=os.environ.get("JINGTIAN_LANG", "zh")
    )
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for name, text in _COMMANDS.items():
        module = importlib.import_module(f"pipelines.cli.{name}")
        sub = commands.add_parser(name, help=text, description=text, parents=[shared])
        module.add_arguments(sub)
        sub.set_defaults(run=module.run)
    return parser


def main(argv: list[str] | None = None) -> int:
    """Run one command; returns its exit code."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8")
    arguments = build_parser().parse_args(argv)
    if argv is None and arguments.command in _WITHOUT_PANDAS:  # the process is this command's own
        leave_pandas_out()
    try:
        return int(arguments.run(arguments))
    except JingtianError as exc:
        print(exc.text(arguments.lang), file=sys.stderr)
        return exc.exit_code
    except StrictYamlError as exc:
        print(f"定义文件有误 | faulty definition file: {exc}", file=sys.stderr)
        return 2
    except BrokenPipeError:
        sys.stderr.close()
        return 0
    except OSError as exc:
        print(f"无法读写文件 | cannot read or write: {exc}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("已中断 | interrupted", file=sys.stderr)
        return 2
    except Exception as exc:
        # 1 is a verdict on data; a fault of the program or of its surroundings must not look like it.
        traceback.print_exc()
        zh, en = f"程序未能运行：{exc}", f"could not run: {exc}"
        print(zh if arguments.lang == "zh" else en, file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
