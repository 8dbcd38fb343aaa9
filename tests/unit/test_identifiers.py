"""Identifiers by their standards: the SQL macros against a plain reading of the standards."""

from __future__ import annotations

import datetime as dt
import itertools

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from expectations.identifiers import CODES_DIR, define_identifiers
from expectations.strict_yaml import load_strict

LETTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
CON = duckdb.connect()
define_identifiers(
    CON,
    "uscc_is_valid( resident_id_is_valid( resident_id_birth_date( division_is_valid( "
    "village_code_is_valid( village_code_kind( industry_is_known( enterprise_size( "
    "financial_licence_is_valid( phone_is_plausible( currency_is_known( province_is_known(",
)


def ask(expression: str, *values: object) -> object:
    """Value of a SQL expression with ``?`` for each of the values."""
    return CON.execute(f"select {expression}", list(values)).fetchall()[0][0]


def resident_check(first: str) -> str:
    """GB 11643: weights are powers of two modulo 11."""
    total = sum(int(digit) * pow(2, 17 - place, 11) for place, digit in enumerate(first))
    return "0123456789X"[(12 - total % 11) % 11]


def organisation_check(first: str) -> str:
    """GB 11714."""
    total = sum(w * int(c, 36) for w, c in zip((3, 7, 9, 10, 5, 8, 4, 2), first, strict=True))
    rest = (11 - total % 11) % 11
    return "X" if rest == 10 else str(rest)


def social_credit_check(first: str) -> str:
    """GB 32100: weights are powers of three modulo 31."""
    total = sum(LETTERS.index(c) * pow(3, place, 31) for place, c in enumerate(first))
    return LETTERS[-total % 31]


def one_changed(text: str, place: int, letters: str, step: int) -> str:
    """The text with another letter at a place."""
    old = letters.index(text[place])
    return (
        text[:place]
        + letters[(old + 1 + step % (len(letters) - 1)) % len(letters)]
        + text[place + 1 :]
    )


@pytest.mark.parametrize(
    ("number", "is_valid"),
    [
        ("91110000802100433B", True),  # published numbers of listed companies
        ("91110000600037341L", True),
        ("91110000600037341M", False),
        ("9111000060003734IL", False),  # a letter that the standard does not use
        ("91110000600037341", False),
        ("", False),
    ],
)
def test_social_credit_code(number: str, is_valid: bool) -> None:
    assert ask("uscc_is_valid(?)", number) is is_valid


def test_a_missing_number_is_neither_right_nor_wrong() -> None:
    assert ask("uscc_is_valid(null)") is None
    assert ask("resident_id_is_valid(null)") is None


@settings(max_examples=150, deadline=None)
@given(st.text(LETTERS, min_size=8, max_size=8), st.text(LETTERS, min_size=8, max_size=8))
def test_social_credit_code_has_both_check_digits(office: str, body: str) -> None:
    organisation = body + organisation_check(body)
    first = office + organisation
    assert ask("uscc_is_valid(?)", first + social_credit_check(first)) is True
    # the outer check holds, the one of the organisation code inside does not
    wrong = "0" if organisation[-1] != "0" else "1"
    first = office + body + wrong
    assert ask("uscc_is_valid(?)", first + social_credit_check(first)) is False


@settings(max_examples=150, deadline=None)
@given(st.text("0123456789", min_size=17, max_size=17), st.integers(0, 17), st.integers(0, 8))
def test_resident_id_check_finds_every_single_mistake(first: str, place: int, step: int) -> None:
    number = first + resident_check(first)
    assert ask("resident_id_is_valid(?)", number) is True
    letters = "0123456789X" if place == 17 else "0123456789"
    assert ask("resident_id_is_valid(?)", one_changed(number, place, letters, step)) is False


@pytest.mark.parametrize(
    "text", ["", "11010519491231002", "1101051949123100２X", "11010519491231002x"]
)
def test_resident_id_of_another_shape_is_wrong(text: str) -> None:
    assert ask("resident_id_is_valid(?)", text) is False


