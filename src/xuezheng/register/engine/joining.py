"""Parts of one table from several sheets joined by key: rows complete each other, and contradictions are named."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from xuezheng.catalogue.register import load_register_schema
from xuezheng.kernel.place import Place
from xuezheng.register.engine.faults import TOLD_ONE_BY_ONE, Fault, error
from xuezheng.register.engine.parts import Part
from xuezheng.register.holdings import ROW, SOURCE, SourceSheet, arrow_type


@dataclass(frozen=True, slots=True)
class Joined:
    """A table in key order with its lineage, how many given cells agreed with an earlier source, and what did not.

    Where a sheet left cells empty that another filled, its lineage must not claim them: `narrowed` are further
    sources, each a sheet (by its number) with fewer columns; they follow the sources in number.
    """

    table: pa.Table
    agreeing: int
    faults: tuple[Fault, ...]
    narrowed: tuple[tuple[int, SourceSheet], ...] = ()


def joined(name: str, parts: Sequence[Part], first_source: int, sources: Sequence[SourceSheet]) -> Joined:
    """Return the table `name` from its parts, the first of which is `sources[first_source]`, in key order.

    The same key twice in one sheet is an error; in two sheets, one completes what the other leaves empty, and
    different values for the same cell are an error that names both places.
    """
    tables = [
        _shaped(
            name,
            part.data.append_column(
                SOURCE, pa.repeat(pa.scalar(first_source + number, pa.int32()), part.data.num_rows)
            ),
            parts,
        )
        for number, part in enumerate(parts)
    ]
    whole = in_key_order(name, pa.concat_tables(tables).combine_chunks())
    starts = key_starts(name, whole)
    if starts.all():
        return Joined(whole, 0, ())
    return _merged(name, whole, starts, sources)


def _shaped(name: str, data: pa.Table, parts: Sequence[Part]) -> pa.Table:
    """Return a part with the columns that any part has, in schema order, then its source and row."""
    present = {column for part in parts for column in part.data.column_names}
    columns = load_register_schema().tables[name].columns
    arrays = {
        column: data.column(column)
        if column in data.column_names
        else pa.chunked_array([pa.nulls(data.num_rows, arrow_type(definition))])
        for column, definition in columns.items()
        if column in present
    }
    return pa.table({**arrays, SOURCE: data.column(SOURCE), ROW: data.column(ROW)})


def in_key_order(name: str, table: pa.Table) -> pa.Table:
    """Return a table in the order of its key, then of source and row where it has them."""
    key = [column for column in load_register_schema().tables[name].key if column in table.column_names]
    if table.num_rows < 2 or not key:
        return table
    lineage = [column for column in (SOURCE, ROW) if column in table.column_names]
    if _is_sorted(table, key):
        return table
    order = pc.sort_indices(table, sort_keys=[(column, "ascending") for column in [*key, *lineage]])
    return table.take(order)


def _is_sorted(table: pa.Table, key: Sequence[str]) -> bool:
    """Whether a table without missing key cells stands strictly in key order (as most exports do)."""
    if any(table.column(column).null_count for column in key):
        return False
    undecided = np.ones(table.num_rows - 1, dtype=bool)
    for column in key:
        values = table.column(column).combine_chunks()
        earlier, later = values.slice(0, len(values) - 1), values.slice(1)
        if (undecided & np.asarray(pc.greater(earlier, later))).any():
            return False
        undecided &= np.asarray(pc.equal(earlier, later))
    return not undecided.any()


def key_starts(name: str, table: pa.Table) -> np.ndarray:
    """Return where, in a table in key order, a row's key differs from the row before."""
    starts = np.ones(table.num_rows, dtype=bool)
    if table.num_rows < 2:
        return starts
    same = np.ones(table.num_rows - 1, dtype=bool)
    for column in load_register_schema().tables[name].key:
        if column not in table.column_names:
            continue
        values = table.column(column).combine_chunks()
        earlier, later = values.slice(0, len(values) - 1), values.slice(1)
        equal = np.asarray(pc.fill_null(pc.equal(earlier, later), False))
        same &= equal | (np.asarray(earlier.is_null()) & np.asarray(later.is_null()))
    starts[1:] = ~same
    return starts


def _merged(name: str, whole: pa.Table, starts: np.ndarray, sources: Sequence[SourceSheet]) -> Joined:
    faults = _twice_in_one_sheet(name, whole, starts, sources)
    again = _again(whole, starts)
    if again.any():  # the delivery is refused for them; what is compared across sheets is the first of each
        whole, starts = whole.filter(pa.array(~again)), starts[~again]
    firsts = np.flatnonzero(starts)
    group = np.cumsum(starts) - 1
    rank = np.arange(len(group)) - firsts[group]
    key = load_register_schema().tables[name].key
    columns = [c for c in whole.column_names if c not in (SOURCE, ROW, *key)]
    merged = {column: whole.column(column).combine_chunks().take(pa.array(firsts)) for column in whole.column_names}
    # By column, which row of `whole` each merged value came from.
    origin = {column: firsts.copy() for column in columns}
    slots = [firsts]
    agreeing = 0
    for number in range(1, int(rank.max()) + 1):
        rows = np.flatnonzero(rank == number)
        index = np.full(len(firsts), -1)
        index[group[rows]] = rows
        slots.append(index)
        for column in columns:
            further = whole.column(column).combine_chunks().take(pa.array(index, mask=index < 0))
            differs = np.flatnonzero(
                pc.fill_null(pc.not_equal(merged[column], further), False).to_numpy(zero_copy_only=False)
            )
            agreeing += int(pc.sum(pc.equal(merged[column], further)).as_py() or 0)
            faults += _differences(whole, column, origin[column][differs], index[differs], sources, name)
            fresh = np.asarray(merged[column].is_null()) & np.asarray(further.is_valid())
            origin[column][fresh] = index[fresh]
            merged[column] = pc.coalesce(merged[column], further)
    lineage, narrowed = _lineage(whole, slots, origin, sources)
    return Joined(pa.table({**merged, **lineage}), agreeing, tuple(faults), narrowed)


