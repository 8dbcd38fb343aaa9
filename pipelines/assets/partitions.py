"""The one partitioning of the house: by month. A branch is data, not a partition."""

from __future__ import annotations

import dagster as dg

from pipelines.settings import Settings

# A run closes one month: the close before it must be over, and its knowledge point is one number.
ONE_MONTH_A_RUN = dg.BackfillPolicy.multi_run(max_partitions_per_run=1)


def monthly(settings: Settings) -> dg.MonthlyPartitionsDefinition:
    """Months in bank time from the first period up to and including the running one."""
    return dg.MonthlyPartitionsDefinition(
        start_date=settings.first_period,
        fmt="%Y-%m",
        timezone=settings.timezone,
        end_offset=1,
    )
