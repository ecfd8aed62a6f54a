"""Faults of rows in the holdings: with the place they were delivered at, at most so many of one kind one by one."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from xuezheng.kernel.place import Place
from xuezheng.register.engine.faults import TOLD_ONE_BY_ONE, Fault, error, note, warning
from xuezheng.register.holdings import ROW, SOURCE, Holdings

Params = Callable[[int], Mapping[str, object]]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of fault about one column of one table: an error's class, or an empty text for a warning."""

    code: str
    table: str
    column: str
    error_class: str = "contradiction"


def told(holdings: Holdings, kind: Kind, rows: np.ndarray, params: Params) -> Iterator[Fault]:
    """Return the faults of the zero-based `rows`; `params` gives a row's parameters, its `value` among them."""
    for row in rows[:TOLD_ONE_BY_ONE].tolist():
        yield _fault(kind, place_of(holdings, kind.table, row, kind.column), params(row))
    if len(rows) > TOLD_ONE_BY_ONE:
        yield _fault(
            Kind("faults_like_these", kind.table, kind.column, kind.error_class),
            None,
            {"number": len(rows) - TOLD_ONE_BY_ONE, "like": kind.code},
        )


def _fault(kind: Kind, place: Place | None, params: Mapping[str, object]) -> Fault:
    about = {"table": kind.table, "column": kind.column}
    if kind.error_class == "note":
        return note(kind.code, place, **about, **params)
    if kind.error_class:
        return error(kind.error_class, kind.code, place, **about, **params)
    return warning(kind.code, place, **about, **params)


def place_of(holdings: Holdings, table: str, row: int, column: str) -> Place | None:
    """Return the place of a value, or of its row where the column was not delivered."""
    place = holdings.place(table, row, column)
    held = holdings.tables.get(table)
    if place is not None or held is None or SOURCE not in held.column_names:
        return place
    number = held.column(SOURCE)[row].as_py()
    if number is None or number >= len(holdings.sources):
        return None
    source = holdings.sources[number]
    return Place(source.file, source.sheet, held.column(ROW)[row].as_py())


def where(mask: pa.Array | pa.ChunkedArray) -> np.ndarray:
    """Return the rows where a mask is true; unknown is not true."""
    return np.flatnonzero(pc.fill_null(mask, False).to_numpy(zero_copy_only=False))


def has(table: pa.Table, *columns: str) -> bool:
    """Whether a table has these columns and any row."""
    return bool(table.num_rows) and all(column in table.column_names for column in columns)


def text_at(table: pa.Table, column: str, row: int) -> str:
    """Return a value as text, an empty one where it is missing or was not delivered."""
    if column not in table.column_names:
        return ""
    value = table.column(column)[row].as_py()
    return "" if value is None else f"{value:.12g}" if isinstance(value, float) else str(value)


def joined_key(*columns: pa.ChunkedArray) -> pa.Array:
    """Return the columns joined to one text a row, null where any is missing."""
    texts = [column.cast(pa.string()) for column in columns]
    whole = pc.binary_join_element_wise(*texts, "|")
    return whole.combine_chunks() if isinstance(whole, pa.ChunkedArray) else whole


def found_at(values: pa.ChunkedArray, among: pa.ChunkedArray) -> np.ndarray:
    """Return for each value its first row in `among`, -1 where it is missing or not there."""
    at = pc.index_in(values, value_set=among.combine_chunks() if isinstance(among, pa.ChunkedArray) else among)
    found = pc.if_else(values.is_null(), -1, pc.fill_null(at, -1))
    return np.asarray(found.to_numpy(zero_copy_only=False) if isinstance(found, pa.Array) else found.to_numpy())
