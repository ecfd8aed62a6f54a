"""What the meeting said, where it is done: no clause leads to an empty page, and no part stands that no clause reaches."""

import re

import pytest
from django.urls import resolve, reverse

from world import AT, HOME, organisation, person
from xuezheng.cases.models import Case
from xuezheng.catalogue.demonstration_meeting import load_demonstration_meeting
from xuezheng.catalogue.roles import load_roles
from xuezheng.people.models import Appointment
from xuezheng.register.models import County
from xuezheng.web.models import Job
from xuezheng.web.operations.meeting import hold_demonstration_meeting
from xuezheng.web.pages.meetings.clauses import address
from xuezheng.web.urls import PARTS

pytestmark = pytest.mark.django_db

SAMPLES = {"style"}  # shows an empty list as a sample
SCREENS = sorted({screen.address for clause in load_demonstration_meeting().clauses for screen in clause.screens})


@pytest.fixture
def everybody(client):
    """Somebody who holds every role in the county, which has held the demonstration's meeting."""
    county = organisation("county", HOME, HOME, "云溪县")
    organisation("commission", HOME, "90", "教育委员会")
    account = person("everybody", "office", county)
    for role in sorted(set(load_roles().roles) - {"office"}):
        Appointment.objects.create(account=account, organisation=county, role=role, starts_on=AT.date())
    Job.objects.create(kind="operations.daily", state="done", run_after=AT, requested_at=AT)  # the worker's daily round
    hold_demonstration_meeting(county=County.objects.get(code=HOME), clerk=account, at=AT)
    client.force_login(account)
    return client


@pytest.mark.parametrize("name", SCREENS)
def test_no_clause_leads_to_an_empty_page(everybody, name):
    answer = everybody.get(address(name, HOME))
    page = answer.content.decode()
    assert answer.status_code == 200
    assert re.search(r"<h1\b", page)
    assert re.search(r"<(table|form|dl|ol|ul)\b", page.partition("<main")[2])
    if name not in SAMPLES:
        assert 'class="empty"' not in page


def test_every_part_is_reached_by_a_clause():
    reached = {resolve(address(name, HOME)).func.__module__.split("pages.")[1].split(".")[0] for name in SCREENS}
    assert set(PARTS) - reached == set()


def test_the_meeting_is_held_once_and_leaves_one_thing_to_try(everybody):
    from xuezheng.people.models import Account

    clerk = Account.objects.get(login="everybody")
    meeting = hold_demonstration_meeting(county=County.objects.get(code=HOME), clerk=clerk, at=AT)
    states = [held.state for held in meeting.proposals.all()]
    assert states[0] == "record"
    assert states[-1] == "open"
    assert states.count("confirmed") == len(states) - 2 == Case.objects.filter(county=HOME, kind="decision").count()
    assert len(states) == len(load_demonstration_meeting().clauses)
    page = everybody.get(reverse("clauses", kwargs={"county": HOME})).content.decode()
    assert reverse("meeting", kwargs={"county": HOME, "meeting": meeting.pk}) in page


def test_who_may_not_open_a_screen_gets_its_name_without_a_link(client):
    client.force_login(person("leader", "leader"))
    page = client.get(reverse("clauses", kwargs={"county": HOME})).content.decode()
    main = page.partition("<main")[2]
    assert reverse("audit") not in main
    assert reverse("standards", kwargs={"county": HOME}) in main
    assert "由有相应职责的人办理" in main
