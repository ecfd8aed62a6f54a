"""Who is told of a meeting: its leaders when it is planned, the invited, too, when its notice goes out, all when it is off."""

from datetime import datetime

from xuezheng.kernel.work_calendar import local_day
from xuezheng.meetings.models import Invitee, Meeting
from xuezheng.notices.actions.telling import Gathering, telling


def tell_of_plan(meeting: Meeting, at: datetime, *, by: int) -> None:
    """Tell the county's leaders that a meeting is planned; of one that is over nobody is told."""
    if meeting.held_on is not None and meeting.held_on < local_day(at):
        return
    with telling(at) as gathering:
        _tell(gathering, "meeting_planned", gathering.audiences.leaders(meeting.county_id) - {by}, meeting)


def tell_of_notice(meeting: Meeting, at: datetime, *, by: int) -> None:
    """Tell the leaders, those who are invited and have an account, and the people of the units that are invited."""
    with telling(at) as gathering:
        _tell(gathering, "meeting_notice", _concerned(gathering, meeting) - {by}, meeting)


def tell_of_cancelling(meeting: Meeting, at: datetime, *, by: int) -> None:
    """Tell whoever has heard of a meeting that it is called off: the leaders, and once the notice went out the invited."""
    with telling(at) as gathering:
        was_sent = meeting.notice_sent_at is not None
        heard = _concerned(gathering, meeting) if was_sent else gathering.audiences.leaders(meeting.county_id)
        _tell(gathering, "meeting_cancelled", heard - {by}, meeting)


def _concerned(gathering: Gathering, meeting: Meeting) -> frozenset[int]:
    invited = Invitee.objects.filter(meeting=meeting)
    accounts = set(invited.filter(account__is_active=True).values_list("account", flat=True))
    units = [unit for unit in invited.values_list("unit", flat=True) if unit is not None]
    people = gathering.audiences
    return people.leaders(meeting.county_id).union(accounts, *people.at_units(units).values())


def _tell(gathering: Gathering, kind: str, readers: frozenset[int], meeting: Meeting) -> None:
    day = {"day": meeting.held_on.isoformat() if meeting.held_on else ""}
    gathering.tell(kind, readers, county=meeting.county_id, subject=("meeting", meeting.pk), params=day)
