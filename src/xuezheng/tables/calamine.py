"""The fast reader (fastexcel over calamine) tamed: the sheet's own rows and columns, and no value lost in silence.

What was seen to go wrong without this: leading blank rows and columns are dropped, an error of a formula becomes
empty, a TRUE among numbers becomes 1, and some mixtures of types are refused altogether.
"""

import logging
import re
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Any

import fastexcel
import pyarrow as pa

from xuezheng.tables.limits import HEAD_ROWS

# It says "falling back to string" of every empty column.
logging.getLogger("fastexcel").setLevel(logging.CRITICAL)

ERROR_TEXTS = {
    "Div0": "#DIV/0!",
    "NA": "#N/A",
    "Name": "#NAME?",
    "Null": "#NULL!",
    "Num": "#NUM!",
    "Ref": "#REF!",
    "Value": "#VALUE!",
    "GettingData": "#GETTING_DATA",
}
_ERROR = re.compile(r"Error\((\w+)\)")
_UNTYPED = re.compile(r"__UNNAMED__(\d+)")
_TYPED_TRIES = 3


class DamagedWorkbook(Exception):
    """The reader gave up on the file; never shown, callers turn it into a refusal."""


@contextmanager
def _damage_named() -> Iterator[None]:
    """Turn the reader's errors, and panics of its parser (no `Exception`s), into `DamagedWorkbook`."""
    try:
        yield
    except fastexcel.UnsupportedColumnTypeCombinationError:
        raise
    except fastexcel.FastExcelError as error:
        raise DamagedWorkbook from error
    except BaseException as error:
        if type(error).__name__ == "PanicException":
            raise DamagedWorkbook from error
        raise


def open_book(path: str) -> fastexcel.ExcelReader:
    """Open a workbook. Raises `DamagedWorkbook`."""
    with _damage_named():
        return fastexcel.read_excel(path)


def read_body(
    book: fastexcel.ExcelReader, sheet: str, first_row: int, booleans: Collection[int] = ()
) -> tuple[pa.Table, list[int]]:
    """Return a sheet's rows from the one-based `first_row` and the zero-based sheet column of each table column.

    `booleans` are the sheet columns known to hold a TRUE or FALSE. The columns are as the reader types them; see
    `natural.tidied`.
    """
    loaded, tries = None, 0
    as_text: dict[str | int, Any] | str = {}
    while loaded is None:
        try:
            loaded = _load(book, sheet, first_row, as_text)
        except fastexcel.UnsupportedColumnTypeCombinationError as error:
            found = _UNTYPED.search(str(error))
            tries += 1
            as_text = (
                {**as_text, int(found[1]): "string"}
                if found and tries < _TYPED_TRIES and isinstance(as_text, dict)
                else "string"
            )
    positions = [column.absolute_index for column in loaded.available_columns()]
    mixed = [
        number
        for number, column in enumerate(loaded.available_columns())
        if column.absolute_index in booleans and column.dtype in ("float", "int")
    ]
    if mixed and isinstance(as_text, dict):
        loaded = _load(book, sheet, first_row, {**as_text, **dict.fromkeys(mixed, "string")})
    return _with_errors(loaded), positions


def _load(book: fastexcel.ExcelReader, sheet: str, first_row: int, as_text: Any) -> fastexcel.ExcelSheet:
    with _damage_named():
        return book.load_sheet(
            sheet, header_row=None, skip_rows=first_row - 1, schema_sample_rows=None, dtypes=as_text or None
        )


def read_head(book: fastexcel.ExcelReader, sheet: str) -> tuple[list[list[str | None]], int, int, bool]:
    """Return the first rows as text in the sheet's own columns, the last row, the number of columns, and hidden."""
    with _damage_named():
        loaded = book.load_sheet(sheet, header_row=None, skip_rows=0, n_rows=HEAD_ROWS, dtypes="string")
    positions = [column.absolute_index for column in loaded.available_columns()]
    from xuezheng.tables.natural import tidied

    table = tidied(_with_errors(loaded))
    width = max(positions, default=-1) + 1
    rows: list[list[str | None]] = [[None] * width for _ in range(table.num_rows)]
    for position, column in zip(positions, table.columns, strict=True):
        for row, value in zip(rows, column.to_pylist(), strict=True):
            row[position] = value
    return rows, int(loaded.total_height) if width else 0, width, loaded.visible != "visible"


def _with_errors(loaded: fastexcel.ExcelSheet) -> pa.Table:
    """Return the typed columns; those that hold an error become text that shows it."""
    if loaded.width == 0:
        return pa.table({})
    with _damage_named():
        batch, errors = loaded.to_arrow_with_errors()
    shown: dict[int, dict[int, str]] = {}
    for error in errors.errors if errors else ():
        found = _ERROR.search(error.detail)
        row, column = error.offset_position
        if found:
            shown.setdefault(column, {})[row] = ERROR_TEXTS.get(found[1], "#ERROR!")
    columns = [_shown(column, shown.get(number)) for number, column in enumerate(batch.columns)]
    return pa.table(columns, names=[str(number) for number in range(len(columns))])


def _shown(column: pa.Array, errors: dict[int, str] | None) -> pa.Array:
    if not errors:
        return column
    # Loaded only now: a child that reads a clean workbook starts in half the time without Arrow's functions.
    from xuezheng.tables.natural import sheet_text

    values = [sheet_text(value) for value in column.to_pylist()]
    for row, text in errors.items():
        values[row] = text
    return pa.array(values, pa.string())
