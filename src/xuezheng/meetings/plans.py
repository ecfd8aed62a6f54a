"""What a meeting that is still to be held is planned with, beside its record."""

from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from xuezheng.kernel.work_calendar import SHANGHAI, local_day
from xuezheng.meetings.models import Meeting


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """When a meeting begins, and what its notice asks for; None or empty where it is still open."""

    begins_at: time | None = None
    papers_due_on: date | None = None
    leave_by_on: date | None = None
    contact: str = ""


def plan_of(meeting: Meeting) -> Plan:
    """Return a meeting's plan as it stands."""
    return Plan(
        begins_at=meeting.begins_at, papers_due_on=meeting.papers_due_on, leave_by_on=meeting.leave_by_on,
        contact=meeting.contact,
    )  # fmt: skip


def stages_of(meeting: Meeting, at: datetime, *, has_minutes: bool) -> list[str]:
    """Return how far a meeting is, by the catalogue's names, the furthest last: what it is called in one word is the last."""
    if meeting.cancelled_at is not None:
        return ["cancelled"]
    found = ["planned"]
    if meeting.notice_sent_at is not None:
        found.append("notice_sent")
    is_held = meeting.confirmed_held_at is not None or bool(meeting.sha256) or has_minutes
    if is_held:
        found.append("held")
    elif meeting.held_on is not None and meeting.held_on < local_day(at):
        found.append("to_confirm")
    if meeting.sha256:
        found.append("bulletin")
    if has_minutes:
        found.append("minutes")
    return found


def begins_on(meeting: Meeting) -> datetime | None:
    """Return the moment at which a meeting begins; None where day or hour is open."""
    if meeting.held_on is None or meeting.begins_at is None:
        return None
    return datetime.combine(meeting.held_on, meeting.begins_at, SHANGHAI)


def length_of(minutes: int) -> timedelta:
    """Return how long a meeting is taken to last by the minutes of its items; one hour where none are given."""
    return timedelta(minutes=minutes or 60)


def as_columns(plan: Plan) -> dict[str, Any]:
    """Return a plan as the columns that hold it."""
    return asdict(plan)
