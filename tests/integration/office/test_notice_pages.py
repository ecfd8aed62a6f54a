"""The inbox, its settings, what goes out, and the week on one page, as people see them."""

import io
from datetime import timedelta

import pytest
from django.utils import timezone
from docx import Document

from servers_of_notices import robot_host
from world import AT, HOME, organisation, person
from xuezheng.cases.actions.opening import Opening, open_case
from xuezheng.cases.actions.stepping import Given, take_step
from xuezheng.ledger.models import Payload
from xuezheng.notices.models import Notice, Outgoing, Robot, Wish
from xuezheng.people.access import reach_of
from xuezheng.people.models import Appointment
from xuezheng.register.models import County
from xuezheng.web.background.schedule import SCHEDULE, queue_due
from xuezheng.web.background.worker import run_waiting_jobs
from xuezheng.web.models import Job

pytestmark = pytest.mark.django_db
# ruff: noqa: ARG001 - fixtures set the scene


def handed_out(unit, title="整治水沟"):
    by = reach_of(person(f"office-{Appointment.objects.count()}", "office"), AT.date())
    opening = Opening(kind="decision", title=title)
    case = open_case(county=County.objects.get(code=HOME), opening=opening, by=by, at=AT)
    return take_step(case=case, step="hand_out", version=1, by=by, at=AT, given=Given(unit=unit))


@pytest.fixture
def officer(client):
    unit = organisation("member_unit", HOME, "CZ", "县财政局")
    account = person("officer", "unit_officer", unit)
    client.force_login(account)
    return account


def test_the_frame_shows_how_many_are_new_and_opening_one_takes_it_as_read_and_leads_there(client, officer):
    case = handed_out(organisation("member_unit", HOME, "CZ", "县财政局"))
    page = client.get("/notices/").content.decode()
    assert "交办本单位，请签收：〔2026〕云督 1 号" in page
    assert "整治水沟" in page
    assert "未读提醒 </span>1</span>" in page
    notice = Notice.objects.get(reader=officer)
    answer = client.get(f"/notices/{notice.pk}/")
    assert answer["Location"] == f"/counties/{HOME}/cases/{case.pk}/"
    notice.refresh_from_db()
    assert notice.read_at is not None
    assert "未读提醒" not in client.get("/notices/").content.decode()
    assert "没有未读的提醒。" in client.get("/notices/?show=unread").content.decode()


def test_a_title_is_shown_only_while_the_reader_sees_the_case(client, officer):
    handed_out(organisation("member_unit", HOME, "CZ", "县财政局"))
    Appointment.objects.filter(account=officer).update(ends_on=timezone.localdate() - timedelta(days=1))
    page = client.get("/notices/").content.decode()
    assert "〔2026〕云督 1 号" in page
    assert "整治水沟" not in page


def test_all_are_marked_as_read_at_once_and_nobody_else_s(client, officer):
    other = person("other", "planner")
    for reader in (officer, officer, other):
        Notice.objects.create(reader=reader, kind="urged", at=AT)
    assert client.post("/notices/read/").status_code == 302
    assert Notice.objects.filter(read_at__isnull=True).get().reader == other
    number = Notice.objects.get(reader=other).pk
    for given in (number, "x", "²", "9" * 40):
        assert client.post("/notices/read/", {"notice": given}).status_code == 404
    assert Notice.objects.filter(read_at__isnull=True).count() == 1


def test_the_number_in_the_frame_costs_one_query_and_stops_counting_at_a_hundred(
    client, officer, django_assert_max_num_queries
):
    Notice.objects.bulk_create(Notice(reader=officer, kind="urged", at=AT) for _ in range(300))
    with django_assert_max_num_queries(12) as held:
        page = client.get("/my/").content.decode()
    assert "99+" in page
    assert len([query for query in held if "notices_notice" in query["sql"]]) == 1


def test_somebody_chooses_what_goes_out(client, officer):
    page = client.get("/notices/settings/").content.decode()
    assert "本系统没有设置发信服务器" in page
    from xuezheng.notices.queries import get_wishes

    given = {f"mail-{kind}": mail for kind, (mail, _) in get_wishes(officer).items()}
    given |= {f"robot-{kind}": "on" for kind, (_, robot) in get_wishes(officer).items() if robot}
    assert client.post("/notices/settings/", given).status_code == 302
    assert not Wish.objects.exists()
    assert client.post("/notices/settings/", given | {"mail-urged": "never"}).status_code == 302
    assert [(wish.kind, wish.mail, wish.robot) for wish in Wish.objects.all()] == [("urged", "never", True)]
    assert client.post("/notices/settings/", given | {"mail-urged": "hourly"}).status_code == 400


@pytest.fixture
def administrator(client):
    account = person("administering", "administrator")
    client.force_login(account)
    return account


def robot_given(port, **more):
    return {
        "name": "督查群", "about": f"county:{HOME}", "kind": "wecom", "every": "day",
        "address": f"http://127.0.0.1:{port}/send?key=very-secret", "secret": "",
    } | more  # fmt: skip


