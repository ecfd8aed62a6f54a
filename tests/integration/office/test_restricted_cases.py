"""A restricted case leaks nowhere: every page, list, export and figure is fetched as everybody who is not named on it."""

import contextlib
import logging
from datetime import timedelta

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from addresses import ADDRESSES, VISITORS
from planted import make_visitor, plant, text_of
from world import AT, HOME, organisation, person

pytestmark = pytest.mark.django_db
SENTINEL = "限阅哨兵"
NOT_NAMED = ("reader", "office", "section_officer", "auditor", "city", "head")
NAMES = sorted(name for name, address in ADDRESSES.items() if address.get and address.kwargs is not None)


@contextlib.contextmanager
def taken_back():
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def plant_restricted():
    """A case of the protection of minors, led by a unit of its own, overdue, with evidence, a sub-case and a bulk."""
    from xuezheng.cases.actions.opening import Opening, open_case, open_many
    from xuezheng.cases.actions.stepping import EvidenceGiven, Given, take_step
    from xuezheng.people.access import reach_of
    from xuezheng.register.models import County
    from xuezheng.standards.evidence_store import keep_file

    county = County.objects.get(code=HOME)
    unit = organisation("member_unit", HOME, "XB", "县限保中心")
    office = reach_of(person("naming", "office", name=f"{SENTINEL}甲"), AT.date())
    officer = reach_of(person("keeping", "unit_officer", unit, name=f"{SENTINEL}乙"), AT.date())
    opening = Opening(kind="concern", level="protection", title=f"{SENTINEL}事项", task=f"{SENTINEL}任务")
    case = open_case(county=county, opening=opening, by=office, at=AT)
    case = take_step(case=case, step="hand_out", version=1, by=office, at=AT, given=Given(unit=unit))
    case = take_step(case=case, step="receive", version=2, by=officer, at=AT)
    file = keep_file(f"{SENTINEL}证据.pdf", [b"%PDF-1.7 " + SENTINEL.encode()], restricted=True)
    given = Given(evidence=EvidenceGiven("document", file=file, words=f"{SENTINEL}说明"))
    case = take_step(case=case, step="add_evidence", version=3, by=officer, at=AT, given=given)
    child = Opening(kind="decision", title=f"{SENTINEL}子事项", parent=case)
    open_case(county=county, opening=child, by=office, at=AT)
    open_many(county=county, title=f"{SENTINEL}批次", openings=[opening], by=office, at=AT)
    case.refresh_from_db()
    case.due_at = AT - timedelta(days=30)
    case.save(update_fields=["due_at"])
    return case, unit


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker):  # noqa: ARG001 - the database must stand
    logging.getLogger("django.request").setLevel(logging.ERROR)
    with django_db_blocker.unblock(), taken_back():
        place = plant(HOME)
        case, unit = plant_restricted()
        clients = {}
        for name in NOT_NAMED:
            clients[name] = Client()
            clients[name].force_login(make_visitor(name, VISITORS[name]))
        yield place, case, unit, clients


@pytest.mark.parametrize("name", NAMES)
def test_no_answer_to_anybody_else_tells_of_it(name, world):
    place, case, unit, clients = world
    address = ADDRESSES[name]
    kwargs = dict(address.kwargs(place))
    others = (
        [kwargs | {"unit": unit.pk}] if "unit" in kwargs else [kwargs | {"case": case.pk}] if "case" in kwargs else []
    )
    leaked = []
    for visitor, client in clients.items():
        for parts in (kwargs, *others):
            more = (f"?q={SENTINEL}", "?kind=concern") if address.grows == "cases" else ()
            for query in (*address.queries, *more):
                url = reverse(name, kwargs=parts) + query
                with taken_back():
                    answer = client.get(url)
                    text = text_of(answer).replace(query, "")
                found = text.replace(f'value="{SENTINEL}"', "").replace(f"“{SENTINEL}”", "")
                # Where people and cases are listed, a name is no secret: only what the case says is.
                secrets = [
                    word for word in ("事项", "任务", "证据", "说明", "批次", "子事项") if SENTINEL + word in found
                ]
                if secrets or (case.number in found and name != "audit"):
                    leaked.append(f"{visitor} {url}: {secrets or case.number}")
    assert leaked == []


@pytest.mark.parametrize("kind", ["", "concern"])
def test_it_counts_in_no_figure(world, kind):
    _, _, unit, clients = world
    page = clients["reader"].get(f"/counties/{HOME}/cases/figures/?kind={kind}&year=2026").content.decode()
    assert unit.name not in page.replace("<option", "")


def test_those_named_on_it_see_it(world):
    from xuezheng.people.models import Account

    _, case, unit, _ = world
    client = Client()
    client.force_login(Account.objects.get(login="keeping"))
    assert f"{SENTINEL}证据.pdf" in client.get(f"/counties/{HOME}/cases/{case.pk}/").content.decode()
    assert case.number in client.get(f"/units/{unit.pk}/cases/").content.decode()
