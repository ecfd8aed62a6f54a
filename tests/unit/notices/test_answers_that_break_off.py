"""Answers of chat robots that break off: whether the message arrived nobody knows, so it is not sent again by itself."""

from datetime import UTC, datetime, timedelta

import pytest

from servers_of_notices import robot_host
from world import AT, HOME
from xuezheng.notices.actions.outbox import try_out
from xuezheng.notices.actions.robots import RobotGiven, add_robot
from xuezheng.notices.engine.robots import Prepared
from xuezheng.web.operations.delivery.calling import BrokenOff, call
from xuezheng.web.operations.delivery.hosts import read_hosts
from xuezheng.web.operations.delivery.round import deliver


@pytest.mark.django_db
@pytest.mark.parametrize(("kind", "state"), [("wecom", "unsure"), ("webhook", "sent")])
def test_half_an_answer_leaves_a_message_unsure_unless_its_status_says_enough(office, settings, kind, state):
    with robot_host("half") as server:
        settings.OUTGOING_HOSTS = [f"http://127.0.0.1:{server.port}"]
        given = RobotGiven(
            name="群", kind=kind, every="day", host=f"127.0.0.1:{server.port}",
            address=f"http://127.0.0.1:{server.port}/send",
        )  # fmt: skip
        robot = add_robot(county=office.county, given=given, by=office.administrator, at=AT)
        message = try_out(robot=robot, county=HOME, by=office.administrator.actor, at=AT)
        deliver(lambda: AT)
        deliver(lambda: AT + timedelta(days=1))
    message.refresh_from_db()
    assert (message.state, len(server.requests)) == (state, 1)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("way", "kind", "state", "calls"),
    [
        ("500", "wecom", "unsure", 1), ("502", "webhook", "unsure", 1), ("504", "feishu", "unsure", 1),
        ("flood", "dingtalk", "unsure", 1), ("flood", "webhook", "sent", 1),
        ("503", "wecom", "waiting", 2), ("429", "wecom", "waiting", 2), ("404", "webhook", "waiting", 2),
    ],
)  # fmt: skip
def test_only_an_answer_that_certainly_says_no_lets_a_message_go_out_again(office, settings, way, kind, state, calls):
    with robot_host(way) as server:
        settings.OUTGOING_HOSTS = [f"http://127.0.0.1:{server.port}"]
        given = RobotGiven(
            name="群", kind=kind, every="day", host=f"127.0.0.1:{server.port}",
            address=f"http://127.0.0.1:{server.port}/send",
        )  # fmt: skip
        robot = add_robot(county=office.county, given=given, by=office.administrator, at=AT)
        message = try_out(robot=robot, county=HOME, by=office.administrator.actor, at=AT)
        deliver(lambda: AT)
        deliver(lambda: AT + timedelta(days=1))
    message.refresh_from_db()
    assert (message.state, len(server.requests)) == (state, calls)
    if state == "unsure":
        assert message.failure_code == "message_answer_unclear"


def test_encryption_that_fails_after_the_message_went_out_does_not_say_that_it_was_not_taken(tmp_path):
    shown = certificate(tmp_path / "localhost.pem")
    with robot_host("garble", certificate=shown) as server:
        prepared = Prepared(f"https://localhost:{server.port}/hook", b"{}")
        with pytest.raises(BrokenOff):
            call(prepared, read_hosts([f"private:localhost:{server.port}"]), str(shown))
    assert len(server.requests) == 1


def certificate(path):
    """A certificate of localhost and its key in one file, signed by itself."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([])
    names = x509.SubjectAlternativeName([x509.DNSName("localhost")])
    made = x509.CertificateBuilder(
        name, name, key.public_key(), 7, datetime(2020, 1, 1, tzinfo=UTC), datetime(2099, 1, 1, tzinfo=UTC)
    )
    signed = made.add_extension(names, critical=True).sign(key, hashes.SHA256())
    pem, plain = serialization.Encoding.PEM, serialization.NoEncryption()
    path.write_bytes(signed.public_bytes(pem) + key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain))
    return path
