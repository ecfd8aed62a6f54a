"""The proof of one finding."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from xuezheng.web.gate import part_of_county_page
from xuezheng.web.pages.standards.asking import asked


@part_of_county_page("view_schools")
def explanation(request: HttpRequest, standard: str, indicator: str, subject: str) -> HttpResponse:
    """Show the proof of a finding about a school that the person reaches, or about the county."""
    about = asked(request, standard)
    held = about.indicator(indicator)
    if subject == about.county:
        about.request.reach.require_county("view_county", about.county)
    context = {**about.context(), "indicator": held, "indicator_title": about.words.of(held.title)}
    return render(request, "standards/explanation.html", context)
