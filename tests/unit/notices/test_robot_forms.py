"""The forms and signatures of chat robots, held against values worked out by their makers' published recipes."""

import base64
import hashlib
import hmac
import json
from urllib.parse import parse_qs, urlsplit

import pytest

from xuezheng.kernel.refusal import InvalidRequest
from xuezheng.notices.engine.robots import prepare, refusal_in
from xuezheng.web.operations.delivery.hosts import host_of, may_be_called, read_hosts

# ruff: noqa: S104 - the address of all interfaces is one that must not be called

AT_MS = 1_772_413_200_123


def prepared(kind, secret="", address="https://robot.example.org/send?access_token=abc"):
    return prepare(kind, address=address, secret=secret, text="新提醒 3 条", counts={"urged": 3}, at_ms=AT_MS)


def test_wecom_is_told_as_text_and_its_address_stays_as_it_is():
    made = prepared("wecom", "unused")
    assert made.address == "https://robot.example.org/send?access_token=abc"
    assert json.loads(made.body) == {"msgtype": "text", "text": {"content": "新提醒 3 条"}}


def test_dingtalk_is_signed_in_its_address():
    made = prepared("dingtalk", "SEC0")
    query = parse_qs(urlsplit(made.address).query)
    digest = hmac.new(b"SEC0", f"{AT_MS}\nSEC0".encode(), hashlib.sha256).digest()
    assert query == {"access_token": ["abc"], "timestamp": [str(AT_MS)], "sign": [base64.b64encode(digest).decode()]}
    assert "sign" not in prepared("dingtalk").address


def test_feishu_is_signed_in_its_body_by_the_second():
    body = json.loads(prepared("feishu", "key").body)
    digest = hmac.new(f"{AT_MS // 1000}\nkey".encode(), b"", hashlib.sha256).digest()
    assert body == {
        "timestamp": str(AT_MS // 1000), "sign": base64.b64encode(digest).decode(), "msg_type": "text",
        "content": {"text": "新提醒 3 条"},
    }  # fmt: skip


def test_a_plain_webhook_is_signed_in_a_header_over_time_and_body():
    made = prepared("webhook", "key")
    mark = hmac.new(b"key", f"{AT_MS // 1000}.".encode() + made.body, hashlib.sha256).hexdigest()
    assert made.headers == {"X-Xuezheng-Timestamp": str(AT_MS // 1000), "X-Xuezheng-Signature": f"sha256={mark}"}
    assert json.loads(made.body) == {"text": "新提醒 3 条", "counts": {"urged": 3}}


@pytest.mark.parametrize(
    ("kind", "status", "answer", "why"),
    [
        ("wecom", 200, b'{"errcode": 0, "errmsg": "ok"}', ""),
        ("wecom", 200, b'{"errcode": 93000}', "errcode 93000"),
        ("dingtalk", 200, b'{"errcode": 310000}', "errcode 310000"),
        ("feishu", 200, b'{"code": 0, "StatusCode": 0}', ""),
        ("feishu", 200, b'{"StatusCode": 0}', ""),
        ("feishu", 200, b'{"code": 19021}', "code 19021"),
        ("webhook", 204, b"", ""),
        ("wecom", 302, b"", "HTTP 302"),
        ("wecom", 200, b"<html>", "HTTP 200, not JSON"),
        ("wecom", 200, b"[]", "HTTP 200, no errcode"),
        ("feishu", 200, b'{"code": "0"}', "HTTP 200, no code"),
    ],
)
def test_an_answer_is_a_yes_only_where_it_says_so(kind, status, answer, why):
    assert refusal_in(kind, status, answer) == why


@pytest.mark.parametrize(
    "entry",
    ["http://oapi.dingtalk.com", "http://10.1.2.3", "https://a.example/path", "https://u:p@a.example", "a b", "-", "ftp://a",
     "a.example:99999", "*"],
)  # fmt: skip
def test_a_setting_that_names_no_host_is_refused(entry):
    with pytest.raises(InvalidRequest):
        read_hosts([entry])


@pytest.mark.parametrize(
    ("address", "is_named"),
    [
        ("https://oapi.dingtalk.com/robot/send?access_token=1", True),
        ("https://OAPI.dingtalk.com:443/robot", True),
        ("https://oapi.dingtalk.com:8443/robot", False),
        ("http://oapi.dingtalk.com/robot", False),
        ("https://oapi.dingtalk.com.evil.example/robot", False),
        ("https://oapi.dingtalk.com@evil.example/robot", False),
        ("https://evil.example/oapi.dingtalk.com", False),
        ("https://oapi.dingtalk.com\\@evil.example/", False),
        ("file:///etc/passwd", False),
        ("", False),
    ],
)
def test_only_an_address_of_a_named_host_is_called(address, is_named):
    named = read_hosts(["oapi.dingtalk.com"])
    if is_named:
        assert host_of(address, named).host == "oapi.dingtalk.com"
    else:
        with pytest.raises(InvalidRequest):
            host_of(address, named)
    with pytest.raises(InvalidRequest):
        host_of(address, ())


@pytest.mark.parametrize(
    ("network_address", "outside", "inside"),
    [("8.8.8.8", True, True), ("10.1.2.3", False, True), ("127.0.0.1", False, True), ("169.254.169.254", False, True),
     ("100.64.0.1", False, True), ("::1", False, True), ("fd00::1", False, True), ("::ffff:10.0.0.1", False, True),
     ("2001:4860:4860::8888", True, True), ("0.0.0.0", False, False), ("224.0.0.1", False, False)],
)  # fmt: skip
def test_an_address_inside_the_network_is_called_only_where_the_host_was_named_so(network_address, outside, inside):
    (public,), (private,) = read_hosts(["chat.example.org"]), read_hosts(["private:chat.example.org"])
    assert (may_be_called(network_address, public), may_be_called(network_address, private)) == (outside, inside)
