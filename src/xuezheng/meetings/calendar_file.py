"""Meetings as a calendar file (iCalendar, RFC 5545), which other calendars read."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

from xuezheng.meetings.models import Meeting
from xuezheng.meetings.plans import begins_on, length_of

_MOST_BYTES = 74


def write_calendar(meetings: Sequence[Meeting], county: str, at: datetime) -> bytes:
    """Return a calendar file of meetings with their days; those without an hour take the whole day, each an entry.

    One called off is marked as cancelled, so that calendars that had it take it off.
    """
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Xuezheng//Meetings//ZH", f"X-WR-CALNAME:{_text(county)}"]
    for meeting in meetings:
        lines += _entry(meeting, at)
    lines.append("END:VCALENDAR")
    return "".join(f"{folded}\r\n" for line in lines for folded in _folded(line)).encode()


def _entry(meeting: Meeting, at: datetime) -> list[str]:
    if meeting.held_on is None:
        return []
    begins = begins_on(meeting)
    lines = [
        "BEGIN:VEVENT", f"UID:meeting-{meeting.county_id}-{meeting.pk}@xuezheng", f"DTSTAMP:{_moment(at)}",
        f"SEQUENCE:{meeting.version}", f"SUMMARY:{_text(meeting.title)}",
    ]  # fmt: skip
    if begins is None:
        lines += [
            f"DTSTART;VALUE=DATE:{meeting.held_on:%Y%m%d}",
            f"DTEND;VALUE=DATE:{meeting.held_on + timedelta(1):%Y%m%d}",
        ]
    else:
        minutes = sum(item.minutes or 0 for item in meeting.agenda.all() if not item.is_left_out)
        lines += [f"DTSTART:{_moment(begins)}", f"DTEND:{_moment(begins + length_of(minutes))}"]
    if meeting.place:
        lines.append(f"LOCATION:{_text(meeting.place)}")
    lines.append(f"STATUS:{'CANCELLED' if meeting.cancelled_at else 'CONFIRMED'}")
    return [*lines, "END:VEVENT"]


def _moment(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _text(text: str) -> str:
    return text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\r", "").replace("\n", "\\n")


def _folded(line: str) -> Iterator[str]:
    """Return a line in pieces of at most 75 bytes, none of which cuts a letter; the later ones begin with a space."""
    piece = ""
    for letter in line:
        if len((piece + letter).encode()) > _MOST_BYTES:
            yield piece
            piece = " "
        piece += letter
    yield piece
