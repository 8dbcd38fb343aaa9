"""One writer at a time: an operating-system lock on the home directory.

The lock file is released by the system when the process ends, however it ends.
"""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager

from pipelines.errors import UsageError
from pipelines.paths import Home


@contextmanager
def writer_lock(home: Home) -> Iterator[None]:
    """Hold the home for writing.

    Raises:
        UsageError: Another process is writing.
    """
    home.root.mkdir(parents=True, exist_ok=True)
    with (home.root / "writer.lock").open("w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as exc:
            raise UsageError(
                "另一个进程正在写入该数据目录，请稍后再试。",
                "another process is writing to this home; try again later.",
            ) from exc
        yield
