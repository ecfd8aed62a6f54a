"""The self-assessment of a year: signed by two people, and locked."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from xuezheng.web.gate import county_page
from xuezheng.web.pages.standards.asking import asked


@county_page("view_county")
def self_assessment(request: HttpRequest, standard: str) -> HttpResponse:
    """Show who signed the self-assessment of the year, and what it rests on."""
    return render(request, "standards/self_assessment.html", asked(request, standard).context())
