"""Identifiers and classifications by their standards, as SQL macros that rules call by name.

Here belongs what a number says by itself: check digits, the date in it, whether a code exists in a
national classification. All of it is plain vectorised SQL, so that a predicate costs no more than
one written out. Lists of codes are data in ``expectations/codes``. Every ``…_is_valid`` is NULL for
a NULL argument: a missing number is a matter for the contract.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from pathlib import Path
from weakref import WeakKeyDictionary

import duckdb

from expectations.strict_yaml import load_strict

CODES_DIR = Path(__file__).parent / "codes"
# What a connection was told already.
_known: WeakKeyDictionary[duckdb.DuckDBPyConnection, set[str]] = WeakKeyDictionary()
SIZES = ("large", "medium", "small")  # below the bounds of small: micro

# GB 32100-2015: letters I, O, S, V, Z are not used; the value of a character is its place.
_USCC_LETTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_USCC_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
# GB 11714: digits count as they are, letters from A = 10.
_ORGANISATION_LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
# GB 11643-1999
_RESIDENT_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_RESIDENT_CHECK = "10X98765432"
# GB/T 2260: provinces and their equals; 83 is used for residents of Taiwan only.
_PROVINCES = (
    "11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63 64 65 "
    "71 81 82"
)
# GB/T 12406 (ISO 4217): currencies that a rural bank may meet.
_CURRENCIES = (
    "AED AUD BND BRL CAD CHF CNY CZK DKK EUR GBP HKD HUF IDR ILS INR JPY KHR KRW KZT LAK MMK MNT "
    "MOP MXN MYR NOK NPR NZD PHP PKR PLN RON RSD RUB SAR SEK SGD THB TRY TWD USD VND ZAR"
)


def define_identifiers(con: duckdb.DuckDBPyConnection, predicates: str) -> None:
    """Make the macros that some predicates call known to a connection (they are temporary)."""
    known = _known.setdefault(con, set())
    for name in _called(predicates):
        if name not in known:
            con.execute(f"create or replace temp macro {_macros()[name]}")
            known.add(name)


@lru_cache(maxsize=512)
def _called(predicates: str) -> tuple[str, ...]:
    """Macros that predicates call, each after those that it calls itself."""
    wanted: list[str] = []
    for name, text in reversed(_macros().items()):
        if re.search(rf"\b{name}\(", predicates):
            wanted.append(name)
            predicates += text
    return tuple(reversed(wanted))


@cache
def _macros() -> dict[str, str]:
    """Macro name to its signature and body; one stands after those that it calls."""
    texts = (
        f"organisation_code_is_valid(code) as {_organisation_code()}",
        f"uscc_is_valid(code) as {_uscc()}",
        f"resident_id_is_valid(code) as {_resident_id()}",
        "resident_id_birth_date(code) as try_cast("
        "substr(code, 7, 4) || '-' || substr(code, 11, 2) || '-' || substr(code, 13, 2) as date)",
        f"province_is_known(code) as substr(code, 1, 2) in ({_listed(_PROVINCES)})",
        # digits 3-4 are the city or prefecture, 5-6 the district or county: never 00 for an office
        "division_is_valid(code) as province_is_known(code) "
        "and regexp_full_match(code, '[0-9]{2}(0[1-9]|[1-9][0-9])(0[1-9]|[1-9][0-9])')",
        # township 001-099 subdistrict, 100-199 town, 200-399 township, 400-599 of their kind;
        # village 001-199 residents' committee, 200-399 villagers' committee, 400-599 of their kind
        "village_code_is_valid(code) as "
        "regexp_full_match(code, '[0-9]{6}([0-5][0-9]{2})([0-5][0-9]{2})') "
        "and substr(code, 7, 3) <> '000' and substr(code, 10, 3) <> '000'",
        "village_code_kind(code) as case when substr(code, 10, 3) between '001' and '199' then "
        "'community' when substr(code, 10, 3) between '200' and '399' then 'village' end",
        f"industry_is_known(code) as regexp_full_match(code, '{_industry_pattern()}')",
        f"enterprise_size(industry, staff, revenue, assets) as {_enterprise_size()}",
        # 15 characters: kind of institution, 4 of the bank, form of the place, region and number
        "financial_licence_is_valid(code) as regexp_full_match(code, '[A-Z][0-9]{4}[A-Z][0-9]{9}')",
        # mobile; or area code, number and extension; or 400 and 95 services
        "phone_is_plausible(code) as regexp_full_match(code, "
        r"'(\+?86[- ]?)?1[0-9]{10}|(0[1-9][0-9]{1,2}[- ]?)?[2-8][0-9]{6,7}([- ][0-9]{1,6})?|"
        r"400[- ]?[0-9]{3}[- ]?[0-9]{4}|95[0-9]{3,6}')",
        f"currency_is_known(code) as code in ({_listed(_CURRENCIES)})",
    )
    return {text.split("(")[0]: text for text in texts}


def _listed(values: str) -> str:
    return ", ".join(f"'{value}'" for value in values.split())


def _weighed(weights: tuple[int, ...], value: str, first: int = 1) -> str:
    """Weighted sum over consecutive places; ``value`` is the worth of ``{c}``."""
    return " + ".join(
        f"{weight} * {value.format(c=f'substr(code, {place}, 1)')}"
        for place, weight in enumerate(weights, start=first)
    )


def _organisation_code() -> str:
    """Nine characters, the last one of them the check of GB 11714."""
    total = _weighed(_ORGANISATION_WEIGHTS, f"(strpos('{_ORGANISATION_LETTERS}', {{c}}) - 1)")
    # 11 minus the remainder; 10 is written X, 11 is written 0
    return (
        "regexp_full_match(code, '[0-9A-Z]{8}[0-9X]') "
        f"and substr('0X987654321', ({total}) % 11 + 1, 1) = substr(code, 9, 1)"
    )


def _uscc() -> str:
    """Eighteen characters with the check of GB 32100 and that of the organisation code inside."""
    total = _weighed(_USCC_WEIGHTS, f"(strpos('{_USCC_LETTERS}', {{c}}) - 1)")
    return (
        f"regexp_full_match(code, '[{_USCC_LETTERS}]{{18}}') "
        f"and substr('{_USCC_LETTERS}', (31 - ({total}) % 31) % 31 + 1, 1) = substr(code, 18, 1) "
        "and organisation_code_is_valid(substr(code, 9, 9))"
    )


def _resident_id() -> str:
    total = _weighed(_RESIDENT_WEIGHTS, "(ascii({c}) - 48)")
    return (
        "regexp_full_match(code, '[0-9]{17}[0-9X]') "
        f"and substr('{_RESIDENT_CHECK}', ({total}) % 11 + 1, 1) = substr(code, 18, 1)"
    )


def _industry_pattern() -> str:
    """A section, division, group or class of GB/T 4754-2017, as one regular expression."""
    classes = load_strict(CODES_DIR / "gbt4754_2017.yaml", {"*": str})
    sections: dict[str, list[str]] = {}
    for division, ends in classes.items():
        groups: dict[str, str] = {}
        for end in ends.split():
            groups[end[0]] = groups.get(end[0], "") + end[1]
        below = "|".join(f"{group}[{ends}]?" for group, ends in groups.items())
        sections.setdefault(division[0], []).append(f"{division[1:]}({below})?")
    return "|".join(f"{letter}({'|'.join(parts)})?" for letter, parts in sections.items())


def _enterprise_size() -> str:
    """The highest size whose lower bounds are all reached; NULL where a figure is missing."""
    bounds = [int]
    shape = [{"industry": [str], "staff?": bounds, "revenue?": bounds, "assets?": bounds}]
    whens = []
    for entry in load_strict(CODES_DIR / "enterprise_size.yaml", shape):
        begins = " or ".join(f"starts_with(industry, '{b}')" for b in entry["industry"])
        measures = [m for m in ("staff", "revenue", "assets") if m in entry]
        missing = " or ".join(f"{m} is null" for m in measures)
        sizes = []
        for place, size in enumerate(SIZES):
            reached = " and ".join(
                f"{m} >= {entry[m][place] * (1 if m == 'staff' else 10_000)}" for m in measures
            )
            sizes.append(f"when {reached} then '{size}'")
        whens.append(
            f"when {begins} then case when {missing} then null {' '.join(sizes)} else 'micro' end"
        )
    return f"case {' '.join(whens)} end"
