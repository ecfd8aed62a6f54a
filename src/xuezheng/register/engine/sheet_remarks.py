"""What is said of a sheet beyond its cells: units, hidden parts, formulas without a value, totals, rows passed over."""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from xuezheng.catalogue.register import Column, load_register_schema
from xuezheng.kernel.place import column_letters
from xuezheng.register.engine import rows as row_kinds
from xuezheng.register.engine.coordinates import wgs84
from xuezheng.register.engine.faults import Fault, error, note, warning
from xuezheng.register.engine.headers import Heading, unit_factor
from xuezheng.register.engine.sheet_in_hand import SheetInHand
from xuezheng.register.engine.values import convert
from xuezheng.register.engine.wording import folded

_TOTALS_COMPARED = 20
_NUMBER = Column.model_validate({"zh": "", "en": "", "type": "number", "definition": {"zh": "", "en": ""}})


def heading_faults(sheet: SheetInHand) -> Iterator[Fault]:
    """Return what is said of the headers: doubled, not understood, in another unit."""
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


def _unit_note(sheet: SheetInHand, heading: Heading, unit: str, factor: float) -> Fault:
    where = sheet.place(sheet.reading.last_row, heading)
    own = sheet.column(heading).unit
    table = sheet.reading.table
    return note("unit_converted", where, table=table, column=heading.column, value=unit, factor=factor, unit=own)


def with_title_units(sheet: SheetInHand) -> tuple[Heading, ...]:
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


def hidden_parts(sheet: SheetInHand, sheet_rows: np.ndarray) -> Iterator[Fault]:
    """Return warnings about data that a person does not see: hidden sheets, rows and columns."""
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


def report_formulas(
    sheet: SheetInHand,
    headings: tuple[Heading, ...],
    kinds: np.ndarray,
    failed: dict[str, np.ndarray],
    sheet_rows: np.ndarray,
) -> None:
    """Add an error for every formula without a value in a row of data, and mark its cell as failed."""
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


def on_wgs84(sheet: SheetInHand, data: pa.Table) -> pa.Table:
    """Return the data with longitudes and latitudes on WGS 84, said in a note where they were not."""
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


def compare_totals(
    sheet: SheetInHand,
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


def skipped_notes(sheet: SheetInHand, kinds: np.ndarray) -> Iterator[Fault]:
    """Return one note a kind of row that was passed over, with its first rows."""
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
