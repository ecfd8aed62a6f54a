"""`xuezheng import`: an immutable, content-addressed snapshot of a school year."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from xuezheng.cli.faults import print_faults
from xuezheng.cli.speech import language, say
from xuezheng.kernel.place import Place
from xuezheng.kernel.refusal import InvalidRequest, NotFound, WarningsNotAccepted

if TYPE_CHECKING:
    from xuezheng.register.holdings import Holdings


def import_command(
    sources: Annotated[list[Path], typer.Argument(help="工作簿、csv、parquet 或文件夹 / files or folders")],
    into: Annotated[Path, typer.Option(help="快照库文件夹 / folder of the snapshots")],
    accept: Annotated[bool, typer.Option("--accept", help="接受警告 / accept the warnings")] = False,
    school_year: Annotated[int | None, typer.Option(help="只存此学年 / store this school year only")] = None,
    mappings: Annotated[Path | None, typer.Option(help="对应文件或其文件夹 / mapping files")] = None,
) -> None:
    """导入数据，存为不可更改的快照 / Import into immutable snapshots, one a school year."""
    from xuezheng.cli.accounts import account_lines
    from xuezheng.register.delivery import RefusedDelivery, read_delivery
    from xuezheng.register.snapshot import store_snapshots

    previous = _held_before(into, school_year)
    delivery = read_delivery(sources, mappings=mappings, previous=previous)
    if delivery.errors:
        raise RefusedDelivery(delivery)
    print_faults(delivery.faults)
    if delivery.warnings and not accept:
        raise WarningsNotAccepted("warnings_not_accepted", number=len(delivery.warnings))
    if school_year is not None and delivery.school_years and school_year not in delivery.school_years:
        held = [str(year) for year in delivery.school_years]
        raise NotFound("school_year_not_held", school_year=school_year, held=held)
    for line in account_lines(delivery.accounts, language()):
        sys.stderr.write(line + "\n")
    try:
        stored = store_snapshots(delivery, into, school_year=school_year)
    except OSError as error:
        raise InvalidRequest("output_not_writable", place=Place(str(into)), detail=str(error.strerror)) from error
    for folder in stored:
        typer.echo(str(folder))
    say("import_stored", number=len(stored), place=str(into))


def _held_before(into: Path, school_year: int | None) -> "Holdings | None":
    """Return the snapshot of the year before, or else the newest, against which jumps are looked for."""
    from xuezheng.register.snapshot import find_snapshot, open_snapshot

    if not into.is_dir():
        return None
    try:
        snapshot = find_snapshot(into, school_year - 1 if school_year is not None else None)
    except NotFound:
        return None
    return open_snapshot(snapshot) if snapshot else None
