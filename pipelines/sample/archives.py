"""Archives: which households, merchants and firms of a village have a credit file, and when.

Here belongs the register ``customer_archive`` and the pace at which a branch fills it. Subjects
are numbered within a unit and segment, so coverage never exceeds the subjects counted there.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from pipelines.sample import columns as col
from pipelines.sample import customers as cust
from pipelines.sample.bank import COMMUNITY, Org, Units
from pipelines.sample.columns import ArrowColumn
from pipelines.sample.customers import Customers, customer_ids
from pipelines.sample.days import NEVER, IntArray, Month, add_months
from pipelines.sample.profiles import ENTERPRISE, MERCHANT, PARK, RESIDENT, RURAL, SEGMENTS

_DRAFT, _COMPLETE, _CANCELLED = range(3)
_SEGMENT_OF = {
    cust.FARMER: RURAL,
    cust.RESIDENT: RESIDENT,
    cust.SELF: MERCHANT,
    cust.MICRO_FIRM: ENTERPRISE,
    cust.SMALL_FIRM: ENTERPRISE,
}
_RATINGS = ("A", "AA", "AAA", "B", "C")


@dataclass
class Archives:
    """Archives of one branch over the whole window, in order of the day they were opened."""

    unit: IntArray
    segment: IntArray
    subject: IntArray
    customer: IntArray
    opened: IntArray
    complete_on: IntArray
    cancelled_on: IntArray
    updated: IntArray
    expiry: IntArray
    rating: IntArray


def make_archives(
    org: Org, units: Units, customers: Customers, rng: Generator, start: Month
) -> Archives:
    """Draw the archives; pilot units are filled first and to the branch's own level."""
    unit, segment = np.nonzero(units.population)
    count = units.population[unit, segment]
    unit, segment = np.repeat(unit, count), np.repeat(segment, count)
    offset = np.concatenate([[0], np.cumsum(count)[:-1]])
    subject = np.arange(len(unit)) - np.repeat(offset, count)
    total = len(unit)

    # Each subject has a rank within its unit; its archive is opened when coverage reaches it.
    shuffled = np.lexsort((rng.uniform(size=total), np.repeat(np.arange(len(count)), count)))
    rank = np.empty(total)
    rank[shuffled] = (subject + rng.uniform(size=total)) / np.repeat(count, count)
    one_year = int(add_months(np.array([start.first]), 12)[0])
    is_pilot = units.pilot_from[unit] < one_year
    later = units.pilot_from[unit] < one_year + 365
    opened = np.full(total, NEVER, dtype=np.int64)
    span = np.array([-1100.0, 0.0, 345.0, 730.0])
    for place in range(len(SEGMENTS)):
        begin, first, second = org.profile.archive_curve(place)
        for mask, curve in (
            (is_pilot, (begin, first, second)),
            (~is_pilot & later, (begin * 0.6, first * 0.6, second)),
            (~is_pilot & ~later, (begin * 0.5, first * 0.45, second * 0.5)),
        ):
            chosen = mask & (segment == place) & (rank < curve[2])
            day = np.interp(rank[chosen], (0.0, *curve), span)
            opened[chosen] = start.first + day.astype(np.int64)

    customer = _customers_of(units, customers, unit, segment, subject)
    kept = np.flatnonzero(opened < NEVER)
    # Some subjects have a second archive: another member of the household was filed again.
    again = kept[rng.uniform(size=len(kept)) < 0.03]
    rows = np.concatenate([kept, again])
    first_day = np.concatenate([opened[kept], opened[again] + rng.integers(20, 200, len(again))])
    second_file = np.arange(len(rows)) >= len(kept)
    size = len(rows)
    chance = rng.uniform(size=size)
    draft_days = np.where(chance < 0.7, 0, rng.integers(5, 60, size))
    never_complete = chance > 0.985
    complete = np.where(never_complete, NEVER, first_day + draft_days)
    cancelled = np.where(
        rng.uniform(size=size) < 0.012, first_day + 90 + rng.integers(0, 700, size), NEVER
    )
    lasts = rng.uniform(size=size)
    expiry = np.where(lasts < 0.5, add_months(first_day, 36), NEVER)
    expiry = np.where(lasts < 0.03, add_months(first_day, 12), expiry)
    updated = np.where(rng.uniform(size=size) < 0.4, first_day + rng.integers(30, 500, size), NEVER)
    order = np.lexsort((np.arange(size), first_day))
    archive_customer = np.where(second_file, -1, customer[rows])
    return Archives(
        *(
            values[order]
            for values in (
                unit[rows],
                segment[rows],
                subject[rows],
                archive_customer,
                first_day,
                complete,
                cancelled,
                updated,
                expiry,
                rng.integers(0, len(_RATINGS), size),
            )
        )
    )


