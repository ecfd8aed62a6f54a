"""The county's meetings, and one of them with its decisions."""

from typing import Any, cast

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from xuezheng.catalogue.meetings import load_meeting_words
from xuezheng.meetings.access import WRITING, get_meeting
from xuezheng.meetings.models import Proposal
from xuezheng.meetings.plans import stages_of
from xuezheng.meetings.queries.meetings import find_meetings, find_proposals
from xuezheng.meetings.queries.planning import counts_of, next_sequence, numbers_of
from xuezheng.people.access import OutsideArea
from xuezheng.standards.evidence_store import open_kept
from xuezheng.web.answers import file_answer
from xuezheng.web.gate import OfficeRequest, county_page
from xuezheng.web.language import said
from xuezheng.web.pages.meetings.showing import shown_proposals

PAGE = 50


@county_page("view_cases")
def meetings(request: HttpRequest) -> HttpResponse:
    """Show the county's meetings, the newest first."""
    asked = cast("OfficeRequest", request)
    page = Paginator(find_meetings(asked.county.code), PAGE).get_page(asked.GET.get("page"))
    may_write = asked.reach.can_in_county(WRITING, asked.county.code)
    return render(request, "meetings/meetings.html", {"page": page, "may_write": may_write})


@county_page("view_cases")
def meeting(request: HttpRequest, meeting: int) -> HttpResponse:
    """Show a meeting's record, its decisions with their lights, and what was taken for the record."""
    asked = cast("OfficeRequest", request)
    held = get_meeting(asked.reach, asked.county.code, meeting)
    shown = shown_proposals(find_proposals(held), asked.at)
    may_write = asked.reach.can_in_county(WRITING, asked.county.code)
    numbers = numbers_of(held)
    stages = stages_of(held, asked.at, has_minutes="minutes" in numbers)
    is_held = "held" in stages
    context = {
        "meeting": held,
        "stages": [said(load_meeting_words().stages[name]) for name in stages],
        "is_held": is_held,
        "is_due": not is_held and held.held_on is not None and held.held_on <= timezone.localdate(asked.at),
        "numbers": _numbers(asked, numbers),
        "parts": counts_of(asked.reach, held, timezone.localdate(asked.at)),
        "decisions": [each.row for each in shown if each.row is not None],
        "record": [each for each in shown if each.held.state == Proposal.State.RECORD],
        "waiting": sum(each.held.state == Proposal.State.OPEN for each in shown),
        "proposals": len(shown),
        "may_write": may_write,
    }
    return render(request, "meetings/meeting.html", context)


def _numbers(asked: OfficeRequest, taken: dict[str, str]) -> list[dict[str, Any]]:
    """Return the numbers of a meeting's documents, and the next of the series for those without."""
    year = timezone.localdate(asked.at).year
    forms = load_meeting_words().numbers
    return [
        {
            "document": name, "title": said(form.title), "number": taken.get(name, ""),
            "next": 0 if name in taken else next_sequence(asked.county.code, name, year),
        }
        for name, form in forms.items()
    ]  # fmt: skip


@county_page("view_cases")
def original(request: HttpRequest, meeting: int) -> HttpResponse:
    """Hand out what was pasted or uploaded, as it came."""
    asked = cast("OfficeRequest", request)
    held = get_meeting(asked.reach, asked.county.code, meeting)
    if not held.sha256:
        raise OutsideArea("outside_area")
    name = held.file_name or f"meeting-{held.pk}.txt"
    content = open_kept(held.sha256, name).read_bytes()
    return file_answer(content, name, held.media_type)
