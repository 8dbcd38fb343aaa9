"""The example bank sent to a home, file by file, as its branch would."""

from __future__ import annotations

from pathlib import Path

from expectations.contract import Contract
from pipelines.landing.receipt import Receipt
from pipelines.landing.receive import Receiver
from pipelines.registry import Registry
from pipelines.sample.examples import ExampleBank
from pipelines.settings import Settings
from tests.uploads import as_csv


def send(
    settings: Settings, contracts: dict[str, Contract], bank: ExampleBank, inbox: Path, by: str
) -> list[Receipt]:
    """Receive every file of the example bank; what is in force already is unchanged."""
    inbox.mkdir(parents=True, exist_ok=True)
    paths = []
    for (ledger, org, period), rows in sorted(bank.files.items()):
        path = inbox / f"{ledger}_{org}_{period}.csv"
        path.write_bytes(as_csv(contracts[ledger], rows))
        paths.append(path)
    with Registry(settings.home.registry) as registry:
        return Receiver(settings, registry, by).receive_files(paths)
