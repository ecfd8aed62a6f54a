"""Numbers of a meeting's notice and minutes: each taken once from the county's series of the year, never given again."""

from datetime import datetime

from django.db import IntegrityError

from xuezheng.catalogue.meetings import load_meeting_words
from xuezheng.kernel.refusal import InvalidRequest
from xuezheng.kernel.work_calendar import local_day
from xuezheng.ledger.actions import recording
from xuezheng.meetings.access import require_clerk
from xuezheng.meetings.actions.changing import count_on
from xuezheng.meetings.models import IssuedNumber, Meeting
from xuezheng.people.access import Reach


def number_document(
    *, meeting: Meeting, document: str, sequence: int, version: int, by: Reach, at: datetime
) -> IssuedNumber:
    """Give a meeting's document (`notice` or `minutes`) the number `sequence` of this year's series.

    Numbers may be left out (they were used on paper), never used twice: `document_number_taken` tells by which meeting.
    """
    account = require_clerk(by, meeting.county_id)
    form = load_meeting_words().numbers[document]
    year = local_day(at).year
    if meeting.cancelled_at is not None:
        raise InvalidRequest("meeting_cancelled")
    if sequence < 1:
        raise InvalidRequest("document_number_not_positive")
    _refuse_taken(meeting, document, year, sequence)
    try:
        with recording(by.actor, at) as recorder:
            count_on(meeting, version, account, at)
            made = IssuedNumber.objects.create(
                county=meeting.county, meeting=meeting, document=document, year=year, sequence=sequence,
                number=form.written(year, meeting.county.name[:1], sequence), taken_by=account, taken_at=at,
            )  # fmt: skip
            recorder.event(
                "meetings.number_document", "meeting", meeting.pk, county=meeting.county_id,
                after={"document": document, "number": made.number},
            )  # fmt: skip
    except IntegrityError:
        _refuse_taken(meeting, document, year, sequence)
        raise
    return made


def _refuse_taken(meeting: Meeting, document: str, year: int, sequence: int) -> None:
    own = IssuedNumber.objects.filter(meeting=meeting, document=document).first()
    if own is not None:
        raise InvalidRequest("document_has_number", number=own.number)
    other = (
        IssuedNumber.objects.filter(county=meeting.county_id, document=document, year=year, sequence=sequence)
        .select_related("meeting")
        .first()
    )
    if other is not None:
        raise InvalidRequest("document_number_taken", number=other.number, title=other.meeting.title)
