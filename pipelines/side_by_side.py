"""Work side by side in processes of their own, for what holds the interpreter too long.

Run as ``python -m pipelines.side_by_side``: reads a function and its calls from standard input and
writes each outcome to standard output, both pickled. The standard library's pools would run the
caller's main module again, which a script without a guard does not survive.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from threading import Thread
from typing import Any

Calls = Mapping[str, Mapping[str, Any]]


def start(work: Callable[..., Any], calls: Calls, workers: int) -> dict[str, Future[Any]]:
    """Start calls of a function, shared out among other processes.

    Args:
        work: A function of a module; it, its arguments, results and exceptions are pickled.
        calls: Keyword arguments of each call, by name.
        workers: Processes, at most one a call.

    Returns:
        What each call returns or raises; RuntimeError where its process ended without a word.
    """
    outcomes: dict[str, Future[Any]] = {name: Future() for name in calls}
    for place in range(min(workers, len(calls))):
        share = {name: calls[name] for name in list(calls)[place::workers]}
        Thread(target=_run, args=(work, share, outcomes), daemon=True).start()
    return outcomes


def _run(work: Callable[..., Any], share: Calls, outcomes: dict[str, Future[Any]]) -> None:
    """One process and the outcomes of its share."""
    waiting = dict.fromkeys(share)
    try:
        with subprocess.Popen(
            [sys.executable, "-m", __name__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        ) as process:
            assert process.stdin is not None and process.stdout is not None
            with process.stdin as stdin:
                pickle.dump((work, share), stdin)
            for name in share:
                result, error = pickle.load(process.stdout)
                del waiting[name]
                if error is None:
                    outcomes[name].set_result(result)
                else:
                    outcomes[name].set_exception(error)
    except Exception as exc:
        for name in waiting:
            error = RuntimeError(f"{name}: the process that worked on it ended: {exc!r}")
            outcomes[name].set_exception(error)


def main() -> None:
    """Do what standard input says; whatever is printed on the way goes to standard error."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    work, share = pickle.load(sys.stdin.buffer)
    for arguments in share.values():
        result, error = None, None
        try:
            result = work(**arguments)
        except Exception as exc:
            error = exc
        pickle.dump((result, error), answers)
        answers.flush()


if __name__ == "__main__":
    main()
