"""The retention periods, for everybody who is signed in: what is kept about people and how long."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from xuezheng.catalogue.retention import load_retention
from xuezheng.web.gate import signed_in_page
from xuezheng.web.language import page_language


@signed_in_page
def retention(request: HttpRequest) -> HttpResponse:
    """Show what is kept how long, on what basis, and what happens then."""
    said = page_language()
    kinds = [
        {
            "what": kind.what.in_language(said), "period": kind.period.in_language(said),
            "basis": kind.basis.in_language(said), "then": kind.then.in_language(said), "is_automatic": kind.is_automatic,
        }
        for kind in load_retention().kinds.values()
    ]  # fmt: skip
    return render(request, "audit/retention.html", {"kinds": kinds})
