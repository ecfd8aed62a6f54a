"""The hosts that may be called, as the administrator named them in the environment."""

import ipaddress
import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

from xuezheng.kernel.refusal import InvalidRequest

_NAME = re.compile(r"[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?")
_PRIVATE = "private:"
_PORTS = {"https": 443, "http": 80}


@dataclass(frozen=True, slots=True)
class NamedHost:
    """A host that may be called. `is_inside`: its address may be a private one, because it was named as such."""

    scheme: str
    host: str
    port: int
    is_inside: bool

    def __str__(self) -> str:
        shown = f"[{self.host}]" if ":" in self.host else self.host
        return shown if self.port == _PORTS[self.scheme] else f"{shown}:{self.port}"


def read_hosts(entries: Iterable[str]) -> tuple[NamedHost, ...]:
    """Return the hosts of the setting; raises `InvalidRequest` for an entry that names none."""
    return tuple(_read(entry) for entry in entries)


def _read(entry: str) -> NamedHost:
    is_inside = entry.startswith(_PRIVATE)
    rest = entry.removeprefix(_PRIVATE)
    try:
        parts = urlsplit(rest if "://" in rest else f"https://{rest}")
        host, port = (parts.hostname or "").lower(), parts.port
    except ValueError:
        raise InvalidRequest("outgoing_host_wrong", found=entry) from None
    address = _as_address(host)
    is_plain = parts.path in ("", "/") and not (parts.query or parts.fragment or parts.username or parts.password)
    is_http_here = parts.scheme == "http" and address is not None and address.is_loopback
    if not is_plain or not (address or _NAME.fullmatch(host)) or not (parts.scheme == "https" or is_http_here):
        raise InvalidRequest("outgoing_host_wrong", found=entry)
    return NamedHost(parts.scheme, host, port or _PORTS[parts.scheme], is_inside or address is not None)


def _as_address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def host_of(address: str, named: Iterable[NamedHost]) -> NamedHost:
    """Return the named host that an address goes to; raises `InvalidRequest` where nobody named it or it is no address."""
    try:
        parts = urlsplit(address)
        port = parts.port or _PORTS.get(parts.scheme, 0)
    except ValueError:
        raise InvalidRequest("robot_address_wrong") from None
    if parts.scheme not in _PORTS or not parts.hostname or parts.username or parts.password or parts.fragment:
        raise InvalidRequest("robot_address_wrong")
    if not address.isascii() or not address.isprintable() or " " in address:
        raise InvalidRequest("robot_address_wrong")
    for held in named:
        if (held.scheme, held.host, held.port) == (parts.scheme, parts.hostname.lower(), port):
            return held
    raise InvalidRequest("robot_host_not_named", host=parts.hostname)


def may_be_called(address: str, host: NamedHost) -> bool:
    """Whether a resolved network address may be called: a public one, or any where the host was named as inside."""
    found = ipaddress.ip_address(address)
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped:
        found = found.ipv4_mapped
    if found.is_multicast or found.is_unspecified:
        return False
    return host.is_inside or (found.is_global and not found.is_reserved)
