"""Delivered cells as register values, column by column: vectorised, with loops over odd or failing cells only.

Every cell becomes its column's value, is missing, or fails with a named reason; nothing is guessed and nothing
becomes zero.
"""

import math
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, partial

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from xuezheng.catalogue.register import Column, load_register_schema
from xuezheng.register.engine.wording import folded
from xuezheng.register.engine.words import Odd, code_words, missing_words, one_day, one_year, yes_no_words
from xuezheng.register.holdings import arrow_type

_NUMBER = r"^[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,2})?$"
_THOUSANDS = re.compile(r"[+-]?\d{1,3}(?:[,，]\d{3})+(?:\.\d+)?")
_SCIENTIFIC = re.compile(r"[+-]?\d(?:\.(\d+))?[eE]\+?(\d{1,2})|[+-]?\d+(?:\.\d+)?[eE][+-]?\d+")
# A spreadsheet keeps fifteen digits of a number: beyond, the last ones of a code are lost.
_SPREADSHEET_DIGITS = 1e15
_FORMULA_ERRORS = frozenset(
    ("#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!", "#SPILL!", "#CALC!", "#GETTING_DATA", "#####")
)


@dataclass(frozen=True, slots=True)
class Failure:
    """A cell that is no value of its column: zero-based row of the array, reason code, and what was found."""

    row: int
    code: str
    value: str


@dataclass(frozen=True, slots=True)
class Converted:
    """A column's values in its Arrow type, missing where the cell was, or where it failed."""

    values: pa.Array
    failures: tuple[Failure, ...] = ()


def convert(column: Column, cells: pa.Array, factor: float = 1.0, codes: Mapping[str, str] | None = None) -> Converted:
    """Return the cells of one sheet column as register values.

    `factor` turns the sheet's unit into the column's. `codes` are taught words of a code list (folded to code).
    """
    cells = cells.combine_chunks() if isinstance(cells, pa.ChunkedArray) else cells
    if cells.null_count == len(cells):
        return Converted(pa.nulls(len(cells), arrow_type(column)))
    if pa.types.is_string(cells.type):
        cells = _cleaned(column, cells)
    if column.type in ("integer", "number"):
        converted = _scaled(column, _number(column, cells, factor), factor)
    else:
        converted = _CONVERTERS[column.type](column, cells, codes or {})
    return _within_range(column, converted, cells)


def _cleaned(column: Column, cells: pa.Array) -> pa.Array:
    """Return texts trimmed, narrowed (full-width digits) where they are no names, and null where they mean nothing."""
    texts = pc.utf8_trim_whitespace(cells)
    if column.type != "text" and not _all(pc.string_is_ascii(texts)):
        texts = pc.utf8_trim_whitespace(pc.utf8_normalize(texts, form="NFKC"))
    if _any(pc.starts_with(texts, "'")):
        texts = pc.utf8_ltrim(texts, "'")
    if _any(pc.starts_with(texts, '="')):
        # Exports write a code as ="2150000001", so that a spreadsheet takes it for text.
        texts = pc.replace_substring_regex(texts, r'^="([^"]*)"$', r"\1")
    absent = pc.is_in(texts, value_set=missing_words(column.type, column.codes))
    return pc.if_else(absent, None, texts) if _any(absent) else texts


def _any(mask: pa.Array) -> bool:
    return bool(pc.any(mask).as_py())


def _all(mask: pa.Array) -> bool:
    return bool(pc.all(mask).as_py() is not False)


# Numbers


def _number(column: Column, cells: pa.Array, factor: float) -> Converted:
    kind = cells.type
    if pa.types.is_integer(kind):
        return Converted(cells.cast(pa.float64()) if column.type == "number" else cells.cast(pa.int64()))
    if pa.types.is_floating(kind):
        return _finite(column, cells.cast(pa.float64()), cells)
    if pa.types.is_string(kind):
        return _number_texts(column, cells, factor)
    return _none_of(column, cells, "not_a_number")


