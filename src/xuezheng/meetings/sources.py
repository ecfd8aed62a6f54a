"""The door to everything that decisions are read from: which kind it is, and what it says.

A bulletin, minutes, yearly work points, a task breakdown table, or a ledger. The kind is recognised or given.
"""

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path, PurePath
from typing import Any, Literal

from xuezheng.catalogue.bulletins import load_bulletin_words, load_task_words
from xuezheng.catalogue.sources import Kind, load_source_words
from xuezheng.kernel.days import day_named
from xuezheng.kernel.place import Place
from xuezheng.kernel.refusal import NotFound, Refusal, TooLarge, UnreadableTable, UnusableFile
from xuezheng.meetings.bulletins import as_json as bulletin_as_json
from xuezheng.meetings.bulletins import read_bulletin
from xuezheng.meetings.engine.bulletin import Bulletin
from xuezheng.meetings.engine.case_ledger import Grid, is_ledger, read_ledger
from xuezheng.meetings.engine.items import Item, Unread
from xuezheng.meetings.engine.minutes import Minutes, read_minutes
from xuezheng.meetings.engine.repair import repaired
from xuezheng.meetings.engine.task_table import Task, tasks_in
from xuezheng.meetings.engine.work_points import WorkPoints, read_work_points
from xuezheng.meetings.files import bulletin_text
from xuezheng.meetings.grids import grids_in, is_workbook, pasted_grid

