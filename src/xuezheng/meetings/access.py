"""Who reaches meetings: whoever sees the county's cases reads them, whoever manages meetings writes them.

A restricted paper is seen by those named on it alone: its readers, the meeting's invitees with an account, the people
of its unit, and whoever entered it. A unit's people see their own papers, restricted or not.
"""

from datetime import date

from django.db.models import Q, QuerySet

from xuezheng.cases.access import units_of
from xuezheng.meetings.models import AgendaItem, Invitee, Meeting, Paper, PaperReader, Proposal
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


def get_item(meeting: Meeting, item: int) -> AgendaItem:
    """Return an item on a meeting's agenda; raises `OutsideArea` for one of another meeting or left out."""
    found = AgendaItem.objects.filter(meeting=meeting, pk=item, is_left_out=False).select_related("unit").first()
    if found is None:
        raise OutsideArea("outside_area")
    return found


def get_invitee(meeting: Meeting, invitee: int) -> Invitee:
    """Return somebody invited to a meeting; raises `OutsideArea` for one of another meeting."""
    found = Invitee.objects.filter(meeting=meeting, pk=invitee).first()
    if found is None:
        raise OutsideArea("outside_area")
    return found


def visible_papers(reach: Reach, on: date) -> QuerySet[Paper]:
    """Return the papers that somebody sees, in no order; what they do not see does not exist for them."""
    if reach.account is None:
        return Paper.objects.none()
    account = reach.account
    named = Q(entered_by=account) | Q(unit__in=units_of(reach, on))
    named |= Q(pk__in=PaperReader.objects.filter(account=account).values("paper"))
    named |= Q(meeting__in=Invitee.objects.filter(account=account).values("meeting"))
    seen = reach.area_of(READING) | reach.area_of(WRITING)
    open_to = seen.county_rows() if seen.everywhere or seen.counties else Q(pk__in=[])
    return Paper.objects.filter(named | (Q(is_restricted=False) & open_to))


def get_paper(reach: Reach, paper: int, on: date) -> Paper:
    """Return a paper that somebody sees; raises `OutsideArea` for any other."""
    found = (
        visible_papers(reach, on)
        .filter(pk=paper)
        .select_related("meeting", "item", "unit", "county", "entered_by")
        .defer("county__outlines", "meeting__text")
        .first()
    )
    if found is None:
        raise OutsideArea("outside_area")
    return found


def may_change_paper(reach: Reach, paper: Paper, on: date) -> bool:
    """Whether somebody who sees a paper gives newer versions of it: clerks, its unit's people, who entered it."""
    if reach.account is None:
        return False
    is_own = paper.entered_by_id == reach.account.pk or (
        paper.unit_id is not None and paper.unit_id in units_of(reach, on)
    )
    return is_own or reach.can_in_county(WRITING, paper.county_id)


def require_clerk(reach: Reach, county: str) -> Account:
    """Return the account of who manages the county's meetings; raises `NotAllowed` for everybody else."""
    if reach.account is None or not reach.can_in_county(WRITING, county):
        raise NotAllowed("not_allowed", right=WRITING)
    return reach.account


def require_paper_writer(reach: Reach, paper: Paper, on: date) -> Account:
    """Return the account of who may change a paper; raises `NotAllowed` for everybody else."""
    if reach.account is None or not may_change_paper(reach, paper, on):
        raise NotAllowed("not_allowed", right=WRITING)
    return reach.account


def require_submitter(reach: Reach, county: str, unit: int | None, on: date) -> Account:
    """Return the account of who may enter a paper: clerks for anybody, people of a unit for their own."""
    is_own = unit is not None and unit in units_of(reach, on)
    if reach.account is None or not (is_own or reach.can_in_county(WRITING, county)):
        raise NotAllowed("not_allowed", right=WRITING)
    return reach.account
