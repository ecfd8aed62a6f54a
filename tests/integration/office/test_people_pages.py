"""People in the browser: organisations, accounts with slips, deputies, departures, and what needs two people."""

import io
import re
import zipfile
from datetime import date, timedelta

import pytest
from axes.models import AccessAttempt
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from world import HOME, OTHER, PASSWORD, organisation, person
from xuezheng.ledger.queries import find_breaks
from xuezheng.people.models import Account, Appointment, Approval, Organisation

pytestmark = pytest.mark.django_db
TODAY = date.today()  # noqa: DTZ011 - pages work with the day on which they are asked for


@pytest.fixture(autouse=True)
def office(client):
    account = person("office", "office", name="王主任")
    client.force_login(account)
    return account


@pytest.fixture
def second(office):
    """A second person with the right to approve, and their browser."""
    account = person("second", "administrator", name="李管理")
    browser = Client()
    browser.force_login(account)
    browser.account = account
    assert office != account
    return browser


def county():
    return organisation("county", HOME, HOME, "云溪县")


def schools(number):
    return [organisation("school", HOME, f"11900000{n:02d}", f"第{n}小学") for n in range(1, number + 1)]


def passwords(page):
    return re.findall(r'<code class="password">([^<]+)</code>', page.content.decode())


def test_the_office_makes_moves_renames_and_closes_an_organisation(client, office):
    top = county()
    made = client.post(
        "/organisations/new/", {"parent": top.pk, "kind": "commission", "name": "教委", "protocol_order": 1}
    )
    commission = Organisation.objects.get(name="教委")
    assert made.url == f"/organisations/{commission.pk}/"
    client.post(
        "/organisations/new/", {"parent": commission.pk, "kind": "section", "name": "基教科", "protocol_order": 2}
    )
    section = Organisation.objects.get(name="基教科")
    assert section.path == f"{top.path}{commission.pk}/{section.pk}/"
    client.post("/organisations/new/", {"parent": top.pk, "kind": "member_unit", "name": "财政局", "protocol_order": 3})
    unit = Organisation.objects.get(name="财政局")
    client.post(f"/organisations/{section.pk}/move/", {"parent": unit.pk, "reason": "改革"})
    section.refresh_from_db()
    assert section.path == f"{top.path}{unit.pk}/{section.pk}/"
    client.post(f"/organisations/{section.pk}/change/", {"name": "基础教育科", "protocol_order": 9})
    assert client.post(f"/organisations/{unit.pk}/close/", {"reason": "撤并"}).status_code == 400  # one stands under it
    assert client.post(f"/organisations/{section.pk}/close/", {"reason": "撤并"}).status_code == 302
    section.refresh_from_db()
    assert (section.name, section.is_active) == ("基础教育科", False)
    tree = client.get("/organisations/").content.decode()
    assert tree.index("教委") < tree.index("财政局") < tree.index("基础教育科")
    assert office.name in client.get(f"/organisations/{top.pk}/").content.decode()


def test_a_county_commission_cannot_go_under_itself_or_into_another_county(client):
    top, other = county(), organisation("county", OTHER, OTHER, "临河县")
    client.post("/organisations/new/", {"parent": top.pk, "kind": "commission", "name": "教委", "protocol_order": 0})
    commission = Organisation.objects.get(name="教委")
    for parent in (commission.pk, other.pk):
        assert client.post(f"/organisations/{commission.pk}/move/", {"parent": parent}).status_code == 400
    assert client.get(f"/organisations/{other.pk}/").status_code == 404
    assert "临河县" not in client.get(f"/organisations/?in={OTHER}").content.decode()


