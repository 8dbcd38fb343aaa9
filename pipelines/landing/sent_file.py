"""Files as somebody sent them: which entries of a folder are files, their bytes and their names.

A folder that others may write to holds anything: pipes that never end, links to files of the
reader's own, names with line breaks or bytes that are no text. Here belongs taking none of it on
trust; what is left aside is said.
"""

from __future__ import annotations

import re
from pathlib import Path

from expectations.findings import finding_row
from pipelines.landing.unreadable import Unreadable

MAX_BYTES = 4 << 30
# Control and direction characters, line separators, and bytes of a name that are no text.
_UNSHOWN = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]"
)


def shown_name(path: Path) -> str:
    """The file's name with a box for every character that would not print as one."""
    return _UNSHOWN.sub("□", path.name)


def files_of(folder: Path) -> tuple[list[Path], dict[str, str]]:
    """The files in a folder, by name, and what else is there with the reason in Chinese.

    Hidden files are none of the senders'. A link is not followed: it may lead to a file that its
    owner may not read.
    """
    files: list[Path] = []
    others: dict[str, str] = {}
    for path in sorted(folder.iterdir()):
        if path.name.startswith("."):
            continue
        if path.is_symlink():
            others[shown_name(path)] = "链接 link"
        elif path.is_dir():
            others[shown_name(path)] = "子目录 folder"
        elif not path.is_file():
            others[shown_name(path)] = "不是普通文件 not a regular file"
        else:
            files.append(path)
    return files, others


def sent_bytes(path: Path) -> bytes:
    """The bytes of a file, read once: whatever happens to it later, these are judged and kept.

    Raises:
        Unreadable: It cannot be read, or is larger than any upload.
    """
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise Unreadable(
                finding_row(
                    "JT-FILE-0005", value=f"{size >> 20} MB", expected=f"{MAX_BYTES >> 20} MB"
                )
            )
        return path.read_bytes()
    except OSError as exc:
        raise Unreadable(finding_row("JT-FILE-0022", value=exc.strerror or "")) from exc
