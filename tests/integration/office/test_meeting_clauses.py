"""What the meeting said, where it is done: no clause leads to an empty page, and no part stands that no clause reaches."""

import re
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.urls import get_resolver, resolve, reverse
from django.utils import timezone

import xuezheng.web
from world import AT, HOME, organisation, person
from xuezheng.cases.models import Case
from xuezheng.catalogue.demonstration_meeting import load_demonstration_meeting
from xuezheng.ledger.models import Event
from xuezheng.ledger.queries import find_breaks
from xuezheng.meetings.models import Meeting
from xuezheng.people.access import reach_of
from xuezheng.people.models import Account
from xuezheng.register.models import County
from xuezheng.web.models import Job
from xuezheng.web.operations.demonstration_course import walk_course
from xuezheng.web.operations.meeting import find_demonstration_meeting
from xuezheng.web.operations.people import DEMONSTRATION_LOGINS
from xuezheng.web.pages.meetings.clauses import Sight, address, parts_of, proposal_of
from xuezheng.web.urls import PARTS

pytestmark = pytest.mark.django_db

LOADED = timezone.now() - timedelta(hours=1)
# One shows an empty list as a sample; of the other, nothing goes out of a demonstration.
MAY_BE_EMPTY = {"style", "outgoing"}
# What the menus hold that is no page of its own.
NO_PAGES = {"sign-out", "import-counties", "choose-language", "home"}
CLAUSES = load_demonstration_meeting().clauses
REACHED = {screen.address for clause in CLAUSES for screen in clause.screens}


@pytest.fixture
def loaded():
    """The demonstration's county after its people have walked their course."""
    county = County.objects.get(code=HOME)
    walk_course(county=county, at=LOADED, enter_newest_year=lambda _: None)
    Job.objects.create(kind="operations.daily", state="done", run_after=AT, requested_at=AT)  # the worker's daily round
    return county


def screens(county):
    """Every screen with its address, and those of the demonstration's people who may open it."""
    meeting = find_demonstration_meeting(county.code)
    today = timezone.localdate()
    sights = {
        login: Sight.of(reach_of(Account.objects.get(login=login), today), county.code, today)
        for login in DEMONSTRATION_LOGINS
    }
    for clause in CLAUSES:
        proposal = proposal_of(meeting, meeting.proposals.all(), clause)
        for screen in clause.screens:
            url = address(screen, parts_of(county.code, meeting, proposal.case))
            yield screen.address, url, [login for login, sight in sights.items() if url and sight.opens(url)]


def client_of(login):
    client = Client()
    client.force_login(Account.objects.get(login=login))
    return client


def test_no_clause_leads_to_an_empty_page(loaded):
    assert "\n".join(fault for name, url, logins in screens(loaded) for fault in faults(name, url, logins)) == ""


def faults(name, url, logins):
    if not logins:
        yield f"{name}: nobody of the demonstration may open {url or 'it'}"
        return
    answers = [client_of(login).get(url, follow=True) for login in logins]
    pages = [answer.content.decode() for answer in answers]
    if any(answer.status_code != 200 for answer in answers):
        yield f"{name}: {url} is {[answer.status_code for answer in answers]} for {logins}"
    elif answers[0].headers["Content-Type"] == "application/json":
        yield from [] if answers[0].json()["paths"] else [f"{name}: {url} names no calls"]
    elif not any(
        re.search(r"<(table|form|dl|ol|ul)\b", page.partition("<main")[2]) and "<h1" in page for page in pages
    ):
        yield f"{name}: nothing stands at {url}"
    elif all('<div class="empty"' in page for page in pages) and name not in MAY_BE_EMPTY:
        yield f"{name}: {url} is empty for {logins}"


def test_who_is_said_to_open_a_screen_does_and_nobody_else(loaded):
    """The first page promises no link that answers 403 or 404, and hides none that would open."""
    wrong = []
    for name, url, logins in screens(loaded):
        for login in ("office", "head", "auditor", "township"):
            opened = client_of(login).get(url, follow=True).status_code == 200
            if opened != (login in logins):
                wrong.append(f"{name}: {login} {'opens' if opened else 'does not open'} {url}")
    assert wrong == []


def test_every_part_is_reached_by_a_clause():
    patterns = get_resolver().reverse_dict
    reached = set()
    for name in REACHED:
        parts = dict.fromkeys(patterns.getlist(name)[0][0][0][1], "1")
        reached.add(resolve(reverse(name, kwargs=parts)).func.__module__.split("pages.")[-1].split(".")[0])
    assert set(PARTS) - reached == set()


def test_every_entry_of_the_menus_is_reached_by_a_clause():
    templates = Path(xuezheng.web.__file__).parent / "templates" / "web"
    menus = "".join((templates / name).read_text("utf-8") for name in ("navigation.html", "person_menu.html"))
    entries = set(re.findall(r"\{% url '([\w-]+)'", menus))
    assert entries - NO_PAGES - REACHED == set()