def test_a_new_account_shows_its_slip_once_and_the_password_works_until_it_is_changed(client, office):
    page = client.post(
        "/people/new/",
        {"login": "zhang.san", "name": "张三", "organisation": county().pk, "role": "planner", "starts_on": TODAY},
    )
    assert page.status_code == 200
    assert "no-store" in page["Cache-Control"]
    [password] = passwords(page)
    account = Account.objects.get(login="zhang.san")
    assert password not in client.get(f"/people/{account.pk}/").content.decode()
    assert Client().post("/sign-in/", {"login": "zhang.san", "password": password}).status_code == 302
    assert account.must_change_password
    assert office.name not in page.content.decode().partition("slips")[2]


def test_a_faulty_new_account_is_told_at_its_field(client):
    person("taken", "planner")
    given = {"name": "张三", "organisation": county().pk, "role": "planner", "starts_on": TODAY}
    for login, words in (("taken", "已有人使用"), ("Z", "不合要求"), ("张三", "不合要求")):
        answer = client.post("/people/new/", given | {"login": login})
        assert answer.status_code == 400
        assert words in answer.content.decode()
    wrong_place = client.post("/people/new/", given | {"login": "right", "role": "school_head"})
    assert "不能设在机构" in wrong_place.content.decode()
    assert not Account.objects.filter(login="right").exists()


def test_every_school_without_an_account_gets_one_and_the_slips_go_into_a_workbook(client):
    made = schools(3)
    person("there", "school_head", made[0])
    page = client.post("/people/many/schools/", {"county": HOME})
    assert len(passwords(page)) == len(set(passwords(page))) == 2
    assert set(Account.objects.filter(login__startswith="119").values_list("login", flat=True)) == {
        made[1].code, made[2].code,
    }  # fmt: skip
    kept = re.search(r'name="kept" value="([^"]+)"', page.content.decode())[1]
    book = client.post("/people/slips.xlsx", {"kept": kept})
    with zipfile.ZipFile(io.BytesIO(book.content)) as archive:
        text = archive.read("xl/sharedStrings.xml").decode()
    assert all(password in text for password in passwords(page))
    other = Client()
    other.force_login(person("second", "office"))
    assert other.post("/people/slips.xlsx", {"kept": kept}).status_code == 400
    assert client.post("/people/slips.xlsx", {"kept": kept + "x"}).status_code == 400
    assert passwords(client.post("/people/many/schools/", {"county": HOME})) == []
    assert client.post("/people/many/schools/", {"county": OTHER}).status_code == 404


def test_no_name_becomes_a_formula_in_the_workbook(client):
    evil = organisation("school", HOME, "1190000001", '=HYPERLINK("http://elsewhere.example")')
    page = client.post("/people/many/schools/", {"county": HOME})
    kept = re.search(r'name="kept" value="([^"]+)"', page.content.decode())[1]
    book = client.post("/people/slips.xlsx", {"kept": kept})
    with zipfile.ZipFile(io.BytesIO(book.content)) as archive:
        assert "<f>" not in archive.read("xl/worksheets/sheet1.xml").decode()
    assert evil.name.startswith("=")


def roster(*rows):
    text = "登录名,姓名,机构,职务,电子邮箱\n" + "\n".join(rows)
    return SimpleUploadedFile("people.csv", text.encode("gb18030"), "text/csv")


def test_a_table_of_people_makes_accounts(client):
    [school] = schools(1)
    page = client.post(
        "/people/many/",
        {"file": roster(f"head.one,杨校长,{school.code},校长,y@example.org", "col.one,黄老师,第1小学,学校填报员,"), "starts_on": TODAY},
    )  # fmt: skip
    assert len(passwords(page)) == 2
    head = Account.objects.get(login="head.one")
    assert (head.name, head.email, head.appointments.get().role) == ("杨校长", "y@example.org", "school_head")


