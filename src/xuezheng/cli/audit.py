"""`xuezheng audit`: whether the ledger's chain holds, its head, and what an auditor looks for at a console."""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from xuezheng.cli.installation import now, open_installation
from xuezheng.cli.speech import say
from xuezheng.kernel.place import Place
from xuezheng.kernel.refusal import Contradiction, InvalidRequest

if TYPE_CHECKING:
    from xuezheng.ledger.queries import Wanted

audit = typer.Typer(
    no_args_is_help=True, help="审计链：校验、链首、查找、导出 / The audit chain: verify, head, search, export."
)

MOST_EVENTS = 1_000_000

Who = Annotated[str, typer.Option("--by", help="登录名或姓名 / login or name of who did it")]
What = Annotated[str, typer.Option("--action", help="操作，如 people.appoint 或 people. / action or its beginning")]
Subject = Annotated[str, typer.Option("--subject", help="对象，如 account:7 / subject as kind:number")]
County = Annotated[str, typer.Option("--county", help="区县代码 / code of the county")]
Since = Annotated[datetime | None, typer.Option("--since", formats=["%Y-%m-%d"], help="从（含）/ first day")]
Until = Annotated[datetime | None, typer.Option("--until", formats=["%Y-%m-%d"], help="到（含）/ last day")]


@audit.command("verify")
def verify(
    against: Annotated[
        list[Path] | None,
        typer.Option("--against", help="系统之外保存的链首文件，可多个 / exported heads kept elsewhere"),
    ] = None,
) -> None:
    """校验整条审计链，并与导出的链首比对 / Check the whole chain, and against exported heads."""
    open_installation()
    from django.conf import settings

    from xuezheng.ledger.actions import COMMAND_LINE, verify_ledger
    from xuezheng.ledger.queries import get_head, read_anchor, read_anchors

    anchors = read_anchors(settings.HEAD_STORE) | dict(map(read_anchor, against or []))
    number, digest = get_head()
    broken = verify_ledger(by=COMMAND_LINE, at=now(), anchors=anchors)
    typer.echo(f"{number}\t{digest}")
    for place in broken:
        typer.echo(f"{place.number}\t{place.what}")
    if broken:
        raise Contradiction("chain_broken", number=len(broken), first=broken[0].number)
    say("chain_holds", number=number, anchors=len(anchors))


@audit.command("head")
def head(
    write: Annotated[
        bool, typer.Option("--write", help="写入数据文件夹的 heads / write it into the data folder")
    ] = False,
) -> None:
    """显示链首：最新一条的编号和摘要 / Print the head: number and digest of the newest event."""
    open_installation()
    from django.conf import settings

    from xuezheng.ledger.actions import COMMAND_LINE, export_head
    from xuezheng.ledger.queries import get_head

    number, digest = get_head()
    typer.echo(f"{number}\t{digest}")
    if write:
        path = export_head(folder=Path(settings.HEAD_STORE), by=COMMAND_LINE, at=now())
        say("head_written", file=str(path))


@audit.command("search")
def search(
    by: Who = "",
    action: What = "",
    subject: Subject = "",
    county: County = "",
    since: Since = None,
    until: Until = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=100_000, help="最多条数 / how many at most")] = 100,
) -> None:
    """查找审计记录，新的在前，不含内容 / Find events, the newest first, without what they say."""
    open_installation()
    from django.db.models import Q
    from django.utils import timezone

    from xuezheng.ledger.queries import find_events

    for event in find_events(Q(), _wanted(by, action, subject, county, since, until))[:limit]:
        at = timezone.localtime(event.at).isoformat(timespec="seconds")
        typer.echo(
            f"{event.number}\t{at}\t{event.county or '-'}\t{event.actor}\t{event.action}\t"
            f"{event.subject_kind}:{event.subject_id}"
        )


@audit.command("export")
def export(
    out: Annotated[Path, typer.Argument(help="写到此 .xlsx 或 .csv 文件 / file to write, .xlsx or .csv")],
    by: Who = "",
    action: What = "",
    subject: Subject = "",
    county: County = "",
    since: Since = None,
    until: Until = None,
) -> None:
    """导出审计记录，不含个人信息；导出本身也记入 / Export events without personal data; the export is an event, too."""
    if out.suffix not in (".xlsx", ".csv"):
        raise InvalidRequest("audit_export_kind", found=out.suffix)
    open_installation()
    from django.db.models import Q

    from xuezheng.ledger.actions import COMMAND_LINE, export_events
    from xuezheng.ledger.export import write_csv, write_workbook

    wanted = _wanted(by, action, subject, county, since, until)
    events = export_events(scope=Q(), wanted=wanted, limit=MOST_EVENTS, county=county, by=COMMAND_LINE, at=now())
    try:
        (write_csv if out.suffix == ".csv" else write_workbook)(out, events, with_payloads=False)
    except OSError as problem:
        raise InvalidRequest("output_not_writable", place=Place(str(out)), detail=str(problem.strerror)) from problem
    say("audit_exported", number=len(events), file=str(out))


def _wanted(
    by: str, action: str, subject: str, county: str, since: datetime | None, until: datetime | None
) -> "Wanted":
    from xuezheng.ledger.queries import Wanted
    from xuezheng.people.queries import find_actors

    kind, _, number = subject.partition(":")
    return Wanted(
        actors=find_actors(by) if by else (), action=action, subject_kind=kind, subject_id=number, county=county,
        since=since.date() if since else None, until=until.date() if until else None,
    )  # fmt: skip
