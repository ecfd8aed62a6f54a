"""Messages that really go out, to small servers of our own: at most once, counts only, and every ending told."""

import email
import json
from datetime import timedelta
from email import policy

import pytest
from django.utils import timezone

from servers_of_notices import mail_server, robot_host
from world import AT, HOME
from xuezheng.kernel.refusal import InvalidRequest
from xuezheng.ledger.models import Payload
from xuezheng.notices.actions.outbox import (
    LOST,
    WAITS,
    collect_daily_mail,
    collect_for_robots,
    collect_urgent_mail,
    send_again,
    settle_lost,
    take_message,
    try_out,
)
from xuezheng.notices.actions.robots import RobotGiven, add_robot, change_robot, stop_robot
from xuezheng.notices.models import Notice, Outgoing, Robot
from xuezheng.notices.sealing import unseal
from xuezheng.people.access import NotAllowed
from xuezheng.web.operations.delivery.round import deliver

# ruff: noqa: ARG001, S105, S106 - fixtures set the scene; the secrets are made up

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
PLANTED = ("王小明", "13800138000", "整治水沟", "〔2026〕云督 1 号", "finance")


@pytest.fixture
def finance(office, settings):
    settings.MAIL_HOST = "127.0.0.1"
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_USE_TLS, settings.EMAIL_USE_SSL = "127.0.0.1", False, False
    settings.DEFAULT_FROM_EMAIL = "学政 <no-reply@edu.example.org>"
    settings.PUBLIC_ADDRESS = "https://edu.example.org"
    account = office.accounts["finance"]
    account.email = "cz@example.org"
    account.save()
    return account


def notice(reader, kind="urged", mail="daily", at=AT, number=1, *, robot=True):
    return Notice.objects.create(
        reader=reader, county=HOME, kind=kind, subject_kind="case", subject_id=str(number), mail=mail, robot=robot, at=at,
        params={"number": "〔2026〕云督 1 号", "stray": "王小明 13800138000 整治水沟"},
    )  # fmt: skip


def delivered(settings, server, at=AT):
    settings.EMAIL_PORT = server.port
    return dict(+deliver(lambda: at))


def text_of(raw):
    held = email.message_from_bytes(raw, policy=policy.default)
    return held, f"{held['Subject']}\n{held.get_content()}"


def test_a_day_s_notices_become_one_mail_with_counts_and_a_link_and_nothing_else(finance, settings):
    for number in range(3):
        notice(finance, number=number)
    notice(finance, kind="handed_out")
    Notice.objects.filter(subject_id="2", kind="urged").update(read_at=AT)
    assert collect_daily_mail(at=AT + HOUR) == 1
    with mail_server() as server:
        assert delivered(settings, server, AT + HOUR) == {"sent": 1}
    (raw,) = server.texts
    held, text = text_of(raw)
    assert held["To"] == "cz@example.org"
    assert held["Subject"] == "学政：您有 3 条新提醒"
    assert "· 催办：2 条" in text
    assert "· 交办本单位：1 条" in text
    assert "https://edu.example.org/notices/" in text
    assert not [word for word in PLANTED if word in text]


def test_nobody_gets_a_second_daily_mail_and_what_came_since_waits_for_the_next_day(finance):
    notice(finance)
    assert collect_daily_mail(at=AT) == 1
    notice(finance, at=AT + HOUR)
    assert collect_daily_mail(at=AT + 2 * HOUR) == 0
    assert collect_daily_mail(at=AT.replace(hour=6) + DAY) == 0
    assert collect_daily_mail(at=AT + DAY) == 1
    assert [message.counts for message in Outgoing.objects.order_by("pk")] == [{"urged": 1}, {"urged": 1}]


def test_urgent_notices_go_at_once_and_are_not_told_again_with_the_day_s(finance):
    notice(finance, kind="sent_back", mail="now")
    notice(finance, kind="handed_out", mail="daily")
    assert collect_urgent_mail(at=AT + timedelta(seconds=30)) == 1
    assert collect_daily_mail(at=AT + HOUR) == 1
    assert [message.counts for message in Outgoing.objects.order_by("pk")] == [{"sent_back": 1}, {"handed_out": 1}]


