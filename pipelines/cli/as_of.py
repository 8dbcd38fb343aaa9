"""Knowledge points on the command line: a sequence number or a local date."""

from __future__ import annotations

import datetime as dt
import sys

from pipelines.clock import end_of_bank_day
from pipelines.errors import UsageError
from pipelines.registry import Registry
from pipelines.settings import Settings


def resolve_as_of(settings: Settings, text: str, lang: str) -> int:
    """The sequence number meant; a date means the end of that bank day, and the number is printed.

    Raises:
        UsageError: It is neither a number nor a date.
    """
    if text.isdigit():
        return int(text)
    try:
        day = dt.date.fromisoformat(text)
    except ValueError as exc:
        raise UsageError(
            f"--as-of 应为登记序号或日期（2026-01-31），不是“{text}”。",
            f'--as-of takes a sequence number or a date (2026-01-31), not "{text}".',
        ) from exc
    with Registry(settings.home.registry) as registry:
        seq = registry.seq_at(end_of_bank_day(day, settings.timezone))
    shown = f"{day} 的知识时点为 {seq}" if lang == "zh" else f"knowledge point of {day} is {seq}"
    print(shown, file=sys.stderr)
    return seq
