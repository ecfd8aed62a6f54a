"""The first page after signing in: it leads to where somebody's work is."""

from typing import cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from xuezheng.register.queries import find_counties, find_schools_in
from xuezheng.web.gate import OfficeRequest, signed_in_page


@signed_in_page
def home(request: HttpRequest) -> HttpResponse:
    """Lead to the one county or school that somebody works with, or show the choice."""
    reach = cast("OfficeRequest", request).reach
    counties = list(find_counties(reach.area_of("view_county")))
    if len(counties) == 1:
        return redirect("cockpit", county=counties[0].code)
    schools = list(find_schools_in(reach.area_of("view_schools"))[:2]) if not counties else []
    if len(schools) == 1:
        return redirect("school", county=schools[0].county_id, school=schools[0].school_code)
    if schools:
        return redirect("schools", county=schools[0].county_id)
    return render(request, "cockpit/home.html", {"counties": counties})
