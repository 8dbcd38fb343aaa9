"""Same inputs, same bytes: whatever the home, the order of receiving and the number of threads."""

from __future__ import annotations

import random
import shutil
from pathlib import Path

import duckdb

from pipelines.landing.receive import Receiver
from pipelines.registry import Registry
from pipelines.settings import Settings
from tests.small_bank import PERIOD, SmallBank, bytes_below, close, packs, pointers


def test_same_files_in_another_home_give_the_same_packs_and_slices(
    bank: SmallBank, tmp_path: Path
) -> None:
    home = bank.empty(tmp_path / "a home with 空格").home.root
    (home / "jingtian.toml").write_text('threads = 1\nmemory_limit = "1GB"\n', encoding="utf-8")
    settings = Settings.from_env(home)
    # Registers before the month they are carried into, otherwise in any order and one by one.
    paths = sorted(bank.inbox.iterdir())
    random.Random(7).shuffle(paths)
    paths.sort(key=lambda p: not p.name.startswith("org_unit"))
    up = tmp_path / "up"
    up.mkdir()
    with Registry(settings.home.registry) as registry:
        receiver = Receiver(settings, registry, "test")
        for path in paths:
            renamed = up / f"{path.stem}_第二次{path.suffix}"
            shutil.copy(path, renamed)
            assert receiver.receive_file(renamed).status == "accepted", path.name
    close(settings)

    first = Settings.from_env(bank.closed)
    assert packs(settings) == packs(first)
    assert pointers(settings) == pointers(first), "a build is named by its content"
    for gate in ("marts", "pay", "report"):
        assert bytes_below(settings.home.gated / gate) == bytes_below(first.home.gated / gate)
    with Registry(settings.home.registry) as mine, Registry(first.home.registry) as other:
        parts = [
            {x.load_id: x.part_sha256 for x in r.load_set(r.latest_seq(), PERIOD)}
            for r in (mine, other)
        ]
    assert parts[0] == parts[1]

    # Database files are not promised byte by byte; their content is.
    for file in ("jingtian.duckdb", "pay.duckdb"):
        tables = []
        for home_ in (settings.home, first.home):
            build = home_.build(pointers(settings)["CURRENT"].strip())
            with duckdb.connect(str(build / file), read_only=True) as con:
                names = con.execute(
                    "select table_schema, table_name from information_schema.tables "
                    "where table_type = 'BASE TABLE' order by all"
                ).fetchall()
                tables.append(
                    {
                        name: con.execute(
                            f'select count(*), sum(hash(t)) from "{name[0]}"."{name[1]}" as t'
                        ).fetchall()
                        for name in names
                    }
                )
        assert tables[0]
        assert tables[0] == tables[1]
