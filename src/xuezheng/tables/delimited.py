"""Delimited text: read whatever code page and separator it came in, written so that no cell becomes a formula."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import pyarrow as pa

from xuezheng.kernel.place import Place
from xuezheng.kernel.refusal import TooLarge, UnusableFile
from xuezheng.tables.limits import HEAD_ROWS, Limits
from xuezheng.tables.natural import sheet_text, typed_text

SEPARATORS = (",", "\t", ";")
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
_LONGEST_CELL = 1 << 20
_SNIFFED_LINES = 40


@dataclass(frozen=True, slots=True)
class DelimitedSheet:
    """A delimited text seen as a sheet; a record is a row, whatever line breaks its quoted cells hold."""

    text: str
    separator: str
    place: Place
    rows: int
    columns: int
    head: tuple[tuple[str | None, ...], ...]

    def body(self, first_row: int) -> tuple[pa.Table, list[int]]:
        """Return the records from the one-based `first_row`; columns `c0`, … in their natural types."""
        columns: list[list[str | None]] = [[] for _ in range(self.columns)]
        for record in islice(_records(self.text, self.separator, self.place), first_row - 1, self.rows):
            for number, column in enumerate(columns):
                column.append((record[number] or None) if number < len(record) else None)
        typed = [typed_text(pa.chunked_array([pa.array(column, pa.string())])) for column in columns]
        return pa.table(typed, names=[str(n) for n in range(self.columns)]), list(range(self.columns))


def open_delimited(path: Path, name: str, limits: Limits) -> DelimitedSheet:
    """Return a delivered text as a sheet; raises `UnusableFile` (neither UTF-8, UTF-16 nor GB 18030) or `TooLarge`."""
    place = Place(name)
    text = decoded(path.read_bytes(), place)
    separator = _sniffed(text)
    head: list[tuple[str | None, ...]] = []
    rows = columns = 0
    for number, record in enumerate(_records(text, separator, place), start=1):
        used = max((n for n, cell in enumerate(record, start=1) if cell), default=0)
        rows, columns = (number if used else rows), max(columns, used)
        if number <= HEAD_ROWS:
            head.append(tuple(cell or None for cell in record))
        if number > limits.rows or columns > limits.columns:
            raise TooLarge(
                "sheet_beyond_limit", place=place, rows=number, columns=columns, limit_cells=limits.box_cells
            )
    return DelimitedSheet(text, separator, place, rows, columns, tuple(head[:rows]))


def decoded(content: bytes, place: Place) -> str:
    """Return a text in UTF-8 (with or without mark), UTF-16 (with mark) or GB 18030, decoded without guessing bytes."""
    encodings = ["utf-16"] if content.startswith((b"\xff\xfe", b"\xfe\xff")) else ["utf-8-sig", "gb18030"]
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" in text:
            break
        return text
    raise UnusableFile("text_of_unknown_encoding", place=place)


def _sniffed(text: str) -> str:
    """Return the separator that most of the first lines hold most evenly."""
    lines = [line for line in text[: 1 << 16].splitlines()[:_SNIFFED_LINES] if line.strip()]
    return max(SEPARATORS, key=lambda separator: sum(line.count(separator) for line in lines))


def _records(text: str, separator: str, place: Place) -> Iterator[list[str]]:
    csv.field_size_limit(_LONGEST_CELL)
    try:
        yield from csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    except csv.Error as error:
        raise UnusableFile("text_damaged", place=place, detail=str(error)) from error


def write_delimited(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write a comma-separated file in UTF-8 with a mark; see `delimited_text`."""
    path.write_text(delimited_text(header, rows), encoding="utf-8-sig", newline="")


def delimited_text(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return comma-separated text in which no text cell can be taken for a formula: such a cell gets an apostrophe."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([harmless(title) for title in header])
    writer.writerows([_written(cell) for cell in row] for row in rows)
    return out.getvalue()


def harmless(text: str) -> str:
    """Return a text with an apostrophe before it where a spreadsheet would take it for a formula."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def _written(cell: object) -> object:
    return harmless(cell) if isinstance(cell, str) else (sheet_text(cell) if isinstance(cell, bool | float) else cell)
