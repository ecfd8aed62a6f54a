"""The chain of events: each digest covers the event's public part, its payload's digest, and the digest before it.

A payload's digest is salted, so that nobody can guess a person's data from it once the payload is erased: the salt
goes with the payload. The chain itself never holds personal data.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

GENESIS = "0" * 64


@dataclass(frozen=True, slots=True)
class Entry:
    """The public part of an event: what the chain covers and what stays when a payload is erased."""

    number: int
    at: datetime
    county: str
    actor: str
    action: str
    subject_kind: str
    subject_id: str
    restricted: bool
    payload_digest: str


@dataclass(frozen=True, slots=True)
class Link:
    """An entry as it stands in the ledger; `payload` and `salt` are None where it was erased."""

    entry: Entry
    previous: str
    digest: str
    payload: Mapping[str, Any] | None
    salt: str | None


@dataclass(frozen=True, slots=True)
class Break:
    """A place where the chain does not hold: `what` is gap, previous, digest or payload."""

    number: int
    what: str


def canonical(body: object) -> bytes:
    """Return a JSON value in the one form that is digested."""
    return json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def payload_digest(salt: str, payload: Mapping[str, Any]) -> str:
    """Return the salted digest of a payload, 64 hexadecimal digits."""
    return hashlib.sha256(salt.encode() + b"\n" + canonical(payload)).hexdigest()


def link_digest(previous: str, entry: Entry) -> str:
    """Return the digest that makes `entry` follow the event whose digest is `previous`."""
    body = [
        previous,
        entry.number,
        entry.at.astimezone(UTC).isoformat(timespec="microseconds"),
        entry.county,
        entry.actor,
        entry.action,
        entry.subject_kind,
        entry.subject_id,
        entry.restricted,
        entry.payload_digest,
    ]
    return hashlib.sha256(canonical(body)).hexdigest()


def breaks(links: Iterable[Link]) -> Iterator[Break]:
    """Yield every place where the links, given in order of number from the first, do not form the chain."""
    previous, expected = GENESIS, 1
    for link in links:
        if link.entry.number != expected:
            yield Break(expected, "gap")
        if link.previous != previous:
            yield Break(link.entry.number, "previous")
        if link.digest != link_digest(link.previous, link.entry):
            yield Break(link.entry.number, "digest")
        if link.payload is not None and payload_digest(link.salt or "", link.payload) != link.entry.payload_digest:
            yield Break(link.entry.number, "payload")
        previous, expected = link.digest, link.entry.number + 1
