"""Two clerks at one meeting: who changes an older version is told who was quicker."""

from datetime import datetime

from xuezheng.kernel.refusal import InvalidRequest
from xuezheng.kernel.work_calendar import SHANGHAI
from xuezheng.meetings.models import Meeting
from xuezheng.people.models import Account


class MeetingChanged(InvalidRequest):
    """Somebody else was quicker: the meeting is no longer as the person saw it."""


def count_on(meeting: Meeting, version: int, account: Account, at: datetime, **columns: object) -> None:
    """Write columns and the next version of a meeting where it still is the one that was seen; else `MeetingChanged`."""
    changed = {"version": version + 1, "changed_by": account, "changed_at": at, **columns}
    if not Meeting.objects.filter(pk=meeting.pk, version=version).update(**changed):
        newest = Meeting.objects.select_related("changed_by").get(pk=meeting.pk)
        raise MeetingChanged(
            "meeting_changed",
            name=newest.changed_by.name,
            at=newest.changed_at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M"),
        )
    for name, value in changed.items():
        setattr(meeting, name, value)
