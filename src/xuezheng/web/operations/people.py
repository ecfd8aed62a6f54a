"""The first people of an installation: a fresh one's administrator, and those of the demonstration."""

import re
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from xuezheng.catalogue.loader import Words
from xuezheng.kernel.refusal import InvalidRequest
from xuezheng.ledger.actions import Actor, recording
from xuezheng.people.actions.accounts import NewAccount, Slip, UnusableRoster, create_account, reset_password
from xuezheng.people.actions.appointments import appoint
from xuezheng.people.actions.organisations import Unit, create_organisation, seed_organisations
from xuezheng.people.models import Account, Organisation
from xuezheng.register.models import County, School, Township

Kind = Organisation.Kind
INSPECTED_SCHOOLS = 20


def create_county_administrator(*, login: str, name: str, county: str, by: Actor, at: datetime) -> str:
    """Make a county's administrator, and the county's organisation where there is none; return the password.

    Raises `InvalidRequest` for a county's code of the wrong form, and for a login that is taken or of the wrong form.
    """
    if not re.fullmatch(r"[1-9][0-9]{5}", county):
        raise InvalidRequest("county_code_wrong", found=county)
    known = County.objects.filter(code=county).values_list("name", flat=True).first()
    with recording(by, at):
        top = Organisation.objects.filter(kind=Kind.COUNTY, county=county, code=county).first() or create_organisation(
            kind="county", name=known or county, parent_id=None, by=by, at=at, code=county, county=county
        )
        return _account(NewAccount(login, name, top.pk, "administrator"), by, at).password


def _account(wanted: NewAccount, by: Actor, at: datetime) -> Slip:
    try:
        return create_account(account=wanted, by=by, at=at)[1]
    except UnusableRoster as problem:
        fault = problem.faults[0]
        raise InvalidRequest(fault.code, place=None, **fault.params) from problem


@dataclass(frozen=True, slots=True)
class Shown:
    """Somebody of the demonstration: what to call them, how they sign in, and what they see."""

    name: str
    login: str
    password: str
    role: str
    sees: Words


@dataclass(frozen=True, slots=True)
class _Part:
    login: str
    name: str
    role: str
    at: str
    sees: Words


# Nobody here exists; the names are the commonest ones.
_PARTS = (
    _Part("office", "王芳", "office", "office", Words(zh="全县驾驶舱、标准、学校、人员、运行", en="the county: cockpit, standards, schools, people, operations")),
    _Part("leader", "李强", "leader", "county", Words(zh="全县，只读", en="the county, reading only")),
    _Part("planner", "张敏", "planner", "commission", Words(zh="全县，可假设推算", en="the county, with what-if")),
    _Part("statistician", "刘洋", "statistician", "commission", Words(zh="全县，导入底数、判定、签署", en="the county: imports, judged items, signing")),
    _Part("section", "陈静", "section_officer", "section", Words(zh="全县，判定与签署", en="the county: judged items, signing")),
    _Part("township", "赵磊", "township_officer", "township", Words(zh="本乡镇的学校", en="the schools of one township")),
    _Part("head", "杨秀英", "school_head", "school", Words(zh="本校", en="one school")),
    _Part("collector", "黄勇", "school_collector", "school", Words(zh="本校填报", en="one school, filling in")),
    _Part("inspector", "周杰", "duty_inspector", "inspected", Words(zh="责任区的 20 所学校", en="the 20 schools of a duty area")),
    _Part("auditor", "吴艳", "auditor", "county", Words(zh="全县与审计记录，只读", en="the county and the audit trail, reading only")),
    _Part("admin", "徐涛", "administrator", "county", Words(zh="机构、人员与运行", en="organisations, people, operations")),
)  # fmt: skip

DEMONSTRATION_LOGINS = tuple(part.login for part in _PARTS)


def enter_organisations(*, county: County, by: Actor, at: datetime) -> None:
    """Enter a county's townships and schools as organisations, as the register's index has them; can be repeated."""
    townships = [Unit(code, name) for code, name in Township.objects.filter(county=county).values_list("code", "name")]
    schools = School.objects.filter(county=county, closed_on=None).values_list("school_code", "name", "township_code")
    seed_organisations(
        county=Unit(county.code, county.name), townships=townships,
        schools=[Unit(*school) for school in schools], by=by, at=at,
    )  # fmt: skip


def create_demonstration_people(*, county: County, by: Actor, at: datetime) -> list[Shown]:
    """Make the people of the demonstration, or give those that are there fresh passwords; return them in order.

    They need not change the passwords: they are made anew with every start, and nothing here is real.
    """
    with recording(by, at):
        enter_organisations(county=county, by=by, at=at)
        places = _places(county, by, at)
        shown = []
        for part in _PARTS:
            password = _password(part, places[part.at], by, at)
            shown.append(Shown(part.name, part.login, password, part.role, part.sees))
        Account.objects.filter(login__in=DEMONSTRATION_LOGINS).update(must_change_password=False)
    return shown


def _password(part: _Part, places: list[Organisation], by: Actor, at: datetime) -> str:
    """Make somebody of the demonstration with a role at each place, or reset their password; return the password."""
    held = Account.objects.filter(login=part.login).first()
    if held is not None:
        return reset_password(account_id=held.pk, by=by, at=at).password
    first, *others = places
    slip = _account(NewAccount(part.login, part.name, first.pk, part.role), by, at)
    account, today = Account.objects.get(login=part.login), timezone.localdate(at)
    for other in others:
        appoint(account_id=account.pk, organisation_id=other.pk, role=part.role, starts_on=today, by=by, at=at)
    return slip.password


def _places(county: County, by: Actor, at: datetime) -> dict[str, list[Organisation]]:
    top = Organisation.objects.get(kind=Kind.COUNTY, county=county.code, code=county.code)
    commission = _unit("commission", "教育委员会", top, by, at)
    schools = Organisation.objects.filter(kind=Kind.SCHOOL, county=county.code, is_active=True).order_by("code")
    compulsory = School.objects.filter(county=county, kind="primary").values("school_code")
    own = list(schools.filter(code__in=compulsory)[:1])
    townships = Organisation.objects.filter(kind=Kind.TOWNSHIP, county=county.code).order_by("code")
    return {
        "county": [top],
        "commission": [commission],
        "office": [_unit("office", "教育工作领导小组办公室", commission, by, at)],
        "section": [_unit("section", "基础教育科", commission, by, at)],
        "township": list(townships[:1]),
        "school": own,
        # The head's school is among those that the inspector visits.
        "inspected": (own + [school for school in schools[:INSPECTED_SCHOOLS] if school not in own])[
            :INSPECTED_SCHOOLS
        ],
    }


def _unit(kind: str, name: str, parent: Organisation, by: Actor, at: datetime) -> Organisation:
    held = Organisation.objects.filter(kind=kind, parent=parent, name=name).first()
    return held or create_organisation(kind=kind, name=name, parent_id=parent.pk, by=by, at=at)
