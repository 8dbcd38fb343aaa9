"""Errors that users see: what, where and the cure, in Chinese and English."""

from __future__ import annotations


class JingtianError(Exception):
    """Something could not be done; ``exit_code`` 1 is refused or blocked, 2 could not run."""

    exit_code = 2

    def __init__(self, zh: str, en: str) -> None:
        self.zh, self.en = zh, en
        super().__init__(en)

    def text(self, lang: str) -> str:
        """The message in the language asked for."""
        return self.zh if lang == "zh" else self.en


class RefusedError(JingtianError):
    """A check said no: the state before stays in force."""

    exit_code = 1


class UsageError(JingtianError):
    """The command was called with something it cannot use."""

    exit_code = 2
