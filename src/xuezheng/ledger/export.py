"""Events as files: csv and workbook, in which nothing that somebody once typed can become a formula."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from django.utils import timezone

from xuezheng.ledger.engine.chain import canonical
from xuezheng.ledger.models import Event
from xuezheng.tables.delimited import write_delimited
from xuezheng.tables.workbook import HEADER, WorkbookWriter

COLUMNS = (
    "number",
    "at",
    "county",
    "actor",
    "action",
    "subject_kind",
    "subject_id",
    "restricted",
    "payload_digest",
    "digest",
)
PAYLOAD_COLUMNS = ("before", "after", "reason")


def write_csv(path: Path, events: Iterable[Event], *, with_payloads: bool) -> None:
    """Write events as comma-separated text under the columns' names."""
    write_delimited(path, _columns(with_payloads), (_row(event, with_payloads) for event in events))


def write_workbook(path: Path, events: Iterable[Event], *, with_payloads: bool) -> None:
    """Write events as a workbook of one sheet, row by row."""
    with WorkbookWriter(path, by_rows=True) as book:
        sheet = book.sheet("events")
        sheet.widths([10.0, 22.0, 9.0, 16.0, 26.0, 16.0, 16.0, 10.0, 20.0, 20.0, 40.0, 40.0, 40.0])
        sheet.freeze(2)
        sheet.row(1, _columns(with_payloads), HEADER)
        for number, event in enumerate(events, start=2):
            sheet.row(number, _row(event, with_payloads))


def _columns(with_payloads: bool) -> Sequence[str]:
    return COLUMNS + PAYLOAD_COLUMNS if with_payloads else COLUMNS


def _row(event: Event, with_payloads: bool) -> list[str]:
    row = [
        str(event.number), timezone.localtime(event.at).isoformat(timespec="seconds"), event.county, event.actor,
        event.action, event.subject_kind, event.subject_id, "yes" if event.restricted else "no",
        event.payload_digest, event.digest,
    ]  # fmt: skip
    if with_payloads:
        payload = getattr(event, "payload", None)
        body = payload.body if payload else {}
        row += [canonical(body[key]).decode() if body.get(key) else "" for key in ("before", "after")]
        row.append(body.get("reason", "") if payload else "†")
    return row
