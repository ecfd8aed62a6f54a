"""Excel workbooks (xlsx, xlsm): one distrustful pass over the package, then one fast typed load a sheet."""

import posixpath
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain
from pathlib import Path

import pyarrow as pa

from xuezheng.kernel.place import Place
from xuezheng.kernel.refusal import TooLarge, UnusableFile
from xuezheng.tables.archive import SMALL_BYTES, Archive
from xuezheng.tables.careful_xml import Attributes, Cell, CellReader, EnoughRead, careful_scan, parse
from xuezheng.tables.child import ReadingChild
from xuezheng.tables.limits import HEAD_ROWS, Limits
from xuezheng.tables.natural import sheet_text, tidied
from xuezheng.tables.sheet_xml import PlainScan, SheetScan, is_plain

# Sheets up to this size are looked at address by address and, once proven small, read without a child process.
PROVABLE_BYTES = 24 << 20
CHILD_FROM_BYTES = 4 << 20
PROVABLE_TEXT_BYTES = 96 << 20
PROVABLE_CELLS = 600_000
_WORKBOOK = "xl/workbook.xml"
_STRINGS = "xl/sharedstrings.xml"
_FIXED_PARTS = (_STRINGS, "xl/styles.xml", _WORKBOOK, "xl/_rels/workbook.xml.rels")
_DATE_FORMATS = {*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)}
_HEAD_BYTES = 8 << 20
_STYLES_BYTES = 16 << 20


@dataclass(frozen=True, slots=True)
class XlsxSheet:
    """One sheet as scanned, with its first rows; `is_proven` where it may be read in this process."""

    name: str
    is_hidden: bool
    scan: SheetScan
    head: tuple[tuple[str | None, ...], ...]
    is_proven: bool


@dataclass(slots=True)
class _Listed:
    name: str
    is_hidden: bool
    entry: str


@dataclass(slots=True)
class _Book:
    sheets: list[_Listed]
    strings: str
    styles: str
    epoch: datetime
    is_never_calculated: bool


def scan_workbook(
    path: Path, name: str, limits: Limits, on_guess: Callable[[str, int], None] | None = None
) -> list[XlsxSheet]:
    """Return every worksheet of a workbook, hidden ones too, in its order.

    Before the scan, `on_guess` is told the largest sheet and the row where its data seem to begin.

    Raises `UnusableFile` where the package is damaged, `TooLarge` where its size or a sheet's box is beyond `limits`.
    """
    place = Place(name)
    try:
        with Archive(path, name, limits) as archive:
            book = _book(archive)
            if len(book.sheets) > limits.sheets:
                raise TooLarge("sheets_beyond_limit", place=place, found=len(book.sheets), limit=limits.sheets)
            strings_size = archive.declared(book.strings)
            if strings_size > limits.shared_string_bytes:
                raise archive.too_large(strings_size, limits.shared_string_bytes)
            reader = _Reader(archive, book, place, limits)
            if on_guess:
                reader.guess(on_guess)
            return [reader.read(listed) for listed in book.sheets]
    except UnusableFile as refusal:
        if refusal.place is not None:
            raise
        raise UnusableFile(refusal.code, place=place, **refusal.params) from refusal


