"""Confirming proposals: they become decisions, each a case of its own, all of them or none."""

from collections.abc import Collection
from datetime import datetime

from xuezheng.cases.actions.opening import Opening, open_many
from xuezheng.cases.models import Case
from xuezheng.cases.queries.indicators import IndicatorLink
from xuezheng.kernel.refusal import InvalidRequest
from xuezheng.ledger.actions import recording
from xuezheng.meetings.access import require_clerk
from xuezheng.meetings.actions.changing import count_on
from xuezheng.meetings.models import Meeting, Proposal
from xuezheng.people.access import Reach

ORIGIN = "meeting-proposal"
_LONGEST_TITLE = 300


def confirm_proposals(
    *, meeting: Meeting, proposals: Collection[int], hand_out: bool, version: int, by: Reach, at: datetime
) -> list[Case]:
    """Open a case of kind `decision` for each proposal by its id, and hand out those with a lead unit where asked to.

    One recording: all are opened, or none. Raises `MeetingChanged` where somebody was quicker, and what opening and
    handing out cases raise.
    """
    account = require_clerk(by, meeting.county_id)
    if not proposals:
        raise InvalidRequest("proposals_none_chosen")
    with recording(by.actor, at) as recorder:
        count_on(meeting, version, account, at)
        chosen = list(
            meeting.proposals.filter(pk__in=proposals, state=Proposal.State.OPEN)
            .select_related("lead_unit")
            .prefetch_related("assisting_units")
        )
        if len(chosen) != len(set(proposals)):
            raise InvalidRequest("proposal_not_open")
        openings = [_opening(proposal, hand_out=hand_out) for proposal in chosen]
        bulk = open_many(county=meeting.county, title=meeting.title, openings=openings, by=by, at=at)
        cases = {case.origin_id: case for case in bulk.cases.order_by("sequence")}
        for proposal in chosen:
            proposal.state, proposal.case = Proposal.State.CONFIRMED, cases[str(proposal.pk)]
        Proposal.objects.bulk_update(chosen, ["state", "case"])
        recorder.event(
            "meetings.confirm_proposals", "meeting", meeting.pk, county=meeting.county_id,
            after={"cases": [case.pk for case in cases.values()], "proposals": [held.pk for held in chosen]},
        )  # fmt: skip
    return list(cases.values())


def _opening(proposal: Proposal, *, hand_out: bool) -> Opening:
    whole = "\n".join(part for part in (proposal.text, proposal.details) if part)
    return Opening(
        kind="decision", level="dated" if proposal.due_on else "ordinary", title=proposal.text[:_LONGEST_TITLE],
        task="" if whole == proposal.text and len(whole) <= _LONGEST_TITLE else whole, until=proposal.due_on,
        unit=proposal.lead_unit if hand_out else None, assisting=tuple(proposal.assisting_units.all()),
        origin_kind=ORIGIN, origin_id=str(proposal.pk),
        indicator=IndicatorLink(**proposal.indicator) if proposal.indicator else None,
    )  # fmt: skip
