"""The county's meetings, and one of them with its decisions."""

from typing import cast

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from xuezheng.meetings.access import WRITING, get_meeting
from xuezheng.meetings.models import Proposal
from xuezheng.meetings.queries.meetings import find_meetings, find_proposals
from xuezheng.people.access import OutsideArea
from xuezheng.standards.evidence_store import open_kept
from xuezheng.web.answers import file_answer
from xuezheng.web.gate import OfficeRequest, county_page
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
    context = {
        "meeting": held,
        "decisions": [each.row for each in shown if each.row is not None],
        "record": [each for each in shown if each.held.state == Proposal.State.RECORD],
        "waiting": sum(each.held.state == Proposal.State.OPEN for each in shown),
        "proposals": len(shown),
        "may_write": asked.reach.can_in_county(WRITING, asked.county.code),
    }
    return render(request, "meetings/meeting.html", context)


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
