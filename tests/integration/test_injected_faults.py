"""Faults put into the sample bank: each is found at its cell, none is missed and none invented."""

from __future__ import annotations

import csv
import shutil
from collections import Counter
from pathlib import Path

import pytest

from expectations.rule import load_rule_book
from pipelines.registry import Registry
from pipelines.sample import make_sample
from pipelines.settings import Settings
from tests.made_once import made_once
from tests.small_bank import receive

Mark = tuple[str, str, str, str]  # file, row, cell, code


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sample of one month with its faults."""

    def make(folder: Path) -> dict[str, str]:
        make_sample(folder, branches=2, customers=160, months=1, faults=True)
        return {"folder": str(folder)}

    return Path(made_once(tmp_path_factory, "sample_with_faults", make)["folder"])


def _truth(sample: Path) -> Counter[Mark]:
    with (sample / "faults" / "truth.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    return Counter((r["file"], r["row"], r["cell"], r["code"]) for r in rows)


def _files(sample: Path) -> list[Path]:
    return sorted(p for p in (sample / "faults").iterdir() if p.name != "truth.csv")


def test_findings_over_all_fault_files_equal_the_truth(sample: Path, tmp_path: Path) -> None:
    settings = Settings.from_env(tmp_path / "home")
    receive(settings, sorted((sample / "inbox").glob("org_unit_*")))
    receipts = receive(settings, _files(sample))
    found: Counter[Mark] = Counter()
    for receipt in receipts:
        for row in receipt.verdict.findings.to_pylist():
            place = (str(row["row_no"] or ""), row["cell"] or "")
            found[(receipt.file_name, *place, row["code"])] += 1
    truth = _truth(sample)
    assert sum(truth.values()) > 90
    assert sorted((truth - found).elements()) == [], "missed"
    assert sorted((found - truth).elements()) == [], "invented"


def test_every_fault_file_of_a_block_is_refused_and_accounted_for(
    sample: Path, tmp_path: Path
) -> None:
    settings = Settings.from_env(tmp_path / "home")
    receive(settings, sorted((sample / "inbox").glob("org_unit_*")))
    with Registry(settings.home.registry) as registry:
        before = registry.load_set(registry.latest_seq(), "9999-12")
    receipts = receive(settings, _files(sample))
    assert {r.file_name for r in receipts} == {p.name for p in _files(sample)}
    blocking = {r.code for r in load_rule_book().rules.values() if r.blocks}
    due = {(file, code) for file, _, _, code in _truth(sample)}
    refused = {file for file, code in due if code in blocking}
    assert {r.file_name for r in receipts if r.status == "refused"} == refused
    for receipt in receipts:
        verdict = receipt.verdict
        ignored = sum(verdict.ignored.values())
        assert verdict.received == verdict.accepted + verdict.rejected + ignored
        assert (verdict.accepted == 0) is (receipt.file_name in refused), receipt.file_name
    with Registry(settings.home.registry) as registry:
        after = registry.load_set(registry.latest_seq(), "9999-12")
    slots = {r.file_name.rsplit("_JT-", 1)[0] for r in receipts if r.status == "accepted"}
    kept = [x for x in before if f"{x.ledger}_{x.org_id}_{x.period}" not in slots]
    assert [x for x in after if f"{x.ledger}_{x.org_id}_{x.period}" not in slots] == kept


def test_order_and_company_do_not_change_a_verdict(sample: Path, tmp_path: Path) -> None:
    """Files judged side by side in threads give what each gives alone."""
    org_unit = sorted((sample / "inbox").glob("org_unit_*"))
    alone, together = (Settings.from_env(tmp_path / n) for n in ("alone", "together"))
    for settings in (alone, together):
        receive(settings, org_unit)
    files = _files(sample)
    side_by_side = {r.file_name: r.verdict for r in receive(together, files)}
    for path in files[::4]:
        (receipt,) = receive(alone, [path])
        other = side_by_side[path.name]
        assert receipt.verdict.findings.equals(other.findings), path.name
        assert receipt.verdict.counts == other.counts


def test_good_files_of_the_same_sample_have_no_blocking_finding(
    sample: Path, tmp_path: Path
) -> None:
    settings = Settings.from_env(tmp_path / "home")
    inbox = shutil.copytree(sample / "inbox", tmp_path / "inbox")
    receipts = receive(settings, sorted(inbox.iterdir()))
    assert {r.status for r in receipts} == {"accepted"}
