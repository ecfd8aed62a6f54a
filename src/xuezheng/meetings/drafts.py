"""What a source says, as it is laid before a clerk: the meeting's record and the proposals."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache
from typing import Any

from xuezheng.catalogue.bulletins import load_bulletin_words
from xuezheng.catalogue.sources import Kind, load_source_words
from xuezheng.kernel.days import day_named
from xuezheng.meetings.engine.bulletin import Bulletin, Directive
from xuezheng.meetings.engine.items import Item, Unread
from xuezheng.meetings.engine.limits import limit_of
from xuezheng.meetings.engine.measures import AreaFinder, MeasureFinder
from xuezheng.meetings.engine.task_table import Task, as_cells
from xuezheng.meetings.sources import Source, attending


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
    """One proposal as found: `span` is its place in the text, `units` are names as written, the first one leads.

    `has_lead` is false where the units are named without a leading one. `is_record`: the source says that it is finished.
    """

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
    has_lead: bool = True
    is_record: bool = False


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read: the record, the text that the spans refer to, and the proposals in order.

    `kind` is what it was read as, `number` the source's own number, `unread` what could not be read.
    """

    record: Record
    text: str
    drafts: tuple[Draft, ...] = field(default=())
    kind: Kind = "bulletin"
    number: str = ""
    unread: tuple[Unread, ...] = ()

    @property
    def is_task_table(self) -> bool:
        """Whether it is a table without a meeting."""
        return self.kind in ("task_table", "ledger")

    @property
    def tells_meeting(self) -> bool:
        """Whether it tells of a meeting that was held."""
        return self.kind in ("bulletin", "minutes")

    def columns(self) -> dict[str, Any]:
        """Return what a meeting keeps of where it is from, by its columns."""
        unread = [
            {"code": note.code, "sheet": note.place.sheet, "cell": note.place.cell, "params": note.params}
            for note in self.unread
        ]
        return {
            "source": self.kind,
            "source_number": self.number[:60],
            "unread": unread,
            "is_task_table": self.is_task_table,
        }


def reading_of(source: Source) -> Reading:
    """Return a source as it is laid before a clerk. Minutes without a decided item are taken by a bulletin's rules."""
    if source.kind == "task_table":
        return reading_of_tasks(source.tasks, source.title, source.year)
    if source.kind == "ledger":
        return _reading_of_ledger(source)
    if source.kind == "work_points":
        return Reading(Record(title=source.title[:200]), source.text, _drafts_of(source.items), source.kind)
    if source.kind == "minutes":
        return _reading_of_minutes(source)
    assert source.bulletin is not None  # noqa: S101 - what kind it is says so
    return reading_of_bulletin(source.bulletin)


def _reading_of_minutes(source: Source) -> Reading:
    minutes = source.minutes
    assert minutes is not None  # noqa: S101 - what kind it is says so
    if source.bulletin is None:
        record = Record(title=source.title[:200], held_on=minutes.held_on)
        return Reading(record, source.text, _drafts_of(source.items), "minutes", minutes.number)
    read = reading_of_bulletin(source.bulletin)
    people = tuple((person.name, person.post or "") for person in attending(source))
    record = replace(read.record, attendees=people, held_on=read.record.held_on or minutes.held_on)
    if not source.items:
        return replace(read, record=record, kind="minutes", number=minutes.number)
    return Reading(record, source.text, _drafts_of(source.items), "minutes", minutes.number)


def _reading_of_ledger(source: Source) -> Reading:
    """Return a ledger: a line of text for each item, in which its matter is marked."""
    lines: list[str] = []
    items: list[Item] = []
    at = 0
    for item in source.items:
        units = "、".join(item.units)
        line = "　".join(part for part in (item.number, item.text, item.lead, units, item.limit.words) if part)
        start = at + line.index(item.text)
        lines.append(line)
        at += len(line) + 1
        items.append(replace(item, span=(start, start + len(item.text))))
    record = Record(title=source.title[:200])
    return Reading(record, "\n".join(lines), _drafts_of(items), "ledger", unread=source.unread)


def _drafts_of(items: Sequence[Item]) -> tuple[Draft, ...]:
    return tuple(
        Draft(
            text=item.text, span=item.span, details=item.details, units=tuple(filter(None, (item.lead, *item.units))),
            has_lead=bool(item.lead), limit_words=item.limit.words[:200], due_on=item.limit.due_on,
            areas=_areas(f"{item.text}。{item.details}"), is_record=item.is_done,
            is_measurable=item.limit.due_on is not None or _measures().is_measurable(f"{item.text}。{item.details}"),
        )
        for item in items
    )  # fmt: skip


@cache
def _measures() -> MeasureFinder:
    return MeasureFinder(load_bulletin_words().measures)


@cache
def _area_finder() -> AreaFinder:
    return AreaFinder(load_bulletin_words().areas, load_bulletin_words().measures.institution_ends)


def _areas(text: str) -> tuple[str, ...]:
    return _area_finder().areas(text, ())


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


def reading_of_tasks(tasks: Sequence[Task], title: str, year: int | None = None) -> Reading:
    """Return a task table as it is laid before a clerk: a line of text for each task, in which its words are marked.

    Limits without a year are of `year`.
    """
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
                due_on=limit_of(task.limit, load_source_words().limits, year=year).due_on,
                has_lead=bool(task.lead),
                areas=_areas(f"{task.task}。{task.measure}"),
            )
        )
    return Reading(Record(title=title[:200]), "\n".join(lines), tuple(drafts), "task_table")


def places_to_split(text: str) -> list[int]:
    """Return the offsets after a comma, semicolon or full stop at which a wording can be cut in two."""
    found = [match.end() for match in re.finditer(r"[，；。;,、：]", text)]
    return [at for at in found if text[:at].strip(" ，；。;,、：") and text[at:].strip(" ，；。;,、：")]
