"""Accounts: making one or many with slips, passwords, closing, and what people say about themselves."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils import timezone

from xuezheng.kernel.refusal import Contradiction, InvalidRequest, Parameter
from xuezheng.ledger.actions import Actor, Recorder, recording
from xuezheng.people.access import not_ended
from xuezheng.people.actions.appointments import check_role, county_of, describe
from xuezheng.people.actions.sessions import end_sessions_of
from xuezheng.people.actions.tokens import revoke_tokens_of
from xuezheng.people.models import Account, Appointment, Organisation
from xuezheng.people.passwords import fresh_password, hash_of_fresh

_LOGIN = re.compile(r"[a-z0-9][a-z0-9._-]{2,59}")
_LONGEST_NAME, _LONGEST_ADDRESS = 60, 254
_BATCH = 200


@dataclass(frozen=True, slots=True)
class Slip:
    """What somebody is handed on paper, shown exactly once: nothing keeps the password."""

    login: str
    name: str
    organisation: str
    role: str
    password: str


@dataclass(frozen=True, slots=True)
class NewAccount:
    """Somebody who is to get an account, with their first role. `row` says where in a table they stand."""

    login: str
    name: str
    organisation_id: int
    role: str
    email: str = ""
    row: int | None = None


@dataclass(frozen=True, slots=True)
class RowFault:
    """What is wrong with one row of a table of people: a message code of the catalogue with its parameters."""

    row: int | None
    code: str
    params: dict[str, Parameter]


class UnusableRoster(Contradiction):
    """A table of people from which no account was made, with every fault."""

    def __init__(self, faults: Sequence[RowFault]) -> None:
        super().__init__("roster_unusable", number=len(faults))
        self.faults = tuple(faults)


def create_account(
    *, account: NewAccount, by: Actor, at: datetime, starts_on: date | None = None
) -> tuple[Account, Slip]:
    """Make one account with a fresh password and a first role; see `create_accounts`."""
    slips = create_accounts(accounts=[account], by=by, at=at, starts_on=starts_on)
    return Account.objects.get(login=slips[0].login), slips[0]


def create_accounts(
    *, accounts: Sequence[NewAccount], by: Actor, at: datetime, starts_on: date | None = None
) -> list[Slip]:
    """Make accounts, each with a fresh random password that must be changed at the first sign-in and a first role.

    All or none: raises `UnusableRoster` with every fault. The roles start today where `starts_on` is not given. The
    passwords stand in the returned slips and nowhere else.
    """
    start = starts_on or timezone.localdate(at)
    with recording(by, at) as recorder:
        units = Organisation.objects.in_bulk([one.organisation_id for one in accounts])
        faults = _faults(accounts, units)
        if faults:
            raise UnusableRoster(faults)
        slips = [_slip(one, units[one.organisation_id]) for one in accounts]
        made = Account.objects.bulk_create(
            [
                Account(
                    login=one.login, name=one.name, email=one.email, created_at=at,
                    must_change_password=True, password=hash_of_fresh(slip.password),
                )
                for one, slip in zip(accounts, slips, strict=True)
            ],
            batch_size=_BATCH,
        )  # fmt: skip
        held = Appointment.objects.bulk_create(
            [
                Appointment(account=account, organisation=units[one.organisation_id], role=one.role, starts_on=start)
                for one, account in zip(accounts, made, strict=True)
            ],
            batch_size=_BATCH,
        )
        for account, appointment in zip(made, held, strict=True):
            recorder.event(
                "people.create_account", "account", account.pk, county=appointment.organisation.county,
                after={**_told(account), "appointment": describe(appointment)},
            )  # fmt: skip
    return slips


def create_school_accounts(
    *, county: str, by: Actor, at: datetime, role: str = "school_collector", starts_on: date | None = None
) -> list[Slip]:
    """Make an account for every open school of a county in which nobody holds a role; the login is the school's code.

    Where another county's school has the code already, the county's code stands before it.
    """
    with recording(by, at):
        held = Appointment.objects.filter(not_ended(timezone.localdate(at)), account__is_active=True).values(
            "organisation"
        )
        schools = list(
            Organisation.objects.filter(kind=Organisation.Kind.SCHOOL, county=county, is_active=True)
            .exclude(code="")
            .exclude(pk__in=held)
            .order_by("code")
        )
        if not schools:
            return []
        taken = set(Account.objects.values_list("login", flat=True))
        rows = [NewAccount(_free_login(one, taken), one.name[:_LONGEST_NAME], one.pk, role) for one in schools]
        return create_accounts(accounts=rows, by=by, at=at, starts_on=starts_on)


def reset_password(*, account_id: int, by: Actor, at: datetime, reason: str = "") -> Slip:
    """Give somebody a fresh password that they must change, and end their sessions; nobody else knew the old one."""
    with recording(by, at) as recorder:
        account = _locked(account_id)
        password = fresh_password()
        account.password, account.must_change_password = hash_of_fresh(password), True
        account.save(update_fields=["password", "must_change_password"])
        end_sessions_of(account)
        revoke_tokens_of(account, at)
        _note(recorder, "people.reset_password", account, reason=reason)
        held = account.appointments.filter(not_ended(timezone.localdate(at))).select_related("organisation").first()
    return Slip(
        account.login, account.name, held.organisation.name if held else "", held.role if held else "", password
    )


def change_password(*, account_id: int, password: str, keep_session: str | None, by: Actor, at: datetime) -> Account:
    """Set the password that somebody chose for themselves, and end their other sessions.

    `keep_session` is the key of the session in which they did it. The caller has checked the old password and the
    new one's strength.
    """
    with recording(by, at) as recorder:
        account = _locked(account_id)
        account.set_password(password)
        account.must_change_password = False
        account.save(update_fields=["password", "must_change_password"])
        end_sessions_of(account, keep=keep_session)
        _note(recorder, "people.change_password", account)
    return account


def change_profile(*, account_id: int, name: str, email: str, language: str, by: Actor, at: datetime) -> Account:
    """Change what somebody is called, their address, and the language they read."""
    with recording(by, at) as recorder:
        account = _locked(account_id)
        before = _told(account)
        account.name, account.email, account.language = name.strip(), email, language
        if _told(account) == before:
            return account
        account.save(update_fields=["name", "email", "language"])
        _note(recorder, "people.change_profile", account, before=before, after=_told(account))
    return account


def link_identity(*, account_id: int, subject: str, by: Actor, at: datetime) -> Account:
    """Tie an account to somebody at the government's identity service (its `sub` claim), or untie it with an empty text."""
    with recording(by, at) as recorder:
        account = _locked(account_id)
        wanted = subject.strip() or None
        if wanted and Account.objects.filter(oidc_subject=wanted).exclude(pk=account.pk).exists():
            raise Contradiction("identity_taken", subject=wanted)
        before, account.oidc_subject = account.oidc_subject, wanted
        account.save(update_fields=["oidc_subject"])
        _note(recorder, "people.link_identity", account, before={"subject": before}, after={"subject": wanted})
    return account


