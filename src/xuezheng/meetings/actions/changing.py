"""Two clerks at one meeting or paper: who changes an older version is told who was quicker."""

from datetime import datetime

from xuezheng.kernel.refusal import InvalidRequest
from xuezheng.kernel.work_calendar import SHANGHAI
from xuezheng.meetings.models import Meeting, Paper
from xuezheng.people.models import Account


class MeetingChanged(InvalidRequest):
    """Somebody else was quicker: the meeting is no longer as the person saw it."""


class PaperChanged(InvalidRequest):
    """Somebody else was quicker: the paper is no longer as the person saw it."""


def count_on(held: Meeting | Paper, version: int, account: Account, at: datetime, **columns: object) -> None:
    """Write columns and the next version where a meeting or paper still is the one that was seen.

    Raises `MeetingChanged` or `PaperChanged` where it is not.
    """
    changed = {"version": version + 1, "changed_by": account, "changed_at": at, **columns}
    if not type(held).objects.filter(pk=held.pk, version=version).update(**changed):
        newest = type(held).objects.select_related("changed_by").get(pk=held.pk)
        name, when = newest.changed_by.name, newest.changed_at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")
        if isinstance(held, Meeting):
            raise MeetingChanged("meeting_changed", name=name, at=when)
        raise PaperChanged("paper_changed", name=name, at=when)
    for name, value in changed.items():
        setattr(held, name, value)
