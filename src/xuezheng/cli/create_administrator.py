"""`xuezheng create-administrator`: the first person of a fresh installation."""

from typing import Annotated

import typer

from xuezheng.cli.installation import now, open_installation
from xuezheng.cli.speech import say


def create_administrator(
    login: Annotated[str, typer.Argument(help="登录名 / the name to sign in with")],
    county: Annotated[str, typer.Option("--county", help="行政区划代码，6 位 / six-digit code of the county")],
    name: Annotated[
        str, typer.Option("--name", help="姓名，默认同登录名 / name, the login where it is not given")
    ] = "",
) -> None:
    """新建县级管理员，只显示一次随机密码 / Make a county's administrator; the random password is printed once."""
    open_installation()
    from xuezheng.ledger.actions import COMMAND_LINE
    from xuezheng.web.operations.people import create_county_administrator

    password = create_county_administrator(login=login, name=name or login, county=county, by=COMMAND_LINE, at=now())
    typer.echo(password)
    say("administrator_created", login=login, county=county)
