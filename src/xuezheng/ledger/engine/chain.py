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
# The action of a tombstone; its subject is the run of numbers whose payloads were erased, "3-7".
ERASURE = "ledger.erase_payload"


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
    """A place where the chain does not hold.

    `what` is gap (a number is missing), previous (it follows another event than it says), digest (its public part was
    changed), payload (its payload was changed), erased (its payload is gone without a tombstone), head (the chain's
    end is another) or anchor (an exported head says otherwise).
    """

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
    missing: list[int] = []
    tombstones: list[tuple[int, int]] = []
    for link in links:
        entry = link.entry
        if entry.number != expected:
            yield Break(expected, "gap")
        if link.previous != previous:
            yield Break(entry.number, "previous")
        if link.digest != link_digest(link.previous, entry):
            yield Break(entry.number, "digest")
        if link.payload is None:
            missing.append(entry.number)
        elif payload_digest(link.salt or "", link.payload) != entry.payload_digest:
            yield Break(entry.number, "payload")
        if entry.action == ERASURE:
            tombstones.append(_run(entry.subject_id))
        previous, expected = link.digest, entry.number + 1
    yield from (Break(number, "erased") for number in _uncovered(missing, tombstones))


def runs(numbers: Iterable[int]) -> list[tuple[int, int]]:
    """Return ascending numbers as inclusive runs: 3, 4, 5, 9 as (3, 5), (9, 9)."""
    found: list[tuple[int, int]] = []
    for number in numbers:
        if found and number == found[-1][1] + 1:
            found[-1] = (found[-1][0], number)
        else:
            found.append((number, number))
    return found


def _uncovered(numbers: Iterable[int], covering: Iterable[tuple[int, int]]) -> Iterator[int]:
    """Yield those ascending numbers that no run holds; each run is looked at once, however many there are of both."""
    ordered, following, reached = sorted(covering), 0, 0
    for number in numbers:
        while following < len(ordered) and ordered[following][0] <= number:
            reached = max(reached, ordered[following][1])
            following += 1
        if number > reached:
            yield number


def _run(subject: str) -> tuple[int, int]:
    first, _, last = subject.partition("-")
    return (int(first), int(last or first)) if first.isdigit() and (last or first).isdigit() else (0, 0)
