"""A list asks the database as often for three hundred rows as for three."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

import growth
from addresses import ADDRESSES, MAY
from planted import plant
from world import HOME, organisation, person

pytestmark = pytest.mark.django_db

LISTS = sorted(name for name, address in ADDRESSES.items() if address.grows)


def somebody_with(right):
    role = next(
        (role for role in ("statistician", "office", "auditor", "administrator") if role in MAY.get(right, ())),
        "statistician",
    )
    return person("somebody", role, organisation("county", HOME, HOME, "云溪县"))


def counted(client, url):
    client.get(url)  # what is cached once per process is not the list's
    with CaptureQueriesContext(
        connection,
    ) as asked:
        answer = client.get(url)
    assert answer.status_code == 200, url
    if answer.streaming:
        list(answer.streaming_content)
    return [query["sql"] for query in asked]


@pytest.mark.parametrize("name", LISTS)
def test_a_list_asks_as_often_for_three_hundred_rows_as_for_three(client, name):
    address, place = ADDRESSES[name], plant(HOME)
    client.force_login(somebody_with(address.right or address.holders))
    url = reverse(name, kwargs=address.kwargs(place)) + address.queries[0]
    grow = getattr(growth, address.grows)
    grow(3)
    few = counted(client, url)
    grow(300)
    many = counted(client, url)
    assert len(many) == len(few), "\n".join(sorted(set(many) - set(few)))
