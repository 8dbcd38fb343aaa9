"""A close that is killed leaves what was published, and running it again gives the same packs."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from pipelines.paths import PROJECT_ROOT
from pipelines.registry import Registry
from pipelines.settings import Settings
from reports.outputs import discover_outputs
from tests.small_bank import (
    PERIOD,
    SmallBank,
    bytes_below,
    close,
    correct_by_a_hundred,
    packs,
    pointers,
)

# Closes again and again in children of one process; each child kills itself, as a power cut would,
# at a call of the function it is told. Forking after the imports saves seconds for every death.
_SCYTHE = """
import importlib, os, signal, sys
home, period = sys.argv[1:]
import dbt.cli.main
import expectations.engine
from pipelines.close import close_month
from pipelines.periods import parse_period
from pipelines.settings import Settings
for line in sys.stdin:
    module, name, count = line.split()
    child = os.fork()
    if child == 0:
        owner = importlib.import_module(module)
        *path, last = name.split(".")
        for part in path:
            owner = getattr(owner, part)
        real, calls = getattr(owner, last), 0
        def struck(*args, **kwargs):
            global calls
            calls += 1
            if calls == int(count):
                os.kill(os.getpid(), signal.SIGKILL)
            return real(*args, **kwargs)
        setattr(owner, last, struck)
        close_month(Settings.from_env(home), parse_period(period))
        os._exit(0)
    _, status = os.waitpid(child, 0)
    print(os.WTERMSIG(status) if os.WIFSIGNALED(status) else "alive", flush=True)
"""


@contextmanager
def _scythe(settings: Settings) -> Iterator[Callable[[str, str, int], None]]:
    """A function that runs a close and kills it at the n-th call of ``module.name``."""
    process = subprocess.Popen(
        [sys.executable, "-c", _SCYTHE, settings.home.root, PERIOD],
        cwd=PROJECT_ROOT,
        env={**os.environ, "PYTHONPATH": str(PROJECT_ROOT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        encoding="utf-8",
    )
    assert process.stdin and process.stdout

    def kill(module: str, name: str, count: int) -> None:
        assert process.stdin and process.stdout
        process.stdin.write(f"{module} {name} {count}\n")
        process.stdin.flush()
        assert process.stdout.readline().strip() == str(int(signal.SIGKILL))

    try:
        yield kill
    finally:
        process.stdin.close()
        process.wait(timeout=60)
        process.stdout.close()


def _decisions(settings: Settings) -> dict[str, str]:
    with Registry(settings.home.registry) as registry:
        found = {gate: registry.latest_decision(gate, PERIOD) for gate in ("marts", "pay")}
    return {gate: row["decision_hash"] for gate, row in found.items() if row}


def test_close_killed_at_any_step_can_be_run_again_to_the_same_packs(
    bank: SmallBank, corrected: Path, closed: Settings, tmp_path: Path
) -> None:
    correct_by_a_hundred(bank, closed, tmp_path / "up")
    published, emitted, decided = pointers(closed), packs(closed), _decisions(closed)
    frozen = bytes_below(closed.home.gated / "marts")
    assert published and emitted and len(decided) == 2

    def nothing_moved() -> None:
        assert pointers(closed) == published
        assert packs(closed) == emitted
        assert _decisions(closed) == decided
        now = bytes_below(closed.home.gated / "marts")
        assert frozen.items() <= now.items(), "what reports were made from is untouched"

    with _scythe(closed) as kill:
        # In the middle of dbt's build: no half build may be found later.
        kill("pipelines.close", "MonthClose._node", 30)
        nothing_moved()
        builds = {p.name for p in (closed.home.warehouse / "builds").iterdir()}
        assert builds == {published[PERIOD].strip()}

        # Between the two mart gates: the build is whole, one slice is judged.
        kill("pipelines.gates.marts", "judge_slice", 2)
        nothing_moved()

        # Before the first pointer moves.
        kill("pipelines.publish", "_point", 1)
        nothing_moved()

        # While a pack is written: published, but no half pack may be seen.
        kill("reports.pack", "_write_synced", 3)
        assert pointers(closed) == pointers(Settings.from_env(corrected))
        assert packs(closed) == emitted

        # After a pack was renamed into place and before it was registered.
        kill("pipelines.registry.store", "Registry.add_emission", 1)

    result = close(closed)
    assert {e.status for e in result.emissions} <= {"emitted", "unchanged"}
    assert result.refusals == []
    unkilled = Settings.from_env(corrected)
    assert pointers(closed) == pointers(unkilled)
    assert packs(closed) == packs(unkilled)
    assert _decisions(closed) == _decisions(unkilled)
    for gate in ("marts", "pay", "report"):
        left = bytes_below(closed.home.gated / gate)
        whole = {k: v for k, v in left.items() if "/." not in f"/{k}"}
        assert whole == bytes_below(unkilled.home.gated / gate)
    with Registry(closed.home.registry) as registry:
        registered = {(e["output"], e["fingerprint"]) for e in registry.emissions(PERIOD)}
    for output in discover_outputs():
        for folder in (closed.home.emitted / output / PERIOD).iterdir():
            assert folder.name.startswith(".") or (output, folder.name) in registered
