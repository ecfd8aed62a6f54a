"""When somebody leaves: their roles pass on, their account closes, and their personal data can be erased."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from axes.models import AccessAttempt
from django.utils import timezone
from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.plugins.otp_totp.models import TOTPDevice

from xuezheng.kernel.refusal import InvalidRequest
from xuezheng.ledger.actions import SYSTEM, Actor, Recorder, erase_payloads, recording
from xuezheng.ledger.models import Event
from xuezheng.people.access import not_ended
from xuezheng.people.actions.appointments import county_of, describe
from xuezheng.people.actions.approvals import use_approval
from xuezheng.people.actions.sessions import end_sessions_of
from xuezheng.people.actions.tokens import revoke_tokens_of
from xuezheng.people.models import AccessToken, Account, Appointment, Approval


def hand_over(
    *,
    account_id: int,
    leaves_on: date,
    successors: Mapping[int, int | None],
    by: Actor,
    at: datetime,
    reason: str,
    approvals_to: int | None = None,
) -> Account:
    """Let somebody leave: `leaves_on` is their last day.

    `successors` says for each appointment that has not ended who takes it (None: nobody does): from the day after, and
    from today where the last day is past or today.
    Requests that wait for a decision go to `approvals_to` or are withdrawn; grants not yet used are withdrawn. The
    account closes and its sessions end at once where the last day is past or today, else by the nightly
    `close_departed`. Raises `InvalidRequest` for one's own account, an appointment that is not theirs, or a
    successor who is the one that leaves, has left, or is who does this: nobody gives themselves a role.
    """
    if by.id == f"account:{account_id}":
        raise InvalidRequest("account_own")
    if not reason.strip():
        raise InvalidRequest("reason_missing")
    today = timezone.localdate(at)
    with recording(by, at) as recorder:
        account = Account.objects.select_for_update().get(pk=account_id)
        held = {one.pk: one for one in account.appointments.filter(not_ended(today)).select_related("organisation")}
        people = _successors(account, successors, held)
        if any(by.id == f"account:{one.pk}" for one in people.values()):
            raise InvalidRequest("appointment_own")
        # Who leaves today hands over today: the account closes at once, and nobody would hold the role until tomorrow.
        first_day = today if leaves_on <= today else leaves_on + timedelta(days=1)
        for number, appointment in held.items():
            _pass_on(appointment, people.get(number), leaves_on, first_day, recorder)
        _pass_on_requests(account, approvals_to, recorder)
        account.left_on = leaves_on
        account.save(update_fields=["left_on"])
        recorder.event(
            "people.hand_over", "account", account.pk, county=county_of(account), reason=reason.strip(),
            after={"left_on": leaves_on.isoformat(), "successors": {str(k): v for k, v in successors.items()}},
        )  # fmt: skip
        if leaves_on <= today:
            _close(account, recorder, at)
    return account


def close_departed(*, at: datetime, by: Actor = SYSTEM) -> int:
    """Close the accounts of those whose last day is over; return how many. The nightly job calls it."""
    with recording(by, at) as recorder:
        gone = list(Account.objects.filter(is_active=True, left_on__lt=timezone.localdate(at)))
        for account in gone:
            _close(account, recorder, at)
    return len(gone)


def erase_person(*, account_id: int, approval_id: int, by: Actor, at: datetime, reason: str) -> Account:
    """Erase for good what is personal about somebody who left; their number stays, so that their acts are told apart.

    Name, login, address, ways of signing in, and what the ledger's payloads say about them go, tombstones stay.
    Needs a granted approval `erase_person` for the account. Raises `InvalidRequest` while the account is open.
    """
    with recording(by, at) as recorder:
        account = Account.objects.select_for_update().get(pk=account_id)
        if account.is_active:
            raise InvalidRequest("account_still_open")
        use_approval(
            approval_id=approval_id, kind="erase_person", subject_kind="account", subject_id=account_id, by=by, at=at
        )
        _scrub(account, at)
        about = Event.objects.filter(subject_kind="account", subject_id=str(account.pk))
        county = county_of(account)
        erase_payloads(
            numbers=about.values_list("number", flat=True), by=by, at=at, reason=reason.strip(), county=county
        )
        recorder.event("people.erase_person", "account", account.pk, county=county, reason=reason.strip())
    return account


def _scrub(account: Account, at: datetime) -> None:
    AccessAttempt.objects.filter(username=account.login).delete()
    account.login, account.name = f"erased-{account.pk}", f"#{account.pk}"
    account.email = account.language = ""
    account.oidc_subject, account.must_change_password, account.erased_at = None, False, at
    account.set_unusable_password()
    account.save()
    end_sessions_of(account)
    AccessToken.objects.filter(account=account).delete()
    for device in (TOTPDevice, StaticDevice):
        device.objects.filter(user=account).delete()


def _successors(
    leaving: Account, wanted: Mapping[int, int | None], held: Mapping[int, Appointment]
) -> dict[int, Account]:
    if not set(wanted) <= set(held):
        raise InvalidRequest("appointment_not_theirs")
    people = Account.objects.in_bulk([number for number in wanted.values() if number is not None])
    if any(one.pk == leaving.pk or not one.is_active or one.left_on is not None for one in people.values()):
        raise InvalidRequest("successor_leaves")
    return {number: people[successor] for number, successor in wanted.items() if successor is not None}


def _pass_on(
    appointment: Appointment, successor: Account | None, leaves_on: date, first_day: date, recorder: Recorder
) -> None:
    before, ended = describe(appointment), appointment.ends_on
    appointment.ends_on = (
        max(leaves_on, appointment.starts_on) if ended is None else min(ended, max(leaves_on, appointment.starts_on))
    )
    appointment.save(update_fields=["ends_on"])
    county = appointment.organisation.county
    recorder.event(
        "people.end_appointment", "account", appointment.account_id, county=county,
        before=before, after=describe(appointment),
    )  # fmt: skip
    for deputy in appointment.deputies.exclude(ends_on__lte=appointment.ends_on):
        deputy.ends_on = max(appointment.ends_on, deputy.starts_on)
        deputy.save(update_fields=["ends_on"])
        recorder.event("people.end_appointment", "account", deputy.account_id, county=county, after=describe(deputy))
    if successor is None or appointment.deputy_of_id is not None:
        return
    begins = _begins(successor, appointment, max(first_day, appointment.starts_on))
    if begins is None or (ended is not None and ended < begins):
        return
    new = Appointment.objects.create(
        account=successor, organisation=appointment.organisation, role=appointment.role, starts_on=begins, ends_on=ended
    )
    recorder.event("people.appoint", "account", successor.pk, county=county, after=describe(new))


def _begins(successor: Account, appointment: Appointment, first_day: date) -> date | None:
    """Return the first day on which a successor does not hold the role there already; None where they hold it for good."""
    own = Appointment.objects.filter(
        account=successor, organisation=appointment.organisation_id, role=appointment.role, deputy_of__isnull=True
    )
    for held in own.order_by("starts_on"):
        if held.starts_on <= first_day and (held.ends_on is None or held.ends_on >= first_day):
            if held.ends_on is None:
                return None
            first_day = held.ends_on + timedelta(days=1)
    return first_day


def _pass_on_requests(leaving: Account, to: int | None, recorder: Recorder) -> None:
    outcome = Approval.Outcome
    unused = Approval.objects.select_for_update().filter(
        requested_by=leaving, outcome__in=[outcome.OPEN, outcome.GRANTED]
    )
    for approval in unused:
        if to is not None and approval.outcome == outcome.OPEN:
            approval.requested_by_id = to
            action = "people.reassign_approval"
        else:
            approval.outcome = outcome.WITHDRAWN
            action = "people.withdraw_approval"
        approval.save(update_fields=["requested_by", "outcome"])
        recorder.event(
            action, "approval", approval.pk, county=approval.county,
            before={"requested_by": leaving.pk}, after={"requested_by": approval.requested_by_id, "outcome": approval.outcome},
        )  # fmt: skip


def _close(account: Account, recorder: Recorder, at: datetime) -> None:
    if not account.is_active:
        return
    account.is_active = False
    account.save(update_fields=["is_active"])
    end_sessions_of(account)
    revoke_tokens_of(account, at)
    recorder.event(
        "people.close_account", "account", account.pk, county=county_of(account),
        before={"is_active": True}, after={"is_active": False},
    )  # fmt: skip
