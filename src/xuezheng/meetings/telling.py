"""Who is told of a meeting: its leaders when it is planned, and whoever is invited when its notice goes out."""

from datetime import datetime

from xuezheng.kernel.work_calendar import local_day
from xuezheng.meetings.models import Invitee, Meeting
from xuezheng.notices.actions.telling import telling


def tell_of_plan(meeting: Meeting, at: datetime, *, by: int) -> None:
    """Tell the county's leaders that a meeting is planned; of one that is over nobody is told."""
    if meeting.held_on is not None and meeting.held_on < local_day(at):
        return
    with telling(at) as gathering:
        readers = gathering.audiences.leaders(meeting.county_id) - {by}
        gathering.tell(
            "meeting_planned", readers, county=meeting.county_id, subject=("meeting", meeting.pk), params=_day(meeting)
        )


def tell_of_notice(meeting: Meeting, at: datetime, *, by: int) -> None:
    """Tell the leaders, those who are invited and have an account, and the people of the units that are invited."""
    invited = Invitee.objects.filter(meeting=meeting)
    accounts = set(invited.filter(account__is_active=True).values_list("account", flat=True))
    units = [unit for unit in invited.values_list("unit", flat=True) if unit is not None]
    with telling(at) as gathering:
        people = gathering.audiences
        readers = people.leaders(meeting.county_id).union(accounts, *people.at_units(units).values()) - {by}
        gathering.tell(
            "meeting_notice", readers, county=meeting.county_id, subject=("meeting", meeting.pk), params=_day(meeting)
        )


def _day(meeting: Meeting) -> dict[str, str]:
    return {"day": meeting.held_on.isoformat() if meeting.held_on else ""}