def test_one_fault_in_a_table_and_nobody_gets_an_account_and_every_fault_is_named(client):
    [school] = schools(1)
    person("taken", "planner")
    rows = [
        f"fine,甲,{school.code},校长,",
        f"taken,乙,{school.code},校长,",
        f"x,丙,{school.code},局长,",
        f"fine,,{school.code},校长,",
    ]
    page = client.post("/people/many/", {"file": roster(*rows), "starts_on": TODAY})
    text = page.content.decode()
    assert page.status_code == 400
    for words in ("已有人使用", "不合要求", "没有名为“局长”的职务", "出现多次", "没有填写姓名"):
        assert words in text, words
    assert not Account.objects.filter(login="fine").exists()
    elsewhere = client.post("/people/many/", {"file": roster("a.b.c,甲,无此机构,校长,"), "starts_on": TODAY})
    assert "没有名称或代码为“无此机构”的机构" in elsewhere.content.decode()
    headless = SimpleUploadedFile("people.csv", "甲,乙\n丙,丁".encode(), "text/csv")
    assert "第一行没有找到列" in client.post("/people/many/", {"file": headless, "starts_on": TODAY}).content.decode()


def test_nobody_appoints_themselves_or_closes_their_own_account(client, office):
    given = {"organisation": county().pk, "role": "auditor", "starts_on": TODAY}
    assert "不能变更自己的任职" in client.post(f"/people/{office.pk}/appoint/", given).content.decode()
    for address in ("close", "leave"):
        answer = client.post(f"/people/{office.pk}/{address}/", {"reason": "x", "leaves_on": TODAY})
        assert answer.status_code == 400
    assert office.appointments.count() == 1


def test_a_deputy_has_the_holders_rights_for_the_days_and_no_longer(client):
    holder, deputy = person("holder", "statistician"), person("deputy", "leader")
    appointment = holder.appointments.get()
    given = {"account": deputy.pk, "starts_on": TODAY, "ends_on": TODAY + timedelta(days=7)}
    assert client.post(f"/appointments/{appointment.pk}/deputy/", given).status_code == 302
    browser = Client()
    browser.force_login(deputy)
    assert browser.get(f"/counties/{HOME}/imports/").status_code == 200
    assert (
        client.post(f"/appointments/{appointment.pk}/end/", {"ends_on": TODAY - timedelta(days=1)}).status_code == 302
    )
    assert browser.get(f"/counties/{HOME}/imports/").status_code in (200, 403)
    Appointment.objects.filter(deputy_of=appointment).update(
        starts_on=TODAY - timedelta(days=9), ends_on=TODAY - timedelta(days=1)
    )
    assert browser.get(f"/counties/{HOME}/imports/").status_code == 403


def test_who_leaves_hands_roles_over_and_is_signed_out_at_once(client):
    leaving, successor = person("leaving", "statistician"), person("successor", "leader")
    browser = Client()
    browser.post("/sign-in/", {"login": "leaving", "password": PASSWORD})
    appointment = leaving.appointments.get()
    given = {"leaves_on": TODAY, "reason": "调离", f"successor_{appointment.pk}": successor.pk, "approvals_to": ""}
    assert client.post(f"/people/{leaving.pk}/leave/", given).status_code == 302
    assert browser.get("/my/").status_code == 302
    assert browser.post("/sign-in/", {"login": "leaving", "password": PASSWORD}).status_code == 400
    assert successor.appointments.filter(role="statistician", starts_on=TODAY).exists()
    appointment.refresh_from_db()
    assert appointment.ends_on == TODAY
    assert find_breaks() == []


def test_who_manages_people_gives_themselves_no_role_by_a_hand_over(client, office):
    leaving = person("leaving", "auditor")
    appointment = leaving.appointments.get()
    given = {"leaves_on": TODAY, "reason": "调离", f"successor_{appointment.pk}": office.pk, "approvals_to": ""}
    assert client.post(f"/people/{leaving.pk}/leave/", given).status_code == 400
    assert f'value="{office.pk}"' not in client.get(f"/people/{leaving.pk}/leave/").content.decode()
    assert not office.appointments.filter(role="auditor").exists()


