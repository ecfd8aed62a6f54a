"""`xuezheng read-bulletin`: what a meeting's bulletin, or a task breakdown table, says."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, BinaryIO, Literal

import typer

from xuezheng.cli.options import Out
from xuezheng.cli.results import put
from xuezheng.cli.speech import language
from xuezheng.kernel.place import Place
from xuezheng.kernel.refusal import NotFound

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xuezheng.meetings.engine.bulletin import Bulletin
    from xuezheng.meetings.engine.task_table import Task

Format = Annotated[
    Literal["table", "json", "xlsx", "docx"],
    typer.Option(
        "--format", help="输出格式；xlsx、docx 为任务分解表 / form of the result; xlsx, docx: a task breakdown table"
    ),
]
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
            help="通稿、纪要（txt、html、docx、pdf）或任务分解表（xlsx、docx）/ a bulletin or a task breakdown table"
        ),
    ],
    form: Format = "table",
    out: Out = None,
) -> None:
    """读会议通稿：会议信息和逐条要求；或读任务分解表 / Read a meeting's bulletin into directives, or a task breakdown table."""
    from xuezheng.meetings.bulletins import as_json, read_bulletin_file
    from xuezheng.meetings.engine.task_table import tasks_of
    from xuezheng.meetings.task_tables import is_workbook, read_tasks

    tasks = read_tasks(file)
    if not tasks and is_workbook(file):
        raise NotFound("task_table_not_found", place=Place(file.name))
    bulletin = None if tasks else read_bulletin_file(file)
    values: dict[str, object] = as_json(bulletin) if bulletin else {"tasks": [asdict(task) for task in tasks]}
    lines = _lines(bulletin) if bulletin else _task_lines(tasks)
    tasks = tasks_of(bulletin) if bulletin else tasks
    put(lambda target: _write(target, form, values, lines, tasks), form, out)


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
