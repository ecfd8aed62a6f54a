"""One sheet read as one register table: every row accounted for, every cell a value, missing, or a named fault."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from xuezheng.catalogue.register import load_register_schema
from xuezheng.kernel.place import column_letters
from xuezheng.register.engine.body_rows import either_code, filled_down, kinds_of_rows, without_repeats
from xuezheng.register.engine.faults import TOLD_ONE_BY_ONE, Fault, error
from xuezheng.register.engine.headers import Heading
from xuezheng.register.engine.recognition import Recognition
from xuezheng.register.engine.sheet_in_hand import CodeWords, SheetInHand
from xuezheng.register.engine.sheet_remarks import (
    compare_totals,
    heading_faults,
    hidden_parts,
    on_wgs84,
    report_formulas,
    skipped_notes,
    with_title_units,
)
from xuezheng.register.engine.statements import statements_read
from xuezheng.register.engine.values import Converted, Failure, convert
from xuezheng.register.holdings import ROW, SourceSheet, arrow_type
from xuezheng.tables.sheets import SheetView


@dataclass(frozen=True, slots=True)
class Part:
    """What one sheet contributes to one table, with its rows' sheet row numbers in `_row`.

    `refused` marks rows with a fault in one of their cells; rows without a readable key are not in `data` at all
    and counted in `keyless`. `skipped` counts rows by reason.
    """

    source: SourceSheet
    data: pa.Table
    refused: np.ndarray
    keyless: int
    rows_read: int
    skipped: Mapping[str, int]
    faults: tuple[Fault, ...]


def read_part(view: SheetView, whole: pa.Table, recognition: Recognition, codes: CodeWords) -> Part:
    """Return a recognised sheet's rows as the register's.

    `whole` is its body below the header; `codes` are taught words by code list.
    """
    reading = recognition.reading
    if reading is None:
        raise AssertionError("only a recognised sheet has rows")
    sheet = SheetInHand(view, reading, load_register_schema().tables[reading.table], codes)
    sheet.faults += heading_faults(sheet)
    headings = with_title_units(sheet)
    body = whole = filled_down(sheet, whole)
    kinds = kinds_of_rows(sheet, body, recognition)
    if recognition.repeated:
        kinds = without_repeats(headings, body, kinds)
    kept = np.flatnonzero(kinds == "")
    if len(kept) < body.num_rows:
        body = body.take(pa.array(kept))
    sheet_rows = kept + sheet.first_row
    data, failed = _converted(sheet, headings, body, sheet_rows, recognition)
    keyed = _keyed(sheet, data, failed, sheet_rows)
    report_formulas(sheet, headings, kinds, failed, sheet_rows)
    sheet.faults += hidden_parts(sheet, sheet_rows)
    data = statements_read(sheet, on_wgs84(sheet, data), sheet_rows)
    compare_totals(sheet, headings, whole, kinds, data, sheet_rows)
    kept_rows = np.flatnonzero(keyed)
    data = data.append_column(ROW, pa.array(sheet_rows.astype(np.int32)))
    if len(kept_rows) < data.num_rows:
        data = data.take(pa.array(kept_rows))
    columns = {heading.column: column_letters(heading.index) for heading in headings}
    skipped = {str(kind): int((kinds == kind).sum()) for kind in sorted(set(kinds[kinds != ""].tolist()))}
    refused = np.logical_or.reduce([np.zeros(len(sheet_rows), dtype=bool), *failed.values()])
    sheet.faults += skipped_notes(sheet, kinds)
    return Part(
        SourceSheet(view.file, view.name, reading.table, columns),
        data.combine_chunks(),
        refused[kept_rows],
        len(sheet_rows) - len(kept_rows),
        len(kinds),
        skipped,
        tuple(sheet.faults),
    )


def _converted(
    sheet: SheetInHand, headings: tuple[Heading, ...], body: pa.Table, sheet_rows: np.ndarray, recognition: Recognition
) -> tuple[pa.Table, dict[str, np.ndarray]]:
    """Return the values and, by column, which rows' cells failed."""
    by_column = {heading.column: heading for heading in headings}
    failed: dict[str, np.ndarray] = {}
    arrays: dict[str, pa.Array] = {}
    for name, column in sheet.table.columns.items():
        heading = by_column.get(name)
        if heading is None:
            if name in recognition.constants:
                value = pa.scalar(recognition.constants[name], arrow_type(column))
                arrays[name] = pa.repeat(value, body.num_rows)
            continue
        if heading.index >= body.num_columns:
            arrays[name] = pa.nulls(body.num_rows, arrow_type(column))
            continue
        result: Converted = convert(column, body.column(heading.index), heading.factor, sheet.codes_for(heading))
        arrays[name] = result.values
        if result.failures:
            failed[name] = _rows_of(result.failures, body.num_rows)
            sheet.faults += _cell_faults(sheet, heading, result.failures, sheet_rows)
    return pa.table(arrays), failed


