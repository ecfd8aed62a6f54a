"""The words by which minutes, yearly work points and ledgers are read, and by which each source is told."""

from functools import cache
from typing import Literal

from xuezheng.catalogue.bulletins import TaskColumn, WordList, load_task_words
from xuezheng.catalogue.loader import Entry, Words, load_packaged

Kind = Literal["bulletin", "minutes", "work_points", "task_table", "ledger"]
LedgerField = Literal[
    "number", "matter", "measure", "lead", "units", "limit", "progress", "state", "assigned", "source", "responsible",
    "remarks",
]  # fmt: skip
# A ledger's columns are headed as a task table's, and in further ways.
_LIKE_TASKS: dict[str, str] = {"matter": "task"} | {
    name: name for name in ("number", "measure", "lead", "units", "limit")
}


class Recognised(Entry):
    """How titles tell what a text is, and which words over a table say that it is a ledger."""

    minutes: WordList
    work_points: WordList
    not_titles: WordList
    table_is_ledger: WordList


class LimitWords(Entry):
    """How limits are worded. `month_parts` is the day that a part of a month ends with, 0 its last."""

    tails: WordList
    heads: WordList
    month_parts: dict[str, int]
    standing: WordList


class UnitWords(Entry):
    """How responsible units are named: by labels, by marks behind a name, by verbs in a sentence."""

    lead_labels: WordList
    labels: WordList
    assisting_labels: WordList
    limit_labels: WordList
    people_labels: WordList
    lead_marks: WordList
    assisting_marks: WordList
    tails: WordList
    lead_verbs: WordList
    assisting_verbs: WordList
    charging: WordList
    name_ends: WordList
    acting_ends: WordList


class LedgerWords(Entry):
    """How a ledger's columns are headed, and when a row of it is finished."""

    columns: dict[LedgerField, WordList]
    tell: tuple[LedgerField, ...]
    carried: tuple[LedgerField, ...]
    leading: WordList
    done: WordList
    done_heads: WordList
    not_done: WordList
    done_sheets: WordList
    notes: WordList


class MinutesWords(Entry):
    """The labels of minutes, and the verbs after which, or with which, something is decided."""

    labels: dict[Literal["present", "observers", "absent", "other"], WordList]
    subjects: WordList
    decision_verbs: WordList
    approving_verbs: WordList
    other_verbs: WordList
    decided_headings: WordList


class WorkPointWords(Entry):
    """The headings of work points under which nothing is to be done."""

    general: WordList


class SourceWords(Entry):
    """All words for the other sources. `kinds` is what each is called."""

    kinds: dict[Kind, Words]
    recognised: Recognised
    limits: LimitWords
    units: UnitWords
    ledger: LedgerWords
    minutes: MinutesWords
    work_points: WorkPointWords


@cache
def load_source_words() -> SourceWords:
    """Return the words, a ledger's columns with the headings of task tables among theirs; raises `InvalidRule`."""
    words = load_packaged(SourceWords, "bulletins/sources.yaml")
    tasks = load_task_words().columns
    columns = {
        name: (*aliases, *(_headings(tasks[_LIKE_TASKS[name]]) if name in _LIKE_TASKS else ()))
        for name, aliases in words.ledger.columns.items()
    }
    return words.model_copy(update={"ledger": words.ledger.model_copy(update={"columns": columns})})


def _headings(column: TaskColumn) -> tuple[str, ...]:
    return (column.zh, column.en, *column.aliases)