def _customers_of(
    units: Units, customers: Customers, unit: IntArray, segment: IntArray, subject: IntArray
) -> IntArray:
    """The customer behind a subject: the first subjects of a unit are its customers there."""
    wanted = np.full(customers.count, -1, dtype=np.int64)
    for group, place in _SEGMENT_OF.items():
        wanted[customers.group == group] = place
    in_town = units.kind[customers.unit] == COMMUNITY
    park = (wanted == ENTERPRISE) & in_town & (np.arange(customers.count) % 3 == 0)
    wanted[park & (units.population[customers.unit, PARK] > 0)] = PARK
    who = np.flatnonzero(wanted >= 0)
    cell = customers.unit[who] * len(SEGMENTS) + wanted[who]
    order = np.argsort(cell, kind="stable")
    who, cell = who[order], cell[order]
    start = np.searchsorted(cell, cell, side="left")
    place_in_cell = np.arange(len(cell)) - start
    fits = place_in_cell < units.population.reshape(-1)[cell]
    subjects_before = np.concatenate([[0], np.cumsum(units.population.reshape(-1))[:-1]])
    result = np.full(len(unit), -1, dtype=np.int64)
    result[subjects_before[cell[fits]] + place_in_cell[fits]] = who[fits]
    return result


def customer_archive(
    org: Org, units: Units, customers: Customers, archives: Archives, month: Month
) -> dict[str, ArrowColumn]:
    """Archives opened by the month's end, as they stand then."""
    last = month.last
    known = int(np.searchsorted(archives.opened, last, side="right"))
    cut = slice(0, known)
    unit, segment = archives.unit[cut], archives.segment[cut]
    status = np.where(archives.complete_on[cut] <= last, _COMPLETE, _DRAFT)
    status = np.where(archives.cancelled_on[cut] <= last, _CANCELLED, status)
    changes = np.stack(
        [archives.complete_on[cut], archives.cancelled_on[cut], archives.updated[cut]]
    )
    changes[changes > last] = 0
    updated = np.maximum(changes.max(axis=0, initial=0), archives.opened[cut])
    who = archives.customer[cut]
    is_known = (who >= 0) & (customers.opened[np.maximum(who, 0)] <= last)
    number = np.arange(1, known + 1, dtype=np.int64)
    unit_code = col.picks(units.unit_ids, unit)
    subject_prefix = col.joined("S", unit_code, col.picks(list("12345"), segment))
    return {
        "archive_id": col.ids(f"DA{org.org_id}", number, 8),
        "subject_id": col.joined(subject_prefix, col.ids("", archives.subject[cut] + 1, 5)),
        "customer_id": customer_ids(org, np.maximum(who, 0), ~is_known),
        "segment_code": col.codes(SEGMENTS, segment),
        "admin_unit_id": unit_code,
        "branch_id": col.constant(org.org_id, known),
        "status_code": col.codes(("draft", "complete", "cancelled"), status),
        "opened_date": col.dates(archives.opened[cut]),
        "updated_date": col.dates(updated),
        "expiry_date": col.dates(archives.expiry[cut]),
        "rating_code": col.picks(_RATINGS, np.where(status == _COMPLETE, archives.rating[cut], -1)),
    }
