"""`xuezheng worker`: the background work."""

from typing import Annotated

import typer

from xuezheng.cli.installation import open_installation
from xuezheng.cli.speech import say


def worker(
    burst: Annotated[bool, typer.Option("--burst", help="做完现有任务就结束 / end when nothing is left to do")] = False,
) -> None:
    """运行后台任务：进度、重试、定时任务 / Run background work: imports, evaluations, and what is due every day."""
    open_installation()
    from django.conf import settings

    from xuezheng.web.background.worker import work_off
    from xuezheng.web.operations.occupancy import occupied

    if not burst:
        say("worker_started")
    with occupied(settings.DATA_FOLDER):
        work_off(burst=burst)
