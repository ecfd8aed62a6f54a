"""Attaching a text — bulletin, minutes, task table — to a meeting that stands already, and deciding where they differ."""

from collections.abc import Collection
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError

from xuezheng.kernel.refusal import InvalidRequest
from xuezheng.ledger.actions import recording
from xuezheng.meetings.access import require_clerk
from xuezheng.meetings.actions.changing import count_on
from xuezheng.meetings.actions.entering import propose, refuse_second
from xuezheng.meetings.actions.records import columns_of, find_ordinal_taken, record_of, refuse_taken_ordinal, said
from xuezheng.meetings.drafts import Reading
from xuezheng.meetings.models import Meeting, Proposal
from xuezheng.meetings.originals import Original, keep_original
from xuezheng.people.access import Reach

_ORDINAL = ("organiser", "ordinal_year", "ordinal")
_DAYS = ("held_on", "published_on")


def attach_original(
    *, meeting: Meeting, reading: Reading, original: Original, version: int, by: Reach, at: datetime
) -> Meeting:
    """Attach a text to a meeting: it fills what the record lacks, its proposals become the meeting's.

    Where record and text differ, the record stays and the difference waits for `decide_differences`. An earlier text
    whose proposals nobody confirmed is replaced with its proposals (its file stays). Raises `InvalidRequest`:
    `original_over_decisions` over confirmed ones, `bulletin_entered_before` for a text that stands in the county.
    """
    account = require_clerk(by, meeting.county_id)
    if meeting.cancelled_at is not None:
        raise InvalidRequest("meeting_cancelled")
    refuse_second(meeting.county, original.sha256)
    _refuse_over_decisions(meeting)
    keep_original(original)
    filled, differences = compare(meeting, reading)
    columns: dict[str, Any] = {
        "text": reading.text, "file_name": original.file_name, "media_type": original.media_type,
        "size_bytes": len(original.content), "sha256": original.sha256, "differences": said(differences),
        # A table that is attached does not make a table of the meeting.
        **reading.columns(), "is_task_table": meeting.is_task_table,
    }  # fmt: skip
    try:
        with recording(by.actor, at) as recorder:
            before = {"sha256": meeting.sha256, "proposals": meeting.proposals.count()}
            count_on(meeting, version, account, at, **columns, **filled)
            _refuse_over_decisions(meeting)
            Proposal.objects.filter(meeting=meeting).delete()
            propose(meeting, reading.drafts)
            recorder.event(
                "meetings.attach_original", "meeting", meeting.pk, county=meeting.county_id, before=before,
                after={"sha256": original.sha256, "proposals": len(reading.drafts), "filled": said(filled),
                       "differences": said(differences)},
            )  # fmt: skip
    except IntegrityError:
        # Two clerks at the same moment with the same text: the second one's row was refused by the database.
        refuse_second(meeting.county, original.sha256)
        raise
    return meeting


def decide_differences(*, meeting: Meeting, taken: Collection[str], version: int, by: Reach, at: datetime) -> Meeting:
    """Take the text's word for the fields named in `taken`; for all others the record's stands. None waits any longer.

    Raises `InvalidRequest` (`meeting_ordinal_taken`) for an ordinal that another meeting has.
    """
    account = require_clerk(by, meeting.county_id)
    if not meeting.differences:
        raise InvalidRequest("no_differences")
    chosen = {name: value for name, value in meeting.differences.items() if name in taken}
    columns: dict[str, Any] = {
        name: date.fromisoformat(value) if name in _DAYS else value for name, value in chosen.items()
    }
    if ordinal := {name: value for name, value in columns.items() if name in _ORDINAL}:
        refuse_taken_ordinal(meeting.county_id, replace(record_of(meeting), **ordinal), meeting.pk)
    with recording(by.actor, at) as recorder:
        before = said({name: getattr(meeting, name) for name in chosen})
        kept = sorted(set(meeting.differences) - set(chosen))
        count_on(meeting, version, account, at, differences={}, **columns)
        recorder.event(
            "meetings.decide_differences", "meeting", meeting.pk, county=meeting.county_id, before=before,
            after={"taken": chosen, "kept": kept},
        )  # fmt: skip
    return meeting


def compare(meeting: Meeting, reading: Reading) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what a text fills of a meeting's record, and what it says otherwise, both by column."""
    stands, read = columns_of(record_of(meeting)), columns_of(reading.record)
    if not reading.tells_meeting:
        read.pop("title")  # the name of a file
    filled: dict[str, Any] = {}
    differences: dict[str, Any] = {}
    for name, value in read.items():
        if value in (None, "", []) or (name == "day_words" and stands["held_on"]):
            continue
        if stands[name] in (None, "", []):
            filled[name] = value
        elif _plain(name, stands[name]) != _plain(name, value):
            differences[name] = value
    ordinal = {name: value for name, value in filled.items() if name in _ORDINAL}
    if ordinal and find_ordinal_taken(meeting.county_id, replace(record_of(meeting), **ordinal), meeting.pk):
        # It is another meeting's: that of the two one is not as it should be is for a clerk to see.
        differences |= {name: filled.pop(name) for name in ordinal}
    return filled, differences


def _plain(name: str, value: Any) -> Any:
    return "".join(value.split()).removesuffix("召开") if name == "title" else value


def _refuse_over_decisions(meeting: Meeting) -> None:
    decided = meeting.proposals.filter(state=Proposal.State.CONFIRMED).count()
    if decided:
        raise InvalidRequest("original_over_decisions", title=meeting.title, count=decided)
