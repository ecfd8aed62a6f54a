"""A county with an office, two units, a school and their people, to see who is told of what."""

from datetime import date, timedelta
from types import SimpleNamespace

import pytest

from world import AT, HOME, organisation, person


@pytest.fixture
def office(db):  # noqa: ARG001 - the database must stand
    from xuezheng.people.access import reach_of
    from xuezheng.people.models import Appointment
    from xuezheng.register.models import County

    root = organisation("county", HOME, HOME, "云溪县")
    finance = organisation("member_unit", HOME, "CZ", "县财政局")
    school = organisation("school", HOME, "2150000001", "第一小学")
    budget = organisation("section", HOME, "CZ01", "预算科")
    budget.parent, budget.path = finance, f"{finance.path}{budget.pk}/"
    budget.save()
    who = {
        "office": ("office", root), "head": ("supervision_head", root), "leader": ("leader", root),
        "finance": ("unit_officer", finance), "school": ("school_head", school), "inspector": ("duty_inspector", school),
        "administrator": ("administrator", root), "planner": ("planner", root),
    }  # fmt: skip
    accounts = {name: person(name, role, at, name=name) for name, (role, at) in who.items()}
    accounts["gone"] = person("gone", "unit_officer", finance)
    Appointment.objects.filter(account=accounts["gone"]).update(ends_on=date(2026, 3, 1))
    accounts["deputy"] = person("deputy", "planner", root)
    Appointment.objects.create(
        account=accounts["deputy"], organisation=finance, role="unit_officer", starts_on=AT.date() - timedelta(days=1),
        ends_on=AT.date() + timedelta(days=90), deputy_of=accounts["finance"].appointments.get(),
    )  # fmt: skip
    reaches = {name: reach_of(account, AT.date()) for name, account in accounts.items()}
    county = County.objects.get(code=HOME)
    units = {"finance_unit": finance, "budget_unit": budget, "school_unit": school}
    return SimpleNamespace(county=county, accounts=accounts, **units, **reaches)
