"""Archives: which households, merchants and firms of a village have a credit file, and when.

Here belongs the register ``customer_archive`` and the pace at which a branch fills it. Subjects
are numbered within a unit and segment, so coverage never exceeds the subjects counted there. The
segments of the five dockings have subjects and archives of their own; and who had credit before
the programme reached him had a file on paper, cancelled since, or has a draft.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from pipelines.sample import columns as col
from pipelines.sample import customers as cust
from pipelines.sample.bank import COMMUNITY, VILLAGE, Org, Units
from pipelines.sample.columns import ArrowColumn
from pipelines.sample.customers import Customers, customer_ids
from pipelines.sample.days import NEVER, IntArray, Month, add_months
from pipelines.sample.profiles import (
    ALL_SEGMENTS,
    COOPERATIVE,
    DOCKING,
    ENTERPRISE,
    FAMILY_FARM,
    LARGE_OPERATOR,
    LEADING,
    MERCHANT,
    PARK,
    RESIDENT,
    RURAL,
    SEGMENTS,
)

_DRAFT, _COMPLETE, _CANCELLED = range(3)
_SEGMENT_OF = {
    cust.FARMER: RURAL,
    cust.RESIDENT: RESIDENT,
    cust.SELF: MERCHANT,
    cust.MICRO_FIRM: ENTERPRISE,
    cust.SMALL_FIRM: ENTERPRISE,
}
CAPTURE = ("mobile_terminal", "paper", "online", "data_exchange")
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
    who, cell, place_in_cell = _placed(units, customers)
    subjects_before = np.concatenate([[0], np.cumsum(units.population.reshape(-1))[:-1]])
    result = np.full(len(unit), -1, dtype=np.int64)
    result[subjects_before[cell] + place_in_cell] = who
    return result


def _placed(units: Units, customers: Customers) -> tuple[IntArray, IntArray, IntArray]:
    """Customers who are subjects of a counted segment, their cell and their place in it."""
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
    return who[fits], cell[fits], place_in_cell[fits]


@dataclass
class Subjects:
    """The subject that each customer is: unit, segment and place in it; segment -1 is none.

    ``docking`` counts the subjects of each unit in the segments of the dockings.
    """

    unit: IntArray
    segment: IntArray
    place: IntArray
    docking: IntArray


def make_subjects(units: Units, customers: Customers, rng: Generator) -> Subjects:
    """Which subject each customer is; those that no counted segment holds go to the dockings."""
    count = customers.count
    segment = np.full(count, -1, dtype=np.int64)
    place = np.zeros(count, dtype=np.int64)
    who, cell, place_in_cell = _placed(units, customers)
    segment[who], place[who] = cell % len(SEGMENTS), place_in_cell
    group, number = customers.group, np.arange(count)
    in_village = units.kind[customers.unit] == VILLAGE
    person = np.isin(group, (cust.FARMER, cust.SELF, cust.SM_OWNER))
    firm = np.isin(group, (cust.MICRO_FIRM, cust.SMALL_FIRM, cust.MEDIUM_FIRM, cust.LARGE_FIRM))
    left = segment < 0
    dock = np.full(count, -1, dtype=np.int64)
    dock[left & person & in_village] = LARGE_OPERATOR
    dock[left & (person | (group == cust.RESIDENT)) & ~in_village] = FAMILY_FARM
    dock[firm & (left | (customers.is_agri & (number % 3 == 0)))] = LEADING
    dock[np.isin(group, (cust.COOPERATIVE, cust.COLLECTIVE, cust.ORGANISATION))] = COOPERATIVE
    farmer = (group == cust.FARMER) & in_village
    dock[farmer & (number % 11 == 3)] = LARGE_OPERATOR
    dock[farmer & (number % 11 == 7)] = FAMILY_FARM
    chosen = np.flatnonzero(dock >= 0)
    cells = customers.unit[chosen] * len(DOCKING) + dock[chosen] - len(SEGMENTS)
    order = np.argsort(cells, kind="stable")
    chosen, cells = chosen[order], cells[order]
    segment[chosen] = dock[chosen]
    place[chosen] = np.arange(len(cells)) - np.searchsorted(cells, cells, side="left")
    known = np.bincount(cells, minlength=units.count * len(DOCKING)).reshape(units.count, -1)
    villages = (units.kind == VILLAGE)[:, None]
    more = rng.integers(0, 3, known.shape) * (villages | (np.arange(len(DOCKING)) == 2))
    return Subjects(customers.unit, segment, place, known + more)


def make_other_archives(
    units: Units,
    customers: Customers,
    subjects: Subjects,
    archives: Archives,
    first_line: IntArray,
    rng: Generator,
    start: Month,
) -> Archives:
    """Archives that no coverage rate counts.

    Docking subjects are archived at their own pace. A customer whose archive is younger than his
    first line (``first_line``) or the window has an earlier file: on paper and cancelled before
    the window, or a draft when he joins within it, cancelled when the programme reaches him.
    """
    unit, kind = np.nonzero(subjects.docking)
    count = subjects.docking[unit, kind]
    unit, kind = np.repeat(unit, count), np.repeat(kind, count)
    offset = np.concatenate([[0], np.cumsum(count)[:-1]])
    place = np.arange(len(unit)) - np.repeat(offset, count)
    customer = np.full(len(unit), -1, dtype=np.int64)
    starts = np.zeros(subjects.docking.shape, dtype=np.int64)
    starts[np.nonzero(subjects.docking)] = offset
    docked = np.flatnonzero(subjects.segment >= len(SEGMENTS))
    at = starts[subjects.unit[docked], subjects.segment[docked] - len(SEGMENTS)]
    customer[at + subjects.place[docked]] = docked
    opened = start.first - 700 + rng.integers(0, 1200, len(unit))
    filed = np.flatnonzero(rng.uniform(size=len(unit)) < 0.72)

    earliest = np.full(customers.count, NEVER, dtype=np.int64)
    mine = archives.customer >= 0
    np.minimum.at(earliest, archives.customer[mine], archives.opened[mine])
    by_docking = filed[customer[filed] >= 0]
    np.minimum.at(earliest, customer[by_docking], opened[by_docking])
    joins = customers.opened >= start.first
    needed = np.where(joins, customers.opened, np.minimum(first_line, start.first))
    late = np.flatnonzero((earliest > needed - 40) & (subjects.segment >= 0))
    paper = needed[late] - 60
    draft = joins[late]

    size = len(filed) + len(late)
    first_day = np.concatenate([opened[filed], paper])
    complete = np.concatenate(
        [first_day[: len(filed)] + rng.integers(0, 30, len(filed)), np.full(len(late), NEVER)]
    )
    ended = np.minimum(first_day[len(filed) :] + 1200, start.first - 20)
    cancelled = np.concatenate(
        [np.full(len(filed), NEVER), np.where(draft, earliest[late], np.maximum(ended, paper + 40))]
    )
    order = np.lexsort((np.arange(size), first_day))
    columns = (
        np.concatenate([unit[filed], subjects.unit[late]]),
        np.concatenate([kind[filed] + len(SEGMENTS), subjects.segment[late]]),
        np.concatenate([place[filed], subjects.place[late]]),
        np.concatenate([customer[filed], late]),
        first_day,
        complete,
        cancelled,
        np.full(size, NEVER),
        np.full(size, NEVER),
        rng.integers(0, len(_RATINGS), size),
    )
    return Archives(*(np.asarray(values, dtype=np.int64)[order] for values in columns))


def subject_ids(units: Units, unit: IntArray, segment: IntArray, place: IntArray) -> ArrowColumn:
    """Subject numbers by unit, place in ``ALL_SEGMENTS`` and place in the two."""
    prefix = col.joined("S", col.picks(units.unit_ids, unit), col.picks(list("123456789"), segment))
    return col.joined(prefix, col.ids("", place + 1, 5))


def customer_archive(
    org: Org,
    units: Units,
    customers: Customers,
    archives: Archives,
    others: Archives,
    month: Month,
) -> dict[str, ArrowColumn]:
    """Archives opened by the month's end, as they stand then; those never counted last."""
    first = _rows(org, units, customers, archives, month, "DA")
    last = _rows(org, units, customers, others, month, "DZ")
    return {name: col.stacked(first[name], last[name]) for name in first}


