"""The API: who gets in with a token or a session, what the calls answer, and that a token is no more than its owner."""

import json
from datetime import timedelta

import pytest
from axes.models import AccessAttempt
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from openpyxl import Workbook

from planted import SECRET, plant
from world import HOME, OTHER, person
from xuezheng.ledger.actions import Actor
from xuezheng.ledger.models import Event
from xuezheng.meetings.models import Meeting
from xuezheng.people.actions import (
    apply_retention,
    close_account,
    make_token,
    reopen_account,
    reset_password,
    revoke_token,
)
from xuezheng.people.models import AccessToken, Account

pytestmark = pytest.mark.django_db

TEXT = "5月6日，云溪县召开教育工作会议。会议要求，县财政局要会同县教育局研究资金渠道，6月底前提出意见。"
READ = f"/api/v1/counties/{HOME}/bulletins/read"
BOSS = Actor("account:999999", "管理员")


@pytest.fixture
def leader():
    return person("leser", "leader")


def by(account):
    return Actor(f"account:{account.pk}", account.name)


def token_of(account, *, days=9, is_strong=True, ago=timedelta(0)):
    at = timezone.now() - ago
    return make_token(account_id=account.pk, name="大屏", days=days, is_strong=is_strong, by=by(account), at=at)[1]


def get(address, token, **more):
    return Client().get(address, headers={"Authorization": f"Bearer {token}"}, **more)


def error(answer):
    return answer.json()["error"]["code"]


def test_a_token_is_made_on_the_page_shown_once_and_kept_as_a_digest(leader):
    client = Client()
    client.force_login(leader)
    page = client.post("/my/tokens/", {"name": "大屏", "days": "30"})
    token = page.content.decode().partition("<code>")[2].partition("</code>")[0]
    held = AccessToken.objects.get(account=leader)
    assert token not in client.get("/my/tokens/").content.decode()
    assert held.digest not in token
    assert token.rpartition("_")[2] not in json.dumps(list(Event.objects.values()), default=str)
    answer = get("/api/v1/me", token)
    assert (answer.json()["login"], answer["Cache-Control"]) == ("leser", "private, no-store")
    assert AccessToken.objects.get(pk=held.pk).last_used_on == timezone.localdate()


@pytest.mark.parametrize(("name", "days"), [("", "30"), ("大屏", "366"), ("大屏", "0"), ("长" * 61, "9")])
def test_a_token_needs_a_name_and_an_end_within_a_year(leader, name, days):
    client = Client()
    client.force_login(leader)
    assert client.post("/my/tokens/", {"name": name, "days": days}).status_code == 400
    assert not AccessToken.objects.exists()


def test_nobody_and_a_wrong_token_get_nothing_and_too_many_wrong_ones_lock_out_no_right_one(leader):
    right = token_of(leader)
    answer = Client().get("/api/v1/me")
    assert (answer.status_code, error(answer)) == (401, "api_not_signed_in")
    assert answer["WWW-Authenticate"].startswith("Bearer")
    wrong = right[:-4] + "AAAA"
    tries = [get("/api/v1/me", wrong) for _ in range(6)]
    assert [answer.status_code for answer in tries] == [401] * 4 + [429] * 2
    assert (error(tries[-1]), tries[-1]["Retry-After"]) == ("api_locked_out", "900")
    assert get("/api/v1/me", right).status_code == 200
    assert get("/api/v1/me", wrong).status_code == 429
    assert get("/api/v1/me", token_of(leader)[:-4] + "AAAA").status_code == 401


def test_a_token_that_is_over_is_counted_and_so_are_all_unknown_ones_together(leader):
    over = token_of(leader, days=1, ago=timedelta(days=2))
    assert [get("/api/v1/me", over).status_code for _ in range(5)] == [401] * 4 + [429]
    unknown = [f"xuezheng_{number}_{'A' * 43}" for number in (999_999, 999_998, 999_997)]
    others = [get("/api/v1/me", token).status_code for token in (*unknown, "no-token", "xuezheng_")]
    assert others == [401] * 4 + [429]
    assert set(AccessAttempt.objects.values_list("username", flat=True)) == {f"token:{over.split('_')[1]}", "token:?"}


