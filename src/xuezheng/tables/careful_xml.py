"""Workbook XML through a real parser: the first rows as text, and sheets in unusual forms."""

import xml.parsers.expat
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from xuezheng.kernel.place import column_index
from xuezheng.kernel.refusal import UnusableFile
from xuezheng.tables.sheet_xml import SheetScan

Attributes = dict[str, str]
_SLICE = 1 << 16


class EnoughRead(Exception):
    """Raised by a handler that has all it wants; not an error."""


def parse(
    pieces: Iterable[bytes],
    *,
    start: Callable[[str, Attributes], None],
    end: Callable[[str], None] | None = None,
    text: Callable[[str], None] | None = None,
) -> None:
    """Parse XML, handing on local names without their prefixes; stops where a handler raises `EnoughRead`.

    A document type is refused: workbooks have none, and entities are how small files grow. Raises `UnusableFile`
    (without a place) where the XML is broken.
    """
    parser = xml.parsers.expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = lambda name, attributes: start(
        name.rpartition(":")[2], {key.rpartition(":")[2]: value for key, value in attributes.items()}
    )
    parser.EndElementHandler = (lambda name: end(name.rpartition(":")[2])) if end else None
    parser.CharacterDataHandler = text
    parser.StartDoctypeDeclHandler = _refuse_document_type
    try:
        for piece in pieces:
            for offset in range(0, len(piece), _SLICE):
                parser.Parse(piece[offset : offset + _SLICE], False)
        parser.Parse(b"", True)
    except EnoughRead:
        return
    except (xml.parsers.expat.ExpatError, ValueError) as error:
        raise UnusableFile("file_damaged") from error


def _refuse_document_type(*_parts: object) -> None:
    raise UnusableFile("file_damaged")


@dataclass(slots=True)
class Cell:
    """A cell as the XML gives it: `kind` is its t attribute, `style` its s attribute."""

    row: int
    column: int
    kind: str
    style: int
    value: str | None = None
    has_formula: bool = False


class CellReader:
    """Reads a sheet cell by cell, whatever its form, and hands each on; stops after `last_row` (0: never)."""

    def __init__(self, on_cell: Callable[[Cell], None], last_row: int = 0) -> None:
        self.scan = SheetScan()
        self._on_cell = on_cell
        self._last_row = last_row
        self._row = 0
        self._column = -1
        self._cell: Cell | None = None
        self._collects = False
        self._phonetic = False
        self._texts: list[str] = []

    def read(self, pieces: Iterable[bytes]) -> SheetScan:
        """Read the sheet to its end, or to `last_row`."""
        parse(pieces, start=self._start, end=self._end, text=self._text)
        return self.scan

    def _start(self, name: str, attributes: Attributes) -> None:
        if name == "c":
            self._start_cell(attributes)
        elif name in ("v", "t"):
            self._collects = not self._phonetic
        elif name == "rPh":
            self._phonetic = True
        elif name == "f" and self._cell:
            self._cell.has_formula = True
        elif name == "row":
            self._start_row(attributes)
        elif name == "col" and attributes.get("hidden") in ("1", "true"):
            self.scan.hidden_columns.append((int(attributes["min"]) - 1, int(attributes["max"]) - 1))
        elif name == "mergeCell":
            first, _, last = attributes.get("ref", "").partition(":")
            if last:
                self.scan.note_merge((*_address(first), *_address(last)))

    def _start_row(self, attributes: Attributes) -> None:
        self._row = int(attributes.get("r", self._row + 1))
        self._column = -1
        if self._last_row and self._row > self._last_row:
            raise EnoughRead
        if attributes.get("hidden") in ("1", "true"):
            self.scan.hidden_rows.append(self._row)

    def _start_cell(self, attributes: Attributes) -> None:
        row, column = _address(attributes["r"]) if "r" in attributes else (self._row, self._column + 1)
        self._column = column
        self._texts = []
        self._cell = Cell(row, column, attributes.get("t", "n"), int(attributes.get("s", 0)))

    def _text(self, text: str) -> None:
        if self._collects:
            self._texts.append(text)

    def _end(self, name: str) -> None:
        if name in ("v", "t"):
            self._collects = False
            if self._cell:
                self._cell.value = "".join(self._texts)
        elif name == "rPh":
            self._phonetic = False
        elif name == "c" and self._cell:
            self._on_cell(self._cell)
            self._cell = None


def careful_scan(pieces: Iterable[bytes], *, zero_is_no_value: bool) -> SheetScan:
    """Return what `PlainScan` finds, for a sheet in any form that XML allows."""
    reader: CellReader

    def on_cell(cell: Cell) -> None:
        scan = reader.scan
        if cell.has_formula and _has_no_value(cell, zero_is_no_value=zero_is_no_value):
            scan.note_formula(cell.row, cell.column)
        if cell.value is not None or cell.has_formula:
            scan.rows, scan.columns = max(scan.rows, cell.row), max(scan.columns, cell.column + 1)
            if cell.kind == "b":
                scan.booleans.add(cell.column)

    reader = CellReader(on_cell)
    return reader.read(pieces)


def _has_no_value(cell: Cell, *, zero_is_no_value: bool) -> bool:
    return (not cell.value and cell.kind != "str") or (zero_is_no_value and cell.value == "0")


def _address(address: str) -> tuple[int, int]:
    letters = address.rstrip("0123456789")
    return int(address[len(letters) :]), column_index(letters)
