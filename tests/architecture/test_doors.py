"""No page stands outside: every address has a name, a door, and a row in the table that the other tests walk."""

import pytest
from django.urls import URLPattern, get_resolver

from addresses import ADDRESSES, MAY
from xuezheng.catalogue.roles import load_roles

DOORS = {"public", "signed-in", "right", "county", "part-of-county", "school"}


def patterns(resolver=None):
    for entry in (resolver or get_resolver()).url_patterns:
        if isinstance(entry, URLPattern):
            yield entry
        else:
            yield from patterns(entry)


def test_every_address_is_in_the_table_and_the_table_names_no_other():
    found = [pattern.name for pattern in patterns()]
    assert None not in found
    assert len(found) == len(set(found)), sorted(name for name in found if found.count(name) > 1)
    assert set(found) - set(ADDRESSES) == set()
    assert set(ADDRESSES) - set(found) == set()


@pytest.mark.parametrize("name", sorted(ADDRESSES))
def test_every_view_carries_the_door_that_the_table_says(name):
    view = next(pattern.callback for pattern in patterns() if pattern.name == name)
    assert getattr(view, "door", None) in DOORS
    assert (view.door, view.right or "") == (ADDRESSES[name].door, ADDRESSES[name].right)


def test_addresses_about_a_county_or_school_carry_its_code():
    for pattern in patterns():
        wanted = {"county": {"county"}, "part-of-county": {"county"}, "school": {"county", "school"}}
        assert wanted.get(pattern.callback.door, set()) <= set(pattern.pattern.converters), pattern.name


def test_roles_have_the_rights_that_are_written_down_here_and_no_others():
    roles = load_roles()
    assert set(roles.rights) == set(MAY)
    for right, holders in MAY.items():
        assert {name for name, role in roles.roles.items() if right in role.rights} == holders, right
