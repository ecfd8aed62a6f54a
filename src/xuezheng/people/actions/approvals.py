"""What needs two people: one asks, another decides, and the one who asked uses the grant once, in time."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q
from django.utils import timezone

from xuezheng.catalogue.approvals import load_approval_kinds
from xuezheng.kernel.refusal import InvalidRequest, NotFound
from xuezheng.ledger.actions import SYSTEM, Actor, recording
from xuezheng.people.access import NotAllowed, reach_of
from xuezheng.people.models import Account, Approval

Outcome = Approval.Outcome


def request_approval(
    *,
    kind: str,
    subject_kind: str,
    subject_id: object,
    county: str,
    reason: str,
    by: Actor,
    at: datetime,
    details: Mapping[str, Any] | None = None,
) -> Approval:
    """Ask for something that needs two people; `kind` is one of the catalogue's `approvals.yaml`.

    An open request of the same person for the same subject is returned as it stands. `details` are JSON and free of
    personal data: the other person sees them before deciding. Raises `NotAllowed` where the person lacks the kind's
    right over the county, and `InvalidRequest` without a reason.
    """
    asked = load_approval_kinds().kinds[kind]
    account = person_acting(by)
    if not reason.strip():
        raise InvalidRequest("reason_missing")
    if not _reaches(account, asked.request_right, county, at):
        raise NotAllowed("not_allowed", right=asked.request_right)
    with recording(by, at) as recorder:
        same = Approval.objects.filter(
            kind=kind, subject_kind=subject_kind, subject_id=str(subject_id), county=county,
            requested_by=account, outcome=Outcome.OPEN, expires_at__gt=at,
        ).first()  # fmt: skip
        if same is not None:
            return same
        approval = Approval.objects.create(
            county=county, kind=kind, subject_kind=subject_kind, subject_id=str(subject_id), details=dict(details or {}),
            reason=reason.strip(), requested_by=account, requested_at=at, expires_at=at + timedelta(days=asked.open_days),
        )  # fmt: skip
        recorder.event(
            "people.request_approval", "approval", approval.pk, county=county, reason=approval.reason,
            after={"kind": kind, "subject": f"{subject_kind}:{subject_id}", "expires_at": approval.expires_at.isoformat()},
        )  # fmt: skip
    return approval


def decide_approval(*, approval_id: int, grant: bool, note: str, by: Actor, at: datetime) -> Approval:
    """Grant or refuse an open request. Whoever decides holds `approve` over its county and is not the one who asked.

    A refusal needs a note. Raises `InvalidRequest` for one's own request, or one that is no longer open.
    """
    account = person_acting(by)
    with recording(by, at) as recorder:
        approval = _locked(approval_id)
        if approval.requested_by_id == account.pk:
            raise InvalidRequest("approval_own")
        if not _reaches(account, "approve", approval.county, at):
            raise NotAllowed("not_allowed", right="approve")
        _check_open(approval, at)
        if not grant and not note.strip():
            raise InvalidRequest("refusal_reason_missing")
        approval.outcome = Outcome.GRANTED if grant else Outcome.REFUSED
        approval.decided_by, approval.decided_at, approval.decision_note = account, at, note.strip()
        if grant:
            approval.expires_at = at + timedelta(days=load_approval_kinds().kinds[approval.kind].granted_days)
        approval.save()
        recorder.event(
            "people.decide_approval", "approval", approval.pk, county=approval.county, reason=approval.decision_note,
            before={"outcome": Outcome.OPEN.value},
            after={"outcome": approval.outcome, "expires_at": approval.expires_at.isoformat()},
        )  # fmt: skip
    return approval


def withdraw_approval(*, approval_id: int, by: Actor, at: datetime, reason: str = "") -> Approval:
    """Take back one's own request, open or granted and not yet used."""
    account = person_acting(by)
    with recording(by, at) as recorder:
        approval = _locked(approval_id)
        if approval.requested_by_id != account.pk:
            raise NotAllowed("approval_not_yours")
        if approval.outcome not in (Outcome.OPEN, Outcome.GRANTED):
            raise InvalidRequest("approval_not_open")
        before, approval.outcome = approval.outcome, Outcome.WITHDRAWN.value
        approval.save(update_fields=["outcome"])
        recorder.event(
            "people.withdraw_approval", "approval", approval.pk, county=approval.county, reason=reason,
            before={"outcome": before}, after={"outcome": approval.outcome},
        )  # fmt: skip
    return approval


def use_approval(
    *, approval_id: int, kind: str, subject_kind: str, subject_id: object, by: Actor, at: datetime
) -> Approval:
    """Use a grant, once: call it inside the `recording` of the action that it allows, so that both happen or neither.

    Raises `InvalidRequest` where the grant is for something else, was used or has lapsed, and `NotAllowed` where
    somebody else asked for it, or who asked has lost the right to do so since.
    """
    account = person_acting(by)
    with recording(by, at) as recorder:
        approval = _locked(approval_id)
        if approval.requested_by_id != account.pk:
            raise NotAllowed("approval_not_yours")
        wanted = (kind, subject_kind, str(subject_id))
        if (approval.kind, approval.subject_kind, approval.subject_id) != wanted:
            raise InvalidRequest("approval_for_something_else")
        if approval.outcome != Outcome.GRANTED or approval.expires_at <= at:
            raise InvalidRequest("approval_not_granted")
        right = load_approval_kinds().kinds[approval.kind].request_right
        if not _reaches(account, right, approval.county, at):
            raise NotAllowed("not_allowed", right=right)
        approval.outcome, approval.used_at = Outcome.USED, at
        approval.save(update_fields=["outcome", "used_at"])
        recorder.event(
            "people.use_approval", "approval", approval.pk, county=approval.county,
            before={"outcome": Outcome.GRANTED.value}, after={"outcome": approval.outcome},
        )  # fmt: skip
    return approval


def expire_approvals(*, at: datetime, by: Actor = SYSTEM) -> int:
    """Close what nobody decided or used in time; return how many. The nightly job calls it."""
    with recording(by, at) as recorder:
        lapsed = list(
            Approval.objects.select_for_update().filter(
                Q(outcome=Outcome.OPEN) | Q(outcome=Outcome.GRANTED), expires_at__lte=at
            )
        )
        for approval in lapsed:
            before, approval.outcome = approval.outcome, Outcome.EXPIRED.value
            approval.save(update_fields=["outcome"])
            recorder.event(
                "people.expire_approval", "approval", approval.pk, county=approval.county,
                before={"outcome": before}, after={"outcome": approval.outcome},
            )  # fmt: skip
    return len(lapsed)


def person_acting(by: Actor) -> Account:
    """Return the account behind an actor; raises `InvalidRequest` for the system and the command line."""
    kind, _, number = by.id.partition(":")
    if kind != "account":
        raise InvalidRequest("person_needed")
    return Account.objects.get(pk=int(number))


def _reaches(account: Account, right: str, county: str, at: datetime) -> bool:
    return reach_of(account, timezone.localdate(at)).can_in_county(right, county)


def _locked(approval_id: int) -> Approval:
    approval = Approval.objects.select_for_update().filter(pk=approval_id).first()
    if approval is None:
        raise NotFound("approval_not_found")
    return approval


def _check_open(approval: Approval, at: datetime) -> None:
    if approval.outcome != Outcome.OPEN:
        raise InvalidRequest("approval_not_open")
    if approval.expires_at <= at:
        raise InvalidRequest("approval_lapsed")
