"""Schools as a table, and a school's page."""

from typing import cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from xuezheng.register.queries import find_schools_in
from xuezheng.web.gate import OfficeRequest, part_of_county_page, school_page


@part_of_county_page("view_schools")
def schools(request: HttpRequest) -> HttpResponse:
    """Show the schools of a county that the person reaches, by code."""
    asked = cast("OfficeRequest", request)
    found = find_schools_in(asked.reach.area_of("view_schools")).filter(county=asked.county)
    return render(request, "register/schools.html", {"schools": found})


@school_page("view_schools")
def school(request: HttpRequest) -> HttpResponse:
    """Show one school."""
    return render(request, "register/school.html", {"school": cast("OfficeRequest", request).school})
