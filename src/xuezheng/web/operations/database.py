"""The database as an installation sees it: its state of migrations, its kind, and a consistent look at all of it."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.core.management.color import no_style
from django.db import connection, connections, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from django.db.models import Model

_FOR_READING = "reading"


@dataclass(frozen=True, slots=True)
class Database:
    """What kind of database it is: `vendor` is sqlite or postgresql."""

    vendor: str
    version: str
    journal: str = ""
    transactions: str = ""


def find_pending_migrations() -> list[str]:
    """Return the migrations that this version has and the database has not, `app.name`, in order."""
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration.app_label}.{migration.name}" for migration, _ in plan]


def find_unknown_migrations() -> list[str]:
    """Return the migrations that the database has and this version does not know: a newer program wrote there."""
    loader = MigrationLoader(connection)
    ours = {app for app, _ in loader.disk_migrations}
    known = set(loader.disk_migrations) | {
        node for migration in loader.disk_migrations.values() for node in migration.replaces
    }
    return sorted(
        f"{app}.{name}" for app, name in loader.applied_migrations if app in ours and (app, name) not in known
    )


def get_database() -> Database:
    """Return what kind of database this is. Raises Django's `OperationalError` where it cannot be reached."""
    connection.ensure_connection()
    if connection.vendor == "sqlite":
        version = sqlite3.sqlite_version
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA journal_mode")
            journal = str(cursor.fetchone()[0])
        return Database("sqlite", version, journal, str(getattr(connection, "transaction_mode", "") or ""))
    version = str(getattr(connection, "pg_version", 0) // 10_000)
    return Database(connection.vendor, version)


@contextmanager
def one_state() -> Iterator[str]:
    """Give the name of a connection that sees the database as it is now, for the whole block, while others write.

    SQLite's write-ahead log and PostgreSQL's repeatable reads both allow that without holding anybody up.
    """
    settings: dict[str, Any] = {**connections.databases["default"], "CONN_MAX_AGE": 0}
    options = dict(settings.get("OPTIONS", {}))
    if connection.vendor == "sqlite":
        options["transaction_mode"] = "DEFERRED"
    else:
        from psycopg import IsolationLevel

        options["isolation_level"] = IsolationLevel.REPEATABLE_READ
    connections.databases[_FOR_READING] = {**settings, "NAME": connection.settings_dict["NAME"], "OPTIONS": options}
    try:
        with transaction.atomic(using=_FOR_READING):
            yield _FOR_READING
    finally:
        connections[_FOR_READING].close()
        del connections[_FOR_READING]
        del connections.databases[_FOR_READING]


def reset_sequences(models: list[type[Model]]) -> None:
    """Let each table count on from its highest number: PostgreSQL does not see numbers that were given."""
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), models):
            cursor.execute(statement)
