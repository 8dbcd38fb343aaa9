"""The inbox sensor: lists files, compares with its cursor and asks for runs. It does no work."""

from __future__ import annotations

import hashlib
import json

import dagster as dg

from expectations.contract import Contract
from pipelines.landing.identity import identify_file
from pipelines.landing.sent_file import files_of
from pipelines.settings import Settings


def inbox_state(settings: Settings, contracts: dict[str, Contract]) -> dict[str, str]:
    """Digest of names, sizes and times of the inbox files, per month."""
    entries: dict[str, list[str]] = {}
    if settings.home.inbox.is_dir():
        for path in files_of(settings.home.inbox)[0]:
            identity = identify_file(path, contracts)
            if identity and path.is_file():
                stat = path.stat()
                entries.setdefault(str(identity.period), []).append(
                    f"{path.name}|{stat.st_size}|{stat.st_mtime_ns}"
                )
    return {
        period: hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]
        for period, lines in sorted(entries.items())
    }


def inbox_sensor(
    settings: Settings,
    contracts: dict[str, Contract],
    job: dg.UnresolvedAssetJobDefinition,
) -> dg.SensorDefinition:
    """One run per month whose files changed; never one per file."""

    @dg.sensor(job=job, name="inbox", minimum_interval_seconds=60)
    def inbox(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
        before: dict[str, str] = json.loads(context.cursor) if context.cursor else {}
        now = inbox_state(settings, contracts)
        changed = [p for p, digest in now.items() if before.get(p) != digest]
        if not changed:
            return dg.SkipReason("nothing new in the inbox")
        return dg.SensorResult(
            run_requests=[
                dg.RunRequest(run_key=f"inbox-{p}-{now[p]}", partition_key=p) for p in changed
            ],
            cursor=json.dumps(now),
        )

    return inbox
