"""A ledger as a workbook in the office's own form: every case of it, however many, in little memory."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path

from django.db.models import QuerySet

from xuezheng.cases.engine.grams import plain
from xuezheng.cases.engine.refusing import shown_day, shown_moment
from xuezheng.cases.models import Case, Step
from xuezheng.cases.queries.ledger import light_of_row
from xuezheng.catalogue.case_kinds import Sense, load_kinds
from xuezheng.catalogue.case_ledgers import Column, ColumnName, Layout, load_case_ledgers
from xuezheng.kernel.work_calendar import last_day, local_day
from xuezheng.tables.workbook import Look, SheetWriter, WorkbookWriter

_BATCH = 1_000
_HEADING = Look(bold=True, size=16, align="center")
_NOTE = Look(colour="#5A554B")
_HEAD = Look(bold=True, fill="#E8E4DA", wrap=True, border=True, align="center")
_CELL = Look(wrap=True, border=True)
_HEAD_ROWS = 3
Told = Callable[[int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerSheet:
    """What a ledger's workbook is about: whose it is, its form, the filter in words, the moment and the language."""

    name: str
    layout: Layout
    chosen: str
    at: datetime
    language: str


def write_ledger(
    path: Path, cases: QuerySet[Case], sheet: LedgerSheet, *, text: str = "", told: Told | None = None
) -> int:
    """Write all cases of a query, or those of them whose number or title holds a text; return how many.

    `told` is called with the number of cases written so far.
    """
    ledgers = load_case_ledgers()
    columns = ledgers.placed(sheet.layout)
    heading = sheet.layout.heading.in_language(sheet.language).format(name=sheet.name)
    count = 0
    with WorkbookWriter(path, by_rows=True) as book:
        page = book.sheet(heading)
        _write_head(page, heading, columns, sheet)
        for batch in _batches(cases, text):
            back = _sent_back(batch)
            for case in batch:
                count += 1
                row = _Row(case, count, back.get(case.pk, ""), sheet)
                page.row(_HEAD_ROWS + count, [row.value(name) for name, _ in columns], _CELL)
            if told is not None:
                told(count)
        page.cell(_HEAD_ROWS + count + 1, 0, _word("sum", sheet, count=count), _NOTE)
    return count


def _write_head(page: SheetWriter, heading: str, columns: list[tuple[ColumnName, Column]], sheet: LedgerSheet) -> None:
    page.widths([column.width for _, column in columns])
    page.freeze(row=_HEAD_ROWS + 1)
    page.landscape(repeat_rows=_HEAD_ROWS)
    page.page_header(heading)
    page.merge((1, 0, 1, len(columns) - 1), heading, _HEADING)
    chosen = _word("chosen", sheet, chosen=sheet.chosen) if sheet.chosen else _word("everything", sheet)
    page.cell(2, 0, _word("as_of", sheet, at=shown_moment(sheet.at), filter=chosen), _NOTE)
    page.row(_HEAD_ROWS, [column.title.in_language(sheet.language) for _, column in columns], _HEAD)


def _batches(cases: QuerySet[Case], text: str) -> Iterator[list[Case]]:
    held = plain(text)
    # A ledger's page leaves out the task, which a workbook shows: put off, it would be a query a row.
    rows: Iterable[Case] = (
        cases.defer(None).defer("machine").prefetch_related("assisting_units").iterator(chunk_size=_BATCH)
    )
    if held:
        rows = (case for case in rows if held in plain(case.number) or held in plain(case.title))
    found = iter(rows)
    while batch := list(islice(found, _BATCH)):
        yield batch


def _sent_back(batch: list[Case]) -> dict[int, str]:
    """Return the words with which cases that are open were last sent back."""
    wanted = [case.pk for case in batch if case.sent_back and case.is_open]
    steps = Step.objects.filter(case__in=wanted, step="send_back").order_by("version")
    return dict(steps.values_list("case", "words"))


def _word(name: str, sheet: LedgerSheet, **params: object) -> str:
    words = load_case_ledgers().words[name]  # type: ignore[index]
    return words.in_language(sheet.language).format(**params)


@dataclass(frozen=True, slots=True)
class _Row:
    """One case as the columns show it."""

    case: Case
    place: int
    sent_back: str
    sheet: LedgerSheet

    def value(self, name: ColumnName) -> str | int:
        """Return what stands in a column."""
        case, kind, language = self.case, load_kinds()[self.case.kind], self.sheet.language
        match name:
            case "place":
                return self.place
            case "number":
                return case.number
            case "kind":
                return kind.title.in_language(language)
            case "level":
                return kind.levels[case.level].title.in_language(language)
            case "task":
                return case.title
            case "measures":
                return case.task
            case "lead_unit":
                return case.lead_unit.name if case.lead_unit else ""
            case "assisting_units":
                return "、".join(unit.name for unit in case.assisting_units.all())
            case "handed_out_on":
                return shown_day(local_day(case.handed_out_at)) if case.handed_out_at else ""
            case "due":
                return shown_moment(case.due_at) if case.due_at else ""
            case "control_until":
                return shown_day(last_day(case.control_until)) if case.control_until else ""
            case "progress":
                return case.progress
            case "problems":
                return self._problems()
            case "outcome":
                return self._outcome()
            case "light":
                return light_of_row(case, self.sheet.at)[2].title.in_language(language)

    def _problems(self) -> str:
        found = []
        sense, _, _ = light_of_row(self.case, self.sheet.at)
        if sense is Sense.LATE and self.case.due_at is not None and self.case.is_running:
            days = (local_day(self.sheet.at) - last_day(self.case.due_at)).days
            found.append(_word("late", self.sheet, days=days))
        if self.sent_back:
            found.append(_word("sent_back", self.sheet, words=self.sent_back))
        return "；".join(found)

    def _outcome(self) -> str:
        state = load_kinds()[self.case.kind].states[self.case.state].title.in_language(self.sheet.language)
        if self.case.closed_at is None:
            return state
        return _word("closed_on", self.sheet, state=state, on=shown_day(local_day(self.case.closed_at)))
