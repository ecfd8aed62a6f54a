"""Calling a named host: one POST, no redirect, no proxy, to an address that was looked at, with limits on time and size."""

import socket
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import requests
from requests.adapters import HTTPAdapter

from xuezheng.notices.engine.robots import LONGEST_ANSWER, Prepared
from xuezheng.web.operations.delivery.hosts import NamedHost, host_of, may_be_called

_CONNECT_SECONDS, _READ_SECONDS, _WHOLE_SECONDS = 5.0, 10.0, 20.0


class NotTaken(Exception):
    """A message certainly did not arrive: nobody could be reached, or it was not even tried. `code` is a message's."""

    def __init__(self, code: str, **params: str) -> None:
        super().__init__(code)
        self.code, self.params = code, params


class BrokenOff(Exception):
    """The message had begun to go out, and nothing clear came back: nobody can tell whether it arrived. `code` is a message's."""

    def __init__(self, code: str = "message_broken_off", **params: str) -> None:
        super().__init__(code)
        self.code, self.params = code, params


@dataclass(frozen=True, slots=True)
class Answer:
    """What the other side answered, cut at the longest answer that is read; not `is_whole` where it was cut, broke off or dragged on."""

    status: int
    body: bytes
    is_whole: bool = True


class _Pinned(HTTPAdapter):
    """Connects to one looked-up address, while certificate and name are those of the host."""

    def __init__(self, host: NamedHost) -> None:
        self._host = host
        super().__init__(max_retries=0)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """Hold the certificate against the host's name, not the address."""
        if self._host.scheme == "https":
            kwargs |= {"server_hostname": self._host.host, "assert_hostname": self._host.host}
        super().init_poolmanager(*args, **kwargs)


def call(prepared: Prepared, named: Iterable[NamedHost], certificates: str = "") -> Answer:
    """Post a request to a named host and return the answer; a redirect is an answer like any other.

    Raises `InvalidRequest` for a host that nobody named, `NotTaken` where nothing was sent, `BrokenOff` where nobody knows.
    """
    host = host_of(prepared.address, named)
    network_address = _look_up(host)
    parts = urlsplit(prepared.address)
    shown = f"[{network_address}]" if ":" in network_address else network_address
    address = urlunsplit(parts._replace(netloc=f"{shown}:{host.port}"))
    headers = {"Host": str(host), "Content-Type": "application/json; charset=utf-8", "User-Agent": "Xuezheng"}
    with requests.Session() as session:
        session.trust_env = False  # no proxy and no password file that somebody else set
        session.mount(f"{host.scheme}://", _Pinned(host))
        try:
            with session.post(
                address, data=prepared.body, headers=headers | dict(prepared.headers), allow_redirects=False, stream=True,
                timeout=(_CONNECT_SECONDS, _READ_SECONDS), verify=certificates or True,
            ) as response:  # fmt: skip
                return Answer(response.status_code, *_read(response))
        except requests.exceptions.SSLError as problem:
            # Anything else may go wrong with encryption after the message went out, too.
            if _comes_from(problem, ("SSLCertVerificationError", "CertificateError")):
                raise NotTaken("message_certificate_wrong", host=host.host) from problem
            raise BrokenOff from problem
        except (requests.exceptions.ConnectTimeout, requests.exceptions.InvalidURL) as problem:
            raise NotTaken("message_host_unreachable", host=host.host) from problem
        except requests.exceptions.ConnectionError as problem:
            if _never_connected(problem):
                raise NotTaken("message_host_unreachable", host=host.host) from problem
            raise BrokenOff from problem
        except requests.exceptions.RequestException as problem:
            raise BrokenOff from problem
        except OSError as problem:
            # A file of certificates that is not there is told by requests as such, before anything is sent.
            raise NotTaken("message_certificates_missing", file=certificates) from problem


def _look_up(host: NamedHost) -> str:
    """Return an address of the host that may be called. The connection then goes to this one, not to a second look-up."""
    try:
        found = socket.getaddrinfo(host.host, host.port, type=socket.SOCK_STREAM)
    except OSError as problem:
        raise NotTaken("message_host_unknown", host=host.host) from problem
    addresses = [str(entry[4][0]) for entry in found]
    if not addresses or not all(may_be_called(address, host) for address in addresses):
        raise NotTaken("message_host_inside", host=host.host)
    return addresses[0]


def _read(response: requests.Response) -> tuple[bytes, bool]:
    """Return the answer's beginning, and whether it came to its end; one that is endless, in size or time, is cut."""
    began, held = time.monotonic(), b""
    try:
        for piece in response.iter_content(4096):
            held += piece
            if time.monotonic() - began > _WHOLE_SECONDS:
                return held[:LONGEST_ANSWER], False
            if len(held) > LONGEST_ANSWER:
                return held[:LONGEST_ANSWER], False
    except requests.exceptions.RequestException:
        return held[:LONGEST_ANSWER], False
    return held[:LONGEST_ANSWER], True


def _never_connected(problem: BaseException) -> bool:
    """Whether a failure happened before anything was sent: the refused connection lies within what requests raises."""
    return _comes_from(problem, ("NewConnectionError", "NameResolutionError", "ConnectTimeoutError"))


def _comes_from(problem: BaseException, names: tuple[str, ...]) -> bool:
    """Whether a failure of one of these names lies within what requests raises."""
    seen: set[int] = set()
    waiting: list[Any] = [problem]
    while waiting:
        held = waiting.pop()
        if id(held) in seen or not isinstance(held, BaseException):
            continue
        seen.add(id(held))
        if type(held).__name__ in names:
            return True
        waiting += [held.__cause__, held.__context__, getattr(held, "reason", None), *held.args]
    return False
