"""What was closed by force: listed for itself, with who did it and why."""

from typing import cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from xuezheng.cases.queries.forced import find_forced
from xuezheng.web.gate import OfficeRequest, county_page
from xuezheng.web.pages.cases.showing import shown
from xuezheng.web.pages.cases.turning import page_in

PAGE = 50


@county_page("view_cases")
def forced(request: HttpRequest) -> HttpResponse:
    """List the cases that were closed by force, those reopened since among them."""
    asked = cast("OfficeRequest", request)
    number = page_in(asked)
    first = (number - 1) * PAGE
    found = find_forced(asked.reach, asked.county.code, timezone.localdate(asked.at), first, PAGE + 1)
    listed = [{"row": shown(held.case, asked.at), "step": held.step} for held in found[:PAGE]]
    context = {"forced": listed, "number": number, "is_more": len(found) > PAGE}
    return render(request, "cases/forced.html", context)
