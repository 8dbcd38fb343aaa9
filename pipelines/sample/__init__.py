"""The seeded sample bank: files as branches and head office would send them.

Public: :func:`make_sample` (a whole bank over a year and more), :func:`make_month` (one close at
scale) and :class:`SampleSummary`. Everything is invented; the same seed gives the same bytes.
"""

from pipelines.sample.make import SampleSummary, make_month, make_sample

__all__ = ["SampleSummary", "make_month", "make_sample"]
