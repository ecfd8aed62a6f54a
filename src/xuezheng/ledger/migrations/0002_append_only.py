"""The database itself refuses to change or delete events: code that forgets the rule, and hands at a console, are stopped."""

from typing import Any

from django.db import migrations

SQLITE = {
    "ledger_event_is_never_changed": "BEFORE UPDATE ON ledger_event",
    "ledger_event_is_never_deleted": "BEFORE DELETE ON ledger_event",
    "ledger_payload_is_never_changed": "BEFORE UPDATE ON ledger_payload",
}
POSTGRESQL = {
    "ledger_event_is_append_only": "BEFORE UPDATE OR DELETE ON ledger_event",
    "ledger_payload_is_never_changed": "BEFORE UPDATE ON ledger_payload",
}
FUNCTION = """
CREATE OR REPLACE FUNCTION ledger_refuse() RETURNS trigger LANGUAGE plpgsql
AS $$ BEGIN RAISE EXCEPTION 'the ledger is append-only'; END $$
"""


class ForVendor(migrations.RunSQL):
    """SQL for one kind of database; on another it does nothing."""

    def __init__(self, vendor: str, sql: Any, reverse_sql: Any) -> None:
        super().__init__(sql, reverse_sql)
        self.vendor = vendor

    def deconstruct(self) -> Any:
        return self.__class__.__qualname__, [self.vendor, self.sql, self.reverse_sql], {}

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        if schema_editor.connection.vendor == self.vendor:
            super().database_forwards(app_label, schema_editor, from_state, to_state)

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        if schema_editor.connection.vendor == self.vendor:
            super().database_backwards(app_label, schema_editor, from_state, to_state)


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_initial")]

    operations = [
        *(
            ForVendor(
                "sqlite",
                [f"CREATE TRIGGER {name} {when} BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END"],
                [f"DROP TRIGGER {name}"],
            )
            for name, when in SQLITE.items()
        ),
        ForVendor("postgresql", [FUNCTION], ["DROP FUNCTION ledger_refuse()"]),
        *(
            ForVendor(
                "postgresql",
                [f"CREATE TRIGGER {name} {when} FOR EACH ROW EXECUTE FUNCTION ledger_refuse()"],
                [f"DROP TRIGGER {name} ON {when.rsplit(' ', 1)[1]}"],
            )
            for name, when in POSTGRESQL.items()
        ),
    ]
