"""`xuezheng check`: a dry run with every fault, the marked copies, and what an import would change."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from xuezheng.catalogue.messages import sentence
from xuezheng.cli.faults import print_faults
from xuezheng.cli.speech import language, say
from xuezheng.kernel.place import Place
from xuezheng.kernel.refusal import InvalidRequest, NotFound, Parameter

if TYPE_CHECKING:
    from xuezheng.register.delivery import Delivery


def check(
    sources: Annotated[list[Path], typer.Argument(help="工作簿、csv、parquet 或文件夹 / files or folders")],
    against: Annotated[
        Path | None, typer.Option(help="与此快照（库）比较 / a snapshot or store to compare with")
    ] = None,
    out: Annotated[Path, typer.Option(help="标注副本写到此文件夹 / folder for the marked copies")] = Path(),
    mappings: Annotated[Path | None, typer.Option(help="对应文件或其文件夹 / mapping files")] = None,
    teach: Annotated[Path | None, typer.Option(help="把未识别的表头写成对应文件 / write a mapping to fill in")] = None,
) -> None:
    """检查数据，不导入：全部问题、标注副本、会改变什么 / Check without importing: every fault, marked copies, the impact."""
    from xuezheng.cli.accounts import account_lines
    from xuezheng.register.delivery import read_delivery
    from xuezheng.register.engine.faults import exit_status

    delivery = read_delivery(sources, mappings=mappings)
    print_faults(delivery.faults)
    for line in account_lines(delivery.accounts, language()):
        typer.echo(line)
    differing = sum(
        fault.number for fault in delivery.errors if "sources_differ" in (fault.code, fault.params.get("like"))
    )
    if delivery.agreeing or differing:
        say("sources_agree", agreeing=delivery.agreeing, differing=differing)
    if against is not None:
        _print_impact(delivery, against)
    if teach is not None:
        _write_teaching(delivery, teach)
    _write_copies(delivery, out)
    if delivery.errors:
        say("check_refused", errors=delivery.error_count, warnings=len(delivery.warnings))
        raise typer.Exit(exit_status(delivery.errors))
    say("check_passed", warnings=len(delivery.warnings), digest=delivery.holdings.snapshot)


def _write_copies(delivery: "Delivery", out: Path) -> None:
    if not delivery.errors and not delivery.warnings:
        return
    from xuezheng.register.marked_copy import write_fault_table, write_marked_copies

    try:
        out.mkdir(parents=True, exist_ok=True)
        written = [write_fault_table(delivery.faults, out, language())]
        written += write_marked_copies(delivery, out, language())
    except OSError as error:
        raise InvalidRequest("output_not_writable", place=Place(str(out)), detail=str(error.strerror)) from error
    say("copies_written", files=[str(path) for path in written])


def _print_impact(delivery: "Delivery", against: Path) -> None:
    from xuezheng.register.engine.content import of_school_year
    from xuezheng.register.preview import impact
    from xuezheng.register.sentences import column_word, printable, table_word
    from xuezheng.register.snapshot import find_snapshot, open_snapshot

    year = delivery.school_years[-1] if delivery.school_years else None
    try:
        snapshot = find_snapshot(against, year)
    except NotFound:
        snapshot = None
    if snapshot is None:
        say("impact_no_snapshot", place=str(against), year=year)
        return
    held = open_snapshot(snapshot)
    mine = delivery.holdings.tables if year is None else of_school_year(delivery.holdings.tables, year)
    typer.echo(sentence("impact_title", language(), {"snapshot": snapshot.name})[0])
    for item in impact(held.tables, mine):
        name = table_word(item.table, language())
        counts: dict[str, Parameter] = {"added": item.added, "removed": item.removed, "changed": item.changed}
        typer.echo(sentence("impact_line", language(), {"table": name, **counts})[0])
        for example in item.examples:
            column = column_word(item.table, example.column, language())
            typer.echo(printable(f"  {example.key} {column}: {example.before} → {example.after}"))


def _write_teaching(delivery: "Delivery", teach: Path) -> None:
    from xuezheng.register.mapping import skeleton, write_skeleton

    if teach.exists():
        raise InvalidRequest("mapping_exists", place=Place(str(teach)))
    unknown = skeleton(delivery.unknown_headers)
    if not unknown:
        say("mapping_not_needed")
        return
    try:
        write_skeleton(teach, unknown, language())
    except OSError as error:
        raise InvalidRequest("output_not_writable", place=Place(str(teach)), detail=str(error.strerror)) from error
    say("mapping_written", file=str(teach))
