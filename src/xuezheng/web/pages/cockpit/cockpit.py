"""The county's cockpit: one page that a leader reads in a minute, and that prints on one sheet."""

from typing import cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from xuezheng.catalogue.education_year import load_education_year
from xuezheng.kernel.refusal import NotFound
from xuezheng.web.gate import OfficeRequest, county_page
from xuezheng.web.language import page_language
from xuezheng.web.pages.cockpit.county_map import map_version
from xuezheng.web.pages.cockpit.sheet import Sheet
from xuezheng.web.templatetags.design import PARTS


@county_page("view_county")
def cockpit(request: HttpRequest) -> HttpResponse:
    """Show the county in a minute: for `?year=`, or the newest school year that was evaluated."""
    asked = cast("OfficeRequest", request)
    language = page_language()
    sheet = Sheet(asked.county, _asked_year(request), language)
    if sheet.years and sheet.year is None:
        raise NotFound("page_not_found")
    today = timezone.localdate(asked.at)
    tasks = [
        {"title": task.title.in_language(language), "ask": task.ask.in_language(language), "open": task.is_open(today),
         "who": task.who.in_language(language), "source": task.source.in_language(language), "mark": task.mark,
         "begins": task.begins, "ends": task.ends}
        for task in load_education_year(asked.county.code).in_month(today.month)
    ]  # fmt: skip
    return render(
        request,
        "cockpit/cockpit.html",
        {
            "sheet": sheet,
            "year": sheet.year,
            "years": sheet.years,
            "map_version": map_version(sheet.evaluations),
            "tasks": tasks,
            "today": today,
            "key": PARTS,
        },
    )


def _asked_year(request: HttpRequest) -> int | None:
    text = request.GET.get("year", "")
    if not text:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) == 4):
        raise NotFound("page_not_found")
    return int(text)
