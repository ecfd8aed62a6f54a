"""DuckDB, locked down: in memory, no files, no extensions, no Python variables, nothing to configure.

The engine's SQL is generated from checked trees; this door holds even if a query were not.
"""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

Connection = duckdb.DuckDBPyConnection
ROWS_AT_ONCE = 32_768


@dataclass(frozen=True, slots=True)
class Database:
    """A locked connection with what it may read: `relations` is each table as SQL, `columns` the names it holds."""

    connection: Connection
    relations: Mapping[str, str]
    columns: Mapping[str, frozenset[str]]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.connection.close()

    def query(self, sql: str) -> pa.Table:
        """Return a query's result."""
        return self.connection.sql(sql).to_arrow_table()

    def keep(self, name: str, sql: str) -> None:
        """Keep a query's result in the database under a name."""
        self.connection.execute(f"CREATE TEMP TABLE {quoted(name)} AS {sql}")

    def hold(self, name: str, table: pa.Table) -> None:
        """Let later queries read an Arrow table under a name."""
        self.connection.register(name, table)

    def release(self, name: str) -> None:
        """Forget an Arrow table, so that its memory can be used again."""
        self.connection.unregister(name)


def connect(tables: Mapping[str, pa.Table], *, threads: int | None = None) -> Database:
    """Return a database that sees these Arrow tables and nothing else."""
    connection = _opened(threads)
    for name, table in tables.items():
        connection.register(name, table)
    columns = {name: frozenset(table.column_names) for name, table in tables.items()}
    return Database(connection, {name: quoted(name) for name in tables}, columns)


def connect_parquet(
    files: Mapping[str, Path], columns: Mapping[str, Sequence[str]], *, threads: int | None = None
) -> Database:
    """Return a database that sees these columns of these Parquet files by table name (those of them that are there).

    Arrow reads them, all columns at once: DuckDB would read a file of one row group with one thread, and would join
    what it reads more slowly. Cut into pieces, every thread gets some.
    """
    tables = {}
    for name, path in files.items():
        # Not `read_table`: it loads Arrow's data sets first, which costs more than the reading.
        file = pq.ParquetFile(path)
        held = file.schema_arrow.names
        whole = file.read(columns=[column for column in columns.get(name, held) if column in held])
        tables[name] = pa.Table.from_batches(whole.to_batches(max_chunksize=ROWS_AT_ONCE), whole.schema)
    return connect(tables, threads=threads)


def _opened(threads: int | None) -> Connection:
    settings: dict[str, str | bool | int | float | list[str]] = {
        "python_enable_replacements": False,
        "preserve_insertion_order": False,
        "threads": int(threads or os.cpu_count() or 1),
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
    }
    connection = duckdb.connect(":memory:", config=settings)
    connection.execute("SET enable_external_access = false; SET lock_configuration = true")
    return connection


def quoted(name: str) -> str:
    """Return an identifier as SQL."""
    return '"' + name.replace('"', '""') + '"'


def text(value: str) -> str:
    """Return a text as an SQL literal."""
    return "'" + value.replace("'", "''") + "'"
