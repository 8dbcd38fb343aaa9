"""Bytes at rest: whole or not there, also when several threads keep the same ones."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from pipelines.landing.store import land, sha256, write_once
from pipelines.settings import Settings


def test_same_bytes_from_many_threads_are_kept_once(settings: Settings) -> None:
    for number in range(20):
        data = bytes([number]) * 200_000
        with ThreadPoolExecutor(8) as pool:
            digests = set(pool.map(lambda _, d=data: land(settings.home, d), range(8)))
        assert digests == {sha256(data)}
        folder = settings.home.landing(sha256(data)).parent
        assert [p.name for p in folder.iterdir() if p.name.startswith(".")] == []
        assert settings.home.landing(sha256(data)).read_bytes() == data


def test_write_that_fails_leaves_the_old_content_and_no_rubbish(tmp_path: Path) -> None:
    path = tmp_path / "CURRENT"
    path.write_text("old", encoding="utf-8")

    def fail(temporary: Path) -> None:
        temporary.write_text("half", encoding="utf-8")
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        write_once(path, fail)
    assert [p.name for p in tmp_path.iterdir()] == ["CURRENT"]
    assert path.read_text(encoding="utf-8") == "old"
