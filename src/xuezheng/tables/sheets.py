"""Delivered files as sheets: what a person sees at the top, and the body as an Arrow table."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa

from xuezheng.kernel.place import Place
from xuezheng.kernel.refusal import TooLarge
from xuezheng.tables.kinds import FileKind, file_kind
from xuezheng.tables.limits import DEFAULT_LIMITS, Limits

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
    load: Callable[[int], pa.Table] = field(repr=False, compare=False, kw_only=True)

    def body(self, first_row: int) -> pa.Table:
        """Return the rows from the one-based sheet row `first_row` to the last used row, row i being `first_row + i`.

        Columns are named `c0`, `c1`, … by the sheet's zero-based columns; blank rows are kept as nulls. Types are
        int64, float64, bool, date32, timestamp or string; a column of mixed types is text, with numbers written
        without loss and whole numbers without ".0". Errors of formulas come as their text ("#DIV/0!").
        """
        return self.load(first_row)


def read_sheets(path: Path, name: str, limits: Limits = DEFAULT_LIMITS) -> tuple[SheetView, ...]:
    """Return every sheet of a delivered file, hidden ones too; `name` is the file's name as delivered.

    Reads xlsx, xlsm (macros are never run), xls, ods, csv, tsv, txt and parquet, told by content.
    Raises `UnusableFile` where it cannot be read and `TooLarge` beyond `limits`.
    """
    kind = file_kind(path, name)
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


def _read_workbook(path: Path, name: str, _limits: Limits) -> tuple[SheetView, ...]:
    import fastexcel

    book = fastexcel.read_excel(str(path))
    views = []
    for number, sheet_name in enumerate(book.sheet_names):

        def load(first_row: int, number: int = number) -> pa.Table:
            batch = book.load_sheet(
                number, header_row=None, skip_rows=first_row - 1, schema_sample_rows=None
            ).to_arrow()
            return pa.table(batch).rename_columns([f"c{i}" for i in range(batch.num_columns)])

        head = book.load_sheet(number, header_row=None, skip_rows=0, n_rows=40, dtypes="string")
        rows = list(zip(*pa.table(head.to_arrow()).to_pydict().values(), strict=True))
        views.append(
            SheetView(
                name,
                sheet_name,
                tuple(rows),
                head.total_height,
                head.width,
                hidden=head.visible != "visible",
                load=load,
            )
        )
    return tuple(views)


_READERS = {
    FileKind.TEXT: _read_text,
    FileKind.PARQUET: _read_parquet,
    FileKind.XLSX: _read_workbook,
    FileKind.XLS: _read_workbook,
    FileKind.ODS: _read_workbook,
}
