"""Restoring the lake from landing: bytes and registry are enough to make every part again."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from pipelines.errors import JingtianError
from pipelines.landing.identity import Identity
from pipelines.landing.judge_file import judge_upload
from pipelines.landing.mapping import find_mapping
from pipelines.landing.receive import Receiver
from pipelines.landing.store import sha256, sha256_file, write_once
from pipelines.paths import Home
from pipelines.periods import parse_period
from pipelines.registry import Load


def missing_parts(home: Home, loads: Iterable[Load]) -> list[Load]:
    """Loads whose Parquet part is gone."""
    return [
        x for x in loads if not home.lake_part(x.ledger, x.period, x.org_id, x.load_id).is_file()
    ]


def restore_parts(
    receiver: Receiver, loads: Iterable[Load], progress: Callable[[str], None]
) -> int:
    """Write the missing parts of loads again from the landed bytes; returns how many.

    What the rules of today say is no matter: the file was accepted then, and the hash of the part
    proves that it is the same.

    Raises:
        JingtianError: Landed bytes are gone or altered, the mapping changed, or the part differs.
    """
    home = receiver.settings.home
    missing = missing_parts(home, loads)
    for load in missing:
        contract = receiver.contracts[load.ledger]
        receiver.con.unregister("typed")
        _judge_again(receiver, load)
        if not receiver.has_rows():
            raise _failed(load, "it cannot be read any more", "文件不再可读")
        part = home.lake_part(load.ledger, load.period, load.org_id, load.load_id)
        write_once(part, lambda path, c=contract: receiver.write_part(c, path))  # type: ignore[misc]
        if sha256_file(part) != load.part_sha256:
            part.unlink()
            raise _failed(load, "the part made again differs", "重建结果与原来不同")
    if missing:
        progress(f"  从落地文件恢复 {len(missing)} 份数据 |   restored {len(missing)} parts")
    return len(missing)


def _judge_again(receiver: Receiver, load: Load) -> None:
    """Leave the typed rows of a load on the receiver's connection."""
    home = receiver.settings.home
    data = {}
    for item in load.inputs:
        path = home.landing(item["sha256"])
        if not path.is_file() or sha256(path.read_bytes()) != item["sha256"]:
            raise _failed(
                load, f"landed file {item['name']} is gone", f"落地文件 {item['name']} 缺失"
            )
        data[item["name"]] = path.read_bytes()
    contract = receiver.contracts[load.ledger]
    identity = Identity(load.ledger, load.org_id, parse_period(load.period))
    stored = receiver.registry.load_by_id(load.load_id) or {}
    if stored.get("mapping"):
        mapping = find_mapping(str(stored["mapping"]), receiver.contracts)
        if mapping is None:
            raise _failed(load, "its mapping has changed", "所用映射已改动")
        receiver.judge_mapped(contract, mapping, data, identity)
        return
    name, body = next(iter(data.items()))
    root = receiver.organisations().root
    judge_upload(receiver.con, body, name, identity, contract, receiver.book, root_org=root)


def _failed(load: Load, en: str, zh: str) -> JingtianError:
    slot = f"{load.ledger} {load.org_id} {load.period}"
    return JingtianError(f"无法恢复 {slot}：{zh}。", f"cannot restore {slot}: {en}.")
