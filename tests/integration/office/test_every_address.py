"""Every address, tried as everybody: who gets in, who does not, and what leaks.

The table stands in `addresses.py`. For each address and visitor: the home county's records, the other county's, the
home county's address with the other county's record in it, and records that do not exist.
"""

import contextlib
import logging
import re
from types import SimpleNamespace
from urllib.parse import quote

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from addresses import ADDRESSES, VISITORS, expected_status
from planted import forbidden_to, make_visitor, plant, text_of
from world import HOME, OTHER
from xuezheng.ledger.queries import get_head

pytestmark = pytest.mark.django_db

NOWHERE = "599999"
GETTABLE = sorted(name for name, address in ADDRESSES.items() if address.get)
WRITABLE = sorted(name for name, address in ADDRESSES.items() if address.post)


@pytest.fixture(scope="module")
def planted(django_db_setup, django_db_blocker):  # noqa: ARG001 - the database must stand
    """Both counties with their planted records, and everybody; taken back when the module ends."""
    logging.getLogger("django.request").setLevel(logging.ERROR)  # a thousand refusals are what is asked for here
    with django_db_blocker.unblock(), taken_back():
        places = {county: plant(county) for county in (HOME, OTHER)}
        people = {name: make_visitor(name, visitor) for name, visitor in VISITORS.items()}
        forbidden = {name: forbidden_to(visitor) for name, visitor in VISITORS.items()}
        clients = {name: signed_in(account) for name, account in people.items()}
        careful = {name: signed_in(account, enforce_csrf_checks=True) for name, account in people.items()}
        yield SimpleNamespace(places=places, forbidden=forbidden, clients=clients, careful=careful)


@contextlib.contextmanager
def taken_back(client=None):
    """A transaction whose writes are taken back at the end; a client keeps the cookies that it came with."""
    cookies = dict(client.cookies) if client else {}
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
    if client:
        client.cookies.clear()
        client.cookies.update(cookies)


def signed_in(account, **options):
    client = Client(**options)
    if account is not None:
        client.force_login(account)
    return client


def targets(name, planted):
    """Yield for one address: the county that its records are of (None: nowhere), the parts of the address, and a group.

    Within a group, whoever gets 404 must not be able to tell what is out of reach from what does not exist.
    """
    address = ADDRESSES[name]
    home, other = (dict(address.kwargs(planted.places[county])) for county in (HOME, OTHER))
    yield HOME, home, "in the county"
    if not home:
        return
    yield OTHER, other, "elsewhere"
    yield None, {part: missing(part, value) for part, value in home.items()}, "elsewhere"
    if "county" in home:
        if (mixed := other | {"county": HOME}) != home:
            yield None, mixed, "in the county"
        last = list(home)[-1]
        if last != "county":
            yield None, home | {last: missing(last, home[last])}, "in the county"
            yield None, other | {last: missing(last, home[last])}, "elsewhere"


def missing(part, value):
    if part == "county":
        return NOWHERE
    return 987_654_321 if isinstance(value, int) else "9999999999"


def expected(name, visitor, county, kwargs, allowed=200, *, writing=False):
    """The statuses that may come; a record that is nowhere is 404, or what stops a visitor before it is looked for."""
    address = ADDRESSES[name]
    if county is not None:
        return {expected_status(address, VISITORS[visitor], county, kwargs, allowed, writing=writing)}
    return {404, expected_status(address, VISITORS[visitor], kwargs.get("county", HOME), kwargs, 404, writing=writing)}


def plain(answer, url):
    """An answer's text without what differs by itself: tokens and the address that was asked for."""
    text = re.sub(r"\b\w{64}\b", "", text_of(answer))
    asked = quote(url, safe="/?=&%")
    for form in (
        url,
        asked,
        asked.replace("&", "&amp;"),
        quote(asked),
        quote(url),
        quote(url, safe=""),
        url.partition("?")[0],
    ):
        text = text.replace(form, "")
    return text


@pytest.mark.parametrize("name", GETTABLE)
def test_whoever_may_come_in_does_and_nobody_else(name, planted):
    """Statuses, leaks, and that what lies outside looks like what does not exist: one walk, for it is a long one."""
    wrong = []
    for visitor, client in planted.clients.items():
        missing_pages = {}
        for county, kwargs, group in targets(name, planted):
            for query in ADDRESSES[name].queries:
                url = reverse(name, kwargs=kwargs) + query
                with taken_back(client):
                    answer = client.get(url)
                    text = plain(answer, url)
                statuses = expected(name, visitor, county, kwargs)
                if statuses == {200}:
                    statuses = set(ADDRESSES[name].get)
                if answer.status_code not in statuses:
                    wrong.append(f"{visitor} {url}: {answer.status_code}, not {statuses}")
                wrong += [f"{visitor} {url} leaks {word}" for word in leaks(planted, name, visitor, text, query)]
                if answer.status_code == 404 and query == ADDRESSES[name].queries[0]:
                    own = VISITORS[visitor].county == OTHER or VISITORS[visitor].kind == "city"
                    frame = kwargs["county"] if own and "county" in kwargs else ""  # one's own county frames its pages
                    missing_pages.setdefault((group, frame), {})[text] = url
        wrong += [f"{visitor} tells apart {list(p.values())}" for p in missing_pages.values() if len(p) > 1]
    assert wrong == []


def leaks(planted, name, visitor, text, query=""):
    if ADDRESSES[name].samples:
        return []
    return [word for word in planted.forbidden[visitor] if word in text and word not in query]


@pytest.mark.parametrize("name", WRITABLE)
def test_whoever_may_write_does_and_nobody_else(name, planted):
    wrong = []
    for visitor, client in planted.clients.items():
        for county, kwargs, _ in targets(name, planted):
            url = reverse(name, kwargs=kwargs)
            with taken_back(client):
                before = get_head()
                answer = client.post(url, dict(ADDRESSES[name].data(planted.places[county or OTHER])))
                text, wrote = plain(answer, url), get_head() != before
            statuses = expected(name, visitor, county, kwargs, writing=True)
            if statuses == {200}:
                statuses = set(ADDRESSES[name].post)
            elif wrote:
                wrong.append(f"{visitor} {url} wrote what they may not")
            if answer.status_code not in statuses:
                wrong.append(f"{visitor} {url}: {answer.status_code}, not {statuses}")
            wrong += [f"{visitor} {url} leaks {word}" for word in leaks(planted, name, visitor, text)]
    assert wrong == []


@pytest.mark.parametrize("name", WRITABLE)
def test_nothing_is_written_without_the_token_of_the_own_page(name, planted):
    address = ADDRESSES[name]
    for visitor in ("stranger", "statistician", "office"):
        client, place = planted.careful[visitor], planted.places[HOME]
        with taken_back(client):
            before = get_head()
            answer = client.post(reverse(name, kwargs=address.kwargs(place)), dict(address.data(place)))
            assert answer.status_code == (401 if address.call and visitor == "stranger" else 403), visitor
            assert get_head() == before, visitor


@pytest.mark.parametrize("name", sorted(set(WRITABLE) - set(GETTABLE)))
def test_what_only_writes_is_not_for_looking(name, planted):
    place = planted.places[HOME]
    for visitor, client in planted.clients.items():
        url = reverse(name, kwargs=ADDRESSES[name].kwargs(place))
        with taken_back(client):
            answer = client.get(url)
            assert answer.status_code in {405} | expected(name, visitor, HOME, ADDRESSES[name].kwargs(place), 405)