def _number_texts(column: Column, texts: pa.Array, factor: float) -> Converted:
    plain = pc.match_substring_regex(texts, _NUMBER)
    values = pc.if_else(plain, texts, None).cast(pa.float64())
    odd = _indices(pc.invert(plain))
    if not len(odd):
        return _finite(column, values, texts)
    return _finite(column, *_one_by_one(values, texts, odd, partial(_odd_number, _units_of(column.unit, factor))))


@cache
def _units_of(unit: str, factor: float) -> tuple[str, ...]:
    """Return the words that may stand behind a figure in a column whose header says this factor: "12 人", never "3 万人"."""
    words = load_register_schema().units.get(unit, {})
    return tuple(sorted((word for word, its in words.items() if its == factor), key=len, reverse=True))


def _odd_number(units: tuple[str, ...], text: str) -> float | Odd:
    text = text.strip()
    if text.upper() in _FORMULA_ERRORS:
        return Odd("formula_error")
    packed = re.sub(r"[\s\u00a0]", "", text)
    unit = next((word for word in units if packed.casefold().endswith(word.casefold())), "")
    packed = packed[: len(packed) - len(unit)]
    if _THOUSANDS.fullmatch(packed):
        return float(packed.replace(",", "").replace("，", ""))
    if re.fullmatch(_NUMBER, packed):
        return float(packed)
    if packed.endswith("%"):
        return Odd("percent_not_expected")
    if packed in load_register_schema().reading.missing_where_no_word_counts:
        return Odd("none_or_unknown")
    if packed.casefold().lstrip("+-") in ("inf", "infinity", "nan", "∞"):
        return Odd("number_not_finite")
    return Odd("not_a_number")


def _finite(column: Column, values: pa.Array, cells: pa.Array, failures: tuple[Failure, ...] = ()) -> Converted:
    """Return numbers without NaN and infinity, and for whole-number columns as int64."""
    held = values.to_numpy(zero_copy_only=False)
    given = np.asarray(values.is_valid())
    wild = given & ~np.isfinite(held)
    if wild.any():
        failures += tuple(
            Failure(int(row), "number_not_finite", _shown(cells, row)) for row in np.flatnonzero(wild).tolist()
        )
        values = pc.if_else(pa.array(wild), None, values)
        given &= ~wild
    if column.type == "number":
        return Converted(values, failures)
    if not given.all():
        held = np.where(given, held, 0.0)
    huge = np.abs(held) >= 2.0**53
    broken = huge | (held != np.floor(held))
    if broken.any():
        failures += tuple(
            Failure(int(row), "not_a_whole_number", _shown(cells, row)) for row in np.flatnonzero(broken).tolist()
        )
        held = np.where(broken, 0.0, held)
        given = given & ~broken
    return Converted(pa.array(held.astype(np.int64), mask=~given), failures)


def _scaled(column: Column, converted: Converted, factor: float) -> Converted:
    if factor == 1.0:
        return converted
    # 1.1 × 10,000 is 11000.000000000002 in floats: fourteen digits are what was meant.
    scaled = [None if value is None else float(f"{value * factor:.14g}") for value in converted.values.to_pylist()]
    values = pa.array(scaled, pa.float64())
    if column.type == "integer":
        return _finite(column, values, values, converted.failures)
    return Converted(values, converted.failures)


def _within_range(column: Column, converted: Converted, cells: pa.Array) -> Converted:
    if column.type not in ("integer", "number", "year") or (column.min is None and column.max is None):
        return converted
    values = converted.values
    low = pc.less(values, column.min) if column.min is not None else None
    high = pc.greater(values, column.max) if column.max is not None else None
    outside = pc.or_(low, high) if low is not None and high is not None else (low if low is not None else high)
    if not _any(outside):
        return converted
    failures = tuple(Failure(int(row), "number_out_of_range", _shown(cells, row)) for row in _indices(outside))
    return Converted(pc.if_else(pc.fill_null(outside, False), None, values), converted.failures + failures)


# Codes and texts