def test_of_a_call_with_a_wrong_token_nothing_is_read_or_kept(leader):
    wrong = token_of(leader)[:-4] + "AAAA"
    file = SimpleUploadedFile("通稿.txt", TEXT.encode(), content_type="text/plain")
    answer = Client().post(
        f"{READ}?q={SECRET[HOME]}", {"file": file, "kind": SECRET[HOME]}, headers={"Authorization": f"Bearer {wrong}"}
    )
    assert (answer.status_code, answer.wsgi_request._read_started) == (401, False)
    (attempt,) = AccessAttempt.objects.all()
    assert (attempt.get_data, attempt.post_data) == ("", "")


def test_a_token_dies_with_its_time_its_taking_back_and_its_owners_account(leader):
    assert get("/api/v1/me", token_of(leader, days=1, ago=timedelta(days=2))).status_code == 401
    taken, closed, reset = token_of(leader), token_of(leader), token_of(leader)
    number = int(taken.split("_")[1])
    revoke_token(account_id=leader.pk, token_id=number, by=by(leader), at=timezone.now())
    assert get("/api/v1/me", taken).status_code == 401
    close_account(account_id=leader.pk, by=BOSS, at=timezone.now(), reason="离任")
    reopen_account(account_id=leader.pk, by=BOSS, at=timezone.now(), reason="回来")
    assert get("/api/v1/me", closed).status_code == 401
    again = token_of(leader)
    reset_password(account_id=leader.pk, by=BOSS, at=timezone.now())
    assert get("/api/v1/me", reset).status_code == 401
    assert get("/api/v1/me", again).status_code == 401
    actions = list(Event.objects.filter(subject_id=str(leader.pk)).values_list("action", flat=True))
    assert actions.count("people.make_token") == 5
    assert actions.count("people.revoke_token") == 1


def test_a_token_reaches_what_its_owner_reaches_today(leader):
    token = token_of(leader)
    cases = f"/api/v1/counties/{HOME}/cases"
    assert get(cases, token).status_code == 200
    elsewhere, nowhere = get(f"/api/v1/counties/{OTHER}/cases", token), get("/api/v1/counties/599999/cases", token)
    assert (elsewhere.status_code, elsewhere.content) == (404, nowhere.content)
    leader.appointments.update(ends_on=timezone.localdate() - timedelta(days=1))
    assert get(cases, token).status_code == 404


def test_who_lacks_the_right_inside_their_county_is_refused():
    answer = get(f"/api/v1/counties/{HOME}/cases", token_of(person("admin", "administrator"), is_strong=True))
    assert (answer.status_code, error(answer)) == (403, "not_allowed")


def test_where_a_role_asks_for_a_second_factor_a_token_of_a_password_alone_is_refused(settings, leader):
    weak, strong = token_of(leader, is_strong=False), token_of(leader)
    settings.SECOND_FACTOR_ROLES = ("leader",)
    assert error(get("/api/v1/me", weak)) == "api_second_factor_first"
    assert get("/api/v1/me", strong).status_code == 200
    client = Client()
    client.force_login(leader)
    answer = client.get("/api/v1/me")
    assert (answer.status_code, error(answer)) == (403, "api_second_factor_first")


def test_who_must_change_their_password_is_told_and_not_led_away(leader):
    Account.objects.filter(pk=leader.pk).update(must_change_password=True)
    client = Client()
    client.force_login(leader)
    assert error(client.get("/api/v1/me")) == "api_password_first"
    assert error(get("/api/v1/me", token_of(leader))) == "api_password_first"


def test_a_session_needs_the_page_token_to_send_and_a_token_does_not(leader):
    careful = Client(enforce_csrf_checks=True)
    careful.force_login(leader)
    assert error(careful.post(READ, {"text": TEXT}, content_type="application/json")) == "api_csrf_missing"
    careful.get("/my/tokens/")
    key = {"X-CSRFToken": careful.cookies["csrftoken"].value}
    assert careful.post(READ, {"text": TEXT}, content_type="application/json", headers=key).status_code == 200
    header = {"Authorization": f"Bearer {token_of(leader)}"}
    answer = Client(enforce_csrf_checks=True).post(
        READ, {"text": TEXT}, content_type="application/json", headers=header
    )
    assert answer.status_code == 200


def send(token, body=None, **more):
    return Client().post(READ, body, headers={"Authorization": f"Bearer {token}"}, **more)


