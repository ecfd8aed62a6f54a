"""The tables of delivered files as they stand: workbooks, Word documents, and text pasted from a workbook."""

from datetime import date, datetime
from pathlib import Path

from xuezheng.documents.written import is_word_document, word_tables
from xuezheng.kernel.place import Place
from xuezheng.kernel.refusal import TooLarge
from xuezheng.meetings.engine.case_ledger import Grid

_SHEET_SUFFIXES = frozenset({".xlsx", ".xlsm", ".xls", ".ods", ".csv"})
_TELL_MERGES = frozenset({".xlsx", ".xlsm", ".ods"})
_MOST_CELLS = 400_000
_LEAST_LINES = 2


def is_workbook(path: Path) -> bool:
    """Say whether a file is a workbook by its name, in which no bulletin is looked for."""
    return path.suffix.lower() in _SHEET_SUFFIXES


def grids_in(path: Path, name: str) -> tuple[Grid, ...]:
    """Return the tables of a workbook or Word document; none for other files.

    Raises `UnusableFile` and `TooLarge` as reading sheets and documents does.
    """
    if is_workbook(path):
        return _sheets(path, name)
    if path.is_file() and is_word_document(path):
        return tuple(
            Grid(name, str(number), tuple(tuple(row) for row in rows))
            for number, rows in enumerate(word_tables(path, name), start=1)
        )
    return ()


def pasted_grid(text: str) -> Grid | None:
    """Return text copied from a workbook, its cells apart by tabs; None for any other text."""
    lines = text.replace("\r\n", "\n").strip("\n").split("\n")
    if sum("\t" in line for line in lines) < _LEAST_LINES:
        return None
    return Grid("", "", tuple(tuple(cell.strip(' "') or None for cell in line.split("\t")) for line in lines))


def _sheets(path: Path, name: str) -> tuple[Grid, ...]:
    from xuezheng.tables.sheets import read_sheets

    found = []
    cells = 0
    for sheet in read_sheets(path, name):
        cells += sheet.rows * sheet.columns
        if cells > _MOST_CELLS:
            raise TooLarge("source_table_too_large", place=Place(name, sheet.name), found=cells, limit=_MOST_CELLS)
        columns = [column.to_pylist() for column in sheet.body(1).columns]
        merges = sheet.merges if path.suffix.lower() in _TELL_MERGES else None
        rows = tuple(tuple(_text(cell) for cell in row) for row in zip(*columns, strict=True))
        found.append(Grid(name, sheet.name, rows, merges, sheet.formulas_without_value, sheet.hidden))
    return tuple(found)


def _text(cell: object) -> str | None:
    if cell is None or cell == "":
        return None
    if isinstance(cell, datetime) and not (cell.hour or cell.minute):
        return cell.date().isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)
