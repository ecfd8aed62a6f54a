"""Signing in: passwords, the lock, first passwords, a second factor, sessions."""

import re
from datetime import timedelta

import pytest
from axes.models import AccessAttempt, AccessLog
from django.db.models import F
from django.test import Client, override_settings
from django.utils import timezone
from django_otp.oath import totp
from django_otp.plugins.otp_totp.models import TOTPDevice

from world import AT, PASSWORD, person
from xuezheng.ledger.actions import SYSTEM
from xuezheng.ledger.models import Event
from xuezheng.people.actions import begin_second_factor, reset_password
from xuezheng.people.models import Account, SignedInSession

pytestmark = pytest.mark.django_db
NEW = "云深不知处-2026-山高水长"


def sign_in(client, login, password, **more):
    return client.post("/sign-in/", {"login": login, "password": password}, **more)


def last_action(account):
    return Event.objects.filter(subject_kind="account", subject_id=str(account.pk)).order_by("-number").first().action


def code_of(device, ahead=0):
    return f"{totp(device.bin_key, device.step, device.t0, device.digits, device.drift + ahead):06d}"


def with_phone(client, account):
    """Set up a second factor for who is signed in; return the phone and the backup codes that the page showed."""
    client.post("/my/second-factor/begin/")
    device = TOTPDevice.objects.get(user=account)
    page = client.post("/my/second-factor/confirm/", {"code": code_of(device)})
    assert page.status_code == 200
    codes = re.findall(r"<li><code>([a-z0-9]{5}-[a-z0-9]{5})</code>", page.content.decode())
    assert len(codes) == 10
    device.refresh_from_db()
    return device, codes


def test_a_right_password_lets_in_and_leaves_a_session_and_an_event(client):
    account = person("planner", "planner")
    answer = sign_in(client, "planner", PASSWORD, headers={"user-agent": "Firefox"})
    assert (answer.status_code, answer.url) == (302, "/")
    session = SignedInSession.objects.get(account=account)
    assert (session.session_key, session.device) == (client.session.session_key, "Firefox")
    assert last_action(account) == "people.sign_in"


def test_a_wrong_name_and_a_wrong_password_get_the_same_answer(client):
    person("planner", "planner")
    answers = [sign_in(client, name, "wrong").content.decode() for name in ("planner", "nobody")]
    shown = [re.sub(r'value="[^"]*"', "", answer.partition("<main")[2]) for answer in answers]
    assert shown[0] == shown[1]


def test_a_closed_account_does_not_sign_in_and_its_sessions_are_worth_nothing(client):
    account = person("planner", "planner")
    sign_in(client, "planner", PASSWORD)
    Account.objects.filter(pk=account.pk).update(is_active=False)
    assert client.get("/my/").status_code == 302
    assert sign_in(Client(), "planner", PASSWORD).status_code == 400


def test_nobody_is_led_to_another_site_after_signing_in(client):
    person("planner", "planner")
    answer = client.post("/sign-in/?next=https://elsewhere.example/", {"login": "planner", "password": PASSWORD})
    assert answer.url == "/"


@pytest.mark.parametrize(("language", "words"), [("zh-hans", "分钟内不能登录"), ("en", "is locked for 15 minutes")])
def test_after_five_wrong_passwords_even_the_right_one_does_not_help_and_the_page_says_for_how_long(language, words):
    account = person("planner", "planner")
    client = Client(headers={"accept-language": language})
    for _ in range(4):
        assert sign_in(client, "planner", "wrong").status_code == 400
    for password in ("wrong", PASSWORD):
        answer = sign_in(client, "planner", password)
        assert answer.status_code == 429
        assert words in answer.content.decode()
    assert last_action(account) == "people.lock_out"


def test_who_goes_on_trying_while_locked_out_fills_neither_the_ledger_nor_a_second_list(client):
    account = person("planner", "planner")
    for _ in range(9):
        sign_in(client, "planner", "wrong")
    locked = Event.objects.filter(action="people.lock_out", subject_id=str(account.pk))
    assert locked.count() == 1
    sign_in(Client(), "planner", PASSWORD)
    person("leader", "leader")
    sign_in(Client(), "leader", PASSWORD)
    assert not AccessLog.objects.exists()


