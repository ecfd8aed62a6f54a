"""`xuezheng restore`: an installation from its backup."""

from pathlib import Path
from typing import Annotated

import typer

from xuezheng.cli.installation import now, open_installation
from xuezheng.cli.speech import say


def restore(
    file: Annotated[Path, typer.Argument(help="备份文件 / the backup")],
    replace: Annotated[
        bool,
        typer.Option("--replace", help="取代已有的数据（旧的另存） / in place of what is there, which is kept aside"),
    ] = False,
) -> None:
    """恢复：先核对整个备份，再装入；SQLite 与 PostgreSQL 之间可互换 / Verify a backup, then restore it; either database."""
    open_installation(up_to_date=False)
    from django.conf import settings

    from xuezheng.ledger.actions import COMMAND_LINE
    from xuezheng.web.operations.backup.restoring import restore_backup
    from xuezheng.web.operations.occupancy import occupied

    with occupied(settings.DATA_FOLDER, alone=True):
        manifest, aside = restore_backup(file=file, by=COMMAND_LINE, at=now(), replace=replace)
    if aside is not None:
        say("restored_aside", folder=str(aside))
    say(
        "restored", made_at=manifest.made_at.isoformat(timespec="minutes"), rows=sum(p.rows for p in manifest.tables),
        files=len(manifest.files), events=manifest.ledger.number,
    )  # fmt: skip
