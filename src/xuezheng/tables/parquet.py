"""Parquet, read with a look at its metadata first and written with stable settings."""

from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
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

    Raises `TooLarge` where its metadata says that it unpacks beyond `limits.parquet_bytes`, `UnusableFile` where it
    is damaged.
    """
    place = Place(name or path.name)
    try:
        metadata = pq.read_metadata(path)
        size = sum(metadata.row_group(number).total_byte_size for number in range(metadata.num_row_groups))
        if size > limits.parquet_bytes:
            raise TooLarge(
                "unpacked_beyond_limit", place=place, found_mib=size >> 20, limit_mib=limits.parquet_bytes >> 20
            )
        return pq.ParquetFile(path).read(columns=columns)
    except (pa.ArrowException, OSError) as error:
        raise UnusableFile("file_damaged", place=place) from error


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