def test_trying_again_while_locked_out_does_not_lock_for_longer(client):
    person("planner", "planner")
    for _ in range(5):
        sign_in(client, "planner", "wrong")
    AccessAttempt.objects.update(attempt_time=timezone.now() - timedelta(minutes=14))
    assert sign_in(client, "planner", "wrong").status_code == 429
    AccessAttempt.objects.update(attempt_time=F("attempt_time") - timedelta(minutes=2))
    assert sign_in(client, "planner", PASSWORD).status_code == 302


def test_a_lock_leaves_others_alone(client):
    person("planner", "planner")
    person("leader", "leader")
    for _ in range(6):
        sign_in(client, "planner", "wrong")
    assert sign_in(client, "leader", PASSWORD).status_code == 302


def test_a_password_from_a_slip_opens_one_page_only_until_it_is_changed(client):
    account = person("planner", "planner")
    slip = reset_password(account_id=account.pk, by=SYSTEM, at=AT)
    assert sign_in(client, "planner", slip.password).status_code == 302
    for address in ("/my/", "/approvals/", "/"):
        assert client.get(address).url == "/my/password/"
    wrong = client.post("/my/password/", {"old": slip.password, "new": "12345678", "again": "12345678"})
    assert wrong.status_code == 400
    done = client.post("/my/password/", {"old": slip.password, "new": NEW, "again": NEW})
    assert done.status_code == 302
    assert client.get("/my/").status_code == 200
    assert sign_in(Client(), "planner", slip.password).status_code == 400
    assert sign_in(Client(), "planner", NEW).status_code == 302


def test_a_changed_password_ends_all_other_sessions_and_keeps_this_one(client):
    account = person("planner", "planner")
    elsewhere = Client()
    for each in (client, elsewhere):
        sign_in(each, "planner", PASSWORD)
    client.post("/my/password/", {"old": PASSWORD, "new": NEW, "again": NEW})
    assert client.get("/my/").status_code == 200
    assert elsewhere.get("/my/").status_code == 302
    assert [s.session_key for s in SignedInSession.objects.filter(account=account)] == [client.session.session_key]


def test_the_new_password_must_be_new_strong_and_twice_the_same(client):
    person("planner", "planner")
    sign_in(client, "planner", PASSWORD)
    for old, new, again in [
        ("wrong", NEW, NEW), (PASSWORD, NEW, NEW + "x"), (PASSWORD, PASSWORD, PASSWORD), (PASSWORD, "password1234", "password1234"),
    ]:  # fmt: skip
        assert client.post("/my/password/", {"old": old, "new": new, "again": again}).status_code == 400


def test_one_ends_a_session_elsewhere_or_all_of_them(client):
    account = person("planner", "planner")
    others = [Client(), Client(), Client()]
    for each in (client, *others):
        sign_in(each, "planner", PASSWORD)
    first = SignedInSession.objects.get(session_key=others[0].session.session_key)
    assert client.post(f"/my/sessions/{first.pk}/end/").status_code == 302
    assert others[0].get("/my/").status_code == 302
    assert others[1].get("/my/").status_code == 200
    client.post("/my/sessions/end-others/")
    assert [each.get("/my/").status_code for each in others] == [302, 302, 302]
    assert client.get("/my/sessions/").status_code == 200
    assert SignedInSession.objects.filter(account=account).count() == 1


def test_nobody_ends_the_session_of_somebody_else(client):
    person("planner", "planner")
    other = Client()
    person("leader", "leader")
    sign_in(other, "leader", PASSWORD)
    sign_in(client, "planner", PASSWORD)
    theirs = SignedInSession.objects.get(session_key=other.session.session_key)
    assert client.post(f"/my/sessions/{theirs.pk}/end/").status_code == 404
    assert other.get("/my/").status_code == 200


def test_signing_out_takes_the_session_from_the_list(client):
    account = person("planner", "planner")
    sign_in(client, "planner", PASSWORD)
    client.post("/sign-out/")
    assert not SignedInSession.objects.filter(account=account).exists()
    assert last_action(account) == "people.sign_out"


def test_with_a_phone_the_password_alone_is_not_enough(client):
    account = person("planner", "planner")
    sign_in(client, "planner", PASSWORD)
    device, _ = with_phone(client, account)
    fresh = Client()
    assert sign_in(fresh, "planner", PASSWORD).url == "/sign-in/code/"
    assert fresh.get("/my/").status_code == 302
    assert fresh.post("/sign-in/code/", {"code": "abcde-fghij"}).status_code == 400
    assert fresh.post("/sign-in/code/", {"code": code_of(device, 1)}).url == "/"
    assert fresh.get("/my/").status_code == 200
    again = Client()
    sign_in(again, "planner", PASSWORD)
    device.refresh_from_db()
    assert again.post("/sign-in/code/", {"code": code_of(device)}).status_code == 400  # was used already


