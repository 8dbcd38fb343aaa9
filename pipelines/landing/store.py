"""Writing files so that a killed process leaves either the old state or the new one."""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Callable
from pathlib import Path

from pipelines.paths import Home


def sha256(data: bytes) -> str:
    """Hex digest of bytes."""
    return hashlib.sha256(data).hexdigest()


def sha256_file(path: Path) -> str:
    """Hex digest of a file."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def write_once(path: Path, write: Callable[[Path], None]) -> None:
    """Let ``write`` fill a temporary file beside ``path``, then fsync and rename it into place."""
    path.parent.mkdir(parents=True, exist_ok=True)
    # Threads of one process may write the same content under the same name at the same time.
    temporary = path.with_name(f".{path.name}.{os.getpid()}.{threading.get_ident()}.tmp")
    try:
        write(temporary)
        with temporary.open("rb+") as stream:
            os.fsync(stream.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
    _sync_folder(path.parent)


def land(home: Home, data: bytes) -> str:
    """Keep the bytes of an upload under their hash, once; returns the hash."""
    digest = sha256(data)
    path = home.landing(digest)
    if not path.exists():
        write_once(path, lambda temporary: _write_bytes(temporary, data))
    return digest


def _write_bytes(path: Path, data: bytes) -> None:
    path.write_bytes(data)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
