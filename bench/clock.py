"""Seconds per phase: on the wall, and on the processor for when the machine is shared."""

from __future__ import annotations

import resource
import time


class Clock:
    """Marks the ends of phases, in order.

    Attributes:
        phases: Seconds on the wall by phase.
        cpu: Seconds on the processor by phase, of all threads and of the processes that ended in it.
    """

    def __init__(self) -> None:
        self.phases: dict[str, float] = {}
        self.cpu: dict[str, float] = {}
        self._since = (time.perf_counter(), _processor())

    def mark(self, phase: str) -> None:
        """End a phase."""
        now = (time.perf_counter(), _processor())
        self.phases[phase] = now[0] - self._since[0]
        self.cpu[phase] = now[1] - self._since[1]
        self._since = now


def _processor() -> float:
    """Seconds on the processor of this process and of its children that ended."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def peak_bytes() -> int:
    """Peak memory of this process and of its largest child."""
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return 1024 * max(own, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