def _rows_of(failures: tuple[Failure, ...], number: int) -> np.ndarray:
    mask = np.zeros(number, dtype=bool)
    mask[[failure.row for failure in failures]] = True
    return mask


def _cell_faults(
    sheet: SheetInHand, heading: Heading, failures: tuple[Failure, ...], sheet_rows: np.ndarray
) -> Iterator[Fault]:
    for failure in failures[:TOLD_ONE_BY_ONE]:
        yield _cell_fault(sheet, heading, failure, int(sheet_rows[failure.row]))
    if len(failures) > TOLD_ONE_BY_ONE:
        about = {"table": sheet.reading.table, "column": heading.column, "like": failures[0].code}
        rest = len(failures) - TOLD_ONE_BY_ONE
        yield error("cell", "faults_like_these", sheet.place(0, heading), number=rest, **about)


def _cell_fault(sheet: SheetInHand, heading: Heading, failure: Failure, row: int) -> Fault:
    column = sheet.column(heading)
    params: dict[str, object] = {}
    if column.digits:
        params["digits"] = "/".join(map(str, column.digits))
    if column.codes:
        params["code_list"] = column.codes
    if failure.code == "number_out_of_range":
        params |= {"least": column.min, "most": column.max}
    table = sheet.reading.table
    place = sheet.place(row, heading)
    return error("cell", failure.code, place, table=table, column=heading.column, value=failure.value, **params)


def _keyed(sheet: SheetInHand, data: pa.Table, failed: dict[str, np.ndarray], sheet_rows: np.ndarray) -> np.ndarray:
    """Return which rows have their whole key; a missing key cell that failed for no other reason is a fault."""
    keyed = np.ones(data.num_rows, dtype=bool)
    for name in sheet.table.required_key:
        given = np.asarray(data.column(name).is_valid())
        keyed &= given
        if given.all():
            continue
        heading = sheet.reading.heading(name)
        index = heading.index if heading else -1
        without_value = [row for row, column in sheet.view.formulas_without_value if column == index]
        absent = ~given & ~np.isin(sheet_rows, without_value)
        absent &= ~failed.get(name, np.zeros(data.num_rows, dtype=bool))
        failed[name] = ~given
        rows = sheet_rows[absent]
        for row in rows[:TOLD_ONE_BY_ONE].tolist():
            where = sheet.place(row, heading)
            sheet.faults.append(error("cell", "key_missing", where, table=sheet.reading.table, column=name))
        if len(rows) > TOLD_ONE_BY_ONE:
            about = {"table": sheet.reading.table, "column": name, "like": "key_missing"}
            rest = len(rows) - TOLD_ONE_BY_ONE
            sheet.faults.append(error("cell", "faults_like_these", sheet.place(0, heading), number=rest, **about))
    whole: np.ndarray = keyed & _about_somebody(sheet, data, failed, sheet_rows)
    return whole


def _about_somebody(
    sheet: SheetInHand, data: pa.Table, failed: dict[str, np.ndarray], sheet_rows: np.ndarray
) -> np.ndarray:
    """Return which rows name at least one of the codes of which either will do (a school's or a county's money)."""
    either = either_code(sheet.table)
    held = [data.column(name) for name in either if name in data.column_names]
    if not either:
        return np.ones(data.num_rows, dtype=bool)
    named: np.ndarray = np.logical_or.reduce(
        [np.zeros(data.num_rows, dtype=bool), *(np.asarray(c.is_valid()) for c in held)]
    )
    already = np.logical_or.reduce([~named & False, *(failed[name] for name in either if name in failed)])
    heading = next((sheet.reading.heading(name) for name in either if sheet.reading.heading(name)), None)
    for row in sheet_rows[~named & ~already][:TOLD_ONE_BY_ONE].tolist():
        where = sheet.place(row, heading)
        sheet.faults.append(error("cell", "key_missing", where, table=sheet.reading.table, column=either[0]))
    failed[either[0]] = failed.get(either[0], np.zeros(data.num_rows, dtype=bool)) | ~named
    return named
