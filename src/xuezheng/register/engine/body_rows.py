"""Which rows of a sheet's body are data: merged keys filled, rows told apart that are no data."""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from xuezheng.catalogue.register import Table
from xuezheng.register.engine import rows as row_kinds
from xuezheng.register.engine.faults import Fault, note, warning
from xuezheng.register.engine.headers import Heading
from xuezheng.register.engine.recognition import Recognition
from xuezheng.register.engine.sheet_in_hand import SheetInHand
from xuezheng.register.engine.values import convert
from xuezheng.register.engine.wording import folded

_BLOCK = 5000


def filled_down(sheet: SheetInHand, body: pa.Table) -> pa.Table:
    """Return the body with key cells that are merged downwards filled: one school's code over the rows of its stages.

    Only the key is filled: a figure merged over several rows stands for all of them together.
    """
    filled = 0
    for name in sheet.table.required_key:
        heading = sheet.reading.heading(name)
        if heading is None or heading.index >= body.num_columns:
            continue
        origin = np.arange(body.num_rows)
        for first_row, first_column, last_row, last_column in sheet.view.merges:
            if first_column <= heading.index <= last_column and first_row >= sheet.first_row and last_row > first_row:
                start = first_row - sheet.first_row
                origin[start : last_row - sheet.first_row + 1] = start
        if (origin == np.arange(body.num_rows)).all():
            continue
        column = body.column(heading.index)
        merged = pc.coalesce(column, column.take(pa.array(origin)))
        filled += column.null_count - merged.null_count
        body = body.set_column(heading.index, body.column_names[heading.index], merged)
    sheet.faults += _merged_figures(sheet)
    if filled:
        where = sheet.place(sheet.first_row)
        sheet.faults.append(note("merged_keys_filled", where, table=sheet.reading.table, number=filled))
    return body


def _merged_figures(sheet: SheetInHand) -> Iterator[Fault]:
    """Return figures merged over several rows: they stay with the first, and nobody knows what is meant."""
    for first_row, first_column, last_row, last_column in sheet.view.merges:
        if first_row < sheet.first_row or last_row == first_row:
            continue
        for heading in sheet.reading.headings:
            if first_column <= heading.index <= last_column and sheet.column(heading).type in ("integer", "number"):
                where = sheet.place(first_row, heading)
                yield warning(
                    "figure_merged",
                    where,
                    table=sheet.reading.table,
                    column=heading.column,
                    rows=last_row - first_row + 1,
                )


def kinds_of_rows(sheet: SheetInHand, body: pa.Table, recognition: Recognition) -> np.ndarray:
    """Return per row of the body why it is no data, an empty text where it is."""
    kinds = np.full(body.num_rows, "", dtype="<U8")
    if not body.num_rows:
        return kinds
    filled = np.zeros(body.num_rows, dtype=bool)
    for column in body.columns:
        filled |= np.asarray(column.is_valid())
    kinds[~filled] = row_kinds.BLANK
    _mark_examples(sheet, body, kinds)
    readable = _readable_keys(sheet, body, recognition)
    every = np.logical_and.reduce(list(readable.values())) if readable else np.zeros(body.num_rows, dtype=bool)
    some = np.add.reduce([mask.astype(np.int8) for mask in readable.values()]) if readable else every.astype(np.int8)
    doubtful = np.flatnonzero((kinds == "") & ~every)
    if not len(doubtful):
        return kinds
    headers = _header_forms(sheet)
    for row, record in zip(doubtful.tolist(), _texts_of(body, doubtful), strict=True):
        kinds[row] = row_kinds.kind_of_row(record, headers, int(some[row]))
    return kinds


def without_repeats(headings: tuple[Heading, ...], body: pa.Table, kinds: np.ndarray) -> np.ndarray:
    """Return the kinds of rows with those marked that say nothing but what an earlier row said.

    For sheets taught to hold one table's row several times over: a school beside each of its stages.
    """
    seen: set[tuple[object, ...]] = set()
    columns = [body.column(heading.index).to_pylist() for heading in headings if heading.index < body.num_columns]
    for row in np.flatnonzero(kinds == "").tolist():
        values = tuple(column[row] for column in columns)
        if values in seen:
            kinds[row] = row_kinds.REPEATED
        seen.add(values)
    return kinds


