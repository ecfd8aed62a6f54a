"""Faults shown where they stand: a marked copy of the workbook, or, for other and larger files, the faulty rows."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from xuezheng.kernel.place import column_index, column_letters
from xuezheng.tables.delimited import harmless
from xuezheng.tables.kinds import FileKind, file_kind
from xuezheng.tables.sheets import SheetView
from xuezheng.tables.workbook import FAULT, HEADER, PLAIN, Look, Value, WorkbookWriter, sheet_name

if TYPE_CHECKING:
    from openpyxl import Workbook

# openpyxl holds every cell as an object: a hundred thousand rows of thirty took 42 s and 1.6 GB.
MARKED_CELLS = 300_000
_COMMENTS_A_FILE = 5_000
_FILL = "FFF4C7C3"
_REASON = Look(wrap=True)


@dataclass(frozen=True, slots=True)
class Mark:
    """A sentence about one cell: `row` one-based, `column` its letters; "" marks the row's first cell."""

    sheet: str
    row: int
    column: str
    sentence: str


def can_be_copied(path: Path, sheets: Sequence[SheetView]) -> bool:
    """Tell whether a marked copy is made: an xlsx of at most 300,000 cells in the boxes of its sheets."""
    return file_kind(path) is FileKind.XLSX and sum(sheet.rows * sheet.columns for sheet in sheets) <= MARKED_CELLS


def write_marked(
    path: Path, sheets: Sequence[SheetView], marks: Iterable[Mark], out: Path, titles: Mapping[str, str]
) -> bool:
    """Write `out`, an xlsx: the workbook with its faulty cells filled and commented, or only its faulty rows.

    Returns True for a marked copy. `titles` are the headings of the second form: keys `sheet`, `row`, `cells` and
    `reasons`.
    """
    by_cell: dict[str, dict[tuple[int, str], list[str]]] = defaultdict(lambda: defaultdict(list))
    for mark in marks:
        by_cell[mark.sheet][mark.row, mark.column].append(mark.sentence)
    if can_be_copied(path, sheets):
        _write_copy(path, sheets, by_cell, out)
        return True
    _write_rows(sheets, by_cell, out, titles)
    return False


def _write_copy(
    path: Path, sheets: Sequence[SheetView], by_cell: Mapping[str, Mapping[tuple[int, str], list[str]]], out: Path
) -> None:
    import openpyxl
    from openpyxl.cell.cell import MergedCell
    from openpyxl.comments import Comment
    from openpyxl.styles import PatternFill

    # Macros are dropped, links to other files not kept, and formulas become their values: the copy is for looking at
    # and mending, and what stands in a delivered formula must not run on another's machine.
    book = openpyxl.load_workbook(path, keep_links=False, data_only=True)
    if any(sheet.formulas_without_value_count for sheet in sheets):
        _show_formulas_without_value(path, book)
    fill = PatternFill("solid", fgColor=_FILL)
    comments = 0
    for name, cells in by_cell.items():
        if name not in book.sheetnames:
            continue
        sheet = book[name]
        for (row, column), sentences in cells.items():
            cell = sheet.cell(max(row, 1), column_index(column) + 1 if column else 1)
            if isinstance(cell, MergedCell):
                continue
            cell.fill = fill
            comments += 1
            if comments <= _COMMENTS_A_FILE:
                cell.comment = Comment("\n".join(sentences), "学政", width=420, height=40 + 40 * len(sentences))
    book.save(out)


def _show_formulas_without_value(path: Path, book: "Workbook") -> None:
    """Write a formula that was saved without its value as its text, which no spreadsheet takes for a formula."""
    import openpyxl

    for sheet in openpyxl.load_workbook(path, keep_links=False):
        shown = book[sheet.title]
        for row in sheet.iter_rows():
            for cell in row:
                if cell.data_type == "f" and shown[cell.coordinate].value is None:
                    shown[cell.coordinate].value = harmless(str(getattr(cell.value, "text", None) or cell.value))


def _write_rows(
    sheets: Sequence[SheetView],
    by_cell: Mapping[str, Mapping[tuple[int, str], list[str]]],
    out: Path,
    titles: Mapping[str, str],
) -> None:
    with WorkbookWriter(out, by_rows=True) as book:
        for number, view in enumerate(sheets, start=1):
            cells = by_cell.get(view.name)
            if cells:
                _write_sheet_rows(book, view, f"{number} {view.name}".strip(), cells, titles)


def _write_sheet_rows(
    book: WorkbookWriter,
    view: SheetView,
    name: str,
    cells: Mapping[tuple[int, str], list[str]],
    titles: Mapping[str, str],
) -> None:
    by_row: dict[int, dict[str, list[str]]] = defaultdict(dict)
    for (row, column), sentences in cells.items():
        by_row[max(row, 1)][column] = sentences
    values = _values(view, sorted(by_row))
    sheet = book.sheet(sheet_name(name))
    sheet.widths([16, 8, 14, 60])
    sheet.freeze(2, 4)
    letters = [column_letters(number) for number in range(view.columns)]
    sheet.row(1, [titles["sheet"], titles["row"], titles["cells"], titles["reasons"], *letters], HEADER)
    for line, row in enumerate(sorted(by_row), start=2):
        found = by_row[row]
        sheet.row(line, [view.name or view.file, row, " ".join(f"{column}{row}" for column in found)])
        sheet.cell(line, 3, "\n".join(sentence for sentences in found.values() for sentence in sentences), _REASON)
        for number, value in enumerate(values.get(row, ())):
            sheet.cell(line, 4 + number, value, FAULT if column_letters(number) in found else PLAIN)


def _values(view: SheetView, rows: Sequence[int]) -> dict[int, tuple[Value, ...]]:
    """Return the values of these rows, by sheet row."""
    import pyarrow as pa

    within = [row for row in rows if row <= view.rows]
    if not within:
        return {}
    first = min(within)
    taken = view.body(first).take(pa.array([row - first for row in within], pa.int64()))
    return dict(zip(within, zip(*(column.to_pylist() for column in taken.columns), strict=True), strict=False))
