"""Landing and registry are what must be backed up: all else is made again from them."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from pipelines.errors import JingtianError
from pipelines.registry import Registry
from pipelines.settings import Settings
from tests.small_bank import PERIOD, SmallBank, bytes_below, close, packs, pointers


def _restored(bank: SmallBank, target: Path) -> Settings:
    """A home that has nothing but the backup."""
    settings = bank.empty(target)
    with Registry(bank.closed / "registry.sqlite") as registry:
        registry._db.execute("vacuum into ?", (str(settings.home.registry),))
    shutil.copytree(bank.closed / "landing", target / "landing")
    return settings


def test_everything_is_made_again_from_landing_and_registry(
    bank: SmallBank, tmp_path: Path
) -> None:
    settings = _restored(bank, tmp_path / "home")
    assert not (settings.home.root / "lake").exists()
    result = close(settings)
    assert result.refusals == []
    first = Settings.from_env(bank.closed)
    assert packs(settings) == packs(first)
    assert pointers(settings) == pointers(first)
    lake = {k: v for k, v in bytes_below(first.home.root / "lake").items() if k[0] != "_"}
    assert bytes_below(settings.home.root / "lake") == lake
    for gate in ("marts", "pay", "report"):
        assert bytes_below(settings.home.gated / gate) == bytes_below(first.home.gated / gate)


def test_damaged_backup_is_named_and_nothing_is_published(bank: SmallBank, tmp_path: Path) -> None:
    settings = _restored(bank, tmp_path / "home")
    with Registry(settings.home.registry) as registry:
        (load,) = [
            x
            for x in registry.load_set(registry.latest_seq(), PERIOD)
            if (x.ledger, x.org_id, x.period) == ("loan_account", "090002", PERIOD)
        ]
    landed = settings.home.landing(load.inputs[0]["sha256"])
    landed.write_bytes(landed.read_bytes() + b"\n")
    with pytest.raises(JingtianError) as caught:
        close(settings)
    assert "loan_account 090002" in caught.value.en
    assert pointers(settings) == {}
