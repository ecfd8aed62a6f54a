"""`xuezheng backup`: the whole installation in one file."""

from pathlib import Path
from typing import Annotated

import typer

from xuezheng.cli.installation import now, open_installation
from xuezheng.cli.speech import say


def backup(
    file: Annotated[Path, typer.Argument(help="写入的文件，须不存在 / the file to write; must not exist")],
    with_secret_key: Annotated[
        bool, typer.Option("--with-secret-key", help="连同签名密钥 / with the signing key")
    ] = False,
) -> None:
    """备份：数据库、快照、证据、上传文件合为一个归档，运行中也可备份 / One archive of everything, while it runs."""
    open_installation()
    from xuezheng.ledger.actions import COMMAND_LINE
    from xuezheng.web.operations.backup.making import make_backup

    manifest = make_backup(into=file, by=COMMAND_LINE, at=now(), with_secret_key=with_secret_key)
    typer.echo(str(file))
    say(
        "backup_made", tables=len(manifest.tables), rows=sum(part.rows for part in manifest.tables),
        files=len(manifest.files), megabytes=round(file.stat().st_size / 1e6, 1),
    )  # fmt: skip
