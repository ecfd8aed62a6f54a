"""A meeting's record: planned or entered by hand, changed, and how far it is — notice sent, held, cancelled."""

from dataclasses import asdict
from datetime import date, datetime, time
from typing import Any

from xuezheng.kernel.refusal import InvalidRequest
from xuezheng.kernel.work_calendar import local_day
from xuezheng.ledger.actions import recording
from xuezheng.meetings.access import require_clerk
from xuezheng.meetings.actions.changing import count_on
from xuezheng.meetings.drafts import Record
from xuezheng.meetings.models import Meeting
from xuezheng.meetings.plans import Plan, as_columns, plan_of, stages_of
from xuezheng.meetings.queries.planning import numbers_of
from xuezheng.meetings.telling import tell_of_cancelling, tell_of_notice, tell_of_plan
from xuezheng.people.access import Reach
from xuezheng.register.models import County

LISTS = ("studied", "heard", "reviewed")


def plan_meeting(*, county: County, record: Record, by: Reach, at: datetime, plan: Plan | None = None) -> Meeting:
    """Enter a meeting by hand: one that is still to be held, or of which there is no text.

    Raises `InvalidRequest` (`meeting_ordinal_taken`) where another meeting of the organiser has the year's ordinal.
    """
    account = require_clerk(by, county.code)
    _require_title(record)
    refuse_taken_ordinal(county.code, record)
    columns = columns_of(record) | as_columns(plan or Plan())
    with recording(by.actor, at) as recorder:
        meeting = Meeting.objects.create(
            county=county, entered_by=account, entered_at=at, changed_by=account, changed_at=at, **columns
        )
        recorder.event("meetings.plan", "meeting", meeting.pk, county=county.code, after=said(columns))
        tell_of_plan(meeting, at, by=account.pk)
    return meeting


def change_record(
    *, meeting: Meeting, record: Record, version: int, by: Reach, at: datetime, plan: Plan | None = None
) -> Meeting:
    """Change a meeting's record and, where given, its plan; raises `MeetingChanged` where somebody was quicker."""
    account = require_clerk(by, meeting.county_id)
    _require_title(record)
    before = record_of(meeting)
    if (record.organiser, record.ordinal_year, record.ordinal) != (
        before.organiser, before.ordinal_year, before.ordinal,
    ):  # fmt: skip
        refuse_taken_ordinal(meeting.county_id, record, meeting.pk)
    old = said(columns_of(before) | as_columns(plan_of(meeting)))
    columns = columns_of(record) | as_columns(plan or plan_of(meeting))
    with recording(by.actor, at) as recorder:
        count_on(meeting, version, account, at, **columns)
        new = said(columns)
        changed = [name for name in new if new[name] != old[name]]
        recorder.event(
            "meetings.change_record", "meeting", meeting.pk, county=meeting.county_id,
            before={name: old[name] for name in changed}, after={name: new[name] for name in changed},
        )  # fmt: skip
    return meeting


def send_notice(*, meeting: Meeting, version: int, by: Reach, at: datetime) -> Meeting:
    """Note that the notice went out; needs the day. People here are told in the system; the paper goes its own way."""
    account = require_clerk(by, meeting.county_id)
    _require_going(meeting)
    _require_day(meeting)
    with recording(by.actor, at) as recorder:
        count_on(meeting, version, account, at, notice_sent_at=at)
        recorder.event("meetings.send_notice", "meeting", meeting.pk, county=meeting.county_id)
        tell_of_notice(meeting, at, by=account.pk)
    return meeting


def confirm_held(*, meeting: Meeting, version: int, by: Reach, at: datetime) -> Meeting:
    """Note that a meeting was held; refused before its day."""
    account = require_clerk(by, meeting.county_id)
    _require_going(meeting)
    day = _require_day(meeting)
    if day > local_day(at):
        raise InvalidRequest("meeting_not_yet", day=day.isoformat())
    with recording(by.actor, at) as recorder:
        count_on(meeting, version, account, at, confirmed_held_at=at)
        recorder.event("meetings.confirm_held", "meeting", meeting.pk, county=meeting.county_id)
    return meeting


