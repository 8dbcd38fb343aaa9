"""The signal that a file cannot be read far enough to judge its rows."""

from __future__ import annotations


class Unreadable(Exception):
    """Carries the file-level finding that stopped the reading."""

    def __init__(self, *findings: dict[str, object]) -> None:
        self.findings = list(findings)
        super().__init__(", ".join(str(f["code"]) for f in findings))
