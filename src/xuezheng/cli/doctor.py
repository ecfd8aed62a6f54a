"""`xuezheng doctor`: is everything in order, and what to do where it is not."""

import typer

from xuezheng.catalogue.messages import sentence
from xuezheng.cli.installation import load_django
from xuezheng.cli.speech import language, say
from xuezheng.kernel.refusal import InvalidRequest

_WORDS = {"ok": ("正常", "ok  "), "warn": ("注意", "warn"), "fail": ("错误", "fail")}


def doctor() -> None:
    """逐项检查安装；有错误时以 19 结束 / Look at everything; ends with 19 where something does not work."""
    load_django()
    from django.utils import timezone

    from xuezheng.web.operations.doctor import examine

    count = {"ok": 0, "warn": 0, "fail": 0}
    for line in examine(timezone.now()):
        count[line.grade] += 1
        what, next_step = sentence(line.code, language(), line.params)
        typer.echo(f"{_WORDS[line.grade][language() == 'en']}  {what}")
        if line.grade != "ok" and next_step:
            typer.echo(f"      → {next_step}")
    if count["fail"]:
        raise InvalidRequest("doctor_failed", failed=count["fail"], warned=count["warn"])
    say("doctor_done", warned=count["warn"])
