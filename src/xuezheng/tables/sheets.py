"""Delivered files as sheets: what a person sees at the top, and the body as an Arrow table."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

import pyarrow as pa

from xuezheng.kernel.place import Place
from xuezheng.kernel.refusal import TooLarge
from xuezheng.tables.child import ReadingChild
from xuezheng.tables.kinds import FileKind, file_kind
from xuezheng.tables.limits import DEFAULT_LIMITS, Limits
from xuezheng.tables.natural import tidied
from xuezheng.tables.xlsx import XlsxSheet

Loaded = tuple[pa.Table, list[int]]
Runs = tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class SheetView:
    """One sheet of a workbook, or a file without sheets (name "").

    `head` is up to the first 40 sheet rows as text as a person sees it: `head[0]` is sheet row 1, `[0]` column A.
    `hidden_rows` are one-based and `hidden_columns` zero-based inclusive runs. `merges` are (first row, first column,
    last row, last column), rows one-based, columns zero-based, and at least those that touch the head.
    `formulas_without_value` are (row one-based, column zero-based), the first 1,000 of
    `formulas_without_value_count`. `rows` and `columns` count to the last used row and column.
    """

    file: str
    name: str
    head: tuple[tuple[str | None, ...], ...]
    rows: int
    columns: int
    hidden: bool = False
    hidden_rows: Runs = ()
    hidden_columns: Runs = ()
    merges: tuple[tuple[int, int, int, int], ...] = ()
    formulas_without_value: tuple[tuple[int, int], ...] = ()
    formulas_without_value_count: int = 0
    load: Callable[[int], Loaded] = field(repr=False, compare=False, kw_only=True)

    def body(self, first_row: int) -> pa.Table:
        """Return the rows from the one-based sheet row `first_row` to the last used row, row i being `first_row + i`.

        Columns are named `c0`, `c1`, … by the sheet's zero-based columns; blank rows are kept as nulls. Types are
        int64, float64, bool, date32, timestamp or string; a column of mixed types is text, with numbers written
        without loss and whole numbers without ".0". Errors of formulas come as their text ("#DIV/0!").
        """
        if first_row > self.rows:
            return _in_own_columns(pa.table({}), [], 0, self.columns)
        table, positions = self.load(first_row)
        return _in_own_columns(table, positions, self.rows - first_row + 1, self.columns)


def read_sheets(path: Path, name: str, limits: Limits = DEFAULT_LIMITS) -> tuple[SheetView, ...]:
    """Return every sheet of a delivered file, hidden ones too; `name` is the file's name as delivered.

    Reads xlsx, xlsm (macros are never run), xls, ods, csv, tsv, txt and parquet, told by content.
    Raises `UnusableFile` where it cannot be read and `TooLarge` beyond `limits`.
    """
    kind = file_kind(path, name, limits)
    size = path.stat().st_size
    if size > limits.file_bytes:
        raise TooLarge("file_beyond_limit", place=Place(name), found_mib=size >> 20, limit_mib=limits.file_bytes >> 20)
    return _READERS[kind](path, name, limits)


def _read_text(path: Path, name: str, limits: Limits) -> tuple[SheetView, ...]:
    from xuezheng.tables.delimited import open_delimited

    text = open_delimited(path, name, limits)
    return (SheetView(name, "", text.head, text.rows, text.columns, load=text.body),)


def _read_parquet(path: Path, name: str, limits: Limits) -> tuple[SheetView, ...]:
    from xuezheng.tables.parquet import open_parquet

    sheet = open_parquet(path, name, limits)
    return (SheetView(name, "", sheet.head, sheet.rows, sheet.columns, load=sheet.body),)


def _read_xlsx(path: Path, name: str, limits: Limits) -> tuple[SheetView, ...]:
    from xuezheng.tables.sheet_xml import runs
    from xuezheng.tables.xlsx import CHILD_FROM_BYTES, XlsxBodies, scan_workbook

    place = Place(name)
    # A large workbook's child warms up while this process scans.
    child = ReadingChild(str(path), place, limits) if path.stat().st_size > CHILD_FROM_BYTES else None
    bodies = XlsxBodies(path, place, limits, child)

    def view(sheet: XlsxSheet) -> SheetView:
        scan = sheet.scan
        return SheetView(
            name,
            sheet.name,
            sheet.head,
            scan.rows,
            scan.columns,
            hidden=sheet.is_hidden,
            hidden_rows=runs(scan.hidden_rows),
            hidden_columns=tuple(scan.hidden_columns),
            merges=tuple(scan.merges),
            formulas_without_value=tuple(scan.formulas_without_value),
            formulas_without_value_count=scan.formulas_without_value_count,
            load=partial(bodies.load, sheet),
        )

    try:
        return tuple(view(sheet) for sheet in scan_workbook(path, name, limits, bodies.expect if child else None))
    except BaseException:
        bodies.close()
        raise


def _read_ods(path: Path, name: str, limits: Limits) -> tuple[SheetView, ...]:
    from xuezheng.tables.ods import OdsLayout, read_layouts

    layouts = read_layouts(path, name, limits)

    def with_layout(view: SheetView) -> SheetView:
        layout = layouts.get(view.name, OdsLayout())
        # LibreOffice hides the blank rest of a sheet, too: that is not told.
        rows = tuple((first, min(last, view.rows)) for first, last in layout.hidden_rows if first <= view.rows)
        return replace(view, hidden_rows=rows, hidden_columns=tuple(layout.hidden_columns), merges=tuple(layout.merges))

    return tuple(map(with_layout, _read_by_child(path, name, limits)))


def _read_by_child(path: Path, name: str, limits: Limits) -> tuple[SheetView, ...]:
    """Xls and ods: nothing of them can be proven cheaply, so that all reading happens in the limited child."""
    child = ReadingChild(str(path), Place(name), limits)

    def load(sheet: str, first_row: int) -> Loaded:
        answer, table = child.ask(what="body", sheet=sheet, first_row=first_row, booleans=[])
        return tidied(table), answer["positions"]

    return tuple(
        SheetView(
            name,
            sheet,
            tuple(tuple(row) for row in head),
            rows,
            columns,
            hidden=is_hidden,
            load=partial(load, sheet),
        )
        for sheet, head, rows, columns, is_hidden in child.ask(what="heads")[0]["sheets"]
    )


def _in_own_columns(loaded: pa.Table, positions: list[int], rows: int, columns: int) -> pa.Table:
    """Return a table of exactly `rows` rows whose columns stand where they stand in the sheet; the rest is null."""
    missing = rows - loaded.num_rows
    if missing > 0:
        blank = pa.table({n: pa.nulls(missing, loaded.schema.field(n).type) for n in loaded.column_names})
        loaded = pa.concat_tables([loaded, blank]).combine_chunks()
    held = dict(zip(positions, loaded.columns, strict=True))
    width = max(columns, max(positions, default=-1) + 1)
    empty = pa.nulls(rows, pa.string())
    return pa.table({f"c{n}": held[n].slice(0, rows) if n in held else empty for n in range(width)})


_READERS = {
    FileKind.TEXT: _read_text,
    FileKind.PARQUET: _read_parquet,
    FileKind.XLSX: _read_xlsx,
    FileKind.XLS: _read_by_child,
    FileKind.ODS: _read_ods,
}
