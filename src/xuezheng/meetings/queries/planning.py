"""The calendar of meetings, and what is proposed where one is planned: the next ordinal, the next number."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, F, Max, OuterRef, QuerySet

from xuezheng.meetings.access import visible_papers
from xuezheng.meetings.models import IssuedNumber, Meeting
from xuezheng.people.access import Reach

_LONG = ("text", "attendees", "studied", "heard", "reviewed", "differences")


def find_in_calendar(county: str, first: date, last: date) -> QuerySet[Meeting]:
    """Return a county's meetings of the days from `first` to `last`, the earliest first, each with `has_minutes`."""
    return (
        _rows(county)
        .filter(held_on__range=(first, last))
        .order_by("held_on", F("begins_at").asc(nulls_last=True), "pk")
    )


def find_without_day(county: str) -> QuerySet[Meeting]:
    """Return the meetings that have no day yet and were not called off, in the order in which they were entered."""
    return _rows(county).filter(held_on__isnull=True, cancelled_at__isnull=True).order_by("entered_at", "pk")


def _rows(county: str) -> QuerySet[Meeting]:
    minutes = IssuedNumber.objects.filter(meeting=OuterRef("pk"), document="minutes")
    return (
        Meeting.objects.filter(county=county, is_task_table=False).defer(*_LONG).annotate(has_minutes=Exists(minutes))
    )


def last_organiser(county: str) -> str:
    """Return who called the newest meeting whose organiser is known; empty before the first."""
    rows = Meeting.objects.filter(county=county).exclude(organiser="")
    return rows.order_by(F("held_on").desc(nulls_last=True), "-pk").values_list("organiser", flat=True).first() or ""


def next_ordinal(county: str, organiser: str, year: int) -> int:
    """Return which meeting of a year the organiser's next one is."""
    held = Meeting.objects.filter(county=county, organiser=organiser, ordinal_year=year, cancelled_at__isnull=True)
    return (held.aggregate(last=Max("ordinal"))["last"] or 0) + 1


def next_sequence(county: str, document: str, year: int) -> int:
    """Return the next number of a document's series; it is taken by `number_document` alone."""
    taken = IssuedNumber.objects.filter(county=county, document=document, year=year)
    return (taken.aggregate(last=Max("sequence"))["last"] or 0) + 1


def numbers_of(meeting: Meeting) -> dict[str, str]:
    """Return the numbers of a meeting's documents by the document's name; those not numbered yet are missing."""
    return dict(IssuedNumber.objects.filter(meeting=meeting).values_list("document", "number"))


@dataclass(frozen=True, slots=True)
class Parts:
    """How much there is of a meeting's parts, as somebody sees them."""

    items: int
    papers: int
    invitees: int


def counts_of(reach: Reach, meeting: Meeting, on: date) -> Parts:
    """Return how many items, papers and invited a meeting has; of papers those that the person sees."""
    return Parts(
        meeting.agenda.filter(is_left_out=False).count(),
        visible_papers(reach, on).filter(meeting=meeting).count(),
        meeting.invitees.count(),
    )
