"""One sheet read as one register table: every row accounted for, every cell a value, missing, or a named fault."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from xuezheng.catalogue.register import Column, Table, load_register_schema
from xuezheng.kernel.place import Place, column_letters
from xuezheng.register.engine import rows as row_kinds
from xuezheng.register.engine.coordinates import wgs84
from xuezheng.register.engine.faults import TOLD_ONE_BY_ONE, Fault, error, note, warning
from xuezheng.register.engine.headers import Heading, SheetReading, unit_factor
from xuezheng.register.engine.recognition import Recognition
from xuezheng.register.engine.values import Converted, Failure, convert
from xuezheng.register.engine.wording import folded
from xuezheng.register.holdings import ROW, SourceSheet, arrow_type
from xuezheng.tables.sheets import SheetView

CodeWords = Mapping[str, Mapping[str, str]]
_TOTALS_COMPARED = 20
_BLOCK = 5000


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


@dataclass
class _Sheet:
    """What is known of the sheet while it is read."""

    view: SheetView
    reading: SheetReading
    table: Table
    codes: CodeWords
    faults: list[Fault] = field(default_factory=list)

    @property
    def first_row(self) -> int:
        return self.reading.last_row + 1

    def place(self, row: int = 0, heading: Heading | None = None) -> Place:
        column = column_letters(heading.index) if heading else ""
        return Place(self.view.file, self.view.name, row, column)

    def column(self, heading: Heading) -> Column:
        return self.table.columns[heading.column]


def read_part(view: SheetView, whole: pa.Table, recognition: Recognition, codes: CodeWords) -> Part:
    """Return a recognised sheet's rows as the register's.

    `whole` is its body below the header; `codes` are taught words by code list.
    """
    reading = recognition.reading
    if reading is None:
        raise AssertionError("only a recognised sheet has rows")
    sheet = _Sheet(view, reading, load_register_schema().tables[reading.table], codes)
    sheet.faults += _heading_faults(sheet)
    headings = _with_title_units(sheet)
    body = whole = _filled_down(sheet, whole)
    kinds = _kinds_of_rows(sheet, body, recognition)
    if recognition.repeated:
        kinds = _without_repeats(headings, body, kinds)
    kept = np.flatnonzero(kinds == "")
    if len(kept) < body.num_rows:
        body = body.take(pa.array(kept))
    sheet_rows = kept + sheet.first_row
    data, failed = _converted(sheet, headings, body, sheet_rows, recognition)
    keyed = _keyed(sheet, data, failed, sheet_rows)
    _report_formulas(sheet, headings, kinds, failed, sheet_rows)
    sheet.faults += _hidden(sheet, sheet_rows)
    data = _on_wgs84(sheet, data)
    _compare_totals(sheet, headings, whole, kinds, data, sheet_rows)
    kept_rows = np.flatnonzero(keyed)
    data = data.append_column(ROW, pa.array(sheet_rows.astype(np.int32)))
    if len(kept_rows) < data.num_rows:
        data = data.take(pa.array(kept_rows))
    columns = {heading.column: column_letters(heading.index) for heading in headings}
    skipped = {str(kind): int((kinds == kind).sum()) for kind in sorted(set(kinds[kinds != ""].tolist()))}
    refused = np.logical_or.reduce([np.zeros(len(sheet_rows), dtype=bool), *failed.values()])
    sheet.faults += _skipped_notes(sheet, kinds)
    return Part(
        SourceSheet(view.file, view.name, reading.table, columns),
        data.combine_chunks(),
        refused[kept_rows],
        len(sheet_rows) - len(kept_rows),
        len(kinds),
        skipped,
        tuple(sheet.faults),
    )


# Headers


def _heading_faults(sheet: _Sheet) -> Iterator[Fault]:
    table = sheet.reading.table
    for first, second in sheet.reading.doubled:
        where = sheet.place(sheet.reading.last_row, second)
        yield error(
            "table",
            "column_twice",
            where,
            table=table,
            column=second.column,
            value=second.text,
            other=f"{column_letters(first.index)} {first.text}",
        )
    if sheet.reading.unknown:
        names = [f"{column_letters(index)} {text}" for index, text in sheet.reading.unknown]
        where = sheet.place(sheet.reading.last_row)
        yield note("columns_not_understood", where, table=table, headers=names, number=len(names))
    for heading in sheet.reading.headings:
        where = sheet.place(sheet.reading.last_row, heading)
        if heading.foreign_unit:
            yield error(
                "table",
                "unit_of_something_else",
                where,
                table=table,
                column=heading.column,
                value=heading.foreign_unit,
                unit=sheet.column(heading).unit,
            )
        elif heading.factor != 1.0:
            yield _unit_note(sheet, heading, heading.unit, heading.factor)


def _unit_note(sheet: _Sheet, heading: Heading, unit: str, factor: float) -> Fault:
    where = sheet.place(sheet.reading.last_row, heading)
    own = sheet.column(heading).unit
    table = sheet.reading.table
    return note("unit_converted", where, table=table, column=heading.column, value=unit, factor=factor, unit=own)


def _with_title_units(sheet: _Sheet) -> tuple[Heading, ...]:
    """Return the headings with the unit that a line above the header states for all ("单位：万元")."""
    words = []
    for row in sheet.view.head[: sheet.reading.first_row - 1]:
        for text in row:
            before, colon, after = (text or "").replace(":", "：").partition("：")
            if colon and (folded(before).endswith("单位") or folded(before) in ("unit", "units")):
                words += [word for word in after.replace("，", "、").replace(",", "、").split("、") if word]
    if not words:
        return sheet.reading.headings
    headings = []
    for heading in sheet.reading.headings:
        if not heading.unit and sheet.column(heading).unit in ("yuan", "m2"):
            own = [word for word in words if unit_factor(sheet.column(heading), [word])[1]]
            factor, unit, _ = unit_factor(sheet.column(heading), own)
            if factor != 1.0:
                sheet.faults.append(_unit_note(sheet, heading, unit, factor))
                heading = Heading(heading.index, heading.column, heading.text, factor, unit)  # noqa: PLW2901
        headings.append(heading)
    return tuple(headings)


# Rows


def _kinds_of_rows(sheet: _Sheet, body: pa.Table, recognition: Recognition) -> np.ndarray:
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


def _filled_down(sheet: _Sheet, body: pa.Table) -> pa.Table:
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
    if filled:
        where = sheet.place(sheet.first_row)
        sheet.faults.append(note("merged_keys_filled", where, table=sheet.reading.table, number=filled))
    return body


def _without_repeats(headings: tuple[Heading, ...], body: pa.Table, kinds: np.ndarray) -> np.ndarray:
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
            yield {index: _as_text(value) for index, value in texts if str(value).strip()}


def _as_text(value: object) -> str:
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _mark_examples(sheet: _Sheet, body: pa.Table, kinds: np.ndarray) -> None:
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
                        value=_as_text(value),
                    )
                )


def _is_example_value(sheet: _Sheet, heading: Heading, body: pa.Table, row: int) -> bool:
    column = sheet.column(heading)
    cell = body.column(heading.index).slice(row, 1).combine_chunks()
    found = convert(column, cell).values[0].as_py()
    return found is None or column.example is None or str(found) == str(column.example)


def _readable_keys(sheet: _Sheet, body: pa.Table, recognition: Recognition) -> dict[str, np.ndarray]:
    readable = {}
    for name in sheet.table.required_key:
        heading = sheet.reading.heading(name)
        if heading is not None and heading.index < body.num_columns:
            cells = body.column(heading.index)
            readable[name] = np.asarray(
                convert(sheet.column(heading), cells, 1.0, _codes(sheet, heading)).values.is_valid()
            )
        elif name not in recognition.constants:
            readable[name] = np.zeros(body.num_rows, dtype=bool)
    either = _either_code(sheet.table)
    if either:
        given = [sheet.reading.heading(name) for name in either]
        indices = [heading.index for heading in given if heading and heading.index < body.num_columns]
        cells = [np.asarray(body.column(index).is_valid()) for index in indices]
        readable["either"] = np.logical_or.reduce([np.zeros(body.num_rows, dtype=bool), *cells])
    return readable


def _either_code(table: Table) -> tuple[str, ...]:
    """Return the codes of which either will do: a school's or a county's money."""
    return tuple(name for name, column in table.columns.items() if column.key == "optional" and column.digits)


def _header_forms(sheet: _Sheet) -> dict[int, frozenset[str]]:
    forms = {}
    for heading in sheet.reading.headings:
        column = sheet.column(heading)
        words = (heading.text, heading.text.split(" ")[-1], heading.column, column.zh, column.en, *column.aliases)
        forms[heading.index] = frozenset(folded(word) for word in words)
    return forms


def _codes(sheet: _Sheet, heading: Heading) -> Mapping[str, str] | None:
    return sheet.codes.get(sheet.column(heading).codes)


# Values


def _converted(
    sheet: _Sheet, headings: tuple[Heading, ...], body: pa.Table, sheet_rows: np.ndarray, recognition: Recognition
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
        result: Converted = convert(column, body.column(heading.index), heading.factor, _codes(sheet, heading))
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
    sheet: _Sheet, heading: Heading, failures: tuple[Failure, ...], sheet_rows: np.ndarray
) -> Iterator[Fault]:
    for failure in failures[:TOLD_ONE_BY_ONE]:
        yield _cell_fault(sheet, heading, failure, int(sheet_rows[failure.row]))
    if len(failures) > TOLD_ONE_BY_ONE:
        about = {"table": sheet.reading.table, "column": heading.column, "like": failures[0].code}
        rest = len(failures) - TOLD_ONE_BY_ONE
        yield error("cell", "faults_like_these", sheet.place(0, heading), number=rest, **about)


def _cell_fault(sheet: _Sheet, heading: Heading, failure: Failure, row: int) -> Fault:
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


def _keyed(sheet: _Sheet, data: pa.Table, failed: dict[str, np.ndarray], sheet_rows: np.ndarray) -> np.ndarray:
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


def _about_somebody(sheet: _Sheet, data: pa.Table, failed: dict[str, np.ndarray], sheet_rows: np.ndarray) -> np.ndarray:
    """Return which rows name at least one of the codes of which either will do (a school's or a county's money)."""
    either = _either_code(sheet.table)
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


def _report_formulas(
    sheet: _Sheet,
    headings: tuple[Heading, ...],
    kinds: np.ndarray,
    failed: dict[str, np.ndarray],
    sheet_rows: np.ndarray,
) -> None:
    by_index = {heading.index: heading for heading in headings}
    told = 0
    for row, index in sheet.view.formulas_without_value:
        number = row - sheet.first_row
        if number < 0 or index not in by_index or number >= len(kinds) or kinds[number] not in ("", row_kinds.BLANK):
            continue
        heading = by_index[index]
        place = sheet.place(row, heading)
        told += 1
        sheet.faults.append(
            error("cell", "formula_without_value", place, table=sheet.reading.table, column=heading.column)
        )
        kept = np.searchsorted(sheet_rows, row)
        if kept < len(sheet_rows) and sheet_rows[kept] == row:
            mask = failed.setdefault(heading.column, np.zeros(len(sheet_rows), dtype=bool))
            mask[kept] = True
    more = sheet.view.formulas_without_value_count - len(sheet.view.formulas_without_value)
    if more > 0 and told:
        sheet.faults.append(
            error("cell", "formulas_without_value", sheet.place(), table=sheet.reading.table, number=more)
        )


def _hidden(sheet: _Sheet, sheet_rows: np.ndarray) -> Iterator[Fault]:
    table = sheet.reading.table
    if sheet.view.hidden:
        yield warning("sheet_hidden", sheet.place(), table=table)
    runs = []
    number = 0
    for first, last in sheet.view.hidden_rows:
        found = int(np.searchsorted(sheet_rows, last, "right") - np.searchsorted(sheet_rows, first))
        if found:
            runs.append(f"{first}–{last}" if first != last else str(first))
            number += found
    if number:
        where = sheet.place(int(runs[0].split("–")[0]))
        yield warning("rows_hidden", where, table=table, rows=runs[:20], number=number)
    for heading in sheet.reading.headings:
        if any(first <= heading.index <= last for first, last in sheet.view.hidden_columns):
            where = sheet.place(sheet.reading.last_row, heading)
            yield warning("column_hidden", where, table=table, column=heading.column)


def _on_wgs84(sheet: _Sheet, data: pa.Table) -> pa.Table:
    lon, lat = sheet.reading.heading("lon"), sheet.reading.heading("lat")
    if lon is None or lat is None:
        return data
    system = lon.coordinates or lat.coordinates
    if system not in ("gcj02", "bd09"):
        return data
    east, north = (data.column(name).to_numpy(zero_copy_only=False).astype(float) for name in ("lon", "lat"))
    known = np.isfinite(east) & np.isfinite(north)
    with np.errstate(invalid="ignore"):
        east, north = wgs84(system, east, north)
    for name, values in (("lon", east), ("lat", north)):
        place = data.column_names.index(name)
        held = pc.if_else(pa.array(known), pa.array(values), data.column(name).combine_chunks())
        data = data.set_column(place, name, held)
    where = sheet.place(sheet.reading.last_row, lon)
    shown = {"gcj02": "GCJ-02", "bd09": "BD-09"}[system]
    sheet.faults.append(
        note(
            "coordinates_converted",
            where,
            table=sheet.reading.table,
            column="lon",
            value=shown,
            number=int(known.sum()),
        )
    )
    return data


def _compare_totals(
    sheet: _Sheet,
    headings: tuple[Heading, ...],
    whole: pa.Table,
    kinds: np.ndarray,
    data: pa.Table,
    sheet_rows: np.ndarray,
) -> None:
    """Warn where a total row differs from the sum of the rows above it (all, or those since the total before)."""
    totals = np.flatnonzero(kinds == row_kinds.TOTAL)[:_TOTALS_COMPARED] + sheet.first_row
    if not len(totals):
        return
    checks = load_register_schema().checks
    start = 0
    for total_row in totals.tolist():
        end = int(np.searchsorted(sheet_rows, total_row))
        for heading in headings:
            column = sheet.column(heading)
            if column.type not in ("integer", "number") or heading.column in checks.not_added:
                continue
            stated = _number_at(whole, total_row - sheet.first_row, heading)
            if stated is None:
                continue
            values = data.column(heading.column)
            sums = [_sum(values.slice(0, end)), _sum(values.slice(start, end - start)), _sum(values)]
            slack = checks.total_tolerance + 1e-9 * abs(stated)
            if all(abs(stated - value) > slack for value in sums):
                sheet.faults.append(
                    warning(
                        "total_differs",
                        sheet.place(total_row, heading),
                        table=sheet.reading.table,
                        column=heading.column,
                        value=f"{stated:.12g}",
                        sum=float(f"{sums[0]:.12g}"),
                    )
                )
        start = end


def _sum(values: pa.ChunkedArray) -> float:
    return float(pc.sum(values).as_py() or 0)


def _number_at(body: pa.Table, row: int, heading: Heading) -> float | None:
    if heading.index >= body.num_columns:
        return None
    cell = body.column(heading.index).slice(row, 1).combine_chunks()
    number = convert(_NUMBER, cell, heading.factor)
    value = number.values[0].as_py()
    return None if value is None else float(value)


_NUMBER = Column.model_validate({"zh": "", "en": "", "type": "number", "definition": {"zh": "", "en": ""}})


def _skipped_notes(sheet: _Sheet, kinds: np.ndarray) -> Iterator[Fault]:
    for kind in sorted(set(kinds[(kinds != "") & (kinds != row_kinds.BLANK)].tolist())):
        found = np.flatnonzero(kinds == kind) + sheet.first_row
        shown = [str(row) for row in found[:10].tolist()]
        yield note(
            f"rows_skipped_{kind}",
            sheet.place(int(found[0])),
            table=sheet.reading.table,
            number=len(found),
            rows=shown,
        )