def test_a_backup_code_is_good_once(client):
    account = person("planner", "planner")
    sign_in(client, "planner", PASSWORD)
    _, codes = with_phone(client, account)
    for expected in (302, 400):
        fresh = Client()
        sign_in(fresh, "planner", PASSWORD)
        assert fresh.post("/sign-in/code/", {"code": codes[0]}).status_code == expected


def test_the_second_step_needs_the_first(client):
    person("planner", "planner")
    assert client.get("/sign-in/code/").url == "/sign-in/"


def test_the_picture_for_the_phone_is_an_svg_file_and_gone_once_the_phone_is_in_use(client):
    account = person("planner", "planner")
    sign_in(client, "planner", PASSWORD)
    begin_second_factor(account_id=account.pk, by=SYSTEM, at=AT)
    picture = client.get("/my/second-factor/picture.svg")
    assert picture["Content-Type"] == "image/svg+xml"
    assert b"<svg" in picture.content
    assert b"script" not in picture.content
    with_phone(client, account)
    assert client.get("/my/second-factor/picture.svg").status_code == 404


def test_doing_without_the_second_factor_takes_the_password(client):
    account = person("planner", "planner")
    sign_in(client, "planner", PASSWORD)
    with_phone(client, account)
    assert client.post("/my/second-factor/remove/", {"password": "wrong"}).status_code == 400
    assert client.post("/my/second-factor/remove/", {"password": PASSWORD}).status_code == 302
    assert not TOTPDevice.objects.filter(user=account).exists()
    assert sign_in(Client(), "planner", PASSWORD).url == "/"


@override_settings(SECOND_FACTOR_ROLES=["planner"])
def test_a_role_that_asks_for_a_second_factor_leads_to_setting_it_up(client):
    account = person("planner", "planner")
    sign_in(client, "planner", PASSWORD)
    assert client.get("/my/").url == "/my/second-factor/"
    assert client.get("/my/second-factor/").status_code == 200
    with_phone(client, account)
    assert client.get("/my/").status_code == 200
    person("leader", "leader")
    other = Client()
    sign_in(other, "leader", PASSWORD)
    assert other.get("/my/").status_code == 200


def test_one_changes_what_one_is_called_and_reads_the_chosen_language(client):
    account = person("planner", "planner")
    sign_in(client, "planner", PASSWORD)
    client.post("/my/", {"name": "新名", "email": "a@example.org", "language": "en"})
    account.refresh_from_db()
    assert (account.name, account.email, account.language) == ("新名", "a@example.org", "en")
    fresh = Client(headers={"accept-language": "zh-hans"})
    sign_in(fresh, "planner", PASSWORD)
    assert "My account" in fresh.get("/my/").content.decode()


def test_the_language_is_remembered_by_https_only_where_that_is_how_it_is_reached(client, settings):
    person("planner", "planner")
    sign_in(client, "planner", PASSWORD)
    settings.SESSION_COOKIE_SECURE = True
    kept = client.post("/my/", {"name": "新名", "email": "", "language": "en"}).cookies[settings.LANGUAGE_COOKIE_NAME]
    assert kept["secure"]
    assert kept["max-age"] == 365 * 86400


def test_without_an_identity_service_there_are_no_pages_for_one(client):
    assert client.get("/sign-in/identity/").status_code == 404
    assert client.get("/sign-in/identity/back/?code=1&state=2").status_code == 404


def test_the_list_says_when_one_was_last_seen_and_leaves_out_what_ran_out(client):
    account = person("planner", "planner")
    sign_in(client, "planner", PASSWORD)
    client.get("/my/")
    long_ago = AT - timedelta(days=1)
    SignedInSession.objects.filter(account=account).update(last_seen_at=long_ago)
    session = client.session
    session["seen"] = session["seen"] - 601
    session.save()
    client.get("/my/")
    assert SignedInSession.objects.get(account=account).last_seen_at > long_ago
    SignedInSession.objects.create(
        account=account, session_key="gone", device="旧手机", started_at=long_ago, last_seen_at=long_ago
    )
    assert "旧手机" not in client.get("/my/sessions/").content.decode()
