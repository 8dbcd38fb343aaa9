"""``make demo``: the sample bank from its branches' files to filed figures, in one command.

Everything it does is a command of ``jingtian``; the commands are printed so that they can be run
one by one. Running it again finds everything in place and is quick.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

from pipelines.cli.main import main as jingtian
from pipelines.settings import Settings

PERIODS = ("2025-12", "2026-01", "2026-02")


def main() -> int:
    """Make the sample, receive it, close a December and the two following months."""
    settings = Settings.from_env()
    started = time.monotonic()
    home = settings.home.root
    sample = home / "sample"
    if not (sample / "inbox").is_dir():
        _say(started, f"jingtian sample --out {sample}")
        code = jingtian(["sample", "--out", str(sample)])
        if code:
            return code
    _say(started, f"jingtian receive {sample / 'inbox'}")
    code = jingtian(["receive", str(sample / "inbox"), "--home", str(home), "--by", "demo"])
    if code:
        return code
    for period in PERIODS:
        _say(started, f"jingtian close {period}")
        code = jingtian(["close", period, "--home", str(home), "--by", "demo"])
        if code:
            return code
    _say(started, "jingtian report list")
    jingtian(["report", "list", "--home", str(home)])
    print(_where(home))
    return 0


def _say(started: float, command: str) -> None:
    print(f"\n[{time.monotonic() - started:5.0f} s] $ {command}", file=sys.stderr, flush=True)


def _where(home: Path) -> str:
    return f"""
报表在 {home / "emitted"} （每份含 xlsx、json、门禁决定和清单）
数据仓库在 {home / "warehouse"} （CURRENT 指向最新月份）
下一步 | next:
  .venv/bin/jingtian metric agri_sme_share
  .venv/bin/jingtian explain npl_ratio --period {PERIODS[-1]}
  .venv/bin/jingtian status
  make dev    # Dagster 界面 http://127.0.0.1:3000"""


if __name__ == "__main__":
    sys.exit(main())
