"""Words of meetings in templates: what a text was read as, and what in it could not be read."""

from dataclasses import dataclass

from django import template

from xuezheng.catalogue.messages import sentence
from xuezheng.catalogue.sources import load_source_words
from xuezheng.meetings.models import Meeting
from xuezheng.web.language import page_language
from xuezheng.web.templatetags.design import wording

register = template.Library()


@dataclass(frozen=True, slots=True)
class Note:
    """Something that could not be read: where it stands, and what is the matter."""

    place: str
    what: str
    mend: str


@register.filter
def source_kind(meeting: Meeting) -> str:
    """Show what a meeting's text was read as; nothing for one entered by hand."""
    words = {str(kind): words for kind, words in load_source_words().kinds.items()}.get(meeting.source)
    return wording().of(words) if words else ""


@register.filter
def unread_notes(meeting: Meeting) -> list[Note]:
    """Return what in a meeting's text nobody could read, in its order."""
    notes = []
    for held in meeting.unread:
        what, mend = sentence(held["code"], page_language(), held["params"])
        notes.append(Note(" ".join(part for part in (held["sheet"], held["cell"]) if part), what, mend))
    return notes
