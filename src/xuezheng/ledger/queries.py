"""Reading the ledger."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from django.db.models import Q, QuerySet
from django.utils import timezone

from xuezheng.kernel.place import Place
from xuezheng.kernel.refusal import UnusableFile
from xuezheng.ledger.engine.chain import GENESIS, Break, Entry, Link, breaks
from xuezheng.ledger.models import Event, Head

_BATCH = 2_000


def iterate_links(after: int = 0) -> Iterator[Link]:
    """Yield the ledger in order of number, from the event behind `after` on, a batch at a time."""
    last = after
    while True:
        batch = list(Event.objects.filter(number__gt=last).select_related("payload").order_by("number")[:_BATCH])
        if not batch:
            return
        yield from map(_link, batch)
        last = batch[-1].number


def _link(event: Event) -> Link:
    entry = Entry(
        event.number, event.at, event.county, event.actor, event.action,
        event.subject_kind, event.subject_id, event.restricted, event.payload_digest,
    )  # fmt: skip
    payload = getattr(event, "payload", None)
    return Link(entry, event.previous, event.digest, payload and payload.body, payload and payload.salt)


def find_breaks(anchors: Mapping[int, str] | None = None) -> list[Break]:
    """Return every place where the chain does not hold, its head and exported heads (number to digest) included.

    An empty list means that it holds.
    """
    found: list[Break] = []
    last, number = GENESIS, 0
    open_anchors = {number: digest for number, digest in (anchors or {}).items() if (number, digest) != (0, GENESIS)}

    head = (0, GENESIS)

    def watched() -> Iterator[Link]:
        nonlocal last, number, head
        while True:
            read_to = number
            for link in iterate_links(after=read_to):
                last, number = link.digest, link.entry.number
                if open_anchors.get(number) == last:
                    del open_anchors[number]
                yield link
            head = get_head()
            # Others write meanwhile: a head ahead of what was read is looked after before it is called a break.
            if head[0] <= number or number == read_to:
                return

    found.extend(breaks(watched()))
    if head != (number, last):
        found.append(Break(head[0], "head"))
    found.extend(Break(anchor, "anchor") for anchor in sorted(open_anchors))
    return found


def get_head() -> tuple[int, str]:
    """Return the number and digest of the newest event: what is exported every day."""
    head = Head.objects.filter(id=1).first()
    return (head.number, head.digest) if head else (0, GENESIS)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody looks for in the ledger; what is not given does not narrow. Days are inclusive."""

    actors: tuple[str, ...] = ()
    action: str = ""
    subject_kind: str = ""
    subject_id: str = ""
    county: str = ""
    since: date | None = None
    until: date | None = None
    restricted: bool = False


def find_events(scope: Q, wanted: Wanted) -> QuerySet[Event]:
    """Return the events of a scope (`Area.county_rows()`) that are looked for, the newest first."""
    found = Event.objects.filter(scope)
    if wanted.actors:
        found = found.filter(actor__in=wanted.actors)
    if wanted.action:
        found = found.filter(action__startswith=wanted.action)
    for field in ("subject_kind", "subject_id", "county"):
        value = getattr(wanted, field)
        if value:
            found = found.filter(**{field: value})
    if wanted.since is not None:
        found = found.filter(at__gte=_midnight(wanted.since))
    if wanted.until is not None:
        found = found.filter(at__lt=_midnight(wanted.until + timedelta(days=1)))
    if wanted.restricted:
        found = found.filter(restricted=True)
    return found.order_by("-number")


def get_event(scope: Q, number: int) -> Event | None:
    """Return one event of a scope with its payload, or None."""
    return Event.objects.filter(scope, number=number).select_related("payload").first()


def get_last_verification() -> Event | None:
    """Return the newest event of a verification, with what it found, or None where nobody has verified yet."""
    return Event.objects.filter(action="ledger.verify").select_related("payload").order_by("-number").first()


def read_anchors(folder: Path) -> dict[int, str]:
    """Return the exported heads of a folder by number; raises `UnusableFile` for a file that is none."""
    found = {}
    for path in sorted(folder.glob("*.json")) if folder.is_dir() else ():
        anchor = read_anchor(path)
        found[anchor[0]] = anchor[1]
    return found


def read_anchor(path: Path) -> tuple[int, str]:
    """Return the number and digest of an exported head; raises `UnusableFile` for a file that is none."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        return int(content["number"]), str(content["digest"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UnusableFile("not_an_exported_head", place=Place(path.name)) from error


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime(day.year, day.month, day.day))  # noqa: DTZ001 - made aware of the office's zone