def _lineage(
    whole: pa.Table, slots: Sequence[np.ndarray], origin: Mapping[str, np.ndarray], sources: Sequence[SourceSheet]
) -> tuple[dict[str, pa.Array], tuple[tuple[int, SourceSheet], ...]]:
    """Return the source and row of each slot (-1 is none); a slot's source has only the columns that it answers for."""
    held = whole.column(SOURCE).to_numpy()
    sheet_rows = whole.column(ROW).to_numpy()
    lineage: dict[str, pa.Array] = {}
    narrowed: dict[tuple[int, int], int] = {}
    for number, slot in enumerate(slots):
        absent = slot < 0
        source = np.where(absent, -1, held[slot])
        lost = np.zeros(len(slot), dtype=np.int64)
        for bit, (column, rows) in enumerate(origin.items()):
            having = [place for place, sheet in enumerate(sources) if column in sheet.columns]
            # Rows of one key stand in the order of their slots: a later row of `whole` is a later slot.
            lost |= (np.isin(source, having) & (rows > slot)).astype(np.int64) << bit
        for row in np.flatnonzero(lost & ~np.where(absent, -1, 0)).tolist():
            narrow = (int(source[row]), int(lost[row]))
            source[row] = narrowed.setdefault(narrow, len(sources) + len(narrowed))
        suffix = f"_{number + 1}" if number else ""
        lineage[SOURCE + suffix] = pa.array(source.astype(np.int32), mask=absent)
        lineage[ROW + suffix] = pa.array(np.where(absent, 0, sheet_rows[slot]).astype(np.int32), mask=absent)
    names = list(origin)
    return lineage, tuple((number, _without(sources[number], names, bits)) for number, bits in narrowed)


def _without(source: SourceSheet, names: Sequence[str], bits: int) -> SourceSheet:
    lost = {name for bit, name in enumerate(names) if bits >> bit & 1}
    columns = {column: letters for column, letters in source.columns.items() if column not in lost}
    return SourceSheet(source.file, source.sheet, source.table, columns)


def _place(whole: pa.Table, row: int, column: str, sources: Sequence[SourceSheet]) -> Place:
    source = sources[whole.column(SOURCE)[row].as_py()]
    return Place(source.file, source.sheet, whole.column(ROW)[row].as_py(), source.columns.get(column, ""))


def _again(whole: pa.Table, starts: np.ndarray) -> np.ndarray:
    """Return which rows repeat the key of the row before, from the same sheet."""
    held = whole.column(SOURCE).to_numpy()
    repeats: np.ndarray = ~starts & np.concatenate(([False], held[1:] == held[:-1]))
    return repeats


def _twice_in_one_sheet(name: str, whole: pa.Table, starts: np.ndarray, sources: Sequence[SourceSheet]) -> list[Fault]:
    again = np.flatnonzero(_again(whole, starts))
    key = [column for column in load_register_schema().tables[name].key if column in whole.column_names]
    faults = []
    for row in again[:TOLD_ONE_BY_ONE].tolist():
        shown = " ".join(str(value) for value in (whole.column(c)[row].as_py() for c in key) if value is not None)
        first, second = (_place(whole, number, key[0], sources) for number in (row - 1, row))
        faults.append(
            error("contradiction", "row_twice", second, table=name, column=key[0], value=shown, other=str(first))
        )
    return faults + _rest(len(again), "row_twice", name, key[0])


def _rest(number: int, like: str, table: str, column: str) -> list[Fault]:
    """Return the number of faults beyond those told one by one."""
    more = number - TOLD_ONE_BY_ONE
    if more <= 0:
        return []
    return [error("contradiction", "faults_like_these", None, table=table, column=column, like=like, number=more)]


def _differences(
    whole: pa.Table,
    column: str,
    first_rows: np.ndarray,
    second_rows: np.ndarray,
    sources: Sequence[SourceSheet],
    name: str,
) -> list[Fault]:
    faults = []
    values = whole.column(column)
    told = slice(TOLD_ONE_BY_ONE)
    for first, second in zip(first_rows[told].tolist(), second_rows[told].tolist(), strict=True):
        faults.append(
            error(
                "contradiction",
                "sources_differ",
                _place(whole, second, column, sources),
                table=name,
                column=column,
                value=str(values[second].as_py()),
                other=str(_place(whole, first, column, sources)),
                other_value=str(values[first].as_py()),
            )
        )
    return faults + _rest(len(first_rows), "sources_differ", name, column)