def cancel_meeting(*, meeting: Meeting, reason: str, version: int, by: Reach, at: datetime) -> Meeting:
    """Call a meeting off, with the reason; refused for one that was held: said so, or has a text or numbered minutes."""
    account = require_clerk(by, meeting.county_id)
    _require_going(meeting)
    if "held" in stages_of(meeting, at, has_minutes="minutes" in numbers_of(meeting)):
        raise InvalidRequest("meeting_was_held")
    if not reason.strip():
        raise InvalidRequest("meeting_cancel_needs_reason")
    with recording(by.actor, at) as recorder:
        count_on(meeting, version, account, at, cancelled_at=at, cancel_reason=reason.strip()[:300])
        recorder.event("meetings.cancel", "meeting", meeting.pk, county=meeting.county_id, reason=reason.strip())
        tell_of_cancelling(meeting, at, by=account.pk)
    return meeting


def restore_meeting(*, meeting: Meeting, version: int, by: Reach, at: datetime) -> Meeting:
    """Take back that a meeting was called off; refused where another has been given its ordinal meanwhile."""
    account = require_clerk(by, meeting.county_id)
    if meeting.cancelled_at is None:
        raise InvalidRequest("meeting_not_cancelled")
    refuse_taken_ordinal(meeting.county_id, record_of(meeting), meeting.pk)
    with recording(by.actor, at) as recorder:
        before = meeting.cancel_reason
        count_on(meeting, version, account, at, cancelled_at=None, cancel_reason="")
        recorder.event(
            "meetings.restore", "meeting", meeting.pk, county=meeting.county_id, before={"cancel_reason": before}
        )
    return meeting


def record_of(meeting: Meeting) -> Record:
    """Return a meeting's record as it stands."""
    return Record(
        title=meeting.title, organiser=meeting.organiser, ordinal_year=meeting.ordinal_year, ordinal=meeting.ordinal,
        held_on=meeting.held_on, day_words=meeting.day_words, place=meeting.place, chair=meeting.chair,
        chair_post=meeting.chair_post, attendees=tuple((held["name"], held["post"]) for held in meeting.attendees),
        studied=tuple(meeting.studied), heard=tuple(meeting.heard), reviewed=tuple(meeting.reviewed),
        published_on=meeting.published_on,
    )  # fmt: skip


def columns_of(record: Record) -> dict[str, Any]:
    """Return a record as the columns that hold it."""
    columns = asdict(record)
    columns["attendees"] = [{"name": name, "post": post} for name, post in record.attendees]
    return columns | {name: list(columns[name]) for name in LISTS}


def said(columns: dict[str, Any]) -> dict[str, Any]:
    """Return columns as the ledger keeps them."""
    return {name: value.isoformat() if isinstance(value, date | time) else value for name, value in columns.items()}


def _require_title(record: Record) -> None:
    if not record.title.strip():
        raise InvalidRequest("meeting_needs_title")


def _require_going(meeting: Meeting) -> None:
    if meeting.cancelled_at is not None:
        raise InvalidRequest("meeting_cancelled")


def _require_day(meeting: Meeting) -> date:
    if meeting.held_on is None:
        raise InvalidRequest("meeting_needs_day")
    return meeting.held_on


def find_ordinal_taken(county: str, record: Record, but: int = 0) -> Meeting | None:
    """Return the organiser's other meeting that has a record's ordinal of the year; one called off has none."""
    if record.ordinal is None or record.ordinal_year is None or not record.organiser:
        return None
    held = Meeting.objects.filter(
        county=county, organiser=record.organiser, ordinal_year=record.ordinal_year, ordinal=record.ordinal,
        cancelled_at__isnull=True,
    )  # fmt: skip
    return held.exclude(pk=but).first()


def refuse_taken_ordinal(county: str, record: Record, but: int = 0) -> None:
    """Raise `InvalidRequest` (`meeting_ordinal_taken`) where another meeting of the organiser has the year's ordinal."""
    other = find_ordinal_taken(county, record, but)
    if other is not None:
        raise InvalidRequest(
            "meeting_ordinal_taken", title=other.title, year=record.ordinal_year, number=record.ordinal
        )
