"""Great Expectations decides at the report gate, over the frozen cells of a filled form."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

import reports
from reports.gate import EmissionRefused
from tests import reports_bank as bank


def emit_with_great_expectations(leaves: bank.Leaves, root: Path) -> reports.EmitResult:
    directory, decision_hash = bank.marts_slice(root / "s", leaves.rows())
    return reports.emit(
        reports.discover_outputs()["S71_I"],
        period=bank.PERIOD,
        slice_dir=directory,
        expected_decision_hash=decision_hash,
        today_hashes=bank.TODAY,
        out_root=root / "emitted",
        gated_root=root / "gated",
    )


def test_great_expectations_passes_a_good_form_and_fails_a_faulty_one(tmp_path: Path) -> None:
    good = emit_with_great_expectations(bank.sample_leaves(), tmp_path / "good")
    assert good.status == "emitted"
    assert good.decision is not None
    assert {entry["outcome"] for entry in good.decision.results} == {"passed"}
    faulty = bank.sample_leaves()
    # Nine agricultural households among three.
    faulty.values["B", "small_micro_enterprise_agri.credit_le_1m"] = Decimal(9)
    with pytest.raises(EmissionRefused, match="JT-REPT-0004") as refused:
        emit_with_great_expectations(faulty, tmp_path / "faulty")
    assert refused.value.decision is not None
    assert refused.value.decision.counts["block"] >= 1
