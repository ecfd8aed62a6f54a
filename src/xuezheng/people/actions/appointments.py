"""Appointments: who holds which role where and for how long, and who stands in for whom."""

from datetime import date, datetime

from django.utils import timezone

from xuezheng.catalogue.roles import load_roles
from xuezheng.kernel.refusal import Contradiction, InvalidRequest
from xuezheng.ledger.actions import Actor, recording
from xuezheng.people.access import not_ended
from xuezheng.people.models import Account, Appointment, Organisation


def appoint(
    *,
    account_id: int,
    organisation_id: int,
    role: str,
    starts_on: date,
    by: Actor,
    at: datetime,
    ends_on: date | None = None,
    reason: str = "",
) -> Appointment:
    """Give somebody a role in an organisation, from a day and, where known, to a day (both inclusive).

    Raises `InvalidRequest` for one's own account, a role that cannot be held there, or an end before the start, and
    `Contradiction` where they hold it already in that time.
    """
    with recording(by, at) as recorder:
        account = _somebody_else(account_id, by)
        organisation = Organisation.objects.get(pk=organisation_id)
        check_role(role, organisation)
        _check_days(starts_on, ends_on)
        overlapping = Appointment.objects.filter(
            account=account, organisation=organisation, role=role, deputy_of__isnull=True
        ).exclude(ends_on__lt=starts_on)
        if ends_on is not None:
            overlapping = overlapping.exclude(starts_on__gt=ends_on)
        if overlapping.exists():
            raise Contradiction("appointment_twice", name=account.name, organisation=organisation.name)
        appointment = Appointment.objects.create(
            account=account, organisation=organisation, role=role, starts_on=starts_on, ends_on=ends_on
        )
        recorder.event(
            "people.appoint", "account", account.pk, county=organisation.county,
            after=describe(appointment), reason=reason.strip(),
        )  # fmt: skip
    return appointment


def appoint_deputy(
    *, appointment_id: int, account_id: int, starts_on: date, ends_on: date, by: Actor, at: datetime
) -> Appointment:
    """Let somebody stand in for the holder of a role for some days; they hold no more, and no longer, than the holder.

    Raises `InvalidRequest` for one's own account, the holder themselves, or days outside the holder's.
    """
    with recording(by, at) as recorder:
        principal = Appointment.objects.select_related("organisation").get(pk=appointment_id)
        account = _somebody_else(account_id, by)
        if principal.deputy_of_id is not None:
            raise InvalidRequest("deputy_of_deputy")
        if principal.account_id == account.pk:
            raise InvalidRequest("deputy_of_self")
        _check_days(starts_on, ends_on)
        if starts_on < principal.starts_on or (principal.ends_on is not None and ends_on > principal.ends_on):
            raise InvalidRequest("deputy_outside_days")
        deputy = Appointment.objects.create(
            account=account, organisation=principal.organisation, role=principal.role,
            starts_on=starts_on, ends_on=ends_on, deputy_of=principal,
        )  # fmt: skip
        recorder.event(
            "people.appoint_deputy", "account", account.pk, county=principal.organisation.county, after=describe(deputy)
        )
    return deputy


def end_appointment(*, appointment_id: int, ends_on: date, by: Actor, at: datetime, reason: str = "") -> Appointment:
    """Let an appointment end on a day (its last); those who stand in for it end with it.

    One that has not begun by then is kept in the record as its first day alone. Raises `InvalidRequest` for one's own,
    and for a day after the end that it has.
    """
    with recording(by, at) as recorder:
        appointment = Appointment.objects.select_for_update().select_related("organisation").get(pk=appointment_id)
        _somebody_else(appointment.account_id, by)
        if appointment.ends_on is not None and ends_on > appointment.ends_on:
            raise InvalidRequest("appointment_ended", ended=appointment.ends_on.isoformat())
        ending = [appointment, *appointment.deputies.select_for_update().filter(not_ended(timezone.localdate(at)))]
        for one in ending:
            before = describe(one)
            # The database holds that nothing ends before it starts: what never began ends on its first day.
            last = max(ends_on, one.starts_on)
            if one.ends_on is not None and one.ends_on <= last:
                continue
            one.ends_on = last
            one.save(update_fields=["ends_on"])
            recorder.event(
                "people.end_appointment", "account", one.account_id, county=appointment.organisation.county,
                before=before, after=describe(one), reason=reason.strip(),
            )  # fmt: skip
    return appointment


def check_role(role: str, organisation: Organisation) -> None:
    """Refuse a role that nobody knows, that cannot be held in this kind of organisation, or any in a closed one."""
    known = load_roles().roles.get(role)
    if known is None:
        raise InvalidRequest("role_unknown", role=role)
    if not organisation.is_active:
        raise InvalidRequest("organisation_closed", name=organisation.name)
    if organisation.kind not in known.held_in:
        raise InvalidRequest("role_not_held_here", role=role, name=organisation.name)


def describe(appointment: Appointment) -> dict[str, object]:
    """Return an appointment as the ledger tells it: by numbers and days, no names."""
    return {
        "organisation": appointment.organisation_id, "role": appointment.role,
        "starts_on": appointment.starts_on.isoformat(),
        "ends_on": appointment.ends_on.isoformat() if appointment.ends_on else None,
        "deputy_of": appointment.deputy_of_id,
    }  # fmt: skip


def county_of(account: Account) -> str:
    """Return the county in whose trail an account's events stand: that of its newest role, empty where it has none."""
    newest = account.appointments.select_related("organisation").order_by("-starts_on", "-id").first()
    return newest.organisation.county if newest else ""


def _somebody_else(account_id: int, by: Actor) -> Account:
    """Nobody changes their own roles: whoever manages people would reach everything by themselves."""
    if by.id == f"account:{account_id}":
        raise InvalidRequest("appointment_own")
    return Account.objects.get(pk=account_id)


def _check_days(starts_on: date, ends_on: date | None) -> None:
    if ends_on is not None and ends_on < starts_on:
        raise InvalidRequest("ends_before_start", starts=starts_on.isoformat(), ends=ends_on.isoformat())
