"""The task breakdown table: its header recognised, its rows read as tasks."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from xuezheng.catalogue.bulletins import TaskWords
from xuezheng.meetings.engine.bulletin import Bulletin

FIELDS = ("number", "task", "measure", "lead", "units", "limit")
_HEADER_WITHIN = 30

Row = Sequence[str | None]


@dataclass(frozen=True, slots=True)
class Task:
    """One row of the table. `number` and texts are as written; absent cells are empty. `row` counts the table's rows from 1."""

    number: str
    task: str
    measure: str
    lead: str
    units: tuple[str, ...]
    limit: str
    row: int


def header_of(rows: Sequence[Row], words: TaskWords) -> tuple[int, dict[str, int]] | None:
    """Return the zero-based row of the header and the column of each field, or None where no row is a header.

    A header names the task and at least who leads or the limit.
    """
    for place, row in enumerate(rows[:_HEADER_WITHIN]):
        found: dict[str, int] = {}
        for column, cell in enumerate(row):
            field = _field_of(cell, words)
            if field:
                found.setdefault(field, column)
        if "task" not in found and "measure" in found:
            found["task"] = found.pop("measure")
        if "task" in found and {"lead", "limit"} & found.keys():
            return place, found
    return None


def _field_of(cell: str | None, words: TaskWords) -> str | None:
    plain = re.sub(r"[\s　]|[(（][^()（）]*[)）]", "", cell or "")
    for field, column in words.columns.items():
        if plain and (plain in {column.zh, column.en} or plain in column.aliases):
            return field
    return None


def tasks_in(rows: Sequence[Row], words: TaskWords) -> tuple[Task, ...]:
    """Return the tasks of a table; empty where it is none.

    A cell that is merged over several rows stands in the first: number, task, lead, units and limit go on below where a
    row has a measure only. Rows of notes and rows with one text across (the headings of parts) are left out.
    """
    header = header_of(rows, words)
    if header is None:
        return ()
    first, columns = header
    tasks: list[Task] = []
    for place in range(first + 1, len(rows)):
        cells = {field: _cell(rows[place], columns.get(field)) for field in FIELDS}
        if not any(cells.values()) or _is_note(rows[place], cells, words):
            continue
        if not cells["task"] and tasks and (cells["measure"] or cells["lead"]):
            above = tasks[-1]
            cells = {
                "number": cells["number"] or above.number,
                "task": above.task,
                "measure": cells["measure"],
                "lead": cells["lead"] or above.lead,
                "units": cells["units"] or "、".join(above.units),
                "limit": cells["limit"] or above.limit,
            }
        if cells["task"]:
            tasks.append(_task(cells, place + 1, words))
    return tuple(tasks)


def _task(cells: dict[str, str], row: int, words: TaskWords) -> Task:
    units = _units(cells["units"], words)
    lead = cells["lead"]
    if not units and (several := _units(lead, words))[1:]:
        lead, units = several[0], several[1:]
    return Task(cells["number"], cells["task"], cells["measure"], lead, units, cells["limit"], row)


def _units(text: str, words: TaskWords) -> tuple[str, ...]:
    pattern = "|".join(map(re.escape, words.unit_separators))
    return tuple(dict.fromkeys(part.strip() for part in re.split(pattern, text) if part.strip()))


def _cell(row: Row, column: int | None) -> str:
    value = row[column] if column is not None and column < len(row) else None
    return (value or "").strip()


def _is_note(row: Row, cells: dict[str, str], words: TaskWords) -> bool:
    """Say whether a row is a note under the table or one text across it."""
    filled = list(dict.fromkeys(cell.strip() for cell in row if cell and cell.strip()))
    across = len(filled) == 1 and (not cells["measure"] or cells["measure"] == cells["task"])
    return across or bool(filled and filled[0].startswith(words.notes))


def tasks_of(bulletin: Bulletin) -> tuple[Task, ...]:
    """Return a bulletin's directives as a draft of the table: measures and limits are for people to fill in."""
    tasks = []
    for number, directive in enumerate(bulletin.directives, 1):
        units = tuple(dict.fromkeys(unit for group in directive.units for unit in group.split("、")))
        tasks.append(Task(str(number), directive.text, "", units[0] if units else "", units[1:], "", number))
    return tuple(tasks)


def as_cells(task: Task) -> tuple[str, ...]:
    """Return a task's cells in the order of `FIELDS`."""
    return task.number, task.task, task.measure, task.lead, "、".join(task.units), task.limit
