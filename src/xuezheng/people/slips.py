"""Slips and lists of people as workbooks: text stays text, so that no name can become a formula."""

import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path

from xuezheng.people.actions.accounts import Slip
from xuezheng.tables.workbook import HEADER, WorkbookWriter


def slips_workbook(slips: Sequence[Slip], titles: Sequence[str]) -> bytes:
    """Return the slips as a workbook: login, name, organisation, role, password, under the given titles."""
    rows = ((one.login, one.name, one.organisation, one.role, one.password) for one in slips)
    return list_workbook(titles, rows)


def list_workbook(titles: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """Return rows of text as a workbook of one sheet under a frozen row of titles."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "list.xlsx"
        with WorkbookWriter(path) as book:
            sheet = book.sheet("1")
            sheet.row(1, titles, HEADER)
            sheet.widths([24.0] * len(titles))
            sheet.freeze(2)
            for number, row in enumerate(rows, start=2):
                sheet.row(number, row)
        return path.read_bytes()
