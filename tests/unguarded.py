"""Changing the ledger as somebody with the database in hand would: past the triggers that keep events as they are."""

from django.db import connection

TRIGGERS = ("ledger_event_is_never_changed", "ledger_event_is_never_deleted", "ledger_payload_is_never_changed")


def as_if_no_guard(sql, *values):
    """Run a statement that the ledger's triggers would refuse; the test's rollback brings the triggers back."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            for name in TRIGGERS:
                cursor.execute(f"DROP TRIGGER IF EXISTS {name}")
            cursor.execute(sql, values)
        else:
            cursor.execute("SET LOCAL session_replication_role = replica")
            cursor.execute(sql, values)
            cursor.execute("SET LOCAL session_replication_role = origin")