def _rows(
    org: Org, units: Units, customers: Customers, archives: Archives, month: Month, prefix: str
) -> dict[str, ArrowColumn]:
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
    subject = archives.subject[cut]
    unit_code = col.picks(units.unit_ids, unit)
    complete_on, rating = archives.complete_on[cut], archives.rating[cut]
    on_paper = prefix == "DZ" and np.isin(status, (_CANCELLED, _DRAFT))
    household = np.isin(segment, (RESIDENT, RURAL, FAMILY_FARM))
    is_complete = status == _COMPLETE
    # one in seven of those who are no customers is archived and not yet rated
    is_rated = is_complete & ((who >= 0) | (number % 7 != 3))
    evaluated = np.maximum(complete_on - 3, archives.opened[cut])
    evaluated = np.where(is_rated & (rating < 3), evaluated, NEVER)
    honoured = is_rated & np.isin(segment, (RESIDENT, RURAL)) & (rating < 2) & (subject % 3 == 0)
    honoured = np.where(honoured, complete_on + 29, NEVER)
    until = add_months(np.where(honoured < NEVER, honoured, last), 24) - 1
    return {
        "archive_id": col.ids(f"{prefix}{org.org_id}", number, 8),
        "subject_id": subject_ids(units, unit, segment, subject),
        "customer_id": customer_ids(org, np.maximum(who, 0), ~is_known),
        "segment_code": col.codes(ALL_SEGMENTS, segment),
        "admin_unit_id": unit_code,
        "branch_id": col.constant(org.org_id, known),
        "status_code": col.codes(("draft", "complete", "cancelled"), status),
        "opened_date": col.dates(archives.opened[cut]),
        "updated_date": col.dates(updated),
        "expiry_date": col.dates(archives.expiry[cut]),
        "rating_code": col.picks(_RATINGS, np.where(is_rated, rating, -1)),
        "rating_date": col.dates(np.where(is_rated, complete_on, NEVER)),
        "credit_household_date": col.dates(honoured, honoured > last),
        "credit_household_expiry_date": col.dates(until, honoured > last),
        "evaluation_date": col.dates(evaluated, evaluated > last),
        "capture_channel_code": col.codes(
            CAPTURE, np.where(on_paper, 1, np.where(subject % 7 == 3, 1 + subject // 7 % 3, 0))
        ),
        "member_count": col.numbers(1 + (subject * 5 + unit) % 6, ~household),
    }
