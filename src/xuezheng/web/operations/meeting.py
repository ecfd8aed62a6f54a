"""The demonstration's meeting: its bulletin pasted and confirmed, so that the county has decisions."""

from datetime import datetime

from django.utils import timezone

from xuezheng.catalogue.demonstration_meeting import load_demonstration_meeting
from xuezheng.meetings.actions.confirming import confirm_proposals
from xuezheng.meetings.actions.entering import enter_meeting
from xuezheng.meetings.actions.settling import settle_proposal
from xuezheng.meetings.models import Meeting
from xuezheng.meetings.originals import pasted, read_original
from xuezheng.people.access import reach_of
from xuezheng.people.models import Account
from xuezheng.register.models import County


def hold_demonstration_meeting(*, county: County, clerk: Account, at: datetime) -> Meeting:
    """Enter the demonstration's bulletin and confirm what it asks for; the first, to be studied, is for the record.

    One decision is left open for whoever tries it. Where the meeting stands already, nothing is done.
    """
    original = pasted(load_demonstration_meeting().text)
    held = Meeting.objects.filter(county=county, sha256=original.sha256).first()
    if held is not None:
        return held
    by = reach_of(clerk, timezone.localdate(at))
    meeting = enter_meeting(county=county, reading=read_original(original), original=original, by=by, at=at)
    first, *others = meeting.proposals.all()
    settle_proposal(meeting=meeting, proposal=first, state="record", version=meeting.version, by=by, at=at)
    chosen = [proposal.pk for proposal in others[:-1]]
    confirm_proposals(meeting=meeting, proposals=chosen, hand_out=True, version=meeting.version, by=by, at=at)
    return meeting
