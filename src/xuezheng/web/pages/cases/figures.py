"""Supervision figures of a county: rates with what they count, beside what would betray a gamed one."""

from datetime import date
from typing import cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from xuezheng.cases.queries.figures import find_figures
from xuezheng.catalogue.case_kinds import load_kinds
from xuezheng.web.gate import OfficeRequest, county_page
from xuezheng.web.pages.cases.showing import said

_FIRST_YEAR = 2000


@county_page("view_cases")
def figures(request: HttpRequest) -> HttpResponse:
    """Show the figures of a calendar year, for the county and for each unit in protocol order."""
    asked = cast("OfficeRequest", request)
    this_year = timezone.localdate(asked.at).year
    wanted = request.GET.get("year", "")
    year = int(wanted) if wanted.isdecimal() and _FIRST_YEAR <= int(wanted) <= this_year else this_year
    kind = request.GET.get("kind", "") if request.GET.get("kind", "") in load_kinds() else ""
    county, *units = find_figures(asked.county.code, date(year, 1, 1), date(year + 1, 1, 1), asked.at, kind=kind)
    context = {
        "year": year, "years": range(this_year, this_year - 5, -1), "kind": kind,
        "kinds": [(name, said(held.title)) for name, held in load_kinds().items()],
        "all": county, "units": units,
    }  # fmt: skip
    return render(request, "cases/figures.html", context)
