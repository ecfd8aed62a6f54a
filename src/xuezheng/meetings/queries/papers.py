"""Papers of meetings as lists: each holds what the person sees, and nothing tells of others."""

from datetime import date

from django.db.models import Prefetch, Q, QuerySet

from xuezheng.meetings.access import visible_papers
from xuezheng.meetings.models import Invitee, Meeting, Paper, PaperReader, PaperReview, PaperVersion
from xuezheng.people.access import Reach


def find_papers(reach: Reach, county: str, on: date, *, state: str = "") -> QuerySet[Paper]:
    """Return the papers of a county that somebody sees, the newest first; `state` keeps only those in it."""
    found = visible_papers(reach, on).filter(county=county)
    return _shown(found.filter(state=state) if state else found)


def find_meeting_papers(reach: Reach, meeting: Meeting, on: date) -> QuerySet[Paper]:
    """Return a meeting's papers that somebody sees, in the order in which they came."""
    return _shown(visible_papers(reach, on).filter(meeting=meeting)).order_by("entered_at", "pk")


def find_unit_papers(unit: int) -> QuerySet[Paper]:
    """Return a unit's papers, the newest first, for its own people."""
    return _shown(Paper.objects.filter(unit=unit))


def find_named_papers(reach: Reach, on: date) -> QuerySet[Paper]:
    """Return the papers on which somebody is named, or that are for a meeting to which they are invited, the newest first."""
    account = reach.account
    named = Q(pk__in=PaperReader.objects.filter(account=account).values("paper"))
    named |= Q(meeting__in=Invitee.objects.filter(account=account).values("meeting"))
    return _shown(visible_papers(reach, on).filter(named).exclude(state=Paper.State.WITHDRAWN))


def _shown(papers: QuerySet[Paper]) -> QuerySet[Paper]:
    reviews = PaperReview.objects.select_related("meeting", "version").defer("meeting__text")
    versions = PaperVersion.objects.select_related("given_by")
    return (
        papers.select_related("meeting", "item", "unit", "entered_by")
        .defer("meeting__text")
        .prefetch_related(Prefetch("versions", versions), Prefetch("reviews", reviews))
        .order_by("-entered_at", "-pk")
    )
