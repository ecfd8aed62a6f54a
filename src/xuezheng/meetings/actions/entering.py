"""Entering a meeting from what was read in its bulletin or task table."""

from collections.abc import Mapping
from datetime import datetime

from django.db import IntegrityError

from xuezheng.cases.access import find_units
from xuezheng.kernel.refusal import InvalidRequest
from xuezheng.kernel.work_calendar import local_day
from xuezheng.ledger.actions import recording
from xuezheng.meetings.access import require_clerk
from xuezheng.meetings.actions.records import columns_of
from xuezheng.meetings.drafts import Draft, Reading
from xuezheng.meetings.models import Meeting, Proposal
from xuezheng.meetings.originals import Original, keep_original
from xuezheng.people.access import Reach
from xuezheng.people.models import Organisation
from xuezheng.register.models import County

_LEAST_BEGINNING = 3


def enter_meeting(*, county: County, reading: Reading, original: Original, by: Reach, at: datetime) -> Meeting:
    """Enter a meeting with its proposals, all of them open, and keep the original under its digest.

    Raises `InvalidRequest` (`bulletin_entered_before`) where the very same original stands in the county already.
    """
    account = require_clerk(by, county.code)
    sha256 = original.sha256
    refuse_second(county, sha256)
    keep_original(original)
    try:
        with recording(by.actor, at) as recorder:
            meeting = Meeting.objects.create(
                county=county, text=reading.text, file_name=original.file_name,
                media_type=original.media_type, size_bytes=len(original.content), sha256=sha256, entered_by=account,
                entered_at=at, changed_by=account, changed_at=at, **columns_of(reading.record), **reading.columns(),
            )  # fmt: skip
            propose(meeting, reading.drafts)
            recorder.event(
                "meetings.enter", "meeting", meeting.pk, county=county.code,
                after={"title": meeting.title, "sha256": sha256, "proposals": len(reading.drafts)},
            )  # fmt: skip
    except IntegrityError:
        # Two clerks at the same moment: the second one's row was refused by the database.
        refuse_second(county, sha256)
        raise
    return meeting


def refuse_second(county: County, sha256: str) -> None:
    """Raise `InvalidRequest` (`bulletin_entered_before`) where an original stands in a county already."""
    held = Meeting.objects.filter(county=county, sha256=sha256).select_related("entered_by").first()
    if held is not None:
        raise InvalidRequest(
            "bulletin_entered_before", title=held.title, name=held.entered_by.name,
            day=local_day(held.entered_at).isoformat(), meeting=held.pk,
        )  # fmt: skip


def propose(meeting: Meeting, drafts: tuple[Draft, ...]) -> None:
    """Write what was found in a meeting's text as its proposals, all open, with the units that are named in them."""
    named = _units_by_name(meeting.county)
    rows = []
    units: list[list[Organisation]] = []
    for place, draft in enumerate(drafts, start=1):
        found = list({unit.pk: unit for name in draft.units if (unit := _unit_named(name, named))}.values())
        # Where the first one is nobody of the county's, another one does not lead in its place.
        lead = _unit_named(draft.units[0], named) if draft.units and draft.has_lead else None
        units.append([unit for unit in found if lead is None or unit.pk != lead.pk])
        rows.append(
            Proposal(
                meeting=meeting,
                place=place,
                spans=[list(draft.span)],
                text=draft.text,
                details=draft.details,
                speaker=draft.speaker,
                verb=draft.verb,
                areas=list(draft.areas),
                is_measurable=draft.is_measurable,
                units_named=list(draft.units),
                lead_unit=lead,
                limit_words=draft.limit_words,
                due_on=draft.due_on,
                state=Proposal.State.RECORD if draft.is_record else Proposal.State.OPEN,
            )
        )
    made = Proposal.objects.bulk_create(rows)
    through = Proposal.assisting_units.through
    through.objects.bulk_create(
        through(proposal_id=proposal.pk, organisation_id=unit.pk)
        for proposal, found in zip(made, units, strict=True)
        for unit in found
    )


def _units_by_name(county: County) -> Mapping[str, Organisation]:
    """Return the county's units by their names, also as people write them at home: without the county's own name."""
    found: dict[str, Organisation] = {}
    for unit in find_units(county.code).order_by("-protocol_order", "-pk"):
        name = _plain(unit.name)
        found[name] = unit
        found.setdefault(name.removeprefix(county.name), unit)
    return found


def _unit_named(name: str, units: Mapping[str, Organisation]) -> Organisation | None:
    """Return the unit of a name as written: the very name, or the only one that begins with it (教育委 for 教育委员会)."""
    plain = _plain(name)
    if plain in units or len(plain) < _LEAST_BEGINNING:
        return units.get(plain)
    found = {unit.pk: unit for full, unit in units.items() if full.startswith(plain)}
    return next(iter(found.values())) if len(found) == 1 else None


def _plain(name: str) -> str:
    return "".join(name.split()).removeprefix("县").removeprefix("区") if len(name) > 3 else name.strip()
