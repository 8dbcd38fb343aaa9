"""The door of emission: nothing is emitted from a slice without a valid decision.

Here belongs comparing a frozen slice with its ``decision.json``. Making decisions belongs to
``expectations``; knowing which decision is expected and what today's hashes are belongs to
``pipelines``, which passes both as values.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from expectations.decision import NAME as DECISION_FILE
from expectations.decision import Decision, digest_of, file_digest, read_decision

PASSED = "passed"

# What a decision depends on, as people call it.
HASH_NAMES_ZH = {
    "load_set": "取数清单",
    "rules": "规则",
    "definitions": "口径",
    "models": "模型",
}
# Only decisions that rest on waivers or explanations carry their digest.
_OTHER_NAMES_ZH = {"exceptions": "豁免与说明"}


_SEVERITY_ZH = {"block": "阻断", "explain": "需说明", "warn": "提示"}


class EmissionRefused(RuntimeError):
    """Emission was refused. ``message_zh`` and ``message_en`` say what differs and what to do.

    ``code`` is one of: missing, damaged, unexpected, failed, stale, altered (the slice),
    wrong_slice, wrong_period, not_due, incomplete, report_gate, pack_differs. ``decision`` is
    the decision that did not pass, ``gate_dir`` where the report gate kept it.
    """

    def __init__(
        self,
        code: str,
        message_zh: str,
        message_en: str,
        *,
        decision: Decision | None = None,
        gate_dir: Path | None = None,
    ) -> None:
        self.code = code
        self.message_zh = message_zh
        self.message_en = message_en
        self.decision = decision
        self.gate_dir = gate_dir
        super().__init__(f"{message_zh} / {message_en}")

    def __reduce__(self) -> tuple[Any, ...]:
        """Refused in one process, told by another."""
        arguments = (self.code, self.message_zh, self.message_en)
        return (type(self), arguments, {"decision": self.decision, "gate_dir": self.gate_dir})


@dataclass(frozen=True)
class CheckedSlice:
    """A slice that may be emitted from: its files are those the decision judged."""

    directory: Path
    decision: Decision

    @property
    def files_hash(self) -> str:
        """Digest of the names and digests of the slice's files."""
        return digest_of(self.decision.files)

    def path(self, table: str) -> Path:
        """Path of one table of the slice.

        Raises:
            EmissionRefused: The decision did not judge such a table.
        """
        name = f"{table}.parquet"
        if name not in self.decision.files:
            raise EmissionRefused(
                "incomplete",
                f"切片 {self.directory} 中没有已判定的表 {name}，请重新结账。",
                f"slice {self.directory} holds no judged table {name}; close the period again.",
            )
        return self.directory / name


def check_slice(
    slice_dir: Path, expected_decision_hash: str, today: Mapping[str, str]
) -> CheckedSlice:
    """Check that a frozen slice may be emitted from, in whichever process this runs.

    Args:
        slice_dir: Directory with the Parquet files and ``decision.json``.
        expected_decision_hash: Hash of the decision that the registry holds for this slice.
        today: Today's hashes of load set, rules, definitions and models.

    Raises:
        EmissionRefused: The decision is missing, damaged, not the expected one, failed or
            stale, or the slice's files differ from those it judged.
    """
    decision = _read_decision(slice_dir)
    _refuse_unexpected(slice_dir, decision, expected_decision_hash)
    _refuse_failed(slice_dir, decision)
    _refuse_stale(slice_dir, decision, today)
    _refuse_altered(slice_dir, decision)
    return CheckedSlice(slice_dir, decision)


