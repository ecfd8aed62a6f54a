"""The agenda of one meeting: items put on it, moved, changed, taken off; what was collected taken in or left out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from django.db.models import Max

from xuezheng.kernel.refusal import InvalidRequest
from xuezheng.ledger.actions import recording
from xuezheng.meetings.access import require_clerk
from xuezheng.meetings.actions.changing import count_on
from xuezheng.meetings.actions.papers import take_up_paper
from xuezheng.meetings.models import AgendaItem, Meeting
from xuezheng.meetings.queries.collecting import Collected
from xuezheng.people.access import Reach
from xuezheng.people.models import Organisation


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemGiven:
    """What an item says: `kind` is one of `AgendaItem.Kind`, `minutes` how long it is taken to last."""

    kind: str
    title: str
    unit: Organisation | None = None
    minutes: int | None = None


def add_item(*, meeting: Meeting, item: ItemGiven, version: int, by: Reach, at: datetime) -> AgendaItem:
    """Put an item at the end of a meeting's agenda."""
    account = require_clerk(by, meeting.county_id)
    _require_words(item)
    with recording(by.actor, at) as recorder:
        count_on(meeting, version, account, at)
        made = AgendaItem.objects.create(
            meeting=meeting, place=_last_place(meeting) + 1, kind=item.kind, title=item.title.strip(), unit=item.unit,
            minutes=item.minutes,
        )  # fmt: skip
        recorder.event("meetings.add_item", "meeting", meeting.pk, county=meeting.county_id, after=_said(made))
    return made


def change_item(
    *, meeting: Meeting, held: AgendaItem, item: ItemGiven, version: int, by: Reach, at: datetime
) -> AgendaItem:
    """Change what an item says."""
    account = require_clerk(by, meeting.county_id)
    _require_words(item)
    with recording(by.actor, at) as recorder:
        count_on(meeting, version, account, at)
        before = _said(held)
        held.kind, held.title, held.unit, held.minutes = item.kind, item.title.strip(), item.unit, item.minutes
        held.save(update_fields=["kind", "title", "unit", "minutes"])
        recorder.event(
            "meetings.change_item", "meeting", meeting.pk, county=meeting.county_id, before=before, after=_said(held)
        )
    return held


def move_item(
    *, meeting: Meeting, held: AgendaItem, direction: Literal["up", "down"], version: int, by: Reach, at: datetime
) -> list[AgendaItem]:
    """Exchange an item with the one before or after it; return the agenda. At an end of it nothing moves."""
    account = require_clerk(by, meeting.county_id)
    with recording(by.actor, at) as recorder:
        count_on(meeting, version, account, at)
        items = list(meeting.agenda.filter(is_left_out=False))
        here = next(place for place, each in enumerate(items) if each.pk == held.pk)
        there = here + (-1 if direction == "up" else 1)
        if 0 <= there < len(items):
            items[here], items[there] = items[there], items[here]
        for place, each in enumerate(items, start=1):
            each.place = place
        AgendaItem.objects.bulk_update(items, ["place"])
        recorder.event(
            "meetings.move_item", "meeting", meeting.pk, county=meeting.county_id,
            after={"items": [each.pk for each in items]},
        )  # fmt: skip
    return items


def remove_item(*, meeting: Meeting, held: AgendaItem, version: int, by: Reach, at: datetime) -> None:
    """Take an item off the agenda; its papers stay with the meeting."""
    account = require_clerk(by, meeting.county_id)
    with recording(by.actor, at) as recorder:
        count_on(meeting, version, account, at)
        before = _said(held)
        held.delete()
        recorder.event("meetings.remove_item", "meeting", meeting.pk, county=meeting.county_id, before=before)


def take_collected(
    *,
    meeting: Meeting,
    taken: Sequence[Collected],
    left_out: Sequence[Collected],
    version: int,
    by: Reach,
    at: datetime,
) -> list[AgendaItem]:
    """Put what was collected on the agenda, or note that it was left out, so that it is not proposed again.

    All of it, or nothing: raises `InvalidRequest` for a paper that is not to be had any more (`take_up_paper`).
    """
    account = require_clerk(by, meeting.county_id)
    if not taken and not left_out:
        raise InvalidRequest("agenda_none_chosen")
    with recording(by.actor, at) as recorder:
        count_on(meeting, version, account, at)
        last = _last_place(meeting)
        made = AgendaItem.objects.bulk_create(
            AgendaItem(
                meeting=meeting, place=last + number, kind=each.kind, title=each.title[:300], unit_id=each.unit,
                origin_kind=each.origin_kind, origin_id=each.origin_id, is_left_out=number > len(taken),
            )
            for number, each in enumerate([*taken, *left_out], start=1)
        )  # fmt: skip
        for item in made[: len(taken)]:
            if item.origin_kind == "paper":
                take_up_paper(
                    number=item.origin_id, meeting=meeting, item=item, account=account, at=at, recorder=recorder
                )
        recorder.event(
            "meetings.take_collected", "meeting", meeting.pk, county=meeting.county_id,
            after={"taken": [_origin(each) for each in taken], "left_out": [_origin(each) for each in left_out]},
        )  # fmt: skip
    return made[: len(taken)]


def _last_place(meeting: Meeting) -> int:
    return meeting.agenda.aggregate(last=Max("place"))["last"] or 0


def _require_words(item: ItemGiven) -> None:
    if not item.title.strip():
        raise InvalidRequest("agenda_item_needs_title")


def _origin(each: Collected) -> list[str]:
    return [each.origin_kind, each.origin_id]


def _said(item: AgendaItem) -> dict[str, Any]:
    return {
        "item": item.pk, "kind": item.kind, "title": item.title, "unit": item.unit_id, "minutes": item.minutes,
        "origin": [item.origin_kind, item.origin_id],
    }  # fmt: skip
