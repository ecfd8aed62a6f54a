"""Parquet, read with a look at its metadata first and written with stable settings."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from xuezheng.kernel.place import Place
from xuezheng.kernel.refusal import TooLarge, UnusableFile
from xuezheng.tables.limits import DEFAULT_LIMITS, HEAD_ROWS, Limits
from xuezheng.tables.natural import settled, sheet_text


@dataclass(frozen=True, slots=True)
class ParquetSheet:
    """A Parquet file seen as a sheet: row 1 holds the column names, the rows follow."""

    table: pa.Table

    @property
    def rows(self) -> int:
        """The last row, the header counted."""
        return int(self.table.num_rows) + 1

    @property
    def columns(self) -> int:
        """The number of columns."""
        return int(self.table.num_columns)

    @property
    def head(self) -> tuple[tuple[str | None, ...], ...]:
        """The names and the first rows as text."""
        first = self.table.slice(0, HEAD_ROWS - 1).to_pylist()
        rows = (tuple(sheet_text(value) for value in row.values()) for row in first)
        return (tuple(self.table.column_names), *rows)

    def body(self, first_row: int) -> tuple[pa.Table, list[int]]:
        """Return the rows from the one-based `first_row`, the header being row 1."""
        names = [str(number) for number in range(self.columns)]
        return settled(self.table.slice(max(first_row - 2, 0)).rename_columns(names)), list(range(self.columns))


def open_parquet(path: Path, name: str, limits: Limits) -> ParquetSheet:
    """Return a delivered Parquet file as a sheet; raises `UnusableFile` or `TooLarge`."""
    return ParquetSheet(read_parquet(path, name=name, limits=limits))


def read_parquet(
    path: Path, *, columns: list[str] | None = None, name: str = "", limits: Limits = DEFAULT_LIMITS
) -> pa.Table:
    """Return a Parquet file's table, or only its `columns`.

    Raises `TooLarge` where it unpacks beyond `limits.parquet_bytes` or `limits.parquet_cells`, `UnusableFile` where
    it is damaged.
    """
    place = Place(name or path.name)
    try:
        metadata = pq.read_metadata(path)
        rows, width = metadata.num_rows, metadata.num_columns
        if rows * width > limits.parquet_cells:
            raise TooLarge(
                "sheet_beyond_limit", place=place, rows=rows, columns=width, limit_cells=limits.parquet_cells
            )
        groups = [metadata.row_group(number) for number in range(metadata.num_row_groups)]
        _check_bytes(sum(group.total_byte_size for group in groups), place, limits)
        repeating = _may_repeat(groups, limits)
        names = set(metadata.schema.to_arrow_schema().names)
        # Texts within lists and records are nothing that the register reads: they are not looked at any closer.
        _check_bytes(sum(size for column, size in repeating.items() if column not in names), place, limits)
        table = pq.ParquetFile(path, read_dictionary=list(repeating)).read(columns=columns)
        return _spelled_out(table, repeating, place, limits) if repeating else table
    except (pa.ArrowException, OSError) as error:
        raise UnusableFile("file_damaged", place=place) from error


def _check_bytes(size: int, place: Place, limits: Limits) -> None:
    if size > limits.parquet_bytes:
        raise TooLarge("unpacked_beyond_limit", place=place, found_mib=size >> 20, limit_mib=limits.parquet_bytes >> 20)


def _may_repeat(groups: Sequence[pq.RowGroupMetaData], limits: Limits) -> dict[str, int]:
    """Return the columns of text that, were every value the longest, would grow beyond the limit, and to what size.

    A kilobyte can hold one long text for millions of rows; what a file declares says nothing of it.
    """
    worst: dict[str, int] = {}
    for group in groups:
        for number in range(group.num_columns):
            chunk = group.column(number)
            if chunk.physical_type == "BYTE_ARRAY":
                size = chunk.num_values * chunk.total_uncompressed_size
                worst[chunk.path_in_schema] = worst.get(chunk.path_in_schema, 0) + size
    return {column: size for column, size in worst.items() if size > limits.parquet_bytes}


def _spelled_out(table: pa.Table, repeating: Collection[str], place: Place, limits: Limits) -> pa.Table:
    """Return the table with these columns as plain text, once it is known how much that is."""
    held = [number for number, field in enumerate(table.schema) if field.name in repeating]
    held = [number for number in held if pa.types.is_dictionary(table.schema.field(number).type)]
    chunks = (chunk for number in held for chunk in table.column(number).chunks)
    lengths = (pc.sum(pc.take(pc.binary_length(chunk.dictionary), chunk.indices)).as_py() or 0 for chunk in chunks)
    _check_bytes(sum(lengths), place, limits)
    for number in held:
        field = table.schema.field(number)
        table = table.set_column(number, field.name, table.column(number).cast(field.type.value_type))
    return table


def write_parquet(table: pa.Table, path: Path) -> None:
    """Write a table so that the same table always gives the same bytes."""
    pq.write_table(
        table.replace_schema_metadata(None),
        path,
        compression="zstd",
        compression_level=3,
        version="2.6",
        write_statistics=True,
        store_schema=True,
        use_dictionary=True,
        row_group_size=1 << 20,
    )
