"""`xuezheng migrate`: bring the database to this version."""

from typing import Annotated

import typer

from xuezheng.cli.installation import open_installation
from xuezheng.cli.speech import say


def migrate(
    check: Annotated[
        bool,
        typer.Option("--check", help="只看，不改；未升级时以 19 结束 / only look; ends with 19 where it is behind"),
    ] = False,
) -> None:
    """升级数据库结构 / Bring the database to this version; does nothing where it is already."""
    open_installation(up_to_date=check)
    from django.core.management import call_command

    from xuezheng.web.operations.database import find_pending_migrations

    pending = find_pending_migrations()
    if pending:
        call_command("migrate", interactive=False, verbosity=0)
        say("migrated", count=len(pending))
    else:
        say("migrations_none")
