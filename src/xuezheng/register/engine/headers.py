"""Which table a sheet holds, where its header stands, and which of its columns are the register's.

A header may stand below title rows, over several rows with merged parents, in either language, with units in
brackets. Every start row and depth is tried and the reading that recognises most columns is taken.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache

from xuezheng.catalogue.register import Column, load_register_schema
from xuezheng.register.engine.wording import folded, plain_name, without_brackets, without_decoration

Grid = Sequence[Sequence[str | None]]
Merge = tuple[int, int, int, int]
DEEPEST_HEADER = 3
_TOTAL_WORDS = frozenset(folded(word) for word in ("合计", "总计", "小计", "计", "总数", "数", "人数", "total", "all"))


@dataclass(frozen=True, slots=True)
class Heading:
    """A sheet column that is one of the register's: by what header, and how its values become the column's unit."""

    index: int
    column: str
    text: str
    factor: float = 1.0
    unit: str = ""
    foreign_unit: str = ""
    coordinates: str = ""


@dataclass(frozen=True, slots=True)
class SheetReading:
    """How a sheet is read as a register table. `first_row`/`last_row` of the header are one-based.

    `unknown` are headers of no register column as (index, text); `doubled` are headings that claim a column that an
    earlier one has; `marker` is the column that marks example rows.
    """

    table: str
    first_row: int
    last_row: int
    headings: tuple[Heading, ...]
    unknown: tuple[tuple[int, str], ...] = ()
    doubled: tuple[tuple[Heading, Heading], ...] = ()
    ignored: tuple[tuple[int, str], ...] = ()
    marker: int | None = None

    def heading(self, column: str) -> Heading | None:
        """Return the heading of a register column, if the sheet has it."""
        return next((heading for heading in self.headings if heading.column == column), None)


@dataclass(frozen=True, slots=True)
class Taught:
    """What a person taught about a sheet: its table, register columns by folded header ("" is: pass over), constants."""

    table: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)
    constants: Mapping[str, str | int] = field(default_factory=dict)
    repeated: bool = False

    def column(self, label: tuple[str, ...]) -> str | None:
        """Return the column taught for a header, whole or its last row alone; None where none was."""
        return self.columns.get(folded("".join(label)), self.columns.get(folded(label[-1])))


@cache
def _columns_by_header(table: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, column in load_register_schema().tables[table].columns.items():
        for text in (column.zh, column.en, name, *column.aliases):
            found.setdefault(folded(text), name)
    return found


@cache
def _unit_words() -> dict[str, dict[str, float]]:
    return {
        unit: {folded(word) or word: factor for word, factor in words.items()}
        for unit, words in load_register_schema().units.items()
    }


@cache
def _all_unit_words() -> frozenset[str]:
    return frozenset(word for words in _unit_words().values() for word in words)


@cache
def _coordinate_words() -> dict[str, str]:
    return {
        folded(word): system for system, words in load_register_schema().reading.coordinates.items() for word in words
    }


def table_named(name: str) -> str:
    """Return the table that a sheet or file name names in either language, or an empty text."""
    schema = load_register_schema()
    for candidate in (folded(name), plain_name(name)):
        for table, definition in schema.tables.items():
            names = (table, definition.zh, definition.en, *definition.aliases)
            if candidate and candidate in {form for text in names for form in (folded(text), plain_name(text))}:
                return table
    return ""


def table_hinted(name: str) -> str:
    """Return the table whose longest name stands within a sheet or file name ("云溪县学段年报"), or an empty text."""
    plain = plain_name(name)
    best, length = "", 1
    for table, definition in load_register_schema().tables.items():
        for text in (table, definition.zh, definition.en, *definition.aliases):
            form = folded(text)
            if form in plain and len(form) > length:
                best, length = table, len(form)
    return best


def is_passed_over(name: str) -> bool:
    """Whether a sheet's name says that it holds no table: notes, contents, cover, code lists."""
    words = {folded(word) for word in load_register_schema().reading.sheets_passed_over}
    return plain_name(name) in words or folded(name) in words


def is_generic(name: str) -> bool:
    """Whether a sheet's name says nothing ("Sheet1", "工作表 1")."""
    plain = folded(name).rstrip("0123456789")
    return not plain or plain in {folded(word) for word in load_register_schema().reading.generic_names}


