"""Writing the ledger: actions record their events here, and the chain grows in the same transaction."""

import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction

from xuezheng.ledger.engine.chain import Entry, canonical, link_digest, payload_digest
from xuezheng.ledger.models import Event, Head, Payload


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: `id` is `account:7`, `system` or `command-line`; the name stands in payloads only."""

    id: str
    name: str = ""


SYSTEM = Actor("system")
COMMAND_LINE = Actor("command-line")


@dataclass(frozen=True, slots=True)
class _Noted:
    action: str
    subject_kind: str
    subject_id: str
    county: str
    restricted: bool
    body: Mapping[str, Any]


@dataclass(slots=True)
class Recorder:
    """Collects the events of one transaction; they are chained when it ends."""

    by: Actor
    at: datetime
    noted: list[_Noted] = field(default_factory=list)

    def event(
        self,
        action: str,
        subject_kind: str,
        subject_id: object,
        *,
        county: str = "",
        before: Mapping[str, Any] | None = None,
        after: Mapping[str, Any] | None = None,
        reason: str = "",
        restricted: bool = False,
    ) -> None:
        """Note one event: what was done to what, how it was before and is after, and why."""
        body: dict[str, Any] = {"by": self.by.name, "before": before, "after": after, "reason": reason}
        canonical(body)  # what is not JSON fails here, where it was said, not at the end of the transaction
        self.noted.append(_Noted(action, subject_kind, str(subject_id), county, restricted, body))


_open: ContextVar[Recorder | None] = ContextVar("xuezheng_open_recorder", default=None)


@contextmanager
def recording(by: Actor, at: datetime) -> Iterator[Recorder]:
    """One transaction with its events: everything is written, or nothing.

    Inside another `recording` the outer one goes on, so that an action may call actions. The chain's head is locked
    as the last statement: locked first, writers would wait for each other the whole transaction long.
    """
    outer = _open.get()
    if outer is not None:
        with transaction.atomic():
            yield outer
        return
    recorder = Recorder(by, at)
    token = _open.set(recorder)
    try:
        with transaction.atomic():
            yield recorder
            _append(recorder)
    finally:
        _open.reset(token)


def _append(recorder: Recorder) -> None:
    if not recorder.noted:
        return
    Head.objects.get_or_create(id=1)
    head = Head.objects.select_for_update().get(id=1)
    number, digest = head.number, head.digest
    events, payloads = [], []
    for noted in recorder.noted:
        number += 1
        salt = secrets.token_hex(16)
        entry = Entry(
            number, recorder.at, noted.county, recorder.by.id, noted.action,
            noted.subject_kind, noted.subject_id, noted.restricted, payload_digest(salt, noted.body),
        )  # fmt: skip
        previous, digest = digest, link_digest(digest, entry)
        event = Event(
            number=number, at=entry.at, county=entry.county, actor=entry.actor, action=entry.action,
            subject_kind=entry.subject_kind, subject_id=entry.subject_id, restricted=entry.restricted,
            payload_digest=entry.payload_digest, previous=previous, digest=digest,
        )  # fmt: skip
        events.append(event)
        payloads.append(Payload(event=event, salt=salt, body=noted.body))
    Event.objects.bulk_create(events)
    Payload.objects.bulk_create(payloads)
    head.number, head.digest = number, digest
    head.save(update_fields=["number", "digest"])


def record_read(
    *, by: Actor, at: datetime, subject_kind: str, subject_id: object, county: str = "", reason: str = ""
) -> None:
    """Record that somebody looked at a restricted record."""
    with recording(by, at) as recorder:
        recorder.event("ledger.read", subject_kind, subject_id, county=county, reason=reason, restricted=True)


def erase_payload(*, number: int, by: Actor, at: datetime, reason: str) -> None:
    """Erase the personal payload of one event for good, and leave a tombstone event that says so and why."""
    with recording(by, at) as recorder:
        event = Event.objects.get(number=number)
        Payload.objects.filter(event=event).delete()
        recorder.event("ledger.erase_payload", "event", number, county=event.county, reason=reason)