def _read_decision(slice_dir: Path) -> Decision:
    path = slice_dir / DECISION_FILE
    if not path.is_file():
        raise EmissionRefused(
            "missing",
            f"没有闸口判定：{path} 不存在。请先运行结账。",
            f"no gate decision: {path} does not exist; close the period first.",
        )
    try:
        decision = read_decision(slice_dir)
    except (OSError, ValueError, TypeError) as exc:
        raise EmissionRefused(
            "damaged",
            f"闸口判定无法读取：{path}（{exc}）。",
            f"the gate decision cannot be read: {path} ({exc}).",
        ) from exc
    if not isinstance(decision.hashes, dict) or not isinstance(decision.files, dict):
        raise EmissionRefused(
            "damaged",
            f"闸口判定不完整：{path} 的 hashes 或 files 不是映射。",
            f"the gate decision is incomplete: hashes or files of {path} is not a mapping.",
        )
    return decision


def _refuse_unexpected(slice_dir: Path, decision: Decision, expected: str) -> None:
    found = decision.hash
    if found != expected:
        raise EmissionRefused(
            "unexpected",
            f"{slice_dir} 的闸口判定不是登记的那一份：应为 {expected or '（无登记）'}，"
            f"实为 {found}。",
            f"the gate decision in {slice_dir} is not the registered one: expected "
            f"{expected or '(none registered)'}, found {found}.",
        )


def _refuse_failed(slice_dir: Path, decision: Decision) -> None:
    if decision.status != PASSED:
        counts = json.dumps(decision.counts, ensure_ascii=False, sort_keys=True)
        counts_zh = "、".join(
            f"{_SEVERITY_ZH.get(name, name)} {count}" for name, count in decision.counts.items()
        )
        raise EmissionRefused(
            "failed",
            f"闸口 {decision.gate}（{decision.period}）未通过，不得报出。"
            f"未通过的检查：{counts_zh or '未列出'}。",
            f"gate {decision.gate} ({decision.period}) decided '{decision.status}'; "
            f"nothing is emitted from {slice_dir}. Counts: {counts}.",
            decision=decision,
        )


def _refuse_stale(slice_dir: Path, decision: Decision, today: Mapping[str, str]) -> None:
    then = decision.hashes
    names = sorted(set(HASH_NAMES_ZH) | set(then) | set(today))
    differing = [name for name in names if not then.get(name) or then[name] != today.get(name)]
    if differing:
        zh = "；".join(
            f"{(HASH_NAMES_ZH | _OTHER_NAMES_ZH).get(name, name)} 判定时 {_short(then.get(name))}，"
            f"现在 {_short(today.get(name))}"
            for name in differing
        )
        en = "; ".join(
            f"{name} was {_short(then.get(name))}, is {_short(today.get(name))}"
            for name in differing
        )
        raise EmissionRefused(
            "stale",
            f"闸口判定已过期：{zh}。请重新结账后再报出（{slice_dir}）。",
            f"the gate decision is stale: {en}. Close the period again ({slice_dir}).",
            decision=decision,
        )


def _refuse_altered(slice_dir: Path, decision: Decision) -> None:
    judged = decision.files
    problems: list[tuple[str, str]] = []
    if not judged:
        problems.append(("判定未列出任何文件", "the decision lists no files"))
    for name, digest in sorted(judged.items()):
        path = slice_dir / name
        if not path.is_file():
            problems.append((f"{name} 缺失", f"{name} is missing"))
        elif (found := file_digest(path)) != digest:
            problems.append(
                (
                    f"{name} 已被改动（判定时 {_short(digest)}，现在 {_short(found)}）",
                    f"{name} was altered ({_short(digest)} when judged, {_short(found)} now)",
                )
            )
    for path in sorted(slice_dir.glob("*.parquet")):
        if path.name not in judged:
            problems.append((f"{path.name} 未经判定", f"{path.name} was never judged"))
    if problems:
        raise EmissionRefused(
            "altered",
            f"切片与判定不符：{'；'.join(zh for zh, _ in problems)}（{slice_dir}）。",
            f"the slice differs from its decision: {'; '.join(en for _, en in problems)} "
            f"({slice_dir}).",
            decision=decision,
        )


def _short(digest: str | None) -> str:
    return digest[:12] if digest else "-"