Asked = Literal["auto", "bulletin", "minutes", "work_points", "task_table", "ledger"]
ASKED: tuple[Asked, ...] = ("auto", "bulletin", "minutes", "work_points", "task_table", "ledger")
MOST_CHARACTERS = 100_000
MOST_ROWS = 5_000
_MOST_RAW = 400_000
_TITLE_LINES = 8
_LONGEST_TITLE = 60
_LEAST_TITLE = 4
_YEAR = re.compile(r"(20\d\d)")
_NUMBERED = re.compile(
    r"^\s*(?:[一二三四五六七八九十]{1,3}、|[（(][一二三四五六七八九十]{1,3}[)）]|\d{1,2}[.．、])", re.MULTILINE
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """What a source says. `kind` is what it was read as, `title` what heads it (a file's name where nothing does).

    `text` is what the spans of `items` refer to (empty for tables). Of `bulletin`, `minutes`, `work_points`, `tasks` those
    are there that the kind has; minutes are read as a bulletin as well, where one is found in them.
    """

    kind: Kind
    title: str
    text: str = ""
    items: tuple[Item, ...] = ()
    tasks: tuple[Task, ...] = ()
    unread: tuple[Unread, ...] = ()
    bulletin: Bulletin | None = None
    minutes: Minutes | None = None
    work_points: WorkPoints | None = None
    year: int | None = None


def read_text(text: str, kind: Asked = "auto") -> Source:
    """Return what a pasted text says.

    Raises `NotFound` where nothing of the kind is found in it, `TooLarge` beyond 100,000 characters.
    """
    grid = pasted_grid(text) if kind in ("auto", "task_table", "ledger") else None
    if grid is not None:
        table = _table((grid,), kind, "")
        if table is not None:
            return table
    if kind in ("task_table", "ledger"):
        raise NotFound("source_kind_needs_table")
    return _written(text, kind, "")


def read_file(path: Path, name: str = "", kind: Asked = "auto") -> Source:
    """Return what a file says; `name` is the file's name as delivered.

    Raises `UnusableFile`, `TooLarge`, `UnreadableTable` and `NotFound`, each with the file's name.
    """
    shown = name or path.name
    try:
        return _read_file(path, shown, kind)
    except Refusal as refusal:
        if refusal.place is not None:
            raise
        raise type(refusal)(refusal.code, place=Place(shown), **refusal.params) from refusal


def _read_file(path: Path, shown: str, kind: Asked) -> Source:
    if is_workbook(path) and kind in ("bulletin", "minutes", "work_points"):
        raise NotFound("source_kind_needs_text")
    if kind in ("auto", "task_table", "ledger"):
        grids = grids_in(path, shown)
        if is_workbook(path) and not any(any(row) for grid in grids for row in grid.rows):
            raise UnusableFile("source_sheet_empty")
        table = _table(grids, kind, shown)
        if table is not None:
            return table
        if is_workbook(path):
            raise NotFound("task_table_not_found")
        if kind != "auto":
            raise NotFound("source_kind_needs_table")
    return _written(bulletin_text(path, shown), kind, PurePath(shown).stem)


def _table(grids: Sequence[Grid], kind: Asked, name: str) -> Source | None:
    """Return a ledger or a task table; None where no table has such a header."""
    words = load_source_words()
    title = PurePath(name).stem
    shown = [grid for grid in grids if not grid.is_hidden]
    if kind == "ledger" or (kind == "auto" and any(is_ledger(grid, words) for grid in shown)):
        found = read_ledger(grids, words, _year_of(title))
        if found.items or any(note.place.cell for note in found.unread):
            if not found.items:
                first = found.unread[0]
                raise UnreadableTable("source_rows_unreadable", place=first.place, rows=len(found.unread))
            _check_rows(len(found.items), name)
            heading = _heading(shown, words.recognised.table_is_ledger) or title
            return Source(
                kind="ledger",
                title=heading,
                items=tuple(found.items),
                unread=tuple(found.unread),
                year=_year_of(heading),
            )
    if kind != "ledger":
        tasks = tuple(task for grid in shown for task in tasks_in(grid.rows, load_task_words()))
        if tasks:
            _check_rows(len(tasks), name)
            heading = _heading(shown, (load_task_words().title.zh,)) or title
            return Source(kind="task_table", title=title or heading, tasks=tasks, year=_year_of(f"{title} {heading}"))
    return None


def _check_rows(rows: int, name: str) -> None:
    if rows > MOST_ROWS:
        raise TooLarge("source_too_many_rows", place=Place(name) if name else None, found=rows, limit=MOST_ROWS)


def _heading(grids: Sequence[Grid], words: Sequence[str]) -> str:
    for grid in grids:
        for row in grid.rows[:_TITLE_LINES]:
            for cell in row:
                if cell and len(cell) <= _LONGEST_TITLE and any(word in cell for word in words):
                    return " ".join(cell.split())
    return ""


def _written(raw: str, kind: Asked, name: str) -> Source:
    """Return a text read as the kind that its title tells, or that was asked for."""
    text = repaired(raw[:_MOST_RAW], load_bulletin_words().repair)
    told, title = _told(text)
    if kind == "minutes" or (kind == "auto" and told == "minutes"):
        _check_length(raw, text)
        return _as_minutes(raw, text, title if told == "minutes" else name, is_asked=kind == "minutes")
    if kind == "work_points" or (kind == "auto" and told == "work_points"):
        _check_length(raw, text)
        points = read_work_points(text, load_source_words(), title if told == "work_points" else "")
        if points.items:
            heading = points.title or name or text[:40].split("\n")[0]
            return Source(
                kind="work_points", title=heading, text=text, items=points.items, work_points=points, year=points.year
            )
        if kind == "work_points":
            raise NotFound("work_points_not_found")
    bulletin = read_bulletin(raw)
    return Source(kind="bulletin", title=bulletin.title or "", text=bulletin.text, bulletin=bulletin)


def _as_minutes(raw: str, text: str, title: str, *, is_asked: bool) -> Source:
    """Return minutes; where nothing is decided in them item by item, what the bulletin's rules find stands alone."""
    try:
        bulletin = read_bulletin(raw)
    except NotFound:
        bulletin = None
    minutes = read_minutes(text, load_source_words(), title, day_named(bulletin.date or "") if bulletin else None)
    if bulletin is None and not minutes.items:
        raise NotFound("minutes_not_found" if is_asked else "meeting_not_found")
    return Source(
        kind="minutes", title=title or (bulletin.title if bulletin and bulletin.title else ""), text=text,
        items=minutes.items, bulletin=bulletin, minutes=minutes,
    )  # fmt: skip


def _check_length(raw: str, text: str) -> None:
    if len(raw) > _MOST_RAW or len(text) > MOST_CHARACTERS:
        raise TooLarge("bulletin_too_long", found=len(raw), limit=MOST_CHARACTERS)


def _told(text: str) -> tuple[Kind | None, str]:
    """Return what one of the first lines says that the text is, and that line."""
    words = load_source_words().recognised
    found: list[tuple[Kind, str]] = []
    for line in text.split("\n")[:_TITLE_LINES]:
        title = re.sub(r"[（(〔\[][^（()）〔〕\[\]]{0,12}[)）〕\]]$", "", line.strip()).strip()
        is_other = any(word in title for word in words.not_titles)
        if not 1 < len(title) <= _LONGEST_TITLE or "。" in title or "，" in title or is_other:
            continue
        if title.endswith(words.minutes):
            found.append(("minutes", title))
        elif title.endswith(words.work_points) and len(_NUMBERED.findall(text)) > 1:
            found.append(("work_points", title))
    # The fullest of several: 会议纪要 may stand over it as the name of the paper.
    return max(found, key=lambda told: len(told[1]), default=(None, ""))


def _year_of(text: str) -> int | None:
    found = _YEAR.search(text)
    return int(found[1]) if found else None


def as_json(source: Source) -> dict[str, Any]:
    """Return a source as values for JSON: `kind`, then a bulletin's keys, or `tasks`, or `items`; and what was `unread`."""
    values: dict[str, Any] = {"kind": source.kind}
    if source.kind == "task_table":
        return values | {"tasks": [asdict(task) for task in source.tasks]}
    if source.bulletin is not None:
        values |= bulletin_as_json(source.bulletin)
    if source.kind == "bulletin":
        return values
    values |= {"title": source.title, "text": source.text, "items": [_item(item) for item in source.items]}
    if source.minutes is not None:
        told = source.minutes
        values |= {
            "number": told.number, "date": told.held_on.isoformat() if told.held_on else values.get("date"),
            "present": list(told.present), "observers": list(told.observers), "absent": list(told.absent),
        }  # fmt: skip
        if source.bulletin is not None:
            values["attendees"] = [asdict(person) for person in attending(source)]
    if source.kind in ("work_points", "ledger"):
        values["year"] = source.year
    return values | {"unread": [{"code": note.code, **_where(note.place), **note.params} for note in source.unread]}


def attending(source: Source) -> tuple[Any, ...]:
    """Return who attended by the bulletin's rules, without those whom the minutes' own list excuses."""
    if source.bulletin is None:
        return ()
    absent = " ".join(source.minutes.absent) if source.minutes else ""
    return tuple(person for person in source.bulletin.attendees if person.name not in absent)


def _item(item: Item) -> dict[str, Any]:
    return {
        "number": item.number, "section": item.section, "text": item.text, "start": item.span[0], "end": item.span[1],
        "details": item.details, "lead": item.lead, "units": list(item.units), "limit": item.limit.words,
        "due_on": item.limit.due_on.isoformat() if item.limit.due_on else None, "standing": item.limit.is_standing,
        "done": item.is_done, **(_where(item.place) if item.place else {}),
    }  # fmt: skip


def _where(place: Place) -> dict[str, Any]:
    return {"sheet": place.sheet, "cell": place.cell}
