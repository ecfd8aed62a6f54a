"""Task breakdown tables as files: read from workbooks and Word documents, written to both."""

from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

from xuezheng.catalogue.bulletins import load_task_words
from xuezheng.meetings.engine.task_table import FIELDS, Task, as_cells, tasks_in
from xuezheng.meetings.grids import grids_in

_HEAD_FILL = "#F3EFE6"


def read_tasks(path: Path, name: str = "") -> tuple[Task, ...]:
    """Return the tasks of all tables in a workbook or Word document; empty where there is none, or for other files.

    Raises `UnusableFile` and `TooLarge` as reading sheets and documents does.
    """
    words = load_task_words()
    return tuple(task for grid in grids_in(path, name or path.name) for task in tasks_in(grid.rows, words))


def write_workbook(tasks: Sequence[Task], out: BinaryIO, language: str) -> None:
    """Write the table as a workbook: one sheet, its header repeated on every printed page."""
    import tempfile

    from xuezheng.tables.workbook import Look, WorkbookWriter

    words = load_task_words()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "tasks.xlsx"
        with WorkbookWriter(path) as book:
            sheet = book.sheet(words.title.in_language(language))
            head = [words.columns[field].in_language(language) for field in FIELDS]
            sheet.row(1, head, Look(bold=True, fill=_HEAD_FILL, border=True, align="center"))
            sheet.widths([words.columns[field].width_mm / 2 for field in FIELDS])
            for number, task in enumerate(tasks, 2):
                sheet.row(number, as_cells(task), Look(wrap=True, border=True))
            sheet.freeze(2)
            sheet.landscape(1)
        out.write(path.read_bytes())


def write_document(tasks: Sequence[Task], out: BinaryIO, language: str) -> None:
    """Write the table as an office document, its header repeated on every page."""
    from xuezheng.documents.office import OfficialDocument

    words = load_task_words()
    document = OfficialDocument(words.title.in_language(language), language=language)
    head = [words.columns[field].in_language(language) for field in FIELDS]
    document.table(head, [as_cells(task) for task in tasks], [words.columns[field].width_mm for field in FIELDS])
    document.save(out)
