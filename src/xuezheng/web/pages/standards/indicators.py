"""One indicator: the schools against the line."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from xuezheng.web.gate import part_of_county_page
from xuezheng.web.pages.standards.asking import asked


@part_of_county_page("view_schools")
def indicator(request: HttpRequest, standard: str, indicator: str) -> HttpResponse:
    """Show an indicator and those schools that the person reaches."""
    about = asked(request, standard)
    held = about.indicator(indicator)
    context = {**about.context(), "indicator": held, "indicator_title": about.words.of(held.title)}
    return render(request, "standards/indicator.html", context)
