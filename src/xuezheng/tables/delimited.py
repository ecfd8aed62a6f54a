"""Delimited text: read whatever code page and separator it came in, written so that no cell becomes a formula."""

import codecs
import csv
import io
from collections.abc import Generator, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import BinaryIO

import pyarrow as pa
import pyarrow.compute as pc

from xuezheng.kernel.place import Place
from xuezheng.kernel.refusal import TooLarge, UnusableFile
from xuezheng.tables.kinds import UTF16_MARKS
from xuezheng.tables.limits import HEAD_ROWS, Limits
from xuezheng.tables.natural import sheet_text, typed_text

SEPARATORS = (",", "\t", ";")
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
_LONGEST_CELL = 1 << 20
_SNIFFED_LETTERS = 1 << 16
_PIECE_BYTES = 1 << 20
_BATCH_ROWS = 8192


@dataclass(frozen=True, slots=True)
class DelimitedSheet:
    """A delimited text seen as a sheet; a record is a row, whatever line breaks its quoted cells hold."""

    path: Path
    encoding: str
    separator: str
    place: Place
    rows: int
    columns: int
    head: tuple[tuple[str | None, ...], ...]

    def body(self, first_row: int) -> tuple[pa.Table, list[int]]:
        """Return the records from the one-based `first_row` in their natural types, and the columns' positions."""
        chunks: list[list[pa.Array]] = [[] for _ in range(self.columns)]
        with closing(_records(self.path, self.encoding, self.separator, self.place)) as records:
            wanted = islice(records, first_row - 1, self.rows)
            while batch := list(islice(wanted, _BATCH_ROWS)):
                for column, cells in zip(chunks, self._columns(batch), strict=True):
                    column.append(_blank_is_null(pa.array(cells, pa.string())))
        typed = [typed_text(pa.chunked_array(column, pa.string())) for column in chunks]
        return pa.table(typed, names=[str(number) for number in range(self.columns)]), list(range(self.columns))

    def _columns(self, batch: list[list[str]]) -> Iterable[Sequence[str]]:
        width = self.columns
        even = [record if len(record) == width else (record + [""] * width)[:width] for record in batch]
        return zip(*even, strict=True)


def open_delimited(path: Path, name: str, limits: Limits) -> DelimitedSheet:
    """Return a delivered text as a sheet; raises `UnusableFile` (neither UTF-8, UTF-16 nor GB 18030) or `TooLarge`."""
    place = Place(name)
    size = path.stat().st_size
    if size > limits.text_bytes:
        raise TooLarge("file_beyond_limit", place=place, found_mib=size >> 20, limit_mib=limits.text_bytes >> 20)
    encoding = _encoding(path, place)
    with path.open(encoding=encoding, newline="") as file:
        separator = _sniffed(file.read(_SNIFFED_LETTERS))
    head: list[tuple[str | None, ...]] = []
    rows = columns = 0
    with closing(_records(path, encoding, separator, place)) as records:
        for number, record in enumerate(records, start=1):
            used = len(record)
            while used and not record[used - 1]:
                used -= 1
            if used:
                rows, columns = number, max(columns, used)
            if number <= HEAD_ROWS:
                head.append(tuple(cell or None for cell in record[: limits.columns]))
            if number > limits.rows or columns > limits.columns:
                raise TooLarge(
                    "sheet_beyond_limit", place=place, rows=number, columns=columns, limit_cells=limits.box_cells
                )
    if rows * columns > limits.box_cells:
        raise TooLarge("sheet_beyond_limit", place=place, rows=rows, columns=columns, limit_cells=limits.box_cells)
    shown = ((row + (None,) * columns)[:columns] for row in head[:rows])
    return DelimitedSheet(path, encoding, separator, place, rows, columns, tuple(shown))


def _encoding(path: Path, place: Place) -> str:
    """Return the encoding in which every byte of a text is valid: none is guessed or replaced."""
    with path.open("rb") as file:
        start = file.read(4)
        for encoding in ["utf-16"] if start.startswith(UTF16_MARKS) else ["utf-8-sig", "gb18030"]:
            file.seek(0)
            if _decodes(file, encoding):
                return encoding
    raise UnusableFile("text_of_unknown_encoding", place=place)


def _decodes(file: BinaryIO, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        while piece := file.read(_PIECE_BYTES):
            if "\x00" in decoder.decode(piece):
                return False
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _sniffed(text: str) -> str:
    """Return the separator that the first lines hold most often, quoted parts left aside."""
    bare = "".join(text.split('"')[::2])
    return max(SEPARATORS, key=bare.count)


def _records(path: Path, encoding: str, separator: str, place: Place) -> Generator[list[str], None, None]:
    csv.field_size_limit(_LONGEST_CELL)
    with path.open(encoding=encoding, newline="") as file:
        try:
            yield from csv.reader(file, delimiter=separator)
        except csv.Error as error:
            raise UnusableFile("text_damaged", place=place, detail=str(error)) from error


def _blank_is_null(texts: pa.Array) -> pa.Array:
    blank = pc.equal(texts, "")
    return pc.if_else(blank, pa.scalar(None, pa.string()), texts) if pc.any(blank).as_py() else texts


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
