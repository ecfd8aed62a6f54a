"""Who is invited to a meeting, what they answered, who stood in, who came."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Max

from xuezheng.kernel.refusal import InvalidRequest
from xuezheng.ledger.actions import recording
from xuezheng.meetings.access import require_clerk
from xuezheng.meetings.actions.changing import count_on
from xuezheng.meetings.models import Invitee, Meeting
from xuezheng.people.access import Reach
from xuezheng.people.models import Account, Organisation


@dataclass(frozen=True, slots=True, kw_only=True)
class Invited:
    """Somebody by name, or a unit that sends whom it chooses."""

    name: str = ""
    post: str = ""
    unit: Organisation | None = None
    role: str = "attends"


@dataclass(frozen=True, slots=True, kw_only=True)
class Attendance:
    """How one of the invited answered, and whether they came; `account` is theirs in the office, where they have one."""

    role: str
    answer: str
    reason: str = ""
    stand_in_name: str = ""
    stand_in_post: str = ""
    is_present: bool | None = None
    account: Account | None = None


def invite(*, meeting: Meeting, invited: Sequence[Invited], version: int, by: Reach, at: datetime) -> list[Invitee]:
    """Invite people and units; who is invited already stays as they are."""
    account = require_clerk(by, meeting.county_id)
    there = {(held.name, held.unit_id) for held in meeting.invitees.all()}
    wanted = [
        each
        for each in dict.fromkeys(invited)
        if (each.name.strip() or each.unit is not None)
        and (each.name.strip(), each.unit.pk if each.unit else None) not in there
    ]
    if not wanted:
        raise InvalidRequest("nobody_to_invite")
    with recording(by.actor, at) as recorder:
        count_on(meeting, version, account, at)
        made = _invite(meeting, wanted)
        recorder.event(
            "meetings.invite", "meeting", meeting.pk, county=meeting.county_id,
            after={"invited": [[each.name, each.post, each.unit_id, each.role] for each in made]},
        )  # fmt: skip
    return made


def invite_from_record(*, meeting: Meeting, version: int, by: Reach, at: datetime) -> list[Invitee]:
    """Invite whom the record (an attached bulletin) names as present and is not invited yet; mark all of them present."""
    account = require_clerk(by, meeting.county_id)
    named = {held["name"]: held["post"] for held in meeting.attendees}
    if not named:
        raise InvalidRequest("nobody_to_invite")
    with recording(by.actor, at) as recorder:
        count_on(meeting, version, account, at)
        there = {held.name for held in meeting.invitees.all()}
        made = _invite(meeting, [Invited(name=name, post=post) for name, post in named.items() if name not in there])
        meeting.invitees.filter(name__in=named).update(is_present=True)
        recorder.event(
            "meetings.invite_from_record", "meeting", meeting.pk, county=meeting.county_id,
            after={"present": list(named), "invited": [each.name for each in made]},
        )  # fmt: skip
    return made


def record_attendance(
    *, meeting: Meeting, attendance: Mapping[int, Attendance], version: int, by: Reach, at: datetime
) -> list[Invitee]:
    """Write what the invited answered and who came, by the invitees' ids: all of it, or nothing.

    Raises `InvalidRequest` (`stand_in_needs_name`, `leave_needs_reason`) with the invitee's name.
    """
    account = require_clerk(by, meeting.county_id)
    invitees = {held.pk: held for held in meeting.invitees.select_related("unit", "account")}
    for number, given in attendance.items():
        if number in invitees:
            _require_sense(invitees[number], given)
    with recording(by.actor, at) as recorder:
        count_on(meeting, version, account, at)
        changed, before = [], []
        for number, given in attendance.items():
            held = invitees.get(number)
            if held is None:
                continue
            old = _said(held)
            held.role, held.answer, held.reason = given.role, given.answer, given.reason.strip()
            is_stand_in = given.answer == Invitee.Answer.STAND_IN
            held.stand_in_name = given.stand_in_name.strip() if is_stand_in else ""
            held.stand_in_post = given.stand_in_post.strip() if is_stand_in else ""
            held.is_present, held.account = given.is_present, given.account
            if _said(held) != old:
                changed.append(held)
                before.append(old)
        Invitee.objects.bulk_update(
            changed, ["role", "answer", "reason", "stand_in_name", "stand_in_post", "is_present", "account"]
        )
        recorder.event(
            "meetings.record_attendance", "meeting", meeting.pk, county=meeting.county_id, restricted=True,
            before={"invitees": before}, after={"invitees": [_said(held) for held in changed]},
        )  # fmt: skip
    return changed


def uninvite(*, meeting: Meeting, invitee: Invitee, version: int, by: Reach, at: datetime) -> None:
    """Take somebody off the list of the invited."""
    account = require_clerk(by, meeting.county_id)
    with recording(by.actor, at) as recorder:
        count_on(meeting, version, account, at)
        before = _said(invitee) | {"name": invitee.name, "unit": invitee.unit_id}
        invitee.delete()
        recorder.event(
            "meetings.uninvite", "meeting", meeting.pk, county=meeting.county_id, restricted=True, before=before
        )


def _invite(meeting: Meeting, wanted: Sequence[Invited]) -> list[Invitee]:
    last = meeting.invitees.aggregate(last=Max("place"))["last"] or 0
    return Invitee.objects.bulk_create(
        Invitee(
            meeting=meeting, place=number, name=each.name.strip()[:60], post=each.post.strip()[:100], unit=each.unit,
            role=each.role,
        )
        for number, each in enumerate(wanted, start=last + 1)
    )  # fmt: skip


def _require_sense(held: Invitee, given: Attendance) -> None:
    if given.answer == Invitee.Answer.STAND_IN and not given.stand_in_name.strip():
        raise InvalidRequest("stand_in_needs_name", name=str(held))
    if given.answer == Invitee.Answer.LEAVE and not given.reason.strip():
        raise InvalidRequest("leave_needs_reason", name=str(held))


def _said(held: Invitee) -> dict[str, Any]:
    return {
        "invitee": held.pk, "role": held.role, "answer": held.answer, "reason": held.reason,
        "stand_in": [held.stand_in_name, held.stand_in_post], "is_present": held.is_present, "account": held.account_id,
    }  # fmt: skip