def test_ones_own_account_is_not_managed_as_others_are(client, office):
    before = Account.objects.get(pk=office.pk).password
    for address in ("password", "close", "leave", "second-factor", "identity", "sign-out", "erase"):
        answer = client.post(f"/people/{office.pk}/{address}/", {"reason": "x", "leaves_on": TODAY, "subject": "me"})
        assert answer.status_code == 400, address
    office.refresh_from_db()
    assert (office.password, office.oidc_subject) == (before, None)


def test_who_manages_one_county_does_not_get_at_an_account_that_reaches_another(client):
    both = person("both", "planner")
    far = organisation("county", OTHER, OTHER, "临河县")
    Appointment.objects.create(account=both, organisation=far, role="office", starts_on=date(2020, 1, 1))
    page = client.get(f"/people/{both.pk}/")
    assert page.status_code == 200
    assert "临河县" not in page.content.decode()
    for address in ("password", "close", "leave", "second-factor", "identity"):
        answer = client.post(f"/people/{both.pk}/{address}/", {"reason": "x", "leaves_on": TODAY})
        assert answer.status_code == 400, address
    both.refresh_from_db()
    assert both.is_active
    assert both.check_password(PASSWORD)


def test_erasing_somebody_takes_two_people_and_leaves_the_chain_whole(client, second):
    gone = person("gone", "planner", name="赵离任")
    Client().post("/sign-in/", {"login": "gone", "password": "wrong"})
    assert AccessAttempt.objects.filter(username="gone").exists()
    address = f"/people/{gone.pk}/erase/"
    assert client.post(address, {"reason": "离任一年"}).status_code == 400  # still open
    client.post(f"/people/{gone.pk}/close/", {"reason": "离任"})
    assert client.post(address, {"reason": "离任一年"}).url == "/approvals/"
    request = Approval.objects.get(kind="erase_person")
    assert client.post(f"/approvals/{request.pk}/", {"decision": "grant"}).status_code == 400  # one's own
    assert second.post(f"/approvals/{request.pk}/", {"decision": "refuse", "note": ""}).status_code == 400
    assert second.post(f"/approvals/{request.pk}/", {"decision": "grant"}).status_code == 302
    assert client.post(address, {"confirmed": "yes"}).status_code == 302
    gone.refresh_from_db()
    assert (gone.login, gone.name, gone.email) == (f"erased-{gone.pk}", f"#{gone.pk}", "")
    assert "赵离任" not in client.get("/people/?state=all").content.decode()
    assert not AccessAttempt.objects.filter(username="gone").exists()
    assert find_breaks() == []
    assert Approval.objects.get(pk=request.pk).outcome == "used"


def test_exporting_people_takes_two_people_and_works_once(client, second):
    person("planner", "planner", name="=甲")
    assert client.post("/people/export/", {"reason": "核对编制"}).url == "/approvals/"
    request = Approval.objects.get(kind="export_people")
    second.post(f"/approvals/{request.pk}/", {"decision": "grant"})
    book = client.post("/people/export/", {"confirmed": "yes"})
    with zipfile.ZipFile(io.BytesIO(book.content)) as archive:
        assert "=甲" in archive.read("xl/sharedStrings.xml").decode()
        assert "<f>" not in archive.read("xl/worksheets/sheet1.xml").decode()
    assert client.post("/people/export/", {"confirmed": "yes"}).status_code == 400


def test_a_request_is_seen_by_who_asked_and_who_may_decide_and_taken_back_by_who_asked(client, second):
    client.post("/people/export/", {"reason": "核对编制"})
    request = Approval.objects.get(kind="export_people")
    reader = Client()
    reader.force_login(person("reader", "leader"))
    assert "核对编制" in client.get("/approvals/").content.decode()
    assert "核对编制" in second.get("/approvals/").content.decode()
    assert "核对编制" not in reader.get("/approvals/").content.decode()
    assert second.post(f"/approvals/{request.pk}/withdraw/").status_code == 404
    assert client.post(f"/approvals/{request.pk}/withdraw/").status_code == 302
