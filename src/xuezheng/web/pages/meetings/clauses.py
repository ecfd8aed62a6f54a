"""What the meeting said, where it is done: the demonstration's bulletin beside the screens of each clause."""

from dataclasses import dataclass
from typing import cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, resolve, reverse

from xuezheng.catalogue.demonstration_meeting import load_demonstration_meeting
from xuezheng.meetings.models import Meeting
from xuezheng.meetings.originals import pasted
from xuezheng.people.access import Reach
from xuezheng.web.gate import OfficeRequest, county_page
from xuezheng.web.pages.cases.showing import said


@dataclass(frozen=True, slots=True)
class ShownScreen:
    """A screen, with its address where the person may open it."""

    title: str
    url: str


@county_page("view_cases")
def clauses(request: HttpRequest) -> HttpResponse:
    """Show the bulletin clause by clause with the screens where each is done."""
    asked = cast("OfficeRequest", request)
    held = load_demonstration_meeting()
    shown, at = [], 0
    for number, clause in enumerate(held.clauses, start=1):
        place = held.text.index(clause.words)
        screens = [
            ShownScreen(said(screen.title), address(screen.address, asked.county.code, asked.reach))
            for screen in clause.screens
        ]
        shown.append({"number": number, "before": held.text[at:place], "words": clause.words, "screens": screens})
        at = place + len(clause.words)
    entered = Meeting.objects.filter(county=asked.county, sha256=pasted(held.text).sha256).first()
    context = {"clauses": shown, "rest": held.text[at:], "entered": entered}
    return render(request, "meetings/clauses.html", context)


def address(name: str, county: str, reach: Reach | None = None) -> str:
    """Return a screen's address in a county; empty where a person's reach does not open it."""
    try:
        url = reverse(name, kwargs={"county": county})
    except NoReverseMatch:
        url = reverse(name)
    right = getattr(resolve(url).func, "right", None)
    return url if reach is None or not right or right in reach.rights else ""
