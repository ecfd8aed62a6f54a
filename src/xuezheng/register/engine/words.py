"""Single words as values: codes, yes and no, school years and days, in the forms that offices write."""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

import pyarrow as pa

from xuezheng.catalogue.register import Column, load_register_schema
from xuezheng.kernel.years import FIRST_YEAR, LAST_YEAR
from xuezheng.register.engine.wording import folded

_DAY = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?(?:[ T]\s*0{1,2}:00(?::00(?:\.0+)?)?)?")
_YEAR = re.compile(r"(\d{4})(?:\.0+)?\s*(?:年|学年|学年度|年度)?")
_SCHOOL_YEARS = re.compile(r"(\d{4})\s*(?:年)?\s*[-—–~至/－]+\s*(\d{4}|\d{2})\s*(?:年|学年|学年度)?")
_EXCEL_EPOCH = date(1899, 12, 30)
_EXCEL_DAYS = (10_000, 80_000)
_FIRST_DAY_YEAR = 1800


@dataclass(frozen=True, slots=True)
class Odd:
    """A reason in place of a value."""

    code: str


@cache
def missing_words(kind: str, codes: str = "") -> pa.Array:
    """Return the texts that mean no value in a column of this type; a code list's own words always mean themselves."""
    reading = load_register_schema().reading
    words = set(reading.missing)
    if kind in ("code", "date", "year"):
        words |= set(reading.missing_where_no_word_counts)
    if kind == "choice":
        words = {word for word in words if folded(word) not in code_words(codes)}
    if kind == "yes_no":
        words -= {word for word in words if folded(word) in yes_no_words() or word in reading.no}
    forms = {form for word in words for form in (word, word.upper(), word.capitalize())}
    return pa.array(sorted({"", *forms}), pa.string())


@cache
def code_words(codes: str) -> dict[str, str]:
    """Return the code of every folded word of a code list: the code itself, its words in both languages, aliases."""
    words: dict[str, str] = {}
    for code, entry in load_register_schema().codes[codes].items():
        for word in (code, entry.zh, entry.en, *entry.aliases):
            words.setdefault(folded(word), code)
    return words


@cache
def yes_no_words() -> dict[str, bool]:
    """Return yes or no for every folded word of them."""
    reading = load_register_schema().reading
    words = {folded(word) or word: True for word in reading.yes}
    return words | {folded(word) or word: False for word in reading.no}


def one_year(column: Column, text: str) -> int | Odd:
    """Return a year; of a school year that spans two, the first."""
    packed = re.sub(r"\s+", "", text)
    single = _YEAR.fullmatch(packed)
    if single:
        year = int(single[1])
        return year if (column.min or FIRST_YEAR) <= year <= LAST_YEAR else Odd("not_a_year")
    # Only a school year spans two calendar years; a year of birth or of a budget does not.
    pair = _SCHOOL_YEARS.fullmatch(packed) if column.zh == "学年" else None
    if pair and int(pair[2]) % 100 == (int(pair[1]) + 1) % 100:
        return int(pair[1])
    return Odd("not_a_year")


def one_day(text: str) -> date | Odd:
    """Return a day from the usual forms, or from a spreadsheet's serial number."""
    packed = text.strip()
    whole = re.sub(r"\.0+$", "", packed)
    if whole.isdecimal():
        if len(whole) == 8:
            return _day(int(whole[:4]), int(whole[4:6]), int(whole[6:]))
        if _EXCEL_DAYS[0] <= int(whole) < _EXCEL_DAYS[1]:
            return _EXCEL_EPOCH + timedelta(days=int(whole))
        return Odd("not_a_date")
    match = _DAY.fullmatch(packed)
    return _day(*(int(part) for part in match.groups())) if match else Odd("not_a_date")


def _day(year: int, month: int, day: int) -> date | Odd:
    try:
        found = date(year, month, day)
    except ValueError:
        return Odd("not_a_date")
    return found if _FIRST_DAY_YEAR <= year <= LAST_YEAR else Odd("not_a_date")
