"""Entering a meeting: from what was read in its bulletin or task table, or by hand; and changing its record."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError

from xuezheng.cases.access import find_units
from xuezheng.kernel.refusal import InvalidRequest
from xuezheng.kernel.work_calendar import local_day
from xuezheng.ledger.actions import recording
from xuezheng.meetings.access import require_clerk
from xuezheng.meetings.actions.changing import count_on
from xuezheng.meetings.drafts import Draft, Reading, Record
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
    _refuse_second(county, sha256)
    keep_original(original)
    try:
        with recording(by.actor, at) as recorder:
            meeting = Meeting.objects.create(
                county=county, is_task_table=reading.is_task_table, text=reading.text, file_name=original.file_name,
                media_type=original.media_type, size_bytes=len(original.content), sha256=sha256, entered_by=account,
                entered_at=at, changed_by=account, changed_at=at, **_columns(reading.record),
            )  # fmt: skip
            _propose(meeting, reading.drafts)
            recorder.event(
                "meetings.enter", "meeting", meeting.pk, county=county.code,
                after={"title": meeting.title, "sha256": sha256, "proposals": len(reading.drafts)},
            )  # fmt: skip
    except IntegrityError:
        # Two clerks at the same moment: the second one's row was refused by the database.
        _refuse_second(county, sha256)
        raise
    return meeting


def _refuse_second(county: County, sha256: str) -> None:
    held = Meeting.objects.filter(county=county, sha256=sha256).select_related("entered_by").first()
    if held is not None:
        raise InvalidRequest(
            "bulletin_entered_before", title=held.title, name=held.entered_by.name,
            day=local_day(held.entered_at).isoformat(), meeting=held.pk,
        )  # fmt: skip


def _propose(meeting: Meeting, drafts: tuple[Draft, ...]) -> None:
    named = _units_by_name(meeting.county)
    rows = []
    units: list[list[Organisation]] = []
    for place, draft in enumerate(drafts, start=1):
        found = list({unit.pk: unit for name in draft.units if (unit := _unit_named(name, named))}.values())
        units.append(found)
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
                lead_unit=found[0] if found else None,
                limit_words=draft.limit_words,
                due_on=draft.due_on,
            )
        )
    made = Proposal.objects.bulk_create(rows)
    through = Proposal.assisting_units.through
    through.objects.bulk_create(
        through(proposal_id=proposal.pk, organisation_id=unit.pk)
        for proposal, found in zip(made, units, strict=True)
        for unit in found[1:]
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


def plan_meeting(*, county: County, record: Record, by: Reach, at: datetime) -> Meeting:
    """Enter a meeting by hand: one that is still to be held, or of which there is no text."""
    account = require_clerk(by, county.code)
    _require_title(record)
    with recording(by.actor, at) as recorder:
        meeting = Meeting.objects.create(
            county=county, entered_by=account, entered_at=at, changed_by=account, changed_at=at, **_columns(record)
        )
        recorder.event("meetings.plan", "meeting", meeting.pk, county=county.code, after=_said(record))
    return meeting


def change_record(*, meeting: Meeting, record: Record, version: int, by: Reach, at: datetime) -> Meeting:
    """Change a meeting's record as `version` shows it; raises `MeetingChanged` where somebody was quicker."""
    account = require_clerk(by, meeting.county_id)
    _require_title(record)
    with recording(by.actor, at) as recorder:
        before, after = _said(record_of(meeting)), _said(record)
        count_on(meeting, version, account, at, **_columns(record))
        changed = [name for name in after if after[name] != before[name]]
        recorder.event(
            "meetings.change_record", "meeting", meeting.pk, county=meeting.county_id,
            before={name: before[name] for name in changed}, after={name: after[name] for name in changed},
        )  # fmt: skip
    return meeting


def record_of(meeting: Meeting) -> Record:
    """Return a meeting's record as it stands."""
    return Record(
        title=meeting.title, organiser=meeting.organiser, ordinal_year=meeting.ordinal_year, ordinal=meeting.ordinal,
        held_on=meeting.held_on, day_words=meeting.day_words, place=meeting.place, chair=meeting.chair,
        chair_post=meeting.chair_post, attendees=tuple((held["name"], held["post"]) for held in meeting.attendees),
        studied=tuple(meeting.studied), heard=tuple(meeting.heard), reviewed=tuple(meeting.reviewed),
        published_on=meeting.published_on,
    )  # fmt: skip


def _require_title(record: Record) -> None:
    if not record.title.strip():
        raise InvalidRequest("meeting_needs_title")


def _columns(record: Record) -> dict[str, Any]:
    columns = asdict(record)
    columns["attendees"] = [{"name": name, "post": post} for name, post in record.attendees]
    return columns | {name: list(columns[name]) for name in ("studied", "heard", "reviewed")}


def _said(record: Record) -> dict[str, Any]:
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in _columns(record).items()}
