"""Rows as lines of JSON that any of the databases gives and takes: nothing is rounded, nothing depends on the vendor."""

import base64
import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.apps.registry import Apps
from django.db import connections
from django.db.migrations.loader import MigrationLoader
from django.db.models import BinaryField, JSONField, Model

# What lives only while the installation runs, or is made anew by the migrations: sessions, tickets, signs of life, counts
# of failed sign-ins, Django's own lists of models and permissions; and access tokens: a restore must not bring back one
# that was taken back since, nor messages that have gone out since.
LEFT_OUT = frozenset({
    "auth", "contenttypes", "sessions", "axes", "people.signedinsession", "people.accesstoken", "web.workerseen", "django_tasks_db",
    "notices.outgoing",
})  # fmt: skip
_BATCH = 1_000


def leaves(using: str = "default") -> tuple[str, ...]:
    """Return the last applied migration of every app, `app.name`."""
    loader = MigrationLoader(connections[using])
    applied = set(loader.applied_migrations)
    ends = {
        node for node in applied & set(loader.graph.nodes)
        if not any(child.key in applied and child.key[0] == node[0] for child in loader.graph.node_map[node].children)
    }  # fmt: skip
    return tuple(sorted(f"{app}.{name}" for app, name in ends))


def models_at(migrations: Iterable[str], using: str = "default") -> Apps:
    """Return the models as they were after some migrations. Raises `KeyError` for a migration that is not known."""
    loader = MigrationLoader(connections[using])
    nodes = [(app, name) for app, _, name in (migration.partition(".") for migration in migrations)]
    unknown = [node for node in nodes if node not in loader.graph.nodes]
    if unknown:
        raise KeyError(f"{unknown[0][0]}.{unknown[0][1]}")
    return loader.project_state(nodes, at_end=True).apps


def tables(apps: Apps) -> list[type[Model]]:
    """Return the models whose rows belong to a backup, by label."""
    found = [
        model for model in apps.get_models(include_auto_created=True)
        if model._meta.managed and model._meta.app_label not in LEFT_OUT and model._meta.label_lower not in LEFT_OUT
    ]  # fmt: skip
    return sorted(found, key=lambda model: model._meta.label_lower)


def fields_of(model: type[Model]) -> tuple[str, ...]:
    """Return the names of a table's columns as rows hold them."""
    return tuple(field.attname for field in model._meta.concrete_fields)


def lines_of(model: type[Model], using: str) -> Iterator[bytes]:
    """Yield a table's rows in order of their keys, one line each."""
    rows = model._base_manager.using(using).order_by("pk").values_list(*fields_of(model))
    for row in rows.iterator(chunk_size=_BATCH):
        yield json.dumps([_plain(value) for value in row], ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, UUID | Decimal):
        return str(value)
    if isinstance(value, bytes | memoryview):
        return base64.b64encode(bytes(value)).decode()
    return value


def load_rows(model: type[Model], fields: Sequence[str], lines: Iterable[bytes]) -> int:
    """Write lines into a table, and return how many. Raises `ValueError` for what is no row of it."""
    by_name = {field.attname: field for field in model._meta.concrete_fields}
    columns = [by_name[name] for name in fields]
    batch: list[Model] = []
    count = 0
    for line in lines:
        values = json.loads(line)
        if not isinstance(values, list) or len(values) != len(columns):
            raise ValueError(f"not a row of {model._meta.label}")
        batch.append(model(**{c.attname: _typed(c, value) for c, value in zip(columns, values, strict=True)}))
        if len(batch) == _BATCH:
            count += len(model._base_manager.bulk_create(batch))
            batch.clear()
    return count + len(model._base_manager.bulk_create(batch))


def _typed(field: Any, value: Any) -> Any:
    if value is None or isinstance(field, JSONField):
        return value
    if isinstance(field, BinaryField):
        return base64.b64decode(value)
    return field.to_python(value)
