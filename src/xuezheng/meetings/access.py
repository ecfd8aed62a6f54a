"""Who reaches meetings: whoever sees the county's cases reads them, whoever manages meetings writes them."""

from xuezheng.meetings.models import Meeting, Proposal
from xuezheng.people.access import NotAllowed, OutsideArea, Reach
from xuezheng.people.models import Account

READING, WRITING = "view_cases", "manage_meetings"


def get_meeting(reach: Reach, county: str, meeting: int) -> Meeting:
    """Return a meeting of a county that somebody reads; raises `OutsideArea` for any other."""
    found = Meeting.objects.filter(county=county, pk=meeting).select_related("entered_by").first()
    if found is None or not (reach.can_in_county(READING, county) or reach.can_in_county(WRITING, county)):
        raise OutsideArea("outside_area")
    return found


def get_proposal(meeting: Meeting, proposal: int) -> Proposal:
    """Return a proposal of a meeting; raises `OutsideArea` for one of another meeting."""
    found = Proposal.objects.filter(meeting=meeting, pk=proposal).select_related("lead_unit").first()
    if found is None:
        raise OutsideArea("outside_area")
    return found


def require_clerk(reach: Reach, county: str) -> Account:
    """Return the account of who manages the county's meetings; raises `NotAllowed` for everybody else."""
    if reach.account is None or not reach.can_in_county(WRITING, county):
        raise NotAllowed("not_allowed", right=WRITING)
    return reach.account