def _code(column: Column, cells: pa.Array, _codes: Mapping[str, str]) -> Converted:
    kind = cells.type
    if pa.types.is_floating(kind):
        floats = cells.cast(pa.float64())
        lost = pc.fill_null(pc.greater_equal(pc.abs(floats), _SPREADSHEET_DIGITS), False)
        lost = pc.and_(lost, pc.is_finite(floats))
        whole = _finite(_WHOLE, pc.if_else(lost, None, floats), cells)
        cut = tuple(Failure(int(row), "code_in_scientific_notation", _shown(cells, row)) for row in _indices(lost))
        texts, failures = whole.values.cast(pa.string()), whole.failures + cut
    elif pa.types.is_integer(kind):
        texts, failures = cells.cast(pa.string()), ()
    elif pa.types.is_string(kind):
        texts, failures = cells, ()
    else:
        return _none_of(column, cells, "not_a_code")
    fits = pc.string_is_ascii(texts)
    fits = pc.and_(fits, pc.ascii_is_decimal(texts))
    fits = pc.and_(fits, pc.is_in(pc.utf8_length(texts), value_set=pa.array(column.digits, pa.int32())))
    odd = _indices(pc.invert(fits))
    if not len(odd):
        return Converted(texts, failures)
    texts, _, more = _one_by_one(texts, texts, odd, partial(_odd_code, column.digits))
    return Converted(texts, failures + more)


def _odd_code(digits: tuple[int, ...], text: str) -> str | Odd:
    packed = re.sub(r"[\s\u00a0]", "", text)
    whole = re.sub(r"\.0+$", "", packed)
    if whole.isascii() and whole.isdecimal():
        return whole if len(whole) in digits else Odd("code_of_wrong_length")
    if packed.upper() in _FORMULA_ERRORS:
        return Odd("formula_error")
    scientific = _SCIENTIFIC.fullmatch(packed)
    if not scientific:
        return Odd("not_a_code")
    decimals, exponent = scientific.groups()
    if decimals and exponent and len(decimals) == int(exponent):
        written = re.sub(r"[+.]|[eE].*", "", packed)  # the mantissa has every digit
        return _odd_code(digits, written)
    return Odd("code_in_scientific_notation")


def _text(_column: Column, cells: pa.Array, _codes: Mapping[str, str]) -> Converted:
    kind = cells.type
    if pa.types.is_boolean(kind):
        return Converted(cells.cast(pa.string()))
    if pa.types.is_floating(kind):
        return Converted(pa.array([None if v is None else _plain(v) for v in cells.to_pylist()], pa.string()))
    if pa.types.is_timestamp(kind):
        return Converted(cells.cast(pa.date32()).cast(pa.string()))
    if not pa.types.is_string(kind):
        return Converted(cells.cast(pa.string()))
    # A number is the same text in every file format: 91.20 in one, 91.2 in another.
    decimals = pc.match_substring_regex(cells, r"^-?[0-9]+\.[0-9]+$|^(?i:true|false)$|^#[A-Z/0-9]+[!?]$|[\x00-\x1f]")
    odd = _indices(decimals)
    if not len(odd):
        return Converted(cells)
    texts, _, failures = _one_by_one(cells, cells, odd, _odd_text)
    return Converted(texts, failures)


def _odd_text(text: str) -> str | Odd:
    if text in _FORMULA_ERRORS:
        return Odd("formula_error")
    if text.casefold() in ("true", "false"):
        return text.casefold()
    if re.fullmatch(r"-?\d+\.\d+", text):
        return text.rstrip("0").rstrip(".")
    return " ".join(re.sub(r"[\x00-\x1f]+", " ", text).split())


def _plain(number: float) -> str:
    if math.isfinite(number) and number == int(number) and abs(number) < 2**53:
        return str(int(number))
    return repr(number)


# Words: choices, yes and no, years, dates. Few different words stand in a long column: each is read once.


def _choice(column: Column, cells: pa.Array, codes: Mapping[str, str]) -> Converted:
    words = code_words(column.codes)

    def read(text: str) -> str | Odd:
        form = folded(text)
        code = codes.get(form) or words.get(form)
        if code:
            return code
        return Odd("formula_error" if text.upper() in _FORMULA_ERRORS else "not_in_code_list")

    return _by_word(cells, pa.string(), read, "not_in_code_list")


