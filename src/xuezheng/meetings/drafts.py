"""What a bulletin or a task table says, as it is laid before a clerk: the meeting's record and the proposals."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from xuezheng.kernel.days import day_named
from xuezheng.meetings.engine.bulletin import Bulletin, Directive
from xuezheng.meetings.engine.task_table import Task, as_cells


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A meeting's record: what a bulletin tells of it, and what people may change. Lists keep the order of the text."""

    title: str
    organiser: str = ""
    ordinal_year: int | None = None
    ordinal: int | None = None
    held_on: date | None = None
    day_words: str = ""
    place: str = ""
    chair: str = ""
    chair_post: str = ""
    attendees: tuple[tuple[str, str], ...] = ()
    studied: tuple[str, ...] = ()
    heard: tuple[str, ...] = ()
    reviewed: tuple[str, ...] = ()
    published_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """One proposal as found: `span` is its place in the text, `units` are names as written, the first one leads."""

    text: str
    span: tuple[int, int]
    details: str = ""
    speaker: str = ""
    verb: str = ""
    areas: tuple[str, ...] = ()
    is_measurable: bool = False
    units: tuple[str, ...] = ()
    limit_words: str = ""
    due_on: date | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read: the record, the text that the spans refer to, and the proposals in order."""

    record: Record
    text: str
    drafts: tuple[Draft, ...] = field(default=())
    is_task_table: bool = False


def reading_of_bulletin(bulletin: Bulletin) -> Reading:
    """Return a bulletin as it is laid before a clerk. Labels that the next directives elaborate are no proposals."""
    held_on = day_named(bulletin.date or "")
    record = Record(
        title=(bulletin.title or bulletin.meeting or bulletin.text[:40]).strip()[:200],
        organiser=(bulletin.organiser or "")[:100],
        ordinal_year=bulletin.ordinal.year if bulletin.ordinal else None,
        ordinal=bulletin.ordinal.n if bulletin.ordinal else None,
        held_on=held_on,
        day_words="" if held_on else (bulletin.date or ""),
        chair=bulletin.chair.name if bulletin.chair else "",
        chair_post=(bulletin.chair.post or "")[:100] if bulletin.chair else "",
        attendees=tuple((person.name, person.post or "") for person in bulletin.attendees),
        studied=bulletin.studied,
        heard=bulletin.heard,
        reviewed=bulletin.reviewed,
        published_on=day_named(bulletin.published_on or ""),
    )
    drafts = tuple(_draft_of(directive) for directive in bulletin.directives if not directive.heading)
    return Reading(record, bulletin.text, drafts)


def _draft_of(directive: Directive) -> Draft:
    units = dict.fromkeys(unit for group in directive.units for unit in group.split("、") if unit)
    return Draft(
        text=directive.text, span=(directive.start, directive.end), speaker=directive.speaker[:60],
        verb=directive.verb[:20], areas=directive.areas, is_measurable=directive.measurable, units=tuple(units),
    )  # fmt: skip


def reading_of_tasks(tasks: Sequence[Task], title: str) -> Reading:
    """Return a task table as it is laid before a clerk: a line of text for each task, in which its words are marked."""
    lines: list[str] = []
    drafts: list[Draft] = []
    at = 0
    for task in tasks:
        line = "　".join(cell for cell in as_cells(task) if cell).replace("\n", " ")
        words = task.task.replace("\n", " ")
        start = at + max(line.find(words), 0)
        lines.append(line)
        at += len(line) + 1
        units = tuple(dict.fromkeys(unit for unit in (task.lead, *task.units) if unit))
        drafts.append(
            Draft(
                text=words,
                span=(start, start + len(words)),
                details=task.measure,
                units=units,
                is_measurable=bool(task.limit),
                limit_words=task.limit[:200],
                due_on=day_named(task.limit),
            )
        )
    return Reading(Record(title=title[:200]), "\n".join(lines), tuple(drafts), is_task_table=True)


def places_to_split(text: str) -> list[int]:
    """Return the offsets after a comma, semicolon or full stop at which a wording can be cut in two."""
    found = [match.end() for match in re.finditer(r"[，；。;,、：]", text)]
    return [at for at in found if text[:at].strip(" ，；。;,、：") and text[at:].strip(" ，；。;,、：")]
