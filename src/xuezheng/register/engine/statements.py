"""What a county states (`county_year`): keys that no standard reads, or that must not be held, and values as written."""

import difflib
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

import numpy as np
import pyarrow as pa

from xuezheng.catalogue.register import load_register_schema
from xuezheng.catalogue.standard import load_standard, standard_files
from xuezheng.register.engine.faults import Fault, error, note, warning
from xuezheng.register.engine.forbidden import forbidden_kind
from xuezheng.register.engine.sheet_in_hand import SheetInHand
from xuezheng.register.engine.wording import folded
from xuezheng.register.engine.words import yes_no_words

TABLE = "county_year"
YES, NO = "是", "否"
_NUMBER = re.compile(r"[+-]?[0-9]{1,15}(?:\.[0-9]{1,15})?")
_SCIENTIFIC = re.compile(r"[+-]?[0-9](?:\.[0-9]{1,15})?[eE][+-]?[0-9]{1,2}")
_THOUSANDS = re.compile(r"([+-]?[0-9]{1,3})((?:,[0-9]{3})+)(\.[0-9]+)?")
_ALIKE = 0.6


@dataclass(frozen=True, slots=True)
class Keys:
    """The keys that the catalogue's standards read: figures, and answers to judged items."""

    figures: frozenset[str]
    answers: frozenset[str]


@cache
def keys_read() -> Keys:
    """Return the keys that the catalogue's standards read."""
    figures: set[str] = set()
    answers: set[str] = set()
    for name in standard_files():
        standard = load_standard(name)
        for indicator in standard.indicators:
            figures.update(figure.key for figure in indicator.inputs.values() if figure.key)
            if indicator.judged:
                answers.update((f"{standard.root or standard.id}.{indicator.id}", indicator.id))
    return Keys(frozenset(figures), frozenset(answers))


def statements_read(sheet: SheetInHand, data: pa.Table, sheet_rows: np.ndarray) -> pa.Table:
    """Return the statements of a county with their values in plain digits and words, faults added to the sheet.

    A key that names refused content is an error, one that no standard reads a note, and a value that its key cannot
    mean a warning: an assessment takes it for unknown.
    """
    if sheet.reading.table != TABLE or "key" not in data.column_names or not data.num_rows:
        return data
    keys = data.column("key").to_pylist()
    sheet.faults += _keys_told(sheet, keys, sheet_rows)
    if "value" not in data.column_names:
        return data
    values: list[str | None] = []
    for row, (key, value) in enumerate(zip(keys, data.column("value").to_pylist(), strict=True)):
        plain, code = _read(key, value) if key and value else (value, "")
        values.append(plain)
        if code:
            place = sheet.place(int(sheet_rows[row]), sheet.reading.heading("value"))
            sheet.faults.append(warning(code, place, table=TABLE, column="value", value=value, key=key))
    return data.set_column(data.column_names.index("value"), "value", pa.array(values, pa.string()))


def _keys_told(sheet: SheetInHand, keys: list[str | None], sheet_rows: np.ndarray) -> Iterator[Fault]:
    heading = sheet.reading.heading("key")
    known = keys_read().figures | keys_read().answers
    first: dict[str, int] = {}
    for row, key in enumerate(keys):
        if key and key not in known:
            first.setdefault(key, row)
    for key, row in first.items():
        place = sheet.place(int(sheet_rows[row]), heading)
        kind = forbidden_kind(key)
        nearest = next(iter(difflib.get_close_matches(key, sorted(known), 1, _ALIKE)), "")
        if kind:
            yield error("forbidden", f"forbidden_{kind}", place, value=key)
        elif nearest:
            yield note("key_not_read_but_alike", place, table=TABLE, column="key", value=key, nearest=nearest)
        else:
            yield note("key_not_read", place, table=TABLE, column="key", value=key)


@cache
def _read(key: str, value: str) -> tuple[str, str]:
    """Return a value as it is held, and the code of a warning where its key cannot mean it."""
    figure, answer = _figure(value), _answer(value)
    if key in keys_read().figures:
        return (figure, "") if figure else (value, "" if _is_open(value) else "statement_not_a_number")
    if key in keys_read().answers:
        return (answer, "") if answer else (value, "" if _is_open(value) else "statement_not_an_answer")
    return figure or answer or value, "" if figure or answer or _is_open(value) else "statement_not_understood"


def _figure(value: str) -> str:
    """Return a number in plain digits ("９５，０００" is 95000, "95 %" is 95), an empty text where it is none."""
    packed = re.sub(r"\s", "", unicodedata.normalize("NFKC", value)).removesuffix("%")
    if _THOUSANDS.fullmatch(packed):
        packed = packed.replace(",", "")
    if _SCIENTIFIC.fullmatch(packed):
        packed = format(Decimal(packed), "f")
    return packed.removeprefix("+") if _NUMBER.fullmatch(packed) else ""


def _answer(value: str) -> str:
    """Return a yes or no in the words that every standard reads, an empty text where it is neither."""
    reading = load_register_schema().reading
    form = folded(value)
    if form in {folded(word) for word in reading.met}:
        return YES
    if form in {folded(word) for word in reading.not_met}:
        return NO
    found = yes_no_words().get(form, yes_no_words().get(value))
    return "" if found is None else YES if found else NO


def _is_open(value: str) -> bool:
    """Whether a value says that nothing has been judged or is known yet."""
    return folded(value) in {folded(word) for word in load_register_schema().reading.not_judged}
