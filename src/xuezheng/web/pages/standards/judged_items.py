"""What people judge: items, answers, evidence."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from xuezheng.web.gate import county_page
from xuezheng.web.pages.standards.asking import asked


@county_page("view_county")
def judged_items(request: HttpRequest, standard: str) -> HttpResponse:
    """Show the standard's items that people judge."""
    return render(request, "standards/judged_items.html", asked(request, standard).context())