class _Reader:
    def __init__(self, archive: Archive, book: _Book, place: Place, limits: Limits) -> None:
        self._archive = archive
        self._book = book
        self._place = place
        self._limits = limits
        self._dates = _date_styles(archive, book.styles)
        self._longest_string = _longest_string(archive, book)

    def guess(self, on_guess: Callable[[str, int], None]) -> None:
        """Tell the largest sheet and its first row, after the first, that holds a number."""
        largest = max(self._book.sheets, key=lambda listed: self._archive.declared(listed.entry), default=None)
        if largest:
            with_number = (cell.row for cell in self._head_cells(largest.entry) if cell.kind == "n" and cell.row > 1)
            first_row = next(with_number, 0)
            if first_row:
                on_guess(largest.name, first_row)

    def read(self, listed: _Listed) -> XlsxSheet:
        is_small = self._longest_string is not None and self._archive.declared(listed.entry) <= PROVABLE_BYTES
        pieces = self._archive.stream(listed.entry)
        start = next(pieces, b"")
        is_proven = False
        if is_plain(start):
            scan = PlainScan(zero_is_no_value=self._book.is_never_calculated, proves_box=is_small)
            for piece in chain([start], pieces):
                scan.take(piece)
            found = scan.finish()
            cells = found.rows * found.columns
            text_bytes = cells * (self._longest_string or 0)
            is_proven = scan.box_is_proven and cells <= PROVABLE_CELLS and text_bytes <= PROVABLE_TEXT_BYTES
        else:
            found = careful_scan(chain([start], pieces), zero_is_no_value=self._book.is_never_calculated)
        self._check_box(listed, found)
        return XlsxSheet(listed.name, listed.is_hidden, found, self._head(listed.entry, found), is_proven)

    def _check_box(self, listed: _Listed, scan: SheetScan) -> None:
        limits = self._limits
        if scan.rows > limits.rows or scan.columns > limits.columns or scan.rows * scan.columns > limits.box_cells:
            raise TooLarge(
                "sheet_beyond_limit",
                place=Place(self._place.file, listed.name),
                rows=scan.rows,
                columns=scan.columns,
                limit_cells=limits.box_cells,
            )

    def _head(self, entry: str, scan: SheetScan) -> tuple[tuple[str | None, ...], ...]:
        """Return the first rows as text, in the sheet's own rows and columns up to the last used ones."""
        cells = [cell for cell in self._head_cells(entry) if cell.column < scan.columns]
        strings = self._shared_strings({int(cell.value or 0) for cell in cells if cell.kind == "s"})
        rows: list[list[str | None]] = [[None] * scan.columns for _ in range(min(scan.rows, HEAD_ROWS))]
        for cell in cells:
            if cell.row <= len(rows):
                rows[cell.row - 1][cell.column] = self._cell_text(cell, strings)
        return tuple(tuple(row) for row in rows)

    def _head_cells(self, entry: str) -> list[Cell]:
        cells: list[Cell] = []
        CellReader(cells.append, last_row=HEAD_ROWS).read(_limited(self._archive.stream(entry)))
        return [cell for cell in cells if cell.value and cell.row <= HEAD_ROWS]

    def _cell_text(self, cell: Cell, strings: dict[int, str]) -> str | None:
        value = cell.value or ""
        if cell.kind == "s":
            return strings.get(int(value)) or None
        if cell.kind == "b":
            return "TRUE" if value == "1" else "FALSE"
        if cell.kind != "n":
            return value or None
        with suppress(ValueError, OverflowError):
            number = float(value)
            if cell.style in self._dates:
                return sheet_text(_moment(self._book.epoch, number))
            # Digits beyond what a number holds are shown as they stand.
            return value if value.isdigit() else sheet_text(number)
        return value

    def _shared_strings(self, wanted: set[int]) -> dict[int, str]:
        """Return the shared strings of these numbers; reads no further than the last of them."""
        found: dict[int, str] = {}
        if not wanted or not self._book.strings:
            return found
        number, last = 0, max(wanted)
        texts: list[str] = []
        collects = phonetic = False

        def start(tag: str, _attributes: Attributes) -> None:
            nonlocal collects, phonetic
            phonetic = phonetic or tag == "rPh"
            collects = tag == "t" and not phonetic

        def end(tag: str) -> None:
            nonlocal number, collects, phonetic
            collects = False
            if tag == "rPh":
                phonetic = False
            elif tag == "si":
                if number in wanted:
                    found[number] = "".join(texts)
                texts.clear()
                number += 1
                if number > last:
                    raise EnoughRead

        parse(
            self._archive.stream(self._book.strings),
            start=start,
            end=end,
            text=lambda text: texts.append(text) if collects and number in wanted else None,
        )
        return found


def _longest_string(archive: Archive, book: _Book) -> int | None:
    """Return the bytes of the longest shared string, None where this process does not read the workbook itself.

    A single long string used by many cells grows to gigabytes. The fast reader finds its parts by fixed names,
    whatever their case, so that every such part is unpacked here first: a size that lies shows as damage.
    """
    longest = 0
    for entry in archive.names:
        name = entry.lower()
        if name not in _FIXED_PARTS and not name.startswith("xl/worksheets/"):
            continue
        if archive.declared(entry) > PROVABLE_BYTES:
            return None
        if name in _FIXED_PARTS:
            content = archive.read(entry, PROVABLE_BYTES)
            if name == _STRINGS:
                longest = max(map(len, content.split(b"</si>")))
    usual = book.strings in ("", "xl/sharedStrings.xml") and all(
        listed.entry.startswith("xl/worksheets/") for listed in book.sheets
    )
    return longest if usual else None


def _limited(pieces: Iterator[bytes]) -> Iterator[bytes]:
    size = 0
    for piece in pieces:
        size += len(piece)
        if size > _HEAD_BYTES:
            raise EnoughRead
        yield piece


def _moment(epoch: datetime, number: float) -> datetime:
    return (epoch + timedelta(days=number) + timedelta(milliseconds=0.5)).replace(microsecond=0)


