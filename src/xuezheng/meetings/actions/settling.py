"""Settling proposals before they are confirmed: wording, merging, splitting, for the record, dropping."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from django.db.models import F

from xuezheng.cases.queries.indicators import IndicatorLink
from xuezheng.kernel.refusal import InvalidRequest
from xuezheng.ledger.actions import recording
from xuezheng.meetings.access import require_clerk
from xuezheng.meetings.actions.changing import count_on
from xuezheng.meetings.models import Meeting, Proposal
from xuezheng.people.access import Reach
from xuezheng.people.models import Organisation

# So far apart at most do two neighbouring spans count as one: a comma, a number mark, a line's end.
_NEAR = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """What a clerk makes of a proposal."""

    text: str
    details: str = ""
    areas: tuple[str, ...] = ()
    lead_unit: Organisation | None = None
    assisting: tuple[Organisation, ...] = ()
    due_on: date | None = None
    indicator: IndicatorLink | None = None


def word_proposal(
    *, meeting: Meeting, proposal: Proposal, wording: Wording, version: int, by: Reach, at: datetime
) -> Proposal:
    """Give a proposal another wording, units, day or areas. Raises `MeetingChanged`, and refuses a confirmed one."""
    account = require_clerk(by, meeting.county_id)
    _require_open(proposal)
    if not wording.text.strip():
        raise InvalidRequest("proposal_needs_text")
    with recording(by.actor, at) as recorder:
        count_on(meeting, version, account, at)
        before = _said(proposal)
        proposal.text, proposal.details = wording.text.strip(), wording.details.strip()
        proposal.areas, proposal.due_on = list(wording.areas), wording.due_on
        proposal.lead_unit = wording.lead_unit
        proposal.indicator = wording.indicator.as_json() if wording.indicator else None
        proposal.save(update_fields=["text", "details", "areas", "due_on", "lead_unit", "indicator"])
        lead = wording.lead_unit.pk if wording.lead_unit else None
        proposal.assisting_units.set([unit for unit in wording.assisting if unit.pk != lead])
        recorder.event(
            "meetings.word_proposal", "meeting", meeting.pk, county=meeting.county_id, before=before,
            after=_said(proposal),
        )  # fmt: skip
    return proposal


def settle_proposal(
    *,
    meeting: Meeting,
    proposal: Proposal,
    state: Literal["open", "record", "dropped"],
    version: int,
    by: Reach,
    at: datetime,
) -> Proposal:
    """Mark a proposal as for the record, drop it, or take either back."""
    account = require_clerk(by, meeting.county_id)
    if proposal.state == Proposal.State.CONFIRMED:
        raise InvalidRequest("proposal_confirmed")
    with recording(by.actor, at) as recorder:
        count_on(meeting, version, account, at)
        before, proposal.state = proposal.state, state
        proposal.save(update_fields=["state"])
        recorder.event(
            "meetings.settle_proposal", "meeting", meeting.pk, county=meeting.county_id,
            before={"proposal": proposal.pk, "state": before}, after={"proposal": proposal.pk, "state": state},
        )  # fmt: skip
    return proposal


def merge_proposals(*, meeting: Meeting, proposal: Proposal, version: int, by: Reach, at: datetime) -> Proposal:
    """Join a proposal and the next open one; the first one's units and day stand, where it has none the second's."""
    account = require_clerk(by, meeting.county_id)
    _require_open(proposal)
    following = meeting.proposals.filter(state=Proposal.State.OPEN, place__gt=proposal.place).first()
    if following is None:
        raise InvalidRequest("proposal_without_next")
    with recording(by.actor, at) as recorder:
        count_on(meeting, version, account, at)
        before = [_said(proposal), _said(following)]
        proposal.text = _joined(meeting.text, proposal, following)
        proposal.spans = _spans([*proposal.spans, *following.spans])
        proposal.details = "\n".join(part for part in (proposal.details, following.details) if part)
        proposal.areas = list(dict.fromkeys([*proposal.areas, *following.areas]))
        proposal.units_named = list(dict.fromkeys([*proposal.units_named, *following.units_named]))
        proposal.is_measurable = proposal.is_measurable or following.is_measurable
        proposal.due_on = proposal.due_on or following.due_on
        proposal.limit_words = proposal.limit_words or following.limit_words
        proposal.indicator = proposal.indicator or following.indicator
        others = [*following.assisting_units.all(), *([following.lead_unit] if following.lead_unit else [])]
        if proposal.lead_unit is None:
            proposal.lead_unit = following.lead_unit
        proposal.assisting_units.add(*[unit for unit in others if unit.pk != proposal.lead_unit_id])
        proposal.save()
        following.delete()
        recorder.event(
            "meetings.merge_proposals", "meeting", meeting.pk, county=meeting.county_id,
            before={"proposals": before}, after=_said(proposal),
        )  # fmt: skip
    return proposal


def split_proposal(
    *, meeting: Meeting, proposal: Proposal, place: int, version: int, by: Reach, at: datetime
) -> tuple[Proposal, Proposal]:
    """Cut a proposal's wording in two before the letter at `place`; both keep its units, day and areas."""
    account = require_clerk(by, meeting.county_id)
    _require_open(proposal)
    first, second = proposal.text[:place].rstrip(" ，；、：。,;:"), proposal.text[place:].lstrip(" ，；、。")
    if not 0 < place < len(proposal.text) or not first or not second:
        raise InvalidRequest("proposal_cannot_split_there")
    with recording(by.actor, at) as recorder:
        count_on(meeting, version, account, at)
        before = _said(proposal)
        assisting = list(proposal.assisting_units.all())
        spans = _split_spans(meeting.text, proposal, first, second)
        meeting.proposals.filter(place__gt=proposal.place).update(place=F("place") + 1)
        rest = Proposal.objects.create(
            meeting=meeting, place=proposal.place + 1, spans=spans[1], text=second, speaker=proposal.speaker,
            verb=proposal.verb, areas=list(proposal.areas), is_measurable=proposal.is_measurable,
            units_named=list(proposal.units_named), lead_unit=proposal.lead_unit, limit_words=proposal.limit_words,
            due_on=proposal.due_on, indicator=proposal.indicator,
        )  # fmt: skip
        rest.assisting_units.set(assisting)
        proposal.text, proposal.spans = first, spans[0]
        proposal.save(update_fields=["text", "spans"])
        recorder.event(
            "meetings.split_proposal", "meeting", meeting.pk, county=meeting.county_id, before=before,
            after={"proposals": [_said(proposal), _said(rest)]},
        )  # fmt: skip
    return proposal, rest