def test_a_bulletin_is_read_as_by_the_command_and_nothing_is_stored(leader, tmp_path):
    from typer.testing import CliRunner

    from xuezheng.cli.app import app

    path = tmp_path / "通稿.txt"
    path.write_text(TEXT, "utf-8")
    command = json.loads(CliRunner().invoke(app, ["read-bulletin", str(path), "--format", "json"]).stdout)
    token, before = token_of(leader), Event.objects.count()
    assert send(token, {"text": TEXT}, content_type="application/json").json() == command
    file = SimpleUploadedFile("通稿.txt", TEXT.encode(), content_type="text/plain")
    assert send(token, {"file": file, "kind": "bulletin"}).json() == command
    assert command["kind"] == "bulletin"
    assert (Meeting.objects.count(), Event.objects.count()) == (0, before)


def test_a_ledger_is_read_from_a_workbook(leader, tmp_path):
    book = Workbook()
    for row in (
        ["序号", "督办事项", "责任单位", "办结时限", "状态"],
        [1, "新建幼儿园", "县教育局", "2026-09-30", "推进中"],
    ):
        book.active.append(row)
    book.save(tmp_path / "台账.xlsx")
    file = SimpleUploadedFile("台账.xlsx", (tmp_path / "台账.xlsx").read_bytes())
    read = send(token_of(leader), {"file": file}).json()
    (item,) = read["items"]
    assert (read["kind"], item["text"], item["due_on"], item["cell"]) == ("ledger", "新建幼儿园", "2026-09-30", "B2")


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ('{"text": "今天天气很好。"}', 422, "meeting_not_found"),
        ('{"text": ""}', 400, "bulletin_nothing_given"),
        ('{"text": 3}', 400, "api_body_not_json"),
        ('["text"]', 400, "api_body_not_json"),
        ("{", 400, "api_body_not_json"),
        ('{"text": "会议", "kind": "poem"}', 400, "api_kind_unknown"),
        ('{"text": "会议", "kind": ["poem"]}', 400, "api_kind_unknown"),
        ('{"text": "会议", "more": 1}', 400, "api_body_not_json"),
        (json.dumps({"text": TEXT * 9_000}, ensure_ascii=False), 413, "bulletin_too_long"),
    ],
)
def test_what_cannot_be_read_is_refused_in_one_shape(leader, body, status, code):
    answer = send(token_of(leader), body, content_type="application/json")
    assert (answer.status_code, error(answer)) == (status, code)
    assert set(answer.json()["error"]) == {"code", "what", "next", "params", "place"}


@pytest.mark.parametrize(
    "sent",
    [
        {"data": json.dumps({"text": "a" * 4_000_000}), "content_type": "application/json"},
        {"data": {"kind": "a" * 4_000_000}},
    ],
    ids=["json", "form field"],
)
def test_a_body_beyond_the_limit_is_refused_with_the_limits_and_the_next_call_is_answered(leader, sent):
    token = token_of(leader)
    header = {"Authorization": f"Bearer {token}", "Accept-Language": "en"}
    answer = Client().post(READ, headers=header, **sent)
    assert (answer.status_code, error(answer)) == (413, "api_body_too_large")
    told = answer.json()["error"]
    assert set(told) == {"code", "what", "next", "params", "place"}
    assert told["params"] == {"limit_mb": 2.5, "file_mib": 32}
    assert "2.5 MB" in told["what"]
    assert "32 MiB" in told["next"]
    assert get("/api/v1/me", token).status_code == 200


def test_other_types_methods_and_addresses_are_refused_in_the_same_shape(leader):
    token = token_of(leader)
    header = {"Authorization": f"Bearer {token}"}
    plain = send(token, "字", content_type="text/plain")
    assert (plain.status_code, error(plain)) == (415, "api_media_type")
    other = Client().delete("/api/v1/me", headers=header)
    assert (other.status_code, other["Allow"], error(other)) == (405, "GET", "api_method_not_allowed")
    for address in ("/api/v1/nothing", "/api/", "/api/v1/counties/5099010/"):
        assert error(get(address, token)) == "page_not_found"
    broken = send(token, {"file": SimpleUploadedFile("会.docx", b"PK\x03\x04 no zip")})
    assert broken.status_code == 422
    english = Client().get("/api/v1/me", headers={"Accept-Language": "en"})
    assert english.json()["error"]["what"].startswith("Neither signed in")


