"""A ledger of supervision as offices keep it (督办台账): its header recognised, its rows read as items."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from xuezheng.catalogue.sources import LedgerWords, SourceWords
from xuezheng.kernel.place import Place, column_letters
from xuezheng.meetings.engine.items import Item, Unread
from xuezheng.meetings.engine.limits import Limit, limit_of
from xuezheng.meetings.engine.responsible import ResponsibleFinder

HEADER_WITHIN = 30
_FORMULA_STARTS = ("=", "@", "+")
_ERRORS = re.compile(r"#(?:REF!|N/A|NAME\?|VALUE!|DIV/0!|NULL!|NUM!|SPILL!)")
_YEAR = re.compile(r"(20\d\d)")

Row = Sequence[str | None]


@dataclass(frozen=True, slots=True)
class Grid:
    """A table as delivered.

    `merges` are (first row, first column, last row, last column), rows from 1, columns from 0, or None where the file
    does not tell them. `formulas` are cells (row, column) with a formula that was never calculated.
    """

    file: str
    sheet: str
    rows: tuple[Row, ...]
    merges: tuple[tuple[int, int, int, int], ...] | None = None
    formulas: tuple[tuple[int, int], ...] = ()
    is_hidden: bool = False


@dataclass(frozen=True, slots=True)
class Header:
    """Where a header ends (the row from 1), and the zero-based column of each field."""

    row: int
    columns: dict[str, int]


@dataclass
class Found:
    """What is read from the sheets of a ledger, in their order."""

    items: list[Item] = field(default_factory=list)
    unread: list[Unread] = field(default_factory=list)


def header_in(grid: Grid, words: LedgerWords) -> Header | None:
    """Return the header, of one row or of two, within the first 30 rows; None where none names the matter and one more."""
    for place in range(min(len(grid.rows), HEADER_WITHIN)):
        one = _fields(grid.rows[place], words)
        two = _fields(_both(grid, place), words) if one and place + 1 < len(grid.rows) else {}
        if _is_header(two) and len(two) > len(one) and "matter" in (one | two):
            return Header(place + 2, two)
        if _is_header(one):
            return Header(place + 1, one)
    return None


def is_ledger(grid: Grid, words: SourceWords) -> bool:
    """Say whether a table is a ledger: its header tells progress or state, or a title above it or the sheet's name says so."""
    header = header_in(grid, words.ledger)
    if header is None:
        return False
    if header.columns.keys() & set(words.ledger.tell):
        return True
    above = [cell for row in grid.rows[: header.row - 1] for cell in row if cell]
    return any(word in text for text in (*above, grid.sheet) for word in words.recognised.table_is_ledger)


def read_ledger(grids: Iterable[Grid], words: SourceWords, year: int | None = None) -> Found:
    """Return the items of all sheets that have a ledger's header, and what could not be read, by its cell.

    Limits without a year are of the year that the title or sheet names, else of `year`. Finished rows are items, too,
    marked `is_done`.
    """
    found = Found()
    for grid in grids:
        header = header_in(grid, words.ledger)
        if header is None or grid.is_hidden:
            if any(any(row) for row in grid.rows):
                code = "source_sheet_hidden" if grid.is_hidden else "source_sheet_without_header"
                found.unread.append(Unread(code, Place(grid.file, grid.sheet)))
            continue
        _Sheet(grid, header, words, year, found).read()
    return found


