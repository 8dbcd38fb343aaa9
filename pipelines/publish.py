"""Pointers to the builds in force. Replaced atomically; readers follow them read-only."""

from __future__ import annotations

from pathlib import Path

from pipelines.errors import RefusedError
from pipelines.landing.store import write_once
from pipelines.paths import Home

PUBLISHED = "PUBLISHED"


def publish(home: Home, period: str, build_id: str) -> None:
    """Point a period, and CURRENT when it is the newest closed one, to a build."""
    if (folder := home.build(build_id)).is_dir():
        (folder / PUBLISHED).touch()
    _point(home.period_pointer(period), build_id)
    closed = closed_periods(home)
    if not closed or period >= closed[-1]:
        _point(home.current_pointer, build_id)


def was_shown(home: Home, folder: Path) -> bool:
    """Whether a build was published once, or rebuilt on purpose."""
    return (folder / PUBLISHED).is_file() or folder.parent == home.rebuilt


def closed_periods(home: Home) -> list[str]:
    """Periods that have a build in force, oldest first."""
    folder = home.warehouse / "periods"
    return sorted(p.name for p in folder.glob("????-??")) if folder.is_dir() else []


def build_in_force(home: Home, period: str | None) -> tuple[str, Path]:
    """Build id and directory in force for a period (None: the newest closed one).

    Raises:
        RefusedError: The period is not closed.
    """
    pointer = home.period_pointer(period) if period else home.current_pointer
    if not pointer.is_file():
        name = period or "—"
        raise RefusedError(
            f"{name} 尚未月结；请先运行 jingtian close {name}。",
            f"{name} is not closed; run jingtian close {name} first.",
        )
    build_id = pointer.read_text(encoding="utf-8").strip()
    return build_id, home.build(build_id)


def _point(pointer: Path, build_id: str) -> None:
    write_once(pointer, lambda path: _write(path, build_id))


def _write(path: Path, build_id: str) -> None:
    path.write_text(build_id + "\n", encoding="utf-8")
