"""Who gets in where: the doors of the pages, tried with people of every kind."""

import pytest

from world import HOME, OTHER, organisation, person
from xuezheng.register.models import School

pytestmark = pytest.mark.django_db


def test_a_stranger_is_led_to_the_sign_in_page(client):
    answer = client.get(f"/counties/{HOME}/schools/")
    assert answer.status_code == 302
    assert answer.url == f"/sign-in/?next=/counties/{HOME}/schools/"


def test_a_school_head_reaches_the_own_school_and_no_other(client):
    head = person("head", "school_head", organisation("school", HOME, "1150000001", "第一小学"))
    client.force_login(head)
    codes = list(School.objects.filter(county=HOME).values_list("school_code", flat=True))
    assert client.get(f"/counties/{HOME}/schools/1150000001/").status_code == 200
    for code in codes:
        if code != "1150000001":
            assert client.get(f"/counties/{HOME}/schools/{code}/").status_code == 404
    assert client.get(f"/counties/{OTHER}/schools/1150000001/").status_code == 404
    assert client.get(f"/counties/{HOME}/").status_code == 404


@pytest.mark.parametrize(
    "address", ["/people/?q=%00", "/counties/{home}/schools/?kind=%00", "/counties/{home}/schools/%00/"]
)
def test_an_address_with_a_zero_character_is_refused_on_either_database(client, address):
    client.force_login(person("office", "office"))
    assert client.get(address.format(home=HOME)).status_code == 400


def test_a_county_officer_sees_all_schools_of_the_own_county(client):
    client.force_login(person("planner", "planner"))
    assert client.get(f"/counties/{HOME}/schools/").status_code == 200
    assert client.get(f"/counties/{OTHER}/schools/").status_code == 404
