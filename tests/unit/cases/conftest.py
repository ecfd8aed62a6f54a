"""A county with an office, two units, a school and their people; everybody's reach, made anew for each test."""

from types import SimpleNamespace

import pytest

from world import AT, HOME, organisation, person


@pytest.fixture
def office(db):  # noqa: ARG001 - the database must stand
    from xuezheng.people.access import reach_of
    from xuezheng.register.models import County

    finance = organisation("member_unit", HOME, "CZ", "县财政局")
    housing = organisation("member_unit", HOME, "ZJ", "县住建局")
    school = organisation("school", HOME, "2150000001", "第一小学")
    root = organisation("county", HOME, HOME, "云溪县")
    who = {
        "office": ("office", root), "office_two": ("office", root), "head": ("supervision_head", root),
        "finance": ("unit_officer", finance), "finance_two": ("unit_officer", finance),
        "housing": ("unit_officer", housing), "school": ("school_head", school),
        "inspector": ("duty_inspector", school), "leader": ("leader", root), "statistician": ("statistician", root),
    }  # fmt: skip
    reaches = {name: reach_of(person(name, role, at, name=name), AT.date()) for name, (role, at) in who.items()}
    county = County.objects.get(code=HOME)
    return SimpleNamespace(county=county, finance_unit=finance, housing_unit=housing, school_unit=school, **reaches)
