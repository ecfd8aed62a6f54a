"""The demonstration's meeting: its bulletin on the days of this demonstration, and where it stands in the database."""

from datetime import date

from xuezheng.catalogue.demonstration_meeting import load_demonstration_meeting
from xuezheng.meetings.models import Meeting
from xuezheng.meetings.originals import Original, pasted
from xuezheng.register.demonstration.parameters import load_parameters

_LOOKED_AT = 20


def demonstration_bulletin(held: date, published: date) -> Original:
    """Return the bulletin of the demonstration's meeting as it is pasted."""
    return pasted(load_demonstration_meeting().text_on(held, published))


def find_demonstration_meeting(county: str) -> Meeting | None:
    """Return the demonstration's meeting where a county is the demonstration's and has entered it.

    It is known by its text, or by its title where a version before wrote the text otherwise: nobody marks it, and a real
    county has another code.
    """
    if county != load_parameters().county.code:
        return None
    pasted_ones = Meeting.objects.filter(
        county=county, is_task_table=False, file_name="", held_on__isnull=False, published_on__isnull=False
    )
    for meeting in pasted_ones.exclude(sha256="").order_by("pk")[:_LOOKED_AT]:
        if meeting.held_on and meeting.published_on:
            original = demonstration_bulletin(meeting.held_on, meeting.published_on)
            title = original.content.decode().partition("\n")[0]
            if meeting.sha256 == original.sha256 or meeting.title == title:
                return meeting
    return None
