"""Reading the ledger."""

from collections.abc import Iterator

from xuezheng.ledger.engine.chain import GENESIS, Break, Entry, Link, breaks
from xuezheng.ledger.models import Event, Head

_BATCH = 2_000


def iterate_links() -> Iterator[Link]:
    """Yield the whole ledger in order of number, a batch at a time."""
    last = 0
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


def find_breaks() -> list[Break]:
    """Return every place where the chain does not hold, its head included; an empty list where it holds."""
    found: list[Break] = []
    last, number = GENESIS, 0

    def watched() -> Iterator[Link]:
        nonlocal last, number
        for link in iterate_links():
            last, number = link.digest, link.entry.number
            yield link

    found.extend(breaks(watched()))
    head_number, head_digest = get_head()
    if (head_number, head_digest) != (number, last):
        found.append(Break(head_number, "head"))
    return found


def get_head() -> tuple[int, str]:
    """Return the number and digest of the newest event: what is exported every day."""
    head = Head.objects.filter(id=1).first()
    return (head.number, head.digest) if head else (0, GENESIS)
