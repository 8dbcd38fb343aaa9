"""Work side by side in processes of their own, for what holds the interpreter too long.

Run as ``python -m pipelines.side_by_side``: reads calls of functions from standard input until it
ends and writes the outcome of each to standard output, all pickled. The standard library's pools
would run the caller's main module again, which a script without a guard does not survive.
"""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from typing import Any


class Workers:
    """Processes that take calls as they come; each starts with the first call it gets.

    A call waits for a free process. Leaving the ``with`` block waits for calls under way, drops the
    others and ends the processes.
    """

    def __init__(self, count: int) -> None:
        self._count = count
        self._threads = ThreadPoolExecutor(count, thread_name_prefix="worker")
        self._own = threading.local()  # the process of a thread
        self._processes: list[subprocess.Popen[bytes]] = []

    def __enter__(self) -> Workers:
        return self

    def __exit__(self, *_: object) -> None:
        self._threads.shutdown(cancel_futures=True)
        for process in self._processes:
            _end(process)

    def submit(self, work: Callable[..., Any], **arguments: Any) -> Future[Any]:
        """Call a function of a module in one of the processes.

        Args:
            work: The function; it, its arguments, results and exceptions are pickled.
            arguments: Keyword arguments of the call.

        Returns:
            What the call returns or raises; RuntimeError where its process ended without a word.
        """
        return self._threads.submit(self._call, work, arguments)

    def warm(self, work: Callable[[], None]) -> None:
        """Start every process and let it do what it would do first; how that ends is no matter."""
        for _ in range(self._count):
            self.submit(work)

    def _call(self, work: Callable[..., Any], arguments: Mapping[str, Any]) -> Any:
        process: subprocess.Popen[bytes] | None = getattr(self._own, "process", None)
        if process is None:
            process = self._own.process = _start()
            self._processes.append(process)
        assert process.stdin is not None and process.stdout is not None
        call = pickle.dumps((work, arguments))
        try:
            process.stdin.write(call)
            process.stdin.flush()
            result, error = pickle.load(process.stdout)
        except Exception as exc:
            self._own.process = None
            raise RuntimeError(f"{work.__name__}: the process that did it ended: {exc!r}") from exc
        if error is not None:
            raise error
        return result


def _start() -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", __name__],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
    )


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a process that has nothing left to do, or is gone already."""
    assert process.stdin is not None and process.stdout is not None
    with suppress(BrokenPipeError):
        process.stdin.close()
    process.stdout.close()
    process.wait()


def main() -> None:
    """Do what standard input says; whatever is printed on the way goes to standard error."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # who asked for the work decides when it ends
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    while True:
        try:
            work, arguments = pickle.load(sys.stdin.buffer)
        except EOFError:
            return
        result, error = None, None
        try:
            result = work(**arguments)
        except Exception as exc:
            error = exc
        try:
            pickle.dump((result, error), answers)
            answers.flush()
        except BrokenPipeError:  # who asked for the work was killed
            os._exit(1)


if __name__ == "__main__":
    main()