def filled_merges(head: Grid, merges: Sequence[Merge]) -> list[list[str | None]]:
    """Return the head with every merged range filled by its first cell. Rows of `merges` are one-based."""
    width = max((len(row) for row in head), default=0)
    grid = [[*row, *([None] * (width - len(row)))] for row in head]
    for first_row, first_column, last_row, last_column in merges:
        if first_row > len(grid) or first_column >= width:
            continue
        text = grid[first_row - 1][first_column]
        for row in grid[first_row - 1 : last_row]:
            row[first_column : last_column + 1] = [text] * (min(last_column, width - 1) - first_column + 1)
    return grid


def read_headings(head: Grid, merges: Sequence[Merge], table: str, taught: Taught | None = None) -> SheetReading | None:
    """Return the best reading of a sheet's head as `table`, or None where no column is recognised.

    The reading that recognises the most columns wins, then the one that recognises the most units, then the one
    that cuts through no merged header, then the shallowest, then the first.
    """
    grid = filled_merges(head, merges)
    spread = _spread_parents(grid, merges)
    best: tuple[tuple[int, int, int, int, int], SheetReading] | None = None
    for last in _rows_near_headers(grid, table, taught):
        for depth in range(1, min(DEEPEST_HEADER, last + 1) + 1):
            first = last - depth + 1
            if not any(grid[first]):
                break
            reading = _reading_of(spread if depth > 1 else grid, grid, first, last, table, taught)
            if not reading.headings:
                continue
            units = sum(1 for heading in reading.headings if heading.unit)
            cut = sum(1 for merge in merges if merge[0] <= first < merge[2])
            rank = (len(reading.headings) - len(reading.doubled), units, -cut, -depth, -first)
            if best is None or rank > best[0]:
                best = (rank, reading)
    return _below_merges(best[1], merges) if best else None


def _rows_near_headers(grid: Grid, table: str, taught: Taught | None) -> list[int]:
    """Return the rows in which a header may end: those with a header of the table, and those just below one."""
    near: set[int] = set()
    for number, row in enumerate(grid):
        label = [" ".join(text.split()) for text in row if text]
        if any(_column_of(text, table) or (taught and folded(text) in taught.columns) for text in label if text):
            near.update(range(number, number + DEEPEST_HEADER))
    if taught:
        near.update(range(DEEPEST_HEADER * 3))
    return [number for number in sorted(near) if number < len(grid) and any(grid[number])]


def _below_merges(reading: SheetReading, merges: Sequence[Merge]) -> SheetReading:
    """Return the reading with its header's last row moved below headers that are merged downwards."""
    indices = {heading.index for heading in reading.headings}
    last = max(
        (merge[2] for merge in merges if reading.first_row <= merge[0] <= reading.last_row and merge[1] in indices),
        default=reading.last_row,
    )
    return _replaced(reading, last_row=max(last, reading.last_row))


def _replaced(reading: SheetReading, last_row: int) -> SheetReading:
    return SheetReading(
        reading.table,
        reading.first_row,
        last_row,
        reading.headings,
        reading.unknown,
        reading.doubled,
        reading.ignored,
        reading.marker,
    )


def _spread_parents(grid: list[list[str | None]], merges: Sequence[Merge]) -> list[list[str | None]]:
    """Return the grid with parents spread to the right over empty cells, for files that keep no merges."""
    if merges:
        return grid
    spread = []
    for number, row in enumerate(grid):
        below = grid[number + 1] if number + 1 < len(grid) else []
        current: str | None = None
        filled: list[str | None] = []
        for index, text in enumerate(row):
            current = text or current
            under = below[index] if index < len(below) else None
            filled.append(text or (current if under else None))
        spread.append(filled)
    return spread


