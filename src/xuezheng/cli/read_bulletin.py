"""`xuezheng read-bulletin`: what a meeting's bulletin says, as JSON or as a table."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, BinaryIO, Literal

import typer

from xuezheng.cli.options import Out
from xuezheng.cli.results import put
from xuezheng.cli.speech import language

if TYPE_CHECKING:
    from xuezheng.meetings.engine.bulletin import Bulletin

Format = Annotated[Literal["table", "json"], typer.Option("--format", help="输出格式 / form of the result")]
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
        "Meeting",
        "Ordinal",
        "Date",
        "Chair",
        "Attending",
        "Studied",
        "Heard",
        "Reviewed",
        "directives",
        "measurable",
        "implicit",
        "heading",
        "cut off",
        "units",
    ),
}


def read_bulletin(
    file: Annotated[Path, typer.Argument(help="通稿或纪要：txt、html、docx、pdf / a bulletin or minutes")],
    form: Format = "table",
    out: Out = None,
) -> None:
    """读会议通稿：会议信息和逐条要求，每条要求注明说话人、原文位置、领域 / Read a meeting's bulletin into directives."""
    from xuezheng.meetings.bulletins import as_json, read_bulletin_file

    bulletin = read_bulletin_file(file)

    def write(target: BinaryIO) -> None:
        if form == "json":
            target.write(json.dumps(as_json(bulletin), ensure_ascii=False, indent=1).encode() + b"\n")
        else:
            target.write("\n".join(_lines(bulletin)).encode() + b"\n")

    put(write, form, out)


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
        flags = [
            label
            for label, true in zip(
                words[1:5],
                (directive.measurable, directive.implicit, directive.heading, directive.truncated),
                strict=True,
            )
            if true
        ]
        lines.append(
            f"{place}\t{directive.speaker}\t{directive.verb}\t{directive.start}–{directive.end}\t{directive.text}"
        )
        lines.append(
            "\t"
            + " · ".join([named, *flags, *([f"{words[5]}: {'；'.join(directive.units)}"] if directive.units else [])])
        )
    return lines
