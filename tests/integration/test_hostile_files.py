"""Files that no reader may trust: noise, and good files with bytes changed. Never a traceback."""

from __future__ import annotations

import io
import json
import random
import subprocess
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from expectations.contract import Contract
from expectations.findings import render
from expectations.rule import RuleBook
from pipelines.landing.receive import Receipt, Receiver
from pipelines.landing.validate import validate_files
from pipelines.registry import Registry
from pipelines.settings import Settings
from tests.closed_bank import jingtian
from tests.uploads import VALID, as_csv, as_xlsx

NOISE, MUTATED, SEED = 300, 200, 20251231
_MAGIC = (
    b"",
    b"PK\x03\x04",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
    b"\xef\xbb\xbf",
    b"\xff\xfe",
    b"\x1f\x8b",
)
_TOKENS = (
    '"', "\n", "\r", ",", "，", "\x00", "\u3000", "合计", "注：", "9" * 40, "-", "1e999", "𠮷", "\ufeff",
    "\x1f", "\u2028", "\n\n", '""', "=1+1", "2026-02-30", '\n"', "#N/A", "'", ";", "\t", "NULL",
)  # fmt: skip


def _good(contracts: dict[str, Contract]) -> list[tuple[str, bytes]]:
    files = []
    for name, row in VALID.items():
        org = "1000" if contracts[name].submitted_by == "head_office" else "1001"
        files.append((f"{name}_{org}_2025-12.csv", as_csv(contracts[name], [row])))
        files.append((f"{name}_{org}_2025-12.xlsx", as_xlsx(contracts[name], [row])))
    return files


def _noise(rng: random.Random, good: Sequence[tuple[str, bytes]]) -> tuple[str, bytes]:
    name, _ = rng.choice(good)
    data = rng.choice(_MAGIC) + rng.randbytes(rng.choice((0, 1, 3, 60, 600, 6000)))
    return name, data


def _mutate_bytes(rng: random.Random, data: bytes) -> bytes:
    changed = bytearray(data)
    for _ in range(rng.randint(1, 6)):
        at = rng.randrange(len(changed) + 1)
        deed = rng.randrange(5)
        if deed == 0 and at < len(changed):
            changed[at] = rng.randrange(256)
        elif deed == 1:
            changed[at:at] = rng.randbytes(rng.randint(1, 20))
        elif deed == 2:
            del changed[at : at + rng.randint(1, 80)]
        elif deed == 3:
            changed += changed[at : at + 500]
        else:
            changed = changed[: max(at, 1)]
    return bytes(changed)


def _mutate_text(rng: random.Random, data: bytes) -> bytes:
    text = list(data.decode("utf-8"))
    for _ in range(rng.randint(1, 6)):
        at, token = rng.randrange(len(text) + 1), rng.choice(_TOKENS)
        text[at : at + rng.choice((0, 0, 1, 30))] = list(token)
    return "".join(text).encode(rng.choice(("utf-8", "utf-8-sig", "gb18030")), "replace")


def _mutate_member(rng: random.Random, data: bytes) -> bytes:
    """Change the bytes of one part, so that the archive itself stays sound."""
    target = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as source,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as copy,
    ):
        victim = rng.choice([n for n in source.namelist() if n.endswith((".xml", ".rels"))])
        for name in source.namelist():
            part = source.read(name)
            copy.writestr(name, _mutate_bytes(rng, part) if name == victim else part)
    return target.getvalue()


def _mutated(rng: random.Random, good: Sequence[tuple[str, bytes]]) -> tuple[str, bytes]:
    name, data = rng.choice(good)
    ways: list[Callable[[random.Random, bytes], bytes]] = [_mutate_bytes]
    ways.append(_mutate_text if name.endswith("csv") else _mutate_member)
    return name, rng.choice(ways)(rng, data)


def _files(contracts: dict[str, Contract], folder: Path) -> list[Path]:
    """The same hostile files in every run."""
    rng, good = random.Random(SEED), _good(contracts)
    made = [_noise(rng, good) for _ in range(NOISE)]
    made += [_mutated(rng, good) for _ in range(MUTATED)]
    folder.mkdir()
    paths = []
    for number, (name, data) in enumerate(made):
        stem, suffix = name.rsplit(".", 1)
        paths.append(folder / f"{stem}_{number:03}.{suffix}")
        paths[-1].write_bytes(data)
    return paths


def _validate(
    settings: Settings, contracts: dict[str, Contract], book: RuleBook, paths: list[Path]
) -> list[Receipt]:
    """All verdicts; a file that stops the judge is found by halves and named."""
    try:
        return validate_files(settings, contracts, book, paths)
    except Exception as exc:
        if len(paths) == 1:
            pytest.fail(f"{paths[0].name} stopped the judge: {exc!r}")
        middle = len(paths) // 2
        halves = (paths[:middle], paths[middle:])
        return [r for half in halves for r in _validate(settings, contracts, book, half)]


def test_no_hostile_file_stops_the_judge_and_every_row_is_accounted_for(
    contracts: dict[str, Contract], book: RuleBook, settings: Settings, tmp_path: Path
) -> None:
    paths = _files(contracts, tmp_path / "hostile")
    receipts = _validate(settings, contracts, book, paths)
    refused = 0
    for path, receipt in zip(paths, receipts, strict=True):
        verdict = receipt.verdict
        ignored = sum(verdict.ignored.values())
        assert verdict.received == verdict.accepted + verdict.rejected + ignored, path.name
        assert verdict.is_accepted == (receipt.status == "passed"), path.name
        assert verdict.is_accepted or (verdict.accepted == 0 and verdict.counts), path.name
        assert sum(verdict.counts.values()) == verdict.findings.num_rows, path.name
        for finding in render(verdict.findings, book, receipt.contract):
            assert finding.message_zh and finding.message_en
        refused += not verdict.is_accepted
    assert refused > 400, "noise is not data"
    assert refused < len(paths), "some changes are harmless, or the reader refuses everything"


def test_command_judges_a_folder_of_hostile_files_and_prints_json(
    contracts: dict[str, Contract], tmp_path: Path
) -> None:
    paths = _files(contracts, tmp_path / "hostile")
    done: subprocess.CompletedProcess[str] = jingtian(
        "validate", tmp_path / "hostile", "--format", "json", home=tmp_path / "home"
    )
    assert done.returncode == 1, done.stderr[-2000:]
    assert "Traceback" not in done.stderr
    results = json.loads(done.stdout)
    assert {r["file"] for r in results} == {p.name for p in paths}
    for result in results:
        ignored = sum(result["ignored"].values())
        assert result["received"] == result["accepted"] + result["rejected"] + ignored


def test_hostile_files_are_received_landed_and_change_nothing(
    contracts: dict[str, Contract], settings: Settings, tmp_path: Path
) -> None:
    paths = _files(contracts, tmp_path / "hostile")[NOISE - 40 : NOISE + 40]
    with Registry(settings.home.registry) as registry:
        receipts = Receiver(settings, registry, "test").receive_files(paths)
        assert len(receipts) == len(paths)
        loads = registry.load_set(registry.latest_seq(), "9999-12")
    accepted = {r.load_id for r in receipts if r.status == "accepted"}
    assert {x.load_id for x in loads} <= accepted
    landed = [p for p in (settings.home.root / "landing").rglob("*") if p.is_file()]
    assert len(landed) == len({p.read_bytes() for p in paths})
