"""Opening the installation: the commands that work on its database load Django here, when they run."""

import os
from datetime import datetime
from typing import TYPE_CHECKING

from xuezheng.kernel.refusal import InvalidRequest

if TYPE_CHECKING:
    from xuezheng.web.operations.database import Database


def load_django() -> None:
    """Load Django with the settings of the environment, once in a process: a second time would set up the log anew."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "xuezheng.web.settings")
    import django
    from django.apps import apps

    if not apps.ready:
        django.setup()


def open_installation(*, up_to_date: bool = True) -> "Database":
    """Load Django with the settings of the environment, and return what database answers.

    Raises `InvalidRequest` where the database cannot be reached, where a newer version wrote it and, with `up_to_date`,
    where it waits for migrations.
    """
    load_django()
    from django.conf import settings
    from django.db.utils import OperationalError

    from xuezheng.web.operations.database import find_pending_migrations, find_unknown_migrations, get_database

    try:
        settings.DATA_FOLDER.mkdir(mode=0o750, parents=True, exist_ok=True)
        database = get_database()
    except OperationalError as problem:
        raise InvalidRequest("database_not_reached", detail=str(problem).strip().splitlines()[0]) from problem
    except OSError as problem:
        raise InvalidRequest("data_folder_not_writable", folder=str(settings.DATA_FOLDER)) from problem
    unknown = find_unknown_migrations()
    if unknown:
        raise InvalidRequest("database_newer", migration=unknown[0])
    if up_to_date:
        pending = find_pending_migrations()
        if pending:
            raise InvalidRequest("migrations_pending", count=len(pending), first=pending[0])
    return database


def now() -> datetime:
    """Return the time, for actions: the command line is the edge where a clock may be read."""
    from django.utils import timezone

    return timezone.now()
