"""A long delivery is loaded in other processes: every answer is the one a short delivery gets."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import pytest

from pipelines.landing import receive as receiving
from pipelines.landing.receipt import Receipt
from pipelines.registry import Registry
from pipelines.settings import Settings
from pipelines.side_by_side import Workers
from tests.small_bank import BRANCH, PERIOD, SmallBank, bytes_below, receive, write_correction


class _Counted(Workers):
    """Workers that say how many calls they were given."""

    calls = 0

    def submit(self, work: Callable[..., Any], **arguments: Any) -> Future[Any]:
        type(self).calls += 1
        return super().submit(work, **arguments)


def _answers(receipts: list[Receipt]) -> list[tuple[Any, ...]]:
    return [
        (
            r.file_name,
            r.status,
            r.load_id,
            r.verdict.counts,
            r.verdict.findings.to_pylist(),
            r.verdict.control_totals,
            r.letters,
            r.difference.summary() if r.difference else None,
        )
        for r in receipts
    ]


def _kept(settings: Settings) -> tuple[Any, ...]:
    """What the home holds, and what the registry says is in force."""
    with Registry(settings.home.registry) as registry:
        loads = {x.load_id: x.part_sha256 for x in registry.load_set(registry.latest_seq(), PERIOD)}
        receipts = [
            (r["file_name"], r["status"], r["sha256"]) for r in registry.receipts(slot=None)
        ]
    lake = bytes_below(settings.home.root / "lake")
    return loads, receipts, lake, bytes_below(settings.home.root / "landing")


@pytest.fixture
def delivery(bank: SmallBank, tmp_path: Path) -> list[Path]:
    """The bank's files, a second version of two of them, one again, and what cannot be taken."""
    paths = sorted(bank.inbox.iterdir())
    for path in write_correction(bank, tmp_path / "up"):
        paths.append(path.rename(path.with_stem(f"{path.stem}_更正")))
    again = tmp_path / "up" / f"loan_account_{BRANCH}_{PERIOD}_更正二.csv"
    paths.append(Path(shutil.copy(paths[-2], again)))
    for name, data in {
        "notes.txt": b"no ledger",
        f"card_{BRANCH}_2025-04.csv": b"",
        f"staff_999999_{PERIOD}.csv": b"x,y\n1,2\n",
    }.items():
        (tmp_path / "up" / name).write_bytes(data)
        paths.append(tmp_path / "up" / name)
    return paths


def test_a_long_delivery_is_answered_as_a_short_one(
    delivery: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(receiving, "Workers", _Counted)
    answers, kept = [], []
    for name, long, calls in (("aside", 0, len(delivery)), ("here", 1 << 60, 0)):
        monkeypatch.setattr(receiving, "_LONG", long)
        _Counted.calls = 0
        (tmp_path / name).mkdir()
        (tmp_path / name / "jingtian.toml").write_text("threads = 2\n", encoding="utf-8")
        settings = Settings.from_env(tmp_path / name)
        answers.append(_answers(receive(settings, delivery)))
        assert calls == _Counted.calls
        kept.append(_kept(settings))
    assert answers[0] == answers[1]
    assert kept[0] == kept[1]
    statuses = [answer[1] for answer in answers[0]]
    assert {"accepted", "unchanged", "refused"} <= set(statuses)


def test_a_file_too_large_to_share_the_memory_is_loaded_here(
    bank: SmallBank, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(receiving, "Workers", _Counted)
    monkeypatch.setattr(receiving, "_LONG", 0)
    paths = sorted(bank.inbox.iterdir())
    sizes = sorted(path.stat().st_size for path in paths)
    monkeypatch.setattr(receiving, "_LARGE", sizes[-3])
    _Counted.calls = 0
    (tmp_path / "jingtian.toml").write_text("threads = 2\n", encoding="utf-8")
    receipts = receive(Settings.from_env(tmp_path), paths)
    assert {r.status for r in receipts} == {"accepted"}
    assert _Counted.calls == len(paths) - sum(size > sizes[-3] for size in sizes)