@pytest.mark.parametrize("change", [{"is_active": False}, {"email": ""}])
def test_nothing_goes_to_a_closed_account_or_without_an_address(finance, settings, change):
    notice(finance)
    collect_daily_mail(at=AT)
    type(finance).objects.filter(pk=finance.pk).update(**change)
    with mail_server() as server:
        delivered(settings, server)
        assert collect_daily_mail(at=AT + DAY) == 0
    assert server.texts == []


def test_what_is_refused_for_now_is_tried_again_after_longer_and_longer_waits_and_then_has_failed(finance, settings):
    notice(finance)
    collect_daily_mail(at=AT)
    moment = AT
    with mail_server("busy") as server:
        for attempt, wait in enumerate(WAITS, start=1):
            assert delivered(settings, server, moment) == {"refused": 1}
            message = Outgoing.objects.get()
            assert (message.state, message.attempts, message.run_after) == ("waiting", attempt, moment + wait)
            assert delivered(settings, server, moment + wait - timedelta(seconds=1)) == {}
            moment += wait
        assert delivered(settings, server, moment) == {"refused": 1}
    message = Outgoing.objects.get()
    assert (message.state, message.failure_code, message.failure_params) == (
        "failed", "message_mail_refused", {"answer": "451"},
    )  # fmt: skip
    assert server.texts == []


def test_a_server_that_cannot_be_reached_takes_nothing_and_is_tried_again(finance, settings):
    notice(finance)
    collect_daily_mail(at=AT)
    with mail_server() as server:
        pass
    assert delivered(settings, server) == {"refused": 1}
    assert (Outgoing.objects.get().state, Outgoing.objects.get().failure_code) == (
        "waiting",
        "message_host_unreachable",
    )


def test_a_refused_recipient_is_told_as_such(finance, settings):
    notice(finance)
    collect_daily_mail(at=AT)
    with mail_server("refuse") as server:
        assert delivered(settings, server) == {"refused": 1}
    assert Outgoing.objects.get().failure_code == "message_recipient_refused"


def test_where_the_server_broke_off_nobody_knows_and_it_never_goes_twice_by_itself(finance, settings, office):
    notice(finance)
    collect_daily_mail(at=AT)
    with mail_server("break") as server:
        assert delivered(settings, server) == {"unsure": 1}
        for later in (HOUR, DAY, 30 * DAY):
            assert delivered(settings, server, AT + later) == {}
    assert len(server.texts) == 1
    message = Outgoing.objects.get()
    assert (message.state, message.failure_code) == ("unsure", "message_broken_off")
    send_again(message=message, by=office.administrator.actor, at=AT + DAY)
    with mail_server() as server:
        assert delivered(settings, server, AT + DAY) == {"sent": 1}
    with pytest.raises(InvalidRequest):
        send_again(message=message, by=office.administrator.actor, at=AT + DAY)


def test_what_a_killed_sender_left_is_unsure_and_not_sent_again(finance, settings):
    notice(finance)
    collect_daily_mail(at=AT)
    assert take_message(at=AT) is not None
    assert take_message(at=AT) is None
    assert settle_lost(at=AT + LOST) == 0
    with mail_server() as server:
        assert delivered(settings, server, AT + LOST + HOUR) == {"unsure": 1}
    assert (server.texts, Outgoing.objects.get().failure_code) == ([], "message_sender_lost")


def test_several_mails_of_a_round_share_one_connection(finance, settings, office):
    for name in ("finance", "school", "head"):
        account = office.accounts[name]
        account.email = f"{name}@example.org"
        account.save()
        notice(account)
    collect_daily_mail(at=AT)
    with mail_server() as server:
        assert delivered(settings, server) == {"sent": 3}
    assert (len(server.texts), server.connections) == (3, 1)


def robot(office, server, kind="wecom", secret="", unit=None, every="day"):
    given = RobotGiven(
        name="督查群", kind=kind, every=every, host=f"127.0.0.1:{server.port}", secret=secret, unit=unit,
        address=f"http://127.0.0.1:{server.port}/send?key=very-secret",
    )  # fmt: skip
    return add_robot(county=office.county, given=given, by=office.administrator, at=AT - HOUR)


