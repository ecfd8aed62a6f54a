"""Whether the installation is ready: the database answers, it is of this version, and a worker is alive."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db.utils import DatabaseError

from xuezheng.web.models import WorkerSeen
from xuezheng.web.operations.database import find_pending_migrations

WORKER_SILENT = timedelta(seconds=45)


class _Migrations:
    """Remembers that nothing is pending: once so, it stays so while this process runs this version."""

    are_done = False


def readiness(at: datetime) -> Mapping[str, str]:
    """Return for `database`, `migrations` and `worker` one word: ok, or what is wrong. Nothing in it is secret."""
    try:
        if not _Migrations.are_done:
            _Migrations.are_done = not find_pending_migrations()
        if not _Migrations.are_done:
            return {"database": "ok", "migrations": "pending", "worker": "unknown"}
        return {"database": "ok", "migrations": "ok", "worker": "ok" if is_worker_alive(at) else "absent"}
    except DatabaseError:
        return {"database": "unreachable", "migrations": "unknown", "worker": "unknown"}


def is_ready(found: Mapping[str, str]) -> bool:
    """Whether pages can be answered. Without a worker they can: only what runs in the background waits."""
    return found["database"] == "ok" and found["migrations"] == "ok"


def is_worker_alive(at: datetime) -> bool:
    """Whether some worker gave a sign of life lately."""
    return WorkerSeen.objects.filter(seen_at__gt=at - WORKER_SILENT).exists()
