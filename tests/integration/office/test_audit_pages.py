"""The audit trail in the browser: who sees which events, what is recorded about reading, exports, and the chain's state."""

import csv
import io
import re
import zipfile

import pytest
from django.test import Client

from unguarded import as_if_no_guard
from world import AT, HOME, OTHER, organisation, person
from xuezheng.ledger.actions import SYSTEM, Actor, erase_payloads, recording
from xuezheng.ledger.models import Event
from xuezheng.ledger.queries import get_head
from xuezheng.people.models import Approval
from xuezheng.web.background.worker import run_waiting_jobs

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def auditor(client):
    account = person("auditor", "auditor", name="吴审计")
    client.force_login(account)
    return account


def note(county=HOME, *, by=SYSTEM, action="people.appoint", subject="1", restricted=False, **details):
    with recording(by, AT) as recorder:
        recorder.event(action, "account", subject, county=county, restricted=restricted, **details)
    return get_head()[0]


def test_an_auditor_sees_the_events_of_the_own_county_and_no_others(client):
    mine, theirs, nobodys = note(), note(OTHER), note("")
    page = client.get("/audit/").content.decode()
    assert f">{mine}</a>" in page
    assert f">{theirs}</a>" not in page
    assert f">{nobodys}</a>" not in page
    assert [client.get(f"/audit/events/{n}/").status_code for n in (mine, theirs, nobodys)] == [200, 404, 404]


def test_the_citys_auditor_sees_all_of_them():
    numbers = [note(), note(OTHER), note("")]
    browser = Client()
    browser.force_login(person("city", "auditor", organisation("city", "", "500000", "全市")))
    assert [browser.get(f"/audit/events/{n}/").status_code for n in numbers] == [200, 200, 200]


def test_others_do_not_read_the_trail(client):
    number = note()
    for role in ("administrator", "office", "statistician", "leader"):
        client.force_login(person(role, role))
        assert client.get("/audit/").status_code == 403
        assert client.get(f"/audit/events/{number}/").status_code == 403


def test_an_event_shows_what_was_what_is_and_why(client):
    number = note(before={"name": "旧名", "code": "1"}, after={"name": "新名"}, reason="<b>更名</b>")
    page = client.get(f"/audit/events/{number}/").content.decode()
    for words in ("旧名", "新名", "&lt;b&gt;更名&lt;/b&gt;", Event.objects.get(number=number).digest):
        assert words in page


def test_whoever_opens_a_restricted_event_is_recorded_and_of_an_open_one_not(client, auditor):
    before = get_head()[0]
    client.get(f"/audit/events/{note()}/")
    assert not Event.objects.filter(number__gt=before, action="ledger.read").exists()
    number = note(restricted=True)
    client.get(f"/audit/events/{number}/")
    read = Event.objects.filter(action="ledger.read").latest("number")
    assert (read.actor, read.subject_id, read.county) == (f"account:{auditor.pk}", str(number), HOME)


def test_an_erased_event_says_so(client):
    number = note(after={"name": "秘密姓名"})
    erase_payloads(numbers=[number], by=SYSTEM, at=AT, reason="期满", county=HOME)
    page = client.get(f"/audit/events/{number}/").content.decode()
    assert "只留墓碑" in page
    assert "秘密姓名" not in page


def test_events_are_found_by_name_action_subject_and_day(client):
    who = person("zhao", "planner", name="赵六")
    mine = note(by=Actor(f"account:{who.pk}"), action="people.change_profile", subject="77")
    other = note()
    for query in (
        "who=赵六",
        "who=zhao",
        "action=people.change_profile",
        "subject_id=77",
        "subject_kind=account&subject_id=77",
    ):
        page = client.get(f"/audit/?{query}").content.decode()
        assert f">{mine}</a>" in page, query
        assert f">{other}</a>" not in page, query
    assert f">{mine}</a>" in client.get("/audit/?since=2026-03-02&until=2026-03-02&subject_id=77").content.decode()
    assert "没有符合条件" in client.get("/audit/?until=2019-01-01").content.decode()
    assert "没有符合条件" in client.get("/audit/?who=没有此人").content.decode()
    assert client.get("/audit/?since=yesterday&before=x&action=nothing").status_code == 200


def test_pages_go_on_by_number(client):
    numbers = [note(subject="many") for _ in range(60)]
    first = client.get("/audit/?subject_id=many").content.decode()
    assert f">{numbers[-1]}</a>" in first
    assert f">{numbers[0]}</a>" not in first
    second = client.get(f"/audit/?subject_id=many&before={numbers[10]}").content.decode()
    assert f">{numbers[0]}</a>" in second
    assert f">{numbers[10]}</a>" not in second


def test_verifying_says_whether_the_chain_holds(client):
    assert "尚未校验" in client.get("/audit/").content.decode()
    page = client.post("/audit/verify/", follow=True).content.decode()
    assert "审计链完整" in page
    number = note()
    as_if_no_guard("UPDATE ledger_event SET actor = 'account:999' WHERE number = %s", number)
    page = client.post("/audit/verify/", follow=True).content.decode()
    assert "1 处不符" in page


def test_a_long_chain_is_checked_in_the_background_and_the_page_follows_it(client, monkeypatch):
    monkeypatch.setattr("xuezheng.web.pages.audit.trail.MOST_VERIFIED_NOW", 0)
    note()
    answer = client.post("/audit/verify/")
    assert re.fullmatch(r"/jobs/\d+/", answer.url)
    run_waiting_jobs()
    assert Event.objects.filter(action="ledger.verify").exists()
    assert client.get(answer.url).status_code == 200


def test_an_export_holds_the_county_without_what_events_say_and_is_an_event(client):
    note(after={"name": "秘密姓名"}, subject="=1+1")
    theirs = note(OTHER)
    answer = client.post("/audit/export/", {"format": "csv"})
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert {row["county"] for row in rows} == {HOME}
    assert str(theirs) not in {row["number"] for row in rows}
    assert "'=1+1" in {row["subject_id"] for row in rows}
    assert "秘密姓名" not in answer.content.decode("utf-8-sig")
    assert Event.objects.latest("number").action == "ledger.export_events"
    book = client.post("/audit/export/?subject_id=%3D1%2B1", {"format": "xlsx"})
    with zipfile.ZipFile(io.BytesIO(book.content)) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml").decode()
    assert sheet.count("<row ") == 2
    assert "<f>" not in sheet


def test_an_export_with_personal_data_takes_two_people(client, auditor):
    note(after={"name": "秘密姓名"})
    note(OTHER, after={"name": "外县姓名"})
    assert client.post("/audit/export/personal/", {"reason": "上级检查"}).url == "/approvals/"
    request = Approval.objects.get(kind="export_audit")
    second = Client()
    second.force_login(person("office", "office"))
    second.post(f"/approvals/{request.pk}/", {"decision": "grant"})
    book = client.post("/audit/export/personal/", {"confirmed": "yes"})
    with zipfile.ZipFile(io.BytesIO(book.content)) as archive:
        text = "".join(archive.read(name).decode() for name in archive.namelist() if name.endswith(".xml"))
    assert "秘密姓名" in text
    assert "外县姓名" not in text
    assert Event.objects.latest("number").restricted
    assert client.post("/audit/export/personal/", {"confirmed": "yes"}).status_code == 400  # used
    assert request.requested_by == auditor


def test_retention_periods_are_for_everybody_to_read(client):
    client.force_login(person("head", "school_head", organisation("school", HOME, "1150000001", "第一小学")))
    page = client.get("/audit/retention/").content.decode()
    assert "10 年" in page
    assert "个人信息保护法" in page
