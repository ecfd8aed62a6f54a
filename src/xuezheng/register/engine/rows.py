"""Rows of a sheet that are no data: blank, repeated headers, examples, totals, subtotals and notes.

Only rows whose key cannot be read are looked at: a row with a valid key is always data, whatever else stands in it.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from xuezheng.catalogue.register import load_register_schema
from xuezheng.register.engine.wording import folded

BLANK, HEADER, EXAMPLE, TOTAL, SUBTOTAL, NOTE = "blank", "header", "example", "total", "subtotal", "note"
REPEATED = "repeated"
_ORDINALS = "甲乙丙丁戊己庚辛壬癸"
_SENTENCE = 4


@cache
def _words(kind: str) -> frozenset[str]:
    return frozenset(folded(word) for word in getattr(load_register_schema().reading, kind))


def kind_of_row(cells: Mapping[int, str], headers: Mapping[int, Iterable[str]], key_cells: int) -> str:
    """Return what a row without a readable key is, or an empty text where it must be taken for data.

    `cells` are the row's non-empty texts by sheet column, `headers` the folded texts that head the recognised
    columns, `key_cells` how many of the key's cells hold a readable value.
    """
    if not cells:
        return BLANK
    texts = list(cells.values())
    if is_example(texts[0]) or is_example(texts[-1]):
        return EXAMPLE
    if _is_header(cells, headers):
        return HEADER
    summary = next((kind for kind in (summary_kind(text) for text in texts) if kind), "")
    if summary:
        return summary
    if _is_note(texts, key_cells):
        return NOTE
    return ""


def may_be_no_key(texts: pa.Array) -> np.ndarray:
    """Return which texts begin as totals and notes do; where any text is a key, such a row needs a closer look."""
    mask = pc.match_substring_regex(texts, _beginnings(), ignore_case=True)
    return np.asarray(pc.fill_null(mask, False))


@cache
def _beginnings() -> str:
    reading = load_register_schema().reading
    words = {word for word in (*reading.totals, *reading.subtotals, *reading.notes) if len(word) > 1}
    spaced = (r"\s*".join(re.escape(letter) for letter in word.replace(" ", "")) for word in sorted(words))
    return rf"^\s*(?:注\s*\d*\s*[:：、.]|{'|'.join(spaced)})"


def is_example(text: str) -> bool:
    """Whether a cell marks its row as an example."""
    form = folded(text)
    return any(form.startswith(word) for word in _words("examples"))


def summary_kind(text: str) -> str:
    """Return `total` for a cell such as "合计", `subtotal` for "小计" or "云溪镇小计", else an empty text."""
    form = folded(text)
    if len(form) > 16:
        return ""
    if form in _words("totals"):
        return TOTAL
    words = _words("subtotals")
    if form in words or any(form.endswith(word) and not form.isascii() for word in words):
        return SUBTOTAL
    return ""


def _is_header(cells: Mapping[int, str], headers: Mapping[int, Iterable[str]]) -> bool:
    alike = sum(1 for index, text in cells.items() if folded(text) in headers.get(index, ()))
    if alike >= 2 and alike * 2 >= len(cells):
        return True
    # The numbers of the columns, as forms print them under the header: 甲 乙 丙 1 2 3.
    texts = [text.strip() for text in cells.values()]
    numbers = [int(text) for text in texts if text.isascii() and text.isdecimal() and len(text) <= 3]
    letters = [text for text in texts if text in _ORDINALS]
    in_sequence = numbers == list(range(numbers[0], numbers[0] + len(numbers))) if numbers else True
    return len(texts) >= 3 and len(numbers) + len(letters) == len(texts) and in_sequence


def _is_note(texts: Sequence[str], key_cells: int) -> bool:
    first = texts[0].strip()
    start = re.split(r"[:：\s（(]", first, maxsplit=1)[0]
    # "注：", "填表人：张三"; "第 1 页 共 3 页".
    if key_cells == 0 and (folded(start) in _words("notes") or folded(first) in _words("notes")):
        return True
    if key_cells == 0 and re.match(r"^(第\s*\d+\s*页|page\s*\d+|注\s*\d*\s*[:：、.])", first, re.IGNORECASE):
        return True
    if key_cells == 0 and all(_is_labelled(text) for text in texts):
        return True
    # One text alone in a row, in words rather than digits, belongs to nobody's key.
    digits = sum(character.isdigit() for character in first)
    return len(texts) == 1 and key_cells == 0 and len(first) >= _SENTENCE and digits * 2 < len(first)


def _is_labelled(text: str) -> bool:
    label, colon, _ = text.replace(":", "：").partition("：")
    return bool(colon) and folded(label) in _words("notes")
