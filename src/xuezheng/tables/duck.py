"""DuckDB, locked down: in memory, no files but those named, no extensions, no Python variables, nothing to configure.

The engine's SQL is generated from checked trees; this door holds even if a query were not.
"""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

import duckdb
import pyarrow as pa

Connection = duckdb.DuckDBPyConnection


def connect(tables: Mapping[str, pa.Table], *, threads: int | None = None) -> Connection:
    """Return a connection that sees these Arrow tables as views and nothing else."""
    connection = _opened(threads)
    for name, table in tables.items():
        connection.register(name, table)
    _lock(connection, [])
    return connection


def connect_parquet(files: Mapping[str, Path], *, threads: int | None = None) -> Connection:
    """Return a connection that sees these Parquet files as views by table name, read when a query asks."""
    connection = _opened(threads)
    _lock(connection, list(files.values()))
    for name, path in files.items():
        connection.execute(
            f"CREATE TEMP VIEW {quoted(name)} AS SELECT * FROM read_parquet({text(str(path.resolve()))})"
        )
    return connection


def _opened(threads: int | None) -> Connection:
    connection = duckdb.connect(":memory:")
    connection.execute("SET python_enable_replacements = false")
    connection.execute("SET preserve_insertion_order = false")
    # Groups that are numbered densely (county and stage) are summed in an array, not in a hash table.
    connection.execute("SET perfect_ht_threshold = 18")
    connection.execute(f"SET threads = {int(threads or os.cpu_count() or 1)}")
    return connection


def _lock(connection: Connection, paths: Sequence[Path]) -> None:
    connection.execute("SET autoinstall_known_extensions = false")
    connection.execute("SET autoload_known_extensions = false")
    if paths:
        connection.execute("SET allowed_paths = [" + ", ".join(text(str(path.resolve())) for path in paths) + "]")
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")


def columns_held(connection: Connection) -> dict[str, set[str]]:
    """Return the column names of every table and view that the connection sees."""
    held: dict[str, set[str]] = {}
    for table, column in connection.execute("SELECT table_name, column_name FROM duckdb_columns()").fetchall():
        held.setdefault(table, set()).add(column)
    return held


def quoted(name: str) -> str:
    """Return an identifier as SQL."""
    return '"' + name.replace('"', '""') + '"'


def text(value: str) -> str:
    """Return a text as an SQL literal."""
    return "'" + value.replace("'", "''") + "'"
