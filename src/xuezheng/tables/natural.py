"""The natural types of delivered columns: text that is a number is a number, unless a digit would be lost."""

from datetime import date, datetime
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

# At most fifteen digits, no leading zero: what has more, or begins with one, is a code and stays text. So does what
# stands in scientific notation: of a code "2.15E+09" the last digits are lost, and a number would hide it.
INTEGER = r"^-?(?:0|[1-9][0-9]{0,14})$"
DECIMAL = r"^-?(?:0|[1-9][0-9]{0,14})(?:\.[0-9]+)?$"
ISO_DATE = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
_MIDNIGHT = " 00:00:00"
_LARGEST_EXACT = 2**53


def sheet_text(value: Any) -> str | None:
    """Return a value as a person would see it in a cell: whole numbers without ".0", dates without midnight."""
    if value is None:
        return None
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return f"{value:.0f}" if value.is_integer() and abs(value) < _LARGEST_EXACT else repr(value)
    if isinstance(value, datetime):
        return value.date().isoformat() if (value.hour, value.minute, value.second) == (0, 0, 0) else str(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return str(value)


def typed_text(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return a column of texts as int64, float64 or date32 where every text is one without loss, else as it is."""
    if column.null_count == len(column):
        return column
    for pattern, kind in ((INTEGER, pa.int64()), (DECIMAL, pa.float64()), (ISO_DATE, pa.date32())):
        if pc.all(pc.match_substring_regex(column, pattern)).as_py():
            try:
                return column.cast(kind)
            except pa.ArrowInvalid:
                return column
    return column


def settled(table: pa.Table) -> pa.Table:
    """Return a table whose columns are int64, float64, bool, date32, timestamp or string only."""
    return pa.table({name: _settled(table.column(name)) for name in table.column_names})


def _settled(column: pa.ChunkedArray) -> pa.ChunkedArray:
    kind = column.type
    if pa.types.is_dictionary(kind):
        return _settled(column.cast(kind.value_type))
    if pa.types.is_integer(kind):
        return column.cast(pa.int64()) if kind != pa.uint64() else _as_text(column)
    if pa.types.is_floating(kind):
        return column.cast(pa.float64())
    if pa.types.is_boolean(kind) or pa.types.is_string(kind) or pa.types.is_date32(kind) or pa.types.is_timestamp(kind):
        return column
    if pa.types.is_large_string(kind) or pa.types.is_string_view(kind):
        return column.cast(pa.string())
    if pa.types.is_null(kind):
        return column.cast(pa.string())
    return _as_text(column)


def _as_text(column: pa.ChunkedArray) -> pa.ChunkedArray:
    return pa.chunked_array([pa.array([sheet_text(value) for value in column.to_pylist()], pa.string())])


def tidied(table: pa.Table) -> pa.Table:
    """Return a reader's table with whole days as dates, no empty texts, and no midnights behind dates in text."""
    return pa.table([_tidied(column) for column in table.columns], names=table.column_names)


def _tidied(column: pa.ChunkedArray) -> pa.ChunkedArray:
    if pa.types.is_timestamp(column.type):
        days = column.cast(pa.date32())
        return days if pc.all(pc.equal(days.cast(column.type), column)).as_py() is not False else column
    if not pa.types.is_string(column.type):
        return column
    empty = pc.equal(column, "")
    if pc.any(empty).as_py():
        column = pc.if_else(empty, pa.scalar(None, pa.string()), column)
    if pc.any(pc.ends_with(column, _MIDNIGHT)).as_py():
        column = pc.replace_substring_regex(column, r"^(\d{4}-\d{2}-\d{2}) 00:00:00$", r"\1")
    return column
