"""Snapshots of a county: which there are, what they hold, from which files."""

from typing import cast

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from xuezheng.register.queries import find_snapshots_of
from xuezheng.web.gate import OfficeRequest, county_page
from xuezheng.web.pages.register.schools import PAGE_ROWS


@county_page("view_schools")
def snapshots(request: HttpRequest) -> HttpResponse:
    """Show a county's snapshots: the newest school year first, in it the one that pages show."""
    asked = cast("OfficeRequest", request)
    page = Paginator(find_snapshots_of(asked.county.code), PAGE_ROWS).get_page(request.GET.get("page"))
    may_import = asked.reach.can_in_county("import_register", asked.county.code)
    return render(request, "register/snapshots.html", {"page": page, "may_import": may_import})