class _Sheet:
    def __init__(self, grid: Grid, header: Header, words: SourceWords, year: int | None, found: Found) -> None:
        self._grid, self._header, self._words, self._found = grid, header, words, found
        self._finder = ResponsibleFinder(words.units)
        above = " ".join(cell for row in grid.rows[: header.row] for cell in row if cell)
        named = _YEAR.search(f"{above} {grid.sheet}")
        self._year = int(named[1]) if named else year
        self._is_done_sheet = any(word in grid.sheet for word in words.ledger.done_sheets)
        self._above = self._merged()
        self._last: dict[str, str] = {}
        self._section = ""

    def read(self) -> None:
        for number in range(self._header.row + 1, len(self._grid.rows) + 1):
            self._read_row(number)

    def _read_row(self, number: int) -> None:
        row = self._grid.rows[number - 1]
        filled = list(dict.fromkeys(cell.strip() for cell in row if cell and cell.strip()))
        if not filled or filled[0].startswith(self._words.ledger.notes) or _is_header(_fields(row, self._words.ledger)):
            return
        cells = {name: self._cell(number, column) for name, column in self._header.columns.items()}
        if len(filled) == 1 and not filled[0].isdigit() and self._is_across(row, cells):
            self._section = filled[0]
            return
        if not cells["matter"] and not self._goes_on(cells, number):
            return
        item = self._item(cells, number)
        if item is not None:
            self._found.items.append(item)
            self._last = cells

    def _is_across(self, row: Row, cells: dict[str, str]) -> bool:
        """Say whether a row's one text stands across it, or where no matter does: 一、安全类."""
        first = (row[0] or "").strip()
        return not cells["matter"] or first == cells["matter"]

    def _goes_on(self, cells: dict[str, str], number: int) -> bool:
        """Fill a row that belongs to the matter above; tell one that has everything but its matter."""
        says = [name for name in ("measure", "lead", "units", "limit", "progress", "state") if cells.get(name)]
        if not says:
            return False
        if cells.get("number") and cells["number"] != self._last.get("number"):
            self._tell("source_row_without_matter", number, "matter", cells["number"])
            return False
        if not self._last or self._grid.merges is not None:
            self._tell("source_row_without_matter", number, "matter", cells[says[0]])
            return False
        for name in ("number", "matter", "lead", "units", "limit"):
            cells[name] = cells.get(name) or self._last.get(name, "")
        return True

    def _item(self, cells: dict[str, str], number: int) -> Item | None:
        matter = cells["matter"]
        if matter.startswith(_FORMULA_STARTS):
            self._tell("source_cell_formula_text", number, "matter", matter)
            return None
        if _ERRORS.fullmatch(matter):
            self._tell("source_cell_error", number, "matter", matter)
            return None
        for row, column in self._grid.formulas:
            if row == number and column in self._header.columns.values():
                self._found.unread.append(Unread("source_cell_not_calculated", self._place(number, column)))
        responsible = self._finder.in_cells(self._clean(cells, "lead", number), self._clean(cells, "units", number))
        is_done = self._is_done(cells)
        return Item(
            text=" ".join(matter.split()), number=cells.get("number", ""), section=self._section,
            details=self._details(cells), lead=responsible.lead, units=responsible.units,
            limit=self._limit(cells, number, is_done=is_done), is_done=is_done,
            place=self._place(number, self._header.columns["matter"]),
        )  # fmt: skip

    def _limit(self, cells: dict[str, str], number: int, *, is_done: bool) -> Limit:
        limit = limit_of(self._clean(cells, "limit", number), self._words.limits, year=self._year)
        if limit.is_unclear and not is_done:
            self._tell("source_limit_unclear", number, "limit", limit.words)
        return limit

    def _clean(self, cells: dict[str, str], name: str, number: int) -> str:
        """Return a cell's text; an error of a formula is told and counts as empty."""
        text = cells.get(name, "")
        if _ERRORS.fullmatch(text) or text.startswith("="):
            self._tell("source_cell_error", number, name, text)
            return ""
        return text

    def _details(self, cells: dict[str, str]) -> str:
        lines = [cells["measure"]] if cells.get("measure") else []
        carried = [name for name in self._words.ledger.carried if cells.get(name)]
        lines += [f"{self._headed(name)}：{' '.join(cells[name].split())}" for name in carried]
        return "\n".join(lines)

    def _headed(self, name: str) -> str:
        column = self._header.columns[name]
        rows = self._grid.rows[max(0, self._header.row - 2) : self._header.row]
        heads = [cell for row in rows if column < len(row) and (cell := row[column])]
        return re.sub(r"\s", "", heads[-1]) if heads else ""

    def _is_done(self, cells: dict[str, str]) -> bool:
        ledger = self._words.ledger
        state, progress = (re.sub(r"[\s。.，,！!]", "", cells.get(name, "")) for name in ("state", "progress"))
        if state:
            return state in ledger.done or (
                state.startswith(ledger.done_heads) and not any(word in state for word in ledger.not_done)
            )
        if self._is_done_sheet:
            return True
        return progress in ledger.done

    def _cell(self, number: int, column: int) -> str:
        row, column = self._above.get((number, column), (number, column))
        line = self._grid.rows[row - 1]
        value = line[column] if column < len(line) else None
        text = (value or "").strip()
        return text.removesuffix(".0") if re.fullmatch(r"\d+\.0", text) else text

    def _merged(self) -> dict[tuple[int, int], tuple[int, int]]:
        """Return for each cell inside a merge that goes down one column the cell whose text it shows."""
        shown = {}
        for first_row, first_column, last_row, last_column in self._grid.merges or ():
            if first_column == last_column and first_row > self._header.row:
                for row in range(first_row + 1, min(last_row, len(self._grid.rows)) + 1):
                    shown[row, first_column] = (first_row, first_column)
        return shown

    def _place(self, number: int, column: int) -> Place:
        return Place(self._grid.file, self._grid.sheet, number, column_letters(column))

    def _tell(self, code: str, number: int, name: str, found: str) -> None:
        place = self._place(number, self._header.columns[name])
        self._found.unread.append(Unread(code, place, {"found": found[:60]}))


def _both(grid: Grid, place: int) -> list[str | None]:
    """Return two rows as one header: the lower cell where there is one, else the upper."""
    upper, lower = grid.rows[place], grid.rows[place + 1]
    width = max(len(upper), len(lower))
    return [
        (lower[column] if column < len(lower) else None) or (upper[column] if column < len(upper) else None)
        for column in range(width)
    ]


def _is_header(fields: dict[str, int]) -> bool:
    return "matter" in fields and bool({"lead", "limit", "state", "progress"} & fields.keys())


def _fields(row: Row, words: LedgerWords) -> dict[str, int]:
    found: dict[str, int] = {}
    leads: list[int] = []
    for column, cell in enumerate(row):
        name = _field_of(cell, words)
        if name == "lead":
            leads.append(column)
        elif name:
            found.setdefault(name, column)
    if leads:
        ahead = sorted(leads, key=lambda column: not any(word in (row[column] or "") for word in words.leading))
        found["lead"] = ahead[0]
        if ahead[1:]:
            found.setdefault("units", ahead[1])
    return found


def _field_of(cell: str | None, words: LedgerWords) -> str | None:
    whole = re.sub(r"[\s　：:*]", "", cell or "").replace("（", "(").replace("）", ")")
    for text in dict.fromkeys((whole, re.sub(r"\([^()]*\)", "", whole))):
        for name, aliases in words.columns.items():
            if text and text in aliases:
                return name
    return None
