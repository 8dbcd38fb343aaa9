"""A receipt: what became of one upload, as commands, workbooks and the inbox tell it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from expectations.contract import Contract
from expectations.judge import Verdict
from pipelines.landing.difference import Difference
from pipelines.landing.identity import Identity

if TYPE_CHECKING:
    from pipelines.gates.provisional import Provisional


@dataclass
class Receipt:
    """What became of one upload.

    ``status`` is accepted, unchanged (the file is the one in force), needs_explanation (it passed,
    and comes into force when ``open_codes`` are explained), unconfirmed (the sender did not
    confirm the ``difference`` from the file in force) or refused; of a file that is only validated
    passed or refused, and ``is_in_force`` says that it need not be sent. ``sheet`` is the worksheet
    that was read, ``header_row`` its header, ``letters`` where the ledger's columns stand,
    ``was_read`` that the file could be read as far as its rows. ``provisional`` is what the rules
    across ledgers and months say, as long as nothing is closed. ``files`` are the inputs of a load
    made from a foreign export.
    """

    file_name: str
    status: str
    verdict: Verdict
    identity: Identity | None = None
    contract: Contract | None = None
    seq: int | None = None
    load_id: str | None = None
    sheet: str | None = None
    header_row: int = 1
    letters: dict[str, str] = field(default_factory=dict)
    provisional: Provisional | None = None
    difference: Difference | None = None
    files: tuple[str, ...] = ()
    open_codes: tuple[str, ...] = ()
    is_in_force: bool = False
    was_read: bool = False
