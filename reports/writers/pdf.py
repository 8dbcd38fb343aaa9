"""PDF from the HTML of an output: the same page, on paper.

Here belongs finding out whether this machine can set Chinese pages, and setting them with
WeasyPrint. What is on the page belongs to the output.
"""

from __future__ import annotations

import datetime as dt
import logging
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from ctypes.util import find_library
from functools import cache

from expectations.garbage import without_collection

# Debian's names: what to install where something is missing.
PACKAGES = "libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-noto-cjk"
_LIBRARIES = ("pango-1.0", "pangoft2-1.0", "harfbuzz-subset")
_FACES = ("Noto Serif CJK SC", "Noto Sans CJK SC")


class PdfUnavailableError(RuntimeError):
    """This machine cannot set the PDF. ``zh`` and ``en`` say what is missing."""

    def __init__(self, zh: str, en: str) -> None:
        self.zh, self.en = zh, en
        super().__init__(f"{zh} / {en}")


@cache
def typesetter() -> dict[str, str]:
    """What sets the PDFs of this machine: versions of WeasyPrint, Pango, HarfBuzz and the faces.

    The bytes of a PDF depend on all of them, so a pack's fingerprint names them.

    Raises:
        PdfUnavailableError: A library or a face is missing. Without HarfBuzz's subsetter WeasyPrint
            cuts the faces with fontTools: 17 s for one Noto CJK page instead of 0.6 s (tried
            2026-11, 2 cores), so it counts as missing.
    """
    absent = [name for name in _LIBRARIES if find_library(name) is None]
    if absent:
        names = ", ".join(f"lib{name}" for name in absent)
        raise PdfUnavailableError(
            f"本机缺少排版库 {names}（Debian：apt-get install {PACKAGES}）",
            f"this machine lacks {names} (Debian: apt-get install {PACKAGES})",
        )
    faces = {face: _face_version(face) for face in _FACES}
    if missing := [face for face, version in faces.items() if not version]:
        names = ", ".join(missing)
        raise PdfUnavailableError(
            f"本机缺少中文字体 {names}（Debian：apt-get install fonts-noto-cjk）",
            f"this machine lacks the faces {names} (Debian: apt-get install fonts-noto-cjk)",
        )
    try:
        import weasyprint
        from weasyprint.text.ffi import pango
    except OSError as exc:  # a library is there but of no use
        raise PdfUnavailableError(
            f"排版库不能加载：{exc}", f"a typesetting library cannot be loaded: {exc}"
        ) from exc
    return {
        "weasyprint": weasyprint.__version__,
        "pango": str(pango.pango_version()),
        "harfbuzz": str(find_library("harfbuzz-subset")),
        **faces,
    }


def write_pdf(html: str, identifier: str, date: dt.date) -> bytes:
    """Set a self-contained HTML page.

    Args:
        html: The page; it may not refer to anything outside itself.
        identifier: Identifier of the document, the same for the same contents.
        date: Stands in the file instead of the time of writing.

    Raises:
        PdfUnavailableError: See :func:`typesetter`.
        ValueError: The page refers to something outside itself.
    """
    typesetter()
    import weasyprint

    # style rules that are for screens only are no news to whoever closes a month
    logging.getLogger("weasyprint").setLevel(logging.ERROR)
    with _fixed_date(date), without_collection():
        page = weasyprint.HTML(string=html, url_fetcher=_refuse)
        content: bytes = page.write_pdf(pdf_identifier=identifier.encode())
    return content


def _refuse(url: str, *_: object, **__: object) -> dict[str, object]:
    raise ValueError(f"a printed page refers to {url[:80]}: reports fetch nothing")


def _face_version(face: str) -> str:
    """Version of a face that fontconfig knows under exactly this name, else an empty text."""
    matcher = shutil.which("fc-match")
    if matcher is None:
        return ""
    found = subprocess.run(
        [matcher, "--format", "%{family}|%{fontversion}", face],
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    ).stdout
    families, _, version = found.partition("|")
    return version if face in families.split(",") else ""


@contextmanager
def _fixed_date(date: dt.date) -> Iterator[None]:
    """``SOURCE_DATE_EPOCH`` for as long as the page is set: font tables carry a date."""
    before = os.environ.get("SOURCE_DATE_EPOCH")
    moment = dt.datetime(date.year, date.month, date.day, tzinfo=dt.UTC)
    os.environ["SOURCE_DATE_EPOCH"] = str(int(moment.timestamp()))
    try:
        yield
    finally:
        if before is None:
            del os.environ["SOURCE_DATE_EPOCH"]
        else:
            os.environ["SOURCE_DATE_EPOCH"] = before
