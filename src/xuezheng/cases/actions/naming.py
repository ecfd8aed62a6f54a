"""Naming who may read a restricted case, and taking a name away; both stand in its history and in the ledger."""

from datetime import datetime

from django.db.models import F

from xuezheng.cases.actions.stepping import changed_since
from xuezheng.cases.models import Case, Reader, Step
from xuezheng.kernel.refusal import InvalidRequest
from xuezheng.kernel.work_calendar import local_day
from xuezheng.ledger.actions import recording
from xuezheng.people.access import NotAllowed, Reach, is_in_force
from xuezheng.people.models import Account


def name_reader(*, case: Case, login_or_name: str, version: int, by: Reach, at: datetime) -> Account:
    """Let somebody of the county read a restricted case, found by login or by a name that only they have."""
    _require_naming(case, by)
    account = _account_of(case, login_or_name.strip(), at)
    with recording(by.actor, at) as recorder:
        if Reader.objects.filter(case=case, account=account).exists():
            raise InvalidRequest("reader_named_already", name=account.name)
        _count_on(case, version, "name_reader", account, by, at)
        Reader.objects.create(case=case, account=account)
        recorder.event(
            "cases.name_reader", "case", case.pk, county=case.county_id, after={"reader": account.pk}, restricted=True
        )
    return account


def strike_reader(*, case: Case, account: Account, version: int, by: Reach, at: datetime) -> None:
    """Take a name off a restricted case; what they saw before stays in the ledger."""
    _require_naming(case, by)
    with recording(by.actor, at) as recorder:
        _count_on(case, version, "strike_reader", account, by, at)
        if not Reader.objects.filter(case=case, account=account).delete()[0]:
            raise InvalidRequest("reader_not_named", name=account.name)
        recorder.event(
            "cases.strike_reader", "case", case.pk, county=case.county_id, before={"reader": account.pk},
            restricted=True,
        )  # fmt: skip


def may_name_readers(case: Case, by: Reach) -> bool:
    """Whether somebody who sees a case may say who else reads it: its supervisors, and whoever opened it."""
    is_opener = by.account is not None and case.opened_by_id == by.account.pk
    return case.is_restricted and (is_opener or by.can_in_county("supervise_cases", case.county_id))


def _require_naming(case: Case, by: Reach) -> None:
    if not case.is_restricted:
        raise InvalidRequest("case_is_not_restricted")
    if by.account is None or not may_name_readers(case, by):
        raise NotAllowed("not_allowed", right="supervise_cases")


def _account_of(case: Case, wanted: str, at: datetime) -> Account:
    """Return the account of a login, or of a name, that holds a role in the case's county today."""
    found = list(
        Account.objects.filter(is_active=True, appointments__organisation__county=case.county_id, login=wanted).distinct()
    ) or list(
        Account.objects.filter(is_active=True, appointments__organisation__county=case.county_id, name=wanted).distinct()
    )  # fmt: skip
    today = local_day(at)
    held = [each for each in found if any(is_in_force(role, today) for role in each.appointments.all())]
    if not wanted or not held:
        raise InvalidRequest("reader_unknown", name=wanted)
    if len(held) > 1:
        raise InvalidRequest("reader_ambiguous", name=wanted, count=len(held))
    return held[0]


def _count_on(case: Case, version: int, step: str, account: Account, by: Reach, at: datetime) -> None:
    """Count the case on by one version, with a line in its history; who is told of another version was quicker."""
    if not Case.objects.filter(pk=case.pk, version=version).update(version=F("version") + 1):
        raise changed_since(Case.objects.get(pk=case.pk), version)
    Step.objects.create(
        case=case, version=version + 1, step=step, state=case.state, by=by.account, at=at, words=account.name
    )