def test_birth_date_in_a_resident_id() -> None:
    assert ask("resident_id_birth_date('11010519491231002X')") == dt.date(1949, 12, 31)
    assert ask("resident_id_birth_date('110105194913310021')") is None
    assert ask("resident_id_birth_date('110105190002290021')") is None  # 1900 was no leap year


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("division_is_valid('420506')", True),
        ("division_is_valid('429005')", True),
        ("division_is_valid('420500')", False),
        ("division_is_valid('990506')", False),
        ("village_code_is_valid('420506202500')", True),
        ("village_code_is_valid('420506600201')", False),
        ("village_code_is_valid('420506001000')", False),
        ("village_code_kind('420506001001')", "community"),
        ("village_code_kind('420506001201')", "village"),
        ("village_code_kind('420506202500')", None),
        ("financial_licence_is_valid('B1001S242050001')", True),
        ("financial_licence_is_valid('1001S2420500010')", False),
        ("phone_is_plausible('13800138000')", True),
        ("phone_is_plausible('0717-6223344')", True),
        ("phone_is_plausible('12345')", False),
        ("currency_is_known('CNY')", True),
        ("currency_is_known('RMB')", False),
        ("province_is_known('110105')", True),
    ],
)
def test_codes_by_their_structure(expression: str, value: object) -> None:
    assert ask(expression) == value


def test_every_industry_of_the_standard_is_known_and_no_other() -> None:
    divisions = load_strict(CODES_DIR / "gbt4754_2017.yaml", {"*": str})
    classes = {f"{d}{end}" for d, ends in divisions.items() for end in ends.split()}
    assert (len(divisions), len(classes)) == (97, 1381)
    groups = {c[:4] for c in classes}
    known = classes | groups | set(divisions) | {d[0] for d in divisions}
    assert (len({d[0] for d in divisions}), len(groups)) == (20, 473)
    digits = [""] + [
        "".join(d) for n in (1, 2, 3, 4) for d in itertools.product("0123456789", repeat=n)
    ]
    tried = [letter + d for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ" for d in digits]
    found = CON.execute(
        "select c from (select unnest(?) as c) where industry_is_known(c)", [tried]
    ).fetchall()
    assert {row[0] for row in found} == known


def test_the_industries_are_those_of_the_published_table(reference_data) -> None:
    import csv

    with (reference_data / "gbt4754" / "gbt4754_2017.csv").open(encoding="utf-8") as stream:
        published = [r["code"] for r in csv.DictReader(stream)]
    for code in published:
        assert ask("industry_is_known(?)", code) is True, code


def test_every_industry_belongs_to_one_line_of_the_size_table_at_most() -> None:
    table = load_strict(
        CODES_DIR / "enterprise_size.yaml",
        [{"industry": [str], "staff?": [int], "revenue?": [int], "assets?": [int]}],
    )
    assert len(table) == 16
    begins = [b for line in table for b in line["industry"]]
    assert not [(a, b) for a in begins for b in begins if a != b and a.startswith(b)]
    for line in table:
        measures = [line[m] for m in ("staff", "revenue", "assets") if m in line]
        assert all(len(m) == 3 and m == sorted(m, reverse=True) for m in measures)


def test_the_size_bounds_are_those_of_the_annex(reference_data) -> None:
    """Every number of the printed annex stands in the table, in its order."""
    import re

    text = (reference_data / "forms_1104" / "manual" / "S63_2024.md").read_text(encoding="utf-8")
    printed = []
    for line in text.splitlines():
        found = re.search(r"(从业人员数|营业收入|资产总额) \| (.*)", line)
        if line.startswith("|") and found:
            numbers = [int(n) for n in re.findall(r"\d+", found.group(2))]
            assert numbers[3] == numbers[2]  # micro lies below small
            printed.append((found.group(1), numbers[:3]))
    table = load_strict(
        CODES_DIR / "enterprise_size.yaml",
        [{"industry": [str], "staff?": [int], "revenue?": [int], "assets?": [int]}],
    )
    names = {"staff": "从业人员数", "revenue": "营业收入", "assets": "资产总额"}
    ours = [(names[m], line[m]) for line in table for m in names if m in line]
    assert ours == printed


@pytest.mark.parametrize(
    ("industry", "staff", "revenue", "assets", "size"),
    [
        ("A0111", None, 5_000_000, None, "medium"),
        ("C1311", 1000, 400_000_000, None, "large"),
        ("C1311", 999, 400_000_000, None, "medium"),  # one bound missed: one size down
        ("C1311", 1000, 2_999_999.99, None, "micro"),
        ("C1311", 20, 3_000_000, None, "small"),
        ("F5121", 5, 10_000_000, None, "small"),
        ("L7110", 300, None, 79_999_999, "small"),
        ("G5910", 20, 2_000_000, None, "small"),
        ("G5920", 100, 10_000_000, None, "medium"),
        ("Q8411", 50, 1, 1, None),  # hospitals are not classified
        ("C1311", None, 1, 1, None),
    ],
)
def test_enterprise_size(
    industry: str, staff: int | None, revenue: float | None, assets: float | None, size: str | None
) -> None:
    assert ask("enterprise_size(?, ?, ?, ?)", industry, staff, revenue, assets) == size
