"""Files that no reader may trust: noise, and good files with bytes changed. Never a traceback."""

from __future__ import annotations

import io
import json
import os
import random
import re
import subprocess
import time
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from expectations.contract import Contract
from expectations.findings import render
from expectations.rule import RuleBook
from pipelines.landing.receipt import Receipt
from pipelines.landing.receive import Receiver
from pipelines.landing.store import sha256
from pipelines.landing.validate import validate_files
from pipelines.registry import Registry
from pipelines.settings import Settings
from tests.closed_bank import jingtian
from tests.fuzz_files import run
from tests.hostile import FORMULAS, cases, many_rows, row
from tests.uploads import VALID, as_csv, as_xlsx

LONGEST = 60.0  # seconds; as many rows as a spreadsheet has, on a busy machine
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
    for name, example in VALID.items():
        org = "1000" if contracts[name].submitted_by == "head_office" else "1001"
        files.append((f"{name}_{org}_2025-12.csv", as_csv(contracts[name], [example])))
        files.append((f"{name}_{org}_2025-12.xlsx", as_xlsx(contracts[name], [example])))
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


def _tree(folder: Path) -> set[str]:
    return {str(p.relative_to(folder)) for p in folder.rglob("*")}


def _lake(settings: Settings) -> set[str]:
    return {p for p in _tree(settings.home.root) if p.startswith("lake/") and "_findings" not in p}


def test_every_hostile_file_is_answered_in_words_and_changes_nothing(
    contracts: dict[str, Contract], settings: Settings, tmp_path: Path
) -> None:
    inbox, wrong = tmp_path / "inbox", []
    inbox.mkdir()
    with Registry(settings.home.registry) as registry:
        receiver = Receiver(settings, registry, "test")
        before = _tree(tmp_path) - {"home"}
        for case in cases(contracts["loan_account"]):
            path, data = inbox / case.file_name, case.make()
            path.write_bytes(data)
            loads = registry.load_set(registry.latest_seq(), "9999-12")
            lake, started = _lake(settings), time.monotonic()
            receipt = receiver.receive_file(path)
            seconds, verdict = time.monotonic() - started, receipt.verdict
            path.unlink()
            ignored = sum(verdict.ignored.values())
            checks = {
                "verdict": (receipt.status == "refused") == bool(case.codes),
                "code": not case.codes or bool(case.codes & verdict.counts.keys()),
                "rows": verdict.received == verdict.accepted + verdict.rejected + ignored,
                "time": seconds < LONGEST,
                "landing": settings.home.landing(sha256(data)).read_bytes() == data,
            }
            if receipt.status == "refused":
                after = registry.load_set(registry.latest_seq(), "9999-12")
                checks["unchanged"] = after == loads and _lake(settings) == lake
                shown = list(render(verdict.findings.slice(0, 20), receiver.book, receipt.contract))
                checks["words"] = bool(shown) and all(f.message_zh and f.message_en for f in shown)
            failed = [what for what, holds in checks.items() if not holds]
            if failed:
                wrong.append((case.file_name, failed, receipt.status, verdict.counts))
        after_all = {p for p in _tree(tmp_path) if p != "home" and not p.startswith("home/")}
        assert wrong == []
        assert after_all == {p for p in before if not p.startswith("home/")}, "outside the home"


@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
def test_file_cut_at_every_kilobyte_is_refused_or_counted_whole(
    suffix: str, contracts: dict[str, Contract], settings: Settings, book: RuleBook, tmp_path: Path
) -> None:
    contract = contracts["loan_account"]
    write = as_csv if suffix == "csv" else as_xlsx
    data = write(contract, many_rows(150))  # type: ignore[arg-type]
    paths = []
    for size in range(1024, len(data), 1024):
        paths.append(tmp_path / f"loan_account_1001_2025-12_{size}.{suffix}")
        paths[-1].write_bytes(data[:size])
    assert len(paths) > 10
    for path, receipt in zip(paths, validate_files(settings, contracts, book, paths), strict=True):
        verdict, sent = receipt.verdict, path.read_bytes()
        ignored = sum(verdict.ignored.values())
        assert verdict.received == verdict.accepted + verdict.rejected + ignored
        if suffix == "xlsx":
            assert set(verdict.counts) == {"JT-FILE-0003"}, path.name
        elif set(verdict.counts) == {"JT-FILE-0007"}:
            with pytest.raises(UnicodeDecodeError):  # cut inside a character
                sent.decode()
        else:
            # What is left of a CSV that was cut behind a row is a whole, shorter CSV.
            assert verdict.received == sent.count(b"\n") + (not sent.endswith(b"\n")) - 1
            is_row_cut = len(sent.splitlines()[-1].split(b",")) < len(contract.columns)
            assert not (is_row_cut and verdict.is_accepted), path.name


