"""Settings: the environment and ``jingtian.toml`` in the home directory, read in one place."""

from __future__ import annotations

import os
import re
import tomllib
from dataclasses import dataclass, replace
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pipelines.clock import BANK_ZONE
from pipelines.errors import UsageError
from pipelines.paths import Home
from pipelines.periods import parse_period

_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*([KMGT]i?B)", re.IGNORECASE)
_KNOWN = {"outputs", "first_period", "timezone", "memory_limit", "threads", "pdf"}


@dataclass(frozen=True)
class Settings:
    """What a run may choose.

    Attributes:
        home: The bank's data directory.
        outputs: Ids of the outputs the bank uses; None means all.
        first_period: First monthly partition of the orchestrator, ``YYYY-MM``.
        timezone: Bank time.
        memory_limit: DuckDB memory limit, for example ``4GB``.
        threads: DuckDB threads.
        pdf: Whether outputs that have a PDF make it; without it their manifest says so.
    """

    home: Home
    outputs: tuple[str, ...] | None = None
    first_period: str = "2024-01"
    timezone: str = BANK_ZONE
    memory_limit: str = "4GB"
    threads: int = 2
    pdf: bool = True

    @staticmethod
    def from_env(home: str | Path | None = None) -> Settings:
        """Settings from ``$JINGTIAN_HOME`` (or ``home``) and its ``jingtian.toml``.

        Raises:
            UsageError: The file is not TOML, has an unknown key, or a value cannot be used.
        """
        root = Path(home or os.environ.get("JINGTIAN_HOME") or "data").resolve()
        path = root / "jingtian.toml"
        raw: dict[str, object] = {}
        if path.exists():
            try:
                raw = tomllib.loads(path.read_text(encoding="utf-8"))
            except tomllib.TOMLDecodeError as exc:
                raise UsageError(
                    f"配置文件 {path} 无法解析：{exc}", f"settings file {path} is not TOML: {exc}"
                ) from exc
        if unknown := sorted(raw.keys() - _KNOWN):
            raise UsageError(
                f"配置文件 {path} 有未知项：{'、'.join(unknown)}；可用项：{'、'.join(sorted(_KNOWN))}。",
                f"settings file {path} has unknown key(s) {', '.join(unknown)}; "
                f"known: {', '.join(sorted(_KNOWN))}.",
            )
        outputs = raw.get("outputs")
        if outputs is not None and not isinstance(outputs, list):
            raise UsageError(f"{path}：outputs 应为列表。", f"{path}: outputs must be a list.")
        cores = os.environ.get("JINGTIAN_THREADS") or min(os.cpu_count() or 2, 8)
        threads = raw.get("threads", cores)
        first_period = str(raw.get("first_period", "2024-01"))
        timezone = str(raw.get("timezone", BANK_ZONE))
        memory = os.environ.get("JINGTIAN_MEMORY_LIMIT") or "4GB"
        memory_limit = str(raw.get("memory_limit", memory))
        pdf = str(raw.get("pdf", os.environ.get("JINGTIAN_PDF") or "true")).lower()
        parse_period(first_period)
        for name, value, is_good in (
            ("threads", threads, re.fullmatch(r"[1-9]\d{0,3}", str(threads)) is not None),
            ("timezone", timezone, _is_zone(timezone)),
            ("pdf", pdf, pdf in ("true", "false")),
            ("memory_limit", memory_limit, _SIZE.fullmatch(memory_limit) is not None),
        ):
            if not is_good:
                raise UsageError(
                    f"设置 {name} 的值“{value}”不可用（{path} 或环境变量）。",
                    f'setting {name} cannot be "{value}" ({path} or the environment).',
                )
        return Settings(
            home=Home(root),
            outputs=None if outputs is None else tuple(str(o) for o in outputs),
            first_period=first_period,
            timezone=timezone,
            memory_limit=memory_limit,
            threads=int(str(threads)),
            pdf=pdf == "true",
        )

    def shared_among(self, processes: int) -> Settings:
        """For each of several processes side by side: one thread, and its part of the memory."""
        size = _SIZE.fullmatch(self.memory_limit)
        assert size is not None, self.memory_limit
        part = f"{float(size[1]) / processes:.3f}{size[2]}"
        return replace(self, threads=1, memory_limit=part)


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return False
    return True
