"""Settings: the environment and ``jingtian.toml`` in the home directory, read in one place."""

from __future__ import annotations

import os
import tomllib
from dataclasses import dataclass
from pathlib import Path

from pipelines.clock import BANK_ZONE
from pipelines.errors import UsageError
from pipelines.paths import Home

_KNOWN = {"outputs", "first_period", "timezone", "memory_limit", "threads"}


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
    """

    home: Home
    outputs: tuple[str, ...] | None = None
    first_period: str = "2024-01"
    timezone: str = BANK_ZONE
    memory_limit: str = "4GB"
    threads: int = 2

    @staticmethod
    def from_env(home: str | Path | None = None) -> Settings:
        """Settings from ``$JINGTIAN_HOME`` (or ``home``) and its ``jingtian.toml``.

        Raises:
            UsageError: The file is not TOML or has an unknown key.
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
        threads = (
            raw.get("threads") or os.environ.get("JINGTIAN_THREADS") or min(os.cpu_count() or 2, 8)
        )
        return Settings(
            home=Home(root),
            outputs=None if outputs is None else tuple(str(o) for o in outputs),
            first_period=str(raw.get("first_period", "2024-01")),
            timezone=str(raw.get("timezone", BANK_ZONE)),
            memory_limit=str(
                raw.get("memory_limit") or os.environ.get("JINGTIAN_MEMORY_LIMIT") or "4GB"
            ),
            threads=int(str(threads)),
        )