def _yes_no(_column: Column, cells: pa.Array, _codes: Mapping[str, str]) -> Converted:
    if pa.types.is_boolean(cells.type):
        return Converted(cells)
    words = yes_no_words()

    def read(text: str) -> bool | Odd:
        found = words.get(folded(text), words.get(text))
        return Odd("not_yes_or_no") if found is None else found

    return _by_word(cells, pa.bool_(), read, "not_yes_or_no")


def _year(column: Column, cells: pa.Array, _codes: Mapping[str, str]) -> Converted:
    return _by_word(cells, pa.int32(), partial(one_year, column), "not_a_year")


def _date(_column: Column, cells: pa.Array, _codes: Mapping[str, str]) -> Converted:
    if pa.types.is_date(cells.type):
        return Converted(cells.cast(pa.date32()))
    if pa.types.is_timestamp(cells.type):
        return Converted(cells.cast(pa.timestamp("s"), safe=False).cast(pa.date32(), safe=False))
    return _by_word(cells, pa.date32(), one_day, "not_a_date")


def _by_word(cells: pa.Array, kind: pa.DataType, read: Callable[[str], object], reason: str) -> Converted:
    """Return the cells read word by word, every different word once."""
    if not (pa.types.is_string(cells.type) or pa.types.is_integer(cells.type) or pa.types.is_floating(cells.type)):
        return _refuse_all(cells, kind, reason)
    encoded = cells.dictionary_encode()
    words = [_plain(word) if isinstance(word, float) else str(word) for word in encoded.dictionary.to_pylist()]
    results = [read(word) for word in words]
    values = pa.array([None if isinstance(result, Odd) else result for result in results], kind)
    converted = values.take(encoded.indices)
    odd = {number: result.code for number, result in enumerate(results) if isinstance(result, Odd)}
    if not odd:
        return Converted(converted)
    held = encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False)
    rows = np.flatnonzero(np.isin(held, np.fromiter(odd, dtype=np.int64)))
    failures = tuple(Failure(int(row), odd[int(held[row])], words[int(held[row])]) for row in rows)
    return Converted(converted, failures)


def _one_by_one(
    values: pa.Array, cells: pa.Array, odd: np.ndarray, read: Callable[[str], object]
) -> tuple[pa.Array, pa.Array, tuple[Failure, ...]]:
    """Return values with the odd cells read one by one, and the failures among them."""
    failures: list[Failure] = []
    results: list[object] = []
    for row, text in zip(odd.tolist(), cells.take(pa.array(odd)).to_pylist(), strict=True):
        result = read(text)
        if isinstance(result, Odd):
            failures.append(Failure(row, result.code, text))
            result = None
        results.append(result)
    mask = np.zeros(len(values), dtype=bool)
    mask[odd] = True
    replaced = pc.replace_with_mask(values, pa.array(mask), pa.array(results, values.type))
    return replaced, cells, tuple(failures)


def _none_of(column: Column, cells: pa.Array, reason: str) -> Converted:
    return _refuse_all(cells, arrow_type(column), reason)


def _refuse_all(cells: pa.Array, kind: pa.DataType, reason: str) -> Converted:
    rows = _indices(cells.is_valid())
    return Converted(pa.nulls(len(cells), kind), tuple(Failure(int(row), reason, _shown(cells, row)) for row in rows))


def _indices(mask: pa.Array) -> np.ndarray:
    return np.flatnonzero(pc.fill_null(mask, False).to_numpy(zero_copy_only=False))


def _shown(cells: pa.Array, row: int) -> str:
    value = cells[int(row)].as_py()
    return _plain(value) if isinstance(value, float) else unicodedata.normalize("NFC", str(value))


_WHOLE = Column.model_validate({"zh": "", "en": "", "type": "integer", "definition": {"zh": "", "en": ""}})
_CONVERTERS: Mapping[str, Callable[[Column, pa.Array, Mapping[str, str]], Converted]] = {
    "code": _code,
    "text": _text,
    "choice": _choice,
    "yes_no": _yes_no,
    "year": _year,
    "date": _date,
}
