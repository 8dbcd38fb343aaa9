"""JSON files of a pack: exact numbers as text, dates as ISO, keys sorted.

Here belongs turning values into JSON. A Decimal becomes a string with all its digits: a JSON
number would be read back as a float.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from reports.pack import pretty_json


def json_bytes(value: Any) -> bytes:
    """Canonical, readable JSON of plain values, Decimals and dates.

    Raises:
        TypeError: A float or another type is in it.
    """
    return pretty_json(_plain(value))


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, (str, bool, int)):
        return value
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, Sequence):
        return [_plain(item) for item in value]
    raise TypeError(f"{type(value).__name__} has no place in a report: {value!r}")
