"""Schools as a table, and the same table as a file."""

import tempfile
from pathlib import Path
from typing import Any, cast

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext

from xuezheng.kernel.verdict import Verdict
from xuezheng.register.access import find_reached_schools
from xuezheng.register.models import School
from xuezheng.tables.delimited import delimited_text
from xuezheng.tables.workbook import HEADER, WorkbookWriter
from xuezheng.web.answers import CSV, WORKBOOK, file_answer
from xuezheng.web.gate import OfficeRequest, part_of_county_page
from xuezheng.web.pages.register.filters import asked_schools
from xuezheng.web.pages.register.verdicts import StandardColumn, find_standard_columns, school_verdicts
from xuezheng.web.templatetags.design import wording

PAGE_ROWS = 50


@part_of_county_page("view_schools")
def schools(request: HttpRequest) -> HttpResponse:
    """Show the schools of a county that the person reaches, by code; only the list where htmx asks for it."""
    asked = cast("OfficeRequest", request)
    county = asked.county.code
    columns = find_standard_columns(county)
    wanted = asked_schools(request, find_reached_schools(asked.reach, county), county, columns)
    page = Paginator(wanted.schools, PAGE_ROWS).get_page(request.GET.get("page"))
    verdicts = school_verdicts(columns, [school.school_code for school in page])
    context = {
        "page": page,
        "rows": [(school, _in_order(columns, verdicts.get(school.school_code, {}))) for school in page],
        "columns": columns,
        "form": wanted.form,
        "is_narrowed": wanted.is_narrowed,
        "may_import": asked.reach.can_in_county("import_register", county),
    }
    template = "register/school_list.html" if request.headers.get("HX-Request") else "register/schools.html"
    answer = render(request, template, context)
    patch_vary_headers(answer, ("HX-Request",))
    return answer


def _in_order(columns: list[StandardColumn], verdicts: dict[str, Verdict]) -> list[Verdict | None]:
    return [verdicts.get(column.id) for column in columns]


@part_of_county_page("view_schools")
def export(request: HttpRequest) -> HttpResponse:
    """Return the list of schools, filtered as its page is, as a workbook or as comma-separated text."""
    asked = cast("OfficeRequest", request)
    county = asked.county.code
    columns = find_standard_columns(county)
    found = list(asked_schools(request, find_reached_schools(asked.reach, county), county, columns).schools)
    verdicts = school_verdicts(columns, [school.school_code for school in found])
    header = [*_titles(), *(column.title for column in columns)]
    rows = [_row(school, _in_order(columns, verdicts.get(school.school_code, {}))) for school in found]
    if request.GET.get("format") == "csv":
        text = "\ufeff" + delimited_text(header, rows)
        return file_answer(text.encode(), f"schools-{county}.csv", CSV)
    return file_answer(_workbook(header, rows), f"schools-{county}.xlsx", WORKBOOK)


def _titles() -> list[str]:
    return [
        gettext("学校标识码"), gettext("学校名称"), gettext("学校类别"), gettext("办别"), gettext("城乡类别"),
        gettext("乡镇代码"), gettext("乡镇"), gettext("学段"), gettext("在校生数（人）"), gettext("专任教师数（人）"),
        gettext("班数（个）"), gettext("经度"), gettext("纬度"), gettext("停办日期"),
    ]  # fmt: skip


def _row(school: School, verdicts: list[Verdict | None]) -> list[Any]:
    words = wording()
    return [
        school.school_code, school.name, words.code("kind", school.kind), words.code("ownership", school.ownership),
        words.code("location", school.location), school.township_code, school.township_name,
        words.joined([words.stage(stage) for stage in school.stages.split(",") if stage]),
        school.pupils, school.teachers, school.classes, school.lon, school.lat,
        school.closed_on.isoformat() if school.closed_on else "",
        *(words.verdict(verdict) if verdict else "" for verdict in verdicts),
    ]  # fmt: skip


def _workbook(header: list[str], rows: list[list[Any]]) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "schools.xlsx"
        with WorkbookWriter(path) as book:
            sheet = book.sheet(gettext("学校"))
            sheet.row(1, header, HEADER)
            for number, row in enumerate(rows, start=2):
                sheet.row(number, row)
            sheet.widths([13, 34, 16, 12, 9, 12, 14, 14, 11, 11, 9, 11, 11, 12, 16, 16, 16])
            sheet.freeze(row=2, column=2)
        return path.read_bytes()