def test_the_ledger_is_paged_and_filtered_and_holds_no_restricted_case(leader):
    place = plant(HOME)
    token, cases = token_of(leader), f"/api/v1/counties/{HOME}/cases"
    everything = get(cases, token).json()
    assert place.case.pk in [row["id"] for row in everything["cases"]]
    assert (everything["page"], everything["next"]) == (1, None)
    found = get(cases, token, data={"q": SECRET[HOME][:4]}).json()["cases"]
    assert place.case.pk in [row["id"] for row in found]
    assert get(cases, token, data={"state": "done"}).json()["cases"] == []
    for query in ({"state": "lost"}, {"page": "0"}, {"year": "abc"}):
        answer = get(cases, token, data=query)
        assert (answer.status_code, error(answer)) == (422, "api_request_invalid")
    assert error(get(cases, token, data={"kind": "poem"})) == "api_kind_unknown"
    type(place.case).objects.filter(pk=place.case.pk).update(is_restricted=True)
    assert place.case.pk not in [row["id"] for row in get(cases, token).json()["cases"]]
    assert place.case.pk not in [row["id"] for row in get(cases, token, data={"q": SECRET[HOME][:4]}).json()["cases"]]


def test_a_case_tells_its_steps_and_a_restricted_one_only_those_named_and_that_is_recorded(leader):
    place = plant(HOME)
    address = f"/api/v1/counties/{HOME}/cases/{place.case.pk}"
    told = get(address, token_of(leader)).json()
    assert told["title"] == place.case.title
    assert told["steps"][-1]["step"] == "open"
    assert told["opened_at"].endswith("+08:00")
    assert set(told["level"]) == {"code", "words"}
    assert get(f"/api/v1/counties/{OTHER}/cases/{place.case.pk}", token_of(leader)).status_code == 404
    type(place.case).objects.filter(pk=place.case.pk).update(is_restricted=True)
    assert get(address, token_of(leader)).status_code == 404
    place.case.readers.create(account=leader)
    before = Event.objects.filter(subject_kind="case", subject_id=str(place.case.pk)).count()
    assert get(address, token_of(leader)).json()["is_restricted"]
    assert Event.objects.filter(subject_kind="case", subject_id=str(place.case.pk)).count() == before + 1


def test_a_step_has_its_code_always_and_its_title_in_the_language_that_is_asked_for(leader):
    place = plant(HOME)
    for number, (step, words) in enumerate((("escalate", "1"), ("recompute", ""), ("name_reader", "")), start=50):
        place.case.steps.create(version=number, step=step, state=place.case.state, words=words, at=timezone.now())
    address, access = f"/api/v1/counties/{HOME}/cases/{place.case.pk}", {"Authorization": f"Bearer {token_of(leader)}"}
    titles = {}
    for language in ("zh-hans", "en"):
        told = Client().get(address, headers=access | {"Accept-Language": language}).json()["steps"]
        assert [step["step"] for step in told][:3] == ["name_reader", "recompute", "escalate"]
        assert told[-1]["step"] == "open"
        titles[language] = [told[0]["title"], told[1]["title"], told[-1]["title"]]
        assert "→" in told[2]["words"]
    assert titles["zh-hans"] == ["列名可查阅人员", "按新日历重算时限", "已立项"]
    assert titles["en"][0] == "Named a reader"
    assert not set(titles["en"]) & set(titles["zh-hans"])


def test_a_parent_is_named_to_who_sees_it_only(leader):
    place = plant(HOME)
    address, token = f"/api/v1/counties/{HOME}/cases/{place.case.pk}", token_of(leader)
    cases = type(place.case).objects
    parent = cases.get(pk=place.case.pk)
    parent.pk, parent.sequence, parent.number = None, parent.sequence + 900, f"{parent.number}-上"
    parent.save()
    cases.filter(pk=place.case.pk).update(parent=parent)
    assert get(address, token).json()["parent"] == parent.pk
    cases.filter(pk=parent.pk).update(is_restricted=True, opened_by=None, lead_unit=None)
    assert get(address, token).json()["parent"] is None


def test_the_schema_is_for_who_is_signed_in_and_names_no_other_host(leader):
    assert Client().get("/api/v1/openapi.json").status_code == 401
    schema = get("/api/v1/openapi.json", token_of(leader)).json()
    assert sorted(schema["paths"]) == [
        "/api/v1/counties/{county}/bulletins/read",
        "/api/v1/counties/{county}/cases",
        "/api/v1/counties/{county}/cases/{case}",
        "/api/v1/me",
    ]
    assert "http://" not in json.dumps(schema)
    assert "https://" not in json.dumps(schema)


def test_tokens_that_are_over_go_after_their_time(leader):
    token_of(leader, days=1, ago=timedelta(days=200))
    token_of(leader)
    assert apply_retention(at=timezone.now())["access_tokens"] == 1
    assert AccessToken.objects.count() == 1
