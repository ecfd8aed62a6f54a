"""DuckDB, locked down: in memory, no files but those named, no extensions, no Python variables, nothing to configure.

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

    def hold(self, name: str, table: pa.Table) -> None:
        """Let later queries read an Arrow table under a name."""
        self.connection.register(name, table)


def connect(tables: Mapping[str, pa.Table], *, threads: int | None = None) -> Database:
    """Return a database that sees these Arrow tables and nothing else."""
    connection = _opened(threads, [])
    for name, table in tables.items():
        connection.register(name, table)
    columns = {name: frozenset(table.column_names) for name, table in tables.items()}
    return Database(connection, {name: quoted(name) for name in tables}, columns)


def connect_parquet(files: Mapping[str, Path], *, threads: int | None = None) -> Database:
    """Return a database that sees these Parquet files by table name, read when a query asks."""
    paths = {name: path.resolve() for name, path in files.items()}
    relations = {name: f"read_parquet({text(str(path))})" for name, path in paths.items()}
    columns = {name: frozenset(pq.read_schema(path).names) for name, path in paths.items()}
    return Database(_opened(threads, list(paths.values())), relations, columns)


def _opened(threads: int | None, paths: Sequence[Path]) -> Connection:
    settings: dict[str, str | bool | int | float | list[str]] = {
        "python_enable_replacements": False,
        "preserve_insertion_order": False,
        "threads": int(threads or os.cpu_count() or 1),
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
    }
    connection = duckdb.connect(":memory:", config=settings)
    if paths:
        connection.execute("SET allowed_paths = [" + ", ".join(text(str(path)) for path in paths) + "]")
    connection.execute("SET enable_external_access = false; SET lock_configuration = true")
    return connection


def quoted(name: str) -> str:
    """Return an identifier as SQL."""
    return '"' + name.replace('"', '""') + '"'


def text(value: str) -> str:
    """Return a text as an SQL literal."""
    return "'" + value.replace("'", "''") + "'"
