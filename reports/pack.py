"""Packs: the bytes that were emitted, together with the proof of what they were made of.

Here belongs writing a pack at once or not at all, and never changing one. What is in the files
belongs to the writers.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from reports.gate import EmissionRefused

MANIFEST_FILE = "manifest.json"
EMITTED, UNCHANGED = "emitted", "unchanged"


def pretty_json(value: Any) -> bytes:
    """Canonical JSON that people can read: sorted keys, two spaces, one newline at the end."""
    text = json.dumps(value, sort_keys=True, indent=2, ensure_ascii=False)
    return f"{text}\n".encode()


def write_pack(
    out_root: Path,
    *,
    output_id: str,
    period: str,
    fingerprint: str,
    files: Mapping[str, bytes],
    about: Mapping[str, Any],
) -> tuple[str, Path]:
    """Write ``<out_root>/<output>/<period>/<fingerprint>/`` or find that it is there already.

    Args:
        out_root: The bank's ``data/emitted``.
        output_id: Output the pack is of.
        period: ``YYYY-MM``.
        fingerprint: Hash of everything the files were made from.
        files: Name -> bytes.
        about: Further entries of the manifest; no time and no sequence number.

    Returns:
        ``emitted`` or ``unchanged``, and the directory.

    Raises:
        EmissionRefused: A pack of this fingerprint exists with other bytes: it was altered, or
            a library now writes otherwise. It is left as it is.
    """
    manifest = {
        **about,
        "output": output_id,
        "period": period,
        "fingerprint": fingerprint,
        "files": {
            name: {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}
            for name, content in files.items()
        },
    }
    contents = {**files, MANIFEST_FILE: pretty_json(manifest)}
    target = out_root / output_id / period / fingerprint
    if target.exists():
        _refuse_other_bytes(target, contents)
        return UNCHANGED, target
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = Path(tempfile.mkdtemp(prefix=f".{fingerprint}.", dir=target.parent))
    try:
        for name, content in contents.items():
            _write_synced(partial / name, content)
        partial.chmod(0o755)
        _sync_directory(partial)
        try:
            partial.rename(target)
        except OSError:
            # Another process was faster; its pack must be the same.
            if not target.exists():
                raise
            _refuse_other_bytes(target, contents)
            return UNCHANGED, target
        _sync_directory(target.parent)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return EMITTED, target


def _refuse_other_bytes(target: Path, contents: Mapping[str, bytes]) -> None:
    found = {path.name: path.read_bytes() for path in target.iterdir() if path.is_file()}
    differing = sorted(
        name for name in set(found) | set(contents) if found.get(name) != contents.get(name)
    )
    if differing:
        raise EmissionRefused(
            "pack_differs",
            f"已有报出包 {target} 与本次结果不同：{'、'.join(differing)}。"
            "原包保持不动；请查明是原包被改动，还是运行环境不同。",
            f"the existing pack {target} differs in {', '.join(differing)}. It was left as it "
            "is; find out whether it was altered or the environment differs.",
        )


def _write_synced(path: Path, content: bytes) -> None:
    with path.open("xb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())


def _sync_directory(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