def _book(archive: Archive) -> _Book:
    """Return the workbook's list of worksheets and where its parts stand."""
    targets: dict[str, tuple[str, str]] = {}
    book = _Book([], "", "", datetime(1899, 12, 30), is_never_calculated=False)  # noqa: DTZ001 - sheet dates have no zone

    def relation(tag: str, attributes: Attributes) -> None:
        if tag == "Relationship":
            kind = attributes.get("Type", "").rpartition("/")[2]
            target = posixpath.normpath(posixpath.join("/xl", attributes.get("Target", ""))).lstrip("/")
            targets[attributes.get("Id", "")] = (kind, target)
            if kind == "sharedStrings":
                book.strings = target
            elif kind == "styles":
                book.styles = target

    def part(tag: str, attributes: Attributes) -> None:
        if tag == "sheet":
            kind, target = targets.get(attributes.get("id", ""), ("", ""))
            if kind == "worksheet":
                is_hidden = attributes.get("state", "visible") != "visible"
                book.sheets.append(_Listed(attributes.get("name", ""), is_hidden, target))
        elif tag == "workbookPr" and attributes.get("date1904") in ("1", "true"):
            book.epoch = datetime(1904, 1, 1)  # noqa: DTZ001
        elif tag == "calcPr":
            book.is_never_calculated = attributes.get("fullCalcOnLoad") in ("1", "true")

    parse([archive.read("xl/_rels/workbook.xml.rels", SMALL_BYTES)], start=relation)
    parse([archive.read(_WORKBOOK, SMALL_BYTES)], start=part)
    return book


def _date_styles(archive: Archive, entry: str) -> set[int]:
    """Return the numbers of the cell styles that show a date."""
    if not entry or not archive.declared(entry):
        return set()
    date_formats, styles, in_cell_styles = set(_DATE_FORMATS), [], False

    def start(tag: str, attributes: Attributes) -> None:
        nonlocal in_cell_styles
        if tag == "numFmt" and _shows_date(attributes.get("formatCode", "")):
            date_formats.add(int(attributes.get("numFmtId", 0)))
        elif tag in ("cellXfs", "cellStyleXfs"):
            in_cell_styles = tag == "cellXfs"
        elif tag == "xf" and in_cell_styles:
            styles.append(int(attributes.get("numFmtId", 0)))

    parse([archive.read(entry, _STYLES_BYTES)], start=start, end=None)
    return {number for number, style in enumerate(styles) if style in date_formats}


def _shows_date(code: str) -> bool:
    """Tell whether a number format shows a date: y, or d with m, outside quotes and brackets."""
    bare, quoted, bracketed = [], False, False
    for letter in code.lower():
        quoted ^= letter == '"'
        bracketed = (bracketed or letter == "[") and letter != "]"
        if not quoted and not bracketed:
            bare.append(letter)
    text = "".join(bare).replace("general", "")
    return "y" in text or ("d" in text and "m" in text) or "h:" in text


class XlsxBodies:
    """Loads bodies of one workbook: in this process where a sheet is proven small, else in a limited child."""

    def __init__(self, path: Path, place: Place, limits: Limits, child: ReadingChild | None) -> None:
        self._path = path
        self._place = place
        self._limits = limits
        self._child = child

    def load(self, sheet: XlsxSheet, first_row: int) -> tuple[pa.Table, list[int]]:
        """Return rows from `first_row` and their columns' positions in the sheet."""
        if sheet.is_proven:
            return self._load_here(sheet, first_row)
        request = _body_request(sheet.name, first_row)
        if self._child and self._child.pending not in (None, request):
            # Guessed wrong: a new child is sooner there than the answer that nobody wants.
            self.close()
        self._child = self._child or ReadingChild(str(self._path), self._place, self._limits)
        if self._child.pending is None:
            self._child.send(**request)
        answer, table = self._child.receive()
        if _holds_lost_booleans(table, answer["positions"], sheet.scan.booleans):
            answer, table = self._child.ask(**{**request, "booleans": sorted(sheet.scan.booleans)})
        return tidied(table), answer["positions"]

    def expect(self, sheet: str, first_row: int) -> None:
        """Let the child begin with this body, as it will probably be asked for."""
        if self._child:
            self._child.send(**_body_request(sheet, first_row))

    def close(self) -> None:
        """End the child, if there is one."""
        if self._child:
            self._child.close()
        self._child = None

    def _load_here(self, sheet: XlsxSheet, first_row: int) -> tuple[pa.Table, list[int]]:
        from xuezheng.tables.calamine import DamagedWorkbook, open_book, read_body

        try:
            table, positions = read_body(open_book(str(self._path)), sheet.name, first_row, sheet.scan.booleans)
        except DamagedWorkbook as error:
            raise UnusableFile("file_damaged", place=Place(self._place.file, sheet.name)) from error
        return tidied(table), positions


def _body_request(sheet: str, first_row: int) -> dict[str, object]:
    return {"what": "body", "sheet": sheet, "first_row": first_row, "booleans": []}


def _holds_lost_booleans(table: pa.Table, positions: list[int], booleans: set[int]) -> bool:
    """Tell whether a column of numbers holds a TRUE or FALSE in the sheet, which the reader gives as 1 or 0."""
    columns = zip(positions, table.schema.types, strict=True)
    return any(position in booleans and pa.types.is_floating(kind) for position, kind in columns)
