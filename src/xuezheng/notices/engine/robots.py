r"""The forms of message and the signatures of chat robots, as their makers document them.

企业微信 群机器人: JSON with `msgtype` text; the key stands in the address; `errcode` 0 is yes. 钉钉 自定义机器人: the same
form, signed by `timestamp` (ms) and `sign` in the address, HMAC-SHA256 over "timestamp\nsecret" keyed by the secret.
飞书 自定义机器人: `msg_type` text, signed by `timestamp` (s) and `sign` in the body, HMAC-SHA256 over nothing keyed by
"timestamp\nsecret"; `code` 0 is yes. Any other host: our own plain form, signed in a header.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

LONGEST_ANSWER = 20_000


@dataclass(frozen=True, slots=True)
class Prepared:
    """A request ready to go: the whole address, the body, and headers beside the usual ones."""

    address: str
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


def prepare(kind: str, *, address: str, secret: str, text: str, counts: Mapping[str, int], at_ms: int) -> Prepared:
    """Return the request that tells a robot a text; `at_ms` is the time in milliseconds since 1970, for signatures."""
    if kind == "feishu":
        return Prepared(address, _json(_feishu(secret, text, at_ms // 1000)))
    if kind in ("wecom", "dingtalk"):
        body = _json({"msgtype": "text", "text": {"content": text}})
        return Prepared(_dingtalk(address, secret, at_ms) if kind == "dingtalk" and secret else address, body)
    body = _json({"text": text, "counts": dict(counts)})
    if not secret:
        return Prepared(address, body)
    moment = str(at_ms // 1000)
    mark = hmac.new(secret.encode(), f"{moment}.".encode() + body, hashlib.sha256).hexdigest()
    return Prepared(address, body, {"X-Xuezheng-Timestamp": moment, "X-Xuezheng-Signature": f"sha256={mark}"})


def _feishu(secret: str, text: str, at_s: int) -> dict[str, Any]:
    body: dict[str, Any] = {"msg_type": "text", "content": {"text": text}}
    if secret:
        key = f"{at_s}\n{secret}".encode()
        body |= {"timestamp": str(at_s), "sign": _mark(key, b"")}
    return body


def _dingtalk(address: str, secret: str, at_ms: int) -> str:
    mark = _mark(secret.encode(), f"{at_ms}\n{secret}".encode())
    for sign, written in (("+", "%2B"), ("/", "%2F"), ("=", "%3D")):
        mark = mark.replace(sign, written)
    return f"{address}{'&' if '?' in address else '?'}timestamp={at_ms}&sign={mark}"


def _mark(key: bytes, content: bytes) -> str:
    return base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()


def _json(content: Mapping[str, Any]) -> bytes:
    return json.dumps(content, ensure_ascii=False).encode()


def refusal_in(kind: str, status: int, answer: bytes) -> str:
    """Return why the other side did not take a message, as a short code of its own; empty where it did."""
    if not 200 <= status < 300:
        return f"HTTP {status}"
    if kind == "webhook":
        return ""
    try:
        held = json.loads(answer)
    except ValueError:
        return "HTTP 200, not JSON"
    names = ("code", "StatusCode") if kind == "feishu" else ("errcode",)
    code = next((held[name] for name in names if isinstance(held, dict) and name in held), None)
    if isinstance(code, int) and not isinstance(code, bool):
        return f"{names[0]} {code}" if code else ""
    return f"HTTP 200, no {names[0]}"


def leaves_open(status: int, *, is_whole: bool) -> bool:
    """Return whether an answer in which no yes was found leaves open if the message was taken all the same.

    A fault within the other side, or of a gateway before it, may come after the message was taken, and half a yes may have
    been one. Any other status is a refusal; so is 503, by which a host says that it takes nothing now.
    """
    return not is_whole if 200 <= status < 300 else status >= 500 and status != 503
