"""Writing the ledger: actions record their events here, and the chain grows in the same transaction."""

import itertools
import json
import secrets
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from xuezheng.kernel.refusal import InvalidRequest
from xuezheng.ledger.engine.chain import ERASURE, Break, Entry, canonical, link_digest, payload_digest, runs
from xuezheng.ledger.models import Event, Head, Payload
from xuezheng.ledger.queries import Wanted, find_breaks, find_events, get_head


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: `id` is `account:7`, `system` or `command-line`.

    The name is for pages: the ledger never keeps it, so that a person can be erased from the accounts alone.
    """

    id: str
    name: str = ""


SYSTEM = Actor("system")
COMMAND_LINE = Actor("command-line")
# What retention never takes: the record of checks and of what was erased and why.
KEPT_ACTIONS = (ERASURE, "ledger.verify", "ledger.export_head")


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
        body: dict[str, Any] = {"before": before, "after": after, "reason": reason}
        canonical(body)  # what is not JSON fails here, where it was said, not at the end of the transaction
        self.noted.append(_Noted(action, subject_kind, str(subject_id), county, restricted, body))


_open: ContextVar[Recorder | None] = ContextVar("xuezheng_open_recorder", default=None)


@contextmanager
def recording(by: Actor, at: datetime) -> Iterator[Recorder]:
    """One transaction with its events: everything is written, or nothing.

    Inside another `recording` the outer one goes on, so that an action may call actions. The chain's head is locked
    as the last statement: locked first, writers would wait for each other the whole transaction long. An inner one that
    fails takes its own rows and events back, so that the outer one can go on without it.
    """
    outer = _open.get()
    if outer is not None:
        before = len(outer.noted)
        try:
            with transaction.atomic():
                yield outer
        except BaseException:
            del outer.noted[before:]
            raise
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


def erase_payloads(*, numbers: Iterable[int], by: Actor, at: datetime, reason: str, county: str = "") -> int:
    """Erase the payloads of events for good, and leave a tombstone event for each run of numbers: it says why.

    The chain goes on to hold: it covers payloads by their digests. Return how many were erased.
    """
    with recording(by, at) as recorder:
        held = sorted(Payload.objects.filter(event_id__in=set(numbers)).values_list("event_id", flat=True))
        for first, last in runs(held):
            Payload.objects.filter(event__number__range=(first, last)).delete()
            recorder.event(ERASURE, "events", f"{first}-{last}", county=county, reason=reason)
    return len(held)


def erase_payloads_before(*, moment: datetime, by: Actor, at: datetime, reason: str) -> int:
    """Erase the payloads of all events before a moment, as `erase_payloads` does: what retention asks for."""
    with recording(by, at):
        due = Payload.objects.filter(event__at__lt=moment).exclude(event__action__in=KEPT_ACTIONS)
        return erase_payloads(numbers=due.values_list("event_id", flat=True), by=by, at=at, reason=reason)


def export_head(*, folder: Path, by: Actor, at: datetime) -> Path:
    """Write the head of the chain as `<folder>/YYYY-MM-DD.json`: kept outside the database, it proves what stood then.

    The worker does it every day; a second one on the same day is kept beside the first, never over it.
    """
    number, digest = get_head()
    content = {"number": number, "digest": digest, "exported_at": at.isoformat()}
    folder.mkdir(parents=True, exist_ok=True)
    day = timezone.localdate(at).isoformat()
    path = next(
        path
        for path in (folder / f"{day}{f'-{again}' if again else ''}.json" for again in itertools.count())
        if not path.exists()
    )
    draft = path.with_suffix(".part")
    draft.write_text(json.dumps(content) + "\n", encoding="utf-8")
    draft.replace(path)
    with recording(by, at) as recorder:
        recorder.event("ledger.export_head", "event", number, after={"digest": digest, "file": path.name})
    return path


def verify_ledger(*, by: Actor, at: datetime, anchors: Mapping[int, str] | None = None) -> list[Break]:
    """Check the whole chain, and against exported heads (number to digest); the result is an event, too."""
    number, digest = get_head()
    found = find_breaks(anchors or {})
    with recording(by, at) as recorder:
        recorder.event(
            "ledger.verify", "event", number,
            after={"digest": digest, "anchors": len(anchors or {}), "breaks": [[b.number, b.what] for b in found[:200]]},
        )  # fmt: skip
    return found


def export_events(
    *, scope: Q, wanted: Wanted, limit: int, by: Actor, at: datetime, county: str = "", with_payloads: bool = False
) -> list[Event]:
    """Return the events that are looked for, oldest first, for a file; the export itself is an event.

    With payloads it is restricted, and the caller has used a grant for it. Raises `InvalidRequest` beyond `limit`.
    """
    with recording(by, at) as recorder:
        found = find_events(scope, wanted).order_by("number")
        events = list((found.select_related("payload") if with_payloads else found)[: limit + 1])
        if len(events) > limit:
            raise InvalidRequest("audit_export_too_long", limit=limit)
        recorder.event(
            "ledger.export_events", "events", f"{events[0].number}-{events[-1].number}" if events else "",
            county=county, restricted=with_payloads, after={"events": len(events), "with_payloads": with_payloads},
        )  # fmt: skip
    return events
