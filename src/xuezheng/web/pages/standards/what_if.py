"""What if a figure were another."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from xuezheng.web.gate import county_page
from xuezheng.web.pages.standards.asking import asked


@county_page("explore_what_if")
def what_if(request: HttpRequest, standard: str) -> HttpResponse:
    """Show the figures that may be another, and what would turn."""
    return render(request, "standards/what_if.html", asked(request, standard).context())
