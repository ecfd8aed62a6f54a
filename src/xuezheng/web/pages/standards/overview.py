"""All standards of a county, and one standard with its indicators."""

from typing import cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from xuezheng.standards.queries import find_evaluated_standards
from xuezheng.web.gate import OfficeRequest, county_page
from xuezheng.web.pages.standards.asking import asked


@county_page("view_county")
def standards(request: HttpRequest) -> HttpResponse:
    """Show each standard by which the county was evaluated, with its newest verdict."""
    county = cast("OfficeRequest", request).county.code
    return render(request, "standards/standards.html", {"evaluations": find_evaluated_standards(county)})


@county_page("view_county")
def standard(request: HttpRequest, standard: str) -> HttpResponse:
    """Show one standard: the verdict in a sentence, and its indicators in the standard's groups."""
    return render(request, "standards/standard.html", asked(request, standard).context())
