"""Knowledge time: which loads a close reads."""

from __future__ import annotations

from pathlib import Path

import pytest

from expectations.contract import Contract
from pipelines.errors import UsageError
from pipelines.periods import Period, parse_period, window
from pipelines.registry import Load, Registry
from pipelines.warehouse.load_set import LoadSet, resolve_load_set


def _accept(registry: Registry, ledger: str, org: str, period: str, load_id: str) -> int:
    slot = {"load_id": load_id, "ledger": ledger, "org_id": org, "period": period}
    with registry.transaction():
        registry.add_load(
            {
                **slot,
                "contract_version": "1.0.0",
                "mapping": "",
                "inputs": [{"name": f"{load_id}.csv", "sha256": load_id}],
                "row_count": 1,
                "control_totals": {},
                "absent_columns": [],
                "part_sha256": load_id,
            }
        )
        return registry.add_load_event("test", slot, "accepted")


@pytest.fixture
def registry(tmp_path: Path) -> Registry:
    return Registry(tmp_path / "registry.sqlite")


def _resolve(
    registry: Registry, contracts: dict[str, Contract], period: str, as_of: int | None = None
) -> LoadSet:
    seq = registry.latest_seq() if as_of is None else as_of
    return resolve_load_set(registry.load_set(seq, period), contracts, parse_period(period), seq)


def _ids(loads: tuple[Load, ...]) -> list[str]:
    return [x.load_id for x in loads]


def test_register_is_carried_forward_and_snapshot_is_not(
    registry: Registry, contracts: dict[str, Contract]
) -> None:
    _accept(registry, "customer", "1001", "2025-03", "c3")
    _accept(registry, "loan_account", "1001", "2025-03", "l3")
    found = _resolve(registry, contracts, "2025-05")
    assert _ids(found.current["customer"]) == ["c3"]
    assert _ids(found.current["loan_account"]) == []
    assert _ids(found.history["loan_account"]) == ["l3"]
    assert ("customer", "1001", "2025-04", "c3", "2025-03") in found.months
    assert not any(m[0] == "customer" and m[2] < "2025-03" for m in found.months)


def test_later_period_is_never_read(registry: Registry, contracts: dict[str, Contract]) -> None:
    _accept(registry, "customer", "1001", "2025-03", "c3")
    _accept(registry, "customer", "1001", "2025-06", "c6")
    found = _resolve(registry, contracts, "2025-05")
    assert _ids(found.current["customer"]) == ["c3"]


def test_knowledge_point_picks_the_load_accepted_by_then(
    registry: Registry, contracts: dict[str, Contract]
) -> None:
    first = _accept(registry, "loan_account", "1001", "2025-05", "a")
    _accept(registry, "loan_account", "1001", "2025-05", "b")
    assert _ids(_resolve(registry, contracts, "2025-05").current["loan_account"]) == ["b"]
    then = _resolve(registry, contracts, "2025-05", first)
    assert _ids(then.current["loan_account"]) == ["a"]
    _accept(registry, "loan_account", "1001", "2025-05", "a")
    now = _resolve(registry, contracts, "2025-05")
    assert _ids(now.current["loan_account"]) == ["a"]
    assert now.digest == then.digest


def test_withdrawn_load_is_not_in_force(registry: Registry, contracts: dict[str, Contract]) -> None:
    _accept(registry, "loan_account", "1001", "2025-05", "a")
    slot = {"load_id": "a", "ledger": "loan_account", "org_id": "1001", "period": "2025-05"}
    registry.add_load_event("test", slot, "withdrawn")
    assert registry.load_in_force("loan_account", "1001", "2025-05") is None
    assert not _resolve(registry, contracts, "2025-05").present()


def test_failed_transaction_leaves_nothing_behind(registry: Registry) -> None:
    with pytest.raises(RuntimeError), registry.transaction():
        registry.add_decision(
            "test",
            {
                "gate": "lake",
                "period": "2025-05",
                "as_of": 1,
                "status": "passed",
                "fingerprint": "f",
                "decision_hash": "h",
            },
        )
        raise RuntimeError
    assert registry.latest_decision("lake", "2025-05") is None


def test_window_reaches_back_to_january_of_the_year_before() -> None:
    months = [str(m) for m in window(Period(2026, 2))]
    assert (months[0], months[-1], len(months)) == ("2025-01", "2026-02", 14)


@pytest.mark.parametrize("text", ["2025-13", "2025-1", "202501", "2025-00", ""])
def test_what_is_not_a_month_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        parse_period(text)


def test_month_ends_know_leap_years() -> None:
    assert str(Period(2028, 2).end) == "2028-02-29"
    assert str(Period(2025, 1).shift(-1)) == "2024-12"