@pytest.mark.usefixtures("loaded")
def test_one_clause_has_walked_the_whole_way():
    meeting = find_demonstration_meeting(HOME)
    proposal = next(held for held in meeting.proposals.all() if "就近入学" in held.text)
    case = proposal.case
    steps = list(case.steps.values_list("step", flat=True))
    assert [step for step in steps if step != "escalate"] == [
        "open", "hand_out", "receive", "report_progress", "ask_extension", "grant_extension", "add_evidence",
        "report_done", "send_back", "add_evidence", "report_done", "verify", "close",
    ]  # fmt: skip
    assert (case.state, case.extensions, case.sent_back) == ("closed", 1, 1)
    by = {step.step: step.by_id for step in case.steps.all()}
    assert by["verify"] != by["report_done"] != by["grant_extension"]
    assert case.reported_at < case.due_at
    assert case.evidence.exclude(sha256="").count() == 2


@pytest.mark.usefixtures("loaded")
def test_every_person_with_work_finds_some_and_the_states_differ():
    states = set(Case.objects.filter(county=HOME).values_list("kind", "state"))
    wanted = {"in_hand", "closed", "verified", "reported", "opened", "handed_out"}
    assert {state for kind, state in states if kind == "decision"} == wanted
    assert {("hazard", "archived"), ("hazard", "reported"), ("hazard", "in_hand")} <= states
    assert Case.objects.filter(has_pending_extension=True).count() == 1
    assert Case.objects.filter(escalated__gte=3).count() == 1
    assert not Case.objects.filter(lacks_control=True).exists()
    for login in ("office", "planner", "statistician", "section", "township", "head", "collector", "inspector"):
        page = client_of(login).get(reverse("work")).content.decode()
        assert '<div class="empty"' not in page, login


@pytest.mark.usefixtures("loaded")
def test_the_events_rise_in_number_and_time_and_one_says_that_they_were_composed():
    composed = Event.objects.filter(action="operations.compose_demonstration").get()
    first, last = map(int, composed.subject_id.split("-"))
    held = list(Event.objects.filter(number__range=(first, last)).order_by("number").values_list("at", flat=True))
    assert held == sorted(held)
    assert held[-1] < LOADED == composed.at
    assert find_breaks({}) == []


@pytest.mark.usefixtures("loaded")
def test_one_clause_is_left_to_try_and_the_meeting_is_found_by_its_text():
    meeting = find_demonstration_meeting(HOME)
    states = [held.state for held in meeting.proposals.all()]
    assert (states[0], states[-1], states.count("open")) == ("record", "open", 1)
    assert states.count("confirmed") == len(CLAUSES) - 2 == Case.objects.filter(county=HOME, kind="decision").count()
    assert find_demonstration_meeting("509902") is None
    Meeting.objects.filter(pk=meeting.pk).update(title="另一个标题")
    assert find_demonstration_meeting(HOME) == meeting
    Meeting.objects.filter(pk=meeting.pk).update(sha256="0" * 64)
    assert find_demonstration_meeting(HOME) is None


@pytest.mark.usefixtures("loaded")
def test_everybody_of_the_demonstration_lands_on_the_first_page():
    decided = Case.objects.get(title__contains="就近入学").number
    for login in DEMONSTRATION_LOGINS:
        answer = client_of(login).get("/")
        page = answer.content.decode()
        assert answer.status_code == 200, login
        assert "会上怎么说，在哪里办" in page
        # Who does not see the county's cases learns nothing of how they stand.
        sees = login in ("office", "leader", "section", "auditor", "planner", "statistician")
        assert (decided in page) == sees, login


def test_elsewhere_the_first_page_is_that_of_everybody_s_work(client):
    client.force_login(person("leader", "leader"))
    assert client.get("/").status_code == 302
    assert client.get(reverse("clauses", kwargs={"county": HOME})).status_code == 200


@pytest.mark.usefixtures("loaded")
def test_who_may_not_open_a_screen_gets_its_name_and_who_may(client):
    client.force_login(person("another-leader", "leader", organisation("county", HOME, HOME)))
    main = client.get("/").content.decode().partition("<main")[2]
    assert reverse("audit") not in main
    assert reverse("standards", kwargs={"county": HOME}) in main
    assert "可打开的职务：审计人员" in main


@pytest.mark.parametrize("day", ["2026-01-05", "2026-02-25", "2026-10-08", "2027-02-13", "2028-09-01"])
def test_it_can_be_loaded_on_any_day(day):
    """After long holidays, around the turn of the year, on a weekend, in years without a calendar of their own yet."""
    loaded_at = datetime.fromisoformat(f"{day}T03:00:00+08:00")
    walk_course(county=County.objects.get(code=HOME), at=loaded_at, enter_newest_year=lambda _: None)
    meeting = find_demonstration_meeting(HOME)
    assert meeting.held_on < meeting.published_on < loaded_at.date()
    assert meeting.proposals.count() == len(CLAUSES)
    assert Case.objects.filter(county=HOME, kind="decision", state="closed").count() == 1
