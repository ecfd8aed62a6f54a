"""The county's cockpit."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from xuezheng.web.gate import county_page


@county_page("view_county")
def cockpit(request: HttpRequest) -> HttpResponse:
    """Show the county in a minute."""
    return render(request, "cockpit/cockpit.html")
