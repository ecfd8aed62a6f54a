"""What a county has, as tables in memory, with the place in a delivered file that every value came from.

Holdings are what travels: an import or a snapshot makes them, the standards' engine reads them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from xuezheng.catalogue.register import Column, load_register_schema
from xuezheng.kernel.place import Place

SOURCE = "_source"
ROW = "_row"

_ARROW_TYPES: dict[str, pa.DataType] = {
    "text": pa.string(),
    "code": pa.string(),
    "choice": pa.string(),
    "integer": pa.int64(),
    "number": pa.float64(),
    "year": pa.int32(),
    "date": pa.date32(),
    "yes_no": pa.bool_(),
}


def arrow_type(column: Column) -> pa.DataType:
    """Return the Arrow type in which a register column is held."""
    return _ARROW_TYPES[column.type]


@dataclass(frozen=True, slots=True)
class SourceSheet:
    """One delivered sheet (or file without sheets): `columns` maps register columns to sheet column letters."""

    file: str
    sheet: str
    table: str
    columns: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Holdings:
    """The register's tables of one or several counties.

    Each table holds the register's columns in schema order, only those that some source delivered, in the types
    of `arrow_type`, then `_source` (int32, index into `sources`) and `_row` (int32, the sheet's own one-based row).
    Where sheets complete each other's rows, the further contributions stand in `_source_2`, `_row_2` and so on.
    Rows stand in the order of the table's key. `snapshot` is the content digest (empty before there is one).
    """

    tables: Mapping[str, pa.Table]
    sources: tuple[SourceSheet, ...] = ()
    snapshot: str = ""
    outlines: Mapping[str, object] | None = field(default=None, compare=False)

    def table(self, name: str) -> pa.Table:
        """Return a table, or an empty one with all its columns where nothing was delivered."""
        if name in self.tables:
            return self.tables[name]
        return empty_table(name)

    def complete(self, name: str) -> pa.Table:
        """Return a table with all the register's columns, those that nobody delivered as nulls; no lineage."""
        held = self.table(name)
        columns = load_register_schema().tables[name].columns
        return pa.table(
            {
                column: held.column(column)
                if column in held.column_names
                else pa.nulls(held.num_rows, arrow_type(definition))
                for column, definition in columns.items()
            }
        )

    def place(self, table: str, row: int, column: str) -> Place | None:
        """Return where the value of `column` in the zero-based `row` of `table` was delivered, if it was."""
        held = self.tables.get(table)
        if held is None or row >= held.num_rows:
            return None
        for number in range(1, len(self.sources) + 1):
            suffix = "" if number == 1 else f"_{number}"
            if SOURCE + suffix not in held.column_names:
                return None
            source_number = held.column(SOURCE + suffix)[row].as_py()
            if source_number is None:
                continue
            source = self.sources[source_number]
            if column in source.columns:
                sheet_row = held.column(ROW + suffix)[row].as_py()
                return Place(source.file, source.sheet, sheet_row, source.columns[column])
        return None


def holdings_of(rows: Mapping[str, Sequence[Mapping[str, Any]]]) -> Holdings:
    """Return holdings made of plain rows by table: no files, so no places. Values must be of the columns' types.

    Columns that no row gives are absent. Rows stand in the order of the table's key.
    """
    tables = {}
    for name, given in rows.items():
        schema = load_register_schema().tables[name]
        columns = {n: c for n, c in schema.columns.items() if any(n in row for row in given)}
        ordered = sorted(given, key=lambda row: [str(row.get(key) or "") for key in schema.key])
        arrays = {n: pa.array([row.get(n) for row in ordered], arrow_type(c)) for n, c in columns.items()}
        tables[name] = pa.table(
            {**arrays, SOURCE: pa.nulls(len(ordered), pa.int32()), ROW: pa.nulls(len(ordered), pa.int32())}
        )
    return Holdings(tables)


def empty_table(name: str) -> pa.Table:
    """Return the register's table `name` with all its columns and no row."""
    columns = load_register_schema().tables[name].columns
    fields = [pa.field(column, arrow_type(definition)) for column, definition in columns.items()]
    return pa.schema([*fields, pa.field(SOURCE, pa.int32()), pa.field(ROW, pa.int32())]).empty_table()
