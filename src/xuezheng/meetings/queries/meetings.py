"""Meetings and their proposals."""

from django.db.models import Count, F, Q, QuerySet

from xuezheng.meetings.documents import Content
from xuezheng.meetings.models import Meeting, Paper, Proposal
from xuezheng.meetings.queries.planning import numbers_of


def find_meetings(county: str) -> QuerySet[Meeting]:
    """Return a county's meetings, the newest day first, with how many proposals are `open` and how many `decisions`.

    `running` are the decisions whose case is not closed. Meetings without a day stand first: they want one.
    """
    rows = Meeting.objects.filter(county=county).defer("text", "attendees", "studied", "heard", "reviewed")
    return rows.annotate(
        waiting=Count("proposals", filter=Q(proposals__state=Proposal.State.OPEN)),
        decisions=Count("proposals", filter=Q(proposals__state=Proposal.State.CONFIRMED)),
        running=Count("proposals", filter=Q(proposals__case__is_open=True)),
    ).order_by(F("held_on").desc(nulls_first=True), "-pk")


def find_proposals(meeting: Meeting) -> QuerySet[Proposal]:
    """Return a meeting's proposals in order, with their units and cases."""
    return (
        Proposal.objects.filter(meeting=meeting)
        .select_related("lead_unit", "case", "case__lead_unit")
        .prefetch_related("assisting_units")
    )


def content_of(meeting: Meeting) -> Content:
    """Return what a meeting's documents are written from; of its papers those that all who see the meeting may see."""
    papers = Paper.objects.filter(meeting=meeting, is_restricted=False).exclude(state=Paper.State.WITHDRAWN)
    return Content(
        meeting=meeting,
        proposals=list(find_proposals(meeting)),
        items=list(meeting.agenda.filter(is_left_out=False).select_related("unit")),
        invitees=list(meeting.invitees.select_related("unit")),
        numbers=numbers_of(meeting),
        papers=list(papers.order_by("entered_at", "pk")),
    )
