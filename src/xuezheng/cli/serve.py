"""`xuezheng serve`: the web server."""

from typing import Annotated

import typer

from xuezheng.cli.installation import open_installation
from xuezheng.cli.listening import require_address
from xuezheng.cli.speech import say


def serve(
    bind: Annotated[str, typer.Option(help="监听的地址和端口 / address and port to listen on")] = "127.0.0.1:8000",
    workers: Annotated[int, typer.Option(min=1, max=64, help="进程数 / processes")] = 2,
    threads: Annotated[int, typer.Option(min=1, max=64, help="每个进程的线程数 / threads of each process")] = 4,
    migrate: Annotated[
        bool, typer.Option("--migrate", help="先升级数据库 / bring the database up to date first")
    ] = False,
) -> None:
    """启动网站（另需启动 worker） / Serve the website; `xuezheng worker` runs beside it."""
    open_installation(up_to_date=not migrate)
    require_address(bind)
    from django.conf import settings

    from xuezheng.web.operations import server
    from xuezheng.web.operations.occupancy import occupied

    if migrate:
        from django.core.management import call_command

        call_command("migrate", interactive=False, verbosity=0)
    if server.collect_static_files():
        say("static_files_collected")
    say("serving", address=f"http://{bind}/")
    with occupied(settings.DATA_FOLDER):
        server.serve(server.Serving(bind, workers, threads))
