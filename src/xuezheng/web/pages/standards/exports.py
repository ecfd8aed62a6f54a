"""The table of an indicator's schools as a workbook or a comma-separated file: filtered as shown, and by reach."""

import tempfile
from collections.abc import Sequence
from pathlib import Path

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext

from xuezheng.kernel.refusal import NotFound
from xuezheng.standards.queries import schools_by_code
from xuezheng.standards.report.stored import told
from xuezheng.tables.delimited import delimited_text
from xuezheng.tables.workbook import HEADER, Value, WorkbookWriter
from xuezheng.web.answers import CSV, WORKBOOK, file_answer
from xuezheng.web.gate import part_of_county_page
from xuezheng.web.pages.standards.asking import Asked, asked
from xuezheng.web.pages.standards.indicators import Selection, digest_of

_WIDTHS = (13, 26, 12, 14, 8, 10, 12, 10, 9, 24, 24)


@part_of_county_page("view_schools")
def indicator_export(request: HttpRequest, standard: str, indicator: str) -> HttpResponse:
    """Return the rows that the page shows with the same address, all pages of them, as `?form=xlsx` or `csv`."""
    about = asked(request, standard)
    held = about.indicator(indicator)
    form = request.GET.get("form", "xlsx")
    head, rows = _table(about, held.id)
    name = f"{about.standard.id}-{held.id}-{about.year}"
    if form == "csv":
        return file_answer(delimited_text(head, rows).encode("utf-8-sig"), f"{name}.csv", CSV)
    if form == "xlsx":
        return file_answer(_workbook(about, head, rows), f"{name}.xlsx", WORKBOOK)
    raise NotFound("page_not_found")


def _table(about: Asked, indicator: str) -> tuple[list[str], list[list[Value]]]:
    found = list(Selection(about, about.indicator(indicator)).found)
    schools = schools_by_code(about.county, [finding.subject for finding in found])
    digest = digest_of(about, found, schools)
    words = about.words
    head = [
        words("school_code"), words("school"), words("kind"), gettext("乡镇（街道）"), words("stage"), words("value"),
        words("unit"), words("line"), words("verdict"), words("lacks"), words("clause"),
    ]  # fmt: skip
    rows: list[list[Value]] = []
    for finding in digest.assessment.findings:
        shown, school = told(digest, finding), schools.get(finding.subject)
        rows.append([
            finding.subject, school.name if school else "", words.code("kind", school.kind) if school else "",
            school.township_name if school else "", shown.stage, finding.value, words.unit(digest.unit(finding)),
            finding.requirement, words.verdict(finding.verdict), shown.lack, finding.clause,
        ])  # fmt: skip
    return head, rows


def _workbook(about: Asked, head: Sequence[str], rows: Sequence[Sequence[Value]]) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "schools.xlsx"
        with WorkbookWriter(path) as book:
            book.properties(title=about.words.of(about.standard.title))
            sheet = book.sheet(about.words("school"))
            sheet.row(1, head, HEADER)
            for number, row in enumerate(rows, start=2):
                sheet.row(number, row)
            sheet.widths(_WIDTHS)
            sheet.freeze(2, 2)
            sheet.landscape(repeat_rows=1)
        return path.read_bytes()
