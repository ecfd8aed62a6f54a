"""What the register refuses to hold, found by words in headers and by marks of secrecy in whole cells."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from itertools import islice

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from xuezheng.catalogue.register import load_register_schema
from xuezheng.kernel.place import Place, column_letters
from xuezheng.register.engine.faults import TOLD_ONE_BY_ONE, Fault, error, warning
from xuezheng.register.engine.headers import SheetReading
from xuezheng.register.engine.wording import folded
from xuezheng.tables.sheets import SheetView

_SHORT = 30
# The character that all marks of secrecy share; a column without it needs no closer look.
_MARK = "密"
# Six digits of a place, a day of birth, three digits and a check digit.
_IDENTITY = r"^[1-9][0-9]{5}(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])[0-9]{3}[0-9Xx]$"
_IDENTITY_DIGITS = 18


def forbidden_in(view: SheetView, reading: SheetReading | None) -> Iterator[Fault]:
    """Return what a sheet's name, titles and headers say that must not be held, by name and place.

    In a sheet that is no register table every short text of its first rows that has a neighbour may be a header.
    """
    yield from _marks_in_head(view)
    yield from _named(view.name, Place(view.file, view.name), view.name)
    last = reading.last_row if reading else len(view.head)
    for number, row in enumerate(view.head[:last], start=1):
        texts = [(index, text) for index, text in enumerate(row) if text and text.strip()]
        header_row = reading is not None and reading.first_row <= number <= reading.last_row
        title = len(texts) == 1 and reading is not None
        for index, text in texts:
            if len(folded(text)) > _SHORT:
                continue
            if header_row or title or len(texts) > 1:
                yield from _named(text, Place(view.file, view.name, number, column_letters(index)), text)


def forbidden_name(file: str, stem: str, *, is_understood: bool) -> Iterator[Fault]:
    """Return what a file's name says that must not be held; to be asked where its content says nothing of the kind.

    A name is a hint: of a file in which the register's tables are recognised, it is a warning, but for marks of secrecy.
    """
    if _secret(stem):
        yield _mark(stem, Place(file))
    elif is_understood and forbidden_kind(stem):
        yield warning("file_named_as_forbidden", Place(file), value=stem)
    else:
        yield from _named(stem, Place(file), stem)


def marks_in_body(view: SheetView, body: pa.Table, first_row: int) -> Iterator[Fault]:
    """Return cells of the body, below the head, that are marks of secrecy as a whole ("机密★5年")."""
    for name in body.column_names:
        column = body.column(name)
        if not pa.types.is_string(column.type):
            continue
        yield from _identity_numbers(view, column, first_row, column_letters(int(name[1:])))
        found = pc.match_substring(column, _MARK)
        if not pc.any(found).as_py():
            continue
        yield from _secret_cells(view, column, found, first_row, column_letters(int(name[1:])))


def _secret_cells(
    view: SheetView, column: pa.ChunkedArray, found: pa.ChunkedArray, first_row: int, letters: str
) -> Iterator[Fault]:
    """Return the marks among the cells found, each different text once, at its first cell, with the number of them."""
    marks: dict[str, Fault] = {}
    for row in np.flatnonzero(pc.fill_null(found, False).to_numpy()).tolist():
        text = column[row].as_py()
        if first_row + row <= len(view.head) or not (text in marks or _secret(text)):
            continue
        held = marks.get(text) or replace(_mark(text, Place(view.file, view.name, first_row + row, letters)), number=0)
        marks[text] = replace(held, number=held.number + 1)
    yield from islice(marks.values(), TOLD_ONE_BY_ONE)


def _identity_numbers(view: SheetView, column: pa.ChunkedArray, first_row: int, letters: str) -> Iterator[Fault]:
    """Return the first cell of a column that holds an identity number, its digits not repeated; the rest is counted."""
    if not pc.any(pc.equal(pc.utf8_length(column), _IDENTITY_DIGITS)).as_py():
        return
    rows = np.flatnonzero(pc.fill_null(pc.match_substring_regex(column, _IDENTITY), False).to_numpy())
    if len(rows):
        place = Place(view.file, view.name, first_row + int(rows[0]), letters)
        value = f"{column[int(rows[0])].as_py()[:6]}…"
        yield error("forbidden", "forbidden_identity", place, value=value, number=len(rows))


def _marks_in_head(view: SheetView) -> Iterator[Fault]:
    for number, row in enumerate(view.head, start=1):
        for index, text in enumerate(row):
            if text and _secret(text):
                yield _mark(text, Place(view.file, view.name, number, column_letters(index)))
    if _secret(view.name):
        yield _mark(view.name, Place(view.file, view.name))


def _mark(text: str, place: Place) -> Fault:
    return error("forbidden", "secret_mark", place, value=text.strip())


@cache
def _secret_pattern() -> re.Pattern[str]:
    words = "|".join(re.escape(word) for content in load_register_schema().refused.values() for word in content.texts)
    level = rf"(?:密级\s*[:：]?\s*)?(?:内部)?(?:{words})"
    whole = rf"[\s(\[【〔]*{level}\s*(?:[★☆*]?\s*(?:\d+|[一二三四五六七八九十]+)?\s*(?:年|个月|月|长期)?)?[\s)\]】〕]*"
    starred = rf".*(?:{words})\s*[★☆].*"
    return re.compile(f"(?:{whole}|{starred})", re.DOTALL)


def _secret(text: str) -> bool:
    if _MARK not in text:
        return False
    return _secret_pattern().fullmatch(unicodedata.normalize("NFKC", text).strip()) is not None


def _named(text: str, place: Place, shown: str) -> Iterator[Fault]:
    kind = forbidden_kind(text)
    if kind:
        yield error("forbidden", f"forbidden_{kind}", place, value=" ".join(shown.split()))


@cache
def forbidden_kind(text: str) -> str:
    """Return which kind of refused content a header names, or an empty text."""
    for kind, content in load_register_schema().refused.items():
        form = folded(text)
        words = _english_words(text)
        for exception in content.exceptions:
            form = form.replace(folded(exception), "")
            words = words.replace(f" {exception} ", " ")
        for word in content.headers:
            if f" {word} " in words if word.isascii() else folded(word) in form:
                return kind
    return ""


def _english_words(text: str) -> str:
    """Return a header's words between single spaces, so that "vision" is not found in "division"."""
    narrow = unicodedata.normalize("NFKC", text).casefold()
    return f" {' '.join(re.findall('[a-z]+', narrow))} "
