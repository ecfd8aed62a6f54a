"""What reading a bulletin returns."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody named, with the post as written; `post` is None where none is given."""

    name: str
    post: str | None = None


@dataclass(frozen=True, slots=True)
class Ordinal:
    """The meeting's number, 2024年第二次: either part is None where the text does not give it."""

    year: int | None
    n: int | None


@dataclass(frozen=True, slots=True)
class Directive:
    """One thing asked for. `text` is exactly `Bulletin.text[start:end]`.

    `speaker` is a name or 会议; `verb` the nearest governing verb of speech. `areas` are codes of the closed set, never
    empty. `measurable` says whether a number, deadline, period or share binds it. `units` are the responsible units,
    one text a group as written. `implicit`: it bears no mark of its own (要, 必须, …). `heading`: a marked label that the
    next directives elaborate. `truncated`: the page ends inside it. `decided`: it stands under 决定, 议定, 明确 or the like.
    """

    speaker: str
    verb: str
    start: int
    end: int
    text: str
    areas: tuple[str, ...]
    measurable: bool
    units: tuple[str, ...]
    implicit: bool = False
    heading: bool = False
    truncated: bool = False
    decided: bool = False


@dataclass(frozen=True, slots=True)
class Bulletin:
    """A bulletin as read.

    `text` is the repaired text, paragraphs apart by one line break, to which every span refers. `date` is the day of the
    meeting: `2024-04-08`, or `04-08` where no year can be told, or None. Lists keep the order of the text. `speakers` are
    in order of their first directive. `published_on` is the day of publication (ISO) or None.
    """

    text: str
    title: str | None
    organiser: str | None
    meeting: str | None
    ordinal: Ordinal | None
    date: str | None
    chair: Person | None
    attendees: tuple[Person, ...]
    studied: tuple[str, ...]
    heard: tuple[str, ...]
    reviewed: tuple[str, ...]
    speakers: tuple[Person, ...]
    directives: tuple[Directive, ...]
    published_on: str | None = None
    source: str | None = None
    reporters: tuple[str, ...] = ()
    editor: str | None = None