def close_account(*, account_id: int, by: Actor, at: datetime, reason: str) -> Account:
    """Close an account: its sessions end at once and nobody signs in with it. It can be opened again."""
    return _set_active(account_id, by, at, reason, is_active=False)


def reopen_account(*, account_id: int, by: Actor, at: datetime, reason: str) -> Account:
    """Open a closed account again, unless its personal data were erased."""
    return _set_active(account_id, by, at, reason, is_active=True)


def _set_active(account_id: int, by: Actor, at: datetime, reason: str, *, is_active: bool) -> Account:
    if by.id == f"account:{account_id}":
        raise InvalidRequest("account_own")
    if not reason.strip():
        raise InvalidRequest("reason_missing")
    with recording(by, at) as recorder:
        account = _locked(account_id)
        if account.erased_at is not None:
            raise InvalidRequest("account_erased")
        if account.is_active == is_active:
            return account
        account.is_active = is_active
        account.left_on = None if is_active else account.left_on
        account.save(update_fields=["is_active", "left_on"])
        if not is_active:
            end_sessions_of(account)
            revoke_tokens_of(account, at)
        action = "people.reopen_account" if is_active else "people.close_account"
        _note(
            recorder,
            action,
            account,
            before={"is_active": not is_active},
            after={"is_active": is_active},
            reason=reason,
        )
    return account


def _faults(accounts: Sequence[NewAccount], units: dict[int, Organisation]) -> list[RowFault]:
    taken = set(Account.objects.filter(login__in=[one.login for one in accounts]).values_list("login", flat=True))
    times = Counter(one.login for one in accounts)
    found: list[RowFault] = []
    for one in accounts:
        if not _LOGIN.fullmatch(one.login):
            found.append(RowFault(one.row, "login_form", {"login": one.login}))
        elif one.login in taken:
            found.append(RowFault(one.row, "login_taken", {"login": one.login}))
        elif times[one.login] > 1:
            found.append(RowFault(one.row, "login_twice", {"login": one.login}))
        if not one.name.strip():
            found.append(RowFault(one.row, "name_missing", {}))
        if len(one.name) > _LONGEST_NAME:
            found.append(RowFault(one.row, "name_long", {"limit": _LONGEST_NAME}))
        if one.email and not _is_address(one.email):
            found.append(RowFault(one.row, "email_form", {"found": one.email[:80]}))
        try:
            check_role(one.role, units[one.organisation_id])
        except InvalidRequest as refusal:
            found.append(RowFault(one.row, refusal.code, refusal.params))
    return found


def _is_address(text: str) -> bool:
    if len(text) > _LONGEST_ADDRESS:
        return False
    try:
        validate_email(text)
    except ValidationError:
        return False
    return True


def _slip(one: NewAccount, unit: Organisation) -> Slip:
    return Slip(one.login, one.name, unit.name, one.role, fresh_password())


def _free_login(school: Organisation, taken: set[str]) -> str:
    login = school.code if school.code not in taken else f"{school.county}-{school.code}"
    taken.add(login)
    return login


def _locked(account_id: int) -> Account:
    return Account.objects.select_for_update().get(pk=account_id)


def _told(account: Account) -> dict[str, object]:
    return {"login": account.login, "name": account.name, "email": account.email, "language": account.language}


def _note(
    recorder: Recorder,
    action: str,
    account: Account,
    *,
    before: dict[str, object] | None = None,
    after: dict[str, object] | None = None,
    reason: str = "",
) -> None:
    recorder.event(
        action, "account", account.pk, county=county_of(account), before=before, after=after, reason=reason.strip()
    )
