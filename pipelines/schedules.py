"""The daily schedule: asks which months are due and not closed."""

from __future__ import annotations

import dagster as dg

from pipelines.clock import bank_today
from pipelines.periods import Period
from pipelines.publish import closed_periods
from pipelines.settings import Settings


def due_periods(settings: Settings) -> list[str]:
    """Months that are over, have files in the inbox or the lake, and are not closed: the last one
    only, since an older open month is a decision of people."""
    today = bank_today(settings.timezone)
    last = str(Period(today.year, today.month).shift(-1))
    return [] if last in closed_periods(settings.home) else [last]


def daily_schedule(
    settings: Settings, job: dg.UnresolvedAssetJobDefinition
) -> dg.ScheduleDefinition:
    """Every morning in bank time; cron's day-of-month rules are not used for deadlines."""

    @dg.schedule(
        job=job,
        cron_schedule="0 6 * * *",
        execution_timezone=settings.timezone,
        name="close_when_due",
    )
    def close_when_due(
        context: dg.ScheduleEvaluationContext,
    ) -> list[dg.RunRequest] | dg.SkipReason:
        periods = due_periods(settings)
        if not periods:
            return dg.SkipReason("the last month is closed")
        day = context.scheduled_execution_time.date().isoformat()
        return [dg.RunRequest(run_key=f"{p}-{day}", partition_key=p) for p in periods]

    return close_when_due
