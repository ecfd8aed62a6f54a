"""`xuezheng read-bulletin`: what a bulletin, minutes, yearly work points, a task breakdown table or a ledger says."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, BinaryIO, Literal

import typer

from xuezheng.catalogue.messages import sentence
from xuezheng.cli.options import Out
from xuezheng.cli.results import put
from xuezheng.cli.speech import language

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xuezheng.meetings.engine.bulletin import Bulletin
    from xuezheng.meetings.engine.items import Item
    from xuezheng.meetings.engine.task_table import Task
    from xuezheng.meetings.sources import Source

Format = Annotated[
    Literal["table", "json", "xlsx", "docx"],
    typer.Option(
        "--format", help="输出格式；xlsx、docx 为任务分解表 / form of the result; xlsx, docx: a task breakdown table"
    ),
]
Kind = Annotated[
    Literal["auto", "bulletin", "minutes", "work_points", "task_table", "ledger"],
    typer.Option(
        "--kind", help="按哪一类来读；auto 为自动识别 / what it is read as; auto: recognised by its title or header"
    ),
]
_LIMITS = {"zh": ("已办结", "长期"), "en": ("finished", "standing")}
_WORDS = {
    "zh": (
        "会议",
        "届次",
        "日期",
        "主持",
        "出席",
        "学习传达",
        "听取",
        "审议",
        "条要求",
        "可衡量",
        "隐含",
        "小标题",
        "截断",
        "责任单位",
    ),
    "en": (
        *("Meeting", "Ordinal", "Date", "Chair", "Attending", "Studied", "Heard", "Reviewed"),
        *("directives", "measurable", "implicit", "heading", "cut off", "units"),
    ),
}


def read_bulletin(
    file: Annotated[
        Path,
        typer.Argument(
            help="通稿、纪要、工作要点（txt、html、docx、pdf），任务分解表、督办台账（xlsx、xls、ods、csv、docx）"
            " / a bulletin, minutes, work points, a task table or a ledger"
        ),
    ],
    form: Format = "table",
    kind: Kind = "auto",
    out: Out = None,
) -> None:
    """读会议通稿、纪要、工作要点、任务分解表、督办台账 / Read a bulletin, minutes, yearly work points, a task table or a ledger."""
    from xuezheng.meetings.engine.task_table import tasks_of
    from xuezheng.meetings.sources import as_json, read_file

    source = read_file(file, kind=kind)
    if source.items:
        tasks = tuple(_task(item, number) for number, item in enumerate(source.items, 1))
        lines = _item_lines(source)
    elif source.bulletin:
        tasks, lines = tasks_of(source.bulletin), _lines(source.bulletin)
    else:
        tasks, lines = source.tasks, _task_lines(source.tasks)
    _tell(source)
    put(lambda target: _write(target, form, as_json(source), lines, tasks), form, out)


def _tell(source: "Source") -> None:
    """Say what could not be read, with its cell."""
    for note in source.unread:
        what, _ = sentence(note.code, language(), note.params)
        typer.echo(f"{note.place}: {what}", err=True)


def _task(item: "Item", row: int) -> "Task":
    from xuezheng.meetings.engine.task_table import Task

    return Task(item.number or str(row), item.text, item.details, item.lead, item.units, item.limit.words, row)


def _write(
    target: BinaryIO, form: str, values: dict[str, object], lines: "Sequence[str]", tasks: "Sequence[Task]"
) -> None:
    from xuezheng.meetings.task_tables import write_document, write_workbook

    if form == "json":
        target.write(json.dumps(values, ensure_ascii=False, indent=1).encode() + b"\n")
    elif form == "xlsx":
        write_workbook(tasks, target, language())
    elif form == "docx":
        write_document(tasks, target, language())
    else:
        target.write("\n".join(lines).encode() + b"\n")


def _task_lines(tasks: "Sequence[Task]") -> list[str]:
    from xuezheng.catalogue.bulletins import load_task_words
    from xuezheng.meetings.engine.task_table import FIELDS, as_cells

    columns = load_task_words().columns
    head = "\t".join(columns[field].in_language(language()) for field in FIELDS)
    return [head, *("\t".join(cell.replace("\n", " ") for cell in as_cells(task)) for task in tasks)]


def _item_lines(source: "Source") -> list[str]:
    from xuezheng.catalogue.sources import load_source_words

    kind = load_source_words().kinds[source.kind].in_language(language())
    done, standing = _LIMITS[language()]
    minutes = source.minutes
    head = [f"{kind}\t{source.title}"]
    head += (
        [f"\t{part}" for part in (minutes.number, minutes.held_on and minutes.held_on.isoformat()) if part]
        if minutes
        else []
    )
    lines = [*head, ""]
    for number, item in enumerate(source.items, 1):
        limit = (
            item.limit.due_on.isoformat()
            if item.limit.due_on
            else standing
            if item.limit.is_standing
            else item.limit.words
        )
        units = "、".join(item.units)
        lines.append(
            "\t".join(
                (item.number or str(number), item.text, item.lead, units, limit, done if item.is_done else "")
            ).rstrip()
        )
        lines += [f"\t{line}" for line in item.details.split("\n") if line]
    return lines


def _lines(bulletin: "Bulletin") -> list[str]:
    from xuezheng.catalogue.bulletins import load_bulletin_words

    areas, lang = load_bulletin_words().areas.areas, language()
    meeting, ordinal, date, chair, attending, studied, heard, reviewed, *words = _WORDS[lang]
    number = bulletin.ordinal
    rows = [
        (meeting, bulletin.meeting or bulletin.title),
        (ordinal, f"{number.year or '—'}/{number.n or '—'}" if number else None),
        (date, bulletin.date),
        *((chair, f"{person.name}　{person.post or ''}".strip()) for person in [bulletin.chair] if person),
        *((attending, f"{person.name}　{person.post or ''}".strip()) for person in bulletin.attendees),
        *((studied, item) for item in bulletin.studied),
        *((heard, item) for item in bulletin.heard),
        *((reviewed, item) for item in bulletin.reviewed),
    ]
    lines = [f"{label}\t{value}" for label, value in rows if value]
    lines += ["", f"{len(bulletin.directives)} {words[0]}"]
    for place, directive in enumerate(bulletin.directives, 1):
        named = "、".join(areas[code].in_language(lang) for code in directive.areas)
        said = (directive.measurable, directive.implicit, directive.heading, directive.truncated)
        flags = [label for label, true in zip(words[1:5], said, strict=True) if true]
        units = [f"{words[5]}: {'；'.join(directive.units)}"] if directive.units else []
        span = f"{directive.start}–{directive.end}"
        lines.append(f"{place}\t{directive.speaker}\t{directive.verb}\t{span}\t{directive.text}")
        lines.append("\t" + " · ".join([named, *flags, *units]))
    return lines