def _texts_of(body: pa.Table, rows: np.ndarray) -> Iterator[dict[int, str]]:
    """Return the non-empty cells of these rows as text, a block at a time: a whole sheet may be doubtful."""
    for start in range(0, len(rows), _BLOCK):
        taken = body.take(pa.array(rows[start : start + _BLOCK]))
        for record in zip(*(column.to_pylist() for column in taken.columns), strict=True):
            texts = ((index, value) for index, value in enumerate(record) if value is not None)
            yield {index: as_text(value) for index, value in texts if str(value).strip()}


def as_text(value: object) -> str:
    """Return a cell as it is spoken of: whole numbers without ".0"."""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _mark_examples(sheet: SheetInHand, body: pa.Table, kinds: np.ndarray) -> None:
    marker = sheet.reading.marker
    if marker is None or marker >= body.num_columns or not pa.types.is_string(body.column(marker).type):
        return
    marks = body.column(marker).to_pylist() if body.num_rows else []
    codes = [heading for heading in sheet.reading.headings if sheet.column(heading).key is True]
    for row, mark in enumerate(marks):
        if mark and row_kinds.is_example(mark):
            kinds[row] = row_kinds.EXAMPLE
            changed = [heading for heading in codes if not _is_example_value(sheet, heading, body, row)]
            if changed:
                where = sheet.place(row + sheet.first_row, changed[0])
                value = body.column(changed[0].index)[row].as_py()
                sheet.faults.append(
                    warning(
                        "example_row_changed",
                        where,
                        table=sheet.reading.table,
                        column=changed[0].column,
                        value=as_text(value),
                    )
                )


def _is_example_value(sheet: SheetInHand, heading: Heading, body: pa.Table, row: int) -> bool:
    column = sheet.column(heading)
    cell = body.column(heading.index).slice(row, 1).combine_chunks()
    found = convert(column, cell).values[0].as_py()
    return found is None or column.example is None or str(found) == str(column.example)


def _readable_keys(sheet: SheetInHand, body: pa.Table, recognition: Recognition) -> dict[str, np.ndarray]:
    readable = {}
    for name in sheet.table.required_key:
        heading = sheet.reading.heading(name)
        if heading is not None and heading.index < body.num_columns:
            readable[name] = _readable(sheet, heading, body)
        elif name not in recognition.constants:
            readable[name] = np.zeros(body.num_rows, dtype=bool)
    either = either_code(sheet.table)
    if either:
        given = [sheet.reading.heading(name) for name in either]
        masks = [_readable(sheet, heading, body) for heading in given if heading and heading.index < body.num_columns]
        readable["either"] = np.logical_or.reduce([np.zeros(body.num_rows, dtype=bool), *masks])
    return readable


def _readable(sheet: SheetInHand, heading: Heading, body: pa.Table) -> np.ndarray:
    """Return the rows in which a heading's cell is a value of its column."""
    column = sheet.column(heading)
    values = convert(column, body.column(heading.index), 1.0, sheet.codes_for(heading)).values
    readable = np.asarray(values.is_valid())
    return readable & ~row_kinds.may_be_no_key(values) if column.type == "text" else readable


def either_code(table: Table) -> tuple[str, ...]:
    """Return the codes of which either will do: a school's or a county's money."""
    return tuple(name for name, column in table.columns.items() if column.key == "optional" and column.digits)


def _header_forms(sheet: SheetInHand) -> dict[int, frozenset[str]]:
    forms = {}
    for heading in sheet.reading.headings:
        column = sheet.column(heading)
        words = (heading.text, heading.text.split(" ")[-1], heading.column, column.zh, column.en, *column.aliases)
        forms[heading.index] = frozenset(folded(word) for word in words)
    return forms