def named(settings, server):
    settings.OUTGOING_HOSTS = [f"http://127.0.0.1:{server.port}"]


@pytest.mark.parametrize(
    ("kind", "answer"),
    [("wecom", {"errcode": 0}), ("dingtalk", {"errcode": 0}), ("feishu", {"code": 0}), ("webhook", {})],
)
def test_a_robot_is_told_counts_and_a_link_and_nothing_else(office, settings, finance, kind, answer):
    with robot_host(answer=answer) as server:
        named(settings, server)
        robot(office, server, kind, secret="" if kind == "wecom" else "sign-secret")
        notice(finance)
        notice(office.accounts["deputy"])
        notice(finance, kind="handed_out", number=2)
        notice(finance, kind="to_check", number=3, robot=False)
        assert collect_for_robots(at=AT) == 1
        assert delivered(settings, server) == {"sent": 1}
    ((path, _headers, body),) = server.requests
    told = json.dumps(body, ensure_ascii=False)
    assert path.startswith("/send?key=very-secret")
    assert "新提醒 2 条（交办本单位 1 条、催办 1 条）" in told
    assert "https://edu.example.org/notices/" in told
    assert not [word for word in (*PLANTED, "very-secret", "sign-secret") if word in told]


def test_a_robot_of_a_unit_counts_that_unit_s_people_only_and_once_a_day(office, settings, finance):
    with robot_host() as server:
        robot(office, server, unit=office.school_unit)
        notice(finance)
        assert collect_for_robots(at=AT) == 0
        notice(office.accounts["school"], at=AT + HOUR)
        assert collect_for_robots(at=AT + 2 * HOUR) == 1
        notice(office.accounts["school"], at=AT + 3 * HOUR)
        assert collect_for_robots(at=AT + 4 * HOUR) == 0
        assert collect_for_robots(at=AT + DAY) == 1


def test_a_host_that_is_named_no_more_is_not_called_and_nobody_is_where_none_is_named(office, settings, finance):
    with robot_host() as server:
        for hosts in ([], ["oapi.dingtalk.com"]):
            settings.OUTGOING_HOSTS = hosts
            held = robot(office, server)
            message = try_out(robot=held, county=HOME, by=office.administrator.actor, at=AT + len(hosts) * HOUR)
            assert delivered(settings, server, AT + DAY) == {"refused": 1}
            message.refresh_from_db()
            assert (message.state, message.failure_code) == ("failed", "robot_host_not_named")
    assert server.requests == []


def test_redirects_are_not_followed_and_endless_answers_are_cut(office, settings, finance):
    for way, end, code in (("redirect", "refused", "HTTP 302"), ("flood", "unsure", "HTTP 200")):
        with robot_host(way) as server:
            named(settings, server)
            message = try_out(
                robot=robot(office, server), county=HOME, by=office.administrator.actor, at=timezone.now()
            )
            assert delivered(settings, server, timezone.now()) == {end: 1}
        message.refresh_from_db()
        assert message.failure_params == {"answer": code}
        assert len(server.requests) == 1


def test_a_host_that_breaks_off_leaves_the_message_unsure_and_one_that_is_not_there_lets_it_wait(
    office, settings, finance
):
    with robot_host("break") as server:
        named(settings, server)
        held = robot(office, server)
        first = try_out(robot=held, county=HOME, by=office.administrator.actor, at=AT)
        assert delivered(settings, server) == {"unsure": 1}
    second = try_out(robot=held, county=HOME, by=office.administrator.actor, at=AT + HOUR)
    assert delivered(settings, server, AT + HOUR) == {"refused": 1}
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, second.state, second.failure_code) == ("unsure", "waiting", "message_host_unreachable")


def test_a_name_that_resolves_to_an_address_inside_is_not_called(office, settings, finance):
    with robot_host() as server:
        settings.OUTGOING_HOSTS = [f"localhost:{server.port}"]
        given = RobotGiven(
            name="群", kind="wecom", every="day", host="localhost", address=f"https://localhost:{server.port}/hook"
        )
        held = add_robot(county=office.county, given=given, by=office.administrator, at=AT)
        message = try_out(robot=held, county=HOME, by=office.administrator.actor, at=AT)
        delivered(settings, server)
    message.refresh_from_db()
    assert (message.failure_code, server.requests) == ("message_host_inside", [])