def test_folder_of_pipes_links_and_odd_names_is_received_and_what_is_left_aside_is_said(
    contracts: dict[str, Contract], tmp_path: Path
) -> None:
    box, home, stem = tmp_path / "box", tmp_path / "home", "loan_account_1001_2025-12"
    box.mkdir()
    secret = tmp_path / "secret.csv"
    good = as_csv(contracts["loan_account"], many_rows(2))
    secret.write_bytes(good + b"secret")
    names = [
        f"{stem}.CSV", f"{stem}_" + "长" * 70 + ".csv", f"{stem}_\x1b[31m\nline.csv", "..csv.csv",
        f"{stem}_\u202exslx.csv", f"{stem}_..%2f..%2fx.csv", f"{stem}_;rm -rf x;.csv", "-o.csv",
    ]  # fmt: skip
    for name in names:
        (box / name).write_bytes(good)
    (box / os.fsdecode(stem.encode() + b"_\xff\xfe.csv")).write_bytes(good)
    (box / f"{stem}_folder.csv").mkdir()
    os.mkfifo(box / f"{stem}_pipe.csv")
    for name, target in (("link", secret), ("nowhere", box / "nothing"), ("zero", "/dev/zero")):
        (box / f"{stem}_{name}.csv").symlink_to(target)
    before = {p for p in _tree(tmp_path) if not p.startswith("home")}
    for command in ("validate", "receive"):
        done = jingtian(command, box, "--format", "json", home=home)
        assert done.returncode == 1, done.stderr[-2000:]
        assert "Traceback" not in done.stderr
        results = json.loads(done.stdout)
        assert len(results) == len(names) - 1 + 1  # without the hidden name, with the one of bytes
        for what in ("folder", "pipe", "link", "nowhere", "zero"):
            assert f"{stem}_{what}.csv" in done.stderr, what
        assert not any(character in done.stdout for character in "\x1b\u202e")
    assert {p for p in _tree(tmp_path) if not p.startswith("home")} == before
    landed = [p.read_bytes() for p in (home / "landing").rglob("*") if p.is_file()]
    assert landed == [good], "a link is not followed"


def test_file_that_cannot_be_read_is_a_finding_and_the_others_are_received(
    contracts: dict[str, Contract], settings: Settings, tmp_path: Path
) -> None:
    good = tmp_path / "loan_account_1001_2025-12.csv"
    good.write_bytes(as_csv(contracts["loan_account"], many_rows(2)))
    gone = tmp_path / "loan_account_1002_2025-12.csv"
    with Registry(settings.home.registry) as registry:
        receipts = Receiver(settings, registry, "test").receive_files([gone, good])
    found = {r.file_name: (r.status, dict(r.verdict.counts)) for r in receipts}
    assert found[good.name][0] == "accepted"
    assert found[gone.name] == ("refused", {"JT-FILE-0022": 1})


def test_no_text_of_a_file_becomes_a_formula_of_a_workbook_given_back(
    contracts: dict[str, Contract], tmp_path: Path
) -> None:
    rows = [row(loan_id=f"N{i}", product_name=text) for i, text in enumerate(FORMULAS)]
    rows += [row(loan_id=text) for text in FORMULAS]
    sent = tmp_path / "loan_account_1001_2025-12.csv"
    sent.write_bytes(as_csv(contracts["loan_account"], [{**r, "balance": "五万"} for r in rows]))
    out = tmp_path / "out.xlsx"
    done = jingtian("validate", sent, "--format", "xlsx", "--out", out, home=tmp_path / "home")
    assert done.returncode == 1, done.stderr[-2000:]
    with zipfile.ZipFile(out) as archive:
        sheets = [archive.read(n) for n in archive.namelist() if "worksheets/sheet" in n]
        strings = [archive.read(n) for n in archive.namelist() if n == "xl/sharedStrings.xml"]
        links = b"".join(archive.read(n) for n in archive.namelist() if n.endswith(".rels"))
    assert b"cmd|" in b"".join(strings + sheets), "the text is shown as it was sent"
    formulas = b"".join(f for sheet in sheets for f in re.findall(rb"<f[ >].*?</f>", sheet))
    for part in (b"cmd", b"1+1", b"SUM(", b"WEBSERVICE", b"x.invalid", b"-3+3"):
        assert part not in formulas, part
    assert b"x.invalid" not in links


@pytest.mark.parametrize("seed", [1])
def test_mutated_files_of_every_ledger_break_no_promise(seed: int, tmp_path: Path) -> None:
    tally = run(tmp_path, int(os.environ.get("JINGTIAN_FUZZ_FILES", "400")), seed)
    assert tally.broken == []
    assert tally.statuses["accepted"] and tally.statuses["refused"]