def _require_open(proposal: Proposal) -> None:
    if proposal.state == Proposal.State.CONFIRMED:
        raise InvalidRequest("proposal_confirmed")
    if proposal.state != Proposal.State.OPEN:
        raise InvalidRequest("proposal_not_open")


def _joined(text: str, first: Proposal, second: Proposal) -> str:
    """Return the text from the first to the second where both stand in it unchanged and side by side."""
    if _is_verbatim(text, first) and _is_verbatim(text, second):
        start, end = first.spans[-1][0], second.spans[0][1]
        if 0 <= second.spans[0][0] - first.spans[-1][1] <= _NEAR and "\n" not in text[start:end]:
            return text[start:end]
    return f"{first.text.rstrip('；。，')}；{second.text}"


def _is_verbatim(text: str, proposal: Proposal) -> bool:
    return len(proposal.spans) == 1 and text[proposal.spans[0][0] : proposal.spans[0][1]] == proposal.text


def _spans(spans: Sequence[Sequence[int]]) -> list[list[int]]:
    found: list[list[int]] = []
    for start, end in sorted((span[0], span[1]) for span in spans):
        if found and start - found[-1][1] <= _NEAR:
            found[-1][1] = max(found[-1][1], end)
        else:
            found.append([start, end])
    return found


def _split_spans(text: str, proposal: Proposal, first: str, second: str) -> tuple[list[list[int]], list[list[int]]]:
    """Return the spans of both halves; where the wording is no longer the text's, both keep the whole."""
    if not _is_verbatim(text, proposal):
        return proposal.spans, [list(span) for span in proposal.spans]
    start, end = proposal.spans[0]
    return [[start, start + len(first)]], [[end - len(second), end]]


def _said(proposal: Proposal) -> dict[str, Any]:
    return {
        "proposal": proposal.pk, "text": proposal.text, "details": proposal.details, "areas": proposal.areas,
        "lead_unit": proposal.lead_unit_id, "assisting_units": sorted(unit.pk for unit in proposal.assisting_units.all()),
        "due_on": proposal.due_on.isoformat() if proposal.due_on else None, "indicator": proposal.indicator,
    }  # fmt: skip