def test_tls_is_held_against_the_host_s_name_and_the_office_s_own_authority(office, settings, finance, tmp_path):
    right, wrong = certificate(tmp_path, "localhost"), certificate(tmp_path, "other.example.org")
    outcomes = []
    for shown, trusted in ((right, right), (right, ""), (wrong, wrong)):
        with robot_host(certificate=shown) as server:
            settings.OUTGOING_HOSTS = [f"private:localhost:{server.port}"]
            settings.OUTGOING_CERTIFICATES = str(trusted)
            given = RobotGiven(
                name="群", kind="wecom", every="day", host="localhost", address=f"https://localhost:{server.port}/hook"
            )
            held = add_robot(county=office.county, given=given, by=office.administrator, at=AT)
            message = try_out(robot=held, county=HOME, by=office.administrator.actor, at=timezone.now())
            delivered(settings, server, timezone.now())
            message.refresh_from_db()
            outcomes.append((message.state, message.failure_code, len(server.requests)))
    refused = ("waiting", "message_certificate_wrong", 0)
    assert outcomes == [("sent", "", 1), refused, refused]


def certificate(folder, name):
    """A certificate and its key in one file, signed by itself."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = timezone.now()
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - DAY)
        .not_valid_after(now + DAY)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = folder / f"{name}.pem"
    plain = serialization.NoEncryption()
    path.write_bytes(
        made.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    )
    return path


def test_address_and_secret_are_kept_sealed_and_stand_in_no_event(office, settings):
    with robot_host() as server:
        held = robot(office, server, secret="sign-secret")
        given = RobotGiven(name="新名", kind="wecom", every="hour", host=held.host, secret="new-secret")
        change_robot(robot=held, given=given, by=office.administrator, at=AT)
        stop_robot(robot=held, by=office.administrator, at=AT)
    row = json.dumps(list(Robot.objects.values()), default=str, ensure_ascii=False)
    told = json.dumps(list(Payload.objects.values_list("body", flat=True)), ensure_ascii=False)
    assert not [word for word in ("very-secret", "sign-secret", "new-secret") if word in row + told]
    held.refresh_from_db()
    assert unseal(held.sealed) == {"address": f"http://{held.host}/send?key=very-secret", "secret": "new-secret"}
    settings.SECRET_KEY = "another-key"
    with pytest.raises(InvalidRequest):
        unseal(held.sealed)


def test_only_an_administrator_enters_robots(office):
    given = RobotGiven(name="群", kind="wecom", every="day", host="a", address="https://a/b")
    with pytest.raises(NotAllowed):
        add_robot(county=office.county, given=given, by=office.office, at=AT)


def test_old_notices_that_a_restored_backup_brings_back_are_not_mailed(finance):
    notice(finance, at=AT - 3 * DAY)
    assert collect_daily_mail(at=AT) == 0
    assert not Notice.objects.exclude(mail="").exists()


def test_the_doctor_tells_what_is_missing_where_messages_go_out(office, finance, settings):
    from xuezheng.web.operations.delivery import checks

    def said(look):
        return [(line.grade, line.code) for line in look(AT)]

    with mail_server() as server:
        settings.EMAIL_PORT = server.port
        assert said(checks.mail) == [("ok", "doctor_mail")]
    assert said(checks.mail) == [("warn", "doctor_mail_unreachable")]
    settings.MAIL_HOST = settings.PUBLIC_ADDRESS = ""
    assert said(checks.mail) == [("ok", "doctor_mail_none")]
    assert said(checks.robots) == [("ok", "doctor_outgoing_none")]
    with robot_host() as server:
        held = robot(office, server)
        unnamed = [("warn", "doctor_robots_unnamed"), ("warn", "doctor_address_missing")]
        assert said(checks.robots) == unnamed
        named(settings, server)
        settings.PUBLIC_ADDRESS = "https://edu.example.org"
        assert said(checks.robots) == [("ok", "doctor_outgoing")]
    Outgoing.objects.create(key="x", purpose="robot", robot=held, state="failed", created_at=AT, run_after=AT)
    assert said(checks.robots)[-1] == ("warn", "doctor_messages_troubled")
