"""The signal that a file cannot be read far enough to judge its rows."""

from __future__ import annotations


class Unreadable(Exception):
    """Carries the file-level findings that stopped the reading; ``sheet`` is the worksheet on which
    they can be shown, when it came so far."""

    def __init__(
        self, *findings: dict[str, object], sheet: str | None = None, header_row: int = 1
    ) -> None:
        self.findings = list(findings)
        self.sheet, self.header_row = sheet, header_row
        super().__init__(", ".join(str(f["code"]) for f in findings))