def _reading_of(parents: Grid, grid: Grid, first: int, last: int, table: str, taught: Taught | None) -> SheetReading:
    headings: dict[str, Heading] = {}
    unknown: list[tuple[int, str]] = []
    ignored: list[tuple[int, str]] = []
    doubled: list[tuple[Heading, Heading]] = []
    marker = None
    markers = {folded(word) for word in load_register_schema().reading.marker_headers}
    for index in range(len(grid[last])):
        label = _label([*(parents[row][index] for row in range(first, last)), grid[last][index]])
        if not label:
            continue
        text = " ".join(label)
        if folded(text) in markers:
            marker = index
            continue
        column = taught.column(label) if taught else None
        if column is not None:
            heading = _with_units(index, column, text, label, table) if column else None
            if heading is None:
                ignored.append((index, text))
                continue
        else:
            heading = _heading(index, label, table)
        if heading is None:
            unknown.append((index, text))
        elif heading.column in headings:
            doubled.append((headings[heading.column], heading))
        else:
            headings[heading.column] = heading
    return SheetReading(
        table, first + 1, last + 1, tuple(headings.values()), tuple(unknown), tuple(doubled), tuple(ignored), marker
    )


def _label(texts: Sequence[str | None]) -> tuple[str, ...]:
    label: list[str] = []
    for text in texts:
        cleaned = " ".join((text or "").split())
        if cleaned and (not label or label[-1] != cleaned):
            label.append(cleaned)
    return tuple(label)


def _heading(index: int, label: tuple[str, ...], table: str) -> Heading | None:
    """Return the heading for a label of parents and child: joined, then the child alone, then a total's parent."""
    for text in ("".join(label), *("".join(label[start:]) for start in range(1, len(label)))):
        column = _column_of(text, table)
        if column:
            return _with_units(index, column, " ".join(label), label, table)
    column = _column_of_parent(label, table)
    return _with_units(index, column, " ".join(label), label, table) if column else None


def _column_of_parent(label: tuple[str, ...], table: str) -> str:
    """Return the column of a label that ends in a unit, a total, or both ("在校生数", "合计", "人"), or an empty text."""
    child = folded(without_brackets(label[-1])[0])
    if len(label) < 2 or not (child in _TOTAL_WORDS or child in _all_unit_words() or not child):
        return ""
    above = label[:-1]
    texts = (above[-1], *("".join(above[start:]) for start in range(len(above) - 1)))
    return next((column for text in texts if (column := _column_of(text, table))), "") or _column_of_parent(
        above, table
    )


@lru_cache(maxsize=65536)
def _column_of(text: str, table: str) -> str:
    by_header = _columns_by_header(table)
    plain = without_decoration(text)
    for form in (text, plain, without_brackets(text)[0], without_brackets(plain)[0], _without_bare_unit(plain)):
        column = by_header.get(folded(form))
        if column:
            return column
    return ""


def _without_bare_unit(text: str) -> str:
    """Return "占地面积/亩" or "金额 万元" without the unit behind its separator."""
    for separator in ("/", ":", "：", " ", ",", "，", "-"):
        before, found, after = text.rpartition(separator)
        if found and folded(after) in _all_unit_words():
            return before
    return text


def _with_units(index: int, column: str, text: str, label: tuple[str, ...], table: str) -> Heading:
    definition = load_register_schema().tables[table].columns[column]
    words = [word for part in label for word in without_brackets(part)[1]]
    if folded(label[-1]) in _all_unit_words() and len(label) > 1:
        words.append(label[-1])
    plain = without_decoration(label[-1])
    bare = _without_bare_unit(plain)
    # "smallest music room" is a header of its own, not a smallest music in rooms.
    if bare != plain and folded(plain) not in _columns_by_header(table):
        words.append(plain[len(bare) + 1 :])
    factor, unit, foreign = unit_factor(definition, words)
    systems = [_coordinate_words()[folded(word)] for word in words if folded(word) in _coordinate_words()]
    if not systems and column in ("lon", "lat"):
        whole = folded(text)
        systems = [system for word, system in _coordinate_words().items() if len(word) > 1 and word in whole]
    return Heading(index, column, text, factor, unit, foreign, systems[0] if systems else "")


def unit_factor(column: Column, words: Sequence[str]) -> tuple[float, str, str]:
    """Return the factor to the column's unit, the unit word used, and a word that measures something else.

    Words that are no unit at all ("必填", "学年初") say nothing.
    """
    own = _unit_words().get(column.unit, {})
    for word in words:
        # "单位：万元" within brackets.
        bare = word.rpartition("：")[2].rpartition(":")[2]
        form = folded(bare) or bare
        if form in own:
            return own[form], bare, ""
        if form in _all_unit_words() and column.type in ("number", "integer") and column.unit:
            return 1.0, "", bare
    return 1.0, "", ""