def test_a_robot_is_entered_tried_stopped_and_started_and_its_key_is_shown_nowhere(client, administrator, settings):
    with robot_host() as server:
        settings.OUTGOING_HOSTS = [f"http://127.0.0.1:{server.port}"]
        assert client.post("/operations/outgoing/robots/new/", robot_given(server.port)).status_code == 302
        robot = Robot.objects.get()
        assert client.post(f"/operations/outgoing/robots/{robot.pk}/try/").status_code == 302
        assert queue_due(timezone.now(), tuple(e for e in SCHEDULE if e.kind == "notices.deliver")) == [
            "notices.deliver"
        ]
        run_waiting_jobs()
    assert [request[2]["msgtype"] for request in server.requests] == ["text"]
    pages = [
        client.get(path).content.decode()
        for path in ("/operations/outgoing/", f"/operations/outgoing/robots/{robot.pk}/")
    ]
    assert "已发出" in pages[0]
    assert not [page for page in pages if "very-secret" in page]
    changed = robot_given(server.port, address="", name="新名")
    assert client.post(f"/operations/outgoing/robots/{robot.pk}/", changed).status_code == 302
    for step, is_active in (("stop", False), ("start", True)):
        client.post(f"/operations/outgoing/robots/{robot.pk}/{step}/")
        robot.refresh_from_db()
        assert (robot.is_active, robot.name) == (is_active, "新名")
    assert client.post(f"/operations/outgoing/robots/{robot.pk}/burn/").status_code == 404
    assert "very-secret" not in str(list(Payload.objects.values_list("body", flat=True)))


@pytest.mark.parametrize(
    "address",
    ["https://evil.example/x", "https://10.0.0.1/x", "file:///etc/passwd", "https://oapi.dingtalk.com.evil.example/"],
)
def test_a_robot_on_a_host_that_nobody_named_is_refused_at_its_field(client, administrator, settings, address):
    settings.OUTGOING_HOSTS = ["oapi.dingtalk.com"]
    answer = client.post("/operations/outgoing/robots/new/", robot_given(1, address=address))
    assert answer.status_code == 400
    assert 'id="id_address_error"' in answer.content.decode()
    assert address not in answer.content.decode()
    assert not Robot.objects.exists()


def test_what_failed_is_told_on_both_pages_and_can_be_sent_again(client, administrator):
    message = Outgoing.objects.create(
        key="k", county=HOME, purpose="daily", account=administrator, counts={"urged": 2}, state="failed",
        created_at=timezone.now(), run_after=AT, failure_code="message_mail_refused", failure_params={"answer": "550"},
    )  # fmt: skip
    assert "最近 7 天有 1 条外发消息失败" in client.get("/operations/").content.decode()
    assert "发信服务器拒收，代码 550。" in client.get("/operations/outgoing/").content.decode()
    assert client.post(f"/operations/outgoing/messages/{message.pk}/again/").status_code == 302
    message.refresh_from_db()
    assert (message.state, message.attempts) == ("waiting", 0)


def test_nothing_is_queued_while_nothing_is_to_be_sent():
    entries = tuple(entry for entry in SCHEDULE if entry.kind in ("notices.deliver", "notices.collect"))
    assert queue_due(timezone.now(), entries) == []
    assert not Job.objects.filter(kind__startswith="notices").exists()


def test_the_week_is_a_page_and_a_document_and_a_future_or_false_one_does_not_exist(client):
    client.force_login(person("reading", "leader"))
    assert client.get(f"/counties/{HOME}/weeks/?week=2026-W10")["Location"] == f"/counties/{HOME}/weeks/2026-W10/"
    page = client.get(f"/counties/{HOME}/weeks/2026-W10/").content.decode()
    assert "云溪县教育工作每周一页" in page
    document = Document(io.BytesIO(client.get(f"/counties/{HOME}/weeks/2026-W10/?format=docx").content))
    assert "什么需要您现在定" in "".join(cell.text for cell in document.tables[0].column_cells(0))
    for week in ("2099-W01", "2026-W60", "abc", "2026-w10"):
        assert client.get(f"/counties/{HOME}/weeks/{week}/").status_code == 404


def test_on_monday_leaders_and_the_office_get_the_week_by_notice():
    leader = person("reading", "leader")
    monday = AT.replace(hour=7, minute=5) + timedelta(days=7)
    entries = tuple(entry for entry in SCHEDULE if entry.kind == "notices.weekly_digest")
    assert queue_due(monday.replace(hour=6), entries) == []
    assert queue_due(monday, entries) == ["notices.weekly_digest"]
    assert queue_due(monday + timedelta(days=2), entries) == []
    Job.objects.update(run_after=AT)
    run_waiting_jobs()
    assert Notice.objects.filter(reader=leader, kind="weekly_digest").count() == 1
